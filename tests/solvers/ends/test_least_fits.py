"""Fits without a price: alpha 0, slack budgets and least targets, in any units, and what their proofs say."""

from __future__ import annotations

import tracemalloc
import warnings
from typing import Any

import cvxpy as cp
import numpy as np
import pytest
from scipy import sparse

import normball as nb
from comparison import compare
from extended_certificate import ExtendedProblem
from extended_claims import Claim
from normball.solvers.certificate import certify_target
from normball.solvers.ends.fit_certificate import certify_fit, with_best_fit
from normball.solvers.ends.span import DenseSpan, SparseSpan, WideSpan
from normball.solvers.instance import Instance
from problems import hard_problem

Table = tuple[np.ndarray, np.ndarray, np.ndarray]


def one_hot(seed: int) -> Table:
    rng = np.random.default_rng(seed)
    n, p = 60, 20
    X = (rng.integers(0, p + 1, size=(n, 1)) == np.arange(p)) * 1.0
    return X, 3 * rng.standard_t(2, size=n), 10.0 ** rng.uniform(-6, 0, n)


def integers(seed: int) -> Table:
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, size=(50, 8)).astype(float)
    return X, np.round(X @ rng.normal(size=8) * 3 + 5 * rng.standard_t(1, size=50)), np.ones(50)


def units(seed: int) -> Table:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(40, 6)) * 10.0 ** np.linspace(-5, 5, 6)
    return X, X @ 10.0 ** -np.linspace(-5, 5, 6) + 2 * rng.standard_t(2, size=40), rng.random(40)


def houses(seed: int) -> Table:
    """Floor, lot, year, rooms, share."""
    rng = np.random.default_rng(seed)
    H = rng.uniform(size=(200, 5)) * [3500, 5e5, 120, 5, 1] + [500, 1e3, 1900, 1, 0]
    return H, H @ [150, 0.2, 500, 8000, 1e4] + 2e4 * rng.normal(size=200), np.ones(200)


def near_pairs(seed: int) -> Table:
    rng = np.random.default_rng(seed)
    F = rng.normal(size=(60, 3))
    X = np.column_stack([F, F + 1e-5 * rng.normal(size=F.shape)]) * [1, 1e3, 1e-4, 1, 1, 1e6]
    return X, F @ [1, 2, 3] + rng.normal(size=60), np.ones(60)


def far(seed: int) -> Table:
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(50, 4))
    return Z * [1, 1e-3, 1e4, 1] + [1e6, 1e2, 1e9, 0], Z @ [1, 2, 3, 4] + rng.normal(size=50), np.ones(50)


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("delta", [0.2, 1.0])
@pytest.mark.parametrize("make", [one_hot, integers, units], ids=lambda make: make.__name__)
def test_least_huber_fits(make: Any, delta: float) -> None:
    X, y, weights = make(16)
    problem = nb.Problem(X, y, loss=nb.losses.Huber(delta), sample_weight=weights)
    solution = problem.solve(alpha=0)
    assert solution.converged
    scaled = X / np.where(X.any(axis=0), np.abs(X).max(axis=0), 1.0)
    u, b = cp.Variable(X.shape[1]), cp.Variable()
    cp.Problem(cp.Minimize(weights / weights.sum() @ cp.huber(y - scaled @ u - b, delta) / 2)).solve()
    residuals = y - scaled @ u.value - b.value
    size = np.minimum(np.abs(residuals), delta)
    least = float(weights / weights.sum() @ (size * (np.abs(residuals) - size / 2)))
    assert solution.loss <= least + 1e-9 * problem.instance.scale
    assert problem.solve(target=least + 1e-13).converged
    if make is not units:
        assert problem.solve(target=least + 1e-6 * problem.instance.scale).converged
    assert problem.solve(budget=2 * solution.norm).loss == pytest.approx(solution.loss, rel=1e-9)


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("norm", ["l1", "l2", "squared_l2", "elastic_net", "linf", "sorted_l1"])
@pytest.mark.parametrize("make", [houses, near_pairs, far, units], ids=lambda make: make.__name__)
def test_least_squares_in_any_units(make: Any, norm: str) -> None:
    X, y, weights = make(0)
    problem = nb.Problem(X, y, norm=norm, sample_weight=weights)
    centre = np.average(X, axis=0, weights=weights)
    root = np.sqrt(weights)[:, None].astype(np.longdouble)
    deviations = X.std(axis=0)
    Z = root * ((X - centre.astype(np.longdouble)) / deviations)
    basis, triangle = _extended_qr(np.column_stack([Z, root]))
    right = _extended_solve(triangle, basis.T @ (root[:, 0] * y.astype(np.longdouble)))
    right = (right[:-1] / deviations).astype(float)
    solution = problem.solve(alpha=0)
    assert solution.converged
    np.testing.assert_allclose(solution.coef, right, rtol=2e-6)
    slack = problem.solve(budget=10 * solution.norm)
    assert slack.converged
    np.testing.assert_allclose(slack.coef, right, rtol=2e-6)
    assert problem.solve(target=solution.loss).converged


