"""Knockoffs: the symmetry that makes them work, thresholds by hand, and bad input."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import pytest

import normball as nb
from normball.inference.knockoff_copies import Copies, distances, fixed_copies, gaussian_copies
from normball.inference.knockoff_selection import choose, knockoff_e_values, knockoff_threshold
from normball.inference.knockoffs import statistics

knockoff_copies = import_module("normball.inference.knockoff_copies")
METHODS = ("equicorrelated", "semidefinite")
DATA, COEF = nb.datasets.make_regression(200, 20, 12, correlation=0.4, noise=0.3, seed=5)
TRUE = np.flatnonzero(COEF)


def correlation_of(p: int, seed: int) -> np.ndarray:
    X = np.random.default_rng(seed).standard_normal((2 * p, p)) @ np.diag(np.arange(1, p + 1))
    X += X[:, :1]
    return np.corrcoef(X, rowvar=False)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_distances_are_feasible(method: str, seed: int) -> None:
    correlation = correlation_of(12, seed)
    s = distances(correlation, method)
    assert (s >= 0).all()
    assert (s <= 1).all()
    assert np.linalg.eigvalsh(2 * correlation - np.diag(s))[0] >= -1e-10


@pytest.mark.parametrize("seed", range(3))
def test_distances_come_near_the_semidefinite_optimum(seed: int) -> None:
    import cvxpy as cp

    correlation = correlation_of(10, seed)
    s = cp.Variable(10)
    program = cp.Problem(cp.Maximize(cp.sum(s)), [s >= 0, s <= 1, 2 * correlation - cp.diag(s) >> 0])
    program.solve(solver=cp.CLARABEL)
    assert distances(correlation, "semidefinite").sum() >= 0.97 * program.value
    assert distances(correlation, "equicorrelated").sum() <= program.value * (1 + 1e-6)


def test_no_feature_starves_for_the_sake_of_the_sum() -> None:
    """The greatest sum leaves features of this matrix without any distance (0 to rounding)."""
    correlation = 0.9 ** np.abs(np.subtract.outer(np.arange(40), np.arange(40)))
    assert distances(correlation, "semidefinite").min() > 0.01


@pytest.mark.parametrize("n_features", [10, 40, 160])
def test_the_work_for_distances_does_not_grow_with_the_features(
    n_features: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One factorisation a trial of Newton's method; one feature at a time takes p updates a sweep."""
    counted, factor = [], knockoff_copies._factor

    def counting(*arguments: Any) -> Any:
        counted.append(1)
        return factor(*arguments)

    monkeypatch.setattr(knockoff_copies, "_factor", counting)
    distances(correlation_of(n_features, 0), "semidefinite")
    assert 5 < len(counted) < 80


@pytest.mark.parametrize(("n", "p"), [(12, 30), (20, 60), (30, 10)])
def test_correlations_are_shrunk_by_what_left_out_rows_say(n: int, p: int) -> None:
    """The mean too is that of the others: about a common mean each row lies in the span of the others."""
    rng = np.random.default_rng(n)
    Z = rng.standard_normal((n, p)) @ rng.standard_normal((p, p)) + rng.standard_normal((n, p))
    Z = (Z - Z.mean(axis=0)) / Z.std(axis=0)

    def unlikelihood(share: float) -> float:
        total = 0.0
        for i in range(n):
            others = np.delete(Z, i, axis=0)
            centred = others - others.mean(axis=0)
            covariance = (1 - share) * centred.T @ centred / (n - 1) + share * np.eye(p)
            left = Z[i] - others.mean(axis=0)
            total += np.linalg.slogdet(covariance)[1] + left @ np.linalg.solve(covariance, left)
        return total

    shares = np.geomspace(1e-3, 1, 200)
    best = shares[np.argmin([unlikelihood(share) for share in shares])]
    found = 1 - knockoff_copies._shrunk(Z)[0, 1] / (Z[:, 0] @ Z[:, 1] / n)
    assert found == pytest.approx(best, rel=0.1)


