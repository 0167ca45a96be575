"""`normball fit`: fit a table, say what was found, and write report, coefficients and model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..losses import LOSSES, get_loss
from ..norms import NORMS
from .errors import friendly_errors
from .fitting import Fit, FitSettings, facts, fit_table
from .model_file import Model, write_model
from .outputs import check_folder, write_csv
from .tables import load_table
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
@click.option("--alpha", metavar="X", help="Penalty strength, or a share of its largest value, such as 10%.")
@click.option("--budget", type=float, metavar="T", help="Radius of the ball.")
@click.option("--target-loss", type=float, metavar="S", help="Loss to be reached with the least norm.")
@click.option("--standardize", is_flag=True, help="Scale columns to unit deviation for the fit.")
@click.option("--no-intercept", "fit_intercept", flag_value=False, default=True, help="Fit no intercept.")
@click.option("--tol", type=float, default=1e-8, show_default=True, help="Relative duality gap to reach.")
@click.option("--folds", type=int, default=5, show_default=True, help="Folds of cross-validation.")
@click.option(
    "--rule",
    type=click.Choice(["min", "1se"]),
    default="min",
    show_default=True,
    help="Alpha of least held-out loss, or the largest within one standard error of it.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the random folds.")
@click.option(
    "--out", default="normball-fit", show_default=True, metavar="DIR", help="Folder of the results."
)
@friendly_errors
def fit_command(file: str, target: str, drop: tuple[str, ...], out: str, **options: Any) -> None:
    """Fit FILE (.csv, .tsv or .parquet) with named columns.

    Without --alpha, --budget and --target-loss, alpha is chosen by cross-validation. Columns
    are not scaled unless --standardize is given. Columns of text become one feature for each
    category. DIR receives report.html, coefficients.csv and model.json, which normball
    predict reads.
    """
    from rich.console import Console

    settings = FitSettings(**options)
    is_classifier = get_loss(settings.loss).is_classifier
    with progress_bars() as open_bar:
        report = open_bar("reading")
        table = load_table(
            file,
            target,
            is_classifier=is_classifier,
            drop=drop,
            event=settings.event,
            event_value=settings.event_value,
        )
        report(1, 1)
    folder = Path(out)
    check_folder(folder, RESULTS)
    fit = fit_table(table, settings)
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
    return Model(table.target_name, table.class_names, table.codings, fit.model, facts(fit))


def _write_coefficients(fit: Fit, path: Path) -> None:
    """Every feature in the order of the file, zeros included, with all digits; then the intercept."""
    with path.open("w", newline="", encoding="utf-8") as opened:
        rows = zip(fit.table.feature_names, fit.coef.tolist(), strict=True)
        write_csv(opened, ("feature", "coefficient"), [*rows, ("(intercept)", fit.solution.intercept)])
