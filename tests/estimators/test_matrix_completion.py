"""MatrixCompletion: against CVXPY, its proofs recomputed, planted matrices recovered."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import pytest
from scipy import sparse

import normball as nb
from normball.solvers.low_rank import completion


def observed(m: int, n: int, rank: int, share: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A planted matrix, and what was seen of it."""
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal((m, rank)) @ rng.standard_normal((rank, n))
    return truth, np.where(rng.random((m, n)) < share, truth, np.nan)


@pytest.mark.quick_cases(11)
@pytest.mark.parametrize("seed", range(50))
def test_agrees_with_cvxpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m, n = rng.integers(3, 9, 2)
    X = np.where(rng.random((m, n)) < 0.7, rng.standard_normal((m, n)), np.nan)
    X[0, 0] = 1.0
    alpha = float(rng.uniform(0.01, 0.2))
    model = nb.MatrixCompletion(alpha, tol=1e-8).fit(X)
    seen = ~np.isnan(X)
    L = cp.Variable((m, n))
    misfit = cp.sum_squares(cp.multiply(seen, np.where(seen, X, 0.0) - L)) / (2 * seen.sum())
    problem = cp.Problem(cp.Minimize(misfit + alpha * cp.normNuc(L)))
    problem.solve(solver=cp.CLARABEL)
    assert model.alpha_ == pytest.approx(alpha)
    assert model.losses_[-1] + alpha * model.nuclear_norms_[-1] == pytest.approx(problem.value, rel=1e-5)
    residual = np.where(seen, X - model.completed(), 0.0)
    assert model.losses_[-1] == pytest.approx((residual**2).sum() / (2 * seen.sum()), rel=1e-6, abs=1e-12)
    assert np.linalg.norm(model.completed(), "nuc") == pytest.approx(model.nuclear_norms_[-1], abs=1e-9)
    # the condition of optimality, which needs no reference: residual / n in alpha times the subdifferential
    assert np.linalg.norm(residual, 2) / seen.sum() <= alpha * (1 + 1e-3)


@pytest.mark.parametrize("make", [lambda X: X, np.transpose], ids=["X", "transposed"])
def test_recovers_a_planted_matrix(make: object) -> None:
    truth, X = observed(120, 90, 3, 0.4)
    model = nb.MatrixCompletion().fit(make(X))  # type: ignore[operator]
    assert model.rank_ == 3
    error = np.linalg.norm(model.completed() - make(truth)) / np.linalg.norm(truth)  # type: ignore[operator]
    assert error < 1e-4
    assert (model.gaps_ <= 1e-4).all()
    assert (np.diff(model.losses_) < 0).all()
    assert (np.diff(model.nuclear_norms_) > 0).all()


@pytest.mark.parametrize(("m", "n", "noise"), [(90, 70, 0.5), (70, 90, 0.05), (110, 60, 2.0)])
def test_noisy_entries_met_closely_end_in_a_bounded_number_of_rounds(m: int, n: int, noise: float) -> None:
    X = observed(m, n, 3, 0.4)[1]
    rng = np.random.default_rng(1)
    X = X + noise * rng.standard_normal(X.shape)
    model = nb.MatrixCompletion(max_iter=400).fit(X)
    assert (model.gaps_ <= 1e-4).all()
    seen = ~np.isnan(X)
    residual = np.where(seen, X - model.completed(), 0.0)
    # the proof again: the residual in the dual ball bounds the least objective
    lam = model.alpha_ * seen.sum()
    primal = 0.5 * (residual**2).sum() + lam * np.linalg.norm(model.completed(), "nuc")
    assert primal == pytest.approx(seen.sum() * (model.losses_[-1] + model.alpha_ * model.nuclear_norms_[-1]))
    best = nb.MatrixCompletion(tol=1e-8, max_iter=5000).fit(X)
    assert best.gap_ <= 1e-8
    least = seen.sum() * (best.losses_[-1] + best.alpha_ * best.nuclear_norms_[-1])
    assert least * (1 - 1e-7) <= primal <= least * (1 + 1.01e-4)


