"""Every loss in extended precision, written so that nothing cancels.

With u a slope and l* the conjugate, the Fenchel-Young divergence

    d(eta, u) = l(eta, y) + l*(u) - u eta  >=  0

is 0 exactly where u = l'(eta). Written out it is a square, a relative entropy
kl(q, m) = m - q + q log(q / m), or a Bregman distance, none of which is a difference of large
numbers. The deviance l(eta) - min l is the same at u = 0. docs/mathematics.md has the
conjugates; no number here comes from the package.

All arrays are `np.longdouble`, 64 bits of mantissa on x86 against the 53 of float64.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

Real = np.longdouble
Array = Any
"""Arrays of `Real`, for which NumPy has no precise type."""


def extended(values: Any) -> Array:
    """An array in extended precision."""
    return np.asarray(values, dtype=Real)


def relative_entropy(q: Array, m: Array) -> Array:
    """m - q + q log(q / m) for q >= 0, m > 0, also where the two are close."""
    q, m = np.broadcast_arrays(extended(q), extended(m))
    d = (q - m) / m
    inner = np.where(d > -1, d, 0)
    close = (1 + inner) * np.log1p(inner) - inner
    far = np.where(q > 0, q * (np.log(np.where(q > 0, q, 1)) - np.log(m)), 0) + m - q
    return np.maximum(np.where(np.abs(d) < 0.5, m * close, far), 0)


def logistic(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


class ExtendedLoss(ABC):
    """A loss of one sample; eta, y and u are (n,)."""

    is_kinked = False

    @abstractmethod
    def slope(self, eta: Array, y: Array) -> Array:
        """l'(eta); at a kink one of the subgradients."""

    @abstractmethod
    def curvature(self, eta: Array, y: Array) -> Array:
        """l''(eta), or where there is none the room that the slope has within its range."""

    @abstractmethod
    def divergence(self, eta: Array, y: Array, u: Array) -> Array:
        """l(eta) + l*(u) - u eta for u in the domain of l*."""

    def deviance(self, eta: Array, y: Array) -> Array:
        """l(eta) - min l."""
        return self.divergence(eta, y, np.zeros_like(eta))

    def range(self, y: Array) -> tuple[Array, Array]:
        """Least and largest u in the domain of l*."""
        return np.full_like(y, -np.inf), np.full_like(y, np.inf)

    @abstractmethod
    def parts(self, eta: Array, y: Array) -> Array:
        """Size of what l' is the difference of: its rounding is a share of that."""

    def shift(self, y: Array) -> Array:
        """Size of a rounding of y, as a move of eta, in units of y's last place."""
        return np.abs(y)


class ExtendedSquared(ExtendedLoss):
    def slope(self, eta: Array, y: Array) -> Array:
        return eta - y

    def curvature(self, eta: Array, y: Array) -> Array:
        return np.ones_like(eta)

    def divergence(self, eta: Array, y: Array, u: Array) -> Array:
        return (eta - y - u) ** 2 / 2

    def parts(self, eta: Array, y: Array) -> Array:
        return np.abs(eta - y)


class ExtendedHuber(ExtendedLoss):
    def __init__(self, delta: float) -> None:
        self.delta = Real(delta)

    def slope(self, eta: Array, y: Array) -> Array:
        return np.clip(eta - y, -self.delta, self.delta)

    def curvature(self, eta: Array, y: Array) -> Array:
        return np.where(np.abs(eta - y) < self.delta, Real(1), Real(0))

    def divergence(self, eta: Array, y: Array, u: Array) -> Array:
        r, side = np.abs(eta - y), np.sign(eta - y)
        inside = (eta - y - u) ** 2 / 2
        return np.where(r <= self.delta, inside, (self.delta - side * u) * (r - (self.delta + side * u) / 2))

    def range(self, y: Array) -> tuple[Array, Array]:
        return np.full_like(y, -self.delta), np.full_like(y, self.delta)

    def parts(self, eta: Array, y: Array) -> Array:
        return np.abs(self.slope(eta, y))


class ExtendedLogistic(ExtendedLoss):
    def slope(self, eta: Array, y: Array) -> Array:
        return np.where(y == 1, -logistic(-eta), logistic(eta))

    def curvature(self, eta: Array, y: Array) -> Array:
        return logistic(eta) * logistic(-eta)

    def divergence(self, eta: Array, y: Array, u: Array) -> Array:
        one, other = np.where(y == 1, 1 + u, u), np.where(y == 1, -u, 1 - u)
        return relative_entropy(one, logistic(eta)) + relative_entropy(other, logistic(-eta))

    def deviance(self, eta: Array, y: Array) -> Array:
        return np.logaddexp(Real(0), np.where(y == 1, -eta, eta))

    def range(self, y: Array) -> tuple[Array, Array]:
        return -y, 1 - y

    def parts(self, eta: Array, y: Array) -> Array:
        return np.abs(self.slope(eta, y))

    def shift(self, y: Array) -> Array:
        return np.zeros_like(y)


