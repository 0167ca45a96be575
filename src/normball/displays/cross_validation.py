"""How held-out rows are predicted along the path, with the alphas that both rules take.

A single fold has no standard error: then there is neither a band nor the second rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import LogLocator, NullLocator

from ..estimators.curve import CrossValidation
from ..typing import Floats, Indices
from . import style
from .count_axis import count_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axes._secondary_axes import SecondaryAxis
    from matplotlib.figure import Figure


@dataclass(eq=False)
class CVDisplay:
    """What cross-validation compared, in usual units, against alpha, one standard error either way.

    Made by `from_estimator` or `from_curve`.

    Attributes
    ----------
    alphas : (k,) decreasing.
    title : str, what is drawn, such as "RMSE".
    mean, standard_error : (k,), the latter NaN from a single fold.
    best_index, one_se_index : int, what either rule takes.
    alpha : float, what was taken.
    n_nonzeros : (k,) features of the fit to all rows, or None.
    ax_, figure_ : where `plot` drew; `count_ax_` is the upper axis, if there are counts.
    """

    alphas: Floats
    title: str
    mean: Floats
    standard_error: Floats
    best_index: int
    one_se_index: int
    alpha: float
    n_nonzeros: Indices | None
    ax_: Axes = field(init=False, repr=False)
    count_ax_: SecondaryAxis = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Axes | None = None) -> CVDisplay:
        """Draw the choice of a fitted `RegressorCV` or `ClassifierCV`.

        Raises
        ------
        TypeError
            If the estimator chose no alpha by cross-validation, or is not fitted.
        """
        if not hasattr(estimator, "mean_loss_"):
            raise TypeError(
                f"CVDisplay needs a fitted RegressorCV or ClassifierCV, got {type(estimator).__name__}; call "
                "fit first, or use one of those."
            )
        return cls.from_curve(estimator.cross_validation_, estimator.alpha_, estimator.n_nonzeros_).plot(ax)

    @classmethod
    def from_curve(
        cls, curve: CrossValidation, alpha: float | None = None, n_nonzeros: Indices | None = None
    ) -> CVDisplay:
        """Take what is drawn from the result of `cross_validate`; `alpha` is what was taken."""
        return cls(
            curve.alphas,
            *curve.in_units(),
            curve.best_index,
            curve.one_se_index,
            curve.best_alpha if alpha is None else alpha,
            n_nonzeros,
        )

    def plot(self, ax: Axes | None = None) -> CVDisplay:
        """Draw, regularisation weakening to the right.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure.

        Returns
        -------
        CVDisplay
            This display, with `ax_` and `figure_`.
        """
        self.ax_ = ax = style.new_axes(ax, (1.15 * style.PANEL, 0.85 * style.PANEL))
        self.figure_ = style.figure_of(ax)
        style.plain_axes(ax)
        has_error = not np.isnan(self.standard_error).any()
        error = self.standard_error if has_error else np.zeros(len(self.alphas))
        low, high = self.mean - error, self.mean + error
        if has_error:
            ax.fill_between(self.alphas, low, high, color=style.BALL, alpha=0.18, linewidth=0)
        ax.plot(self.alphas, self.mean, color=style.BALL, linewidth=1.6)
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(numticks=6))
        ax.xaxis.set_minor_locator(NullLocator())
        if len(self.alphas) > 1:
            ax.set_xlim(self.alphas[0], self.alphas[-1])
        self._mark(ax, self.best_index, style.CONTACT, "o", "best")
        if has_error:
            self._mark(ax, self.one_se_index, style.LEVEL_SET, "s", "one standard error")
        ax.axvline(self.alpha, color=style.CONTACT, linewidth=0.9, linestyle=(0, (2, 2)))
        ax.set_ylim(*self._window(low, high))
        ax.set_xlabel("alpha (weaker regularisation to the right)", fontsize=style.NORMAL)
        ax.set_ylabel(f"{self.title} on held-out rows", fontsize=style.NORMAL)
        ax.legend(frameon=False, fontsize=style.SMALL)
        if self.n_nonzeros is not None and len(self.alphas) > 1:
            self.count_ax_ = count_axis(ax, self.alphas, self.n_nonzeros, is_logarithmic=True)
        return self

    def _mark(self, ax: Axes, index: int, color: str, marker: str, label: str) -> None:
        ax.plot(
            self.alphas[index],
            self.mean[index],
            marker,
            color=color,
            markersize=7,
            label=label,
            linestyle="",
            clip_on=False,
        )

    def _window(self, low: Floats, high: Floats) -> tuple[float, float]:
        """Limits that hold the curve up to its start; an end that shoots far beyond is cut off."""
        mean, best = self.mean, self.mean[self.best_index]
        room = 0.5 * abs(mean[0] - best) + 1e-12
        top, bottom = float(np.nanmax(high)), float(np.nanmin(low))
        if best <= mean[0]:
            top = min(top, float(high[0] + room))
        if best >= mean[0]:
            bottom = max(bottom, float(low[0] - room))
        margin = 0.06 * (top - bottom) or 1.0
        return bottom - margin, top + margin
