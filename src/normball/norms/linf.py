"""LInf: R(w) = max_j |w_j|, the cube.

Dual norm sum_j |z_j|. The projection on the cube clips; the prox is what is left of v
after projecting it on the L1 ball of radius `step` (Moreau): it clips at the level m
where sum_j (|v_j| - m)_+ = step, found by one sort, O(p log p). Contact happens at ties
instead of zeros: on a face some coefficients sit together at +-max, the others move
freely inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..typing import Floats, Mask
from .base import Norm
from .face import Face, coordinate_face
from .l1 import L1


@dataclass(frozen=True, eq=False, repr=False)
class LInf(Norm):
    """Largest absolute value."""

    name: ClassVar[str] = "linf"
    title: ClassVar[str] = "LInf"
    is_polyhedral: ClassVar[bool] = True

    def value(self, w: Floats) -> float:
        return float(np.abs(w).max(initial=0.0))

    def subgradient(self, w: Floats, direction: Floats) -> Floats:
        result = np.zeros(len(w))
        if len(w) == 0:
            return result
        largest = np.abs(w).max()
        tied = np.abs(w) == largest
        side = np.sign(w) if largest > 0 else np.sign(direction)
        growth = np.where(tied, side * direction, -np.inf)
        chosen = int(growth.argmax())
        result[chosen] = side[chosen]
        return result

    def dual_norm(self, z: Floats) -> float:
        return float(np.abs(z).sum())

    def prox(self, v: Floats, step: float) -> Floats:
        if step <= 0:
            return np.array(v, dtype=np.float64)
        _, level = L1().project_with_multiplier(v, step)
        return np.clip(v, -level, level) + 0.0

    def prox_in(self, v: Floats, step: float, metric: Floats) -> Floats:
        # the level m where sum_j metric_j (|v_j| - m)_+ = step
        order = np.argsort(-np.abs(v), kind="stable")
        size, unit = np.abs(v)[order], metric[order]
        levels = (np.cumsum(unit * size) - step) / np.cumsum(unit)
        n_active = max(int((size > levels).sum()), 1)
        level = max(float(levels[n_active - 1]), 0.0) if len(v) else 0.0
        return np.clip(v, -level, level) + 0.0

    def project_with_multiplier(self, v: Floats, radius: float) -> tuple[Floats, float]:
        excess = np.maximum(np.abs(v) - radius, 0.0)
        return np.clip(v, -radius, radius) + 0.0, float(excess.sum())

    def face(self, w: Floats) -> Face:
        size = len(w)
        largest = np.abs(w).max(initial=0.0)
        if largest == 0:
            return coordinate_face(w, np.zeros(0, dtype=np.intp), np.zeros(0))
        tied = np.abs(w) == largest
        # coordinate 0 moves the tied cluster, the others move one free feature each
        cluster = np.zeros(size, dtype=np.intp)
        cluster[~tied] = 1 + np.arange(int((~tied).sum()))
        n_coordinates = 1 + int((~tied).sum())
        gradient = np.zeros(n_coordinates)
        gradient[0] = 1.0
        return Face(
            n_features=size,
            index=np.arange(size),
            cluster=cluster,
            sign=np.where(tied, np.sign(w), 1.0),
            coordinates=np.concatenate([[largest], w[~tied]]),
            gradient=gradient,
            curvature=np.zeros(n_coordinates),
            factors=np.zeros((n_coordinates, 0)),
            factor_weights=np.zeros(0),
        )

    def slack(self, w: Floats, z: Floats, alpha: float) -> Floats:
        if w.any():
            return np.zeros(len(w))
        return np.full(len(w), max(alpha - float(np.abs(z).sum()), 0.0))

    def screen(self, z: Floats, margin: Floats, alpha: float) -> Mask:
        return np.full(len(z), bool((np.abs(z) + margin).sum() < alpha))
