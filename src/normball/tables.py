"""Reading what users pass as X and y: arrays, sparse matrices, data frames of any library.

Data frames (pandas, polars, PyArrow, ...) are recognised through narwhals, which is
imported only when something that is neither a NumPy array nor a sparse matrix comes in.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Real
from os import PathLike
from typing import Any

import numpy as np
from scipy.sparse import issparse

from .designs import Design, as_design
from .typing import ArrayLike, Floats


@dataclass(frozen=True, eq=False)
class Table:
    """A design with the names of its columns; None where there are none, as in an array."""

    design: Design
    names: tuple[str, ...] | None


def read_table(X: ArrayLike) -> Table:
    """Design and feature names of X (n, p).

    Raises
    ------
    TypeError, ValueError
        As `as_design`; for a data frame also non-numeric columns and missing values, by name.
    """
    if X is None or isinstance(X, (str, bytes, PathLike)):
        raise TypeError(
            f"X must be a table of numbers, got {X!r}; read a file first, for example by polars.read_csv."
        )
    names: tuple[str, ...] | None = None
    if not (isinstance(X, (np.ndarray, Design, list, tuple)) or issparse(X)):
        frame = _as_frame(X)
        if frame is not None:
            names, X = _frame_values(frame)
    return Table(as_design(X), names)


def numbered_names(count: int, letter: str = "x") -> tuple[str, ...]:
    """x0, x1, ...: the names of columns that have none."""
    return tuple(f"{letter}{j}" for j in range(count))


def _as_frame(X: Any) -> Any:
    import narwhals as nw

    try:
        frame = nw.from_native(X, pass_through=True, eager_only=True)
    except nw.exceptions.DuplicateError:
        repeated = next(name for name in X.columns if list(X.columns).count(name) > 1)
        raise ValueError(f"X has several columns called {str(repeated)!r}; give each its own name.") from None
    return frame if isinstance(frame, nw.DataFrame) else None


def _frame_values(frame: Any) -> tuple[tuple[str, ...], Floats]:
    names = tuple(str(name) for name in frame.columns)
    schema = frame.schema
    wrong = [
        str(name)
        for name in frame.columns
        if not (schema[name].is_numeric() or str(schema[name]) == "Boolean")
    ]
    if wrong:
        raise TypeError(
            f"X has non-numeric columns {_listed(wrong)}; encode them as numbers (one-hot for categories) "
            "or drop them."
        )
    columns = []
    for name in frame.columns:
        values = np.asarray(frame[name].to_numpy(), dtype=np.float64)
        if np.isnan(values).any():
            raise ValueError(
                f"X has missing values in column {str(name)!r} "
                f"(first in row {int(np.isnan(values).argmax())}); "
                "fill them in or drop the rows."
            )
        columns.append(values)
    shape = (len(frame), 0)
    return names, np.column_stack(columns) if columns else np.zeros(shape)


def _listed(names: list[str]) -> str:
    text = ", ".join(repr(name) for name in names[:5])
    return text + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def read_vector(values: ArrayLike, name: str, length: int, unit: str = "row") -> Floats:
    """A float64 vector (length,) from an array, list, or series; one entry for each `unit` of X.

    Raises
    ------
    TypeError, ValueError
        Not real numbers, not one-dimensional, another length, NaN or infinity (first position).
    """
    array = np.asarray(values)
    if array.ndim == 0:
        raise TypeError(f"{name} must be a list or array of numbers, got {values!r}.")
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.ndim != 1:
        raise ValueError(f"{name} must have one dimension, got shape {array.shape}.")
    if array.dtype.kind not in "fiub":
        try:
            if array.dtype.kind != "O":
                raise ValueError
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            first = repr(str(array[0])) if len(array) else "none"
            raise TypeError(f"{name} must be real numbers, got entries such as {first}.") from None
    array = array.astype(np.float64)
    if len(array) != length:
        raise ValueError(f"{name} has {len(array)} entries but X has {length} {unit}s; give one a {unit}.")
    if not np.isfinite(array).all():
        position = int((~np.isfinite(array)).argmax())
        raise ValueError(
            f"{name} must be finite, got {array[position]} at position {position}; drop or fill it."
        )
    return array


def read_positive(value: Any, name: str) -> float:
    """A finite number > 0."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < np.inf:
        raise _wrong_type(value)(f"{name} must be a number > 0, got {value!r}.")
    return float(value)


def read_probability(value: Any, name: str) -> float:
    """A number above 0 and below 1."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < 1:
        raise _wrong_type(value)(
            f"{name} must lie between 0 and 1, such as 0.95, and be neither of them, got {value!r}."
        )
    return float(value)


def read_count(value: Any, name: str, least: int = 1) -> int:
    """A whole number >= `least`."""
    is_whole = isinstance(value, Real) and not isinstance(value, bool) and float(value).is_integer()
    if not is_whole or int(value) < least:
        raise _wrong_type(value)(f"{name} must be a whole number, at least {least}, got {value!r}.")
    return int(value)


def _wrong_type(value: Any) -> type[Exception]:
    return ValueError if isinstance(value, Real) and not isinstance(value, bool) else TypeError


def find_name(names: tuple[str, ...], feature: int | str) -> int:
    """Position of a feature given by name or position (negative counts from the end).

    Raises
    ------
    TypeError, ValueError
        Neither; unknown name (with the close match) or position out of range.
    """
    if isinstance(feature, str):
        if feature in names:
            return names.index(feature)
        close = get_close_matches(feature, names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"feature {feature!r} is unknown; there are {len(names)} names such as {names[:3]}.{hint}"
        )
    if isinstance(feature, bool) or not isinstance(feature, Real) or int(feature) != feature:
        raise TypeError(f"feature must be a name or a position counted from 0, got {feature!r}.")
    position = int(feature)
    if not -len(names) <= position < len(names):
        raise ValueError(
            f"feature {position} is out of range; there are {len(names)} features, counted from 0."
        )
    return position % len(names)
