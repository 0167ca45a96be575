"""Quantile regression: against linear programs, scikit-learn, and what is known at its ends."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.linear_model import QuantileRegressor

from normball import ConvergenceWarning, Problem
from normball.losses import Quantile
from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Norm, SortedL1, SquaredL2
from normball.solvers.certificate import certify_term
from normball.solvers.ends.fits import null_model
from normball.solvers.piecewise.envelope import Envelope
from normball.solvers.terms import Penalty
from normball.typing import Floats


def data(seed: int = 0, n: int = 60, p: int = 8, is_rounded: bool = False) -> tuple[Floats, Floats]:
    """X (n, p) and y (n,) with heavy tails; rounded ones have many equal responses."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal(p)
    y = X @ np.where(rng.random(p) < 0.5, rng.standard_normal(p), 0.0) + rng.standard_t(2, n)
    return X, np.round(y) if is_rounded else y


def least_alpha(X: Floats, y: Floats, q: float) -> float:
    """alpha_max by a linear program: the least max |X'u| / n over the subgradients u at the quantile of y."""
    n, p = X.shape
    b = float(np.quantile(y, q, method="inverted_cdf"))
    free = y == b
    known = np.where(y < b, 1 - q, np.where(y > b, -q, 0.0))
    ends = [(-q, 1 - q)] * int(free.sum()) + [(0, None)]
    rows = np.column_stack([X[free].T / n, -np.ones(p)])
    mirrored = np.column_stack([-X[free].T / n, -np.ones(p)])
    pull = X.T @ known / n
    found = linprog(
        np.append(np.zeros(int(free.sum())), 1.0),
        A_ub=np.vstack([rows, mirrored]),
        b_ub=np.concatenate([-pull, pull]),
        A_eq=np.append(np.ones(int(free.sum())), 0.0)[None, :],
        b_eq=[-known.sum()],
        bounds=ends,
    )
    return float(found.fun)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("q", [0.1, 0.5, 0.8])
def test_penalty_form_equals_scikit_learn(seed: int, q: float) -> None:
    X, y = data(seed)
    theirs = QuantileRegressor(quantile=q, alpha=0.05, solver="highs").fit(X, y)
    ours = Problem(X, y, loss=Quantile(q)).solve(alpha=0.05, tol=1e-9)
    assert ours.certificate.gap <= 1e-9
    np.testing.assert_allclose(ours.coef, theirs.coef_, atol=1e-6)
    assert ours.intercept == pytest.approx(theirs.intercept_, abs=1e-6)
    assert np.array_equal(ours.coef == 0, np.abs(theirs.coef_) < 1e-9)


@pytest.mark.quick_cases(3)
@pytest.mark.parametrize(
    "norm", [L1(), L2(), LInf(), GroupL2([0, 0, 1, 1, 2, 2, 3, 3]), ElasticNet(0.5)], ids=repr
)
@pytest.mark.parametrize("shape", [(40, 8), (12, 8), (6, 8)])
def test_forms_are_points_of_one_frontier(norm: Norm, shape: tuple[int, int]) -> None:
    X, y = data(3, *shape)
    problem = Problem(X, y, loss=Quantile(0.3), norm=norm)
    first = problem.solve(alpha=0.3 * problem.alpha_max, tol=1e-9)
    by_budget = problem.solve(budget=first.norm, tol=1e-9)
    by_target = problem.solve(target=first.loss, tol=1e-9)
    for other in (by_budget, by_target):
        assert other.converged
        assert other.certificate.gap <= 1e-9
        assert other.loss == pytest.approx(first.loss, rel=1e-7)
        assert other.norm == pytest.approx(first.norm, rel=1e-6)


@pytest.mark.parametrize("is_rounded", [False, True])
@pytest.mark.parametrize("q", [0.25, 0.5])
def test_alpha_max_is_that_of_a_linear_program(q: float, is_rounded: bool) -> None:
    X, y = data(5, 61, 6, is_rounded)
    problem = Problem(X, y, loss=Quantile(q))
    assert problem.alpha_max == pytest.approx(least_alpha(X, y, q), rel=1e-7)
    above, below = (problem.solve(alpha=share * problem.alpha_max) for share in (1 + 1e-7, 0.999))
    assert not above.coef.any()
    assert above.certificate.gap <= 1e-9
    assert below.coef.any()


@pytest.mark.parametrize("norm", [L2(), LInf(), SortedL1(), ElasticNet(0.5), L1(positive=True)], ids=repr)
def test_alpha_max_of_other_norms_with_many_kinks(norm: Norm) -> None:
    X, y = data(7, 60, 6, is_rounded=True)
    problem = Problem(X, y, loss=Quantile(0.5), norm=norm)
    above, below = (problem.solve(alpha=share * problem.alpha_max) for share in (1 + 1e-7, 0.995))
    assert above.norm <= 1e-12
    assert above.certificate.gap <= 1e-9
    assert below.norm > 0


