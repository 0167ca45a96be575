"""What a column of a table must not hold: each refusal names the column, what was found and the fix."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from .coding import as_text, listed, type_name
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
    counts = {}
    for column in frame:
        missing = column.null_count()
        if column.dtype.is_float():
            missing += int(column.is_nan().sum())
        if missing:
            counts[column.name] = missing
    if counts:
        found = ", ".join(f"{name!r} ({count})" for name, count in list(counts.items())[:5])
        more = f" and {len(counts) - 5} more columns" if len(counts) > 5 else ""
        way_out = "" if set(counts) & set(needed) else ", or leave the columns out with --drop"
        raise ValueError(
            f"{source} has missing values in {found}{more}, counted over {frame.height} rows; fill them in "
            "or "
            f"delete those rows{way_out}."
        )


def check_kind(column: pl.Series, way_out: str) -> None:
    """Refuse what would need a guess: dates, nested values, texts among numbers."""
    import polars as pl

    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
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
    texts = as_text(column)
    is_number = texts.map_elements(is_written_number, return_dtype=pl.Boolean)
    n_texts = len(texts) - int(is_number.sum())
    if 0 < n_texts < len(texts) / 2:
        row = int(is_number.arg_min() or 0)
        raise ValueError(
            f"column {column.name!r} holds text in {n_texts} of {len(texts)} rows, such as {texts[row]!r} in "
            f"row {row + 1}, and numbers in the others; correct these entries."
        )


def refuse_names(column: pl.Series) -> None:
    """Refuse a column of texts that are all different, or of many that occur hardly more than once."""
    if type_name(column) != "text":
        return
    n_levels, n = as_text(column).n_unique(), len(column)
    if n_levels == n > 2 or (n_levels > MOST_LEVELS and 3 * n_levels > n):
        raise ValueError(
            f"column {column.name!r} holds {n_levels} different texts in {n} rows, which look like names, "
            "not categories; leave it out with --drop."
        )
