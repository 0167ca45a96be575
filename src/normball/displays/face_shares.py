"""Which faces a random circle touches: vertices take over as the best fit moves away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..geometry import FaceShares, face_shares
from ..inputs.tables import read_vector
from ..norms import Norm
from ..typing import ArrayLike, Floats
from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HATCHES = ("", "///", "...", "\\\\\\", "xxx")


@dataclass(eq=False)
class FaceSharesDisplay:
    """Shares of vertices, edges, ..., facets over the distance of the centre; made by `from_norm`.

    Attributes
    ----------
    shares : list of FaceShares, by growing spread.
    distances : (k,) spread times sqrt(p), the usual distance of the centre in radii.
    ax_, figure_ : where `plot` drew.
    """

    shares: list[FaceShares]
    distances: Floats
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_norm(
        cls, norm: str | Norm, p: int, distances: ArrayLike = None, trials: int = 2000, seed: int = 0
    ) -> FaceSharesDisplay:
        """Compute the shares for a norm whose ball is a polytope.

        Parameters
        ----------
        norm : str or Norm
        p : int, features.
        distances : (k,) ascending, optional
            Of the centre, in radii of the ball. Default: 60 from 0.3 to 300 (12 where sampled).
        trials, seed : int
            For norms without exact shares.
        """
        if distances is None:
            is_exact = face_shares(norm, p, 1.0, trials=1, seed=seed).is_exact
            distances = np.geomspace(0.3, 300, 60 if is_exact else 12)
        grid = read_vector(distances, "distances", None)
        shares = [face_shares(norm, p, float(d / np.sqrt(p)), trials=trials, seed=seed) for d in grid]
        return cls(shares, grid)

    def plot(self, ax: Axes | None = None, *, title: str | None = None) -> FaceSharesDisplay:
        """Draw the shares stacked: vertices at the bottom, the inside on top.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure of one panel.
        title : str, optional

        Returns
        -------
        FaceSharesDisplay
            This display, with `ax_` and `figure_`.
        """
        self.ax_ = ax = style.new_axes(ax, (1.15 * style.PANEL, 1.15 * style.PANEL))
        self.figure_ = style.figure_of(ax)
        style.plain_axes(ax)
        table = np.array([found.shares for found in self.shares])
        p = table.shape[1] - 1
        level_set = "circles" if p == 2 else "spheres"
        bands = _bands(p)
        stacked = np.array([table[:, list(members)].sum(axis=1) for _, members in bands])
        colors = [style.CURVES[k % len(style.CURVES)] for k in range(len(bands) - 1)] + ["#DDDDDD"]
        areas = ax.stackplot(
            self.distances, stacked, colors=colors, labels=[name for name, _ in bands], alpha=0.75
        )
        for area, hatch in zip(areas[:-1], HATCHES, strict=False):  # the inside stays plain
            area.set_hatch(hatch)
            area.set_edgecolor("white")
        ax.set_xscale("log")
        ax.set_xlim(self.distances[0], self.distances[-1])
        ax.set_ylim(0, 1)
        ax.set_xlabel("distance of the best fit, in radii of the ball", fontsize=style.NORMAL)
        ax.set_ylabel(f"share of random {level_set} that touch there", fontsize=style.NORMAL)
        norm = self.shares[0].norm.title
        ax.set_title(f"{norm} ball, p = {p}" if title is None else title, fontsize=style.TITLE)
        handles, labels = ax.get_legend_handles_labels()
        ax.legend(
            handles,
            labels,
            fontsize=style.SMALL,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.17),
            ncols=2,
            frameon=False,
        )
        return self


def _bands(p: int) -> list[tuple[str, Sequence[int]]]:
    """At most six bands: names and dimensions of faces, from vertices to the inside."""
    if p <= 4:
        named = ["vertices", "edges", "faces of dimension 2", "facets"][:p]
        named[-1] = "vertices" if p == 1 else "edges" if p == 2 else "facets"
        return [*((name, (k,)) for k, name in enumerate(named)), ("inside", (p,))]
    ranges = [range(a, b) for a, b in pairwise([0, 1, 2, max(p // 5, 3), max(p // 2, 4), p])]
    names = ["vertices", "edges"]
    names += [
        f"dimensions {band[0]} to {band[-1]}" if len(band) > 1 else f"dimension {band[0]}"
        for band in ranges[2:]
    ]
    return [*zip(names, ranges, strict=True), ("inside", range(p, p + 1))]
