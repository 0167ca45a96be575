"""What a column of a table must not hold: each refusal names the column, what was found and the fix."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from ..inputs.coding import listed
from ..inputs.series import numbers_of, type_name
from ..typing import Floats, Mask
from .coding import as_text
from .written_numbers import is_written_number

if TYPE_CHECKING:
    import polars as pl

MOST_LEVELS = 50
"""A text column with more levels than this, most of them rare, is taken for an identifier."""


def find_column(frame: pl.DataFrame, name: str, what: str, source: str) -> None:
    """Refuse a name that is no column, with the close match."""
    if name in frame.columns:
        return
    close = get_close_matches(name, frame.columns, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else f"; its columns are {listed(frame.columns)}."
    raise ValueError(f"{what} {name!r} is not a column of {source}{hint}")


def refuse_missing(frame: pl.DataFrame, source: str, needed: Sequence[str]) -> None:
    """Refuse missing values, with the columns that hold them and how many; `needed` may not be left out."""
    counts = {column.name: int(is_missing(column).sum()) for column in frame}
    counts = {name: count for name, count in counts.items() if count}
    if counts:
        found = ", ".join(f"{name!r} ({count})" for name, count in list(counts.items())[:5])
        n_more = len(counts) - 5
        more = f" and {n_more} more {'column' if n_more == 1 else 'columns'}" if n_more > 0 else ""
        way_out = ", or use --missing drop"
        if not set(counts) & set(needed):
            way_out = ", leave the columns out with --drop, or say what they stand for with --missing"
        raise ValueError(
            f"{source} has missing values in {found}{more}, counted over {frame.height} rows; fill them in "
            f"or delete those rows{way_out}."
        )


def is_missing(column: pl.Series) -> Mask:
    """Where (n,) a column has no value, NaN included."""
    missing = column.is_null()
    if column.dtype.is_float():
        missing = missing | column.is_nan().fill_null(True)
    return np.asarray(missing.to_numpy(), dtype=bool)


def nonnegative_numbers(column: pl.Series, option: str, above: bool = False) -> Floats:
    """(n,) finite numbers >= 0, or > 0, of the column that an option names."""
    if not column.dtype.is_numeric():
        raise ValueError(f"{option} {column.name!r} must hold numbers, but holds {type_name(column)}.")
    values = numbers_of(column)
    wrong = ~np.isfinite(values) | (values < 0) | ((values == 0) & above)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"{option} {column.name!r} must hold numbers {'>' if above else '>='} 0, got {values[row]:g} in "
            f"row {row + 1}."
        )
    return values


def check_kind(column: pl.Series, way_out: str, takes_dates: bool = False) -> None:
    """Refuse what would need a guess: dates as a target, nested values, texts among numbers."""
    import polars as pl

    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        return
    if column.dtype in (pl.Date, pl.Datetime) and takes_dates:
        return
    kind = type_name(column)
    if kind == "dates or times":
        raise ValueError(
            f"column {column.name!r} holds dates or times; turn it into numbers, such as days since a start, "
            f"or {way_out}."
        )
    if kind != "text":
        raise ValueError(
            f"column {column.name!r} holds {kind}, which are neither numbers nor categories; {way_out}."
        )
    texts = as_text(column.drop_nulls())
    if not len(texts):
        return
    is_number = texts.map_elements(is_written_number, return_dtype=pl.Boolean)
    n_texts = len(texts) - int(is_number.sum())
    if 0 < n_texts < len(texts) / 2:
        row = int(is_number.arg_min() or 0)
        places = column.is_not_null().arg_true()
        raise ValueError(
            f"column {column.name!r} holds text in {n_texts} of {len(texts)} rows, such as {texts[row]!r} in "
            f"row {places[row] + 1}, and numbers in the others; correct these entries."
        )


def refuse_names(column: pl.Series) -> None:
    """Refuse a column of texts that are all different, or of many that occur hardly more than once."""
    if type_name(column) != "text":
        return
    texts = as_text(column).drop_nulls()
    n_levels, n = texts.n_unique(), len(texts)
    if n_levels == n > 2 or (n_levels > MOST_LEVELS and 3 * n_levels > n):
        raise ValueError(
            f"column {column.name!r} holds {n_levels} different texts in {n} rows, which look like names, "
            "not categories; leave it out with --drop."
        )
