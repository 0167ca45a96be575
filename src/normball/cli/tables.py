"""Reading a CSV, TSV or Parquet file as the table of a fit, or refusing it in one sentence.

Columns that are not numbers are coded (see `inputs.coding`), and what was done is said in notes.
What would need a guess is refused with the fix: missing values (unless it is said what they stand
for), texts among numbers, texts that look like identifiers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..datasets import Dataset
from ..estimators.table_encoder import TableEncoder
from ..inputs.coding import Coding
from ..typing import Floats, Indices
from .column_checks import (
    check_kind,
    find_column,
    is_missing,
    nonnegative_numbers,
    refuse_missing,
    refuse_names,
)
from .files import TableFile, read_file
from .table_notes import column_notes
from .targets import Strata, read_target, with_events, with_strata

if TYPE_CHECKING:
    import polars as pl

MISSING = ("refuse", "drop", "mean", "indicator")


@dataclass(frozen=True)
class TableOptions:
    """How the columns of a file are to be read.

    Attributes
    ----------
    is_classifier : bool, default False
        The target has two values, texts or numbers, which become 0 and 1 in alphabetical or
        numerical order.
    drop : names of columns to be left out.
    event : str, optional
        Column that says in which rows the target is the time of an event; in the others it is the time
        up to which there was none. The response is then that time, negative for these others, as the
        Cox loss takes it.
    event_value : str, optional
        The value of that column that means the event, all others being censored. Needed unless it is
        plain: 1 beside 0, true beside false, or one of "dead", "death", "event" and "yes".
    strata, weight, fold_by, time, exposure : str, optional
        Columns of strata with baseline hazards of their own, of weights, of groups of rows that stay
        together in cross-validation, of the order of rows in time, and of what counts are per; none of
        them is a feature.
    missing : "refuse", "drop" (the row), "mean" or "indicator" (see `TableEncoder`).
    calendar : bool, months and weekdays of dates become features.
    category : names of columns of numbers that are categories.
    """

    is_classifier: bool = False
    drop: Sequence[str] = ()
    event: str | None = None
    event_value: str | None = None
    strata: str | None = None
    weight: str | None = None
    fold_by: str | None = None
    time: str | None = None
    exposure: str | None = None
    missing: str = "refuse"
    calendar: bool = False
    category: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.missing not in MISSING:
            raise ValueError(f"--missing must be one of {', '.join(MISSING)}, got {self.missing!r}.")

    def roles(self, target: str) -> dict[str, str]:
        """Option of each column that is no feature."""
        named = ("event", "strata", "weight", "fold_by", "time", "exposure")
        found = {"--target": target} | {f"--{name.replace('_', '-')}": getattr(self, name) for name in named}
        return {option: name for option, name in found.items() if name is not None}

    def encoder(self) -> TableEncoder:
        """What makes features of the columns."""
        missing = self.missing if self.missing in ("mean", "indicator") else "refuse"
        return TableEncoder(missing, calendar=self.calendar, categories=list(self.category))

    @classmethod
    def of(cls, settings: Any) -> TableOptions:
        """Those of some settings that have fields of the same names."""
        names = [field.name for field in fields(cls) if hasattr(settings, field.name)]
        return cls(**{name: getattr(settings, name) for name in names})


@dataclass(frozen=True, eq=False)
class DataTable:
    """A table ready to be fitted.

    Attributes
    ----------
    X : (n, p) float64 features.
    columns : the columns of the file that become features, as they are.
    encoder : TableEncoder, fitted to all of them.
    y : (n,) float64; 0 or 1 for classes.
    target_name : name of the target's column.
    class_names : what stands in the file for the classes 0 and 1; None if y is a quantity.
    notes : sentences on what was done to the columns.
    source : name of the file.
    unit : str, what a number of y is counted in.
    weight : (n,) of the rows, or None ; fold_by : (n,) number of the group of each row, or None.
    is_timed : bool, whether rows are in the order of time.
    strata : Strata, what the codes of y stand for, or None.
    """

    X: Floats
    columns: pl.DataFrame
    encoder: TableEncoder
    y: Floats
    target_name: str
    class_names: tuple[str, str] | None
    notes: tuple[str, ...]
    source: str
    unit: str
    weight: Floats | None = None
    fold_by: Indices | None = None
    is_timed: bool = False
    strata: Strata | None = None

    @property
    def response(self) -> Floats:
        """y as an estimator takes it: (n,), with strata times, events and strata (n, 3)."""
        return self.y if self.strata is None else self.strata.response(self.y)

    @property
    def n_rows(self) -> int:
        """n."""
        return len(self.y)

    @property
    def codings(self) -> tuple[Coding, ...]:
        """How each column of the file becomes columns of X."""
        return tuple(self.encoder.codings_)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """p names of the columns of X."""
        return tuple(self.encoder.get_feature_names_out().tolist())

    @property
    def dataset(self) -> Dataset:
        """The same as a `Dataset`."""
        description = f"{self.source}: {len(self.y)} rows, target {self.target_name!r}."
        return Dataset(self.X, self.y, self.feature_names, self.target_name, description, self.class_names)


def load_table(path: str | Path, target: str, options: TableOptions | None = None, **given: Any) -> DataTable:
    """The table of a file.

    Parameters
    ----------
    path : str or Path
        A .csv (separated by commas or semicolons), .tsv or .parquet file with named columns.
    target : str
        Column to be predicted; all others that no option names become features.
    options : TableOptions, or its fields one by one.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        One sentence naming the column, what was found, what is accepted and the fix.
    """
    options = TableOptions(**given) if options is None else options
    return table_of(read_file(path, drop=options.drop), target, options)


def table_of(file: TableFile, target: str, options: TableOptions) -> DataTable:
    """The same of a file that was read."""
    source, roles = file.source, options.roles(target)
    _check_roles(file, roles, options)
    needed = list(roles.values())
    frame, notes = _complete(file.frame.drop(options.drop), source, needed, options)
    if options.time is not None:
        frame = frame.sort(options.time, maintain_order=True)
        notes.append(f"Rows are in the order of {options.time!r}, which is no feature.")
    features = [name for name in frame.columns if name not in needed]
    for column in frame:
        if column.name not in (options.time, options.fold_by, options.strata):
            way_out = "choose another target" if column.name == target else "leave it out with --drop"
            check_kind(column, way_out, takes_dates=column.name in features)
    for name in features:
        refuse_names(frame[name])
    encoder = options.encoder().fit(frame.select(features))
    notes += column_notes(frame, encoder.codings_)
    kept = [coding for coding in encoder.codings_ if not coding.is_constant]
    if not kept:
        raise ValueError(
            f"every column of {source} besides the target holds one text only; a fit needs features."
        )
    y, class_names, target_notes = read_target(frame[target], options.is_classifier)
    if options.event is not None:
        y, event_note = with_events(y, frame[options.event], options.event_value)
        target_notes = (*target_notes, event_note)
    strata = None
    if options.strata is not None:
        y, strata, strata_note = with_strata(y, frame[options.strata])
        target_notes = (*target_notes, strata_note)
    weight, weight_notes = _weight(frame, target, options)
    if options.exposure is not None:
        y = y / nonnegative_numbers(frame[options.exposure], "--exposure", above=True)
    groups = None if options.fold_by is None else frame[options.fold_by].rank("dense").to_numpy() - 1
    encoder = TableEncoder.of_codings(kept, **encoder.get_params())
    columns = frame.select(list(dict.fromkeys(coding.name for coding in kept)))
    return DataTable(
        X=np.ascontiguousarray(encoder.transform(columns).to_numpy()),
        columns=columns,
        encoder=encoder,
        y=y,
        target_name=target,
        class_names=class_names,
        notes=(*file.notes, *notes, *target_notes, *weight_notes),
        source=source,
        unit=repr(target) if options.exposure is None else f"{target!r} per unit of {options.exposure!r}",
        weight=weight,
        fold_by=groups,
        is_timed=options.time is not None,
        strata=strata,
    )


def _check_roles(file: TableFile, roles: dict[str, str], options: TableOptions) -> None:
    frame, source = file.frame, file.source
    for option, name in roles.items():
        find_column(frame, name, "target" if option == "--target" else option, source)
    for option, names in (("--drop", options.drop), ("--category", options.category)):
        for name in names:
            find_column(frame, name, option, source)
    for option, name in roles.items():
        if name in options.drop:
            raise ValueError(f"the {option.strip('-')} {name!r} cannot be left out; take it off --drop.")
    taken: dict[str, str] = {}
    for option, name in roles.items():
        if name in taken:
            detail = " the one says whether, the other when." if option == "--event" else " name two columns."
            raise ValueError(f"{option} and {taken[name]} are both {name!r};{detail}")
        taken[name] = option
    if frame.width - len(set(options.drop)) < 1 + len(roles):
        target = roles["--target"]
        raise ValueError(f"{source} has no columns besides the target {target!r}; a fit needs features.")
    if frame.height < 2:
        raise ValueError(f"{source} has only 1 row; a fit needs at least 2, and cross-validation more.")


def _complete(
    frame: pl.DataFrame, source: str, needed: Sequence[str], options: TableOptions
) -> tuple[pl.DataFrame, list[str]]:
    """The rows that can be used, and what is said about those with missing values."""
    if options.missing == "refuse":
        refuse_missing(frame, source, needed)
        return frame, []
    if options.missing == "drop":
        gone = np.any([is_missing(column) for column in frame], axis=0)
        if gone.all():
            raise ValueError(
                f"every row of {source} has a missing value; use --missing mean, or --drop columns."
            )
        kept = frame.filter(~gone)
        if kept.height < 2:
            raise ValueError(f"{source} has only 1 row without missing values; use --missing mean.")
        left_out = f"{int(gone.sum())} of {frame.height} rows have missing values and were left out."
        return kept, [left_out] if gone.any() else []
    refuse_missing(frame.select(needed), source, needed)
    counts = {column.name: int(is_missing(column).sum()) for column in frame}
    found = ", ".join(f"{name!r} ({count})" for name, count in counts.items() if count)
    if not found:
        return frame, []
    return frame, [
        f"Missing values stand for the mean of their column (for a category, its share), learnt from the "
        f"training rows of each fold: {found} of {frame.height} rows."
    ]


def _weight(frame: pl.DataFrame, target: str, options: TableOptions) -> tuple[Floats | None, list[str]]:
    """Weights of the rows, those of --exposure included, and what is said about them."""
    weight, notes = None, []
    if options.weight is not None:
        weight = nonnegative_numbers(frame[options.weight], "--weight")
        notes.append(f"Rows are weighted by {options.weight!r}.")
    if options.exposure is not None:
        exposure = nonnegative_numbers(frame[options.exposure], "--exposure", above=True)
        weight = exposure if weight is None else weight * exposure
        notes.append(
            f"{target!r} is counted per unit of {options.exposure!r}: rates are fitted, weighted by it."
        )
    return weight, notes
