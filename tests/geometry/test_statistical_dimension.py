"""Sizes of cones: published formulas by independent quadrature, exact values, sampling."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import ndtr
from scipy.stats import chi

from normball.geometry import (
    cone_volumes,
    largest_sparsity,
    measurements_needed,
    minimax_alpha,
    minimax_risk,
    nuclear_statistical_dimension,
    statistical_dimension,
    success_curve,
    transition_width,
    universal_alpha,
)
from normball.norms import L1, ElasticNet, GroupL2, Lp, SortedL1


def _published(p: int, s: int) -> float:
    """Amelunxen, Lotz, McCoy, Tropp 2014, equation (4.3), with the integral by quadrature."""

    def tail(tau: float) -> float:
        value = quad(lambda u: (u - tau) ** 2 * np.exp(-u * u / 2), tau, tau + 40, epsabs=0, epsrel=1e-13)[0]
        return float(np.sqrt(2 / np.pi) * value)

    found = minimize_scalar(
        lambda tau: s * (1 + tau**2) + (p - s) * tail(tau),
        bounds=(0, 10),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return float(found.fun)


@pytest.mark.parametrize(("p", "s"), [(10, 1), (100, 1), (100, 10), (100, 50), (100, 90), (5000, 20)])
def test_l1_is_the_published_formula(p: int, s: int) -> None:
    assert float(statistical_dimension("l1", p, s)) == pytest.approx(_published(p, s), abs=1e-6)


@pytest.mark.parametrize(("p", "s"), [(10, 1), (100, 1), (100, 10), (100, 50), (1000, 30)])
def test_l1_formula_bounds_the_exact_value_from_above(p: int, s: int) -> None:
    exact, formula = (statistical_dimension("l1", p, s, method) for method in ("exact", "formula"))
    assert exact.value <= formula.value <= exact.value + 2 * np.sqrt(p / s)
    assert formula.spread == pytest.approx(exact.spread, rel=0.05)


SAMPLED = [
    ("l1", 60, 8),
    ("linf", 40, 10),
    ("l2", 20, 3),
    (Lp(1.5), 12, 3),
    (L1(weights=np.linspace(0.5, 2, 30)), 30, np.r_[1.0, -2.0, np.zeros(28)]),
]


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize(("norm", "p", "sparsity"), SAMPLED[:4], ids=str)
def test_exact_values_agree_with_sampling(norm: object, p: int, sparsity: int) -> None:
    exact = statistical_dimension(norm, p, sparsity, "exact")
    sampled = statistical_dimension(norm, p, sparsity, "sampling", trials=800, seed=3)
    assert abs(sampled.value - exact.value) <= 3 * sampled.standard_error
    assert sampled.spread == pytest.approx(exact.spread, abs=1.8)


GROUPS = GroupL2(np.repeat(np.arange(40), 5))
UNEQUAL = GroupL2([[0, 1, 2], [3], [4, 5], [6, 7, 8, 9, 10, 11]])


@pytest.mark.parametrize(
    ("norm", "p", "sparsity"),
    [
        (GROUPS, 200, 5),
        (UNEQUAL, 12, np.r_[np.ones(3), np.zeros(9)]),
        (L1(positive=True), 200, 40),
        SAMPLED[4],
        (L1(weights=[0.0, 0.0, *np.ones(40)]), 42, np.r_[1.0, 0.0, 1.0, np.zeros(39)]),
        (L1(weights=[np.inf, np.inf, *np.ones(40)]), 42, np.r_[0.0, 0.0, 1.0, np.zeros(39)]),
    ],
    ids=["groups", "unequal groups", "positive", "weighted", "unpenalised", "never in"],
)
def test_formulas_bound_sampling_closely(norm: object, p: int, sparsity: object) -> None:
    formula = statistical_dimension(norm, p, sparsity)
    sampled = statistical_dimension(norm, p, sparsity, "sampling", trials=1500, seed=4)
    assert formula.method == "formula"
    assert formula.value >= sampled.value - 3 * sampled.standard_error
    # the excess of the formula, theorem 4.3, is far below its bound in all known cases
    assert formula.value <= sampled.value + 3 * sampled.standard_error + 0.05 * p


def test_group_formula_is_an_independent_quadrature() -> None:
    size, groups, active, price = 5, 40, 5, np.sqrt(5)

    def mean(tau: float) -> float:
        level = price * tau
        tail = quad(lambda u: (u - level) ** 2 * chi.pdf(u, size), level, 40, epsabs=0, epsrel=1e-12)[0]
        return float(active * (size + level**2) + (groups - active) * tail)

    found = minimize_scalar(mean, bounds=(0, 5), method="bounded", options={"xatol": 1e-10})
    assert float(statistical_dimension(GROUPS, 200, active)) == pytest.approx(found.fun, abs=1e-6)


def test_slope_contains_l1_and_linf() -> None:
    p = 30
    like_l1 = statistical_dimension(SortedL1(np.ones(p)), p, 4, trials=1500)
    assert abs(like_l1.value - statistical_dimension("l1", p, 4, "exact").value) <= 3 * like_l1.standard_error
    signal = np.r_[np.ones(20), np.zeros(10)]
    like_linf = statistical_dimension(SortedL1(np.eye(p)[0]), p, signal, trials=1500)
    assert abs(like_linf.value - (10 + 20 / 2)) <= 3 * like_linf.standard_error
    assert like_l1.method == "sampling"


def test_edges() -> None:
    assert float(statistical_dimension("l1", 50, 0)) == 0
    assert float(statistical_dimension("l1", 50, 50, "exact")) == pytest.approx(49.5)
    assert float(statistical_dimension("linf", 50, 0)) == pytest.approx(25)
    assert str(statistical_dimension("l1", 100, 10)) == "32.8794 (formula)"
    assert "±" in str(statistical_dimension("sorted_l1", 5, 1, trials=10))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: statistical_dimension(ElasticNet(), 5, 1), "must be a convex norm"),
        (lambda: statistical_dimension("l1", 5, 6), "at most p=5"),
        (lambda: statistical_dimension("linf", 5, 5), "less than p=5"),
        (lambda: statistical_dimension("l1", 5, -1), "at least 0"),
        (lambda: statistical_dimension("l1", 5, 1, "magic"), "method must be one of"),
        (lambda: statistical_dimension("sorted_l1", 5, 1, "exact"), "use method='auto'"),
        (lambda: statistical_dimension(L1(weights=[1.0, 2.0]), 2, 1), "the signal itself"),
        (lambda: statistical_dimension(UNEQUAL, 12, 1), "the signal itself"),
        (lambda: statistical_dimension(L1(positive=True), 2, [-1.0, 0.0]), "finite norm"),
        (lambda: measurements_needed("l1", 10, 1, 1.0), "probability must lie"),
        (lambda: measurements_needed("l1", 10, 1, 95), "such as 0.95"),
        (lambda: transition_width("l1", 10, 1, 0.4), "between 0.5 and 1"),
        (lambda: largest_sparsity(10, 11), "at most p=10"),
        (lambda: nuclear_statistical_dimension((3, 4), 5), "smaller side 3"),
        (lambda: statistical_dimension("nuclear", 12, 1), "pair \\(rows, columns\\)"),
        (lambda: statistical_dimension("nuclear", (3, 4), 1, "exact"), "for matrices"),
        (lambda: universal_alpha(10, 10, probability=0.0), "probability must lie"),
    ],
)
def test_errors_say_what_is_accepted(call: object, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        call()  # type: ignore[operator]


@pytest.mark.parametrize("signal", [[0.0, 0.0, 0.0, 0.0], [3.0, 0.0, 0.0, 0.0]])
def test_features_without_a_price_cost_one_measurement_each(signal: list[float]) -> None:
    norm = L1(weights=[0.0, 0.0, 1.0, 2.0])
    for method in ("formula", "sampling"):
        size = statistical_dimension(norm, 4, signal, method, trials=1500)
        assert abs(size.value - 2) <= 3 * size.standard_error
    assert measurements_needed(norm, 4, signal) == 2


# ---- measurements -----------------------------------------------------------------------
def test_success_curve_is_a_distribution_with_the_right_mean() -> None:
    for norm, sparsity in (("l1", 10), ("linf", 10), ("l2", 10)):
        curve = success_curve(norm, 100, sparsity)
        assert curve[0] == pytest.approx(0, abs=1e-12)
        assert curve[-1] == pytest.approx(1)
        assert (np.diff(curve) >= -1e-12).all()
        # failures summed over m give the mean of V, up to the half of Gauss-Bonnet
        volumes = cone_volumes(norm, 100, sparsity)
        assert (1 - curve).sum() == pytest.approx(volumes @ np.arange(101) + 0.5)


def test_normal_law_is_close_to_the_exact_odds() -> None:
    exact = success_curve("l1", 400, 40)
    size = statistical_dimension("l1", 400, 40)
    from scipy.special import ndtr

    assert np.abs(ndtr((np.arange(401) - size.value) / size.spread) - exact).max() < 0.04


def test_measurements_needed() -> None:
    assert measurements_needed("l1", 100, 0) == 0
    assert measurements_needed("l1", 100, 100) == 100
    assert measurements_needed("l2", 100, 1) == 100
    assert measurements_needed("linf", 100, 0) == 50
    even, sure = (measurements_needed("l1", 100, 10, odds) for odds in (0.5, 0.95))
    assert abs(even - statistical_dimension("l1", 100, 10, "exact").value) <= 1
    assert even < sure < measurements_needed("l1", 100, 10, 0.95, guaranteed=True)
    assert transition_width("l1", 100, 10, 0.95) == pytest.approx(2 * (sure - even), abs=2.5)
    sparsity = largest_sparsity(100, 50)
    assert measurements_needed("l1", 100, sparsity) <= 50 < measurements_needed("l1", 100, sparsity + 1)
    # beyond the exact range the normal law takes over without a jump
    before, after = (measurements_needed("l1", p, 30) for p in (3000, 3001))
    assert abs(before - after) <= 2


def test_exact_odds_agree_with_solved_problems() -> None:
    from normball.geometry import phase_transition

    found = phase_transition(20, [6, 10, 14], [1, 3, 6], trials=400, seed=5)
    error = np.sqrt(np.maximum(found.theory * (1 - found.theory), 1e-4) / 400)
    assert np.abs(found.shares - found.theory).max() < 0.1
    assert (np.abs(found.shares - found.theory) <= 4 * error + 1e-9).all()


def test_nuclear_norm_against_singular_values() -> None:
    rng = np.random.default_rng(0)
    for rows, columns, rank in ((30, 30, 2), (40, 20, 5), (20, 200, 1)):
        small, large = min(rows, columns), max(rows, columns)
        values = np.array(
            [
                np.linalg.svd(rng.standard_normal((small - rank, large - rank)), compute_uv=False)
                for _ in range(40)
            ]
        )
        found = minimize_scalar(
            lambda tau, r=rank, v=values, m=small, n=large: (
                r * (m + n - r + tau**2) + (np.maximum(v - tau, 0) ** 2).sum(axis=1).mean()
            ),
            bounds=(0, 60),
            method="bounded",
        )
        size = nuclear_statistical_dimension((rows, columns), rank)
        assert size.value == pytest.approx(found.fun, rel=0.015)
        assert rank * (rows + columns - rank) < size.value < 3 * rank * (rows + columns - rank)
    assert nuclear_statistical_dimension((5, 3), 0).value == 0
    assert nuclear_statistical_dimension((5, 3), 3).value == 14.5


@pytest.mark.parametrize(("shape", "rank"), [((30, 30), 2), ((20, 40), 5), ((6, 5), 5), ((3, 1), 1)])
def test_nuclear_norm_by_sampling(shape: tuple[int, int], rank: int) -> None:
    formula = statistical_dimension("nuclear", shape, rank)
    sampled = statistical_dimension("nuclear", shape, rank, "sampling", trials=600, seed=2)
    # the law of large matrices is within 1 % from 20 x 20 on; full rank is exact
    slack = 0.01 * formula.value if rank < min(shape) else 0.0
    assert abs(sampled.value - formula.value) <= 3 * sampled.standard_error + slack
    if rank < min(shape):
        assert sampled.spread > 1
    else:
        assert formula.spread == 0.5  # a half-space


def test_nuclear_cone_is_what_projections_say() -> None:
    # the cone of the subdifferential at diag(1, 1, 0, 0): tau (I + anything of spectral norm 1)
    rng, m, n, r, squares = np.random.default_rng(3), 4, 5, 2, []
    for _ in range(400):
        g = rng.standard_normal((m, n))
        s = np.linalg.svd(g[r:, r:], compute_uv=False)

        def distance(tau: float, g: np.ndarray = g, s: np.ndarray = s) -> float:
            inside = (
                ((g[:r, :r] - tau * np.eye(r)) ** 2).sum() + (g[:r, r:] ** 2).sum() + (g[r:, :r] ** 2).sum()
            )
            return float(inside + (np.maximum(s - tau, 0) ** 2).sum())

        squares.append(minimize_scalar(distance, bounds=(0, 10), method="bounded").fun)
    sampled = statistical_dimension("nuclear", (m, n), r, "sampling", trials=2000)
    error = np.hypot(np.std(squares) / 20, sampled.standard_error)
    assert abs(np.mean(squares) - sampled.value) <= 3 * error


def test_matrices_of_low_rank_need_few_measurements() -> None:
    even = measurements_needed("nuclear", (20, 20), 1)
    assert abs(even - statistical_dimension("nuclear", (20, 20), 1).value) <= 4
    assert even < measurements_needed("nuclear", (20, 20), 1, 0.99) < 200
    assert measurements_needed("nuclear", (20, 20), 0) == 0
    assert measurements_needed("nuclear", (3, 3), 3) == 9


# ---- noise ------------------------------------------------------------------------------
def test_minimax_risk_is_the_statistical_dimension() -> None:
    risk = minimax_risk(100, 10)
    assert risk.risk == pytest.approx(float(statistical_dimension("l1", 100, 10)))
    # the threshold does attain it, for signals far from 0
    rng = np.random.default_rng(0)
    z = rng.standard_normal((20_000, 100)) + np.r_[np.full(10, 50.0), np.zeros(90)]
    kept = np.sign(z) * np.maximum(np.abs(z) - risk.threshold, 0)
    loss = ((kept - np.r_[np.full(10, 50.0), np.zeros(90)]) ** 2).sum(axis=1)
    assert loss.mean() == pytest.approx(risk.risk, abs=4 * loss.std() / np.sqrt(20_000))
    assert minimax_risk(100, 0).risk == 0


def test_universal_alpha_keeps_noise_out_with_the_odds_it_says() -> None:
    n, p, noise, trials = 50, 30, 2.0, 4000
    rng = np.random.default_rng(1)
    Q = np.linalg.qr(rng.standard_normal((n, p)))[0] * np.sqrt(n)
    pulls = np.abs(Q.T @ (noise * rng.standard_normal((n, trials)))).max(axis=0) / n
    for odds in (0.2, 0.5, 0.95):
        share = (pulls <= universal_alpha(n, p, noise, odds)).mean()
        assert share == pytest.approx(odds, abs=4 * np.sqrt(odds * (1 - odds) / trials))
    assert universal_alpha(n, p, noise, 0.5, estimated=True) > universal_alpha(n, p, noise, 0.5)
    assert universal_alpha(n, p, noise) == pytest.approx(noise * np.sqrt(2 * np.log(p) / n))
    assert minimax_alpha(n, p, 3) < universal_alpha(n, p)


# ---- sizes ------------------------------------------------------------------------------
def test_millions_of_equal_features_cost_as_much_as_one() -> None:
    p, s = 10**6, 100
    tau = minimax_risk(p, s).threshold
    tail = 2 * ((1 + tau**2) * ndtr(-tau) - tau * np.exp(-(tau**2) / 2) / np.sqrt(2 * np.pi))
    assert float(statistical_dimension("l1", p, s)) == pytest.approx(s * (1 + tau**2) + (p - s) * tail)
    # features of several prices, and groups, are counted by kind
    weights = np.r_[1.0, 1.0, 2.0, 2.0, 1.0]
    signal = np.r_[1.0, 0.0, 1.0, 0.0, 0.0]
    formula = statistical_dimension(L1(weights=weights), 5, signal)
    sampled = statistical_dimension(L1(weights=weights), 5, signal, "sampling", trials=2000)
    excess = 2 * np.linalg.norm(weights) / (3 / np.sqrt(2))
    assert -4 * sampled.standard_error <= formula.value - sampled.value <= excess + 4 * sampled.standard_error


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("odds", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("p", [1, 2, 7, 30])
def test_largest_sparsity_is_what_measurements_needed_allows(p: int, odds: float) -> None:
    needed = np.array([measurements_needed("l1", p, s, odds) for s in range(p + 1)])
    for m in range(p + 1):
        assert largest_sparsity(p, m, odds) == np.flatnonzero(needed <= m).max()
