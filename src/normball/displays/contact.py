"""The picture that explains it all: ball, level set, and the place where they touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon

from ..answers.solution import Solution
from ..inputs.tables import read_vector
from ..parameters import read_flag
from ..typing import ArrayLike, Floats
from . import style
from .contact_labels import write_labels
from .features import pick_features
from .fitted import made_as, solution_of
from .level_sets import LevelSet, Window, find_level_sets, level_set_through, within
from .plane import Plane, has_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FAR = 1.2
"""A best fit further away than this many sizes of the ball is shown by an arrow at the edge."""
CONE_SIZE, ARROW_SIZE = 0.22, 0.2
"""Length of the normal cone and of the arrow in it, in shares of the window."""
GROWN = (1 / 3, 2 / 3)
"""Sizes of the smaller balls that are drawn on the way to the contact, relative to it."""


@dataclass(frozen=True, eq=False)
class Ghost:
    """Another point of the plane, and the level set through it."""

    label: str
    point: Floats
    level_set: LevelSet


@dataclass(eq=False)
class ContactDisplay:
    """Two coefficients of a solution: the ball, the level sets and their contact.

    All other coefficients are held at the solution, so that for p > 2 one sees the slice
    of the ball and of the level sets. Made by `from_solution`; `plot` draws.

    Attributes
    ----------
    solution : Solution
    feature_names : (str, str), the names of the two axes.
    window : (left, right, bottom, top), limits of the picture; a square.
    ball : (m, 2), closed outline of the ball's slice.
    grown : list of (m, 2), outlines of smaller balls with the same centre.
    touching : LevelSet, the level set through the contact.
    level_sets : list of LevelSet, others, for orientation.
    contact_point : (2,), the solution.
    normal : (2,) or None, direction of -grad f in the plane.
    cone : two (2,) or None, edges of the ball's normal cone there; equal on smooth boundary,
        opposite where the slice is but a line.
    best_fit : (2,) or None, the loss's minimiser over the two coefficients.
    ghosts : other points to compare with, with the level sets through them.
    ax_, figure_ : where `plot` drew.
    """

    solution: Solution
    feature_names: tuple[str, str]
    window: Window
    ball: Floats
    grown: list[Floats]
    touching: LevelSet
    level_sets: list[LevelSet]
    contact_point: Floats
    normal: Floats | None
    cone: tuple[Floats, Floats] | None
    best_fit: Floats | None
    ghosts: Sequence[Ghost] = ()
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_solution(
        cls,
        solution: Solution,
        features: Sequence[int | str] | None = None,
        window: Window | None = None,
        ghosts: Mapping[str, ArrayLike] | None = None,
    ) -> ContactDisplay:
        """Compute the picture of a solution.

        Parameters
        ----------
        solution : Solution
        features : two names or positions, optional
            Default: the largest coefficient (in deviations of its feature) and the zero that
            is nearest to entering.
        window : (left, right, bottom, top), optional
            Default: a square around ball, contact and, if not far, the best fit.
        ghosts : dict of label -> (a, b), optional
            Other values of the two coefficients to show with the level sets through them.

        Raises
        ------
        ValueError
            If features are not two different features of the problem, a ghost is not two numbers,
            or the window has no width or height.
        """
        made_as(solution, Solution, "solution", "problem.solve(alpha=0.1)")
        plane = Plane(solution, pick_features(solution, features))
        ball = plane.ball()
        points = {label: read_vector(point, f"ghost {label!r}", 2) for label, point in (ghosts or {}).items()}
        window = _window(plane, ball, list(points.values())) if window is None else _read_window(window)
        touching, others = find_level_sets(plane, window)
        return cls(
            solution=solution,
            feature_names=plane.names,
            window=window,
            ball=ball,
            grown=[plane.ball(share * plane.radius) for share in GROWN] if plane.is_whole else [],
            touching=touching,
            level_sets=others,
            contact_point=plane.contact,
            normal=plane.normal,
            cone=plane.cone if plane.normal is not None else None,
            best_fit=plane.best_fit,
            ghosts=[Ghost(label, p, level_set_through(plane, window, p)) for label, p in points.items()],
        )

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        features: Sequence[int | str] | None = None,
        *,
        ax: Axes | None = None,
        **options: Any,
    ) -> ContactDisplay:
        """Draw the contact of a fitted estimator, on columns as it scaled them; options: `from_solution`."""
        return cls.from_solution(solution_of(estimator), features, **options).plot(ax)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        growing: bool = False,
        ticks: bool = True,
        title: str | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> ContactDisplay:
        """Draw.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure of one panel.
        growing : bool, default False
            Show smaller balls on the way to the contact (two features only).
        ticks : bool, default True
            Numbers on the axes; without, the names stand at the ends of the axes.
        title : str, optional
            Default: the name of the norm; "" for none.
        labels : dict, optional
            Other texts for "ball", "level_set", "contact", "normal", "cone", "best_fit";
            "" leaves one out.

        Returns
        -------
        ContactDisplay
            This display, with `ax_` and `figure_`.
        """
        read_flag(growing, "growing")
        read_flag(ticks, "ticks")
        self.ax_ = ax = style.new_axes(ax)
        self.figure_ = style.figure_of(ax)
        names = [style.literal(name) for name in self.feature_names]
        style.axes_through_zero(ax, names, self.window, ticks)
        norm = self.solution.problem.norm
        title = norm.title if title is None else title
        if title:
            ax.set_title(title, fontsize=style.TITLE)
        self._draw_ball(ax, growing)
        self._draw_level_sets(ax)
        self._draw_normal(ax)
        self._draw_points(ax)
        write_labels(self, ax, labels or {})
        return self

    # ---- pieces ---------------------------------------------------------------------
    @property
    def _size(self) -> float:
        return self.window[1] - self.window[0]

    @property
    def wedge(self) -> Floats | None:
        """(m, 2) outline of the normal cone as drawn, from the contact and back; None where it is a ray."""
        if self.cone is None or not has_width(self.cone):
            return None
        arc = self.contact_point + CONE_SIZE * self._size * _arc(*self.cone)
        return np.vstack([self.contact_point, arc, self.contact_point])

    @property
    def arrow_tip(self) -> Floats | None:
        """(2,) where the arrow along -grad f ends."""
        if self.normal is None:
            return None
        length = float(np.linalg.norm(self.normal))
        return np.asarray(self.contact_point + ARROW_SIZE * self._size * self.normal / length)

    @property
    def shows_best_fit(self) -> bool:
        """Whether the best fit lies in the window; if not, an arrow at the edge points to it."""
        return self.best_fit is not None and len(within(self.best_fit[None], self.window, 0.0)) == 1

    @property
    def edge_arrow(self) -> tuple[Floats, Floats]:
        """Tail and tip of the arrow at the edge that points from the contact to the best fit."""
        assert self.best_fit is not None  # asked only where there is one
        way = self.best_fit - self.contact_point
        low, high = np.array(self.window[::2]), np.array(self.window[1::2])
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(way > 0, (high - self.contact_point) / way, (low - self.contact_point) / way)
        tip = self.contact_point + float(np.nanmin(np.where(way == 0, np.nan, shares))) * way
        return tip - 0.1 * self._size * way / np.linalg.norm(way), tip

    def _draw_ball(self, ax: Axes, growing: bool) -> None:
        ax.add_patch(
            Polygon(self.ball, closed=True, facecolor=style.BALL, alpha=0.16, edgecolor="none", zorder=1)
        )
        ax.plot(*self.ball.T, color=style.BALL, lw=2.0, solid_joinstyle="miter", zorder=3, gid="ball")
        for outline in self.grown if growing else []:
            ax.plot(*outline.T, color=style.BALL, lw=0.9, ls=(0, (4, 2)), zorder=2, gid="grown")

    def _draw_level_sets(self, ax: Axes) -> None:
        lines = [line for level_set in self.level_sets for line in level_set.lines]
        faint = LineCollection(lines, colors=style.LEVEL_SET, linewidths=0.7, alpha=0.45, zorder=1.8)
        ax.add_collection(faint, autolim=False)
        for line in self.touching.lines:
            ax.plot(*line.T, color=style.LEVEL_SET, lw=2.0, zorder=3.2, gid="touching")

    def _draw_normal(self, ax: Axes) -> None:
        if self.arrow_tip is None:
            return
        wedge = self.wedge
        if wedge is not None:
            ax.add_patch(
                Polygon(
                    wedge, facecolor=style.NORMAL_CONE, alpha=0.16, edgecolor="none", zorder=2.2, gid="cone"
                )
            )
            edges = wedge[[1, 0, -2]]
            ax.plot(*edges.T, color=style.NORMAL_CONE, lw=1.0, ls=(0, (2, 1.5)), zorder=2.5, gid="cone edge")
        style.arrow(ax, self.contact_point, self.arrow_tip, style.NORMAL_CONE, 1.8)

    def _draw_points(self, ax: Axes) -> None:
        for ghost in self.ghosts:
            for line in ghost.level_set.lines:
                ax.plot(*line.T, color=style.GHOST, lw=1.6, ls=(0, (5, 2)), zorder=3.1, gid="ghost")
            ax.plot(*ghost.point, "D", color=style.GHOST, mec="black", ms=7, zorder=5.5, gid="ghost point")
        ax.plot(*self.contact_point, "o", color=style.CONTACT, ms=7, zorder=6, gid="contact", clip_on=False)
        if self.shows_best_fit and self.best_fit is not None:
            ax.plot(*self.best_fit, "x", color=style.LEVEL_SET, ms=7, mew=2.0, zorder=5, gid="best fit")
        elif self.best_fit is not None:
            style.arrow(ax, *self.edge_arrow, style.LEVEL_SET, 1.4)


def _read_window(window: Any) -> Window:
    """Four numbers, of which the first and the third are the smaller ones of their pairs."""
    left, right, bottom, top = read_vector(window, "window", 4, "side").tolist()
    if not (left < right and bottom < top):
        raise ValueError(
            f"window must be (left, right, bottom, top), left < right and bottom < top, got {window!r}."
        )
    return left, right, bottom, top


def _window(plane: Plane, ball: Floats, others: Sequence[Floats]) -> Window:
    """A square around the ball, the contact with its normal cone, and the best fit if that is not far."""
    points = np.vstack([ball, plane.contact, *others])
    size = float(np.ptp(points, axis=0).max())
    if plane.best_fit is not None:
        away = np.maximum(points.min(axis=0) - plane.best_fit, plane.best_fit - points.max(axis=0)).max()
        if away <= FAR * size or size == 0:
            points = np.vstack([points, plane.best_fit])
    half = 0.5 * (float(np.ptp(points, axis=0).max()) or float(np.abs(points).max()) or 1.0)
    rays = np.zeros((0, 2))
    if plane.normal is not None:
        rays = ARROW_SIZE * plane.normal[None] / np.linalg.norm(plane.normal)
        if plane.cone is not None and has_width(plane.cone):
            rays = np.vstack([rays, CONE_SIZE * _arc(*plane.cone)])
    for _ in range(8):  # the cone is drawn in proportion to the window that it must fit in
        known = np.vstack([points, plane.contact + 2 * half * rays])
        middle = 0.5 * (known.min(axis=0) + known.max(axis=0))
        half = max(half, 0.5 * float(np.ptp(known, axis=0).max()) * 1.1)
    across, up = float(middle[0]), float(middle[1])
    return across - half, across + half, up - half, up + half


def _arc(first: Floats, second: Floats) -> Floats:
    """(25, 2) unit vectors from one direction to another, the short way round."""
    start = np.arctan2(first[1], first[0])
    turn = (np.arctan2(second[1], second[0]) - start + np.pi) % (2 * np.pi) - np.pi
    angles = start + turn * np.linspace(0, 1, 25)
    return np.column_stack([np.cos(angles), np.sin(angles)])
