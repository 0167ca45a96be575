"""Spectral norm: the largest singular value, the LInf norm of matrices. Dual: the nuclear norm.

If k singular values of W (m, n) equal the largest, the smallest face of the ball through W
leaves the other (m - k) x (n - k) block free: its dimension is (m - k)(n - k).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...typing import Floats
from ..base import Norm
from ..linf import LInf
from .base import RANK_TOLERANCE, OfSingularValues, singular


@dataclass(frozen=True, eq=False, repr=False)
class Spectral(OfSingularValues):
    """Largest singular value."""

    name: ClassVar[str] = "spectral"
    title: ClassVar[str] = "Spectral"
    of: ClassVar[Norm] = LInf()

    def face_dimension(self, W: Floats) -> int:
        s = singular(W)[1]
        tied = int((s >= (1 - RANK_TOLERANCE) * s[0]).sum())
        m, n = W.shape
        return int((m - tied) * (n - tied))
