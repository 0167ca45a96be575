"""Squared L2 (ridge): R(w) = sum_j w_j^2 / 2. Smooth, not homogeneous, never makes zeros.

Its ball {R <= t} is the L2 ball of radius sqrt(2 t); (alpha R)*(z) = |z|^2 / (2 alpha).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..typing import Floats
from .base import Norm
from .face import Face, coordinate_face
from .separable import Separable


@dataclass(frozen=True, eq=False, repr=False)
class SquaredL2(Norm):
    """Half the sum of squares."""

    name: ClassVar[str] = "squared_l2"
    title: ClassVar[str] = "squared L2 (ridge)"
    is_rotation_invariant: ClassVar[bool] = True
    is_homogeneous: ClassVar[bool] = False

    def separable(self, n_features: int) -> Separable:
        return Separable(np.zeros(n_features), np.ones(n_features))

    def value(self, w: Floats) -> float:
        return 0.5 * float(w @ w)

    def subgradient(self, w: Floats, direction: Floats) -> Floats:
        return w.astype(np.float64)

    def dual_norm(self, z: Floats) -> float:
        return self.support(z, 1.0)

    def support(self, z: Floats, radius: float) -> float:
        return float(np.sqrt(2 * radius) * np.linalg.norm(z))

    def conjugate(self, z: Floats, alpha: float) -> float:
        squares = float(z @ z)
        if squares == 0.0:
            return 0.0
        return squares / (2 * alpha) if alpha > 0 else np.inf

    def critical_alpha(self, z: Floats) -> float:
        return np.inf if z.any() else 0.0

    def prox(self, v: Floats, step: float) -> Floats:
        return v / (1 + step)

    def project_with_multiplier(self, v: Floats, radius: float) -> tuple[Floats, float]:
        length, reach = float(np.linalg.norm(v)), float(np.sqrt(2 * radius))
        if length <= reach:
            return np.array(v, dtype=np.float64), 0.0
        if reach == 0:
            return np.zeros(len(v)), np.inf
        return v * (reach / length), length / reach - 1

    def reach(self, direction: Floats, radius: float) -> float:
        length = float(np.linalg.norm(direction))
        return float(np.sqrt(2 * radius)) / length if length > 0 else np.inf

    def face(self, w: Floats) -> Face:
        return coordinate_face(w, np.arange(len(w)), w.astype(np.float64), curvature=np.ones(len(w)))

    def slack(self, w: Floats, z: Floats, alpha: float) -> Floats:
        return np.zeros(len(w))
