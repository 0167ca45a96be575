"""Paths on data that break pivoting rules: dependent columns, ties, saturation, scales, few rows.

Every answer is proved by a duality gap that the tests compute themselves, in extended
precision from the returned coefficients and intercepts; warnings are errors; and the passes
over X are counted, so that a solver that runs in circles fails without a clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import normball as nb

TOLERANCE = 1e-9
MOST_PASSES = 150
"""Passes over X for a path; 20 are usual, a solver that runs in circles needs thousands."""

Draw = np.random.Generator


@dataclass(frozen=True, eq=False)
class Case:
    """Data and the path that is asked for; prices and one_sided describe the L1 norm."""

    X: np.ndarray
    y: np.ndarray
    eps: float = 1e-3
    prices: np.ndarray | None = None
    one_sided: bool = False
    sample_weight: np.ndarray | None = None
    fit_intercept: bool = True
    storage: str = "F"

    @property
    def problem(self) -> nb.Problem:
        """The same through the public interface."""
        return nb.Problem(
            STORAGES[self.storage](self.X),
            self.y,
            norm=nb.norms.L1(weights=self.prices, positive=self.one_sided),
            fit_intercept=self.fit_intercept,
            sample_weight=self.sample_weight,
        )

    def stored(self, storage: str) -> Case:
        """With entries that the storage holds exactly."""
        X = self.X.astype(np.float32) if storage == "float32" else self.X
        return replace(self, X=X, storage=storage)


STORAGES: dict[str, Callable[[np.ndarray], Any]] = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "csc": sparse.csc_array,
    "csr": sparse.csr_array,
    "float32": np.asfortranarray,
}


def duality_gaps(case: Case, alphas: np.ndarray, coefs: np.ndarray, intercepts: np.ndarray) -> np.ndarray:
    """(k,) relative duality gaps in extended precision; inf for forbidden coefficients.

    With weights v and theta = v (y - X w - b) made orthogonal to the intercept and to columns
    of price 0, the dual value is s y'theta - s^2 sum(theta^2 / v) / 2 for the largest s <= 1
    that keeps |x_j' s theta| <= alpha price_j.
    """
    v = np.ones(len(case.y)) if case.sample_weight is None else case.sample_weight
    seen = v > 0
    X, y, v = (np.asarray(part[seen], dtype=np.longdouble) for part in (case.X, case.y, v))
    v, alphas = v / v.sum(), np.asarray(alphas, dtype=np.longdouble)
    prices = np.ones(X.shape[1]) if case.prices is None else case.prices
    residuals = y - coefs @ X.T - intercepts[:, None]
    if case.fit_intercept:
        X, y = X - v @ X, y - v @ y
    finite = np.isfinite(prices)
    values = (residuals**2 @ v) / 2 + alphas * (np.abs(coefs[:, finite]) @ prices[finite])

    thetas = residuals * v
    free = np.column_stack([X[:, prices == 0], np.ones((len(y), int(case.fit_intercept)))])
    if free.shape[1]:
        inverse = np.linalg.inv(((free.T * v) @ free).astype(float))
        for _ in range(3):
            thetas = thetas - (thetas @ free) @ inverse @ (free.T * v)
    bound = finite & (prices > 0)
    pulls = thetas @ X[:, bound] / prices[bound]
    largest = (pulls if case.one_sided else np.abs(pulls)).max(axis=1, initial=0)
    shares = np.where(largest > alphas, alphas / np.maximum(largest, np.finfo(float).tiny), 1)
    duals = shares * (thetas @ y) - shares**2 * (thetas**2 / v).sum(axis=1) / 2
    is_forbidden = (coefs[:, ~finite] != 0).any(axis=1) | (case.one_sided & (coefs < 0).any(axis=1))
    return np.where(is_forbidden, np.inf, ((values - duals) / (y**2 @ v / 2)).astype(float))


def assert_proved(case: Case, path: nb.Path, tolerance: float = TOLERANCE) -> None:
    gaps = duality_gaps(case, path.alphas, path.coefs, path.intercepts)
    assert gaps.max() <= tolerance
    assert gaps.min() >= -1e-12
    assert path.gaps.max() <= tolerance
    assert path.converged
    assert path.n_passes <= MOST_PASSES


# ---- the data ---------------------------------------------------------------------------
N, P = 60, 150


def gaussian(rng: Draw, n: int = N, p: int = P) -> np.ndarray:
    return rng.standard_normal((n, p))


def response(rng: Draw, X: np.ndarray, noise: float = 0.3) -> np.ndarray:
    """Ten columns at most, and noise as a share of their signal."""
    used = rng.choice(X.shape[1], min(10, X.shape[1]), replace=False)
    signal = X[:, used] @ rng.standard_normal(len(used))
    return signal + noise * max(float(signal.std()), 1e-3) * rng.standard_normal(len(signal))


def standardised(X: np.ndarray) -> np.ndarray:
    X = X - X.mean(axis=0)
    spread = X.std(axis=0)
    return X[:, spread > 1e-12] / spread[spread > 1e-12]


def one_hot(rng: Draw, n_factors: int, n_levels: int = 8) -> np.ndarray:
    return np.eye(n_levels)[rng.integers(0, n_levels, (N, n_factors))].reshape(N, -1)


def with_copies(rng: Draw, change: Callable[[np.ndarray], np.ndarray]) -> Case:
    """Half of the columns are changed copies of the other half."""
    X = gaussian(rng, p=P // 2)
    return Case(np.hstack([X, change(X)]), response(rng, X))


def with_columns(rng: Draw, columns: list[np.ndarray]) -> Case:
    """Extra columns among ordinary ones."""
    X = gaussian(rng)
    return Case(np.column_stack([X[:, :5], *columns, X[:, 5:]]), response(rng, X))


def plain(X: np.ndarray, rng: Draw, eps: float = 1e-3, **rest: Any) -> Case:
    return Case(X, response(rng, X), eps, **rest)


def scaled(rng: Draw, scale: float) -> Case:
    X = gaussian(rng)
    return Case(X, scale * response(rng, X))


def with_means(rng: Draw, size: float) -> Case:
    X = gaussian(rng)
    return Case(X + size * rng.standard_normal(P), response(rng, X))


def tied(rng: Draw, heights: np.ndarray) -> Case:
    """Orthonormal columns, so that x_j'y = heights_j: equal heights enter at the same alpha."""
    Q = np.linalg.qr(np.column_stack([np.ones(N), gaussian(rng, p=len(heights))]))[0][:, 1:]
    return Case(Q, Q @ heights, 1e-2)