def test_dual_point_of_the_null_model_is_feasible_with_unpenalised_features() -> None:
    X, y = data(2, 40, 6, is_rounded=True)
    instance = Problem(X, y, loss=Quantile(0.4), norm=L1(weights=[0.0, 1, 1, 1, 0, 1])).instance
    null = null_model(instance)
    assert null.theta is not None
    np.testing.assert_allclose(instance.free_columns.T @ null.theta, 0.0, atol=1e-14)
    eta = instance.predictor(null.point.w, null.point.intercept)
    # weak duality is an equality: the null model is optimal without the penalised features
    assert -instance.conjugate(-null.theta) == pytest.approx(instance.value(eta), rel=1e-12)


@pytest.mark.parametrize("norm", [L1(), L2(), SquaredL2()], ids=repr)
def test_alpha_zero_gives_the_least_norm_of_many_best_fits(norm: Norm) -> None:
    # with an even count each value between the middle responses is a median, for both values of x
    x = np.repeat([-1.0, 1.0], 4)
    y = np.array([0.0, 1.0, 2.0, 9.0, 1.0, 1.5, 4.0, 5.0])
    solution = Problem(x[:, None], y, loss=Quantile(0.5), norm=norm).solve(alpha=0)
    # medians between 1 and 2 at x = -1, between 1.5 and 4 at x = 1: a slope of zero is among them
    assert solution.norm == pytest.approx(0.0, abs=1e-9)
    assert solution.converged
    shifted = Problem(x[:, None], y + 3 * (x > 0), loss=Quantile(0.5), norm=norm).solve(alpha=0)
    assert shifted.coef[0] == pytest.approx((4.5 - 2.0) / 2, rel=1e-8)
    assert shifted.intercept == pytest.approx((4.5 + 2.0) / 2, rel=1e-8)


def test_interpolation_and_budgets_that_do_not_bind() -> None:
    X, y = data(1, 6, 15)
    problem = Problem(X, y, loss=Quantile(0.7))
    fit = problem.solve(target=0.0, tol=1e-9)
    squared = Problem(X, y).solve(target=0.0, tol=1e-9)
    np.testing.assert_allclose(fit.coef, squared.coef, atol=1e-8)
    loose = problem.solve(budget=2 * fit.norm)
    assert loose.converged
    assert loose.norm == pytest.approx(fit.norm, rel=1e-7)
    with pytest.raises(ValueError, match="target=-1 is not attainable: the least attainable loss is 0"):
        problem.solve(target=-1.0)


def test_path_and_points_between() -> None:
    X, y = data(4)
    problem = Problem(X, y, loss=Quantile(0.5))
    path = problem.path(n_alphas=8, eps=0.01)
    assert path.gaps.max() <= 1e-8
    assert (np.diff(path.norms) >= -1e-9).all()
    assert (np.diff(path.losses) <= 1e-9).all()
    between = path.at(alpha=0.5 * (path.alphas[3] + path.alphas[4]))
    assert between.converged
    at_point = path[5]
    assert at_point.certificate.gap <= 1e-8  # slopes at the kinks found from the point alone


def test_bound_between_the_points_of_a_path() -> None:
    X, y = data(12)
    problem = Problem(X, y, loss=Quantile(0.5))
    path = problem.path(n_alphas=12, eps=0.1)
    assert np.max(path.bound(path.alphas)) <= 1e-6
    middle = np.sqrt(path.alphas[:-1] * path.alphas[1:])
    for alpha, bound in zip(middle, np.atleast_1d(path.bound(middle)), strict=True):
        exact = problem.solve(alpha=alpha).certificate
        point = path._interpolate("penalty", alpha)
        assert point is not None
        offered = problem.loss_at(point.w, point.intercept) + alpha * problem.norm.value(point.w)
        assert (offered - exact.primal) / exact.scale <= bound + 1e-9 <= 1.0


def test_cheaper_weights() -> None:
    X, y = data(13)
    problem = Problem(X, y, loss=Quantile(0.5))
    found = problem.cheaper(np.ones(8))
    assert not found.is_optimal
    assert found.loss_after < found.loss_before
    again = problem.cheaper(found.coef, found.intercept)
    assert again.is_optimal


def test_certificate_from_the_point_alone_is_as_good() -> None:
    X, y = data(6)
    for norm in (L1(), L2(), SortedL1()):
        problem = Problem(X, y, loss=Quantile(0.3), norm=norm)
        solution = problem.solve(alpha=0.3 * problem.alpha_max, tol=1e-10)
        term = Penalty(norm, solution.alpha)
        again = certify_term(
            problem.instance, term, solution.coef, solution.intercept, solution.predictor, 1e-8
        )
        assert again.gap <= 1e-8
        assert abs(again.dual - solution.certificate.dual) <= 1e-8 * again.scale


