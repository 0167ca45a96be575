"""Elastic net: R(w) = r |w|_1 + (1 - r) |w|^2 / 2, a diamond with bulging sides.

Corners as sharp as those of L1 make zeros; the round sides share weight among correlated
features. Not homogeneous, so not a norm. With q = 1 - r and S the soft-threshold,

    prox_step(v) = S(v, step r) / (1 + step q),
    (alpha R)*(z) = |S(z, alpha r)|^2 / (2 alpha q),
    support function: sigma_t(z) = min_{m > 0} m t + (m R)*(z)   (Lagrangian duality),

Completing the square, R(w) = q/2 sum_j (|w_j| + c)^2 - c^2 with c = r/q: in the variable
|w_j| + c the ball is round. Both that m and the multiplier of the projection are therefore
square roots of sums over the k largest entries, for the k that is consistent with its
root; O(p log p).
Source: Zou, Hastie, "Regularization and variable selection via the elastic net",
JRSS B 67 (2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np

from ..typing import Floats, Mask
from .base import Norm
from .face import Face, coordinate_face
from .projection import onto_boundary
from .separable import Separable


@dataclass(frozen=True, eq=False, repr=False)
class ElasticNet(Norm):
    """Mixture of L1 and squared L2.

    Parameters
    ----------
    l1_ratio : float, 0 < l1_ratio < 1, default 0.5
        Share r of the L1 term.
    """

    l1_ratio: float = 0.5

    name: ClassVar[str] = "elastic_net"
    title: ClassVar[str] = "elastic net"
    is_homogeneous: ClassVar[bool] = False
    makes_zeros: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not (isinstance(self.l1_ratio, Real) and 0 < self.l1_ratio < 1):
            raise ValueError(
                f"l1_ratio must lie between 0 and 1, got {self.l1_ratio!r}; "
                "use SquaredL2() for 0 and L1() for 1."
            )
        object.__setattr__(self, "l1_ratio", float(self.l1_ratio))

    def separable(self, n_features: int) -> Separable:
        return Separable(np.full(n_features, self.l1_ratio), np.full(n_features, 1 - self.l1_ratio))

    def value(self, w: Floats) -> float:
        return self.l1_ratio * float(np.abs(w).sum()) + 0.5 * (1 - self.l1_ratio) * float(w @ w)

    def subgradient(self, w: Floats, direction: Floats) -> Floats:
        side = np.where(w != 0, np.sign(w), np.sign(direction))
        return self.l1_ratio * side + (1 - self.l1_ratio) * w

    def dual_norm(self, z: Floats) -> float:
        return self.support(z, 1.0)

    def support(self, z: Floats, radius: float) -> float:
        pull = np.abs(z)
        if radius <= 0 or not pull.any():
            return 0.0
        # the maximiser is w = S(z, m r) / (m q) with R(w) = t: with k entries above m r,
        # sum (z^2 - m^2 r^2) / (2 m^2 q) = t, so m^2 = sum z^2 / (2 q t + k r^2)
        r, q = self.l1_ratio, 1 - self.l1_ratio
        size = np.sort(pull)[::-1]
        squares = np.cumsum(size**2)
        multipliers = np.sqrt(squares / (2 * q * radius + np.arange(1, len(size) + 1) * r**2))
        n_active = max(int((size > multipliers * r).sum()), 1)
        multiplier = float(multipliers[n_active - 1])
        return multiplier * radius + self.conjugate(z, multiplier)

    def conjugate(self, z: Floats, alpha: float) -> float:
        rest = np.maximum(np.abs(z) - alpha * self.l1_ratio, 0.0)
        squares = float(rest @ rest)
        if squares == 0.0:
            return 0.0
        return squares / (2 * alpha * (1 - self.l1_ratio)) if alpha > 0 else np.inf

    def critical_alpha(self, z: Floats) -> float:
        return float(np.abs(z).max(initial=0.0)) / self.l1_ratio

    def prox(self, v: Floats, step: float) -> Floats:
        shrunk = np.maximum(np.abs(v) - step * self.l1_ratio, 0.0) / (1 + step * (1 - self.l1_ratio))
        return np.sign(v) * shrunk + 0.0

    def project_with_multiplier(self, v: Floats, radius: float) -> tuple[Floats, float]:
        if self.value(v) <= radius:
            return np.array(v, dtype=np.float64), 0.0
        if radius <= 0:
            return np.zeros(len(v)), self.critical_alpha(v)
        # |w_j| + c = (|v_j| + c) / (1 + m q) on the k largest entries, so with s = 1 + m q
        # s^2 = sum (|v_j| + c)^2 / (2 t / q + k c^2); the excess over 1 is summed without cancellation
        r, q = self.l1_ratio, 1 - self.l1_ratio
        size = np.sort(np.abs(v))[::-1]
        shares = np.cumsum(size * (r + 0.5 * q * size))
        excess = (shares - radius) / (radius + 0.5 * np.arange(1, len(size) + 1) * r**2 / q)
        multipliers = excess / (np.sqrt(np.maximum(1 + excess, 0.0)) + 1) / q
        n_active = max(int((size > multipliers * r).sum()), 1)
        multiplier = float(multipliers[n_active - 1])
        return onto_boundary(self, self.prox(v, multiplier), radius), multiplier

    def reach(self, direction: Floats, radius: float) -> float:
        linear = self.l1_ratio * float(np.abs(direction).sum())
        square = 0.5 * (1 - self.l1_ratio) * float(direction @ direction)
        if square == 0:
            return np.inf
        return 2 * radius / (linear + float(np.sqrt(linear**2 + 4 * square * radius)))

    def face(self, w: Floats) -> Face:
        index = np.flatnonzero(w)
        q = 1 - self.l1_ratio
        gradient = self.l1_ratio * np.sign(w[index]) + q * w[index]
        return coordinate_face(w, index, gradient, curvature=np.full(len(index), q))

    def slack(self, w: Floats, z: Floats, alpha: float) -> Floats:
        return np.where(w == 0, np.maximum(alpha * self.l1_ratio - np.abs(z), 0.0), 0.0)

    def screen(self, z: Floats, margin: Floats, alpha: float) -> Mask:
        return np.asarray(np.abs(z) + margin < alpha * self.l1_ratio)
