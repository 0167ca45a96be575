"""The part of question 7 that one can watch: background and people of a film, told apart by L1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...datasets import load_pedestrians
from ...displays.style import TITLE, figure_of, new_axes
from ...estimators.robust_pca import RobustPCA
from ...typing import Floats
from ..section import Block, Paragraph, Picture, Row, Table, picture_from_figure
from .context import TourContext

FRAME = 100
"""The frame shown: people walk in it, near the camera and far from it."""
CLEAR = 10.0
"""Grey levels, of 256, that one notices."""
TOLERANCE = 1e-3


def background_blocks(context: TourContext) -> tuple[list[Block], str]:
    """A film as low rank + sparse, beside the same by squares; and what it shows in a sentence."""
    every = 4 if context.quick else 1
    frames = load_pedestrians()[::every]
    n, height, width = frames.shape
    films = frames.reshape(n, -1).astype(np.float64)
    robust = RobustPCA(tol=TOLERANCE, verbose=False).fit(films)
    by_squares = _nearest_of_rank(films, robust.visible_rank_)
    still = np.median(films, axis=0)
    traces = [_share_clear(part - still) for part in (by_squares, robust.low_rank_)]
    visible = str(robust.visible_rank_)
    zeros = (robust.sparse_ == 0).mean()
    said = (
        f"On a film of {n} frames, L1 left {100 * zeros:.0f} % of the foreground exactly at zero, and people "
        f"leave visible traces in {100 * traces[1]:.2f} % of its background; with squares in place of L1 in "
        f"{100 * traces[0]:.2f} %."
    )
    shown = FRAME // every
    picture = _panels(
        (height, width),
        {
            "Film": films[shown],
            "Background: low rank": robust.low_rank_[shown],
            "People: sparse": robust.sparse_[shown] + 128,
            "Background by squares": by_squares[shown],
        },
    )
    return [
        Paragraph(
            "The same diamond on a film. Each frame is one row of a table M, and M is split into L + S with "
            "the least ||L||_* + lam ||S||_1. The nuclear norm ||L||_*, the sum of the singular values, is "
            "the L1 norm of a matrix: its ball has edges where the rank is low, as the diamond has corners "
            "where weights are zero. What stands still has low rank; what walks through is sparse "
            "(robust principal components; Candès, Li, Ma and Wright, 2011)."
        ),
        Row(picture),
        Table(
            ("", "low rank + sparse", "squares"),
            (
                ("Directions of the background that one sees", visible, visible),
                (
                    "Foreground exactly at zero",
                    f"{100 * zeros:.1f} %",
                    f"{100 * (films == by_squares).mean():.1f} %",
                ),
                (
                    f"Background off by more than {CLEAR:.0f} grey levels",
                    f"{100 * traces[1]:.2f} %",
                    f"{100 * traces[0]:.2f} %",
                ),
                ("Relative duality gap", f"{robust.gap_:.0e}", "none is needed"),
            ),
            f"{n} frames of {width} x {height} pixels; off from the median of each pixel over time. Squares: "
            "the nearest matrix of the same visible rank, ordinary principal components.",
            (False, True, True),
        ),
        Paragraph(f"{said} The command normball background does this to a film of your own."),
    ], said


def _nearest_of_rank(films: Floats, rank: int) -> Floats:
    """The nearest matrix of that rank in squares (Eckart and Young, 1936)."""
    U, s, Vt = np.linalg.svd(films, full_matrices=False)
    nearest: Floats = (U[:, :rank] * s[:rank]) @ Vt[:rank]
    return nearest


def _share_clear(difference: Floats) -> float:
    return float((np.abs(difference) > CLEAR).mean())


def _panels(shape: tuple[int, int], images: dict[str, NDArray[np.float64]]) -> tuple[Picture, ...]:
    return tuple(_panel(title, image.reshape(shape)) for title, image in images.items())


def _panel(title: str, image: Floats) -> Picture:
    ax = new_axes(size=(3.0, 2.5))
    ax.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    ax.set_axis_off()
    ax.set_title(title, fontsize=TITLE)
    captions = {
        "Film": "One frame of a fixed camera over a path.",
        "Background: low rank": "The low-rank part of the same frame.",
        "People: sparse": "The sparse part; middle grey is exactly zero.",
        "Background by squares": "The same frame, where squares take the place of L1.",
    }
    return picture_from_figure(figure_of(ax), captions[title], f"{title}: {captions[title]}")
