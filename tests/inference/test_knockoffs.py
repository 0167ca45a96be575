"""Knockoffs: the symmetry that makes them work, thresholds by hand, and bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import normball as nb
from normball.inference.knockoff_copies import distances, fixed_copies, gaussian_copies
from normball.inference.knockoffs import knockoff_threshold

METHODS = ("equicorrelated", "coordinate")
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
def test_coordinate_ascent_comes_near_the_semidefinite_optimum(seed: int) -> None:
    import cvxpy as cp

    correlation = correlation_of(10, seed)
    s = cp.Variable(10)
    program = cp.Problem(cp.Maximize(cp.sum(s)), [s >= 0, s <= 1, 2 * correlation - cp.diag(s) >> 0])
    program.solve(solver=cp.CLARABEL)
    assert distances(correlation, "coordinate").sum() >= 0.97 * program.value
    assert distances(correlation, "equicorrelated").sum() <= program.value * (1 + 1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_fixed_copies_have_the_gram_matrix_of_the_features(method: str) -> None:
    X, copies = fixed_copies(DATA.X, method, np.random.default_rng(0))
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
    scaled, copies = gaussian_copies(X, "coordinate", rng, covariance)
    joint = np.cov(np.hstack([scaled, copies]), rowvar=False)
    np.testing.assert_allclose(joint[4:, 4:], joint[:4, :4], atol=0.02)
    off = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(joint[:4, 4:][off], joint[:4, :4][off], atol=0.02)


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


def test_swapping_a_feature_with_its_copy_turns_its_sign() -> None:
    from normball.inference.knockoffs import _statistics

    X, copies = fixed_copies(DATA.X, "coordinate", np.random.default_rng(0))
    swap = np.array([0, 3, 7])
    other, others_copies = X.copy(), copies.copy()
    other[:, swap], others_copies[:, swap] = copies[:, swap], X[:, swap]
    signs = np.where(np.isin(np.arange(20), swap), -1.0, 1.0)
    for statistic in ("signed_max", "coefficient_difference"):
        W = _statistics(nb.Problem(np.hstack([X, copies]), DATA.y), 20, statistic, None)
        V = _statistics(nb.Problem(np.hstack([other, others_copies]), DATA.y), 20, statistic, None)
        np.testing.assert_allclose(V, signs * W, atol=1e-5)


def test_other_losses_with_gaussian_features() -> None:
    y = (DATA.y > 0).astype(float)
    found = nb.inference.knockoffs(DATA.X, y, fdr=0.5, model="gaussian", loss="logistic")
    assert len(np.intersect1d(found.features, TRUE)) > 0


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"fdr": 10}, "fdr must lie between 0 and 1"),
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
    copied = DATA.X.copy()
    copied[:, 4] = copied[:, 5]
    with pytest.raises(ValueError, match="linearly dependent"):
        nb.inference.knockoffs(copied, DATA.y)
