"""Entrywise maximum: the largest absolute entry. Dual: entrywise L1.

The cube in m n dimensions: in the smallest face through W the entries below the largest one move
freely. (The max norm of factorisations, min over W = U V' of the largest product of row
lengths, is another one; its value is a semidefinite program, and it is not here.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...typing import Floats
from ..base import Norm
from ..linf import LInf
from .base import OfEntries


@dataclass(frozen=True, eq=False, repr=False)
class EntrywiseMax(OfEntries):
    """Largest absolute entry."""

    name: ClassVar[str] = "entrywise_max"
    title: ClassVar[str] = "Entrywise maximum"

    def vector_norm(self, shape: tuple[int, int]) -> Norm:
        return LInf()

    def face_dimension(self, W: Floats) -> int:
        size = np.abs(W)
        return int((size < size.max()).sum()) if size.any() else -1
