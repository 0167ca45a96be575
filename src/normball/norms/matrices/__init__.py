"""Norms of matrices. One class a file; `MATRIX_NORMS` is the registry."""

from __future__ import annotations

from .base import MatrixFace, MatrixNorm
from .column_l2 import ColumnL2
from .entrywise_l1 import EntrywiseL1
from .entrywise_max import EntrywiseMax
from .nuclear import Nuclear
from .spectral import Spectral

__all__ = [
    "MATRIX_NORMS",
    "ColumnL2",
    "EntrywiseL1",
    "EntrywiseMax",
    "MatrixFace",
    "MatrixNorm",
    "Nuclear",
    "Spectral",
]

MATRIX_NORMS: dict[str, type[MatrixNorm]] = {
    cls.name: cls for cls in (Nuclear, Spectral, EntrywiseL1, EntrywiseMax, ColumnL2)
}
"""Name -> class; a new matrix norm is added here."""
