"""Coefficients along the path: which features enter, when, and how far they go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from matplotlib.transforms import blended_transform_factory

from ..answers.path import Path
from ..parameters import read_count, read_flag
from ..typing import Floats, Indices
from . import style
from .count_axis import count_axis
from .fitted import drawable, problem_of
from .labels import spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axes._secondary_axes import SecondaryAxis
    from matplotlib.figure import Figure

AXES = {"budget": "budget: {norm} norm of the coefficients", "alpha": "price alpha (log scale, falling)"}


@dataclass(eq=False)
class PathDisplay:
    """Every coefficient against the budget or the price; made by `from_path`.

    Attributes
    ----------
    feature_names : tuple of str, all p names.
    x : "budget" or "alpha"
    positions : (k,) budgets R(w), increasing, or alphas, decreasing, of the steps.
    coefs : (k, p) what is drawn: coefficients, or those times the deviations of their features.
    n_nonzeros : (k,) features in the model at each step.
    labelled : (m,) the features with a curve and a label of their own, largest end first.
    axis_label : str, what the positions are.
    value_label : str, what the curves are.
    ax_, figure_ : where `plot` drew; `count_ax_` is the upper axis.
    """

    feature_names: tuple[str, ...]
    x: str
    positions: Floats
    coefs: Floats
    n_nonzeros: Indices
    labelled: Indices
    axis_label: str
    value_label: str
    ax_: Axes = field(init=False, repr=False)
    count_ax_: SecondaryAxis = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_path(
        cls, path: Path, x: str = "budget", *, n_labels: int = 10, in_deviations: bool = False
    ) -> PathDisplay:
        """Take what is drawn from a path.

        Parameters
        ----------
        path : Path
        x : "budget" or "alpha", default "budget"
        n_labels : int >= 0, default 10
            How many features to label at most: those with the largest coefficients at the end.
        in_deviations : bool, default False
            Multiply each coefficient by the standard deviation of its feature, so that features
            in different units can be compared.

        Raises
        ------
        ValueError
            If x is neither, n_labels is negative, or the path has fewer than two steps or nothing
            enters along it.
        """
        if x not in AXES:
            raise ValueError(f"x must be 'budget' or 'alpha', got {x!r}.")
        n_labels, in_deviations = (
            read_count(n_labels, "n_labels", 0),
            read_flag(in_deviations, "in_deviations"),
        )
        path = drawable(path)
        positions = path.norms if x == "budget" else path.alphas
        if positions[0] == positions[-1]:
            raise ValueError(
                f"nothing enters along this path, its {x} stays {positions[0]:g}; give smaller alphas."
            )
        coefs = path.coefs * path.problem.instance.moments[1] if in_deviations else path.coefs
        size = np.abs(coefs[-1])
        order = np.argsort(-size, kind="stable")[:n_labels]
        return cls(
            feature_names=path.feature_names,
            x=x,
            positions=positions,
            coefs=coefs,
            n_nonzeros=path.n_nonzeros,
            labelled=order[size[order] > 0],
            axis_label=AXES[x].format(norm=path.problem.norm.title),
            value_label="coefficient times deviation of its feature" if in_deviations else "coefficient",
        )

    @classmethod
    def from_estimator(
        cls, estimator: Any, x: str = "budget", *, ax: Axes | None = None, **options: Any
    ) -> PathDisplay:
        """Draw the path of the problem that an estimator was fitted to; options as `from_path`."""
        return cls.from_path(problem_of(estimator).path(), x, **options).plot(ax)

    def plot(self, ax: Axes | None = None, *, title: str = "") -> PathDisplay:
        """Draw, entering from left to right; the upper axis counts the features in the model.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure.
        title : str, optional

        Returns
        -------
        PathDisplay
            This display, with `ax_`, `count_ax_` and `figure_`.
        """
        self.ax_ = ax = style.new_axes(ax, (1.2 * style.PANEL, style.PANEL))
        self.figure_ = style.figure_of(ax)
        style.plain_axes(ax)
        if title:
            ax.set_title(title, fontsize=style.TITLE)
        self._scale(ax)
        self._draw_curves(ax)
        self.count_ax_ = count_axis(ax, self.positions, self.n_nonzeros, self.x == "alpha")
        self._label_curves(ax)
        return self

    def _scale(self, ax: Axes) -> None:
        first, last = float(self.positions[0]), float(self.positions[-1])
        if self.x == "alpha":
            ax.set_xscale("log")
            ax.xaxis.set_major_locator(LogLocator(numticks=6))
            ax.xaxis.set_minor_locator(NullLocator())
        else:
            ax.xaxis.set_major_locator(MaxNLocator(5))
        ax.set_xlim(first, last)  # alphas fall, so the axis does too
        ax.margins(y=0.06)
        ax.set_xlabel(self.axis_label, fontsize=style.NORMAL)
        ax.set_ylabel(self.value_label, fontsize=style.NORMAL)
        ax.axhline(0, color=style.CONTACT, lw=0.9, zorder=1)

    def _draw_curves(self, ax: Axes) -> None:
        others = np.setdiff1d(np.flatnonzero(self.coefs.any(axis=0)), self.labelled)
        quiet = [np.column_stack([self.positions, self.coefs[:, feature]]) for feature in others]
        ax.add_collection(LineCollection(quiet, colors=style.QUIET, linewidths=0.7, alpha=0.6, zorder=2))
        for rank, feature in enumerate(self.labelled):
            color, dashes = self._look(rank)
            ax.plot(
                self.positions,
                self.coefs[:, feature],
                color=color,
                ls=dashes,
                lw=1.7,
                zorder=3,
                label=style.literal(self.feature_names[feature]),
            )
        ax.autoscale_view(scalex=False)

    @staticmethod
    def _look(rank: int) -> tuple[str, object]:
        return style.CURVES[rank % len(style.CURVES)], style.DASHES[rank % len(style.DASHES)]

    def _label_curves(self, ax: Axes) -> None:
        """Names at the right edge, moved apart, with leader lines to the ends of their curves."""
        if len(self.labelled) == 0:
            return
        low, high = ax.get_ylim()
        self.figure_.draw_without_rendering()
        points_high = ax.get_window_extent().height * 72 / self.figure_.dpi
        gap = 1.25 * style.SMALL * (high - low) / points_high
        ends = self.coefs[-1, self.labelled]
        places = spread(ends, gap, low, high)
        at_edge = blended_transform_factory(ax.transAxes, ax.transData)
        for rank, feature in enumerate(self.labelled):
            color, dashes = self._look(rank)
            leader = [[1.0, ends[rank]], [1.035, places[rank]], [1.06, places[rank]]]
            ax.plot(
                *np.array(leader).T,
                color=color,
                ls=dashes,
                lw=1.0,
                transform=at_edge,
                clip_on=False,
                gid="leader",
            )
            ax.text(
                1.07,
                places[rank],
                style.literal(self.feature_names[feature]),
                color=style.darker(color),
                fontsize=style.SMALL,
                va="center",
                transform=at_edge,
            )
