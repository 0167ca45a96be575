"""`normball fit`: fit a table, say what was found, and write report, coefficients and model."""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import Any

import click
import numpy as np

from ..losses import LOSSES
from ..norms import NORMS
from .block_fit import fit_blocks, scan_of
from .errors import friendly_errors
from .fitting import Fit, FitSettings, facts, fit_table
from .model_file import Model, write_model
from .outputs import check_folder, write_csv
from .quality_words import ratio_name
from .tables import MISSING, TableOptions, load_table
from .terminal import print_fit, progress_bars

RESULTS = ("report.html", "coefficients.csv", "model.json")
"""What a fit writes."""


@click.command("fit")
@click.argument("file", type=str)
@click.option("--target", required=True, metavar="COLUMN", help="Column to predict; all others are features.")
@click.option(
    "--drop", multiple=True, metavar="COLUMN", help="Leave a column out; may be given several times."
)
@click.option("--norm", default="l1", show_default=True, metavar="NAME", help=f"One of {', '.join(NORMS)}.")
@click.option("--l1-ratio", type=float, help="Share of L1 in the elastic net, between 0 and 1 (default 0.5).")
@click.option("--p", type=float, help="p of --norm lp, above 1.")
@click.option(
    "--loss", default="squared_error", show_default=True, metavar="NAME", help=f"One of {', '.join(LOSSES)}."
)
@click.option("--delta", type=float, help="Residual at which --loss huber becomes a line (default 1.0).")
@click.option("--q", type=float, help="Quantile of --loss quantile, between 0 and 1 (default 0.5).")
@click.option(
    "--power", type=float, help="Power of the variance of --loss tweedie, between 1 and 2 (default 1.5)."
)
@click.option("--ties", type=click.Choice(["breslow", "efron"]), help="How --loss cox counts equal times.")
@click.option(
    "--event", metavar="COLUMN", help="For --loss cox: rows with the event at the time of --target."
)
@click.option(
    "--event-value",
    metavar="VALUE",
    help="What --event holds where the event happened; needed unless it is 1, true, dead, death, event, yes.",
)
@click.option(
    "--strata",
    metavar="COLUMN",
    help="For --loss cox: rows of one value share a baseline hazard; no feature.",
)
@click.option("--alpha", metavar="X", help="Penalty strength, or a share of its largest value, such as 10%.")
@click.option("--budget", type=float, metavar="T", help="Radius of the ball.")
@click.option("--target-loss", type=float, metavar="S", help="Loss to be reached with the least norm.")
@click.option(
    "--standardize/--no-standardize",
    default=True,
    show_default=True,
    help="Scale columns to unit deviation for the fit; coefficients are in the file's units in any case.",
)
@click.option("--no-intercept", "fit_intercept", flag_value=False, default=True, help="Fit no intercept.")
@click.option("--tol", type=float, default=1e-8, show_default=True, help="Relative duality gap to reach.")
@click.option("--folds", type=int, default=5, show_default=True, help="Folds of cross-validation.")
@click.option(
    "--rule",
    type=click.Choice(["min", "1se", "one_se"]),
    default="min",
    show_default=True,
    help="Alpha of the best held-out score, or the largest within one standard error of it.",
)
@click.option(
    "--scoring",
    metavar="NAME",
    help="What folds are compared by: deviance (default), mse, mae, class_error, auc, concordance, or a "
    "name of scikit-learn's.",
)
@click.option("--fold-by", metavar="COLUMN", help="Rows of one value stay in one fold; no feature.")
@click.option("--time", metavar="COLUMN", help="Folds go forward in the order of this column; no feature.")
@click.option("--weight", metavar="COLUMN", help="Weights of the rows; no feature.")
@click.option(
    "--class-weight", type=click.Choice(["balanced"]), help="Give both classes of --loss logistic one weight."
)
@click.option(
    "--exposure", metavar="COLUMN", help="Time, area, ... that counts of --loss poisson are of; no feature."
)
@click.option(
    "--missing",
    type=click.Choice(MISSING),
    default="refuse",
    show_default=True,
    help="Missing values: an error, leave the rows out, the mean of the column (learnt inside each fold), or "
    "the mean and a feature that says where.",
)
@click.option("--calendar", is_flag=True, help="Make months and weekdays of dates features too.")
@click.option(
    "--category", multiple=True, metavar="COLUMN", help="Read a column of numbers as categories; repeatable."
)
@click.option(
    "--memory",
    metavar="SIZE",
    help="What may be used, such as 2GB (default: a quarter of the free memory); of Parquet and Arrow files, "
    "what does not fit in half of it is read in blocks.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the random folds.")
@click.option(
    "--out", default="normball-fit", show_default=True, metavar="DIR", help="Folder of the results."
)
@friendly_errors
def fit_command(file: str, target: str, out: str, memory: str | None, **options: Any) -> None:
    """Fit FILE (.csv, .tsv, .parquet, .feather, or a folder) with named columns.

    Without --alpha, --budget and --target-loss, alpha is chosen by cross-validation. Columns are
    scaled to unit deviation for the fit. Columns of text become one feature for each category, rare
    ones together, dates days. DIR receives report.html, coefficients.csv and model.json, which
    normball predict reads.
    """
    from rich.console import Console

    settings = FitSettings(**options)
    folder, source = Path(out), scan_of(file, settings, memory)
    check_folder(folder, RESULTS)
    if source is None:
        with progress_bars() as open_bar:
            report = open_bar("reading")
            table = load_table(file, target, TableOptions.of(settings))
            report(1, 1)
        fit = fit_table(table, settings)
    else:
        fit = fit_blocks(source, target, settings)
    print_fit(fit, Console())
    folder.mkdir(parents=True, exist_ok=True)
    with progress_bars() as open_bar:
        written = write_results(fit, folder, open_bar)
    click.echo(f"\nWritten to {folder}: {', '.join(written)}.")


def write_results(fit: Fit, folder: Path, open_bar: Any) -> tuple[str, ...]:
    """Write coefficients, model and report; returns the names of the files."""
    from .fit_report import fit_report

    report, coefficients, model = (folder / name for name in RESULTS)
    _write_coefficients(fit, coefficients)
    write_model(model_of(fit), model)
    report.write_text(fit_report(fit, open_bar("report")), encoding="utf-8")
    return RESULTS


def model_of(fit: Fit) -> Model:
    """What is stored of a fit, in the units of the file's columns."""
    table = fit.table
    model = copy(fit.model)
    # the columns are stored beside it
    model.encoder = None
    model.__dict__.pop("encoder_", None)
    strata = None if table.strata is None else (table.strata.column, table.strata.names)
    return Model(table.target_name, table.class_names, table.codings, model, facts(fit), strata)


def _write_coefficients(fit: Fit, path: Path) -> None:
    """Every feature in the order of the file, zeros included, with all digits; then the intercept.

    Where coefficients are of a logarithm, their ratios stand beside them.
    """
    ratio = ratio_name(fit.solution.problem.loss)
    names = [*fit.table.feature_names, "(intercept)"]
    coef = np.append(fit.coef, fit.solution.intercept)
    rows: list[tuple[str | float, ...]] = list(zip(names, coef.tolist(), strict=True))
    if ratio is not None:
        with np.errstate(over="ignore"):
            rows = [(*row, value) for row, value in zip(rows, np.exp(coef).tolist(), strict=True)]
    header = ("feature", "coefficient", *(() if ratio is None else (ratio,)))
    with path.open("w", newline="", encoding="utf-8") as opened:
        write_csv(opened, header, rows)
