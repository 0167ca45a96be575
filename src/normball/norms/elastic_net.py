"""Elastic net: R(w) = sum_j a_j (r |w_j| + (1 - r) w_j^2 / 2), a diamond with bulging sides.

Corners as sharp as those of L1 make zeros; the round sides share weight among correlated
features. Not homogeneous, so not a norm. With q = 1 - r and S the soft-threshold,

    prox_step(v)_j = S(v_j, step r a_j) / (1 + step q a_j),
    (alpha R)*(z) = sum_j S(z_j, alpha r a_j)^2 / (2 alpha q a_j),
    support function: sigma_t(z) = min_{m > 0} m t + (m R)*(z)   (Lagrangian duality).

The minimising m is the square root of sums over the k largest |z_j| / a_j, for the k that is
consistent with its root; O(p log p). Where all weights are equal the same holds for the
multiplier of the projection: completing the square, R(w) = q/2 sum_j (|w_j| + c)^2 - c^2 with
c = r/q. Otherwise the multiplier is the root of a decreasing function of one number.
Source: Zou, Hastie, "Regularization and variable selection via the elastic net",
JRSS B 67 (2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np

from ..typing import Floats, Indices, Mask
from .face import Face, coordinate_face
from .priced import Priced
from .projection import onto_boundary
from .separable import Separable


@dataclass(frozen=True, eq=False, repr=False)
class ElasticNet(Priced):
    """Mixture of L1 and squared L2.

    Parameters
    ----------
    l1_ratio : float, 0 < l1_ratio < 1, default 0.5
        Share r of the L1 term.
    weights : (p,) array of numbers >= 0, optional
        Price a_j of each coefficient relative to alpha; 0 = unpenalised, inf = never in.
        Default 1 for all.
    positive : bool, default False
        Allow w >= 0 only.
    """

    l1_ratio: float = 0.5
    weights: Floats | None = None
    positive: bool = False

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
        self._read_parameters()

    def restricted(self, index: Indices) -> ElasticNet:
        return ElasticNet(self.l1_ratio, self._weights_of(index), self.positive)

    def separable(self, n_features: int) -> Separable:
        prices = self.prices(n_features)
        ridge = np.where(np.isfinite(prices), (1 - self.l1_ratio) * prices, 1.0)
        return Separable(self.l1_ratio * prices, ridge, self.positive)

    def value(self, w: Floats) -> float:
        moved = w != 0
        if self.positive and (w < 0).any():
            return np.inf
        size, prices = np.abs(w[moved]), self.prices(len(w))[moved]
        return float(prices @ (self.l1_ratio * size + 0.5 * (1 - self.l1_ratio) * size**2))

    def subgradient(self, w: Floats, direction: Floats) -> Floats:
        side = np.where(w != 0, np.sign(w), np.sign(direction))
        slope = self.l1_ratio * side + (1 - self.l1_ratio) * w
        result = np.multiply(self.prices(len(w)), slope, out=np.zeros(len(w)), where=slope != 0)
        if self.positive:
            result[(w == 0) & (direction < 0)] = -np.inf
        return result

    def dual_norm(self, z: Floats) -> float:
        return self.support(z, 1.0)

    def support(self, z: Floats, radius: float) -> float:
        pull, prices = self._pull(z), self.prices(len(z))
        if (pull[prices == 0] != 0).any():
            return np.inf
        counts = (pull > 0) & np.isfinite(prices)
        if radius <= 0 or not counts.any():
            return 0.0
        # the maximiser is w = S(z, m r a) / (m q a) with R(w) = t: over the k largest |z| / a,
        # sum (z^2 / a - m^2 r^2 a) / (2 m^2 q) = t, so m^2 = sum z^2 / a / (2 q t + r^2 sum a)
        r, q = self.l1_ratio, 1 - self.l1_ratio
        order = np.argsort(-pull[counts] / prices[counts], kind="stable")
        size, price = pull[counts][order], prices[counts][order]
        multipliers = np.sqrt(np.cumsum(size**2 / price) / (2 * q * radius + np.cumsum(price) * r**2))
        n_active = max(int((size > multipliers * r * price).sum()), 1)
        multiplier = float(multipliers[n_active - 1])
        return multiplier * radius + self.conjugate(z, multiplier)

    def conjugate(self, z: Floats, alpha: float) -> float:
        rest = np.maximum(self._pull(z) - self._allowed(len(z), alpha * self.l1_ratio), 0.0)
        beyond = rest > 0
        if not beyond.any():
            return 0.0
        prices = self.prices(len(z))[beyond]
        if alpha <= 0 or (prices == 0).any():
            return np.inf
        return float((rest[beyond] ** 2 / prices).sum()) / (2 * alpha * (1 - self.l1_ratio))

    def critical_alpha(self, z: Floats) -> float:
        prices, pull = self.prices(len(z)), self._pull(z)
        if (pull[prices == 0] != 0).any():
            return np.inf
        ratios = np.divide(pull, prices, out=np.zeros(len(z)), where=prices > 0)
        return float(ratios.max(initial=0.0)) / self.l1_ratio

    def prox(self, v: Floats, step: float) -> Floats:
        prices = self.prices(len(v))
        shrunk = np.maximum(self._pull(v) - self._allowed(len(v), step * self.l1_ratio), 0.0)
        stays = shrunk > 0  # the price of the others may be infinite
        shrunk[stays] /= 1 + step * (1 - self.l1_ratio) * prices[stays]
        return np.sign(v) * shrunk + 0.0

    def project_with_multiplier(self, v: Floats, radius: float) -> tuple[Floats, float]:
        inside = self.prox(v, 0.0)
        if self.value(inside) <= radius:
            return inside, 0.0
        paid = self.prices(len(v)) > 0
        if radius <= 0:
            return np.where(paid, 0.0, inside), self.critical_alpha(np.where(paid, v, 0.0))
        multiplier = self._multiplier(inside[paid & (inside != 0)], inside != 0, paid, radius)
        projected = self.prox(v, multiplier)
        return onto_boundary(self, projected, radius), multiplier

    def _multiplier(self, inside: Floats, moved: Mask, paid: Mask, radius: float) -> float:
        """m with R(prox_m(v)) = radius, given the entries of v that cost something."""
        prices = self.prices(len(moved))[paid & moved]
        r, q = self.l1_ratio, 1 - self.l1_ratio
        size = np.abs(inside)
        if (prices == prices[0]).all():
            # |w_j| + c = (|v_j| + c) / (1 + m q) on the k largest entries, so with s = 1 + m q
            # s^2 = sum (|v_j| + c)^2 / (2 t / q + k c^2); the excess over 1 is summed without cancellation
            price, reach = float(prices[0]), radius / float(prices[0])
            size = np.sort(size)[::-1]
            shares = np.cumsum(size * (r + 0.5 * q * size))
            excess = (shares - reach) / (reach + 0.5 * np.arange(1, len(size) + 1) * r**2 / q)
            multipliers = excess / (np.sqrt(np.maximum(1 + excess, 0.0)) + 1) / q
            n_active = max(int((size > multipliers * r).sum()), 1)
            return max(float(multipliers[n_active - 1]), 0.0) / price

        from scipy.optimize import brentq  # seldom needed, and slow to import

        def beyond(m: float) -> float:
            rest = np.maximum(size - m * r * prices, 0.0) / (1 + m * q * prices)
            return float(prices @ (r * rest + 0.5 * q * rest**2)) - radius

        if beyond(0.0) <= 0:  # v lies on the ball but for rounding
            return 0.0
        return float(brentq(beyond, 0.0, float((size / prices).max()) / r, xtol=1e-300, rtol=1e-15))

    def reach(self, direction: Floats, radius: float) -> float:
        linear = self.value(direction) - 0.5 * self._squares(direction)
        square = 0.5 * self._squares(direction)
        if not np.isfinite(linear):
            return 0.0
        if square == 0:
            return np.inf
        return 2 * radius / (linear + float(np.sqrt(linear**2 + 4 * square * radius)))

    def _squares(self, w: Floats) -> float:
        moved = w != 0
        return (1 - self.l1_ratio) * float(self.prices(len(w))[moved] @ w[moved] ** 2)

    def face(self, w: Floats) -> Face:
        prices = self.prices(len(w))
        free = prices == 0
        index = np.flatnonzero((w != 0) | free)
        q, price = 1 - self.l1_ratio, prices[index]
        gradient = price * (self.l1_ratio * np.sign(w[index]) + q * w[index])
        return coordinate_face(w, index, gradient, n_unpenalised=int(free.sum()), curvature=q * price)

    def slack(self, w: Floats, z: Floats, alpha: float) -> Floats:
        room = self._allowed(len(w), alpha * self.l1_ratio) - (z if self.positive else np.abs(z))
        return np.where(w == 0, np.maximum(room, 0.0), 0.0)

    def screen(self, z: Floats, margin: Floats, alpha: float) -> Mask:
        return np.asarray(self._pull(z) + margin < self._allowed(len(z), alpha * self.l1_ratio))
