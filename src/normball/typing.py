"""Aliases for the arrays that pass through the package."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
"""Float64 array; shapes are stated in docstrings with the letters n (samples) and p (features)."""

Indices: TypeAlias = NDArray[np.intp]
"""Array of positions."""

Mask: TypeAlias = NDArray[np.bool_]
"""Array of flags."""

ArrayLike: TypeAlias = Any
"""What users pass: anything that NumPy, SciPy sparse or a data frame library calls a table."""
