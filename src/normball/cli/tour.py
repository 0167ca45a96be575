"""`normball tour`: the seven questions, as a page and as a summary on the terminal."""

from __future__ import annotations

import os
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .errors import friendly_errors

if TYPE_CHECKING:
    from rich.console import Console

    from ..datasets import Dataset
    from ..report.tour import Tour


@click.command("tour")
@click.option(
    "--out",
    metavar="DIR",
    default="normball-tour",
    show_default=True,
    help="Folder for the report.",
)
@click.option(
    "--data",
    metavar="FILE",
    help="Your own table (CSV or Parquet) instead of the diabetes data.",
)
@click.option("--target", metavar="COLUMN", help="Column of --data to be predicted.")
@click.option("--open", "open_page", is_flag=True, help="Open the report in the browser.")
@click.option("--quick", is_flag=True, help="Fewer samples and folds, for a first look.")
@friendly_errors
def tour_command(out: str, data: str | None, target: str | None, open_page: bool, quick: bool) -> None:
    """Seven questions about ball, level set and sparsity, answered on real data in one HTML page."""
    from rich.console import Console

    # without a screen the default backend of matplotlib may fail; the tour only writes files
    os.environ.setdefault("MPLBACKEND", "Agg")
    console = Console(highlight=False)
    dataset = _load(data, target, console)
    tour = _run(Path(out), dataset, quick, console)
    _summarise(tour, console)
    if open_page:
        webbrowser.open(tour.path.resolve().as_uri())


def _load(data: str | None, target: str | None, console: Console) -> Dataset | None:
    if (data is None) != (target is None):
        given, missing = ("--data", "--target") if target is None else ("--target", "--data")
        raise ValueError(
            f"{given} needs {missing}; give both for your own table, or neither for the diabetes data."
        )
    if data is None or target is None:
        return None
    from .tables import find_column, load_table, read_frame

    frame = read_frame(data)
    find_column(frame, target, "target", Path(data).name)
    # two classes given as words become 0 and 1, to which a line can be fitted
    table = load_table(data, target, is_classifier=not frame[target].dtype.is_numeric())
    for note in table.notes:
        console.print(note, markup=False)
    return table.dataset


def _run(out: Path, dataset: Dataset | None, quick: bool, console: Console) -> Tour:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from ..report.tour import TOPICS, write_tour

    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=len(TOPICS))
        return write_tour(
            out,
            dataset,
            quick,
            progress=lambda done, topic: bar.update(task, completed=done, description=topic),
        )


def _summarise(tour: Tour, console: Console) -> None:
    from rich.padding import Padding

    for section in tour.sections:
        console.print()
        console.print(section.title, style="bold", markup=False)
        console.print(Padding(section.summary or section.answer, (0, 0, 0, 3)), markup=False)
    console.print()
    console.print(f"Report written in {tour.seconds:.0f} seconds:", markup=False)
    # a path that is wrapped cannot be copied or clicked
    console.print(str(tour.path), style="bold", markup=False, soft_wrap=True)
