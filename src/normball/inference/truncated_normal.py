"""The normal distribution cut to an interval, exact to rounding however far out it lies.

A value at x deviations from the mean, with `below` and `above` deviations of room to the
two ends, has the tails I(x, below) and I(-x, above) up to a common factor, where

    I(b, w) = P(b - w < Z < b) / phi(b) = integral of exp(b u - u^2 / 2) over 0 < u < w.

Rooms instead of ends, and the density phi(b) divided out, leave nothing to underflow or to
cancel. Since I(b, w) = exp(w (b - w / 2)) I(w - b, w), only b <= w / 2 has to be computed:

- a short integral by Gauss-Legendre quadrature;
- b <= 0: sqrt(pi / 2) (erfcx(-b / sqrt 2) - erfcx((w - b) / sqrt 2) exp(w (b - w / 2)));
- else (1 - P(Z > b) - P(Z < b - w)) / phi(b), none of which is small.
"""

from __future__ import annotations

from collections.abc import Callable
from math import erfc, exp, inf, isinf, log, log1p, pi, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import erfcx

from ..typing import Floats

_NODES: Floats
_NODE_WEIGHTS: Floats
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(24)
_LARGEST = 2.0**200
"""An end of an interval beyond so many deviations is called infinite."""


def log_share(b: float, width: float) -> float:
    """log I(b, width), see the module docstring; -inf where width is 0.

    Parameters
    ----------
    b : float
    width : float >= 0, may be infinite.
    """
    if width <= 0:
        return -inf
    shift = 0.0
    if b > width / 2:
        shift, b = width * (b - width / 2), width - b
    if width * max(1.0, width - b) < 8:
        u = 0.5 * width * (1 + _NODES)
        return shift + log(0.5 * width * float(_NODE_WEIGHTS @ np.exp(u * (b - 0.5 * u))))
    if b > 0:
        outside = 0.5 * (erfc(b / sqrt(2)) + erfc((width - b) / sqrt(2)))
        return shift + 0.5 * b * b + 0.5 * log(2 * pi) + log1p(-outside)
    far = 0.0 if isinf(width) else float(erfcx((width - b) / sqrt(2))) * exp(width * (b - width / 2))
    return shift + log(sqrt(pi / 2) * (float(erfcx(-b / sqrt(2))) - far))


def log_tails(x: float, below: float, above: float) -> tuple[float, float]:
    """log P(T <= t) and log P(T >= t) for T normal, cut to [t - below, t + above].

    Parameters
    ----------
    x : float
        t minus the mean, in deviations.
    below, above : float >= 0
        Room on either side of t, in deviations; may be infinite.
    """
    left, right = log_share(x, below), log_share(-x, above)
    whole = float(np.logaddexp(left, right))
    return left - whole, right - whole


def two_sided(value: float, deviation: float, below: float, above: float) -> float:
    """p-value of mean 0: twice the smaller tail, the test that `interval` inverts."""
    return min(1.0, 2.0 * exp(min(log_tails(value / deviation, below / deviation, above / deviation))))


def interval(value: float, deviation: float, below: float, above: float, level: float) -> tuple[float, float]:
    """Means under which neither tail at `value` is below (1 - level) / 2; an end may be infinite.

    The upper tail grows with the mean and the lower falls, so each end is the one root of
    a monotone function: bracketed by doubling, found by Brent's method on the logarithm.
    """
    share = log((1 - level) / 2)

    def excess(shift: float, tail: int) -> float:
        return log_tails(-shift, below / deviation, above / deviation)[tail] - share

    return (
        value - deviation * _root(lambda distance: excess(-distance, 1)),
        value + deviation * _root(lambda distance: excess(distance, 0)),
    )


def _root(falling: Callable[[float], float]) -> float:
    """Where a falling function crosses zero; inf (or -inf) if that is further than any bracket."""
    outer = 1.0
    while falling(outer) >= 0:
        outer *= 2
        if outer > _LARGEST:
            return inf
    inner = outer / 2 if outer > 1 else -1.0
    while falling(inner) < 0:
        inner *= 2
        if inner < -_LARGEST:
            return -inf
    return float(brentq(falling, inner, outer, xtol=1e-12, rtol=1e-12))
