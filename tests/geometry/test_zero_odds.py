"""Odds of zeros: the batched solver against the package's, counts against exact laws."""

from __future__ import annotations

import numpy as np
import pytest

from normball import Problem
from normball.geometry import Equations, GaussianDesign, OrthonormalDesign, worth_of_zeros, zero_odds
from normball.geometry.batched import solve_l1_batch
from normball.geometry.worth import bits_to_send
from normball.norms import L1, GroupL2, LInf, SortedL1


# ---- the batched solver -----------------------------------------------------------------
@pytest.mark.parametrize(("m", "p"), [(1, 6), (3, 8), (20, 40), (12, 12)])
def test_batched_equations_agree_with_the_solver(m: int, p: int) -> None:
    rng = np.random.default_rng(0)
    A, b = rng.standard_normal((6, m, p)), rng.standard_normal((6, m))
    batch = solve_l1_batch(A, b)
    assert batch.residuals.max() < 1e-9
    for k in range(6):
        alone = Problem(A[k], b[k], fit_intercept=False).solve(target=0.0)
        np.testing.assert_allclose(batch.coefs[k], alone.coef, atol=1e-6 * np.abs(alone.coef).max())
    assert (batch.zeros == p - m).all()


@pytest.mark.parametrize(("n", "p"), [(10, 30), (30, 30), (80, 15)])
@pytest.mark.parametrize("alpha", [0.02, 0.2])
def test_batched_penalty_agrees_with_the_solver(n: int, p: int, alpha: float) -> None:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((6, n, p))
    y = 2 * X[:, :, 0] - X[:, :, 1] + 0.5 * rng.standard_normal((6, n))
    batch = solve_l1_batch(X, y, price=n * alpha)
    assert batch.gaps.max() < 1e-8
    for k in range(6):
        alone = Problem(X[k], y[k], fit_intercept=False).solve(alpha=alpha, tol=1e-12)
        np.testing.assert_allclose(batch.coefs[k], alone.coef, atol=1e-6)
        assert batch.zeros[k] == alone.n_zeros


def test_batched_solver_finds_sparse_signals_exactly() -> None:
    rng = np.random.default_rng(2)
    A = rng.standard_normal((50, 40, 60))
    w = np.r_[np.ones(4), np.zeros(56)]
    batch = solve_l1_batch(A, A @ w)
    np.testing.assert_allclose(batch.coefs, np.tile(w, (50, 1)), atol=1e-9)
    assert (batch.zeros == 56).all()


def test_batched_solver_at_the_edges() -> None:
    rng = np.random.default_rng(3)
    A = rng.standard_normal((3, 4, 7))
    assert not solve_l1_batch(A, np.zeros((3, 4))).coefs.any()
    b = rng.standard_normal((3, 4))
    largest = np.abs(b[:, None, :] @ A).max(axis=(1, 2))
    assert not solve_l1_batch(A, b, price=float(largest.max())).coefs.any()
    assert solve_l1_batch(A, b, price=0.99 * float(largest.min())).coefs.any(axis=1).all()
    scaled = solve_l1_batch(1e6 * A, 1e-3 * b)
    np.testing.assert_allclose(scaled.coefs * 1e9, solve_l1_batch(A, b).coefs, atol=1e-7)
    with pytest.raises(ValueError, match="more equations than unknowns"):
        solve_l1_batch(rng.standard_normal((1, 3, 2)), np.ones((1, 3)))


# ---- odds -------------------------------------------------------------------------------
SIGNAL = np.r_[0.3, -0.2, np.zeros(8)]
EXACT = [
    ("l1", 10, Equations(4)),
    (L1(weights=np.linspace(1, 2, 6)), 6, Equations(2)),
    ("l2", 6, Equations(2)),
    ("linf", 6, Equations(2)),
    ("l1", 2, Equations(1)),
    (SortedL1([2.0, 1.0]), 2, Equations(1)),
    (GroupL2([0, 0, 1, 1, 2, 2]), 6, Equations(1)),
    ("l1", 10, OrthonormalDesign(40, 0.2, signal=SIGNAL)),
    (L1(weights=np.linspace(0.5, 2, 10)), 10, OrthonormalDesign(40, 0.2, noise=2.0)),
    (L1(positive=True), 10, OrthonormalDesign(40, 0.2, signal=SIGNAL)),
    ("elastic_net", 10, OrthonormalDesign(40, 0.2)),
    (GroupL2([0, 0, 0, 1, 1, 2, 3, 3, 3, 3]), 10, OrthonormalDesign(40, 0.15, signal=SIGNAL)),
    ("l2", 4, OrthonormalDesign(40, 0.3)),
]