HUGE_MEANS = "huge means"

CASES: dict[str, Callable[[Draw], Case]] = {
    "duplicates": lambda rng: with_copies(rng, lambda X: X),
    "negated copies": lambda rng: with_copies(rng, lambda X: -X),
    "near duplicates 1e-13": lambda rng: with_copies(
        rng, lambda X: X * (1 + 1e-13 * rng.standard_normal(X.shape[1]))
    ),
    "near duplicates 1e-10": lambda rng: with_copies(rng, lambda X: X + 1e-10 * gaussian(rng, *X.shape)),
    "near duplicates 1e-7": lambda rng: with_copies(rng, lambda X: X + 1e-7 * gaussian(rng, *X.shape)),
    "near duplicates 1e-4": lambda rng: with_copies(rng, lambda X: X + 1e-4 * gaussian(rng, *X.shape)),
    "sums and differences": lambda rng: with_copies(rng, lambda X: X + np.roll(X, 1, axis=1)),
    "binary": lambda rng: plain((rng.random((N, P)) < 0.1) * 1.0, rng),
    "binary with whole response": lambda rng: (lambda X: Case(X, np.round(response(rng, X))))(
        (rng.random((N, P)) < 0.3) * 1.0
    ),
    "one hot of deficient rank": lambda rng: plain(one_hot(rng, 6), rng, 1e-4),
    "one hot with p > n": lambda rng: plain(one_hot(rng, 30), rng, 1e-4),
    "vandermonde": lambda rng: Case(
        standardised(np.vander(np.linspace(-1, 1, N), 30)[:, :-1]),
        np.sin(6 * np.linspace(-1, 1, N)) + 0.1 * rng.standard_normal(N),
        1e-4,
    ),
    "rank 5": lambda rng: plain(gaussian(rng, p=5) @ gaussian(rng, 5), rng),
    "random walks": lambda rng: plain(np.cumsum(gaussian(rng), axis=1), rng, 1e-4),
    "step functions": lambda rng: Case(np.tril(np.ones((N, N))), np.cumsum(rng.standard_normal(N)), 1e-4),
    "smooth bumps": lambda rng: plain(
        np.exp(-(np.subtract.outer(np.linspace(0, 1, N), np.linspace(0, 1, P)) ** 2) / 0.02), rng
    ),
    "support as large as n": lambda rng: plain(gaussian(rng), rng, 1e-6),
    "support as large as p": lambda rng: plain(gaussian(rng, p=N), rng, 1e-6),
    "ties": lambda rng: tied(rng, np.ones(20)),
    "ties of both signs": lambda rng: tied(rng, np.repeat([2.0, -2.0, 1.0, -1.0, 0.5], 5)),
    "response is a sum of columns": lambda rng: (lambda X: Case(X, X[:, :8].sum(axis=1)))(gaussian(rng)),
    "zero and constant columns": lambda rng: with_columns(
        rng, [np.zeros(N), np.ones(N), np.full(N, -7.5), np.zeros(N)]
    ),
    "scales 1e-8 to 1e8": lambda rng: (lambda X: Case(X * 10 ** rng.uniform(-8, 8, P), response(rng, X)))(
        gaussian(rng)
    ),
    "large means": lambda rng: with_means(rng, 1e3),
    HUGE_MEANS: lambda rng: with_means(rng, 1e6),
    "huge mean of the response": lambda rng: (lambda X: Case(X, 1e6 + response(rng, X)))(gaussian(rng)),
    "two rows": lambda rng: Case(gaussian(rng, 2, 7), np.array([1.0, -0.5])),
    "one column": lambda rng: plain(gaussian(rng, p=1), rng),
    "one-sided": lambda rng: plain(gaussian(rng), rng, one_sided=True),
    "one-sided duplicates": lambda rng: replace(with_copies(rng, lambda X: X), one_sided=True),
    "prices with 0 and inf": lambda rng: plain(
        gaussian(rng),
        rng,
        prices=np.concatenate([[0.0, np.inf, 0.0, np.inf], rng.uniform(0.5, 2.0, P - 4)]),
    ),
    "prices 1e-6 to 1e6": lambda rng: plain(gaussian(rng), rng, prices=10 ** rng.uniform(-6, 6, P)),
    "sample weights with zeros": lambda rng: plain(
        gaussian(rng), rng, sample_weight=rng.integers(0, 3, N).astype(float)
    ),
    "sample weights 1e-6 to 1e6": lambda rng: plain(
        gaussian(rng), rng, sample_weight=10 ** rng.uniform(-6, 6, N)
    ),
    "response 1e-100": lambda rng: scaled(rng, 1e-100),
    "response 1e100": lambda rng: scaled(rng, 1e100),
}


