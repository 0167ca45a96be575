"""L1: R(w) = sum_j weights_j |w_j|, the diamond.

Dual norm max_j |z_j| / weights_j. Prox: soft-threshold. Projection on the ball: the
threshold mu solves sum_j weights_j (|v_j| - mu weights_j)_+ = t, found exactly by one
sort of |v_j| / weights_j (Held, Wolfe, Crowder 1974; Duchi et al. 2008; weighted form
in Perez, Ament, Gomes, Barlaud 2022), O(p log p). Faces: the sign pattern of the
non-zeros. Weight 0 leaves a coefficient unpenalised, weight inf keeps it out for good.
With `positive=True` only w >= 0 is allowed (a gauge instead of a norm).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..typing import Floats, Indices, Mask
from .face import Face, coordinate_face
from .priced import Priced
from .projection import onto_boundary
from .separable import Separable


@dataclass(frozen=True, eq=False, repr=False)
class L1(Priced):
    """Sum of absolute values.

    Parameters
    ----------
    weights : (p,) array of numbers >= 0, optional
        Price of each coefficient relative to alpha; 0 = unpenalised, inf = never in.
        Default 1 for all.
    positive : bool, default False
        Allow w >= 0 only.
    """

    weights: Floats | None = None
    positive: bool = False

    name: ClassVar[str] = "l1"
    title: ClassVar[str] = "L1"
    is_polyhedral: ClassVar[bool] = True
    makes_zeros: ClassVar[bool] = True

    def __post_init__(self) -> None:
        self._read_parameters()

    def restricted(self, index: Indices) -> L1:
        return L1(self._weights_of(index), self.positive)

    def separable(self, n_features: int) -> Separable:
        return Separable(self.prices(n_features), is_one_sided=self.positive)

    def value(self, w: Floats) -> float:
        moved = w != 0
        if self.positive and (w < 0).any():
            return np.inf
        return float(self.prices(len(w))[moved] @ np.abs(w[moved]))

    def subgradient(self, w: Floats, direction: Floats) -> Floats:
        side = np.where(w != 0, np.sign(w), np.sign(direction))
        prices = self.prices(len(w))
        result = np.multiply(prices, side, out=np.zeros(len(w)), where=side != 0)
        if self.positive:
            result[(w == 0) & (direction < 0)] = -np.inf
        return result

    def dual_norm(self, z: Floats) -> float:
        prices, pull = self.prices(len(z)), self._pull(z)
        if (pull[prices == 0] != 0).any():
            return np.inf
        return float(np.divide(pull, prices, out=np.zeros(len(z)), where=prices > 0).max(initial=0.0))

    def prox(self, v: Floats, step: float) -> Floats:
        return np.sign(v) * np.maximum(self._pull(v) - self._allowed(len(v), step), 0.0) + 0.0

    def project_with_multiplier(self, v: Floats, radius: float) -> tuple[Floats, float]:
        inside = self.prox(v, 0.0)
        if self.value(inside) <= radius:
            return inside, 0.0
        prices = self.prices(len(v))
        paid = (prices > 0) & (inside != 0)
        size, price = np.abs(inside[paid]), prices[paid]
        order = np.argsort(-size / price, kind="stable")
        size, price = size[order], price[order]
        candidates = (np.cumsum(price * size) - radius) / np.cumsum(price**2)
        n_active = max(int((size > candidates * price).sum()), 1)
        mu = float(candidates[n_active - 1])
        return onto_boundary(self, self.prox(v, mu), radius), mu

    def face(self, w: Floats) -> Face:
        prices = self.prices(len(w))
        free = prices == 0
        index = np.flatnonzero((w != 0) | free)
        gradient = np.where(free, 0.0, np.sign(w))[index] * prices[index]
        return coordinate_face(w, index, gradient, n_unpenalised=int(free.sum()))

    def slack(self, w: Floats, z: Floats, alpha: float) -> Floats:
        """As the base; with `positive` the pull that counts is upwards."""
        room = self._allowed(len(w), alpha) - (z if self.positive else np.abs(z))
        return np.where(w == 0, np.maximum(room, 0.0), 0.0)

    def screen(self, z: Floats, margin: Floats, alpha: float) -> Mask:
        return np.asarray(self._pull(z) + margin < self._allowed(len(z), alpha))