@pytest.mark.parametrize(("norm", "p", "law"), EXACT, ids=str)
def test_counts_agree_with_exact_odds(norm: object, p: int, law: object) -> None:
    exact = zero_odds(norm, p, law, "exact")
    trials = 2000 if isinstance(law, OrthonormalDesign) else 20 if isinstance(norm, GroupL2) else 150
    counted = zero_odds(norm, p, law, "sampling", trials=trials, seed=11)
    assert exact.odds.sum() == pytest.approx(1.0)
    assert counted.counts is not None
    assert counted.counts.sum() == trials
    bounds = counted.intervals(0.9999)
    assert (bounds[:, 0] <= exact.odds + 1e-12).all()
    assert (exact.odds <= bounds[:, 1] + 1e-12).all()
    assert exact.mean == pytest.approx(counted.mean, abs=0.5)


def test_orthonormal_odds_are_binomial_for_pure_noise() -> None:
    from scipy.stats import binom, norm

    law = zero_odds("l1", 30, OrthonormalDesign(100, 0.2))
    inside = norm.cdf(2.0) - norm.cdf(-2.0)  # alpha over noise / sqrt(n)
    np.testing.assert_allclose(law.odds, binom.pmf(np.arange(31), 30, inside), atol=1e-13)
    assert law.at_least_one == pytest.approx(1.0)


def test_sampling_is_the_same_for_any_number_of_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    law = GaussianDesign(30, 0.2, correlation=0.5)
    first = zero_odds("l1", 20, law, trials=400, seed=2)
    monkeypatch.setattr("normball.geometry.chunks.processors", lambda: 1)
    again = zero_odds("l1", 20, law, trials=400, seed=2)
    np.testing.assert_array_equal(first.counts, again.counts)


def test_gaussian_designs_have_the_correlation_that_was_asked_for() -> None:
    # with independent columns many rows make the design nearly orthonormal
    near = zero_odds("l1", 8, GaussianDesign(2000, 0.03), trials=1500)
    exact = zero_odds("l1", 8, OrthonormalDesign(2000, 0.03))
    assert near.mean == pytest.approx(exact.mean, abs=0.2)
    # strongly correlated columns stand for each other, so that more are zero
    signal = np.r_[1.0, np.zeros(7)]
    means = [
        zero_odds("l2", 8, GaussianDesign(50, 0.1, signal=signal), trials=3).mean,
        zero_odds("l1", 8, GaussianDesign(50, 0.2, signal=signal, correlation=0.9), trials=500).mean,
    ]
    assert means[0] == 0
    assert 5 < means[1] < 7.5
    place = np.arange(8)
    same = GaussianDesign(50, 0.2, signal=signal, covariance=0.9 ** np.abs(place[:, None] - place))
    assert zero_odds("l1", 8, same, trials=500).mean == pytest.approx(means[1])
    # wide columns pull harder at the same price
    wide = GaussianDesign(50, 0.2, covariance=np.diag(np.r_[9.0, np.ones(7)]))
    draws = wide.sample(L1(), 8, 400, np.random.default_rng(0))
    assert (draws[:, 0] == 0).mean() < (draws[:, 1:] == 0).mean() - 0.2


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: zero_odds("l1", 3, Equations(4)), "at most p=3"),
        (lambda: zero_odds("l1", 3, GaussianDesign(4, 0.1), "exact"), "no exact law"),
        (lambda: zero_odds("l1", 3, Equations(1), "guess"), "method must be"),
        (lambda: zero_odds("l1", 3, OrthonormalDesign(9, 0.1, signal=[1.0])), "signal has 1 entries"),
        (lambda: OrthonormalDesign(9, 0.0), "alpha must be"),
        (lambda: GaussianDesign(9, 0.1, correlation=1.0), "correlation must lie"),
        (lambda: zero_odds("l1", 3, GaussianDesign(9, 0.1, covariance=np.eye(2))), "3 x 3 matrix"),
        (lambda: zero_odds("l1", 2, GaussianDesign(9, 0.1, covariance=np.ones((2, 2)))), "not > 0"),
        (lambda: GaussianDesign(9, 0.1, correlation=0.1, covariance=np.eye(2)), "exclude each other"),
        (lambda: zero_odds(LInf(), 3, OrthonormalDesign(9, 0.1), "exact"), "no exact law"),
    ],
)
def test_errors_say_what_is_accepted(call: object, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        call()  # type: ignore[operator]


# ---- worth ------------------------------------------------------------------------------
def test_worth_of_zeros() -> None:
    coef = np.zeros(50_000)
    coef[[5, 700, 49_999]] = 1.0
    worth = worth_of_zeros(coef, n_rows=20, repeats=5)
    assert (worth.n_features, worth.n_nonzero) == (50_000, 3)
    assert (worth.dense_bytes, worth.sparse_bytes) == (400_000, 36)
    assert worth.sparse_seconds < worth.dense_seconds
    assert "3 of 50,000" in str(worth)
    # few places: each costs about log2(p) bits, and which order does not matter
    assert bits_to_send(1024, 1, 0) == pytest.approx(np.log2(1025) + 10)
    assert bits_to_send(8, 8, 16) == pytest.approx(np.log2(9) + 128)
    with pytest.raises(ValueError, match="coef must be finite"):
        worth_of_zeros([1.0, np.nan])
