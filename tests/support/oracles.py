"""Every loss and regulariser written a second time: as a NumPy function and as a cone program.

Nothing here is computed by the package. Its classes are read for their parameters only
(`Huber.delta`, `L1.weights`, ...); values, slopes and constraints follow from the formulas of
the design. `tests/test_reference.py` holds functions and cone programs against each other.

A loss or norm is added by one entry in `LOSS_ORACLES` or `NORM_ORACLES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cvxpy as cp
import numpy as np
from scipy.special import expit, xlogy

from normball.losses import Gamma, Huber, Logistic, Loss, Poisson, Quantile, SquaredError, Tweedie
from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Lp, Norm, SortedL1, SquaredL2
from normball.typing import Floats


@dataclass(frozen=True)
class LossOracle:
    """A loss: per-sample values >= 0 and slopes (n,), and the values as a CVXPY expression."""

    values: Callable[[Any, Floats, Floats], Floats]
    slopes: Callable[[Any, Floats, Floats], Floats]
    expression: Callable[[Any, cp.Expression, Floats], cp.Expression]


def _tweedie_constant(loss: Tweedie, y: Floats) -> Floats:
    return y ** (2 - loss.power) * (1 / (2 - loss.power) + 1 / (loss.power - 1))


LOSS_ORACLES: dict[type[Loss], LossOracle] = {
    SquaredError: LossOracle(
        values=lambda loss, eta, y: (eta - y) ** 2 / 2,
        slopes=lambda loss, eta, y: eta - y,
        expression=lambda loss, eta, y: cp.square(eta - y) / 2,
    ),
    Huber: LossOracle(
        values=lambda loss, eta, y: np.where(
            abs(eta - y) <= loss.delta, (eta - y) ** 2 / 2, loss.delta * abs(eta - y) - loss.delta**2 / 2
        ),
        slopes=lambda loss, eta, y: np.sign(eta - y) * np.minimum(abs(eta - y), loss.delta),
        expression=lambda loss, eta, y: cp.huber(eta - y, loss.delta) / 2,
    ),
    Logistic: LossOracle(
        values=lambda loss, eta, y: np.where(y == 1, np.logaddexp(0, -eta), np.logaddexp(0, eta)),
        slopes=lambda loss, eta, y: expit(eta) - y,
        expression=lambda loss, eta, y: cp.logistic(cp.multiply(1 - 2 * y, eta)),
    ),
    # likelihoods are half deviances: the terms in y alone make their least value 0
    Poisson: LossOracle(
        values=lambda loss, eta, y: np.exp(eta) - y * eta + xlogy(y, y) - y,
        slopes=lambda loss, eta, y: np.exp(eta) - y,
        expression=lambda loss, eta, y: cp.exp(eta) - cp.multiply(y, eta) + (xlogy(y, y) - y),
    ),
    Gamma: LossOracle(
        values=lambda loss, eta, y: y * np.exp(-eta) + eta - 1 - np.log(y),
        slopes=lambda loss, eta, y: 1 - y * np.exp(-eta),
        expression=lambda loss, eta, y: cp.multiply(y, cp.exp(-eta)) + eta - (1 + np.log(y)),
    ),
    Quantile: LossOracle(
        values=lambda loss, eta, y: np.where(eta < y, loss.q * (y - eta), (1 - loss.q) * (eta - y)),
        slopes=lambda loss, eta, y: np.where(eta < y, -loss.q, 1 - loss.q),
        expression=lambda loss, eta, y: loss.q * cp.pos(y - eta) + (1 - loss.q) * cp.pos(eta - y),
    ),
    Tweedie: LossOracle(
        values=lambda loss, eta, y: (
            np.exp((2 - loss.power) * eta) / (2 - loss.power)
            + np.where(y > 0, y * np.exp((1 - loss.power) * eta), 0.0) / (loss.power - 1)
            - _tweedie_constant(loss, y)
        ),
        slopes=lambda loss, eta, y: np.exp((1 - loss.power) * eta) * (np.exp(eta) - y),
        expression=lambda loss, eta, y: (
            cp.exp((2 - loss.power) * eta) / (2 - loss.power)
            + cp.multiply(y, cp.exp((1 - loss.power) * eta)) / (loss.power - 1)
            - _tweedie_constant(loss, y)
        ),
    ),
}


@dataclass(frozen=True)
class NormOracle:
    """A regulariser: its value at w (p,), and the same as a CVXPY expression."""

    value: Callable[[Any, Floats], float]
    expression: Callable[[Any, cp.Variable], cp.Expression]


def _l1_weights(norm: L1, size: int) -> Floats:
    return np.ones(size) if norm.weights is None else np.asarray(norm.weights)


def _l1_value(norm: L1, w: Floats) -> float:
    # inf times zero counts as zero
    return float(sum(v * abs(x) for v, x in zip(_l1_weights(norm, len(w)), w, strict=True) if x != 0))


def _l1_expression(norm: L1, w: cp.Variable) -> cp.Expression:
    weights = _l1_weights(norm, w.size)
    # a price of inf is a bound on w, not a term
    return np.where(np.isinf(weights), 0.0, weights) @ cp.abs(w)


def _group_value(norm: GroupL2, w: Floats) -> float:
    return float(
        sum(v * np.sqrt(np.sum(w[norm.groups == k] ** 2)) for k, v in enumerate(_group_weights(norm)))
    )


def _group_weights(norm: GroupL2) -> Floats:
    assert norm.weights is not None
    return norm.weights


def _group_expression(norm: GroupL2, w: cp.Variable) -> cp.Expression:
    return cp.sum(
        [v * cp.norm(w[np.flatnonzero(norm.groups == k)], 2) for k, v in enumerate(_group_weights(norm))]
    )


def _sorted_value(norm: SortedL1, w: Floats) -> float:
    return float(sum(norm.prices(len(w)) * sorted(abs(w), reverse=True)))


def _elastic_value(norm: ElasticNet, w: Floats) -> float:
    prices = norm.prices(len(w))
    paid = w != 0
    size = abs(w[paid])
    return float(np.sum(prices[paid] * (norm.l1_ratio * size + (1 - norm.l1_ratio) * size**2 / 2)))


def _elastic_expression(norm: ElasticNet, w: cp.Variable) -> cp.Expression:
    prices = norm.prices(w.size)
    prices = np.where(np.isinf(prices), 0.0, prices)
    return norm.l1_ratio * (prices @ cp.abs(w)) + (1 - norm.l1_ratio) / 2 * cp.sum_squares(
        cp.multiply(np.sqrt(prices), w)
    )


def _sorted_expression(norm: SortedL1, w: cp.Variable) -> cp.Expression:
    weights = norm.prices(w.size)
    drops = weights - np.append(weights[1:], 0.0)
    sizes = cp.abs(w)
    return cp.sum([drop * cp.sum_largest(sizes, k + 1) for k, drop in enumerate(drops) if drop > 0])


NORM_ORACLES: dict[type[Norm], NormOracle] = {
    L1: NormOracle(_l1_value, _l1_expression),
    L2: NormOracle(
        value=lambda norm, w: float(np.sqrt(np.sum(w**2))),
        expression=lambda norm, w: cp.norm(w, 2),
    ),
    LInf: NormOracle(
        value=lambda norm, w: float(max(abs(w))),
        expression=lambda norm, w: cp.norm(w, "inf"),
    ),
    Lp: NormOracle(
        value=lambda norm, w: float(np.sum(abs(w) ** norm.p) ** (1 / norm.p)),
        expression=lambda norm, w: cp.pnorm(w, norm.p),
    ),
    SquaredL2: NormOracle(
        value=lambda norm, w: float(np.sum(w**2) / 2),
        expression=lambda norm, w: cp.sum_squares(w) / 2,
    ),
    ElasticNet: NormOracle(_elastic_value, _elastic_expression),
    GroupL2: NormOracle(_group_value, _group_expression),
    SortedL1: NormOracle(_sorted_value, _sorted_expression),
}


def bounds(norm: Norm, n_features: int) -> tuple[Floats, Floats]:
    """Least and largest allowed weight (p,): zero for a price of inf, no less than zero for positive L1."""
    lower, upper = np.full(n_features, -np.inf), np.full(n_features, np.inf)
    if isinstance(norm, L1 | ElasticNet):
        out = np.isinf(norm.prices(n_features))
        lower[out | norm.positive], upper[out] = 0.0, 0.0
    return lower, upper
