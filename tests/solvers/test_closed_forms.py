"""Answers known without our solvers: one equation, orthonormal designs, normal equations, linear programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from normball import Problem
from normball.losses import Huber, Logistic, Loss, Poisson, SquaredError
from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Lp, Norm, SortedL1, SquaredL2
from normball.typing import Floats
from problem_cases import NORM_CASES

POLYHEDRAL_AND_ROUND = [L1(), L2(), LInf(), Lp(1.5), SquaredL2(), ElasticNet(0.5), SortedL1()]
LOSSES = [SquaredError(), Huber(0.5), Logistic(), Poisson()]


def data(seed: int = 0, n: int = 30, p: int = 6) -> tuple[Floats, Floats]:
    """X (n, p) and y (n,) of a linear model with noise."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal(p)
    return X, X @ rng.standard_normal(p) + 0.7 + rng.standard_normal(n)


def response_for(loss: Loss, y: Floats) -> Floats:
    """A response that the loss can score."""
    if isinstance(loss, Logistic):
        return (y > np.median(y)).astype(np.float64)
    return np.floor(abs(y)) if isinstance(loss, Poisson) else y


# ---- one equation a.w = b ----------------------------------------------------------------
def l1_contact(a: Floats, b: float) -> Floats:
    corner = np.zeros(len(a))
    corner[abs(a).argmax()] = b / a[abs(a).argmax()]
    return corner


CONTACTS: dict[type[Norm], Callable[[Floats, float], Floats]] = {
    L1: l1_contact,
    L2: lambda a, b: b * a / (a @ a),
    LInf: lambda a, b: b * np.sign(a) / abs(a).sum(),
}


