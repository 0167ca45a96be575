"""Nuclear norm: the sum of the singular values, the L1 norm of matrices. Dual: the spectral norm.

Its ball is the convex hull of the rank-one matrices u v' with |u| |v| = radius. The smallest face
through W = U diag(s) V' of rank r is {U H V' : H positive semidefinite, tr H = radius}, of
dimension r (r + 1) / 2 - 1: low rank is where the boundary bends sharply, as zeros are for
L1 (So, Facial structures of Schatten p-norms, Linear and Multilinear Algebra 27, 1990).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...typing import Floats
from ..base import Norm
from ..l1 import L1
from .base import OfSingularValues, numerical_rank, singular


@dataclass(frozen=True, eq=False, repr=False)
class Nuclear(OfSingularValues):
    """Sum of the singular values."""

    name: ClassVar[str] = "nuclear"
    title: ClassVar[str] = "Nuclear"
    of: ClassVar[Norm] = L1()

    def face_dimension(self, W: Floats) -> int:
        rank = numerical_rank(singular(W)[1])
        return rank * (rank + 1) // 2 - 1
