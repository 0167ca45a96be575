"""What users pass as X, turned into a clean array or sparse matrix, or refused in one sentence."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..typing import ArrayLike
from ..values import refuse_masked
from .memory import as_matrix

_BLOCK_ROWS = 256


def check_dense(X: ArrayLike) -> NDArray[Any]:
    """X as a real, finite, two-dimensional NumPy array, not copied if it is one already.

    Accepts arrays, nested lists, and data frames with only numeric columns.

    Raises
    ------
    TypeError
        If the entries are not real numbers.
    ValueError
        If X is not (n, p) with n >= 1, or holds NaN or infinity.
    """
    refuse_masked(X, "X")
    try:
        values = np.asarray(X)
    except ValueError:
        raise ValueError(
            "X must be a table of numbers with rows of equal length, got rows that differ."
        ) from None
    if values.dtype.kind not in "biuf":
        _refuse_type(X, values.dtype)
    _check_shape(values.shape)
    if values.dtype.kind == "f":
        _check_finite(values)
    return values


def check_sparse(X: Any) -> sparse.csc_array:
    """X in compressed columns, not copied if it is CSC already.

    Raises
    ------
    TypeError, ValueError
        As `check_dense`; also if the index arrays contradict the shape.
    """
    if X.dtype.kind not in "biuf":
        _refuse_type(X, X.dtype)
    _check_shape(X.shape)
    check_storage(X)
    held = sparse.csc_array(X)
    bad = np.flatnonzero(~np.isfinite(held.data))
    if len(bad):
        rows = held.indices[bad]
        columns = np.searchsorted(held.indptr, bad, side="right") - 1
        first = np.lexsort((columns, rows))[0]
        _refuse_value(held.data[bad[first]], int(rows[first]), int(columns[first]))
    return held


def check_storage(X: Any) -> None:
    """Refuse what other libraries read past: masked entries, and a sparse index beyond the shape.

    SciPy checks an index when it is made, not when it has been edited since: a product or a change of
    format would then read and write beyond the arrays. O(stored values).

    Raises
    ------
    ValueError
        If entries are masked, a position lies outside X, or arrays that belong together differ in length.
    """
    refuse_masked(X, "X")
    if not sparse.issparse(X):
        return
    matrix: Any = X
    if len(matrix.shape) != 2:
        return
    try:
        if matrix.format in ("csr", "csc", "bsr"):
            matrix.check_format(full_check=True)
        elif matrix.format in _POSITIONS:
            _POSITIONS[matrix.format](matrix)
    except ValueError as problem:
        raise ValueError(
            f"X must be a valid sparse matrix, but its index arrays are not: {problem}"
        ) from None


def _check_positions(positions: ArrayLike, size: int, axis: str) -> None:
    found = np.asarray(positions)
    if found.size and not (found.min() >= 0 and found.max() < size):
        bad = found.min() if found.min() < 0 else found.max()
        raise ValueError(f"{axis} {bad} is outside 0 .. {size - 1}")


def _check_coo(X: Any) -> None:
    if not len(X.row) == len(X.col) == len(X.data):
        raise ValueError(f"{len(X.row)} rows, {len(X.col)} columns and {len(X.data)} values")
    _check_positions(X.row, X.shape[0], "row")
    _check_positions(X.col, X.shape[1], "column")


def _check_lil(X: Any) -> None:
    if not len(X.rows) == len(X.data) == X.shape[0]:
        raise ValueError(f"{X.shape[0]} rows, but lists for {len(X.rows)} and {len(X.data)}")
    for number, (columns, values) in enumerate(zip(X.rows, X.data, strict=True)):
        if len(columns) != len(values):
            raise ValueError(f"{len(columns)} columns and {len(values)} values in row {number}")
        _check_positions(columns, X.shape[1], "column")


def _check_dok(X: Any) -> None:
    positions = np.array(list(X.keys()), dtype=np.int64).reshape(-1, 2)
    _check_positions(positions[:, 0], X.shape[0], "row")
    _check_positions(positions[:, 1], X.shape[1], "column")


def _check_dia(X: Any) -> None:
    if X.offsets.shape != X.data.shape[:1] or X.data.ndim != 2:
        raise ValueError(f"{len(X.offsets)} offsets for values of shape {X.data.shape}")
    if len(np.unique(X.offsets)) < len(X.offsets):
        raise ValueError("two diagonals with the same offset")
    if len(X.offsets):
        _check_positions(X.offsets + np.int64(X.shape[0]), X.shape[0] + X.shape[1], "offset plus rows")


_POSITIONS = {"coo": _check_coo, "lil": _check_lil, "dok": _check_dok, "dia": _check_dia}


def _check_shape(shape: tuple[int, ...]) -> None:
    if len(shape) == 1:
        raise ValueError(
            f"X must have two dimensions (samples, features), got shape {shape}; "
            "use X.reshape(-1, 1) for one feature or X.reshape(1, -1) for one sample."
        )
    if len(shape) != 2:
        raise ValueError(f"X must have two dimensions (samples, features), got shape {shape}.")
    if shape[0] == 0:
        raise ValueError(f"X must have at least one sample, got shape {shape}.")


def _check_finite(values: NDArray[Any]) -> None:
    """One sum of each column says it on all threads, unless finite numbers overflow in it.

    Else look in memory order; only a matrix with a bad value is searched for the first by rows.
    """
    matrix = as_matrix(values)
    if matrix is not None and np.isfinite(matrix.products(np.ones((1, len(values))))).all():
        return
    lies_by_rows = abs(values.strides[0]) >= abs(values.strides[1])
    if _bad_lines(values if lies_by_rows else values.T) < 0:
        return
    row = _bad_lines(values)
    column = int(np.argmin(np.isfinite(values[row])))
    _refuse_value(values[row, column], row, column)


def _bad_lines(values: NDArray[Any]) -> int:
    """First row that holds NaN or infinity, -1 if there is none."""
    for start in range(0, len(values), _BLOCK_ROWS):
        clean = np.isfinite(values[start : start + _BLOCK_ROWS]).all(axis=1)
        if not clean.all():
            return start + int(np.argmin(clean))
    return -1


def _refuse_value(value: Any, row: int, column: int) -> NoReturn:
    what, cure = (
        ("NaN", "fill or drop missing values first")
        if np.isnan(value)
        else (f"{float(value):g}", "replace it by a finite number")
    )
    raise ValueError(
        f"X must hold finite numbers, got {what} at row {row}, column {column} (counted from 0); {cure}."
    )


def _refuse_type(X: Any, dtype: np.dtype[Any]) -> NoReturn:
    names = _non_numeric_columns(X)
    if names:
        listed = ", ".join(repr(name) for name in names[:5]) + (", ..." if len(names) > 5 else "")
        raise TypeError(
            f"X must hold real numbers, got columns with text, dates or missing values: {listed}; "
            "code them as numbers or drop them."
        )
    cure = "make columns of its real and imaginary parts" if dtype.kind == "c" else "convert it to floats"
    found = {"c": "complex numbers", "U": "text", "S": "text", "M": "dates", "m": "time spans"}
    raise TypeError(f"X must hold real numbers, got {found.get(dtype.kind, f'dtype {dtype}')}; {cure}.")


def _non_numeric_columns(X: Any) -> list[str]:
    """Names of the columns of a data frame (pandas or polars) that are not numbers."""
    names = getattr(X, "columns", ())
    return [str(name) for name in names if np.asarray(X[name]).dtype.kind not in "biuf"]
