"""What users pass as X, turned into a clean array or sparse matrix, or refused in one sentence."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..typing import ArrayLike
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
    if np.ma.is_masked(X):
        raise ValueError("X must not be a masked array with masked entries; fill or drop them first.")
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
    try:
        if X.format in ("csr", "csc", "bsr"):
            X.check_format(full_check=True)
        held = sparse.csc_array(X)
    except ValueError as problem:
        raise ValueError(
            f"X must be a valid sparse matrix, but its index arrays are not: {problem}"
        ) from None
    bad = np.flatnonzero(~np.isfinite(held.data))
    if len(bad):
        rows = held.indices[bad]
        columns = np.searchsorted(held.indptr, bad, side="right") - 1
        first = np.lexsort((columns, rows))[0]
        _refuse_value(held.data[bad[first]], int(rows[first]), int(columns[first]))
    return held


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