@pytest.mark.parametrize("method", METHODS)
def test_fixed_copies_have_the_gram_matrix_of_the_features(method: str) -> None:
    source = fixed_copies(DATA.X, method)
    X, copies = source.X, source.draw(np.random.default_rng(0))
    gram = X.T @ X
    np.testing.assert_allclose(copies.T @ copies, gram, atol=1e-9)
    np.testing.assert_allclose(copies.sum(axis=0), 0, atol=1e-9)
    cross = X.T @ copies - gram
    np.testing.assert_allclose(cross, np.diag(np.diag(cross)), atol=1e-9)
    np.testing.assert_allclose(np.diag(cross), -distances(gram, method), atol=1e-9)


def test_gaussian_copies_can_be_swapped() -> None:
    rng = np.random.default_rng(1)
    covariance = 0.6 ** np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    X = rng.multivariate_normal(np.zeros(4), covariance, size=200_000)
    source = gaussian_copies(X, "semidefinite", covariance)
    joint = np.cov(np.hstack([source.X, source.draw(rng)]), rowvar=False)
    np.testing.assert_allclose(joint[4:, 4:], joint[:4, :4], atol=0.02)
    off = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(joint[:4, 4:][off], joint[:4, :4][off], atol=0.02)


def pairs(noise: float, n: int, rng: np.random.Generator) -> np.ndarray:
    return np.repeat(rng.standard_normal((n, 10)), 2, axis=1) + noise * rng.standard_normal((n, 20))


def indicators(n: int, rng: np.random.Generator) -> np.ndarray:
    """All levels of two factors, which add up to the same, and twelve features besides."""
    levels = [np.eye(4)[rng.integers(0, 4, n)] for _ in range(2)]
    return np.hstack([*levels, rng.standard_normal((n, 12))])


def polynomials(n: int, rng: np.random.Generator) -> np.ndarray:
    return np.hstack([rng.uniform(0.5, 1.5, (n, 4)) ** power for power in range(1, 6)])


COLLINEAR = {
    "near copies, 1e-3": lambda n, rng: pairs(1e-3, n, rng),
    "near copies, 1e-2": lambda n, rng: pairs(1e-2, n, rng),
    "near copies, 0.1": lambda n, rng: pairs(0.1, n, rng),
    "copies": lambda n, rng: pairs(0.0, n, rng),
    "indicators": indicators,
    "polynomials": polynomials,
    "one factor": lambda n, rng: rng.standard_normal((n, 1)) + 0.05 * rng.standard_normal((n, 20)),
}
collinear = pytest.mark.parametrize("design", list(COLLINEAR))


@pytest.mark.quick_cases(13)
@collinear
@pytest.mark.parametrize(("model", "n"), [("fixed", 150), ("gaussian", 150), ("gaussian", 30)])
@pytest.mark.parametrize("statistic", ["signed_max", "coefficient_difference"])
def test_signs_are_fair_where_nothing_has_an_effect(design: str, model: str, n: int, statistic: str) -> None:
    """The number of W > 0 is within three standard deviations of half, 20 features in 12 tables."""
    n_positive = n_negative = 0
    for seed in range(12):
        rng = np.random.default_rng([seed, n])
        X, y = COLLINEAR[design](n, rng), rng.standard_normal(n)
        W = nb.inference.knockoffs(X, y, model=model, statistic=statistic, seed=seed).statistics
        n_positive, n_negative = n_positive + (W > 0).sum(), n_negative + (W < 0).sum()
    assert abs(n_positive - n_negative) <= 3 * np.sqrt(n_positive + n_negative)


@collinear
@pytest.mark.parametrize("model", ["fixed", "gaussian"])
def test_units_and_origins_do_not_matter(design: str, model: str) -> None:
    rng = np.random.default_rng(7)
    X = COLLINEAR[design](120, rng)
    y = X[:, [0, 5, 18]] @ [1.0, -1.0, 1.0] + rng.standard_normal(120)
    found = nb.inference.knockoffs(X, y, 0.4, model=model)
    units = 10.0 ** np.resize([3, -3, 0, 6, 0], 20)
    for other in (X * units, X + 100.0, X - X.mean(axis=0)):
        again = nb.inference.knockoffs(other, y, 0.4, model=model)
        np.testing.assert_allclose(
            again.statistics, found.statistics, atol=1e-9 * np.abs(found.statistics).max()
        )
        np.testing.assert_array_equal(again.features, found.features)


