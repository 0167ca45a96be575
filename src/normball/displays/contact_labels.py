"""The words in a picture of contact, beside what they name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..typing import Floats
from . import style
from .labels import LabelPlacer
from .level_sets import within

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .contact import ContactDisplay


def write_labels(display: ContactDisplay, ax: Axes, texts: Mapping[str, str]) -> None:
    """Label everything that the display has drawn; `texts` replaces the default words."""
    words = {**_words(display), **texts}
    display.figure_.draw_without_rendering()  # places depend on the final layout
    placer = LabelPlacer(ax)
    for axis in (ax.xaxis, ax.yaxis):
        placer.avoid_text(axis.label)
    _avoid_drawing(placer, display)
    _name_points(placer, display, words)
    _name_normal(placer, display, words)
    for ghost in display.ghosts:
        placer.place(ghost.label, ghost.point[None], distance=8, color="black")
    touching = _dense(display.touching.lines, display)
    if len(touching) and words["level_set"]:
        # far from the contact there is room
        away = np.linalg.norm(touching - display.contact_point, axis=1)
        anchors = _thinned(touching[np.argsort(-away, kind="stable")], 60)
        placer.place(words["level_set"], anchors, color=style.LEVEL_SET)
    if len(display.ball) > 1 and words["ball"]:
        placer.place(words["ball"], _ball_anchors(display), distance=3, color=style.BALL)


def _words(display: ContactDisplay) -> dict[str, str]:
    solution = display.solution
    radius = solution.level if solution.form == "budget" else solution.norm
    a, b = (style.number(value) for value in display.contact_point)
    slice_of = "" if len(solution.coef) == 2 else "slice of "
    words = {
        "ball": f"{slice_of}{solution.problem.norm.title} ≤ {style.number(radius)}",
        "level_set": f"loss = {style.loss_of(solution)}",
        "contact": f"({a}, {b})",
        "normal": style.name_of_normal(solution),
        "cone": "normal cone",
        "best_fit": "best fit",
    }
    if display.best_fit is not None and not display.shows_best_fit:
        a, b = (style.number(value) for value in display.best_fit)
        words["best_fit"] = f"best fit at\n({a}, {b})"
    return words


def _avoid_drawing(placer: LabelPlacer, display: ContactDisplay) -> None:
    left, right, bottom, top = display.window
    placer.avoid(display.ball)
    for line in display.touching.lines:
        placer.avoid(line)
    for level_set in display.level_sets:
        for line in level_set.lines:
            placer.avoid(line, weight=0.15)
    for ghost in display.ghosts:
        placer.avoid(np.vstack([ghost.point, ghost.point]), weight=20)
        for line in ghost.level_set.lines:
            placer.avoid(line)
    placer.avoid(np.array([[left, 0], [right, 0]]), weight=1.2)
    placer.avoid(np.array([[0, bottom], [0, top]]), weight=1.2)
    placer.avoid(np.vstack([display.contact_point, display.contact_point]), weight=20)
    if display.arrow_tip is not None:
        placer.avoid(np.array([display.contact_point, display.arrow_tip]), weight=2)
    if display.best_fit is not None:
        mark = (display.best_fit, display.best_fit) if display.shows_best_fit else display.edge_arrow
        placer.avoid(np.array(mark), weight=3)
    if display.wedge is not None:
        for share in (1.0, 0.75, 0.5):
            outline = display.contact_point + share * (display.wedge - display.contact_point)
            placer.avoid(outline, weight=0.7 if share == 1 else 0.4)


def _name_points(placer: LabelPlacer, display: ContactDisplay, words: Mapping[str, str]) -> None:
    if words["contact"]:
        placer.place(words["contact"], display.contact_point[None], distance=8, weight="bold")
    if display.best_fit is not None and words["best_fit"]:
        anchor = display.best_fit if display.shows_best_fit else display.edge_arrow[0]
        placer.place(words["best_fit"], anchor[None], distance=7, color=style.LEVEL_SET)


def _name_normal(placer: LabelPlacer, display: ContactDisplay, words: Mapping[str, str]) -> None:
    if display.arrow_tip is None:
        return
    if words["normal"]:
        along = np.array([display.arrow_tip, 0.4 * display.contact_point + 0.6 * display.arrow_tip])
        placer.place(words["normal"], along, distance=4, color=style.NORMAL_CONE)
    if display.wedge is not None and words["cone"]:
        arc = display.wedge[[-2, 1, -8, 7, 13]]
        placer.place(words["cone"], arc, color=style.NORMAL_CONE, fontsize=style.SMALL)


def _ball_anchors(display: ContactDisplay) -> Floats:
    """Inside the ball and low first, then along its boundary."""
    outline = within(display.ball, display.window, 0.0)
    if len(outline) == 0:
        return display.contact_point[None]
    centre = display.ball.mean(axis=0)
    inner = _thinned(centre + 0.5 * (outline - centre), 40)
    low_first = inner[np.argsort(inner[:, 1], kind="stable")]
    return np.vstack([low_first, _thinned(outline, 40)])


def _dense(lines: list[Floats], display: ContactDisplay) -> Floats:
    """(m, 2) points along lines that lie well within the window."""
    step = (display.window[1] - display.window[0]) / 60
    pieces = [np.zeros((0, 2))]
    for line in lines:
        for start, end in pairwise(line):
            n_steps = int(np.linalg.norm(end - start) / step) + 1
            pieces.append(start + (end - start) * np.linspace(0, 1, n_steps, endpoint=False)[:, None])
    return within(np.concatenate(pieces), display.window, 0.03)


def _thinned(points: Floats, n_points: int) -> Floats:
    """At most about so many of the points, evenly picked."""
    return points[:: max(len(points) // n_points, 1)]
