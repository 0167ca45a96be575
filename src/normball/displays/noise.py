"""Risk under noise over the threshold: where it is least, and where the universal threshold lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..geometry import MinimaxRisk, minimax_risk, threshold_risk, universal_alpha
from ..typing import Floats
from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(eq=False)
class NoiseDisplay:
    """Worst-case risk of soft thresholding; made by `from_sparsities`.

    Attributes
    ----------
    n_features : p.
    thresholds : (k,) in deviations of the noise on a coefficient.
    risks : dict of sparsity -> (k,) risk over the noise variance.
    best : dict of sparsity -> MinimaxRisk.
    universal, even : float, thresholds sqrt(2 log p) and the one that keeps all noise out with even odds.
    ax_, figure_ : where `plot` drew.
    """

    n_features: int
    thresholds: Floats
    risks: dict[int, Floats]
    best: dict[int, MinimaxRisk]
    universal: float
    even: float
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_sparsities(cls, p: int, sparsities: Sequence[int]) -> NoiseDisplay:
        """Compute the risks of signals with 1 to p non-zeros.

        Raises
        ------
        ValueError
            As `minimax_risk`.
        """
        universal, even = (
            universal_alpha(2, p) * np.sqrt(2),
            universal_alpha(2, p, probability=0.5) * np.sqrt(2),
        )
        grid = np.linspace(0, 1.25 * max(universal, even, 1.0), 120)
        risks = {s: np.array([threshold_risk(p, s, float(tau)) for tau in grid]) for s in sparsities}
        best = {s: minimax_risk(p, s) for s in sparsities}
        return cls(p, grid, risks, best, float(universal), float(even))

    def plot(self, ax: Axes | None = None, *, title: str | None = None) -> NoiseDisplay:
        """Draw one curve a sparsity with its least point, and the two thresholds that know no sparsity.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure of one panel.
        title : str, optional

        Returns
        -------
        NoiseDisplay
            This display, with `ax_` and `figure_`.
        """
        self.ax_ = ax = style.new_axes(ax, (1.3 * style.PANEL, 1.05 * style.PANEL))
        self.figure_ = style.figure_of(ax)
        style.plain_axes(ax)
        for number, (s, risk) in enumerate(self.risks.items()):
            color, best = style.CURVES[number % 7], self.best[s]
            label = f"{s:,} of {self.n_features:,} not zero"
            ax.plot(self.thresholds, risk, color=color, ls=style.DASHES[number % 4], lw=2, label=label)
            ax.plot(best.threshold, best.risk, "osD^v"[number % 5], color=color, ms=7)
        for value, name, dashes in (
            (self.even, "no noise kept, even odds", style.DASHES[2]),
            (self.universal, "universal threshold", style.DASHES[1]),
        ):
            ax.axvline(value, color=style.QUIET, lw=1.4, ls=dashes, label=name)
        if self.n_features > 20:  # below, the risks are within a power of ten or two
            ax.set_yscale("log")
        ax.set_xlim(self.thresholds[0], self.thresholds[-1])
        ax.set_xlabel("threshold, in deviations of the noise", fontsize=style.NORMAL)
        ax.set_ylabel("worst squared error over noise variance", fontsize=style.NORMAL)
        ax.set_title(
            "What thresholding costs under noise (marked: least)" if title is None else title,
            fontsize=style.TITLE,
        )
        ax.legend(
            fontsize=style.SMALL, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2
        )
        return self
