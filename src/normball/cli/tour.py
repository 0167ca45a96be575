"""`normball tour`: the essay as one offline page, and its seven answers on the terminal."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .errors import friendly_errors
from .outputs import check_folder

if TYPE_CHECKING:
    from rich.console import Console

    from ..explorer.story import Story, StoryTable


@click.command("tour")
@click.option(
    "--out", metavar="DIR", default="normball-tour", show_default=True, help="Folder for the page, tour.html."
)
@click.option("--data", metavar="FILE", help="Your own table (CSV, TSV or Parquet) in the steps on data.")
@click.option("--target", metavar="COLUMN", help="Column of --data to be predicted.")
@click.option(
    "--drop", multiple=True, metavar="COLUMN", help="Leave a column out; may be given several times."
)
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser.")
@click.option("--quick", is_flag=True, help="Fewer folds and random samples, for a first look.")
@friendly_errors
def tour_command(
    out: str, data: str | None, target: str | None, drop: tuple[str, ...], open_page: bool, quick: bool
) -> None:
    """Why is the answer sparse? Nine pictures to take hold of, in one page that works offline.

    With --data and --target the steps on data are about your table: a target of numbers is predicted
    by least squares, one of two values (0 and 1, or two texts) as classes. Rows with missing values and
    columns that look like identifiers are left out, and it is said.
    """
    from rich.console import Console

    console = Console(highlight=False)
    table = _table(data, target, drop, console)
    check_folder(Path(out), ["tour.html"])
    story, path = _written(Path(out), table, quick, console)
    _summarise(story, path, console)
    if open_page and not webbrowser.open(path.resolve().as_uri()):
        console.print("No browser could be opened here; open the file by hand.")


def _table(
    data: str | None, target: str | None, drop: tuple[str, ...], console: Console
) -> StoryTable | None:
    if (data is None) != (target is None):
        given, missing = ("--data", "--target") if target is None else ("--target", "--data")
        raise ValueError(
            f"{given} needs {missing}; give both for your own table, or neither for the diabetes data."
        )
    if data is None or target is None:
        if drop:
            raise ValueError(f"--drop {drop[0]} leaves out a column of --data; give the file, too.")
        return None
    from .tour_table import story_table

    table = story_table(data, target, drop)
    for note in table.notes:
        console.print(note, markup=False)
    return table


def _written(out: Path, table: StoryTable | None, quick: bool, console: Console) -> tuple[Story, Path]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from ..explorer.story import write_story
    from ..explorer.story.build import PARTS

    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=len(PARTS))
        return write_story(
            out,
            table,
            quick,
            progress=lambda done, part: bar.update(task, completed=done, description=part),
        )


def _summarise(story: Story, path: Path, console: Console) -> None:
    from rich.padding import Padding

    for number, answer in enumerate(story.answers, start=1):
        console.print()
        console.print(f"{number}. {answer.question}", style="bold", markup=False)
        console.print(Padding(answer.text, (0, 0, 0, 3)), markup=False)
    console.print()
    console.print("The pictures to take hold of are in one page that works offline:", markup=False)
    # a path that is wrapped cannot be copied or clicked
    console.print(str(path), style="bold", markup=False, soft_wrap=True)
