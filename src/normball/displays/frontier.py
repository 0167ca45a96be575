"""The frontier between loss and norm: what a larger ball buys, and at what price."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from ..answers.frontier import frontier_of
from ..answers.path import Path
from ..answers.solution import Solution
from ..typing import Floats
from . import style
from .fitted import drawable, made_as, solution_of
from .labels import LabelPlacer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(eq=False)
class FrontierDisplay:
    """The least loss for every norm; made by `from_path`.

    Attributes
    ----------
    norms : (k,) R(w) along the path, increasing from 0.
    losses : (k,) the least loss f at each.
    solution : Solution or None, the point looked at.
    norm_title : str, name of the norm.
    loss_title : str, what the loss is measured as.
    tangent : (2, 2) or None, ends of the line through the point with slope -alpha.
    ax_, figure_ : where `plot` drew.
    """

    norms: Floats
    losses: Floats
    solution: Solution | None
    norm_title: str
    loss_title: str
    tangent: Floats | None
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_path(cls, path: Path, at: Solution | None = None) -> FrontierDisplay:
        """Take what is drawn from a path; where it is too coarse for a curve, points are added.

        Parameters
        ----------
        path : Path
        at : Solution, optional
            A point of the frontier, such as `path.at(budget=2.0)`: drawn with the three forms
            that lead to it and with the tangent whose slope is minus its price.

        Raises
        ------
        TypeError, ValueError
            If it is no path, or has fewer than two steps; if `at` is no solution.
        """
        if at is not None:
            made_as(at, Solution, "at", "path.at(budget=2.0)")
        curve = frontier_of(drawable(path))
        norms, losses = curve.norms, curve.losses
        if at is not None:  # the point belongs on the curve exactly
            place = int(np.searchsorted(norms, at.norm))
            norms, losses = np.insert(norms, place, at.norm), np.insert(losses, place, at.loss)
        return cls(
            norms=norms,
            losses=losses,
            solution=at,
            norm_title=path.problem.norm.title,
            loss_title=path.problem.loss.measured_as,
            tangent=None if at is None else _tangent(norms, losses, at),
        )

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Axes | None = None) -> FrontierDisplay:
        """Draw the frontier of the problem that an estimator was fitted to, with its solution on it."""
        solution = solution_of(estimator)
        return cls.from_path(solution.problem.path(), at=solution).plot(ax)

    def plot(self, ax: Axes | None = None, *, title: str = "") -> FrontierDisplay:
        """Draw.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure of one panel.
        title : str, optional

        Returns
        -------
        FrontierDisplay
            This display, with `ax_` and `figure_`.
        """
        self.ax_ = ax = style.new_axes(ax, (1.1 * style.PANEL, style.PANEL))
        self.figure_ = style.figure_of(ax)
        style.plain_axes(ax)
        if title:
            ax.set_title(title, fontsize=style.TITLE)
        low, high = self._limits()
        right = float(self.norms[-1])
        ax.set_xlim(0, right)
        ax.set_ylim(low, high)
        ax.xaxis.set_major_locator(MaxNLocator(5))
        ax.yaxis.set_major_locator(MaxNLocator(5))
        ax.set_xlabel(f"norm of the coefficients ({self.norm_title})", fontsize=style.NORMAL)
        ax.set_ylabel(f"loss: {self.loss_title}", fontsize=style.NORMAL)
        ax.fill_between(self.norms, self.losses, high, color=style.LEVEL_SET, alpha=0.08, lw=0, zorder=1)
        ax.plot(self.norms, self.losses, color=style.CONTACT, lw=2.2, zorder=4, gid="frontier")
        self._draw_point(ax)
        self._write_labels(ax)
        return self

    def _limits(self) -> tuple[float, float]:
        low, high = float(self.losses.min()), float(self.losses.max())
        room = (high - low) or abs(high) or 1.0
        return low - 0.14 * room, high + 0.05 * room

    def _draw_point(self, ax: Axes) -> None:
        if self.solution is None or self.tangent is None:
            return
        low = self._limits()[0]
        norm, loss = self.solution.norm, self.solution.loss
        ax.plot([norm, norm], [low, loss], color=style.BALL, lw=1.6, ls=(0, (5, 2)), zorder=3, gid="budget")
        ax.plot(
            [0, norm], [loss, loss], color=style.LEVEL_SET, lw=1.6, ls=(0, (1.5, 1.5)), zorder=3, gid="target"
        )
        ax.plot(
            *self.tangent.T,
            color=style.NORMAL_CONE,
            lw=1.8,
            ls=(0, (7, 2, 1.5, 2)),
            zorder=3.5,
            gid="tangent",
        )
        ax.plot(norm, loss, "o", color=style.CONTACT, ms=7, zorder=6, clip_on=False, gid="point")

    def _write_labels(self, ax: Axes) -> None:
        self.figure_.draw_without_rendering()
        placer = LabelPlacer(ax)
        curve = np.column_stack([self.norms, self.losses])
        placer.avoid(curve)
        low, high = self._limits()
        right = float(self.norms[-1])
        if self.solution is not None and self.tangent is not None:
            norm, loss = self.solution.norm, self.solution.loss
            placer.avoid(self.tangent)
            placer.avoid(np.array([[norm, low], [norm, loss], [0, loss]]))
            placer.avoid(np.array([[norm, loss], [norm, loss]]), weight=10)
            slope = f"slope {style.MINUS}alpha = {style.number(-self.solution.alpha)}"
            placer.place(slope, _along(self.tangent[1], self.tangent[0]), color=style.NORMAL_CONE)
            budget = np.array([[norm, low], [norm, loss]])
            placer.place(f"budget {style.number(norm)}", _along(*budget), color=style.BALL)
            target = np.array([[0.0, loss], [norm, loss]])
            placer.place(f"target {style.loss_of(self.solution, 4)}", _along(*target), color=style.LEVEL_SET)
        grid = np.array([[x, y] for y in np.linspace(0.85, 0.5, 5) for x in np.linspace(0.65, 0.4, 4)])
        upper = grid * [right, high - low] + [0, low]
        placer.place("attainable", upper, color=style.QUIET, fontsize=style.SMALL)
        below = np.array([[x, y] for y in (0.05, 0.1) for x in np.linspace(0.03, 0.5, 8)])
        lower = below * [right, high - low] + [0, low]
        beside = [(0.7, 0.7)]
        placer.place(
            "no weights reach here",
            lower,
            sides=beside,
            color=style.QUIET,
            fontsize=style.SMALL,
            is_optional=True,
        )


def _tangent(norms: Floats, losses: Floats, at: Solution) -> Floats:
    """(2, 2) ends of the tangent: half the width of the picture to both sides, as far as losses go."""
    low, high = float(losses.min()), float(losses.max())
    low -= 0.1 * (high - low)
    reach = 0.35 * float(norms[-1])
    if at.alpha > 0:
        reach = min(reach, (at.loss - low) / at.alpha)
    back = min(reach, at.norm, (high - at.loss) / at.alpha if at.alpha > 0 else at.norm)
    ends = np.array([at.norm - back, min(at.norm + reach, float(norms[-1]))])
    return np.column_stack([ends, at.loss - at.alpha * (ends - at.norm)])


def _along(start: Floats, end: Floats) -> Floats:
    """(9, 2) points from one end of a segment towards the other."""
    return np.asarray(start + (end - start) * np.linspace(0.05, 0.85, 9)[:, None])
