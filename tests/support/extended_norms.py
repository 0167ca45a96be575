"""Every regulariser in extended precision: its value, its gauge, and what it lacks of equality.

For a norm the *gauge* of z is the dual norm R°(z), and for mu >= R°(z) the Fenchel-Young
bracket mu R(w) + (mu R)*(z) - <z, w> is mu R(w) - <z, w> >= 0. The two that are no norms have
a finite conjugate everywhere, and no gauge. docs/mathematics.md has the formulas; the
package's classes are read for their parameters only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from extended_losses import Array, Real, extended
from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Lp, Norm, SortedL1, SquaredL2


class ExtendedNorm:
    """R on p coefficients.

    Attributes
    ----------
    free : (p,) coefficients that R does not see.
    out : (p,) coefficients that have to be 0.
    is_positive : whether coefficients must not be negative.
    is_norm : whether R is homogeneous.
    is_separable : whether R is a sum of prices, feature by feature.
    """

    def __init__(self, norm: Norm, p: int) -> None:
        self.kind = type(norm)
        self.is_norm = not isinstance(norm, SquaredL2 | ElasticNet)
        self.is_separable = isinstance(norm, L1)
        self.is_positive = bool(getattr(norm, "positive", False))
        prices = np.ones(p)
        if isinstance(norm, L1 | ElasticNet | SortedL1):
            prices = np.asarray(norm.prices(p))
        self.prices: Array = extended(prices)
        is_priced = isinstance(norm, L1 | ElasticNet)
        self.free = (prices == 0) & is_priced
        self.out = np.isinf(prices) & is_priced
        self.norm: Any = norm

    def holds(self, w: Array) -> bool:
        """Whether R(w) is finite."""
        return not ((w[self.out] != 0).any() or (self.is_positive and (w < 0).any()))

    def value(self, w: Array) -> Real:
        """R(w)."""
        return _VALUES[self.kind](self, w) if self.holds(w) else Real(np.inf)

    def gauge(self, z: Array) -> Real:
        """R°(z) of a norm, unpenalised and excluded coefficients aside."""
        return _GAUGES[self.kind](self, np.maximum(z, 0) if self.is_positive else np.abs(z))

    def conjugate(self, z: Array, mu: Real) -> Real:
        """(mu R)*(z), infinite only where a norm's gauge exceeds mu."""
        if self.is_norm:
            return Real(0) if self.gauge(z) <= mu * (1 + 4 * np.finfo(Real).eps) else Real(np.inf)
        pulled = np.maximum(z, 0) if self.is_positive else np.abs(z)
        seen = ~(self.free | self.out)
        ratio = Real(getattr(self.norm, "l1_ratio", 0.0))
        prices = self.prices[seen]
        excess = np.maximum(pulled[seen] - mu * ratio * prices, 0)
        return (excess**2 / (2 * mu * (1 - ratio) * prices)).sum()

    def bracket(self, w: Array, z: Array, mu: Real) -> Real:
        """mu R(w) + (mu R)*(z) - <z, w> >= 0; what z has left on free coefficients counts against it."""
        seen = ~self.free
        lost = np.abs(z[self.free] * w[self.free]).sum()
        return max(mu * self.value(w) + self.conjugate(z, mu) - z[seen] @ w[seen], Real(0)) + lost

    def support(self, w: Array, z: Array, budget: Real, mu: Real) -> tuple[Real, Real]:
        """sup of <z, v> - <z, w> over the ball of radius budget, and the mu that attains it; mu is a hint."""
        lost = np.abs(z[self.free] * w[self.free]).sum()
        seen = ~self.free
        if self.is_norm:
            price = self.gauge(z)
            return max(price * budget - z[seen] @ w[seen], Real(0)) + lost, price

        def upper(log_mu: Real) -> Real:
            price = np.exp(log_mu)
            return price * budget + self.conjugate(z, price)

        log_mu = minimise(upper, np.log(mu) if 0 < mu < np.inf else Real(0))
        return max(upper(log_mu) - z[seen] @ w[seen], Real(0)) + lost, np.exp(log_mu)


def minimise(function: Callable[[Real], Real], start: Real) -> Real:
    """Place of the minimum of a function without other dips, by golden section from a bracket at start."""
    low, centre, high = start - Real(0.5), start, start + Real(0.5)
    while function(high) < function(centre) and high - start < 300:
        low, centre, high = centre, high, high + 2 * (high - low)
    while function(low) < function(centre) and start - low < 300:
        low, centre, high = low - 2 * (high - low), low, centre
    ratio = (np.sqrt(Real(5)) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(70):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = function(right)
    return min((function(x), x) for x in (start, centre, left, right))[1]


def _priced(norm: ExtendedNorm, sizes: Array) -> Real:
    paid = sizes > 0
    return (norm.prices[paid] * sizes[paid]).sum()


def _elastic(norm: ExtendedNorm, w: Array) -> Real:
    ratio = Real(norm.norm.l1_ratio)
    return _priced(norm, ratio * np.abs(w) + (1 - ratio) * w**2 / 2)


def _length(x: Array) -> Real:
    top = np.abs(x).max(initial=Real(0))
    return top * np.sqrt(((x / top) ** 2).sum()) if top > 0 else Real(0)


def _power(x: Array, p: Real) -> Real:
    top = np.abs(x).max(initial=Real(0))
    return top * ((np.abs(x) / top) ** p).sum() ** (1 / p) if top > 0 else Real(0)


def _lengths(norm: ExtendedNorm, w: Array) -> tuple[Array, Array]:
    labels, weights = np.asarray(norm.norm.groups), extended(norm.norm.weights)
    return extended([_length(w[labels == k]) for k in range(len(weights))]), weights


def _group_value(norm: ExtendedNorm, w: Array) -> Real:
    lengths, weights = _lengths(norm, w)
    return lengths @ weights


def _group_gauge(norm: ExtendedNorm, z: Array) -> Real:
    lengths, weights = _lengths(norm, z)
    return (lengths / weights).max(initial=Real(0))


def _l1_gauge(norm: ExtendedNorm, z: Array) -> Real:
    seen = ~(norm.free | norm.out)
    return (z[seen] / norm.prices[seen]).max(initial=Real(0))


_VALUES: dict[type[Norm], Callable[[ExtendedNorm, Array], Real]] = {
    L1: lambda norm, w: _priced(norm, np.abs(w)),
    L2: lambda norm, w: _length(w),
    LInf: lambda norm, w: np.abs(w).max(initial=Real(0)),
    Lp: lambda norm, w: _power(w, Real(norm.norm.p)),
    SquaredL2: lambda norm, w: (w**2).sum() / 2,
    ElasticNet: _elastic,
    GroupL2: _group_value,
    SortedL1: lambda norm, w: norm.prices @ np.sort(np.abs(w))[::-1],
}
_GAUGES: dict[type[Norm], Callable[[ExtendedNorm, Array], Real]] = {
    L1: _l1_gauge,
    L2: lambda norm, z: _length(z),
    LInf: lambda norm, z: z.sum(),
    Lp: lambda norm, z: _power(z, Real(norm.norm.p) / (Real(norm.norm.p) - 1)),
    GroupL2: _group_gauge,
    SortedL1: lambda norm, z: (np.cumsum(np.sort(z)[::-1]) / np.cumsum(norm.prices)).max(initial=Real(0)),
}
