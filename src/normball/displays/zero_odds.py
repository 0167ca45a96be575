"""How many coefficients are zero at the contact: one curve a norm or level set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..geometry import ZeroOdds
from . import style
from .fitted import made_as

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(eq=False)
class ZeroOddsDisplay:
    """Laws of the number of zeros; made by `from_odds`.

    Attributes
    ----------
    odds : dict of label -> ZeroOdds
    ax_, figure_ : where `plot` drew.
    """

    odds: dict[str, ZeroOdds]
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_odds(cls, odds: ZeroOdds | Mapping[str, ZeroOdds]) -> ZeroOddsDisplay:
        """Take one law, or several by label.

        Raises
        ------
        ValueError
            If there is none, or they are about different numbers of features.
        """
        laws = dict(odds) if isinstance(odds, Mapping) else {"": odds}
        for label, law in laws.items():
            made_as(law, ZeroOdds, f"odds {label}".strip(), "geometry.zero_odds(norm, p)")
        if isinstance(odds, ZeroOdds):
            laws = {odds.norm.title: odds}
        sizes = {len(law.odds) - 1 for law in laws.values()}
        if len(sizes) != 1:
            raise ValueError(f"odds must be laws for one number of features, got {sorted(sizes)}.")
        return cls(laws)

    def plot(self, ax: Axes | None = None, *, title: str = "") -> ZeroOddsDisplay:
        """Draw: lines for exact odds, points with 95 % intervals for counted ones.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure of one panel.
        title : str, optional

        Returns
        -------
        ZeroOddsDisplay
            This display, with `ax_` and `figure_`.
        """
        self.ax_ = ax = style.new_axes(ax, (1.3 * style.PANEL, 0.95 * style.PANEL))
        self.figure_ = style.figure_of(ax)
        style.plain_axes(ax)
        for number, (label, law) in enumerate(self.odds.items()):
            color = style.CURVES[number % len(style.CURVES)]
            seen = np.flatnonzero(law.odds > 1e-4)
            if law.is_exact:
                ax.vlines(seen, 0, law.odds[seen], color=color, lw=1.0, alpha=0.5)
                dashes = style.DASHES[number % len(style.DASHES)]
                ax.plot(seen, law.odds[seen], ls=dashes, marker=".", color=color, label=f"{label} (exact)")
                continue
            low, high = law.intervals()[seen].T
            spread = [law.odds[seen] - low, high - law.odds[seen]]
            ax.errorbar(
                seen,
                law.odds[seen],
                spread,
                fmt="osD^v"[number % 5],
                ms=4,
                lw=1.2,
                mfc="white",
                color=color,
                label=f"{label} (counted)",
            )
        p = len(next(iter(self.odds.values())).odds) - 1
        ax.set_ylim(bottom=0)
        ax.margins(x=0.03)
        ax.set_xlabel(f"number of zeros among p = {p} coefficients", fontsize=style.NORMAL)
        ax.set_ylabel("odds", fontsize=style.NORMAL)
        if title:
            ax.set_title(title, fontsize=style.TITLE)
        style.whole_ticks(ax)
        ax.legend(
            fontsize=style.SMALL, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2
        )
        return self
