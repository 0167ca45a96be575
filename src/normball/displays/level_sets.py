"""Level sets of the loss in the plane of two coefficients, as lines to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from contourpy import contour_generator

from ..typing import Floats
from .plane import Plane

Window = tuple[float, float, float, float]
"""(left, right, bottom, top) of a picture."""


@dataclass(frozen=True, eq=False)
class LevelSet:
    """All points of the plane with one value of the loss.

    Attributes
    ----------
    level : float, the loss there.
    lines : list of (m, 2), its pieces inside the picture; none if it misses the picture.
    """

    level: float
    lines: list[Floats]

    @property
    def points(self) -> Floats:
        """(m, 2) all pieces together."""
        return np.concatenate([np.zeros((0, 2)), *self.lines])


def find_level_sets(plane: Plane, window: Window) -> tuple[LevelSet, list[LevelSet]]:
    """The level set through the contact, and others around it in even steps."""
    if plane.direction_of_lines is not None and plane.normal is not None:
        return _straight(plane, window)
    grid = _Grid.over(plane, window)
    level = plane.solution.loss
    touching = LevelSet(level, _closely(plane, window, level))
    floor = float(grid.values.min()) if plane.best_fit is None else plane.loss_at(plane.best_fit)
    # the root of the loss above its minimum grows evenly with the distance from the best fit
    top = np.sqrt(max(float(np.nanmax(grid.finite)) - floor, 0.0))
    height = np.sqrt(max(level - floor, 0.0))
    step = max(height / max(round(height / (top / 7)), 1), top / 9) if top > 0 else 1.0
    others = [
        floor + (height + k * step) ** 2 for k in range(-7, 14) if k != 0 and height + k * step > 0.2 * step
    ]
    return touching, [LevelSet(value, lines) for value in others if (lines := grid.lines(value))]


def level_set_through(plane: Plane, window: Window, point: Floats) -> LevelSet:
    """The level set through any point (2,)."""
    level = plane.loss_at(point)
    return LevelSet(level, _Grid.over(plane, window).lines(level))


def within(points: Floats, window: Window, margin: float) -> Floats:
    """The points (m, 2) inside the window, less a margin in shares of its size."""
    left, right, bottom, top = window
    pad = margin * (right - left)
    a, b = points.T
    return points[(a >= left + pad) & (a <= right - pad) & (b >= bottom + pad) & (b <= top - pad)]


@dataclass(frozen=True, eq=False)
class _Grid:
    """The loss on a grid; values (m, k), rows are b."""

    a: Floats
    b: Floats
    values: Floats

    @classmethod
    def over(cls, plane: Plane, window: Window) -> _Grid:
        left, right, bottom, top = window
        n = plane.n_grid()
        a, b = np.linspace(left, right, n), np.linspace(bottom, top, n)
        return cls(a, b, plane.losses(a, b))

    @property
    def finite(self) -> Floats:
        return np.where(np.isfinite(self.values), self.values, np.nan)

    def lines(self, level: float) -> list[Floats]:
        masked = np.ma.masked_invalid(self.values)
        return [np.asarray(line) for line in contour_generator(self.a, self.b, masked).lines(level)]


def _closely(plane: Plane, window: Window, level: float) -> list[Floats]:
    """The level set on a grid of its own size, so that small ones are as round as large ones."""
    region = window
    if plane.normal is None:
        return []
    lines: list[Floats] = []
    for _ in range(4):
        lines = _Grid.over(plane, region).lines(level)
        known = [plane.contact[None], *lines]
        if not lines and plane.best_fit is not None:
            known.append(2 * plane.best_fit[None] - plane.contact[None])
        points = np.concatenate(known)
        size = float(np.ptp(points, axis=0).max())
        if size > 0.4 * (region[1] - region[0]) or size == 0:
            break
        (left, bottom), (right, top) = points.min(axis=0) - 0.2 * size, points.max(axis=0) + 0.2 * size
        region = (left, right, bottom, top)
    return lines


def _straight(plane: Plane, window: Window) -> tuple[LevelSet, list[LevelSet]]:
    """Parallel lines: the loss sees one combination of the two coefficients only."""
    along = plane.direction_of_lines
    assert along is not None  # asked by find_level_sets
    across = np.array([-along[1], along[0]])
    corners = np.array([[a, b] for a in window[:2] for b in window[2:]])
    reach = float(np.linalg.norm(corners.max(axis=0) - corners.min(axis=0)))
    size = window[1] - window[0]
    low, high = float((corners @ across).min()), float((corners @ across).max())
    here = float(plane.contact @ across)

    def line(offset: float) -> LevelSet:
        point = plane.contact + (offset - here) * across
        middle = point + along * float((corners.mean(axis=0) - point) @ along)
        ends = np.array([middle - reach * along, point, middle + reach * along])
        order = np.argsort(ends @ along)
        return LevelSet(plane.loss_at(point), [_clipped(ends[order], window)])

    offsets = here + 0.14 * size * np.arange(-12, 13)
    shown = [o for o in offsets if low + 0.02 * size < o < high - 0.02 * size and o != here]
    return line(here), [line(offset) for offset in shown]


def _clipped(line: Floats, window: Window) -> Floats:
    """A straight line (m, 2) cut at the window; inner points that lie within stay."""
    start, way = line[0], line[-1] - line[0]
    low, high = 0.0, 1.0
    for axis, (least, most) in enumerate((window[:2], window[2:])):
        if way[axis] != 0:
            bounds = sorted([(least - start[axis]) / way[axis], (most - start[axis]) / way[axis]])
            low, high = max(low, bounds[0]), min(high, bounds[1])
    shares = (line - start) @ way / (way @ way)
    kept = [share for share in shares if low < share < high]
    points = np.array([low, *kept, high])[:, None] * way + start
    # the contact must stay exact
    for position, share in enumerate(kept, start=1):
        points[position] = line[list(shares).index(share)]
    return np.asarray(points)
