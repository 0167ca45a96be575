"""`normball predict`: apply a stored model to new rows."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from .coding import listed
from .column_checks import refuse_missing
from .errors import friendly_errors
from .model_file import Model, read_model
from .tables import read_frame

if TYPE_CHECKING:
    import polars as pl


@click.command("predict")
@click.argument("model", type=str)
@click.argument("file", type=str)
@click.option("--out", metavar="CSV", help="Write the predictions to this file (default: to the terminal).")
@friendly_errors
def predict_command(model: str, file: str, out: str | None) -> None:
    """Predict the rows of FILE (.csv, .tsv or .parquet) by MODEL, a model.json of normball fit.

    Columns are found by name, in any order; others are ignored. For two classes the
    probability of the second and the likelier class are written.
    """
    fitted = read_model(model)
    texts = [coding.name for coding in fitted.codings if not coding.is_numeric]
    frame = read_frame(file, texts=texts)
    header, rows = predictions(fitted, features_of(fitted, frame, Path(file).name))
    if out is None:
        _write(sys.stdout, header, rows)
        return
    with open(out, "w", newline="", encoding="utf-8") as opened:
        _write(opened, header, rows)
    click.echo(f"{len(rows)} predictions of {fitted.target_name!r} written to {out}.")


def features_of(model: Model, frame: pl.DataFrame, source: str) -> pl.DataFrame:
    """X (n, p) of a table's rows, coded and named as at the fit.

    Raises
    ------
    ValueError
        If a column that the model needs is missing or has missing values, texts instead of
        numbers, or unknown categories.
    """
    needed = [coding.name for coding in model.codings]
    absent = [name for name in needed if name not in frame.columns]
    if absent:
        noun = "column" if len(absent) == 1 else "columns"
        raise ValueError(
            f"{source} lacks the {noun} {listed(absent)}, which the model needs; add them under these names."
        )
    refuse_missing(frame.select(needed), source, needed)
    import polars as pl

    X = np.hstack([coding.encode(frame[coding.name]) for coding in model.codings])
    return pl.DataFrame(X, schema=list(model.feature_names))


def predictions(model: Model, X: pl.DataFrame) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the predictions of X (n, p), with all digits."""
    mean = model.predict(X).tolist()
    if model.class_names is None:
        return ("prediction",), [(repr(value),) for value in mean]
    zero, one = model.class_names
    return ("probability", "class"), [(repr(value), one if value > 0.5 else zero) for value in mean]


def _write(stream: Any, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
