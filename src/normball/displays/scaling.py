"""The phase transition at several sizes: in shares of p the curves come to lie on each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..geometry import PhaseTransition
from . import style
from .fitted import made_as_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(eq=False)
class ScalingDisplay:
    """Even-odds curves of experiments at several p; made by `from_transitions`.

    Attributes
    ----------
    transitions : list of PhaseTransition, by growing p.
    ax_, figure_ : where `plot` drew.
    """

    transitions: list[PhaseTransition]
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_transitions(cls, transitions: Sequence[PhaseTransition]) -> ScalingDisplay:
        """Take the results of `geometry.phase_transitions`.

        Raises
        ------
        ValueError
            If there is none.
        """
        made = "geometry.phase_transition(norm, p)"
        found = made_as_all(transitions, PhaseTransition, "transitions", made)
        if not found:
            raise ValueError("transitions must hold at least one result, got none.")
        return cls(sorted(found, key=lambda found: found.n_features))

    def plot(self, ax: Axes | None = None, *, title: str | None = None) -> ScalingDisplay:
        """Draw theory as lines and experiments as points, over the share of non-zeros.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure of one panel.
        title : str, optional

        Returns
        -------
        ScalingDisplay
            This display, with `ax_` and `figure_`.
        """
        self.ax_ = ax = style.new_axes(ax, (1.3 * style.PANEL, 1.1 * style.PANEL))
        self.figure_ = style.figure_of(ax)
        style.plain_axes(ax)
        for number, found in enumerate(self.transitions):
            color, p = style.CURVES[number % 7], found.n_features
            ax.plot(
                found.sparsities / p, found.theory_half / p, color=color, ls=style.DASHES[number % 4], lw=1.6
            )
            ax.errorbar(
                found.sparsities / p,
                found.half / p,
                2 * found.half_error / p,
                fmt="osD^v"[number % 5],
                ms=5,
                mfc="white",
                color=color,
                lw=1.2,
                label=f"p = {p}, {found.trials} trials a cell",
            )
        ax.set_xlim(0, 1.02)
        ax.set_ylim(0, 1.02)
        ax.set_xlabel("sparsity of the signal, share of p", fontsize=style.NORMAL)
        ax.set_ylabel("equations for even odds, share of p", fontsize=style.NORMAL)
        norm = self.transitions[0].norm.title
        shown = (
            f"{norm}: experiments on the lines of theory\n(bars: two standard errors)"
            if title is None
            else title
        )
        ax.set_title(shown, fontsize=style.TITLE)
        ax.legend(fontsize=style.SMALL, frameon=False, loc="lower right")
        return self
