"""Question 5: my line cuts the square's side. Is there a strictly cheaper point?"""

from __future__ import annotations

import numpy as np

from ...cheaper import Cheaper
from ...displays.level_sets import Window
from ...problem import Problem
from ...typing import Floats
from ..section import Block, Paragraph, Row, Section, Table, Takeaway
from .context import TourContext
from .plane_pictures import contact_picture, pair_problem

TITLE = "My curve cuts the square's side. Is there a strictly cheaper point?"


def answer(context: TourContext) -> Section:
    """The fifth section."""
    problem = pair_problem(context)
    names = problem.feature_names
    point = _point_on_a_side(problem)
    by_loss, by_norm = problem.cheaper(point), problem.cheaper(point, keep="loss")
    everything = context.problem
    dense = everything.with_norm("l2").solve(alpha=0.3 * everything.with_norm("l2").alpha_max).coef
    full_loss, full_norm = everything.cheaper(dense), everything.cheaper(dense, keep="loss")
    proof = everything.cheaper(full_loss.coef, full_loss.intercept)
    better = by_loss.solution
    window = _window(by_loss.norm_before, problem.solve(alpha=0.0).coef)
    pictures = (
        contact_picture(
            better,
            "Same norm, less loss: the level curve through your point (your point marked) cuts into the "
            "square, so part of the square lies on its better side. The best of that part is the touch.",
            f"A diamond with a point on its side at ({point[0]:.3g}, {point[1]:.3g}) and the "
            f"touching point at "
            f"({better.coef[0]:.3g}, {better.coef[1]:.3g}).",
            ghosts={"your point": point},
            window=window,
            title="same norm, less loss",
            labels={"normal": "", "cone": "", "level_set": "", "contact": "cheaper"},
        ),
        contact_picture(
            by_norm.solution,
            "Same loss, smaller norm: shrink the square until it only touches the curve through your point.",
            f"A smaller diamond that touches the curve at ({by_norm.coef[0]:.3g}, {by_norm.coef[1]:.3g}).",
            ghosts={"your point": point},
            window=window,
            title="same loss, smaller norm",
            labels={"normal": "", "cone": "", "level_set": "", "contact": "cheaper"},
        ),
    )
    blocks: list[Block] = [
        Paragraph(
            "Where a curve *cuts* the side, it enters the square. On one side of the curve the loss "
            "is lower, "
            "and some of the square lies there. So you can move into it and gain: either a lower loss for "
            "the same norm, or the same loss for a smaller norm. Only where the curve merely *touches* is "
            "nothing left to gain."
        ),
        Row(pictures),
        Table(
            ("", *names, "norm", "loss"),
            (
                _line("your point", point, by_loss.norm_before, by_loss.loss_before),
                _line("same norm, less loss", by_loss.coef, by_loss.norm_after, by_loss.loss_after),
                _line("same loss, smaller norm", by_norm.coef, by_norm.norm_after, by_norm.loss_after),
            ),
            f"Computed on {context.data_name} with the features {names[0]!r} and {names[1]!r}.",
            (False, True, True, True, True),
        ),
        Paragraph(
            f"With all {everything.n_features} features the same holds. Take the L2 answer, which "
            f"is the best of "
            "its round ball, and ask what it costs in the L1 square: "
            + _lower(full_loss)
            + " Or: "
            + _lower(full_norm)
        ),
        Paragraph(
            "And how do we know when to stop? A second point, from the *dual* side, proves that no "
            "weights of "
            "that norm can have a lower loss. Asked about the improved answer, the computer says: "
            + proof.sentence
        ),
        Takeaway("A cut can be improved, a touch cannot; and for a touch there is a proof."),
    ]
    saved = 100 * by_norm.saved / by_norm.norm_before
    headline = (
        f"Yes. Where the curve cuts, part of the square fits better. For the point below the same norm buys "
        f"{100 * by_loss.saved / by_loss.loss_before:.2g} % less loss, or the same loss costs "
        f"{saved:.2g} % less norm."
    )
    summary = f"{by_loss.sentence} With all features: {full_norm.sentence}"
    return Section(TITLE, headline, blocks, summary)


def _window(radius: float, best: Floats) -> Window:
    """A square that shows a little of the ball's far side and all around the best fit."""
    side = np.where(best < 0, -1.0, 1.0)
    far = 1.1 * np.maximum(np.abs(best) * 1.75, radius)
    size = float(far.max()) + 0.35 * radius
    low = np.where(side > 0, -0.35 * radius, 0.35 * radius - size)
    return (low[0], low[0] + size, low[1], low[1] + size)


def _point_on_a_side(problem: Problem) -> Floats:
    """A point in the middle of the side that faces the best fit, on a ball that the fit overflows."""
    free = problem.solve(alpha=0.0)
    side = np.where(free.coef < 0, -1.0, 1.0)
    radius = 0.75 * free.norm
    for share in (0.5, 0.25, 0.75):  # one of them is away from the touch
        point = radius * side * np.array([share, 1 - share])
        if not problem.cheaper(point).is_optimal:
            gain = problem.loss_at(point) - problem.solve(budget=radius).loss
            if gain > 1e-3 * problem.instance.null_loss:
                return point
    return radius * side * np.array([0.9, 0.1])


def _line(label: str, w: Floats, norm: float, loss: float) -> tuple[str, ...]:
    return (label, *(f"{value:.4g}" for value in w), f"{norm:.5g}", f"{loss:,.6g}")


def _lower(cheaper: Cheaper) -> str:
    """The sentence without its opening word."""
    return cheaper.sentence.removeprefix("Yes: ")
