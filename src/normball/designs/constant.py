"""One rule for columns that are constant: their deviation is what rounding makes of a constant.

A column held in a type of precision eps differs from a constant by some eps of its size as soon
as it was computed, not typed in: 0.3 and 0.1 + 0.2 are neighbours in float64. Such a deviation
is uninformative, and whoever divides by it makes a feature of 1e16 times the rounding. It counts as
0 for everyone, since `Design.column_moments` is where the package takes its deviations from.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from ..typing import Floats

COMPUTED: Final = 256 * float(np.finfo(np.float64).eps)
"""Relative deviation that a few hundred operations in float64 may leave: 6e-14."""

ROUNDED: Final = 4
"""Units of a narrower type's precision that rounding into it may leave."""


def without_rounding(means: Floats, deviations: Floats, dtype: np.dtype[Any]) -> Floats:
    """Deviations (p,) of columns held in `dtype`, exactly 0 where the column is constant up to rounding."""
    share = max(COMPUTED, ROUNDED * float(np.finfo(dtype).eps))
    return np.where(deviations <= share * np.abs(means), 0.0, deviations)


def scales_of(means: Floats, deviations: Floats) -> Floats:
    """What columns are divided by to have unit deviation (p,); constant ones, to have unit size."""
    sizes = np.where(deviations > 0, deviations, np.abs(means))
    return np.where(sizes > 0, sizes, 1.0)