def test_contact_and_why_use_the_slopes_that_the_certificate_proves() -> None:
    X, y = data(8)
    problem = Problem(X, y, loss=Quantile(0.5))
    for solution in (
        problem.solve(alpha=0.2 * problem.alpha_max),
        problem.solve(budget=0.5),
        problem.solve(target=0.8 * problem.instance.null_loss),
    ):
        pull = solution.contact.normal / solution.contact.price
        inside = solution.coef == 0
        np.testing.assert_allclose(pull[~inside], np.sign(solution.coef[~inside]), atol=1e-5)
        assert (np.abs(pull[inside]) <= 1 + 1e-6).all()
        assert "just pays" in str(solution.why(int(solution.support[0])))


def test_best_intercept_is_the_quantile_of_the_residuals() -> None:
    X, y = data(9)
    w = np.arange(8.0)
    problem = Problem(X, y, loss=Quantile(0.2))
    values = [problem.loss_at(w, b) for b in np.linspace(-20, 20, 4001)]
    assert problem.loss_at(w) <= min(values) + 1e-12


@pytest.mark.parametrize("scale", [1e-6, 1e6])
@pytest.mark.parametrize("shift", [0.0, 1e4])
def test_units_do_not_matter(scale: float, shift: float) -> None:
    X, y = data(10)
    plain = Problem(X, y, loss=Quantile(0.4)).solve(alpha=0.05)
    other = Problem(X, scale * (y + shift), loss=Quantile(0.4)).solve(alpha=0.05)
    assert other.certificate.gap <= 1e-8
    np.testing.assert_allclose(other.coef / scale, plain.coef, atol=1e-5)


def test_constant_response() -> None:
    X, _ = data(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        solution = Problem(X, np.full(60, 2.0), loss=Quantile(0.4)).solve(alpha=0.1)
    assert not solution.coef.any()
    assert solution.intercept == 2.0


@pytest.mark.parametrize("norm", [L1(), L2()], ids=repr)
def test_constant_columns(norm: Norm) -> None:
    _, y = data(0)
    problem = Problem(np.ones((60, 3)), y, loss=Quantile(0.4), norm=norm)
    for solution in (problem.solve(budget=0.3), problem.solve(alpha=0.1), problem.solve(alpha=0)):
        assert solution.converged
        assert solution.norm == pytest.approx(0.0, abs=1e-9)


# ---- envelopes ---------------------------------------------------------------------------
def envelope(seed: int, width: float) -> tuple[Envelope, Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    weight = rng.random(30) + 0.01
    y = rng.standard_normal(30)
    return (
        Envelope(-0.3, 0.7, rng.uniform(-0.3, 0.7, 30), width),
        y,
        weight / weight.sum(),
        y + rng.standard_normal(30),
    )


@pytest.mark.parametrize("width", [1e-3, 1.0, 50.0])
@pytest.mark.parametrize("seed", range(3))
def test_envelope_is_a_smooth_loss_below(width: float, seed: int) -> None:
    smooth, y, weight, eta = envelope(seed, width)
    exact = Quantile(0.3)
    assert (smooth.sample_values(eta, y) <= exact.sample_values(eta, y) + 1e-14).all()
    u = smooth.sample_gradients(eta, y)
    step = 1e-7 * width
    slopes = (smooth.sample_values(eta + step, y) - smooth.sample_values(eta - step, y)) / (2 * step)
    np.testing.assert_allclose(u, slopes, atol=1e-6 / min(width, 1.0))
    np.testing.assert_allclose(
        smooth.sample_values(eta, y) + smooth.sample_conjugates(u, y), u * eta, atol=1e-12 * max(width, 1)
    )
    other = eta + np.random.default_rng(seed).standard_normal(30)
    parabola = smooth.sample_values(eta, y) + u * (other - eta)
    parabola += 0.5 * smooth.sample_majorants(eta, y) * (other - eta) ** 2
    assert (smooth.sample_values(other, y) <= parabola + 1e-12).all()
    best = smooth.constant_fit(y, weight)
    assert abs(smooth.gradient(np.full(30, best), y, weight).sum()) <= 1e-13


def test_envelope_around_a_solution_keeps_it() -> None:
    X, y = data(11)
    problem = Problem(X, y, loss=Quantile(0.4))
    solution = problem.solve(alpha=0.05, tol=1e-12)
    u = -solution.certificate.theta / problem.instance.sample_weight
    smooth = Envelope(-0.4, 0.6, np.clip(u, -0.4, 0.6), 3.0)
    np.testing.assert_allclose(smooth.sample_gradients(solution.predictor, y), u, atol=1e-9)
