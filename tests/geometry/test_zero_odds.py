"""Odds of zeros: the batched solver against the package's, counts against exact laws."""

from __future__ import annotations

import numpy as np
import pytest

from normball import Problem
from normball.geometry import (
    Equations,
    GaussianDesign,
    OrthonormalDesign,
    RotatedEllipse,
    ellipse_odds,
    wilson_interval,
    worth_of_zeros,
    zero_odds,
)
from normball.geometry.batched import solve_l1_batch
from normball.geometry.batched_cube import solve_linf_batch
from normball.geometry.batched_groups import solve_groups_batch
from normball.geometry.batches import solve_batch
from normball.geometry.worth import bits_to_send
from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Norm, SortedL1


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


BATCHED = [
    LInf(),
    L2(),
    L1(weights=np.linspace(0.5, 2, 15)),
    ElasticNet(0.7, weights=np.linspace(0.5, 2, 15)),
    L1(positive=True),
    GroupL2(np.repeat(np.arange(5), 3)),
]


@pytest.mark.parametrize("norm", BATCHED, ids=lambda norm: norm.title)
@pytest.mark.parametrize(("m", "alpha"), [(4, 0.0), (10, 0.1), (30, 0.3), (40, 2.0)])
def test_batches_of_other_norms_agree_with_the_solver(norm: Norm, m: int, alpha: float) -> None:
    rng = np.random.default_rng(6)
    A = rng.standard_normal((4, m, 15))
    b = 2 * A[:, :, 0] + A[:, :, 1] + 0.5 * rng.standard_normal((4, m)) * (alpha > 0)
    found = solve_batch(norm, A, b, m * alpha)
    for k in range(4):
        problem = Problem(A[k], b[k], norm=norm, fit_intercept=False)
        alone = problem.solve(**({"alpha": alpha} if alpha else {"target": 0.0}), tol=1e-12).coef
        np.testing.assert_allclose(found[k], alone, atol=1e-6 * max(np.abs(alone).max(), 1e-3))
        np.testing.assert_array_equal(found[k] == 0, alone == 0)


def test_cubes_have_exact_ties() -> None:
    rng = np.random.default_rng(7)
    A, b = rng.standard_normal((20, 12, 30)), rng.standard_normal((20, 12))
    found = solve_linf_batch(A, b)
    size = np.abs(found.coefs)
    assert (size == size.max(axis=1, keepdims=True)).sum(axis=1).tolist() == [19] * 20
    assert found.residuals.max() < 1e-12
    assert not solve_linf_batch(A, b, price=1e4).coefs.any()
    assert solve_linf_batch(A, b, price=1.0).gaps.max() < 1e-9
    # columns that repeat have no single answer, but one of the least size is found
    twice = solve_linf_batch(np.concatenate([A, A], axis=2), b)
    np.testing.assert_allclose(np.abs(twice.coefs).max(axis=1), size.max(axis=1) / 2, rtol=1e-8)


@pytest.mark.parametrize("m", [1, 3, 8, 11, 12])
def test_batched_groups_are_proved_and_whole(m: int) -> None:
    norm = GroupL2([0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3], weights=[1.0, 2.0, 0.5, 1.0])
    rng = np.random.default_rng(9)
    A, b = rng.standard_normal((60, m, 12)), rng.standard_normal((60, m))
    b[:20] = A[:20] @ np.r_[np.ones(4), np.zeros(8)]  # some with a sparse answer
    blocks = norm.blocks(12)
    assert blocks is not None
    found = solve_groups_batch(blocks, A, b)
    assert found.gaps.max() < 1e-7
    assert found.residuals.max() < 1e-9
    is_zero = found.coefs == 0
    for group in range(4):
        members = is_zero[:, blocks.label == group]
        assert (members.all(axis=1) | ~members.any(axis=1)).all()
    for k in (0, 1, 30, 31):
        alone = Problem(A[k], b[k], norm=norm, fit_intercept=False).solve(target=0.0).coef
        np.testing.assert_allclose(found.coefs[k], alone, atol=1e-6 * np.abs(alone).max())
    assert not solve_groups_batch(blocks, A[:2], np.zeros((2, m))).coefs.any()


@pytest.mark.parametrize("norm", [SortedL1(), GroupL2([0, 0, 1, 1, 1, 2])], ids=lambda norm: norm.title)
def test_one_equation_is_met_where_the_dual_norm_is_attained(norm: Norm) -> None:
    rng = np.random.default_rng(8)
    a, b = rng.standard_normal((30, 1, 6)), rng.standard_normal((30, 1))
    for w, row, goal in zip(solve_batch(norm, a, b), a[:, 0], b[:, 0], strict=True):
        assert row @ w == pytest.approx(goal)
        assert norm.value(w) == pytest.approx(abs(goal) / norm.dual_norm(row))


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
    # some hundred counts are compared in all cases together: at 99.99 % each, 99 % for all
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


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("norm", ["l1", "linf"])
def test_ellipses_of_the_plane_touch_where_the_cones_say(norm: str) -> None:
    trials = 500
    solved = zero_odds(norm, 2, RotatedEllipse(), trials=trials, seed=3)
    expected = ellipse_odds(norm, 20_000, np.random.default_rng(0)) / 20_000
    low, high = wilson_interval(int(solved.counts[1]), trials, 0.999)
    assert low <= expected <= high


def test_round_ellipses_are_projections_and_long_ones_find_more_corners() -> None:
    p = 8
    means = [zero_odds("l1", p, RotatedEllipse((one, one)), trials=300).mean for one in (1.0, 10.0)]
    assert means[0] < means[1] < p
    rng, zeros = np.random.default_rng(4), []
    for _ in range(2000):
        ray = rng.standard_normal(p)
        zeros.append((L1().project(ray / np.abs(ray).sum() * rng.uniform(1, 3), 1.0) == 0).sum())
    assert means[0] == pytest.approx(np.mean(zeros), abs=4 * np.std(zeros) / np.sqrt(300))


def test_slope_catches_directions_with_vertices_of_several_kinds() -> None:
    found = zero_odds("sorted_l1", 20, Equations(1), trials=4000)
    assert found.counts[20] == 0
    assert (found.odds > 0.01).sum() >= 4
    # with equal weights it is L1: all vertices have one entry
    assert zero_odds(SortedL1(np.ones(20)), 20, Equations(1), trials=200).odds[19] == 1


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
        (lambda: RotatedEllipse((0.5, 2.0)), "elongation must be bounds"),
        (lambda: zero_odds(LInf(), 3, OrthonormalDesign(9, 0.1), "exact"), "no exact law"),
    ],
)
def test_errors_say_what_is_accepted(call: object, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        call()  # type: ignore[operator]


def test_level_sets_are_laws() -> None:
    with pytest.raises(TypeError, match=r"such as Equations\(3\)"):
        zero_odds("l1", 3, 5)  # type: ignore[arg-type]


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
    with pytest.raises(ValueError, match="at least one coefficient"):
        worth_of_zeros([])
    with pytest.raises(ValueError, match="coef must be finite"):
        worth_of_zeros([1.0, np.nan])
