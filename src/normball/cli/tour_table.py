"""The reader's table for the tour: forgiving where `normball fit` refuses, and open about it.

Rows with missing values are left out and counted; columns that look like identifiers are left out
and named; whether the target is a class is decided by what it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..explorer.story import StoryTable
from .coding import as_text, joined
from .column_checks import MOST_LEVELS, find_column
from .files import read_file
from .tables import TableOptions, table_of

if TYPE_CHECKING:
    import polars as pl

_NAMES = ("id", "index", "row", "key", "uuid", "nr", "no", "number", "unnamed: 0", "rownames", "")


def story_table(path: str, target: str, drop: Sequence[str] = ()) -> StoryTable:
    """The table of a file, with notes on what was left out and why.

    Raises
    ------
    OSError, ValueError
        As `tables.load_table`, and as `StoryTable.own`.
    """
    file = read_file(path, drop=drop)
    frame, source = file.frame, file.source
    find_column(frame, target, "target", source)
    for name in drop:
        find_column(frame, name, "--drop", source)
    if target in drop:
        raise ValueError(f"the target {target!r} cannot be left out; take it off --drop.")
    frame = frame.drop(drop)
    identifiers = [column.name for column in frame if column.name != target and _is_identifier(column)]
    frame = frame.drop(identifiers)
    notes = []
    if identifiers:
        verb = (
            "looks like an identifier and was" if len(identifiers) == 1 else "look like identifiers and were"
        )
        notes.append(f"{joined(identifiers)} {verb} left out.")
    frame, missing = _complete(frame, source)
    notes += missing
    options = TableOptions(is_classifier=_is_class(frame[target]))
    table = table_of(replace(file, frame=frame), target, options)
    return StoryTable.own(table.dataset, (*notes, *table.notes))


def _is_identifier(column: pl.Series) -> bool:
    """Whether a column names its rows: whole numbers in even steps, or texts that hardly repeat."""
    n = len(column)
    if column.dtype.is_integer():
        if column.null_count() or column.n_unique() < n or n < 3:
            return False
        steps = column.diff().drop_nulls()
        return bool(steps.n_unique() == 1) or column.name.strip().lower() in _NAMES
    if column.dtype.is_numeric() or column.dtype.is_temporal() or str(column.dtype) == "Boolean":
        return False
    texts = as_text(column)
    is_number = texts.str.strip_chars().cast(_float64(), strict=False).is_not_null()
    n_levels = texts.n_unique()
    return n_levels > MOST_LEVELS and 3 * n_levels > n and not is_number.any()


def _float64() -> type[pl.Float64]:
    import polars as pl

    return pl.Float64


def _complete(frame: pl.DataFrame, source: str) -> tuple[pl.DataFrame, list[str]]:
    """The rows without missing values, and a note on the others."""
    floats = [column.name for column in frame if column.dtype.is_float()]
    known = frame.with_columns(frame[name].fill_nan(None) for name in floats) if floats else frame
    counts = {column.name: column.null_count() for column in known if column.null_count()}
    if not counts:
        return frame, []
    kept = known.drop_nulls()
    left_out = frame.height - kept.height
    worst = max(counts, key=lambda name: counts[name])
    if kept.height == 0:
        raise ValueError(
            f"every row of {source} has a missing value, most of them in {worst!r} ({counts[worst]} of "
            f"{frame.height}); leave that column out with --drop."
        )
    found = joined(list(counts)) if len(counts) <= 4 else f"{len(counts)} columns"
    hint = f"; --drop {worst} would keep more" if left_out > 0.2 * frame.height else ""
    return kept, [
        f"{left_out} of {frame.height} rows have missing values (in {found}) and were left out{hint}."
    ]


def _is_class(column: pl.Series) -> bool:
    """Whether the target is one of two classes: 0 and 1, true and false, or two texts."""
    if column.dtype.is_numeric():
        return sorted(column.unique().to_list()) == [0, 1]
    return column.n_unique() == 2
