"""Entrywise L1: the sum of the absolute entries. Dual: the largest absolute entry.

The diamond in m n dimensions; the smallest face through W has one dimension less than W has
non-zero entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...typing import Floats
from ..base import Norm
from ..l1 import L1
from .base import OfEntries


@dataclass(frozen=True, eq=False, repr=False)
class EntrywiseL1(OfEntries):
    """Sum of the absolute entries."""

    name: ClassVar[str] = "entrywise_l1"
    title: ClassVar[str] = "Entrywise L1"

    def vector_norm(self, shape: tuple[int, int]) -> Norm:
        return L1()

    def face_dimension(self, W: Floats) -> int:
        return int(np.count_nonzero(W)) - 1
