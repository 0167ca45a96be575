"""Column-wise group norm: the sum of the lengths of the columns. Dual: the longest column.

Whole columns become zero. The smallest face through W lets the lengths of its non-zero columns
be traded for one another, in fixed directions: one dimension less than there are of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...typing import Floats
from ..base import Norm
from ..group_l2 import GroupL2
from .base import OfEntries


@dataclass(frozen=True, eq=False, repr=False)
class ColumnL2(OfEntries):
    """Sum of the Euclidean lengths of the columns, all at the same price."""

    name: ClassVar[str] = "column_l2"
    title: ClassVar[str] = "Column L2"

    def vector_norm(self, shape: tuple[int, int]) -> Norm:
        m, n = shape
        return GroupL2(np.tile(np.arange(n), m), weights=np.ones(n))

    def face_dimension(self, W: Floats) -> int:
        return int(W.any(axis=0).sum()) - 1
