"""A constant added to a column moves the intercept and nothing else, however large it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from normball import Problem, Regressor
from normball.answers.verdict import likely_cause
from normball.losses import Cox, Gamma, Huber, Logistic, Loss, Poisson, SquaredError
from normball.norms import L1, L2, ElasticNet, GroupL2, Norm
from normball.typing import Floats

STORED: dict[str, Callable[[Floats], Any]] = {"dense": np.asarray, "sparse": sparse.csc_array}
FAR = 2.0**20
"""A power of two, so that adding it to numbers with few digits is exact."""


def columns(n: int, p: int) -> tuple[Floats, np.random.Generator]:
    rng = np.random.default_rng(0)
    X = np.round(rng.standard_normal((n, p)) * 2**20) / 2**20
    X[rng.random((n, p)) < 0.3] = 0.0
    return X, rng


def response(loss: Loss, X: Floats, rng: np.random.Generator) -> Floats:
    signal, n = X[:, 0] - X[:, 1], len(X)
    if isinstance(loss, Cox):
        time = rng.exponential(np.exp(-signal))
        return np.column_stack([np.ceil(8 * time), rng.random(n) < 0.7])
    if isinstance(loss, Logistic):
        return (signal + rng.standard_normal(n) > 0).astype(float)
    if isinstance(loss, Poisson):
        return rng.poisson(np.exp(0.5 * signal)).astype(float)
    if isinstance(loss, Gamma):
        return np.exp(signal) * rng.gamma(2.0, 1.0, n)
    return signal + rng.standard_normal(n)


@pytest.mark.quick_cases(6)
@pytest.mark.parametrize("storage", STORED)
@pytest.mark.parametrize("norm", [L1(), ElasticNet(0.5), L2(), GroupL2([[0, 1], [2, 3]])], ids=repr)
@pytest.mark.parametrize(
    "loss", [Cox(), Cox("efron"), SquaredError(), Huber(), Logistic(), Poisson(), Gamma()], ids=repr
)
def test_far_columns_give_the_same_weights(loss: Loss, norm: Norm, storage: str) -> None:
    X, rng = columns(60, 4)
    y = response(loss, X, rng)
    near = Problem(X, y, loss=loss, norm=norm)
    far = Problem(STORED[storage](X + np.array([0, FAR, 0, -8 * FAR])), y, loss=loss, norm=norm)
    assert far.alpha_max == pytest.approx(near.alpha_max, rel=1e-9)
    alpha = 0.1 * near.alpha_max
    right = near.solve(alpha=alpha)
    levels = {"alpha": alpha, "budget": right.norm, "target": right.loss}
    for form, level in levels.items():
        found = far.solve(**{form: level})
        assert found.converged
        np.testing.assert_allclose(found.coef, right.coef, atol=1e-6)
    path = far.path(alphas=[2 * alpha, alpha])
    assert (path.gaps <= 1e-8).all()
    np.testing.assert_allclose(path.coefs[1], right.coef, atol=1e-6)
    assert path.at(alpha=1.5 * alpha).certificate.gap <= 1.0  # between two points, with a finite claim


@pytest.mark.parametrize("storage", STORED)
def test_standardised_columns_may_be_far_too(storage: str) -> None:
    X, rng = columns(60, 4)
    y = response(Cox(), X, rng)
    near = Regressor(loss="cox", alpha=0.01, standardize=True).fit(X, y)
    far = Regressor(loss="cox", alpha=0.01, standardize=True).fit(
        STORED[storage](X + np.array([0, FAR, 0, 0])), y
    )
    np.testing.assert_allclose(far.coef_, near.coef_, atol=1e-6)
    assert np.abs(far.coef_).max() > 0.1


def test_a_far_constant_column_stays_out() -> None:
    X, rng = columns(60, 4)
    y = response(SquaredError(), X, rng)
    constant = np.where(rng.random(60) < 0.5, 0.1 + 0.2, 0.3) + FAR  # constant up to rounding
    near, far = Problem(X, y), Problem(np.column_stack([X + FAR, constant]), y)
    alpha = 0.01 * near.alpha_max
    found = far.solve(alpha=alpha)
    assert found.coef[-1] == 0
    np.testing.assert_allclose(found.coef[:-1], near.solve(alpha=alpha).coef, atol=1e-7)


@pytest.mark.parametrize("loss", [Cox(), SquaredError(), Logistic()], ids=repr)
def test_a_mean_is_not_taken_for_a_spread(loss: Loss) -> None:
    """Where something else kept a solve from its tolerance, the column that is far is not to blame."""
    X, rng = columns(60, 4)
    problem = Problem(X + np.array([0, FAR, 0, 0]), response(loss, X, rng), loss=loss)
    assert "scaled" not in likely_cause(problem)