@pytest.mark.parametrize(
    ("design", "without_copy"), [("copies", 20), ("indicators", 8), ("near copies, 1e-3", 20)]
)
def test_features_without_a_copy_are_not_chosen_and_named(design: str, without_copy: int) -> None:
    rng = np.random.default_rng(3)
    X = COLLINEAR[design](150, rng)
    found = nb.inference.knockoffs(X, X[:, 0] + 0.1 * rng.standard_normal(150), 0.5)
    assert (found.distances == 0).sum() == without_copy
    assert not found.statistics[found.distances == 0].any()
    assert f"{without_copy} features are so near to combinations of the others" in found.note
    assert "combinations" not in nb.inference.knockoffs(DATA.X, DATA.y).note


def test_e_values_by_hand() -> None:
    W = np.array([5.0, 4, 3, -2.5, 2, 1, -0.5, 0])
    np.testing.assert_array_equal(knockoff_e_values(W, 0.34), [8, 8, 8, 0, 0, 0, 0, 0])  # T = 3
    np.testing.assert_array_equal(knockoff_e_values(W, 0.4), [4, 4, 4, 0, 4, 4, 0, 0])  # T = 1
    np.testing.assert_array_equal(knockoff_e_values(W, 0.2), np.zeros(8))


def test_several_draws_choose_by_their_mean_e_values() -> None:
    W = np.array(
        [[5.0, 4, 3, 2, 1, -0.5], [5, 4, 3, 2, -1, 0.5], [5, -4, 3, 2, 1, 0.5], [1, 1, 1, 1, 1, 1.0]]
    )
    # T for 0.25: 1, 2, none, 1; e-values 6 / 1 where chosen
    features, least, e_values = choose(W, 0.5, 1)
    assert e_values is not None
    np.testing.assert_allclose(e_values, [4.5, 4.5, 4.5, 4.5, 3.0, 1.5])
    # k = 5 needs 6 / (0.5 * 5) = 2.4 and finds 3; k = 6 needs 2 and finds 1.5
    assert features.tolist() == [0, 2, 3, 1, 4]
    assert least == 3.0
    assert choose(-W, 0.5, 1)[:2] == (pytest.approx([]), np.inf)


def test_several_draws_hardly_depend_on_the_seed() -> None:
    def spread(n_draws: int) -> int:
        """Features that only some of four seeds choose."""
        chosen = [
            set(nb.inference.knockoffs(DATA.X, DATA.y, 0.3, n_draws=n_draws, seed=seed).features)
            for seed in range(4)
        ]
        return len(set.union(*chosen)) - len(set.intersection(*chosen))

    assert spread(1) >= 5
    assert spread(30) <= 1
    found = nb.inference.knockoffs(DATA.X, DATA.y, 0.3, n_draws=4, n_jobs=2)
    again = nb.inference.knockoffs(DATA.X, DATA.y, 0.3, n_draws=4)
    np.testing.assert_array_equal(again.statistics, found.statistics)
    assert found.frequencies[TRUE].min() >= 0.75
    assert "means of 4 draws of fixed copies" in str(found)
    assert list(found.table()) == ["feature", "e-value", "frequency", "mean W"]
    none = nb.inference.knockoffs(DATA.X, DATA.y, 0.05, n_draws=3)
    assert "mean e-values over 3 draws of fixed copies are too small" in str(none)


def test_threshold_by_hand() -> None:
    W = np.array([5.0, 4, 3, -2.5, 2, 1, -0.5, 0])
    # at t = 3: no negative, three positive; at t = 1: one of -2.5, five positive
    assert knockoff_threshold(W, 0.34, offset=1) == 3.0
    assert knockoff_threshold(W, 0.2, offset=0) == 1.0
    assert knockoff_threshold(W, 0.19, offset=0) == 3.0
    assert knockoff_threshold(W, 0.2, offset=1) == np.inf
    assert knockoff_threshold(np.zeros(3), 0.2) == np.inf


@pytest.mark.parametrize("model", ["fixed", "gaussian"])
@pytest.mark.parametrize("statistic", ["signed_max", "coefficient_difference"])
def test_strong_effects_are_found(model: str, statistic: str) -> None:
    frame = pd.DataFrame(DATA.X, columns=[f"gene {j}" for j in range(20)])
    found = nb.inference.knockoffs(frame, DATA.y, fdr=0.2, model=model, statistic=statistic)
    assert set(TRUE) <= set(found.features)
    assert len(found.features) <= len(TRUE) + 5
    assert found.feature_names[0] == f"gene {found.features[0]}"
    assert "gene" in str(found)
    again = nb.inference.knockoffs(frame, DATA.y, fdr=0.2, model=model, statistic=statistic)
    np.testing.assert_array_equal(again.statistics, found.statistics)