def build(name: str, **changes: Any) -> Case:
    return replace(CASES[name](np.random.default_rng(20)), **changes)


both_intercepts = pytest.mark.parametrize("fit_intercept", [False, True], ids=["origin", "intercept"])


@pytest.mark.quick_cases(12)
@both_intercepts
@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("name", CASES)
def test_path_is_proved(name: str, storage: str, fit_intercept: bool) -> None:
    case = build(name, fit_intercept=fit_intercept).stored(storage)
    assert_proved(case, case.problem.path(n_alphas=40, eps=case.eps, tol=TOLERANCE))


@pytest.mark.parametrize(
    ("name", "fit_intercept"),
    # with huge means and no intercept, rounding the best coefficients to floats costs more than the tolerance
    [(n, f) for n in CASES for f in (False, True) if n != HUGE_MEANS or f],
)
def test_small_alpha_alone_is_proved(name: str, fit_intercept: bool) -> None:
    case = build(name, fit_intercept=fit_intercept)
    solution = case.problem.solve(alpha=nb.fraction(1e-6), tol=TOLERANCE)
    gaps = duality_gaps(
        case, np.array([solution.alpha]), solution.coef[None, :], np.array([solution.intercept])
    )
    assert solution.converged
    assert abs(gaps[0]) <= TOLERANCE


# ---- answers known beforehand -----------------------------------------------------------
def test_ties_enter_together() -> None:
    case = build("ties of both signs", fit_intercept=False)
    heights = case.X.T @ case.y
    path = case.problem.path(n_alphas=30, eps=case.eps, tol=TOLERANCE)
    for alpha, coef in zip(path.alphas, path.coefs, strict=True):
        expected = np.sign(heights) * np.maximum(np.abs(heights) - N * alpha, 0.0)
        np.testing.assert_allclose(coef, expected, atol=1e-12)


