"""`normball explore`: the interactive page, of its own picture or of a table's model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..designs import moments_of, scales_of
from ..losses import LOSSES, get_loss
from ..norms import NORMS, get_norm
from ..parameters import printable
from .errors import InputError, friendly_errors

if TYPE_CHECKING:
    from ..explorer import Explorer


@click.command("explore")
@click.argument("file", type=str, required=False)
@click.option("--target", metavar="COLUMN", help="Column of FILE to predict; all others are features.")
@click.option(
    "--drop", multiple=True, metavar="COLUMN", help="Leave a column out; may be given several times."
)
@click.option("--norm", default="l1", show_default=True, metavar="NAME", help=f"One of {', '.join(NORMS)}.")
@click.option(
    "--loss", default="squared_error", show_default=True, metavar="NAME", help=f"One of {', '.join(LOSSES)}."
)
@click.option(
    "--standardize/--no-standardize",
    default=True,
    show_default=True,
    help="Scale columns to unit deviation, so that two coefficients can be drawn to one scale.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port of the page; default any free one."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Other hosts are reached with a token only."
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@click.option("--save", metavar="FILE.html", help="Write the page as one offline file instead of serving it.")
@friendly_errors
def explore_command(
    file: str | None,
    target: str | None,
    save: str | None,
    port: int,
    host: str,
    no_open: bool,
    **options: Any,
) -> None:
    """Open the interactive page: take hold of the line, the ball and the budget.

    With FILE (.csv, .tsv or .parquet) and --target, two features of that table's model can be
    put on the stage.
    """
    explorer = _explorer(file, target, options)
    if save is not None:
        written = explorer.save(Path(save))
        click.echo(f"Written to {written} ({written.stat().st_size / 1000:.0f} kB); it works offline.")
        return
    from ..explorer.local import serve_page

    serve_page(explorer.state, explorer.data, host=host, port=port, open_browser=not no_open, say=click.echo)


def _explorer(file: str | None, target: str | None, options: dict[str, Any]) -> Explorer:
    from ..explorer import explore

    if file is None:
        if target is not None:
            raise InputError(f"--target {target} names a column of a file; give the file, too.")
        return explore()
    if target is None:
        raise InputError(f"--target is missing: which column of {file} is to be predicted?")
    from ..problem import Problem
    from .tables import load_table

    loss = get_loss(options["loss"])
    table = load_table(file, target, is_classifier=loss.is_classifier, drop=options["drop"])
    for note in table.notes:
        click.echo(f"Note: {printable(note)}", err=True)
    X = table.X
    if options["standardize"]:
        X = X / scales_of(*moments_of(X))
    problem = Problem(
        X, table.y, loss=loss, norm=get_norm(options["norm"]), feature_names=table.feature_names
    )
    explorer = explore(problem)
    assert explorer.data is not None
    explorer.data |= {"title": Path(file).name, "target_name": table.target_name}
    return explorer