@pytest.mark.parametrize("statistic", ["signed_max", "coefficient_difference"])
def test_swapping_a_feature_with_its_copy_turns_its_sign(statistic: str) -> None:
    source, swap = fixed_copies(DATA.X, "semidefinite"), np.isin(np.arange(20), [0, 3, 7])
    copies = source.draw(np.random.default_rng(0))

    def statistics_of(X: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        given = Drawn(X, source.distances, source.mean, source.root, source.inverse)
        given.__dict__["drawn"] = drawn
        return statistics(given, DATA.y, "squared_error", statistic, None, np.random.default_rng(4))

    W = statistics_of(source.X, copies)
    V = statistics_of(np.where(swap, copies, source.X), np.where(swap, source.X, copies))
    np.testing.assert_allclose(V, np.where(swap, -W, W), atol=1e-5)


class Drawn(Copies):
    """Copies that were drawn before."""

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        return self.__dict__["drawn"]


def test_other_losses_with_gaussian_features() -> None:
    y = (DATA.y > 0).astype(float)
    found = nb.inference.knockoffs(DATA.X, y, fdr=0.5, model="gaussian", loss="logistic")
    assert len(np.intersect1d(found.features, TRUE)) > 0


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"fdr": 10}, "fdr must lie between 0 and 1"),
        ({"fdr": float("nan")}, "fdr must lie between 0 and 1"),
        ({"n_draws": 0}, "n_draws must be a whole number"),
        ({"n_draws": 3, "offset": 0}, "offset must be 1 with several draws"),
        ({"offset": True}, "offset must be 1 or 0"),
        ({"model": "gaussian", "covariance": np.eye(20) - 0.1}, "no negative eigenvalues"),
        ({"model": "sdp"}, "model must be 'fixed' or 'gaussian'"),
        ({"offset": 2}, "offset must be 1 or 0"),
        ({"statistic": "lcd"}, "statistic must be"),
        ({"copies": "sdp"}, "copies must be"),
        ({"loss": "logistic"}, "need squared error"),
        ({"covariance": np.eye(20)}, "goes with model='gaussian'"),
        ({"model": "gaussian", "covariance": np.eye(3)}, r"finite \(20, 20\) array"),
    ],
)
def test_bad_options_are_refused(options: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        nb.inference.knockoffs(DATA.X, DATA.y, **options)


def test_bad_data_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 p \\+ 1 = 41 rows, got 40"):
        nb.inference.knockoffs(DATA.X[:40], DATA.y[:40])
    constant = DATA.X.copy()
    constant[:, 4] = 3.0
    with pytest.raises(ValueError, match="constant in column 4"):
        nb.inference.knockoffs(constant, DATA.y)
    constant[::2, 4] += 4e-16
    constant[1::2, 4] -= 1e-14
    with pytest.raises(ValueError, match="constant in column 4"):
        nb.inference.knockoffs(constant, DATA.y)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (([1.0, np.nan, -2.0], 0.2), "W must be a vector of finite numbers, got NaN or infinity"),
        (([1.0, np.inf, -2.0], 0.2), "W must be a vector of finite numbers, got NaN or infinity"),
        ((np.ones((2, 2)), 0.2), r"W must be a vector of finite numbers, got shape \(2, 2\)"),
        ((1.0, 0.2), r"W must be a vector of finite numbers, got shape \(\)"),
        (([1.0], 0.0), "fdr must lie between 0 and 1"),
        (([1.0], -0.1), "fdr must lie between 0 and 1"),
        (([1.0], 1.0), "fdr must lie between 0 and 1"),
        (([1.0], np.nan), "fdr must lie between 0 and 1"),
        (([1.0], 0.2, 2), "offset must be 1 or 0"),
        (([1.0], 0.2, np.nan), "offset must be 1 or 0"),
    ],
)
def test_thresholds_of_no_numbers_are_refused(arguments: tuple, text: str) -> None:
    for function in (knockoff_threshold, knockoff_e_values):
        if function is knockoff_threshold or len(arguments) == 2:
            with pytest.raises(ValueError, match=text):
                function(*arguments)
