"""Equality, hashing and a pasteable repr for frozen dataclasses that hold arrays.

NumPy arrays compare element by element, so the methods that `dataclass` writes
would raise for them; `ArrayValue` compares field by field with `array_equal`.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

import numpy as np


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _is_default(value: Any, default: Any) -> bool:
    return default is not MISSING and not isinstance(value, np.ndarray) and value == default


class ArrayValue:
    """Base of immutable values; subclasses are `@dataclass(frozen=True, eq=False, repr=False)`."""

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(
            np.array_equal(getattr(self, field.name), getattr(other, field.name))
            for field in fields(self)  # type: ignore[arg-type]
        )

    def __hash__(self) -> int:
        values = (repr(_plain(getattr(self, field.name))) for field in fields(self))  # type: ignore[arg-type]
        return hash((type(self), *values))

    def __repr__(self) -> str:
        parts = []
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if not _is_default(value, field.default):
                text = repr(_plain(value)).replace("inf", "float('inf')")
                parts.append(f"{field.name}={text}")
        return f"{type(self).__name__}({', '.join(parts)})"


def refuse_masked(values: Any, name: str) -> None:
    """Raise where values are a masked array, or a list of its entries, of which some are masked.

    NumPy reads what lies beneath a mask as if it were data.

    Raises
    ------
    ValueError
    """
    is_masked = np.ma.is_masked(values)
    if isinstance(values, list | tuple):
        is_masked = any(entry is np.ma.masked or np.ma.is_masked(entry) for entry in values)
    if is_masked:
        raise ValueError(f"{name} must not be a masked array with masked entries; fill or drop them first.")


def within_floats(name: str) -> ValueError:
    """What to raise for integers that no float holds."""
    return ValueError(
        f"{name} must hold numbers that floats hold, below 1.8e308 in size, got a larger integer; "
        "divide by a constant."
    )


def frozen_array(values: Any, name: str) -> np.ndarray:
    """Copy `values` into a read-only one-dimensional float64 array.

    Raises
    ------
    ValueError
        If the values are not numbers, not one-dimensional, or hold NaN.
    """
    refuse_masked(values, name)
    try:
        array = np.array(values, dtype=np.float64)
    except OverflowError:
        raise within_floats(name) from None
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers, got {values!r}.") from None
    if array.ndim != 1:
        raise ValueError(f"{name} must have one dimension, got shape {array.shape}.")
    if np.isnan(array).any():
        raise ValueError(
            f"{name} must not hold NaN; the first is at position {int(np.isnan(array).argmax())}."
        )
    array.flags.writeable = False
    return array
