"""Texts of columns and lists of names, as the sentences of the command line have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def as_text(column: pl.Series) -> pl.Series:
    """The column as texts; true and false as 'true' and 'false'."""
    import polars as pl

    return column.cast(pl.String)


def joined(names: Sequence[str]) -> str:
    """'a', 'b' and 'c'."""
    quoted = [repr(name) for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))