@pytest.mark.parametrize(("name", "sign"), [("duplicates", 1.0), ("negated copies", -1.0)])
def test_copies_share_the_coefficient_of_the_original(name: str, sign: float) -> None:
    case = build(name)
    original = replace(case, X=case.X[:, : P // 2])
    path, expected = (each.problem.path(n_alphas=30, tol=TOLERANCE) for each in (case, original))
    first, second = np.hsplit(path.coefs, 2)
    np.testing.assert_allclose(first + sign * second, expected.coefs, atol=1e-9)
    assert (first * sign * second >= 0).all()


def test_columns_that_say_nothing_stay_out() -> None:
    path = build("zero and constant columns").problem.path(n_alphas=30, tol=TOLERANCE)
    np.testing.assert_array_equal(path.coefs[:, 5:9], 0.0)


def test_rows_of_weight_zero_are_no_rows() -> None:
    case = build("sample weights with zeros")
    seen = case.sample_weight > 0
    dropped = replace(case, X=case.X[seen], y=case.y[seen], sample_weight=case.sample_weight[seen])
    path, expected = (each.problem.path(n_alphas=20, tol=TOLERANCE) for each in (case, dropped))
    np.testing.assert_allclose(path.coefs, expected.coefs, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-100, 1e-8, 1e8, 1e100])
def test_scale_of_the_response_scales_the_path(scale: float) -> None:
    case = build("step functions")
    path = case.problem.path(n_alphas=20, tol=TOLERANCE)
    other = replace(case, y=scale * case.y).problem.path(n_alphas=20, tol=TOLERANCE)
    np.testing.assert_allclose(other.coefs / scale, path.coefs, atol=1e-10 * np.abs(path.coefs).max())


# ---- nothing to explain -----------------------------------------------------------------
def null_cases() -> dict[str, Case]:
    """Problems whose solution is w = 0 at every alpha > 0."""
    rng = np.random.default_rng(5)
    X = np.abs(gaussian(rng, 20, 6))
    y = rng.standard_normal(20)
    return {
        "constant response": Case(X, np.full(20, 2.5)),
        "zero response": Case(X, np.zeros(20), fit_intercept=False),
        "one-sided with negative correlations": Case(X, -X.sum(axis=1), one_sided=True, fit_intercept=False),
        "one row": Case(X[:1], y[:1]),
        "zero columns": Case(np.zeros((20, 3)), y),
        "no columns": Case(np.zeros((20, 0)), y),
        "forbidden columns": Case(X, y, prices=np.full(6, np.inf)),
    }


@pytest.mark.parametrize("name", null_cases())
def test_null_path(name: str) -> None:
    case = null_cases()[name]
    path = case.problem.path(alphas=[1.0, 1e-3, 1e-9], tol=TOLERANCE)
    np.testing.assert_array_equal(path.coefs, np.zeros((3, case.X.shape[1])))
    np.testing.assert_allclose(path.intercepts, case.y.mean() * case.fit_intercept, rtol=1e-14)
    assert path.gaps.max() <= TOLERANCE
    assert case.problem.alpha_max == 0
    with pytest.raises(ValueError, match="the path has no alphas"):
        case.problem.path()


@both_intercepts
def test_one_row(fit_intercept: bool) -> None:
    case = Case(np.array([[1.0, -2.0, 0.5]]), np.array([3.0]), fit_intercept=fit_intercept)
    path = case.problem.path(alphas=[7.0, 3.0, 1e-6], tol=TOLERANCE)
    # the longest column alone: w = -(3 - alpha / 2) / 2 below alpha_max = 6
    expected = 0.0 if fit_intercept else np.array([0.0, -0.75, -(3 - 5e-7) / 2])
    np.testing.assert_allclose(path.coefs[:, 1], expected, atol=1e-14)
    np.testing.assert_array_equal(path.coefs[:, [0, 2]], 0.0)
    assert path.converged


# ---- grids of alphas --------------------------------------------------------------------
@pytest.mark.parametrize("name", ["duplicates", "step functions", "support as large as p"])
def test_grids_in_disorder_repeated_and_above_alpha_max(name: str) -> None:
    case = build(name)
    shares = np.array([0.1, 3.0, 1e-3, 0.1, 1.0, 1e-3, 0.5, 1.0 + 1e-12])
    alphas = shares * case.problem.alpha_max
    path = case.problem.path(alphas=alphas, tol=TOLERANCE)
    assert_proved(case, path)
    np.testing.assert_array_equal(path.alphas, np.sort(alphas)[::-1])
    np.testing.assert_array_equal(path.coefs[:2], 0.0)
    assert np.abs(path.coefs[2]).max() <= 1e-12
    for twin in np.flatnonzero(np.diff(path.alphas) == 0):
        np.testing.assert_allclose(path.coefs[twin] @ case.X.T, path.coefs[twin + 1] @ case.X.T, atol=1e-9)


@pytest.mark.parametrize("name", ["duplicates", "one hot with p > n", "random walks", "ties"])
def test_coarse_and_fine_grids_meet(name: str) -> None:
    case = build(name)
    alpha = 1e-2 * case.problem.alpha_max
    fine = case.problem.path(alphas=alpha * np.geomspace(100, 1, 200), tol=TOLERANCE)
    coarse = case.problem.path(alphas=[alpha], tol=TOLERANCE)
    assert_proved(case, fine)
    assert_proved(case, coarse)
    objectives = [path.losses[-1] + alpha * path.norms[-1] for path in (fine, coarse)]
    assert objectives[0] == pytest.approx(objectives[1], rel=1e-9)
