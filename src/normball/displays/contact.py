"""The picture that explains it all: ball, level set, and the place where they touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon

from ..solution import Solution
from ..typing import Floats
from . import style
from .labels import LabelPlacer
from .level_sets import LevelSet, Window, find_level_sets
from .plane import Plane, pick_features

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FAR = 2.0
"""A best fit further away than this many sizes of the ball is shown by an arrow at the edge."""
GROWN = (1 / 3, 2 / 3)
"""Sizes of the smaller balls that are drawn on the way to the contact, relative to it."""


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
    cone : two (2,) or None, edges of the ball's normal cone there; equal on smooth boundary.
    best_fit : (2,) or None, the loss's minimiser over the two coefficients.
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
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_solution(
        cls, solution: Solution, features: Sequence[int | str] | None = None, window: Window | None = None
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

        Raises
        ------
        ValueError
            If features are not two different features of the problem.
        """
        plane = Plane(solution, pick_features(solution, features))
        ball = plane.ball()
        window = window or _window(plane, ball)
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
        )

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
        self.ax_ = ax = style.new_axes(ax)
        self.figure_ = style.figure_of(ax)
        style.axes_through_zero(ax, self.feature_names, self.window, ticks)
        norm = self.solution.problem.norm
        title = norm.title if title is None else title
        if title:
            ax.set_title(title, fontsize=style.TITLE)
        self._draw_ball(ax, growing)
        self._draw_level_sets(ax)
        self._draw_normal(ax)
        self._draw_points(ax)
        self._write_labels(ax, {**self._texts(), **(labels or {})})
        return self

    # ---- pieces ---------------------------------------------------------------------
    @property
    def _size(self) -> float:
        return self.window[1] - self.window[0]

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
        if self.normal is None:
            return
        tip = self._arrow_tip()
        if self.cone is not None and not np.allclose(*self.cone, atol=1e-9):
            arc = self.contact_point + 0.26 * self._size * _arc(*self.cone)
            wedge = np.vstack([self.contact_point, arc])
            ax.add_patch(
                Polygon(
                    wedge, facecolor=style.NORMAL_CONE, alpha=0.16, edgecolor="none", zorder=2.2, gid="cone"
                )
            )
            edges = np.array([arc[0], self.contact_point, arc[-1]])
            ax.plot(*edges.T, color=style.NORMAL_CONE, lw=1.0, ls=(0, (2, 1.5)), zorder=2.5, gid="cone edge")
        arrow = {"arrowstyle": "-|>", "color": style.NORMAL_CONE, "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", tip, self.contact_point, arrowprops={**arrow, "mutation_scale": 13}, zorder=4)

    def _arrow_tip(self) -> Floats:
        assert self.normal is not None
        return np.asarray(self.contact_point + 0.19 * self._size * self.normal / np.linalg.norm(self.normal))

    def _draw_points(self, ax: Axes) -> None:
        ax.plot(*self.contact_point, "o", color=style.CONTACT, ms=7, zorder=6, gid="contact", clip_on=False)
        if self.best_fit is None:
            return
        if self._shows_best_fit():
            ax.plot(*self.best_fit, "x", color=style.LEVEL_SET, ms=7, mew=2.0, zorder=5, gid="best fit")
        else:
            tail, tip = self._edge_arrow()
            arrow = {"arrowstyle": "-|>", "color": style.LEVEL_SET, "lw": 1.4, "shrinkA": 0, "shrinkB": 0}
            ax.annotate("", tip, tail, arrowprops=arrow, zorder=5)

    def _shows_best_fit(self) -> bool:
        left, right, bottom, top = self.window
        return (
            self.best_fit is not None
            and left <= self.best_fit[0] <= right
            and bottom <= self.best_fit[1] <= top
        )

    def _edge_arrow(self) -> tuple[Floats, Floats]:
        """Tail and tip of the arrow at the edge that points from the contact to the best fit."""
        assert self.best_fit is not None
        way = self.best_fit - self.contact_point
        low, high = np.array(self.window[::2]), np.array(self.window[1::2])
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(way > 0, (high - self.contact_point) / way, (low - self.contact_point) / way)
        share = float(np.nanmin(np.where(way == 0, np.nan, shares)))
        tip = self.contact_point + share * way
        return tip - 0.1 * self._size * way / np.linalg.norm(way), tip

    # ---- words ----------------------------------------------------------------------
    def _texts(self) -> dict[str, str]:
        solution = self.solution
        radius = solution.level if solution.form == "budget" else solution.norm
        a, b = self.contact_point
        texts = {
            "ball": f"{solution.problem.norm.title} ≤ {radius:.3g}",
            "level_set": f"loss = {self.touching.level:.3g}",
            "contact": f"({a:.3g}, {b:.3g})",
            "normal": "−∇f",
            "cone": "normal cone",
            "best_fit": "best fit",
        }
        if self.best_fit is not None and not self._shows_best_fit():
            texts["best_fit"] = f"best fit at\n({self.best_fit[0]:.3g}, {self.best_fit[1]:.3g})"
        return texts

    def _write_labels(self, ax: Axes, texts: dict[str, str]) -> None:
        self.figure_.draw_without_rendering()
        placer = LabelPlacer(ax)
        placer.avoid(self.ball)
        inside = [_thinned(_within(line, self.window, 0.03), 40) for line in self.touching.lines]
        for line in self.touching.lines:
            placer.avoid(line)
        for level_set in self.level_sets:
            for line in level_set.lines:
                placer.avoid(line, weight=0.15)
        left, right, bottom, top = self.window
        placer.avoid(np.array([[left, 0], [right, 0]]), weight=0.5)
        placer.avoid(np.array([[0, bottom], [0, top]]), weight=0.5)
        placer.avoid(np.repeat(self.contact_point[None], 2, axis=0), weight=20)
        if self.normal is not None:
            placer.avoid(np.array([self.contact_point, self._arrow_tip()]), weight=2)
            if self.cone is not None and not np.allclose(*self.cone, atol=1e-9):
                arc = self.contact_point + 0.26 * self._size * _arc(*self.cone)
                placer.avoid(np.vstack([self.contact_point, arc, self.contact_point]))
        self._place(placer, texts, inside)

    def _place(self, placer: LabelPlacer, texts: dict[str, str], inside: list[Floats]) -> None:
        if texts["contact"]:
            placer.place(texts["contact"], [self.contact_point], distance=8, color=style.CONTACT, weight="bold")
        if self.normal is not None and texts["normal"]:
            along = [self._arrow_tip(), 0.4 * self.contact_point + 0.6 * self._arrow_tip()]
            placer.place(texts["normal"], along, color=style.NORMAL_CONE)
        if self.normal is not None and self.cone is not None and texts["cone"]:
            if not np.allclose(*self.cone, atol=1e-9):
                arc = self.contact_point + 0.26 * self._size * _arc(*self.cone)
                placer.place(texts["cone"], arc, color=style.NORMAL_CONE, fontsize=style.SMALL)
        if self.best_fit is not None and texts["best_fit"]:
            anchor = self.best_fit if self._shows_best_fit() else self._edge_arrow()[0]
            placer.place(texts["best_fit"], [anchor], distance=7, color=style.LEVEL_SET)
        points = np.concatenate([np.zeros((0, 2)), *inside])
        if len(points) and texts["level_set"]:
            placer.place(texts["level_set"], points, color=style.LEVEL_SET)
        if texts["ball"] and len(self.ball) > 1:
            # below the centre inside the ball first, then along its boundary
            outline = _within(self.ball, self.window, 0.0)
            centre = self.ball.mean(axis=0)
            candidates = np.vstack([0.5 * (centre + outline), outline])
            placer.place(texts["ball"], _thinned(candidates, 80), distance=4, color=style.BALL)


