"""What is to be predicted: numbers, two classes, or times with events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..inputs.coding import Coding, listed
from ..inputs.series import type_name
from ..losses import Cox, StratifiedCox
from ..typing import Floats, Indices
from .coding import as_text

if TYPE_CHECKING:
    import polars as pl

EVENT_WORDS = ("true", "dead", "death", "event", "yes")
"""Texts that say, beside any other, in which rows the event happened."""


TWO_CLASSES = (
    "the logistic loss needs two classes; leave the rows of the others out, join some of them into one, or "
    "use Classifier in Python, which takes more"
)
"""Why other numbers of classes are refused, and what to do."""


def read_target(
    column: pl.Series, is_classifier: bool
) -> tuple[Floats, tuple[str, str] | None, tuple[str, ...]]:
    """y, names of the classes, and notes."""
    name, is_number = repr(column.name), column.dtype.is_numeric()
    values = _values(column)
    if len(values) == 1:
        raise ValueError(
            f"target {name} is {values[0]!r} in every row, so there is nothing to predict; choose another."
        )
    if is_classifier:
        y, (zero, one) = _two_values(column, f"target {name}", TWO_CLASSES)
        is_coded = (zero, one) == ("0", "1")
        return y, (zero, one), () if is_coded else (f"Target {name}: {one!r} counts as 1 and {zero!r} as 0.",)
    if not is_number:
        fix = "use --loss logistic" if len(values) == 2 else "choose a column of numbers"
        raise ValueError(
            f"target {name} holds {type_name(column)} ({listed(values, most=3)}), but this loss needs "
            f"numbers; {fix}."
        )
    notes = () if len(values) > 3 else (_few_values(name, [f"{value:g}" for value in values]),)
    return Coding(str(column.name)).encode(column)[:, 0], None, notes


def _few_values(name: str, values: Sequence[str]) -> str:
    """That a target may be one of classes, and how these would be fitted."""
    way = "--loss logistic fits two classes" if len(values) == 2 else "Classifier in Python fits classes"
    return f"Target {name} holds {' and '.join(values)} alone and is fitted as a quantity; {way}."


def _values(column: pl.Series) -> list[Any]:
    """What a column holds, each value once, numbers as numbers and all else as text, in order."""
    return sorted((column if column.dtype.is_numeric() else as_text(column)).unique().to_list())


def _two_values(column: pl.Series, what: str, needs: str) -> tuple[Floats, tuple[str, str]]:
    """0 and 1 (n,) for the lower and the higher of a column's two values, and their names."""
    import polars as pl

    values, is_number = _values(column), column.dtype.is_numeric()
    if len(values) != 2:
        shown = listed([str(value) for value in values], most=4)
        raise ValueError(f"{what} has {len(values)} different values ({shown}), but {needs}.")
    zero, one = (f"{value:g}" if is_number else str(value) for value in values)
    y = ((column if is_number else as_text(column)) == values[1]).cast(pl.Float64).to_numpy()
    return y, (zero, one)


def with_events(times: Floats, column: pl.Series, event_value: str | None) -> tuple[Floats, str]:
    """Times, negative where there was no event, and what was taken for one."""
    is_number = column.dtype.is_numeric()
    values = [f"{value:g}" if is_number else str(value) for value in _values(column)]
    name, shown = repr(column.name), listed(values, most=4)
    one = _plain_event(values) if event_value is None else _given_event(values, event_value, name)
    if one is None:
        raise ValueError(
            f"--event {name} has the values {shown}, and which of them is the event is not plain; say it "
            f"with --event-value, such as --event-value {values[-1]}."
        )
    happened = np.array([text == one for text in written(column)], dtype=np.float64)
    others = [value for value in values if value != one]
    n, n_events = len(times), int(happened.sum())
    censored = f" The others ({listed(others, most=4)}) are censored." if others else ""
    y = Cox().encode_response(np.column_stack([times, happened]))
    return y, f"{n_events} of {n} rows have the event ({name} is {one!r}).{censored}"


@dataclass(frozen=True, eq=False)
class Strata:
    """What the codes of a response with strata stand for: column, names, and the distinct times."""

    column: str
    names: tuple[str, ...]
    times: Floats

    def response(self, y: Floats) -> Floats:
        """Times, events and strata (n, 3) of encoded responses (n,)."""
        codes, ranks = StratifiedCox.strata(y)
        return np.column_stack([self.times[np.abs(ranks).astype(np.intp) - 1], ranks > 0, codes])


def with_strata(signed: Floats, column: pl.Series) -> tuple[Floats, Strata, str]:
    """The response with the stratum of each row, what its codes stand for, and what is said about that."""
    codes = column.rank("dense").to_numpy() - 1
    names = tuple(written(column.unique().sort()))
    y = StratifiedCox().encode_response(np.column_stack([np.abs(signed), signed > 0, codes]))
    listing = listed(names, most=4)
    note = f"Each of {len(names)} strata by {column.name!r} ({listing}) has a baseline hazard of its own."
    return y, Strata(column.name, names, np.unique(np.abs(signed))), note


def strata_of(column: pl.Series, names: Sequence[str], source: str) -> Indices:
    """Number (n,) of the stratum of each row of a new table.

    Raises
    ------
    ValueError
        If a stratum was not in the fit.
    """
    found = written(column)
    unknown = sorted(set(found) - set(names))
    if unknown:
        raise ValueError(
            f"column {column.name!r} of {source} has the strata {listed(unknown, most=4)}, which the fit did "
            f"not see and so have no baseline hazard; known are {listed(names, most=4)}. Leave their rows "
            "out, or leave --at out."
        )
    place = {name: code for code, name in enumerate(names)}
    return np.array([place[name] for name in found], dtype=np.intp)


def written(column: pl.Series) -> list[str]:
    """Values as texts, numbers by their value: 1 and 1.0 are the same."""
    return [f"{value:g}" for value in column] if column.dtype.is_numeric() else as_text(column).to_list()


def _plain_event(values: Sequence[str]) -> str | None:
    """The value that means the event where no one would doubt it."""
    if set(values) <= {"0", "1"}:
        return "1" if "1" in values else None
    plain = [value for value in values if value.strip().casefold() in EVENT_WORDS]
    return plain[0] if len(plain) == 1 and len(values) <= 2 else None


def _given_event(values: Sequence[str], wanted: str, name: str) -> str:
    """The value that was asked for, in any case of its letters, or as another text of the same number."""
    same = [value for value in values if value == wanted]
    same += [value for value in values if value.strip().casefold() == wanted.strip().casefold()]
    same += [value for value in values if _as_number(value) == _as_number(wanted) is not None]
    if not same:
        raise ValueError(
            f"--event-value {wanted!r} is not a value of column {name}; its values are "
            f"{listed(values, most=4)}."
        )
    return same[0]


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