@pytest.mark.parametrize("norm", [L1(), L2(), LInf()], ids=repr)
@pytest.mark.parametrize("seed", range(5))
def test_one_equation(norm: Norm, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal(2 + 3 * seed), 3 * rng.standard_normal()
    solution = Problem(a[None, :], [b], norm=norm, fit_intercept=False).solve(target=0.0, tol=1e-12)
    expected = CONTACTS[type(norm)](a, b)
    np.testing.assert_allclose(solution.coef, expected, rtol=1e-12, atol=1e-12)
    assert solution.norm == pytest.approx(abs(b) / norm.dual_norm(a), rel=1e-12)
    assert solution.certificate.gap <= 1e-12
    if isinstance(norm, L1):
        assert solution.n_zeros == len(a) - 1


# ---- orthonormal design: X'X / n is the identity -------------------------------------------
def shrink(v: Floats, threshold: float) -> Floats:
    return np.sign(v) * np.maximum(abs(v) - threshold, 0.0)


def shrink_length(v: Floats, threshold: float) -> Floats:
    return v * max(1 - threshold / float(np.linalg.norm(v)), 0.0)


GROUPS = ([0, 3], [1], [2, 4])
GROUP_WEIGHTS = np.array([1.0, 0.5, 2.0])


def shrink_groups(v: Floats, alpha: float) -> Floats:
    result = np.empty(len(v))
    for members, weight in zip(GROUPS, GROUP_WEIGHTS, strict=True):
        result[members] = shrink_length(v[members], alpha * weight)
    return result


SHRINKERS: dict[str, tuple[Norm, Callable[[Floats, float], Floats]]] = {
    "l1": (L1(), shrink),
    "l1 weighted": (
        L1(weights=[0.0, 1.0, 2.0, 0.5, np.inf]),
        lambda v, alpha: np.append(shrink(v, alpha * np.array([0, 1, 2, 0.5, 9]))[:4], 0.0),
    ),
    "l1 positive": (L1(positive=True), lambda v, alpha: np.maximum(v - alpha, 0.0)),
    "l2": (L2(), shrink_length),
    "group l2": (GroupL2(GROUPS, weights=GROUP_WEIGHTS), shrink_groups),
    "elastic net": (ElasticNet(0.3), lambda v, alpha: shrink(v, 0.3 * alpha) / (1 + 0.7 * alpha)),
    "squared l2": (SquaredL2(), lambda v, alpha: v / (1 + alpha)),
}


@pytest.mark.parametrize("case", SHRINKERS)
@pytest.mark.parametrize("alpha", [0.05, 0.4, 1.5])
def test_orthonormal_design(case: str, alpha: float) -> None:
    norm, expected = SHRINKERS[case]
    rng = np.random.default_rng(1)
    n, p = 12, 5
    X = np.linalg.qr(rng.standard_normal((n, p)))[0] * np.sqrt(n)
    y = X @ np.array([1.2, -0.6, 0.3, 2.0, -1.0]) + 0.1 * rng.standard_normal(n)
    solution = Problem(X, y, norm=norm, fit_intercept=False).solve(alpha=alpha, tol=1e-12)
    known = expected(X.T @ y / n, alpha)
    np.testing.assert_allclose(solution.coef, known, rtol=1e-9, atol=1e-10)
    np.testing.assert_array_equal(solution.coef == 0, known == 0)


# ---- ridge ---------------------------------------------------------------------------------
@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("has_weights", [False, True])
@pytest.mark.parametrize(("n", "p"), [(30, 6), (8, 20)])
def test_ridge_normal_equations(n: int, p: int, has_weights: bool, fit_intercept: bool) -> None:
    X, y = data(2, n, p)
    weight = np.random.default_rng(3).exponential(size=n) if has_weights else np.ones(n)
    solution = Problem(X, y, norm="squared_l2", fit_intercept=fit_intercept, sample_weight=weight).solve(
        alpha=0.2, tol=1e-12
    )
    v = weight / weight.sum()
    X_mean, y_mean = (v @ X, v @ y) if fit_intercept else (np.zeros(p), 0.0)
    centred = X - X_mean
    w = np.linalg.solve(centred.T @ (v[:, None] * centred) + 0.2 * np.eye(p), centred.T @ (v * (y - y_mean)))
    np.testing.assert_allclose(solution.coef, w, rtol=1e-8, atol=1e-10)
    assert solution.intercept == pytest.approx(y_mean - X_mean @ w, rel=1e-8, abs=1e-10)


# ---- least-norm interpolation ----------------------------------------------------------------
def least_l1_by_linear_program(X: Floats, y: Floats) -> float:
    p = X.shape[1]
    return float(linprog(np.ones(2 * p), A_eq=np.hstack([X, -X]), b_eq=y, method="highs").fun)


def least_linf_by_linear_program(X: Floats, y: Floats) -> float:
    p = X.shape[1]
    cost = np.append(np.zeros(p), 1.0)
    below_t = np.hstack([np.vstack([np.eye(p), -np.eye(p)]), -np.ones((2 * p, 1))])
    equations = np.hstack([X, np.zeros((len(y), 1))])
    bounds = [(None, None)] * p + [(0, None)]
    found = linprog(
        cost, A_ub=below_t, b_ub=np.zeros(2 * p), A_eq=equations, b_eq=y, bounds=bounds, method="highs"
    )
    return float(found.fun)


LEAST_NORMS: dict[type[Norm], Callable[[Floats, Floats], float]] = {
    L1: least_l1_by_linear_program,
    L2: lambda X, y: float(np.linalg.norm(np.linalg.pinv(X) @ y)),
    LInf: least_linf_by_linear_program,
}


@pytest.mark.parametrize("norm", [L1(), L2(), LInf()], ids=repr)
@pytest.mark.parametrize("level", [{"target": 0.0}, {"alpha": 0.0}], ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_least_norm_interpolation(norm: Norm, level: dict[str, float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((6 + seed, 20)), rng.standard_normal(6 + seed)
    solution = Problem(X, y, norm=norm, fit_intercept=False).solve(**level)
    np.testing.assert_allclose(X @ solution.coef, y, atol=1e-9)
    assert solution.norm == pytest.approx(LEAST_NORMS[type(norm)](X, y), rel=1e-8)
    if isinstance(norm, L2):
        np.testing.assert_allclose(solution.coef, np.linalg.pinv(X) @ y, atol=1e-8)
    if isinstance(norm, L1):
        assert solution.n_zeros == 20 - len(y)


def test_interpolation_does_not_see_samples_of_weight_zero() -> None:
    X, y = data(5, 7, 20)
    weight = np.array([1.0, 2.0, 1.0, 1.0, 0.0, 1.0, 3.0])
    seen = weight > 0
    all_rows = Problem(X, y, sample_weight=weight).solve(target=0.0)
    fewer = Problem(X[seen], y[seen], sample_weight=weight[seen]).solve(target=0.0)
    np.testing.assert_allclose(all_rows.coef, fewer.coef, atol=1e-8)


def test_alpha_zero_with_more_samples_than_features_is_least_squares() -> None:
    X, y = data()
    solution = Problem(X, y).solve(alpha=0.0)
    expected = np.linalg.lstsq(np.column_stack([X, np.ones(len(y))]), y, rcond=None)[0]
    np.testing.assert_allclose(np.append(solution.coef, solution.intercept), expected, rtol=1e-8, atol=1e-9)


# ---- the ends of the frontier --------------------------------------------------------------
@pytest.mark.parametrize("norm", POLYHEDRAL_AND_ROUND, ids=repr)
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_ends_of_the_frontier(loss: Loss, norm: Norm) -> None:
    X, y = data(4)
    problem = Problem(X, response_for(loss, y), loss=loss, norm=norm)
    null_loss = problem.loss_at(np.zeros(6))
    if np.isfinite(problem.alpha_max):
        assert not problem.solve(alpha=1.0001 * problem.alpha_max).coef.any()
        assert problem.solve(alpha=0.99 * problem.alpha_max).coef.any()
    at_centre = problem.solve(budget=0.0)
    assert not at_centre.coef.any()
    assert at_centre.loss == pytest.approx(null_loss, rel=1e-12)
    satisfied = problem.solve(target=null_loss + 0.1)
    assert not satisfied.coef.any()
    if loss.is_classifier:
        return
    best = problem.solve(alpha=0.0)
    loose = problem.solve(budget=2 * best.norm)
    assert loose.loss == pytest.approx(best.loss, rel=1e-9)
    np.testing.assert_allclose(loose.coef, best.coef, rtol=1e-5, atol=1e-6)
    assert loose.alpha == pytest.approx(0.0, abs=1e-8)


@pytest.mark.parametrize("loss", [SquaredError(), Huber(0.5), Poisson()], ids=repr)
def test_unattainable_target_states_the_least_loss(loss: Loss) -> None:
    X, y = data(4)
    problem = Problem(X, response_for(loss, y), loss=loss)
    least = problem.solve(alpha=0.0).loss
    with pytest.raises(ValueError, match=r"target=.* is not attainable.*least attainable loss is") as caught:
        problem.solve(target=least - 0.05)
    stated = float(str(caught.value).split("least attainable loss is ")[1].split(";")[0])
    assert stated == pytest.approx(least, rel=1e-8)


@pytest.mark.parametrize("norm", [*POLYHEDRAL_AND_ROUND, GroupL2([0, 0, 1, 1, 2, 2])], ids=repr)
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_three_forms_trace_one_frontier(loss: Loss, norm: Norm) -> None:
    X, y = data(6)
    problem = Problem(X, response_for(loss, y), loss=loss, norm=norm)
    # Newton's method stops at rounding on smooth balls; where alpha_max is inf any price will do
    alpha = 0.2 * problem.alpha_max if np.isfinite(problem.alpha_max) else 0.1
    first = problem.solve(alpha=alpha, tol=1e-12)
    for level in ({"budget": first.norm}, {"target": first.loss}):
        again = problem.solve(**level, tol=1e-12)
        np.testing.assert_allclose(again.coef, first.coef, rtol=1e-5, atol=1e-6, err_msg=str(level))
        assert again.intercept == pytest.approx(first.intercept, rel=1e-5, abs=1e-6)
        assert again.alpha == pytest.approx(alpha, rel=1e-5)


# ---- the same problem stored or written in another way -------------------------------------
@pytest.mark.parametrize("form", ["alpha", "budget", "target"])
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_sample_weights_are_repeated_rows(loss: Loss, form: str) -> None:
    X, y = data(7, n=15)
    y = response_for(loss, y)
    counts = np.random.default_rng(0).integers(0, 4, len(y))
    weighted = Problem(X, y, loss=loss, sample_weight=counts)
    repeated = Problem(np.repeat(X, counts, axis=0), np.repeat(y, counts), loss=loss)
    middle = repeated.solve(alpha=0.1)
    level = {form: {"alpha": 0.1, "budget": middle.norm, "target": middle.loss}[form]}
    first, second = (problem.solve(**level, tol=1e-12) for problem in (weighted, repeated))
    np.testing.assert_allclose(first.coef, second.coef, rtol=1e-6, atol=1e-7)
    assert first.loss == pytest.approx(second.loss, rel=1e-9)


@pytest.mark.parametrize("level", [{"alpha": 0.1}, {"budget": 1.0}, {"target": 0.9}], ids=str)
@pytest.mark.parametrize("storage", [sparse.csc_array, sparse.csr_matrix, np.asfortranarray])
def test_storage_does_not_matter(storage: Callable[[Any], Any], level: dict[str, float]) -> None:
    X, y = data(8)
    X = np.where(abs(X) < 0.8, 0.0, X)
    plain = Problem(X, y).solve(**level, tol=1e-12)
    stored = Problem(storage(X), y).solve(**level, tol=1e-12)
    np.testing.assert_allclose(stored.coef, plain.coef, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_array])
def test_float32_data_gives_the_answer_of_its_values(storage: Callable[[Any], Any]) -> None:
    X, y = data(9)
    X32, y32 = X.astype(np.float32), y.astype(np.float32)
    single = Problem(storage(X32), y32).solve(alpha=0.1, tol=1e-12)
    double = Problem(X32.astype(np.float64), y32.astype(np.float64)).solve(alpha=0.1, tol=1e-12)
    assert single.coef.dtype == np.float64
    assert single.certificate.gap <= 1e-12
    np.testing.assert_allclose(single.coef, double.coef, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", NORM_CASES)
def test_data_are_not_modified(name: str) -> None:
    X, y = data(10)
    weight = np.linspace(1, 2, len(y))
    before = X.copy(), y.copy(), weight.copy()
    problem = Problem(X, y, norm=NORM_CASES[name](np.random.default_rng(0), 6), sample_weight=weight)
    first, again = (problem.solve(budget=0.8) for _ in range(2))
    for now, then in zip((X, y, weight), before, strict=True):
        np.testing.assert_array_equal(now, then)
    np.testing.assert_array_equal(first.coef, again.coef)
