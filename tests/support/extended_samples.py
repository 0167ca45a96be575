"""f(eta) = sum_i v_i l(eta_i, y_i) in extended precision, with what float64 leaves open of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from extended_losses import (
    Array,
    ExtendedGamma,
    ExtendedHuber,
    ExtendedLogistic,
    ExtendedLoss,
    ExtendedPoisson,
    ExtendedQuantile,
    ExtendedSquared,
    ExtendedTweedie,
    Real,
)
from normball.losses import Gamma, Huber, Logistic, Loss, Poisson, Quantile, SquaredError, Tweedie

_MAKERS: dict[type[Loss], Any] = {
    SquaredError: lambda loss: ExtendedSquared(),
    Huber: lambda loss: ExtendedHuber(loss.delta),
    Logistic: lambda loss: ExtendedLogistic(),
    Poisson: lambda loss: ExtendedPoisson(),
    Gamma: lambda loss: ExtendedGamma(),
    Tweedie: lambda loss: ExtendedTweedie(loss.power),
    Quantile: lambda loss: ExtendedQuantile(loss.q),
}


class Samples:
    """f(eta) = sum_i v_i l(eta_i, y_i), a loss that is a sum over samples."""

    def __init__(self, loss: Loss, y: Array, weight: Array) -> None:
        self.loss: ExtendedLoss = _MAKERS[type(loss)](loss)
        self.y, self.weight = y, weight
        self.is_kinked, self.is_shift_invariant = self.loss.is_kinked, False

    def deviance(self, eta: Array) -> Real:
        """f(eta), whose least value is 0."""
        return self.weight @ self.loss.deviance(eta, self.y)

    def gradient(self, eta: Array) -> Array:
        return self.weight * self.loss.slope(eta, self.y)

    def curvature(self, eta: Array) -> Array:
        return self.weight * self.loss.curvature(eta, self.y)

    def divergence(self, eta: Array, g: Array) -> Real:
        """f(eta) + f*(g) - <g, eta> for g in the domain of f*."""
        return self.weight @ self.loss.divergence(eta, self.y, g / self.weight)

    def clip(self, g: Array) -> Array:
        """g (n,) moved into the range of the slopes."""
        low, high = self.loss.range(self.y)
        return self.weight * np.clip(g / self.weight, low, high)

    def room(self, eta: Array, g: Array) -> Array:
        """How far each entry of g may be moved to meet an equation: not at the ends of its range."""
        low, high = self.loss.range(self.y)
        u = g / self.weight
        inside = np.minimum(u - low, high - u)
        return self.curvature(eta) * np.where(inside > 0, np.minimum(1, inside), 0)

    def share(self, g: Array) -> Real:
        """Largest s <= 1 for which s g is in the domain of f*."""
        low, high = self.loss.range(self.y)
        u = g / self.weight
        end = np.where(u < 0, low, high)
        out = np.abs(u) > np.abs(end)
        return (np.abs(end[out]) / np.abs(u[out])).min() if out.any() else Real(1)

    def rounding(self, eta: Array, move: Array) -> tuple[Real, Array]:
        """What float64 leaves open, for eta uncertain by `move` (n,): in f, and in the gradient (n,).

        The first counts twice the square: f and its conjugate each move by a second-order term.
        """
        eps = np.finfo(np.float64).eps
        move = move + eps * self.loss.shift(self.y)
        if self.is_kinked:
            return self.weight @ move, eps * self.weight
        # exp overflows in no extended number that a float64 eta leads to
        bend = np.maximum(self.curvature(eta - move), self.curvature(eta + move))
        return bend @ move**2, bend * move + eps * self.weight * self.loss.parts(eta, self.y)

    def null_deviance(self, fit_intercept: bool) -> Real:
        """Deviance of the best constant, or of 0."""
        if not fit_intercept:
            return self.deviance(np.zeros_like(self.y))
        if self.is_kinked:
            return min(self.deviance(np.full_like(self.y, b)) for b in np.unique(self.y))
        low, high = self._bracket()
        for _ in range(200):
            middle = (low + high) / 2
            if self.gradient(np.full_like(self.y, middle)).sum() < 0:
                low = middle
            else:
                high = middle
        return self.deviance(np.full_like(self.y, (low + high) / 2))

    def _bracket(self) -> tuple[Real, Real]:
        if isinstance(self.loss, ExtendedSquared | ExtendedHuber):
            return self.y.min(), self.y.max()
        return Real(-11000), Real(11000)
