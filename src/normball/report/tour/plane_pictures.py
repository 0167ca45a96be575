"""Panels in the plane of two coefficients that several questions share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...displays import ContactDisplay
from ...displays.level_sets import Window, find_level_sets
from ...displays.plane import Plane
from ...displays.style import LEVEL_SET, NORMAL, axes_through_zero, figure_of, halo, literal, new_axes
from ...losses import Loss
from ...problem import Problem
from ...solution import Solution
from ...typing import Floats
from ..section import Picture, picture_from_figure
from .context import TourContext

SIZE = (3.7, 3.7)
ALIKE = 0.999
"""Features correlated more than this show straight level sets instead of ellipses."""


def strongest_pair(context: TourContext) -> tuple[int, int]:
    """The two features that pull hardest on the loss when nothing is in the model, and are not copies."""
    problem = context.problem
    pull = np.abs(problem.gradient(np.zeros(problem.n_features)))
    order = np.argsort(-pull, kind="stable")
    columns = problem.design.columns(order)  # standardised, so that products are correlations
    correlation = np.abs(columns[:, 1:].T @ columns[:, 0]) / problem.n_samples
    apart = np.flatnonzero(correlation < ALIKE)
    return int(order[0]), int(order[1 + (int(apart[0]) if len(apart) else 0)])


def pair_problem(
    context: TourContext, loss: str | Loss = "squared_error", y: Floats | None = None, norm: str = "l1"
) -> Problem:
    """The context's data with its two strongest features only."""
    pair = list(strongest_pair(context))
    instance = context.problem.instance
    return Problem(
        instance.design.columns(np.array(pair)),
        instance.y if y is None else y,
        loss=loss,
        norm=norm,
        feature_names=[context.feature_names[j] for j in pair],
    )


def level_set_picture(solution: Solution, window: Window, caption: str, description: str) -> Picture:
    """Level sets of the loss alone, without a ball; the best fit marked where there is one point."""
    plane = Plane(solution, (0, 1))
    touching, others = find_level_sets(plane, window)
    ax = new_axes(size=SIZE)
    axes_through_zero(
        ax, [literal(name) for name in plane.names], window, ticks=plane.direction_of_lines is None
    )
    for level_set in others:
        for line in level_set.lines:
            ax.plot(*line.T, color=LEVEL_SET, linewidth=0.9, alpha=0.6)
    for line in touching.lines:
        ax.plot(*line.T, color=LEVEL_SET, linewidth=2.2, linestyle="--")
    if plane.best_fit is not None and plane.direction_of_lines is None:
        ax.plot(*plane.best_fit, "x", color=LEVEL_SET, markersize=8, markeredgewidth=2)
    return picture_from_figure(figure_of(ax), caption, description)


def square_around(centre: Floats, half: float) -> Window:
    """Window of side 2 * half around a point."""
    return (centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half)


def contact_picture(
    solution: Solution,
    caption: str,
    description: str,
    *,
    window: Window | None = None,
    title: str | None = None,
    labels: Mapping[str, str] | None = None,
    ghosts: Mapping[str, Floats] | None = None,
    growing: bool = False,
    note: str = "",
) -> Picture:
    """Ball, level sets and contact of a solution with two features; a note in the far corner."""
    display = ContactDisplay.from_solution(solution, (0, 1), window=window, ghosts=ghosts)
    display.plot(new_axes(size=SIZE), title=title, labels=labels, growing=growing)
    display.ax_.text(
        0.98, 0.03, note, transform=display.ax_.transAxes, ha="right", fontsize=NORMAL, path_effects=halo()
    )
    return picture_from_figure(display.figure_, caption, description)
