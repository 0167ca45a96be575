"""What was done to the columns of a table, said in sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..designs import moments_of
from ..inputs.coding import BOOLEAN_LEVELS, Coding, listed
from ..typing import Floats

if TYPE_CHECKING:
    import polars as pl

IDENTIFIER = re.compile(r"(^|[_ .-])(id|index|idx|key|nr|no|number|row|row ?number)$", re.IGNORECASE)
"""Names of columns that number the rows, if their whole numbers are all different."""


def column_notes(frame: pl.DataFrame, codings: Sequence[Coding]) -> list[str]:
    """How columns became features, which tell nothing, and which may be no features at all."""
    notes = [note for coding in codings for note in _coding_notes(coding)]
    constant = [
        coding.name
        for coding in codings
        if coding.is_numeric and not _varies(coding.encode(frame[coding.name]))
    ]
    if constant:
        verb = "is" if len(constant) == 1 else "are"
        notes.append(f"{listed(constant)} {verb} the same in every row and cannot tell rows apart.")
    for coding in codings:
        column = frame[coding.name]
        is_named = coding.is_numeric and IDENTIFIER.search(coding.name) is not None
        if is_named and column.dtype.is_integer() and column.n_unique() == len(column):
            notes.append(
                f"Column {coding.name!r} holds a different whole number in every row; if it only numbers the "
                f"rows, leave it out with --drop {coding.name!r}."
            )
    return notes


def _varies(values: Floats) -> bool:
    return bool(moments_of(np.ascontiguousarray(values[:, :1]))[1].any())


def _coding_notes(coding: Coding) -> list[str]:
    name, levels, notes = repr(coding.name), coding.levels, []
    what = f"Column {name}" if not coding.part else f"The {coding.part} of column {name}"
    if coding.part == "days":
        notes.append(f"Column {name} holds dates and is coded as days since {coding.origin}.")
    elif len(coding.features) == 1 and levels:
        second = coding.features[0].partition("=")[2]
        first = next((level for level in levels if level != second), "")
        notes.append(f"{what} is coded as one feature: 1 for {second!r}, 0 for {first!r}.")
    elif coding.is_constant:
        notes.append(f"{what} is {levels[0]!r} in every row and was left out.")
    elif levels and levels != BOOLEAN_LEVELS:
        count = len(coding.features)
        pooled = "; rare ones are one feature together, '(other)'" if coding.is_pooled else ""
        notes.append(f"{what} is coded as {count} features, one for each of {listed(levels)}{pooled}.")
    if coding.has_flag:
        notes.append(f"A further feature says where {name} is missing.")
    return notes
