"""Reading what users pass as X and y: arrays, sparse matrices, data frames of any library.

Data frames (pandas, polars, PyArrow, ...) are recognised through narwhals, which is
imported only when something that is neither a NumPy array nor a sparse matrix comes in.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
from scipy.sparse import issparse

from .designs import Design, as_design
from .typing import ArrayLike, Floats


@dataclass(frozen=True, eq=False)
class Table:
    """A design with names for its columns; `is_named` is False where they are x0, x1, ..."""

    design: Design
    feature_names: tuple[str, ...]
    is_named: bool


def read_table(X: ArrayLike) -> Table:
    """Design and feature names of X (n, p).

    Raises
    ------
    TypeError, ValueError
        As `as_design`; for a data frame also non-numeric columns and missing values, by name.
    """
    names: tuple[str, ...] | None = None
    if not (isinstance(X, (np.ndarray, Design, list, tuple)) or issparse(X)):
        frame = _as_frame(X)
        if frame is not None:
            names, X = _frame_values(frame)
    design = as_design(X)
    default = tuple(f"x{j}" for j in range(design.shape[1]))
    return Table(design, names or default, names is not None)


def _as_frame(X: Any) -> Any:
    import narwhals as nw

    frame = nw.from_native(X, pass_through=True, eager_only=True)
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


def read_vector(values: ArrayLike, name: str, length: int) -> Floats:
    """A float64 vector (length,) from an array, list, or series.

    Raises
    ------
    TypeError, ValueError
        Not real numbers, not one-dimensional, another length, NaN or infinity (first position).
    """
    array = np.asarray(values)
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
            raise TypeError(f"{name} must be numbers, got entries such as {array.flat[0]!r}.") from None
    array = array.astype(np.float64)
    if len(array) != length:
        raise ValueError(f"{name} has {len(array)} entries but X has {length} rows; give one a row.")
    if not np.isfinite(array).all():
        position = int((~np.isfinite(array)).argmax())
        raise ValueError(
            f"{name} must be finite, got {array[position]} at position {position}; drop or fill it."
        )
    return array


def find_name(names: tuple[str, ...], feature: int | str) -> int:
    """Position of a feature given by name or position (negative counts from the end).

    Raises
    ------
    ValueError
        Unknown name (with the close match) or position out of range.
    """
    if isinstance(feature, str):
        if feature in names:
            return names.index(feature)
        close = get_close_matches(feature, names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"feature {feature!r} is unknown; there are {len(names)} names such as {names[:3]}.{hint}"
        )
    position = int(feature)
    if not -len(names) <= position < len(names):
        raise ValueError(
            f"feature {position} is out of range; there are {len(names)} features, counted from 0."
        )
    return position % len(names)