def _extended_qr(A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gram-Schmidt twice, in extended precision."""
    basis, triangle = A.copy(), np.zeros((A.shape[1],) * 2, dtype=np.longdouble)
    for j in range(A.shape[1]):
        for _ in range(2):
            along = basis[:, :j].T @ basis[:, j]
            triangle[:j, j] += along
            basis[:, j] -= basis[:, :j] @ along
        triangle[j, j] = np.sqrt(basis[:, j] @ basis[:, j])
        basis[:, j] /= triangle[j, j]
    return basis, triangle


def _extended_solve(triangle: np.ndarray, rhs: np.ndarray) -> np.ndarray:
    x = np.zeros(len(rhs), dtype=np.longdouble)
    for j in range(len(rhs) - 1, -1, -1):
        x[j] = (rhs[j] - triangle[j, j + 1 :] @ x[j + 1 :]) / triangle[j, j]
    return x


@pytest.mark.parametrize("loss", ["squared_error", "huber", "poisson"])
def test_the_proof_of_a_fit_is_one_of_the_best_fit_too(loss: str) -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 5))
    y = rng.poisson(np.exp(X[:, 0])).astype(float)
    problem = nb.Problem(X, y, loss=loss)
    solution = problem.solve(alpha=0, tol=1e-10)
    assert solution.certificate.infeasibility < 1e-12
    for share in (
        0.9,
        0.999,
        1.2,
    ):  # weights that are the least norm of what they predict, but not a best fit
        w = share * solution.coef
        wrong = with_best_fit(problem.instance, solution.certificate, w, solution.intercept)
        excess = problem.loss_at(w, solution.intercept) - solution.loss
        assert wrong.infeasibility >= excess / problem.instance.scale * (1 - 1e-9) > 0


@pytest.mark.parametrize("shape", [(20_000, 3), (100_000, 2)])
def test_tall_least_squares_needs_no_square_of_the_rows(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=shape)
    truth = np.array([3.0, 1.0, -5.0])[: shape[1]]
    problem = nb.Problem(X, X @ truth + rng.normal(size=shape[0]))
    tracemalloc.start()
    solution = problem.solve(alpha=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_allclose(solution.coef, truth, atol=0.05)
    assert solution.converged
    assert peak < 40 * X.nbytes


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("shape", [(40_000, 220), (220, 40_000)])
def test_a_large_sparse_table_stays_sparse(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    X = sparse.random_array(shape, density=0.01, rng=rng, format="csc")
    X.data[:] *= 10.0 ** rng.uniform(-3, 3, shape[1])[np.repeat(np.arange(shape[1]), np.diff(X.indptr))]
    y = rng.normal(size=shape[0])
    problem = nb.Problem(X, y)
    tracemalloc.start()
    solution = problem.solve(alpha=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert solution.converged
    assert peak < 8 * shape[0] * shape[1] / 2
    residual = y - X @ solution.coef - solution.intercept
    assert solution.loss == pytest.approx(0.5 * np.mean(residual**2), abs=1e-12)
    sizes = np.sqrt(np.maximum(np.asarray(X.multiply(X).sum(axis=0)).ravel(), 1e-300))
    assert np.abs(X.T @ residual / sizes).max() < 1e-9 * np.linalg.norm(y)


def test_spans_of_one_table_agree() -> None:
    rng = np.random.default_rng(2)
    for shape, Other in (((40, 6), SparseSpan), ((6, 40), WideSpan)):
        X = sparse.random_array(shape, density=0.5, rng=rng, format="csc")
        X = sparse.csc_array(X @ sparse.diags_array(10.0 ** np.linspace(-4, 4, shape[1])))
        instance: Instance = nb.Problem(X, rng.normal(size=shape[0])).instance
        index = np.arange(shape[1])
        dense = DenseSpan(X.toarray(), True, True)
        weights = (instance.sample_weight,) if Other is SparseSpan else (True,)
        other = Other(instance.design, index, *weights, True)
        assert other.is_unique == dense.is_unique == (shape[0] > shape[1])
        for eta in rng.normal(size=(3, shape[0])):
            reached = [_projected(span, eta) for span in (dense, other)]
            np.testing.assert_allclose(*reached, atol=1e-9)
        if dense.is_unique:
            np.testing.assert_allclose(dense.weights(eta), other.weights(eta), rtol=1e-6)
            gradient = rng.normal(size=shape[1]) * 10.0 ** np.linspace(-4, 4, shape[1])
            for span in (dense, other):
                theta = span.multiplier(gradient)
                np.testing.assert_allclose(X.T @ theta, gradient, rtol=1e-6)
                assert abs(theta.sum()) < 1e-9 * np.abs(theta).sum()


def _projected(span: Any, eta: np.ndarray) -> np.ndarray:
    hessian = span.hessian(np.ones(len(eta)))
    return np.asarray(span.apply(np.linalg.solve(hessian, span.adjoint(eta))))


NORMS = ["l1", "sorted_l1", "linf", "l2", "squared_l2", "elastic_net", nb.norms.Lp(1.5)]


@pytest.mark.quick_cases(5)
@pytest.mark.parametrize("norm", NORMS, ids=str)
@pytest.mark.parametrize("share", [1e-8, 1e-11, 1e-13])
def test_a_tiny_target_is_met(norm: Any, share: float) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 120))
    y = X[:, :5] @ rng.normal(size=5) + 0.1 * rng.normal(size=40)
    problem = nb.Problem(X, y, norm=norm)
    target = share * problem.instance.null_loss
    solution = problem.solve(target=target)
    assert solution.converged
    assert solution.loss <= target * (1 + 1e-3)


@pytest.mark.parametrize("norm", ["l1", "l2", "linf"])
def test_a_missed_target_is_priced(norm: str) -> None:
    """R + lambda (f - s) is what the norm would be if the target were met: no less than a bound on it."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(30, 60))
    problem = nb.Problem(X, X[:, :3].sum(axis=1) + 0.1 * rng.normal(size=30), norm=norm)
    null = problem.instance.null_loss
    for share in (1e-4, 1e-7, 1e-10):
        exact, loose = problem.solve(target=share * null), problem.solve(target=1.02 * share * null)
        certificate = certify_target(
            problem.instance, share * null, loose.coef, loose.intercept, loose.predictor, loose.alpha, 1e-8
        )
        missing = (exact.norm - loose.norm) / loose.norm
        assert certificate.infeasibility >= 0.9 * missing > 0


def wide(kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """12 equations for 24 weights whose columns are far from 0, in unlike units, or near copies."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((12, 24))
    if kind == "far":
        X += 10.0 ** rng.uniform(4, 7, 24)
    elif kind == "scaled":
        X *= 10.0 ** rng.permutation(np.linspace(-6, 6, 24))
    else:
        X[:, 12:] = X[:, :12] + 1e-6 * rng.standard_normal((12, 12))
    return X, rng.standard_normal(12)


NORMS_OF_WIDE = [
    nb.norms.L1(),
    nb.norms.L1(weights=[0.0] + [1.0] * 23),
    nb.norms.GroupL2(np.arange(24) // 2),
    nb.norms.LInf(),
    nb.norms.ElasticNet(0.5),
]


@pytest.mark.quick_cases(4)
@pytest.mark.parametrize("kind", ["far", "scaled", "near copies"])
@pytest.mark.parametrize("norm", NORMS_OF_WIDE, ids=repr)
@pytest.mark.parametrize("loss", [nb.losses.SquaredError(), nb.losses.Huber(1.0)], ids=repr)
def test_perfect_fits_of_ill_conditioned_equations(kind: str, norm: nb.Norm, loss: nb.losses.Loss) -> None:
    X, y = wide(kind, 0)
    exact = ExtendedProblem(X, y, loss, norm, fit_intercept=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nb.ConvergenceWarning)  # what is left of groups that are far
        solution = nb.Problem(X, y, loss, norm, fit_intercept=False).solve(target=0.0)
    found = exact.examine(Claim.of(solution))
    assert found.contradictions() == []
    if kind == "far" and isinstance(norm, nb.norms.GroupL2):
        return  # curved where columns cancel: honest, but not solved
    assert found.gap <= 1e-8 + found.allowance
    assert found.infeasibility <= 1e-8 + found.slack


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_weights_that_miss_the_equations_prove_no_more_than_their_own_fit(seed: int) -> None:
    """They have less R than any that meet them, so that both values seem to cross."""
    X, y = wide("near copies", seed)
    problem = nb.Problem(X, y, norm=nb.norms.L1(), fit_intercept=False)
    alpha = 1e-3 * problem.alpha_max
    w = problem.solve(alpha=alpha).coef
    theta = (y - X @ w) / (12 * alpha)
    aside = np.random.default_rng(seed).standard_normal(24)
    moved = 0.5 * w + 0.1 * np.abs(w).mean() * aside
    found = certify_fit(problem.instance, y, moved, 0.0, theta, 1e-8)
    assert found.dual > found.primal
    claim = Claim("penalty", 0.0, moved, 0.0, 0.0, found.gap, found.infeasibility, found.theta)
    truth = ExtendedProblem(X, y, nb.losses.SquaredError(), nb.norms.L1(), fit_intercept=False).examine(claim)
    assert truth.gap > 1e-3
    assert truth.gap <= 1.01 * found.gap


@pytest.mark.parametrize("position", [1442, 1763, 2030])
def test_drawn_targets_near_the_least_loss(position: int) -> None:
    """Perfect fits of unequal columns, and a target whose best answer was found and not returned."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nb.ConvergenceWarning)  # within what float64 allows
        compared = compare(hard_problem(position))
    assert [sentence for each in compared for sentence in each.failures()] == []
