"""Theory laid over experiment: where the least-norm answer is the signal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..geometry import PhaseTransition
from ..typing import Floats, Indices
from . import style
from .fitted import made_as

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

QUANTILES = (0.05, 0.95)
"""Odds of success whose lines show how wide the change is."""


@dataclass(eq=False)
class PhaseTransitionDisplay:
    """Share of successes over sparsity and measurements; made by `from_transition`.

    Attributes
    ----------
    transition : PhaseTransition
    ax_, figure_ : where `plot` drew.
    """

    transition: PhaseTransition
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_transition(cls, transition: PhaseTransition) -> PhaseTransitionDisplay:
        """Take the result of `geometry.phase_transition`.

        Raises
        ------
        ValueError
            If the grid has a single row or column.
        """
        made_as(transition, PhaseTransition, "transition", "geometry.phase_transition(norm, p)")
        if min(transition.successes.shape) < 2:
            raise ValueError(
                f"transition must have two measurements and two sparsities to be drawn, got a grid of shape "
                f"{transition.successes.shape}."
            )
        return cls(transition)

    def plot(self, ax: Axes | None = None, *, title: str | None = None) -> PhaseTransitionDisplay:
        """Draw.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure of one panel.
        title : str, optional
            Default: the norm, p, and how far experiment and theory are apart.

        Returns
        -------
        PhaseTransitionDisplay
            This display, with `ax_` and `figure_`.
        """
        found = self.transition
        self.ax_ = ax = style.new_axes(ax, (1.45 * style.PANEL, 1.2 * style.PANEL))
        self.figure_ = style.figure_of(ax)
        style.plain_axes(ax)
        mesh = ax.pcolormesh(
            _edges(found.sparsities),
            _edges(found.measurements),
            found.shares,
            cmap="Greys_r",
            vmin=0,
            vmax=1,
            gid="shares",
        )
        for odds in QUANTILES:
            ax.plot(
                found.sparsities,
                found.theory_at(odds),
                color=style.BALL,
                lw=1.1,
                ls=":",
                gid=f"theory {odds}",
            )
        ax.plot(
            found.sparsities,
            found.theory_half,
            color=style.BALL,
            lw=2.2,
            label="theory: even odds (dotted: 5 % and 95 %)",
            gid="theory",
        )
        ax.plot(
            found.sparsities,
            found.half,
            "o",
            mfc="white",
            mec=style.LEVEL_SET,
            mew=1.6,
            ms=5.5,
            label="experiment: even odds",
            gid="experiment",
        )
        ax.set_xlabel(f"sparsity of the signal, among p = {found.n_features}", fontsize=style.NORMAL)
        ax.set_ylabel("number of measurements m", fontsize=style.NORMAL)
        ax.set_title(self._title() if title is None else title, fontsize=style.TITLE)
        bar = self.figure_.colorbar(mesh, ax=ax, pad=0.02)
        bar.set_label(f"share of successes in {found.trials} trials", fontsize=style.NORMAL)
        bar.ax.tick_params(labelsize=style.SMALL)
        ax.set_ylim(top=found.n_features)
        ax.legend(loc="lower right", fontsize=style.SMALL, framealpha=0.95)
        return self

    def _title(self) -> str:
        found = self.transition
        return (
            f"{found.norm.title} finds the signal above the line\n"
            f"(experiment within {100 * found.deviation:.1f} % of p of theory)"
        )


def _edges(centres: Indices) -> Floats:
    """Borders of the cells around ascending centres."""
    middle = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[centres[0] - (middle[0] - centres[0])], middle, [2 * centres[-1] - middle[-1]]])
