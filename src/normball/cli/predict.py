"""`normball predict`: apply a stored model to new rows."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..blocks.parquet import PARQUET
from ..blocks.predicting import predict_stored
from ..inputs.coding import listed
from ..losses import get_loss
from ..parameters import printable
from .column_checks import find_column, refuse_missing
from .errors import friendly_errors
from .files import read_file
from .model_file import Model, read_model
from .outputs import check_file, neutral, write_csv
from .targets import strata_of

if TYPE_CHECKING:
    import polars as pl

    from ..typing import Indices


@click.command("predict")
@click.argument("model", type=str)
@click.argument("file", type=str)
@click.option(
    "--out",
    metavar="FILE",
    help="Write the predictions to this file (default: to the terminal); to a .parquet file in blocks of "
    "rows, whatever their number.",
)
@click.option(
    "--at",
    "times",
    metavar="TIMES",
    help="Of a model of times of events: the probability of no event up to these times, such as 12,24,60; "
    "with strata in the fit the table needs their column.",
)
@friendly_errors
def predict_command(model: str, file: str, out: str | None, times: str | None) -> None:
    """Predict the rows of FILE (.csv, .tsv or .parquet) by MODEL, a model.json of normball fit.

    Columns are found by name, in any order; others are ignored. For two classes the probability of
    the second and the likelier class are written, for times of events the hazard relative to features
    of 0, and with --at the probability of no event (of the row's stratum, where the fit had --strata).
    """
    if out is not None:
        check_file(Path(out))
    fitted = read_model(model)
    if out is not None and Path(out).suffix.lower() in PARQUET:
        predict_in_blocks(fitted, file, Path(out), times)
        return
    at = _read_times(times, fitted)
    texts = [coding.name for coding in fitted.codings if coding.levels and not coding.part]
    by = [fitted.strata[0]] if at and fitted.strata is not None else []
    table = read_file(
        file, texts=texts, columns=list(dict.fromkeys([*fitted.encoder.feature_names_in_, *by]))
    )
    for note in table.notes:
        click.echo(f"Note: {printable(note)}", err=True)
    X, strata = features_of(fitted, table.frame, table.source), None
    if fitted.strata is not None and by:
        find_column(table.frame, by[0], "--strata", table.source)
        refuse_missing(table.frame.select(by), table.source, by)
        strata = strata_of(table.frame[by[0]], fitted.strata[1], table.source)
    if at:
        _say_what_is_unknown(fitted, at)
    header, rows = predictions(fitted, X, at, strata)
    if out is None:
        write_csv(sys.stdout, header, rows)
        return
    with open(out, "w", newline="", encoding="utf-8") as opened:
        write_csv(opened, header, rows)
    click.echo(f"{len(rows)} predictions of {fitted.target_name!r} written to {out}.")


def predict_in_blocks(model: Model, file: str, out: Path, times: str | None) -> None:
    """Write the predictions of a Parquet or Arrow file, or a folder, as they come.

    Raises
    ------
    ValueError
        If the model has columns that are not numbers as they are, or predicts more than one number.
    """
    is_coded = [not item.is_numeric or bool(item.part) or item.has_flag for item in model.codings]
    coded = model.codings[is_coded.index(True)].name if any(is_coded) else None
    if coded is not None or times is not None or model.class_names is not None:
        what = f"column {coded!r} is coded" if coded is not None else "a row has several predictions"
        raise ValueError(f"{what}, which --out to a .parquet file does not do; give --out a .csv file.")
    names, estimator = list(model.feature_names), model.estimator
    loss = get_loss(estimator.loss)
    predict_stored(file, names, lambda rows: loss.predict(rows @ estimator.coef_ + estimator.intercept_), out)
    click.echo(f"Predictions of {model.target_name!r} written to {out}.")


def features_of(model: Model, frame: pl.DataFrame, source: str) -> pl.DataFrame:
    """X (n, p) of a table's rows, coded and named as at the fit.

    Raises
    ------
    ValueError
        If a column that the model needs is missing or has missing values, texts instead of
        numbers, or unknown categories.
    """
    needed = list(model.encoder.feature_names_in_)
    written = {neutral(name): name for name in needed if neutral(name) != name and name not in frame.columns}
    frame = frame.rename({name: written[name] for name in frame.columns if name in written})
    absent = [name for name in needed if name not in frame.columns]
    if absent:
        noun = "column" if len(absent) == 1 else "columns"
        raise ValueError(
            f"{source} lacks the {noun} {listed(absent)}, which the model needs; add them under these names."
        )
    whole = list(dict.fromkeys(coding.name for coding in model.codings if coding.fill is None))
    refuse_missing(frame.select(whole), source, needed)
    encoded: pl.DataFrame = model.encoder.transform(frame)
    return encoded


def _say_what_is_unknown(model: Model, times: Sequence[float]) -> None:
    """Tell on standard error which times lie after the last observation of the fit."""
    found = model.estimator.baseline_hazard_
    if isinstance(found, dict):
        last, of = min(hazard.last_time for hazard in found.values()), "of some stratum of the fit"
    else:
        last, of = found.last_time, "of the fit"
    beyond = [f"{time:g}" for time in times if time > last]
    if beyond:
        click.echo(
            f"Note: the last observation {of} is at {last:g}, so that nothing is known at "
            f"{', '.join(beyond)} and nan is written there.",
            err=True,
        )


def _read_times(times: str | None, model: Model) -> list[float]:
    """The numbers of --at."""
    if times is None:
        return []
    if not hasattr(model.estimator, "baseline_hazard_"):
        raise ValueError("--at belongs to models of times of events (--loss cox); leave it out.")
    try:
        return [float(text) for text in times.split(",")]
    except ValueError:
        raise ValueError(f"--at must be times such as 12,24,60, got {times!r}.") from None


def predictions(
    model: Model, X: pl.DataFrame, times: Sequence[float] = (), strata: Indices | None = None
) -> tuple[tuple[str, ...], list[tuple[float | str, ...]]]:
    """Header and rows of the predictions of X (n, p), with all digits; for times of events survival, too."""
    mean = model.predict(X).tolist()
    if times:
        survival = model.estimator.predict_survival(X, times, strata).tolist()
        header = (model.what, *(f"no event up to {time:g}" for time in times))
        return header, [(value, *row) for value, row in zip(mean, survival, strict=True)]
    if model.class_names is None:
        return (model.what,), [(value,) for value in mean]
    zero, one = model.class_names
    return ("probability", "class"), [(value, one if value > 0.5 else zero) for value in mean]
