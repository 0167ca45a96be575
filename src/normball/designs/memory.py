"""How the compiled kernels read a dense array where it lies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._kernels import DataMatrix


def as_matrix(values: NDArray[Any]) -> DataMatrix | None:
    """A view of float64 or float32 values (n, p) whose rows or columns are contiguous, else None."""
    row_step, column_step = values.strides
    fits = values.dtype in (np.float64, np.float32) and values.dtype.isnative and values.flags.aligned
    fits &= min(row_step, column_step) == values.itemsize
    fits &= max(row_step, column_step) % values.itemsize == 0
    return DataMatrix.dense(values) if fits and min(values.shape) > 0 else None
