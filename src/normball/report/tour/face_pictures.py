"""The part of question 3 on many dimensions: which faces a circle touches, in 2 and in 100."""

from __future__ import annotations

import numpy as np

from ...displays import FaceSharesDisplay
from ...displays.style import new_axes
from ...geometry import FaceShares, face_shares
from ..section import Block, Paragraph, Picture, Row, picture_from_figure

DIMENSIONS = (2, 100)
DISTANCES = np.geomspace(0.3, 300, 40)
"""Of the centre of the circles, in radii of the ball."""
TOLD = 10.0


def face_share_blocks() -> list[Block]:
    """Pictures of the exact shares, and what they say about 100 dimensions."""
    told = {p: _at(p, TOLD) for p in DIMENSIONS}
    few = int(np.searchsorted(np.cumsum(told[100].shares), 0.5))
    return [
        Paragraph(
            "Circles are the hardest test of corners: no level set is rounder. "
            f"From {TOLD:.0f} radii away a random circle touches the diamond of the plane at a corner in "
            f"{told[2].shares[0]:.0%} of cases. In 100 dimensions the ball has not only corners (one weight) "
            "and sides (all weights) but edges with 2 weights, triangles with 3, and so on to 100; half of "
            f"all random spheres touch it where at most {few + 1} of the 100 weights are not zero. These "
            "shares are exact, from the angles of the faces."
        ),
        Row(tuple(_panel(p) for p in DIMENSIONS)),
    ]


def _at(p: int, distance: float) -> FaceShares:
    return face_shares("l1", p, distance / np.sqrt(p))


def _panel(p: int) -> Picture:
    display = FaceSharesDisplay.from_norm("l1", p, DISTANCES)
    display.plot(new_axes(size=(4.3, 3.9)))
    told = _at(p, TOLD).shares
    level_set = "circles" if p == 2 else "spheres"
    weights = "the corners catch nearly all" if p == 2 else "faces with few weights take over"
    return picture_from_figure(
        display.figure_,
        f"Where random {level_set} touch the L1 ball in {p} dimensions, over the distance of their centre. "
        f"Further away, {weights}.",
        f"Stacked shares of faces for p = {p}: at {TOLD:.0f} radii {told[0]:.0%} vertices, "
        f"{told[1]:.0%} edges, {told[-1]:.2g} inside.",
    )
