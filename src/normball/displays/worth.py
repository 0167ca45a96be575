"""What zeros save, over the number of features: memory, bits to send, time to predict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..geometry import Worth
from . import style
from .fitted import made_as_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MEASURES = (("memory", "bytes"), ("bits to send", "bits"), ("time to predict", "seconds"))


@dataclass(eq=False)
class WorthDisplay:
    """Dense cost over sparse cost; made by `from_worths`.

    Attributes
    ----------
    worths : list of Worth, by number of features.
    ax_, figure_ : where `plot` drew.
    """

    worths: list[Worth]
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_worths(cls, worths: Sequence[Worth]) -> WorthDisplay:
        """Take results of `geometry.worth_of_zeros` for models of different sizes.

        Raises
        ------
        ValueError
            If there are fewer than two.
        """
        found = made_as_all(worths, Worth, "worths", "geometry.worth_of_zeros(w)")
        if len(found) < 2:
            raise ValueError(f"worths must be two or more to be drawn, got {len(found)}.")
        return cls(sorted(found, key=lambda worth: worth.n_features))

    def plot(self, ax: Axes | None = None, *, title: str | None = None) -> WorthDisplay:
        """Draw.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure of one panel.
        title : str, optional
            Default: the number of coefficients kept.

        Returns
        -------
        WorthDisplay
            This display, with `ax_` and `figure_`.
        """
        self.ax_ = ax = style.new_axes(ax, (1.25 * style.PANEL, style.PANEL))
        self.figure_ = style.figure_of(ax)
        style.plain_axes(ax)
        p = [worth.n_features for worth in self.worths]
        for number, (label, unit) in enumerate(MEASURES):
            dense = np.array([getattr(worth, f"dense_{unit}") for worth in self.worths], dtype=float)
            sparse = np.array([getattr(worth, f"sparse_{unit}") for worth in self.worths], dtype=float)
            ax.plot(
                p,
                dense / np.maximum(sparse, 1e-12),
                color=style.CURVES[number],
                ls=style.DASHES[number],
                marker="osD"[number],
                ms=5,
                lw=1.8,
                label=label,
            )
        ax.axhline(1, color=style.QUIET, lw=0.8)
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xlabel("number of features p", fontsize=style.NORMAL)
        ax.set_ylabel("dense over sparse (times less)", fontsize=style.NORMAL)
        kept = sorted({worth.n_nonzero for worth in self.worths})
        what = f"{kept[0]:,}" if len(kept) == 1 else f"{kept[0]:,} to {kept[-1]:,}"
        what += " coefficient kept" if kept == [1] else " coefficients kept"
        ax.set_title(f"What zeros save: {what}" if title is None else title, fontsize=style.TITLE)
        ax.legend(fontsize=style.SMALL, frameon=False)
        return self
