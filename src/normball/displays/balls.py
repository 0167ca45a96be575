"""A gallery of balls: what the regulariser's shape does is seen before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Polygon

from ..norms import L1, L2, ElasticNet, GroupL2, LInf, Lp, Norm, SortedL1, get_norm
from ..norms.boundary import boundary, surface
from ..parameters import read_count, read_positive
from ..typing import Floats, Indices
from . import style
from .space import View, axis_tips, draw_axes, draw_body, prepare

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GALLERY: dict[str, Norm] = {
    "p = 1/2: not convex": Lp(0.5),
    "L1: the diamond": L1(),
    "p = 4/3": Lp(4 / 3),
    "L2: the circle": L2(),
    "p = 4": Lp(4.0),
    "L∞: the square": LInf(),
    "elastic net": ElasticNet(0.5),
    "SLOPE: sorted L1": SortedL1(weights=np.array([1.0, 0.5])),
    "groups {1, 2} and {3}": GroupL2([[0, 1], [2]], weights=np.ones(2)),
}
"""What `plot_balls` shows: title -> norm."""


@dataclass(eq=False)
class BallDisplay:
    """The ball of a norm in the plane or in space; made by `from_norm`.

    Attributes
    ----------
    norm : Norm
    radius : float
    outline : (m, 2) closed boundary in the plane, or None.
    vertices, triangles : (k, 3) and (m, 3) boundary in space, or None.
    ax_, figure_ : where `plot` drew.
    """

    norm: Norm
    radius: float
    outline: Floats | None
    vertices: Floats | None
    triangles: Indices | None
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_norm(cls, norm: str | Norm, radius: float = 1.0, dimension: int | None = None) -> BallDisplay:
        """Compute the boundary of {R <= radius}.

        Parameters
        ----------
        norm : str or Norm
        radius : float > 0, default 1
        dimension : 2 or 3, optional
            Default: 2 if the norm's parameters fit two features, else 3.

        Raises
        ------
        ValueError
            If dimension is neither, the norm does not fit, or the radius is not > 0.
        """
        norm, radius = get_norm(norm), read_positive(radius, "radius")
        if dimension is None:
            dimension = 2 if _fits(norm, 2) else 3
        if dimension not in (2, 3):
            raise ValueError(f"dimension must be 2 or 3, got {dimension!r}.")
        if dimension == 2:
            return cls(norm, radius, boundary(norm, radius, 240), None, None)
        vertices, triangles = surface(norm, radius, 14)
        return cls(norm, radius, None, vertices, triangles)

    @property
    def dimension(self) -> int:
        """2 or 3."""
        return 3 if self.outline is None else 2

    def plot(
        self, ax: Axes | None = None, *, title: str | None = None, names: Sequence[str] | None = None
    ) -> BallDisplay:
        """Draw.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure of one panel. In space it must be a 3-D one.
        title : str, optional
            Default: the name of the norm; "" for none.
        names : two or three str, optional
            Names of the axes; default w₁, w₂, w₃.

        Returns
        -------
        BallDisplay
            This display, with `ax_` and `figure_`.

        Raises
        ------
        ValueError
            If ax is flat for a ball in space.
        """
        self.ax_ = ax = style.new_axes(ax, three_d=self.dimension == 3)
        self.figure_ = style.figure_of(ax)
        names = ("w₁", "w₂", "w₃")[: self.dimension] if names is None else names
        title = self.norm.title if title is None else title
        if title:
            ax.set_title(title, fontsize=style.TITLE)
        if self.outline is not None:
            half = 1.3 * float(np.abs(self.outline).max())
            style.axes_through_zero(ax, names, (-half, half, -half, half), ticks=False)
            ax.add_patch(Polygon(self.outline, facecolor=style.BALL, alpha=0.16, edgecolor="none", zorder=1))
            ax.plot(*self.outline.T, color=style.BALL, lw=2.0, solid_joinstyle="miter", zorder=3, gid="ball")
        elif self.vertices is not None and self.triangles is not None:
            style.require_space(ax)
            reaches = np.abs(self.vertices).max(axis=0)
            view = View()
            prepare(ax, view, np.vstack([self.vertices, 1.1 * axis_tips(reaches)]))
            draw_body(ax, self.vertices, self.triangles, view, style.BALL, self.norm.is_polyhedral)
            draw_axes(ax, names, reaches, view)
        return self


def _fits(norm: Norm, n_features: int) -> bool:
    try:
        norm.check(n_features)
    except ValueError:
        return False
    return True


def plot_balls(norms: Mapping[str, Norm | str] | None = None, n_columns: int = 3) -> list[BallDisplay]:
    """Small multiples of balls of radius 1.

    Parameters
    ----------
    norms : dict of title -> norm, optional
        Default: `GALLERY`. What does not fit two features is drawn in space.
    n_columns : int >= 1, default 3

    Returns
    -------
    list of BallDisplay
        Drawn in one figure.

    Raises
    ------
    ValueError
        If norms is empty or n_columns is below 1.
    """
    chosen = dict(GALLERY if norms is None else norms)
    if not chosen:
        raise ValueError("norms must name at least one norm, got none.")
    n_columns = min(read_count(n_columns, "n_columns"), len(chosen))
    n_rows = -(-len(chosen) // n_columns)
    size = 0.62 * style.PANEL
    figure = plt.figure(figsize=(size * n_columns, (size + 0.25) * n_rows), layout="constrained")
    displays = []
    for position, (title, norm) in enumerate(chosen.items(), start=1):
        display = BallDisplay.from_norm(norm)
        if display.dimension == 3:
            ax = figure.add_subplot(n_rows, n_columns, position, projection="3d")
        else:
            ax = figure.add_subplot(n_rows, n_columns, position)
        displays.append(display.plot(ax, title=title))
    return displays
