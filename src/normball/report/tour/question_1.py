"""Question 1: what is the diagonal line? A level set of the data fit."""

from __future__ import annotations

import numpy as np

from ...losses import Huber
from ...problem import Problem
from ...solution import Solution
from ...typing import Floats
from ..section import Block, Paragraph, Picture, Row, Section, Table, Takeaway
from .context import TourContext
from .plane_pictures import level_set_picture, pair_problem, square_around

TITLE = "What is the diagonal line?"
EQUATION = (1.0, 2.0, 2.0)
"""1 w1 + 2 w2 = 2, the line of the famous picture."""


def answer(context: TourContext) -> Section:
    """The first section."""
    a, b, goal = EQUATION
    line = Problem([[a, b]], [goal], norm="l2", fit_intercept=False, feature_names=("w₁", "w₂"))
    on_line = line.solve(target=0.0)
    points = np.array([[goal / a, 0.0], [0.0, goal / b], on_line.coef])
    losses = [line.loss_at(point) for point in points]
    pair = pair_problem(context)
    names = pair.feature_names
    best = pair.solve(alpha=0.0)
    blocks: list[Block] = [
        Paragraph(
            f"Take one equation, w₁ + {b:g} w₂ = {goal:g}, with two unknowns. It has not one answer but "
            "a whole *line* of them. Three of them, and by how much each misses the equation:"
        ),
        Table(
            ("w₁", "w₂", "loss"),
            tuple(
                (f"{w[0]:.3g}", f"{w[1]:.3g}", f"{abs(loss):.1g}")
                for w, loss in zip(points, losses, strict=True)
            ),
            "Points on the line fit equally well: perfectly, up to the computer's rounding.",
            (True, True, True),
        ),
        Paragraph(
            "So the data alone cannot choose among the points of the line. Something else must, and that is "
            "what the ball is for (question 2)."
        ),
        Paragraph(
            "With more rows than unknowns no weights fit perfectly. The loss then has one *best "
            "fit*, and the "
            "weights that are equally much worse than it form a closed curve around it: an ellipse for "
            "squared error, another rounded curve for another loss. Every curve below is computed from "
            f"{context.data_name}, with the features {names[0]!r} and {names[1]!r} and the target "
            f"{context.target_name!r}."
        ),
        Row(_panels(context, on_line)),
        Takeaway(
            "The diagonal, the ellipse and the other curves are one thing: all weights with the same loss."
        ),
    ]
    headline = (
        "It collects all weights that fit the data equally well: a level set of the loss. For one equation "
        "in two unknowns it is a line, for squared error on real data an ellipse."
    )
    summary = (
        f"All weights that fit equally well. For w1 + {b:g} w2 = {goal:g} a line; on {context.data_name} "
        f"({names[0]}, {names[1]}) ellipses around ({best.coef[0]:.3g}, {best.coef[1]:.3g})."
    )
    return Section(TITLE, headline, blocks, summary)


def _panels(context: TourContext, on_line: Solution) -> tuple[Picture, ...]:
    """The line, and the level sets of three losses on the same two features."""
    panels = [
        level_set_picture(
            on_line,
            (-1.0, 3.0, -1.5, 2.5),
            "One equation: a line. The fainter lines miss the equation by equal amounts.",
            "Parallel falling lines; one is emphasised.",
        )
    ]
    y = context.problem.instance.y
    spread = float(np.median(np.abs(y - np.median(y)))) or float(y.std())
    above, split = _two_classes(y)
    cases = (
        ("squared_error", None, "Squared error: ellipses around the best fit (cross)."),
        (
            Huber(0.5 * spread),
            None,
            "Huber loss, which counts far-off rows less: rounded curves, no longer exact ellipses.",
        ),
        ("logistic", above, f"Logistic loss, telling {context.target_name!r} {split} from the rest."),
    )
    for loss, response, caption in cases:
        problem = pair_problem(context, loss, response, norm="l2")
        solution = problem.solve(budget=0.6 * problem.solve(alpha=1e-4 * problem.alpha_max).norm)
        centre = problem.solve(alpha=1e-6 * problem.alpha_max).coef
        half = 1.5 * float(np.abs(centre).max())
        text = f"Closed curves around the point ({centre[0]:.3g}, {centre[1]:.3g})."
        panels.append(level_set_picture(solution, square_around(centre, half), caption, text))
    return tuple(panels)


def _two_classes(y: Floats) -> tuple[Floats, str]:
    """y (n,) split at its median into 0 and 1, both present, and how a sentence calls class 1."""
    median = float(np.median(y))
    if (y > median).any():
        return (y > median).astype(float), f"above its median ({median:.4g})"
    # most rows share the largest value, as in a column of mostly ones
    return (y >= median).astype(float), f"equal to its largest value ({median:.4g})"
