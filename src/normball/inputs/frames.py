"""Data frames of any library as names and numbers, sparse where their columns are.

pandas is read by position, since its labels may be of any kind and need not differ; every
other library through narwhals. Both are imported only when something comes in that is
neither a NumPy array nor a sparse matrix. A frame with sparse columns (pandas' SparseDtype)
becomes compressed columns: what is stored in it stays what is stored, and its other columns
are stored whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..designs import Design


@dataclass(frozen=True, eq=False)
class Frame:
    """What a data frame holds.

    Attributes
    ----------
    names : p names of the columns, as texts.
    values : (n, p) array, or compressed columns if a column is sparse; float32 if all columns are.
    """

    names: tuple[str, ...]
    values: Any


def read_frame(X: Any, allow_missing: bool = False) -> Frame | None:
    """Names and numbers of a data frame held in memory; None if X is none.

    Parameters
    ----------
    X : anything
    allow_missing : bool, default False
        Missing values become NaN instead of an error.

    Raises
    ------
    TypeError
        If X is evaluated lazily, or has columns that are not numbers (by name).
    ValueError
        If two columns have one name, or a value is missing (the first, by column and row).
    """
    if isinstance(X, np.ndarray | Design | list | tuple) or sparse.issparse(X):
        return None
    import narwhals as nw

    is_pandas = nw.dependencies.is_pandas_dataframe(X)
    frame = _of_pandas(X, _distinct(X.columns)) if is_pandas else _of_other(X)
    if frame is not None and not allow_missing:
        _refuse_missing(frame)
    return frame


def _of_other(X: Any) -> Frame | None:
    """What narwhals makes of X; None if that is no data frame."""
    import narwhals as nw

    try:
        frame = nw.from_native(X, pass_through=True)
    except nw.exceptions.DuplicateError:
        frame = None
    if frame is None:  # PyArrow has its names beside its columns
        _distinct(getattr(X, "column_names", None) or X.columns)
    if isinstance(frame, nw.LazyFrame):
        raise TypeError(
            f"X must be a table held in memory, got a {type(X).__name__} that is not evaluated yet; "
            "pass X.collect() or the like."
        )
    if not isinstance(frame, nw.DataFrame):
        return None
    names = _distinct(frame.columns)
    columns = [_numbers(frame[name].to_numpy()) for name in frame.columns]
    return Frame(names, _stacked(columns, names, len(frame)))


def _distinct(labels: Iterable[Any]) -> tuple[str, ...]:
    names = tuple(str(label) for label in labels)
    if len(set(names)) < len(names):
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"X has several columns called {repeated!r}; give each its own name.")
    return names


def _pandas() -> Any:
    """The module, which is loaded where one of its frames came in."""
    from narwhals.dependencies import get_pandas

    return get_pandas()


def _of_pandas(X: Any, names: tuple[str, ...]) -> Frame:
    """Column by column; at once where all are NumPy's."""
    pd = _pandas()
    kinds = list(X.dtypes)
    if any(isinstance(kind, pd.SparseDtype) for kind in kinds):
        return Frame(names, _of_sparse_pandas(X, names))
    if kinds and all(isinstance(kind, np.dtype) and kind.kind in "biuf" for kind in kinds):
        is_single = all(kind == np.float32 for kind in kinds)
        return Frame(names, X.to_numpy(dtype=np.float32 if is_single else np.float64))
    return Frame(names, _stacked([_pandas_column(X.iloc[:, j]) for j in range(len(kinds))], names, len(X)))


def _pandas_column(column: Any) -> NDArray[Any] | None:
    """(n,) floats, NaN where a value is missing; None if the column does not hold numbers."""
    pd = _pandas()
    if isinstance(column.dtype, np.dtype):
        missing = {"na_value": np.nan} if column.dtype == object else {}
        return _numbers(column.to_numpy(**missing))
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return None
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))


def _of_sparse_pandas(X: Any, names: Sequence[str]) -> sparse.csc_array:
    """Compressed columns: sparse ones as they are stored, others (and fills other than 0) whole."""
    pd = _pandas()

    def is_compressed(kind: Any) -> bool:
        return isinstance(kind, pd.SparseDtype) and kind.subtype.kind in "biuf" and kind.fill_value == 0

    compressed = np.array([is_compressed(kind) for kind in X.dtypes])
    stored, others = np.flatnonzero(compressed).tolist(), np.flatnonzero(~compressed).tolist()
    whole = _stacked(
        [_pandas_column(_dense(X.iloc[:, j])) for j in others], [names[j] for j in others], len(X)
    )
    parts = [sparse.csc_array(whole)]
    if stored:
        parts.insert(0, sparse.csc_array(X.iloc[:, stored].sparse.to_coo(), dtype=np.float64))
    return sparse.csc_array(sparse.hstack(parts, format="csc")[:, np.argsort(stored + others)])


def _dense(column: Any) -> Any:
    return column.sparse.to_dense() if hasattr(column.dtype, "subtype") else column


def _numbers(values: Any) -> NDArray[Any] | None:
    """(n,) floats of a column, NaN where a value is missing; None if it does not hold numbers."""
    values = np.asarray(values)
    if values.dtype.kind == "O" and not any(isinstance(value, str | bytes) for value in values):
        try:
            return values.astype(np.float64)
        except (TypeError, ValueError, OverflowError):
            return None
    if values.dtype.kind not in "biuf":
        return None
    return values if values.dtype == np.float32 else values.astype(np.float64)


def _stacked(columns: Sequence[NDArray[Any] | None], names: Sequence[str], n_rows: int) -> NDArray[Any]:
    """(n, p), column by column in memory, of columns that all hold numbers."""
    wrong = [name for name, column in zip(names, columns, strict=True) if column is None]
    if wrong:
        listed = ", ".join(repr(name) for name in wrong[:5])
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise TypeError(
            f"X has non-numeric columns {listed}{more}; encode them as numbers, such as by "
            "encoder=normball.TableEncoder(), or drop them."
        )
    return np.stack(columns).T if columns else np.zeros((n_rows, 0))  # type: ignore[arg-type]


def _refuse_missing(frame: Frame) -> None:
    values, is_sparse = frame.values, sparse.issparse(frame.values)
    held: Any = values.data if is_sparse else values
    if held.size == 0 or not np.isnan(held.min()):  # the least is NaN where any is
        return
    if is_sparse:
        first = int(np.isnan(held).argmax())
        row, column = int(values.indices[first]), int(np.searchsorted(values.indptr, first, side="right")) - 1
    else:
        column = int(np.isnan(held).any(axis=0).argmax())
        row = int(np.isnan(held[:, column]).argmax())
    raise ValueError(
        f"X has missing values in column {frame.names[column]!r} (first in row {row}); "
        "fill them in or drop the rows."
    )
