"""L2: R(w) = sqrt(sum_j w_j^2), the round ball.

Self-dual. Prox: shrink the length by `step`. Projection: rescale. Away from 0 the norm
is smooth with Hessian (I - w w' / |w|^2) / |w|; at 0 all coefficients are zero together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..typing import Floats, Mask
from .base import Norm
from .face import Face, coordinate_face
from .lengths import shrunk_length


@dataclass(frozen=True, eq=False, repr=False)
class L2(Norm):
    """Euclidean length."""

    name: ClassVar[str] = "l2"
    title: ClassVar[str] = "L2"
    is_rotation_invariant: ClassVar[bool] = True

    def value(self, w: Floats) -> float:
        return float(np.linalg.norm(w))

    def subgradient(self, w: Floats, direction: Floats) -> Floats:
        base = w if w.any() else direction
        length = np.linalg.norm(base)
        return np.asarray(base / length if length > 0 else np.zeros(len(w)))

    def dual_norm(self, z: Floats) -> float:
        return float(np.linalg.norm(z))

    def prox(self, v: Floats, step: float) -> Floats:
        length = np.linalg.norm(v)
        return v * (1 - step / length) if length > step else np.zeros(len(v))

    def prox_in(self, v: Floats, step: float, metric: Floats) -> Floats:
        return shrunk_length(v, step, metric)

    def project_with_multiplier(self, v: Floats, radius: float) -> tuple[Floats, float]:
        length = float(np.linalg.norm(v))
        if length <= radius:
            return np.array(v, dtype=np.float64), 0.0
        return v * (radius / length), length - radius

    def face(self, w: Floats) -> Face:
        length = float(np.linalg.norm(w))
        if length == 0:
            return coordinate_face(w, np.zeros(0, dtype=np.intp), np.zeros(0))
        unit = w / length
        return coordinate_face(
            w,
            np.arange(len(w)),
            unit,
            curvature=np.full(len(w), 1 / length),
            factors=unit[:, None],
            factor_weights=np.array([-1 / length]),
        )

    def slack(self, w: Floats, z: Floats, alpha: float) -> Floats:
        if w.any():
            return np.zeros(len(w))
        # the largest s with |z + s sign(z_j) e_j| = alpha
        others = float(z @ z) - z**2
        room = np.sqrt(np.maximum(alpha**2 - others, 0.0)) - np.abs(z)
        return np.asarray(np.maximum(room, 0.0))

    def screen(self, z: Floats, margin: Floats, alpha: float) -> Mask:
        whole = np.linalg.norm(np.abs(z) + margin) < alpha
        return np.full(len(z), bool(whole))