def test_the_spectral_norm_of_values_that_are_all_alike() -> None:
    orthogonal = np.linalg.qr(np.random.default_rng(0).standard_normal((320, 320)))[0]
    assert completion.spectral_norm(sparse.csr_array(orthogonal)) == pytest.approx(1.0, rel=1e-9)


def test_sparse_input_means_the_same() -> None:
    _, X = observed(60, 50, 2, 0.5)
    X[3, 4] = 0.0  # an observed zero is stored, a missing entry is not
    rows, columns = np.nonzero(~np.isnan(X))
    stored = sparse.coo_array((X[rows, columns], (rows, columns)), shape=X.shape)
    dense, from_sparse = nb.MatrixCompletion().fit(X), nb.MatrixCompletion().fit(stored)
    np.testing.assert_array_equal(from_sparse.completed(), dense.completed())
    assert stored.nnz == len(rows)


def test_predicts_single_entries() -> None:
    _, X = observed(40, 30, 2, 0.6)
    model = nb.MatrixCompletion().fit(X)
    np.testing.assert_allclose(
        model.predict(np.array([3, 7]), np.array([5, 0])), model.completed()[[3, 7], [5, 0]]
    )


def test_units() -> None:
    _, X = observed(40, 30, 2, 0.6)
    model = nb.MatrixCompletion(n_alphas=5, eps=1e-2).fit(X)
    for factor in (1e-150, 1e140):
        other = nb.MatrixCompletion(n_alphas=5, eps=1e-2).fit(factor * X)
        np.testing.assert_allclose(other.completed() / factor, model.completed(), atol=1e-9)
        np.testing.assert_allclose(other.alphas_ / factor, model.alphas_, rtol=1e-12)


def test_zeros_rows_without_entries_and_high_prices() -> None:
    assert nb.MatrixCompletion().fit(np.zeros((6, 5))).rank_ == 0
    _, X = observed(30, 20, 1, 0.6)
    X[4] = np.nan
    model = nb.MatrixCompletion().fit(X)
    np.testing.assert_allclose(model.completed()[4], 0.0, atol=1e-20)
    high = nb.MatrixCompletion(alpha=1e3, n_alphas=1).fit(X)
    assert high.rank_ == 0
    assert high.gap_ <= 1e-9


def test_norm_by_lanczos(monkeypatch: pytest.MonkeyPatch) -> None:
    _, X = observed(60, 50, 2, 0.5)
    matrix = sparse.csr_array(np.nan_to_num(X))
    monkeypatch.setattr(completion, "SMALL", 10)
    assert completion.spectral_norm(matrix) == pytest.approx(np.linalg.norm(matrix.toarray(), 2), rel=1e-9)


def test_missed_tolerance_is_said() -> None:
    _, X = observed(40, 30, 3, 0.5)
    with pytest.warns(nb.ConvergenceWarning, match=r"missed tol=1e-12 at \d of 2 alphas"):
        nb.MatrixCompletion(n_alphas=2, tol=1e-12, max_iter=1).fit(X)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"alpha": 0.0}, "alpha must be a number > 0, got 0.0"),
        ({"eps": 1.0}, "eps must lie strictly between 0 and 1, got 1.0"),
        ({"tol": -1.0}, "tol must be a number > 0, got -1.0"),
        ({"n_alphas": 0}, "n_alphas must be a whole number, at least 1, got 0"),
        ({"max_iter": 0}, "max_iter must be a whole number, at least 1, got 0"),
    ],
)
def test_bad_parameters(parameters: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nb.MatrixCompletion(**parameters).fit(np.eye(4))


def test_bad_data() -> None:
    with pytest.raises(ValueError, match="at least one observed entry, got none"):
        nb.MatrixCompletion().fit(np.full((3, 3), np.nan))
    with pytest.raises(ValueError, match="infinity"):
        nb.MatrixCompletion().fit(np.array([[1.0, np.inf], [0.0, 1.0]]))
