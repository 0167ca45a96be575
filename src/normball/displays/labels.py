"""Direct labels: names beside what they name, kept off the curves and off each other.

Greedy: labels are placed one after the other, each at the candidate place that covers
the least of what is drawn already (curves, as points; earlier labels, as boxes).
Distances are in points of the printed page, where readability is decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.transforms import Bbox

from ..typing import Floats
from .style import NORMAL, halo

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

SPACING = 3.0
"""Distance in points between neighbouring points of a curve when it is an obstacle."""
CROWDED = 6.0
"""Cost of a place that an optional label does without."""
_SIDES = [(1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7), (0, -1), (0.7, -0.7)]


class LabelPlacer:
    """Places labels on axes whose limits and layout are final.

    Parameters
    ----------
    ax : Axes
    """

    def __init__(self, ax: Axes) -> None:
        self._ax = ax
        self._scale = ax.get_figure(root=True).dpi / 72  # type: ignore[union-attr]
        self._obstacles = np.zeros((0, 2))
        self._weights = np.zeros(0)
        self._boxes: list[Bbox] = []

    def avoid(self, points: Floats, weight: float = 1.0) -> None:
        """Keep labels off a curve (m, 2), given in data coordinates."""
        placed = self._ax.transData.transform(points)
        pieces = [placed[:1]]
        for start, end in pairwise(placed):
            steps = int(min(np.hypot(*(end - start)) / (SPACING * self._scale) + 1, 400))
            pieces.append(start + (end - start) * np.linspace(0, 1, steps + 1)[1:, None])
        dense = np.concatenate(pieces)
        self._obstacles = np.concatenate([self._obstacles, dense])
        self._weights = np.concatenate([self._weights, np.full(len(dense), weight)])

    def place(
        self,
        text: str,
        anchors: Floats,
        *,
        sides: Iterable[tuple[float, float]] = _SIDES,
        distance: float = 5.0,
        color: str = "black",
        fontsize: float = NORMAL,
        is_optional: bool = False,
        **keywords: Any,
    ) -> Annotation | None:
        """Write text beside one of the anchors (k, 2) in data coordinates, the earlier the better.

        An optional label is left out (None) where there is no free place for it.
        """
        label = self._ax.annotate(
            text,
            (0, 0),
            xytext=(0, 0),
            textcoords="offset points",
            color=color,
            fontsize=fontsize,
            path_effects=halo(),
            zorder=9,
            annotation_clip=False,
            **keywords,
        )
        best: tuple[float, Any, Any] | None = None
        for rank, anchor in enumerate(anchors):
            for side in sides:
                self._move(label, anchor, side, distance)
                box = label.get_window_extent()
                cost = self._cost(box) + 3.0 * rank / len(anchors)
                if best is None or cost < best[0]:
                    best = (cost, anchor, side)
        assert best is not None  # there is at least one anchor
        if is_optional and best[0] > CROWDED:
            label.remove()
            return None
        self._move(label, best[1], best[2], distance)
        self._boxes.append(label.get_window_extent())
        return label

    @staticmethod
    def _move(label: Annotation, anchor: Floats, side: tuple[float, float], distance: float) -> None:
        label.xy = (float(anchor[0]), float(anchor[1]))
        label.set_position((side[0] * distance, side[1] * distance))
        label.set_horizontalalignment("left" if side[0] > 0.3 else "right" if side[0] < -0.3 else "center")
        label.set_verticalalignment("bottom" if side[1] > 0.3 else "top" if side[1] < -0.3 else "center")

    def _cost(self, box: Bbox) -> float:
        pad = 2.0 * self._scale
        x, y = self._obstacles[:, 0], self._obstacles[:, 1]
        inside = (x > box.x0 - pad) & (x < box.x1 + pad) & (y > box.y0 - pad) & (y < box.y1 + pad)
        cost = float(self._weights[inside].sum())
        for other in self._boxes:
            shared = Bbox.intersection(box.padded(pad), other)
            if shared is not None:
                cost += 30.0 + shared.width * shared.height
        frame = self._ax.get_window_extent()
        sticking_out = max(frame.x0 - box.x0, box.x1 - frame.x1, frame.y0 - box.y0, box.y1 - frame.y1, 0.0)
        return cost + 20.0 * sticking_out / self._scale


def spread(positions: Floats, gap: float, low: float, high: float) -> Floats:
    """Nearest positions (k,) in the same order that keep a distance, within [low, high] if there is room."""
    order = np.argsort(positions, kind="stable")
    steps = gap * np.arange(len(positions))
    # with the steps taken off, "at least a gap apart" means "not decreasing"
    from scipy.optimize import isotonic_regression

    level = isotonic_regression(positions[order] - steps).x
    room = max(high - low - gap * (len(positions) - 1), 0.0)
    result = np.empty(len(positions))
    result[order] = np.clip(level, low, low + room) + steps
    return result
