"""Direct labels: names beside what they name, kept off the curves and off each other.

Greedy: labels are placed one after the other, each at the candidate place that covers
the least of what is drawn already (curves, as points; earlier labels, as boxes).
Distances are in points of the printed page, where readability is decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ..typing import Floats
from .style import NORMAL, halo

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation, Text

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
        self._boxes = np.zeros((0, 4))

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

    def avoid_text(self, text: Text) -> None:
        """Keep labels off a text that is there already."""
        box = text.get_window_extent()
        self._boxes = np.vstack([self._boxes, [box.x0, box.y0, box.x1, box.y1]])

    def place(
        self,
        text: str,
        anchors: Floats,
        *,
        sides: Sequence[tuple[float, float]] = _SIDES,
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
        size = np.array(label.get_window_extent().size)
        ways = np.array(sides, dtype=np.float64)
        shift = np.sign(np.where(np.abs(ways) > 0.3, ways, 0.0))  # where the box lies as seen from its anchor
        middles = distance * self._scale * ways + 0.5 * shift * size
        centres = self._ax.transData.transform(anchors)[:, None] + middles
        boxes = np.concatenate([centres - 0.5 * size, centres + 0.5 * size], axis=2).reshape(-1, 4)
        ranks = np.repeat(np.arange(len(anchors)) / len(anchors), len(ways))
        costs = self._costs(boxes) + 3.0 * ranks
        best = int(costs.argmin())
        if is_optional and costs[best] > CROWDED:
            label.remove()
            return None
        anchor, side = anchors[best // len(ways)], best % len(ways)
        label.xy = (float(anchor[0]), float(anchor[1]))
        label.set_position((distance * ways[side, 0], distance * ways[side, 1]))
        label.set_horizontalalignment(("right", "center", "left")[int(shift[side, 0]) + 1])
        label.set_verticalalignment(("top", "center", "bottom")[int(shift[side, 1]) + 1])
        self._boxes = np.vstack([self._boxes, boxes[best]])
        return label

    def _costs(self, boxes: Floats) -> Floats:
        """(k,) what each box (left, bottom, right, top) would cover."""
        pad = 2.0 * self._scale * np.array([-1, -1, 1, 1])
        wide = boxes + pad
        x, y = self._obstacles[:, 0], self._obstacles[:, 1]
        inside = (x > wide[:, :1]) & (x < wide[:, 2:3]) & (y > wide[:, 1:2]) & (y < wide[:, 3:])
        costs = inside @ self._weights
        for other in self._boxes:
            shared = np.minimum(wide[:, 2:], other[2:]) - np.maximum(wide[:, :2], other[:2])
            area = np.where((shared > 0).all(axis=1), shared.prod(axis=1), -1.0)
            costs += np.where(area >= 0, 30.0 + area, 0.0)
        frame = self._ax.get_window_extent()
        sticking_out = np.maximum(
            np.array([frame.x0, frame.y0]) - boxes[:, :2], boxes[:, 2:] - np.array([frame.x1, frame.y1])
        )
        return np.asarray(costs + 20.0 * np.maximum(sticking_out.max(axis=1), 0.0) / self._scale)


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
