"""Degenerate data: the right answer or a clear error, never a silent wrong number."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import normball as nb

NORMS = ["l1", "l2", "linf", "elastic_net", "squared_l2", "sorted_l1", nb.norms.Lp(1.5)]
every_norm = pytest.mark.parametrize("norm", NORMS, ids=str)


def table(seed: int = 0, n: int = 30, p: int = 8) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    return X, X[:, : min(3, p)] @ np.array([1.0, -2.0, 0.5])[: min(3, p)] + 0.1 * rng.standard_normal(n)


def solve_three_forms(problem: nb.Problem, alpha: float, tol: float = 1e-9) -> nb.Solution:
    """The penalty solution, after checking that budget and target find the same point of the frontier."""
    first = problem.solve(alpha=alpha, tol=tol)
    by_budget = problem.solve(budget=first.norm, tol=tol)
    by_target = problem.solve(target=first.loss, tol=tol)
    scale = problem.instance.scale
    for other in (by_budget, by_target):
        assert other.converged
        assert other.loss == pytest.approx(first.loss, rel=0, abs=1e-7 * scale)
        assert other.norm == pytest.approx(first.norm, rel=1e-6, abs=1e-12)
    assert first.converged
    return first


@every_norm
def test_duplicate_constant_and_zero_columns(norm: str) -> None:
    X, y = table()
    wide = np.column_stack([X, X[:, 0], -X[:, 1], np.ones(len(y)), np.zeros(len(y)), X[:, 2] + X[:, 3]])
    problem = nb.Problem(wide, y, norm=norm)
    alpha = 0.05 if not np.isfinite(problem.alpha_max) else 0.05 * problem.alpha_max
    solution = solve_three_forms(problem, alpha)
    if norm != "linf":
        assert abs(solution.coef[11]) < 1e-9  # the zero column


@every_norm
@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_rows(norm: str, n: int) -> None:
    X, y = table()
    for fit_intercept in (True, False):
        problem = nb.Problem(X[:n], y[:n], norm=norm, fit_intercept=fit_intercept)
        limit = problem.alpha_max if np.isfinite(problem.alpha_max) else 1.0
        solve_three_forms(problem, 0.1 * limit if limit > 0 else 0.1)


@every_norm
@pytest.mark.parametrize("p", [0, 1])
def test_few_columns(norm: str, p: int) -> None:
    X, y = table()
    problem = nb.Problem(X[:, :p], y, norm=norm)
    solution = solve_three_forms(problem, 0.1)
    assert solution.coef.shape == (p,)
    assert problem.solve(alpha=0).loss == pytest.approx(
        np.var(y) / 2 if p == 0 else np.var(y) / 2 * (1 - np.corrcoef(X[:, 0], y)[0, 1] ** 2)
    )


@every_norm
@pytest.mark.parametrize("value", [0.0, 1.0, -7.5])
def test_constant_response_needs_no_features(norm: str, value: float) -> None:
    X, _ = table()
    solution = nb.Problem(X, np.full(len(X), value), norm=norm).solve(alpha=0.01)
    np.testing.assert_allclose(solution.coef, 0.0, atol=1e-12)
    assert solution.intercept == pytest.approx(value)


@pytest.mark.parametrize("norm", ["l1", "l2", "linf", "sorted_l1"])
@pytest.mark.parametrize("factor", [1e-8, 1e8])
def test_scale_of_the_response_and_of_the_data_does_not_matter(norm: str, factor: float) -> None:
    X, y = table()
    problem = nb.Problem(X, y, norm=norm)
    exact = problem.solve(alpha=nb.fraction(0.1), tol=1e-11)
    other = nb.Problem(X, factor * y, norm=norm).solve(alpha=nb.fraction(0.1), tol=1e-11)
    np.testing.assert_allclose(other.coef, factor * exact.coef, atol=1e-8 * factor)
    other = nb.Problem(factor * X, y, norm=norm).solve(alpha=nb.fraction(0.1), tol=1e-11)
    np.testing.assert_allclose(other.coef, exact.coef / factor, atol=1e-8 / factor)


def test_badly_scaled_columns_are_certified() -> None:
    X, y = table()
    X = X * 10.0 ** np.linspace(-4, 4, X.shape[1])
    for norm in ("l1", "l2"):
        assert nb.Problem(X, y, norm=norm).solve(alpha=nb.fraction(1e-3)).converged


@every_norm
def test_more_features_than_rows_interpolates_at_alpha_zero(norm: str) -> None:
    X, y = table(1, n=10, p=25)
    problem = nb.Problem(X, y, norm=norm, fit_intercept=False)
    solution = problem.solve(alpha=0)
    np.testing.assert_allclose(X @ solution.coef, y, atol=1e-7)
    for other in (np.linalg.pinv(X) @ y, np.linalg.lstsq(X[:, :10], y, rcond=None)[0]):
        w = np.zeros(25)
        w[: len(other)] = other
        assert solution.norm <= problem.norm.value(w) * (1 + 1e-8)


def test_nearly_equal_columns_stay_certified() -> None:
    X, y = table()
    rng = np.random.default_rng(3)
    for distance in (1e-3, 1e-5, 1e-7, 1e-9):
        twin = np.column_stack([X, X + distance * rng.standard_normal(X.shape)])
        assert nb.Problem(twin, y).solve(alpha=nb.fraction(0.01)).converged


@pytest.mark.parametrize("loss", ["squared_error", "huber", "logistic", "poisson"])
def test_integer_weights_equal_repeated_rows_and_zero_weights_drop_them(loss: str) -> None:
    X, y = table()
    rng = np.random.default_rng(2)
    if loss == "logistic":
        y = (y + 2 * rng.standard_normal(len(y)) > 0).astype(float)
    if loss == "poisson":
        y = rng.poisson(np.exp(0.3 * y)).astype(float)
    weights = rng.integers(0, 4, len(y))
    repeated = np.repeat(np.arange(len(y)), weights)
    for form in ({"alpha": 0.05}, {"budget": 0.8}):
        weighted = nb.Problem(X, y, loss=loss, sample_weight=weights).solve(**form, tol=1e-11)
        longer = nb.Problem(X[repeated], y[repeated], loss=loss).solve(**form, tol=1e-11)
        np.testing.assert_allclose(weighted.coef, longer.coef, atol=1e-7)
        assert weighted.intercept == pytest.approx(longer.intercept, abs=1e-7)


@pytest.mark.parametrize("make", [sparse.csc_array, sparse.csr_matrix, np.asfortranarray, np.float32])
def test_storage_does_not_matter(make: type) -> None:
    X, y = table()
    X = np.where(np.abs(X) > 0.7, X, 0.0).astype(np.float32).astype(np.float64)
    exact = nb.Problem(X, y).solve(alpha=0.05, tol=1e-11)
    other = nb.Problem(make(X), y).solve(alpha=0.05, tol=1e-11)
    np.testing.assert_allclose(other.coef, exact.coef, atol=1e-9)
    assert other.coef.dtype == np.float64


@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("kind", ["signs", "twins", "low rank", "generic"])
def test_least_norm_ends_in_a_corner(kind: str, fit_intercept: bool) -> None:
    """Where many answers have the least norm, the one with as many zeros as a corner is returned."""
    for seed in range(4):
        rng = np.random.default_rng(seed)
        X = {
            "signs": rng.choice([-1.0, 1.0], size=(10, 100)),
            "twins": np.repeat(rng.standard_normal((10, 50)), 2, axis=1),
            "low rank": rng.standard_normal((10, 6)) @ rng.standard_normal((6, 100)),
            "generic": rng.standard_normal((10, 100)),
        }[kind]
        solution = nb.Problem(X, X @ rng.standard_normal(100), fit_intercept=fit_intercept).solve(target=0)
        rank = 6 if kind == "low rank" else 10 - fit_intercept
        assert solution.converged
        assert solution.loss < 1e-20
        assert len(solution.support) == rank


def test_unpenalised_twins_may_both_stay_in_a_corner() -> None:
    rng = np.random.default_rng(0)
    X = np.repeat(rng.standard_normal((6, 20)), 2, axis=1)
    norm = nb.norms.L1(weights=np.r_[0.0, 0.0, np.ones(38)])
    solution = nb.Problem(X, rng.standard_normal(6), norm=norm, fit_intercept=False).solve(target=0)
    assert solution.converged
    assert np.count_nonzero(solution.coef[2:]) == 5


def test_groups_meet_equations_quickly() -> None:
    """The floor of the loss is no point of the path, which would be walked to its end in vain."""
    rng = np.random.default_rng(1)
    groups = nb.norms.GroupL2(np.repeat(np.arange(8), 5))
    solution = nb.Problem(
        rng.standard_normal((12, 40)), rng.standard_normal(12), norm=groups, fit_intercept=False
    ).solve(target=0)
    assert solution.certificate.form == "fit"
    assert solution.certificate.gap < 1e-12
    assert solution.n_iterations <= 5


def test_separable_classes_have_no_best_fit() -> None:
    X, y = table()
    problem = nb.Problem(X, (y > 0).astype(float), loss="logistic")
    with pytest.raises(ValueError, match="alpha=0 has no answer here: the loss falls towards 0"):
        problem.solve(alpha=0)
    with pytest.raises(ValueError, match="approached but never reached"):
        problem.solve(target=0.0)
    assert problem.solve(target=1e-3).converged


def test_unpenalised_and_forbidden_features() -> None:
    X, y = table()
    weights = np.array([0.0, 1, np.inf, 1, 2, 1, 1, 0])
    problem = nb.Problem(X, y, norm=nb.norms.L1(weights=weights))
    solution = solve_three_forms(problem, 0.05)
    assert solution.coef[2] == 0.0
    none = problem.solve(budget=0)
    columns = np.column_stack([np.ones(len(y)), X[:, [0, 7]]])
    best = np.linalg.lstsq(columns, y, rcond=None)[0]
    np.testing.assert_allclose(none.coef[[0, 7]], best[1:], atol=1e-8)
    assert problem.solve(alpha=problem.alpha_max * 1.001).norm == 0.0
    assert problem.solve(alpha=problem.alpha_max * 0.999).norm > 0.0


def test_non_negative_least_squares() -> None:
    from scipy.optimize import nnls

    X, y = table()
    expected = nnls(X, y)[0]
    problem = nb.Problem(X, y, norm=nb.norms.L1(positive=True), fit_intercept=False)
    for solution in (problem.solve(alpha=0), problem.solve(budget=100.0)):
        np.testing.assert_allclose(solution.coef, expected, atol=1e-7)


def test_the_same_input_gives_the_same_output() -> None:
    X, y = table()
    first, second = (nb.Problem(X, y).solve(budget=1.0) for _ in range(2))
    np.testing.assert_array_equal(first.coef, second.coef)
    before = X.copy()
    nb.Problem(X, y).path(n_alphas=5)
    np.testing.assert_array_equal(X, before)


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("form", [{"budget": 1.0}, {"target": 0.2}, {"alpha": 0.05}])
def test_non_convex_ball_is_solved_in_the_plane_only(form: dict[str, float]) -> None:
    X, y = table(p=2)
    problem = nb.Problem(X, y, norm=nb.norms.Lp(0.5))
    solution = problem.solve(**form)
    rng = np.random.default_rng(0)
    others = 3 * rng.standard_normal((3000, 2))
    norms = np.array([problem.norm.value(w) for w in others])
    losses = np.array([problem.loss_at(w) for w in others[:600]])
    if "budget" in form:
        assert solution.norm <= 1.0 + 1e-9
        assert (losses[norms[:600] <= 1.0] >= solution.loss - 1e-9).all()
    if "target" in form:
        assert solution.loss <= 0.2 + 1e-9
        assert (norms[:600][losses <= 0.2] >= solution.norm - 1e-9).all()
    if "alpha" in form:
        assert (losses + 0.05 * norms[:600] >= solution.loss + 0.05 * solution.norm - 1e-9).all()
    assert "not convex" in str(solution)
    with pytest.raises(ValueError, match="solved for 2 features only"):
        nb.Problem(*table(), norm=nb.norms.Lp(0.5)).solve(**form)


@pytest.mark.parametrize("norm", ["l1", "l2", "squared_l2", "elastic_net"])
@pytest.mark.parametrize("level", [{"alpha": 0.0}, {"budget": 5.0}, {"target": 0.0}])
def test_one_row_without_an_intercept_is_fitted(norm: str, level: dict[str, float]) -> None:
    solution = nb.Problem([[1.0, 2.0]], [2.0], norm=norm, fit_intercept=False).solve(**level)
    assert solution.converged
    assert solution.loss == pytest.approx(0.0, abs=1e-12)


def test_ridge_path_of_constant_columns_without_an_intercept() -> None:
    problem = nb.Problem(np.ones((5, 2)), np.arange(5.0), norm="squared_l2", fit_intercept=False)
    path = problem.path(n_alphas=5)
    np.testing.assert_allclose(path.coefs[-1], 1.0, rtol=2e-3)


def test_groups_whose_columns_vanish_stay_zero() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((80, 60))
    X[:, 8:12], X[:, 56:], X[:, 20] = 0.0, 3.0, X[:, 21]
    y = X[:, :4].sum(axis=1) + rng.standard_normal(80)
    groups = np.repeat(np.arange(15), 4)
    path = nb.Problem(X, y, norm=nb.norms.GroupL2(groups)).path(tol=1e-10, verbose=False)
    assert max(path.gaps) <= 1e-10
    assert path.profile["rescue"] == 0
    assert not np.asarray(path.coefs)[:, np.isin(groups, [2, 14])].any()
