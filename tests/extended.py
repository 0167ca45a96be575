"""Certificates in 50 digits: the duality gap of returned weights, by formulas of its own.

Losses and norms are written here a third time, in mpmath, where nothing that a float64 holds
can cancel. The dual point is -grad f at the exact predictor of the returned weights, balanced for
the intercept and scaled into the domain, so that the gap is what the weights themselves prove.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from mpmath import mp, mpf

from normball.losses import Gamma, Huber, Logistic, Loss, Poisson, SquaredError, Tweedie
from normball.norms import L1, L2, ElasticNet, LInf, Norm
from normball.typing import Floats

mp.dps = 50
Number = Any
"""mpf, which has no type of its own to check."""


def _poisson(loss: Any, eta: Number, y: Number) -> tuple[Number, Number, Number]:
    mean = mp.exp(eta)
    return mean - y - (y * (eta - mp.log(y)) if y else 0), mean - y, mean


def _poisson_conjugate(loss: Any, u: Number, y: Number) -> Number:
    s = u + y
    return (s * mp.log(s) if s else 0) - s - ((y * mp.log(y) - y) if y else 0)


def _gamma(loss: Any, eta: Number, y: Number) -> tuple[Number, Number, Number]:
    share = y * mp.exp(-eta)
    return share - 1 + eta - mp.log(y), 1 - share, share


def _gamma_conjugate(loss: Any, u: Number, y: Number) -> Number:
    s = 1 - u
    return (s * mp.log(s / y) if s else 0) - s + 1 + mp.log(y)


def _tweedie(loss: Any, eta: Number, y: Number) -> tuple[Number, Number, Number]:
    a, c = 2 - mpf(loss.power), mpf(loss.power) - 1
    up, down = mp.exp(a * eta), y * mp.exp(-c * eta)
    least = y**a * (1 / a + 1 / c) if y else 0
    return up / a + down / c - least, up - down, a * up + c * down


def _tweedie_conjugate(loss: Any, u: Number, y: Number) -> Number:
    a = 2 - mpf(loss.power)
    if not y:
        return (u * mp.log(u) - u) / a if u else mpf(0)
    eta = mp.log(y) + mpf(float(loss._distances(np.array([float(u)]), np.array([float(y)]))[0][0]))
    for _ in range(8):
        _, slope, curvature = _tweedie(loss, eta, y)
        eta -= (slope - u) / curvature
    return u * eta - _tweedie(loss, eta, y)[0]


def _logistic(loss: Any, eta: Number, y: Number) -> tuple[Number, Number, Number]:
    t = (1 - 2 * y) * eta
    share = 1 / (1 + mp.exp(-t))
    return mp.log1p(mp.exp(t)), (1 - 2 * y) * share, share * (1 - share)


def _logistic_conjugate(loss: Any, u: Number, y: Number) -> Number:
    q = (1 - 2 * y) * u
    return sum(x * mp.log(x) for x in (q, 1 - q) if x)


def _huber(loss: Any, eta: Number, y: Number) -> tuple[Number, Number, Number]:
    r, delta = eta - y, mpf(loss.delta)
    if abs(r) <= delta:
        return r * r / 2, r, mpf(1)
    return delta * abs(r) - delta**2 / 2, delta * mp.sign(r), mpf(0)


def _squared(loss: Any, eta: Number, y: Number) -> tuple[Number, Number, Number]:
    return (eta - y) ** 2 / 2, eta - y, mpf(1)


def _quadratic_conjugate(loss: Any, u: Number, y: Number) -> Number:
    return u * u / 2 + u * y


Value = Callable[[Any, Number, Number], tuple[Number, Number, Number]]
EXTENDED_LOSSES: dict[type[Loss], tuple[Value, Callable[[Any, Number, Number], Number]]] = {
    SquaredError: (_squared, _quadratic_conjugate),
    Huber: (_huber, _quadratic_conjugate),
    Logistic: (_logistic, _logistic_conjugate),
    Poisson: (_poisson, _poisson_conjugate),
    Gamma: (_gamma, _gamma_conjugate),
    Tweedie: (_tweedie, _tweedie_conjugate),
}
"""Value, slope and curvature of one sample, and its conjugate."""


def exactly(values: Floats) -> list[Number]:
    return [mpf(float(value)) for value in values]


def slack(loss: Loss, eta: float, u: float, y: float) -> Number:
    """l(eta) + l*(u) - u eta of one sample."""
    value, conjugate = EXTENDED_LOSSES[type(loss)]
    return value(loss, mpf(eta), mpf(y))[0] + conjugate(loss, mpf(u), mpf(y)) - mpf(u) * mpf(eta)


def _norm_terms(norm: Norm, w: Sequence[Number], z: Sequence[Number], alpha: Number) -> tuple[Number, ...]:
    """alpha R(w), the share that takes z into the domain of (alpha R)*, and (alpha R)* there."""
    if isinstance(norm, ElasticNet):
        r = mpf(norm.l1_ratio)
        value = sum(r * abs(x) + (1 - r) * x * x / 2 for x in w)
        conjugate = sum(max(abs(x) - alpha * r, 0) ** 2 for x in z) / (2 * alpha * (1 - r))
        return alpha * value, mpf(1), conjugate
    if isinstance(norm, L1):
        value, dual = sum(map(abs, w)), max(map(abs, z))
    elif isinstance(norm, LInf):
        value, dual = max(map(abs, w)), sum(map(abs, z))
    else:
        assert isinstance(norm, L2)
        value, dual = mp.sqrt(sum(x * x for x in w)), mp.sqrt(sum(x * x for x in z))
    return alpha * value, min(mpf(1), alpha / dual) if dual else mpf(1), mpf(0)


def penalty_gap(
    X: Floats, y: Floats, loss: Loss, norm: Norm, w: Floats, intercept: float, alpha: float
) -> float:
    """Duality gap of the penalty form with equal weights and an intercept, over f at w = 0."""
    value, conjugate = EXTENDED_LOSSES[type(loss)]
    n, weights, rows = len(y), exactly(w), [exactly(row) for row in X]
    response, b = exactly(y), mpf(intercept)
    eta = [sum(x * c for x, c in zip(row, weights, strict=True)) + b for row in rows]
    parts = [value(loss, e, t) for e, t in zip(eta, response, strict=True)]
    # theta sums to 0 after a Newton step for the intercept in each of these
    theta = [-slope for _, slope, _ in parts]
    total = sum(curvature for *_, curvature in parts)
    if total:
        step = sum(theta) / total
        theta = [t - step * curvature for t, (*_, curvature) in zip(theta, parts, strict=True)]
    z = [sum(t * row[j] for t, row in zip(theta, rows, strict=True)) / n for j in range(len(w))]
    paid, share, of_norm = _norm_terms(norm, weights, z, mpf(alpha))
    dual = -sum(conjugate(loss, -share * t, r) for t, r in zip(theta, response, strict=True)) / n - of_norm
    mean_loss = sum(part[0] for part in parts) / n
    null = _null_loss(loss, response)
    return float((mean_loss + paid - dual) / null)


def _null_loss(loss: Loss, response: Sequence[Number]) -> Number:
    """f at the best constant, by Newton's method from the package's."""
    value, _ = EXTENDED_LOSSES[type(loss)]
    n = len(response)
    b = mpf(loss.constant_fit(np.array([float(y) for y in response]), np.full(n, 1 / n)))
    for _ in range(4):
        parts = [value(loss, b, y) for y in response]
        curvature = sum(part[2] for part in parts)
        b -= sum(part[1] for part in parts) / curvature if curvature else 0
    return sum(value(loss, b, y)[0] for y in response) / n
