"""`normball background`: a video as background (low rank) and people (sparse)."""

from __future__ import annotations

import os
import webbrowser
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from numpy.typing import NDArray

from .errors import friendly_errors
from .video import Clip, Frames, read_clip, require_av, write_mp4

if TYPE_CHECKING:
    from ..estimators.robust_pca import RobustPCA

MOST_VISIBLE = 0.05
"""More visible directions than this share of the frames: the camera moves, or the light does."""
CLEAR = 10
GREY = 128
"""What the people film shows where nothing is in front of the background."""


@dataclass(frozen=True, eq=False)
class Split:
    """A clip and its two parts.

    Attributes
    ----------
    clip : Clip
    model : RobustPCA, fitted to one row a frame.
    """

    clip: Clip
    model: RobustPCA

    @property
    def background(self) -> Frames:
        """(n, height, width) the low-rank part as grey levels."""
        return _grey(self.model.low_rank_.reshape(self.clip.frames.shape))

    @property
    def people(self) -> Frames:
        """(n, height, width) the sparse part around middle grey."""
        return _grey(self.model.sparse_.reshape(self.clip.frames.shape) + GREY)

    @property
    def side_by_side(self) -> Frames:
        """(n, height, 3 width) original, background and people."""
        return np.concatenate([self.clip.frames, self.background, self.people], axis=2)

    @property
    def share_of_zeros(self) -> float:
        """Of the entries of the sparse part."""
        return float((self.model.sparse_ == 0).mean())

    @property
    def share_of_people(self) -> float:
        """Entries that differ from the background by more than `CLEAR` grey levels."""
        return float((np.abs(self.model.sparse_) > CLEAR).mean())

    @property
    def moves(self) -> bool:
        """Whether the rank did not fall as it does for a fixed camera."""
        return self.model.visible_rank_ > max(3, MOST_VISIBLE * len(self.clip.frames))

    @property
    def warning(self) -> str:
        """What to say if it did not; empty otherwise."""
        if not self.moves:
            return ""
        return (
            f"The rank does not fall: the background needs {self.model.visible_rank_} visible directions for "
            f"{len(self.clip.frames)} frames, where a fixed camera needs one or two. The camera moves, or "
            "the light does; take a part in which it stands still with --start and --seconds."
        )


def _grey(values: NDArray[np.floating]) -> Frames:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


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
@click.option("--open", "open_page", is_flag=True, help="Open the report in the browser.")
@friendly_errors
def background_command(
    video: str | None,
    out: str,
    scale: float | None,
    start: float,
    seconds: float | None,
    tol: float,
    open_page: bool,
) -> None:
    """Split a video of a fixed camera into background and people, with the proof.

    Without VIDEO a shipped clip of pedestrians is taken. Writes background.mp4, people.mp4,
    side_by_side.mp4, contact.png and report.html.
    """
    from ..estimators.robust_pca import RobustPCA

    os.environ.setdefault("MPLBACKEND", "Agg")
    require_av()
    clip = _shipped(start, seconds, scale) if video is None else read_clip(video, scale, start, seconds)
    n, height, width = clip.frames.shape
    click.echo(f"{clip.name}: {n} frames of {width} x {height} pixels, {float(clip.rate):g} a second.")
    split = Split(clip, RobustPCA(tol=tol).fit(clip.frames.reshape(n, -1)))
    click.echo(summary(split))
    if split.warning:
        click.echo(f"Warning: {split.warning}", err=True)
    report = write(Path(out), split)
    click.echo(f"Report written: {report}")
    if open_page:
        webbrowser.open(report.resolve().as_uri())


def summary(split: Split) -> str:
    """Rank, zeros and gap in one sentence."""
    model = split.model
    return (
        f"Background of rank {model.rank_}, {split.model.visible_rank_} of it visible; people visible in "
        f"{100 * split.share_of_people:.1f} % of the entries, {100 * split.share_of_zeros:.1f} % exactly 0; "
        f"relative gap {model.gap_:.1e} after {model.n_iter_} iterations."
    )


def write(folder: Path, split: Split) -> Path:
    """All files of the command; the path of the report."""
    from .background_report import draw_contact_sheet, report_page

    folder.mkdir(parents=True, exist_ok=True)
    films = {"background": split.background, "people": split.people, "side_by_side": split.side_by_side}
    for name, frames in films.items():
        write_mp4(folder / f"{name}.mp4", frames, split.clip.rate)
    draw_contact_sheet(split).savefig(folder / "contact.png", dpi=150)
    path = folder / "report.html"
    film = (folder / "side_by_side.mp4").read_bytes()
    path.write_text(report_page(split, film, summary(split)), encoding="utf-8")
    return path


def _shipped(start: float, seconds: float | None, scale: float | None) -> Clip:
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
    return Clip(frames, Fraction(PEDESTRIANS_RATE), "pedestrians (shipped)")