def _window(plane: Plane, ball: Floats) -> Window:
    """A square around the ball, the contact and its normal, and the best fit if that is not far."""
    points = np.vstack([ball, plane.contact])
    size = float(np.ptp(points, axis=0).max())
    if plane.best_fit is not None:
        away = np.maximum(points.min(axis=0) - plane.best_fit, plane.best_fit - points.max(axis=0)).max()
        if away <= FAR * size or size == 0:
            points = np.vstack([points, plane.best_fit])
    size = float(np.ptp(points, axis=0).max()) or float(np.abs(points).max()) or 1.0
    if plane.normal is not None:
        points = np.vstack([points, plane.contact + 0.26 * size * plane.normal / np.linalg.norm(plane.normal)])
    middle = 0.5 * (points.min(axis=0) + points.max(axis=0))
    half = 0.5 * max(float(np.ptp(points, axis=0).max()), size) * 1.24
    return (
        float(middle[0] - half),
        float(middle[0] + half),
        float(middle[1] - half),
        float(middle[1] + half),
    )


def _arc(first: Floats, second: Floats) -> Floats:
    """(25, 2) unit vectors from one direction to another, the short way round."""
    start = np.arctan2(first[1], first[0])
    turn = (np.arctan2(second[1], second[0]) - start + np.pi) % (2 * np.pi) - np.pi
    angles = start + turn * np.linspace(0, 1, 25)
    return np.column_stack([np.cos(angles), np.sin(angles)])


def _within(points: Floats, window: Window, margin: float) -> Floats:
    """The points (m, 2) inside the window, less a margin in shares of its size."""
    left, right, bottom, top = window
    pad = margin * (right - left)
    a, b = points.T
    return points[(a >= left + pad) & (a <= right - pad) & (b >= bottom + pad) & (b <= top - pad)]


def _thinned(points: Floats, n_points: int) -> Floats:
    """At most so many of the points, evenly picked."""
    return points[:: max(len(points) // n_points, 1)]