class ExtendedPoisson(ExtendedLoss):
    def slope(self, eta: Array, y: Array) -> Array:
        return np.exp(eta) - y

    def curvature(self, eta: Array, y: Array) -> Array:
        return np.exp(eta)

    def divergence(self, eta: Array, y: Array, u: Array) -> Array:
        return relative_entropy(u + y, np.exp(eta))

    def range(self, y: Array) -> tuple[Array, Array]:
        return -y, np.full_like(y, np.inf)

    def parts(self, eta: Array, y: Array) -> Array:
        return np.exp(eta) + y

    def shift(self, y: Array) -> Array:
        return np.zeros_like(y)


class ExtendedGamma(ExtendedLoss):
    def slope(self, eta: Array, y: Array) -> Array:
        return 1 - y * np.exp(-eta)

    def curvature(self, eta: Array, y: Array) -> Array:
        return y * np.exp(-eta)

    def divergence(self, eta: Array, y: Array, u: Array) -> Array:
        return relative_entropy(1 - u, y * np.exp(-eta))

    def range(self, y: Array) -> tuple[Array, Array]:
        return np.full_like(y, -np.inf), np.ones_like(y)

    def parts(self, eta: Array, y: Array) -> Array:
        return 1 + y * np.exp(-eta)

    def shift(self, y: Array) -> Array:
        return np.zeros_like(y)


class ExtendedQuantile(ExtendedLoss):
    is_kinked = True

    def __init__(self, q: float) -> None:
        self.q = Real(q)

    def slope(self, eta: Array, y: Array) -> Array:
        return np.where(eta < y, -self.q, np.where(eta > y, 1 - self.q, 0))

    def curvature(self, eta: Array, y: Array) -> Array:
        return np.ones_like(eta)

    def divergence(self, eta: Array, y: Array, u: Array) -> Array:
        return np.where(eta < y, (self.q + u) * (y - eta), (1 - self.q - u) * (eta - y))

    def range(self, y: Array) -> tuple[Array, Array]:
        return np.full_like(y, -self.q), np.full_like(y, 1 - self.q)

    def parts(self, eta: Array, y: Array) -> Array:
        return np.ones_like(eta)


class ExtendedTweedie(ExtendedLoss):
    """l = exp(a eta) / a + y exp(-c eta) / c up to a constant; the slope u is met at eta = root."""

    def __init__(self, power: float) -> None:
        self.a, self.c = 2 - Real(power), Real(power) - 1

    def slope(self, eta: Array, y: Array) -> Array:
        return np.exp(self.a * eta) - y * np.exp(-self.c * eta)

    def curvature(self, eta: Array, y: Array) -> Array:
        return self.a * np.exp(self.a * eta) + self.c * y * np.exp(-self.c * eta)

    def divergence(self, eta: Array, y: Array, u: Array) -> Array:
        result = np.empty_like(eta)
        for i, (e, response, slope) in enumerate(zip(eta, y, u, strict=True)):
            if response == 0 and slope <= 0:
                result[i] = np.exp(self.a * e) / self.a
                continue
            root = np.log(slope) / self.a if response == 0 else self._root(e, response, slope)
            d = e - root
            up = np.exp(self.a * root) * (np.expm1(self.a * d) - self.a * d) / self.a
            down = response * np.exp(-self.c * root) * (np.expm1(-self.c * d) + self.c * d) / self.c
            result[i] = max(up, 0) + max(down, 0)
        return result

    def _root(self, start: Real, y: Real, u: Real) -> Real:
        """eta with slope u, by Newton from below or above, halved where it leaves the bracket."""
        low, high, e = Real(-11000), Real(11000), start
        for _ in range(200):
            miss = self.slope(e, y) - u
            low, high = (e, high) if miss < 0 else (low, e)
            step = e - miss / self.curvature(e, y)
            if abs(step - e) <= 2 * np.finfo(Real).eps * abs(e):
                break
            e = step if low < step < high else (low + high) / 2
        return e

    def range(self, y: Array) -> tuple[Array, Array]:
        return np.where(y == 0, Real(0), -np.inf), np.full_like(y, np.inf)

    def parts(self, eta: Array, y: Array) -> Array:
        return np.exp(self.a * eta) + y * np.exp(-self.c * eta)

    def shift(self, y: Array) -> Array:
        return np.zeros_like(y)
