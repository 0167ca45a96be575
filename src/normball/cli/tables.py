"""Reading a CSV, TSV or Parquet file as the table of a fit, or refusing it in one sentence.

Columns that are not numbers are coded (see `coding`), and what was done is said in notes.
What would need a guess is refused with the fix: missing values, dates, texts among
numbers, texts that look like identifiers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..datasets import Dataset
from ..designs import moments_of
from ..losses import Cox
from ..typing import Floats
from .coding import BOOLEAN_LEVELS, Coding, as_text, listed, type_name
from .column_checks import check_kind, find_column, refuse_missing, refuse_names
from .files import TableFile, read_file

if TYPE_CHECKING:
    import polars as pl

EVENT_WORDS = ("true", "dead", "death", "event", "yes")
"""Texts that say, beside any other, in which rows the event happened."""


@dataclass(frozen=True, eq=False)
class DataTable:
    """A table ready to be fitted.

    Attributes
    ----------
    X : (n, p) float64, categories coded as 0 and 1.
    y : (n,) float64; 0 or 1 for classes.
    feature_names : p names of the columns of X.
    target_name : name of the target's column.
    class_names : what stands in the file for the classes 0 and 1; None if y is a quantity.
    codings : how each column of the file became columns of X.
    notes : sentences on what was done to the columns.
    source : name of the file.
    """

    X: Floats
    y: Floats
    feature_names: tuple[str, ...]
    target_name: str
    class_names: tuple[str, str] | None
    codings: tuple[Coding, ...]
    notes: tuple[str, ...]
    source: str

    @property
    def groups(self) -> list[list[int]]:
        """Positions of the features that come from the same column of the file, column by column."""
        ends = np.cumsum([len(coding.features) for coding in self.codings]).tolist()
        return [list(range(start, end)) for start, end in zip([0, *ends], ends, strict=False)]

    @property
    def frame(self) -> pl.DataFrame:
        """X under the names of its features."""
        import polars as pl

        return pl.DataFrame(self.X, schema=list(self.feature_names))

    @property
    def dataset(self) -> Dataset:
        """The same as a `Dataset`."""
        description = f"{self.source}: {len(self.y)} rows, target {self.target_name!r}."
        return Dataset(self.X, self.y, self.feature_names, self.target_name, description, self.class_names)


def load_table(
    path: str | Path,
    target: str,
    *,
    is_classifier: bool = False,
    drop: Sequence[str] = (),
    event: str | None = None,
    event_value: str | None = None,
) -> DataTable:
    """The table of a file.

    Parameters
    ----------
    path : str or Path
        A .csv (separated by commas or semicolons), .tsv or .parquet file with named columns.
    target : str
        Column to be predicted; all others become features.
    is_classifier : bool, default False
        The target has two values, texts or numbers, which become 0 and 1 in alphabetical
        or numerical order.
    drop : names of columns to be left out.
    event : str, optional
        Column that says in which rows the target is the time of an event; in the others it is the time
        up to which there was none. The response is then that time, negative for these others, as the
        Cox loss takes it.
    event_value : str, optional
        The value of that column that means the event, all others being censored. Needed unless it is
        plain: 1 beside 0, true beside false, or one of "dead", "death", "event" and "yes".

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        One sentence naming the column, what was found, what is accepted and the fix.
    """
    file = read_file(path, drop=drop)
    return table_of(
        file, target, is_classifier=is_classifier, drop=drop, event=event, event_value=event_value
    )


def table_of(
    file: TableFile,
    target: str,
    *,
    is_classifier: bool = False,
    drop: Sequence[str] = (),
    event: str | None = None,
    event_value: str | None = None,
) -> DataTable:
    """The same of a file that was read."""
    frame, source = file.frame, file.source
    needed = {target: "target"} | ({} if event is None else {event: "--event"})
    for name in (*needed, *drop):
        find_column(frame, name, needed.get(name, "--drop"), source)
    for name, role in needed.items():
        if name in drop:
            raise ValueError(f"the {role.strip('-')} {name!r} cannot be left out; take it off --drop.")
    if event == target:
        raise ValueError(f"--event and --target are both {target!r}; the one says whether, the other when.")
    frame = frame.drop(drop)
    if frame.width < 1 + len(needed):
        raise ValueError(f"{source} has no columns besides the target {target!r}; a fit needs features.")
    if frame.height < 2:
        raise ValueError(f"{source} has only 1 row; a fit needs at least 2, and cross-validation more.")
    refuse_missing(frame, source, list(needed))
    columns = [column for column in frame if column.name not in needed]
    for column in frame:
        check_kind(column, "choose another target" if column.name == target else "leave it out with --drop")
    for column in columns:
        refuse_names(column)
    codings = [Coding.learn(column) for column in columns]
    values = [coding.encode(column) for coding, column in zip(codings, columns, strict=True)]
    kept = [k for k, coding in enumerate(codings) if len(coding.levels) != 1]
    if not kept:
        raise ValueError(
            f"every column of {source} besides the target holds one text only; a fit needs features."
        )
    names = tuple(name for k in kept for name in codings[k].features)
    _refuse_repeated(names)
    y, class_names, target_notes = _target(frame[target], is_classifier)
    if event is not None:
        y, event_note = _with_events(y, frame[event], event_value)
        target_notes = (*target_notes, event_note)
    return DataTable(
        X=np.hstack([values[k] for k in kept]),
        y=y,
        feature_names=names,
        target_name=target,
        class_names=class_names,
        codings=tuple(codings[k] for k in kept),
        notes=(*file.notes, *_notes(codings, values), *target_notes),
        source=source,
    )


def _refuse_repeated(names: tuple[str, ...]) -> None:
    if len(set(names)) < len(names):
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"two features would both be called {repeated!r}; rename a column or a category.")


def _target(column: pl.Series, is_classifier: bool) -> tuple[Floats, tuple[str, str] | None, tuple[str, ...]]:
    """y, names of the classes, and notes."""
    name, is_number = repr(column.name), column.dtype.is_numeric()
    values = _values(column)
    if len(values) == 1:
        raise ValueError(
            f"target {name} is {values[0]!r} in every row, so there is nothing to predict; choose another."
        )
    if is_classifier:
        y, (zero, one) = _two_values(column, f"target {name}", "the logistic loss needs two classes")
        is_coded = (zero, one) == ("0", "1")
        return y, (zero, one), () if is_coded else (f"Target {name}: {one!r} counts as 1 and {zero!r} as 0.",)
    if not is_number:
        fix = "use --loss logistic" if len(values) == 2 else "choose a column of numbers"
        raise ValueError(
            f"target {name} holds {type_name(column)} ({listed(values, most=3)}), but this loss needs "
            f"numbers; {fix}."
        )
    return Coding(column.name).encode(column)[:, 0], None, ()


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


def _with_events(times: Floats, column: pl.Series, event_value: str | None) -> tuple[Floats, str]:
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
    texts = [f"{value:g}" for value in column] if is_number else as_text(column).to_list()
    happened = np.array([text == one for text in texts], dtype=np.float64)
    others = [value for value in values if value != one]
    n, n_events = len(times), int(happened.sum())
    censored = f" The others ({listed(others, most=4)}) are censored." if others else ""
    y = Cox().encode_response(np.column_stack([times, happened]))
    return y, f"{n_events} of {n} rows have the event ({name} is {one!r}).{censored}"


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


def _notes(codings: Sequence[Coding], values: Sequence[Floats]) -> list[str]:
    notes = []
    for coding in codings:
        if len(coding.levels) == 2:
            first, second = coding.levels
            notes.append(
                f"Column {coding.name!r} is coded as one feature: 1 for {second!r}, 0 for {first!r}."
            )
        elif coding.levels and coding.levels != BOOLEAN_LEVELS and len(coding.levels) > 1:
            notes.append(
                f"Column {coding.name!r} is coded as {len(coding.levels)} features, one for each of "
                f"{listed(coding.levels)}."
            )
        elif len(coding.levels) == 1:
            notes.append(f"Column {coding.name!r} is {coding.levels[0]!r} in every row and was left out.")
    constant = [
        coding.name
        for coding, value in zip(codings, values, strict=True)
        if coding.is_numeric and not moments_of(np.reshape(value, (-1, 1)))[1].any()
    ]
    if constant:
        verb = "is" if len(constant) == 1 else "are"
        notes.append(f"{listed(constant)} {verb} the same in every row and cannot tell rows apart.")
    return notes
