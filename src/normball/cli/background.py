"""`normball background`: a video as background (low rank) and people (sparse)."""

from __future__ import annotations

import base64
import os
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import click

from .background_split import Parts, Split
from .errors import friendly_errors
from .outputs import check_folder
from .video import Footage, Mp4Writer, open_video, require_av

LARGEST_INSIDE = 20_000_000
"""Bytes of film that the report holds itself; it points to larger ones."""
RESULTS = ("background.mp4", "people.mp4", "side_by_side.mp4", "contact.png", "report.html")
"""What a split writes."""


@click.command("background")
@click.argument("video", required=False, metavar="[VIDEO]")
@click.option(
    "--out",
    metavar="DIR",
    default="normball-background",
    show_default=True,
    help="Folder for what is written.",
)
@click.option(
    "--scale",
    type=click.FloatRange(0, 1, min_open=True),
    help="Reduce the frames to this share of their size. Default: to 320 pixels of width.",
)
@click.option("--start", type=click.FloatRange(0), default=0.0, help="Second at which to begin.")
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="How much of the video to take.")
@click.option(
    "--tol",
    type=click.FloatRange(0, min_open=True),
    default=1e-4,
    show_default=True,
    help="Relative gap to be proved.",
)
@click.option(
    "--block",
    type=click.IntRange(2),
    metavar="FRAMES",
    help="Split so many frames at a time, together with the background so far. Default: all frames "
    "of a video that fits into memory, else as many as do.",
)
@click.option("--open", "open_page", is_flag=True, help="Open the report in the browser.")
@friendly_errors
def background_command(
    video: str | None,
    out: str,
    scale: float | None,
    start: float,
    seconds: float | None,
    tol: float,
    block: int | None,
    open_page: bool,
) -> None:
    """Split a video of a fixed camera into background and people, with the proof.

    Without VIDEO a shipped clip of pedestrians is taken. Writes background.mp4, people.mp4,
    side_by_side.mp4, contact.png and report.html. A video longer than memory is split in
    blocks of frames.
    """
    from ..estimators.robust_pca import RobustPCA

    os.environ.setdefault("MPLBACKEND", "Agg")
    require_av()
    with ExitStack() as stack:
        if video is None:
            footage = _shipped(start, seconds, scale, block)
        else:
            footage = stack.enter_context(open_video(video, scale, start, seconds, block))
        split = Split(footage, RobustPCA(tol=tol))
        check_folder(Path(out), RESULTS)
        write_films(Path(out), split)
    click.echo(split.summary)
    if split.warning:
        click.echo(f"Warning: {split.warning}", err=True)
    report = write_pages(Path(out), split)
    click.echo(f"Report written: {report}")
    if open_page:
        webbrowser.open(report.resolve().as_uri())


def write_films(folder: Path, split: Split) -> None:
    """Split the video and write its films, block by block; nothing is written before the first is split."""
    footage, blocks = split.footage, split.parts()
    size, rate = f"{footage.width} x {footage.height} pixels", float(footage.rate)
    first = next(blocks)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        background, people, side_by_side = (
            stack.enter_context(Mp4Writer(folder / f"{name}.mp4", footage.height, width, footage.rate))
            for name, width in (
                ("background", footage.width),
                ("people", footage.width),
                ("side_by_side", 3 * footage.width),
            )
        )
        for parts in _followed_by(first, blocks):
            background.write(parts.background)
            people.write(parts.people)
            side_by_side.write(parts.side_by_side)
            if split.n_blocks > 1:
                click.echo(f"{split.n_frames} frames done, {split.model.visible_rank_} visible directions.")
    click.echo(f"{footage.name}: {split.n_frames} frames of {size}, {rate:g} a second.")


def _followed_by(first: Parts, others: Iterator[Parts]) -> Iterator[Parts]:
    yield first
    del first  # its memory is wanted for the next one
    yield from others


def write_pages(folder: Path, split: Split) -> Path:
    """Contact sheet and report, from what was kept of the video; the path of the report."""
    from .background_report import draw_contact_sheet, report_page

    draw_contact_sheet(split).savefig(folder / "contact.png", dpi=150)
    path, film = folder / "report.html", folder / "side_by_side.mp4"
    source = film.name
    if film.stat().st_size <= LARGEST_INSIDE:
        source = "data:video/mp4;base64," + base64.b64encode(film.read_bytes()).decode("ascii")
    path.write_text(report_page(split, source), encoding="utf-8")
    return path


def _shipped(start: float, seconds: float | None, scale: float | None, block: int | None) -> Footage:
    """The pedestrians, cut like any other video."""
    from ..datasets import load_pedestrians
    from ..datasets.loaders import PEDESTRIANS_RATE

    if scale is not None:
        raise ValueError("--scale is for a VIDEO of your own; the shipped clip is small already.")
    first = round(start * PEDESTRIANS_RATE)
    last = None if seconds is None else first + round(seconds * PEDESTRIANS_RATE)
    frames = load_pedestrians()[first:last]
    if len(frames) < 2:
        raise ValueError(
            "the shipped clip has 24 seconds; --start and --seconds must leave 2 frames or more."
        )
    n, height, width = frames.shape
    size = block or n
    blocks = (frames[k : k + size] for k in range(0, n, size))
    return Footage("pedestrians (shipped)", Fraction(PEDESTRIANS_RATE), height, width, blocks)
