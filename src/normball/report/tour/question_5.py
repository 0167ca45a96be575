"""Question 5: my line cuts the square's side. Is there a strictly cheaper point?"""

from __future__ import annotations

import numpy as np

from ...cheaper import Cheaper
from ...displays.level_sets import Window
from ...problem import Problem
from ...typing import Floats
from ..section import Block, Paragraph, Picture, Row, Section, Table, Takeaway
from .context import TourContext
from .plane_pictures import contact_picture, pair_problem, strongest_pair

TITLE = "My curve cuts the square's side. Is there a strictly cheaper point?"
LABELS = {"normal": "", "cone": "", "level_set": "", "contact": "cheaper"}


def answer(context: TourContext) -> Section:
    """The fifth section."""
    problem = pair_problem(context)
    point = _point_on_a_side(problem)
    by_loss, by_norm = problem.cheaper(point), problem.cheaper(point, keep="loss")
    everything, in_short = _everything(context)
    blocks: list[Block] = [
        Paragraph(
            "Where a curve *cuts* the side, it enters the square. On one side of the curve the loss is "
            "lower, and some of the square lies there. So you can move into it and gain: either a lower "
            "loss for the same norm, or the same loss for a smaller norm. Only where the curve merely "
            "*touches* is nothing left to gain."
        ),
    ]
    if by_loss.is_optimal:
        text, headline = _no_cut(context, problem)
        blocks += [Paragraph(text), Row((_touch_along_a_side(problem, point, by_loss),))]
    else:
        blocks += _cut(context, problem, point, by_loss, by_norm)
        headline = (
            "Yes. Where the curve cuts, part of the square fits better. For the point below the same norm "
            f"buys {100 * by_loss.saved / by_loss.loss_before:.2g} % less loss, or the same loss costs "
            f"{100 * by_norm.saved / by_norm.norm_before:.2g} % less norm."
        )
    moral = Takeaway("A cut can be improved, a touch cannot; and for a touch there is a proof.")
    return Section(TITLE, headline, [*blocks, *everything, moral], f"{by_loss.sentence} {in_short}")


def _cut(
    context: TourContext, problem: Problem, point: Floats, by_loss: Cheaper, by_norm: Cheaper
) -> list[Block]:
    """The two ways to gain from a cut, drawn and in numbers."""
    names = problem.feature_names
    window = _window(by_loss.norm_before, problem.solve(alpha=0.0).coef)
    pictures = (
        contact_picture(
            by_loss.solution,
            "Same norm, less loss: the dashed curve through your point cuts into the square, so part of "
            "the square lies on its better side. The best of that part is the touch.",
            f"A diamond with a point on its side at ({point[0]:.3g}, {point[1]:.3g}) and the touching "
            f"point at ({by_loss.coef[0]:.3g}, {by_loss.coef[1]:.3g}).",
            ghosts={"your point": point},
            window=window,
            title="same norm, less loss",
            labels=LABELS,
        ),
        contact_picture(
            by_norm.solution,
            "Same loss, smaller norm: shrink the square until it only touches the curve through your point.",
            f"A smaller diamond that touches the curve at ({by_norm.coef[0]:.3g}, {by_norm.coef[1]:.3g}).",
            ghosts={"your point": point},
            window=window,
            title="same loss, smaller norm",
            labels=LABELS,
        ),
    )
    columns = (
        ("yours", *_column(point, by_loss.norm_before, by_loss.loss_before)),
        ("less loss", *_column(by_loss.coef, by_loss.norm_after, by_loss.loss_after)),
        ("less norm", *_column(by_norm.coef, by_norm.norm_after, by_norm.loss_after)),
    )
    header, *rows = zip(("", *names, "norm", "loss"), *columns, strict=True)
    table = Table(
        header,
        tuple(rows),
        f"Your point and the two cheaper ones, computed on {context.data_name} with the features "
        f"{names[0]!r} and {names[1]!r}.",
        (False, True, True, True),
    )
    return [Row(pictures), table]


def _no_cut(context: TourContext, problem: Problem) -> tuple[str, str]:
    """What to say where the loss is constant along the side: paragraph and headline.

    A convex loss that is least at three points of a side is least, and so constant, between
    them; for squared error the two columns are then multiples of each other.
    """
    first, second = problem.feature_names
    one, other = context.dataset.X[:, list(strongest_pair(context))].T
    correlation = float(np.corrcoef(one, other)[0, 1])
    text = (
        f"The two strongest features of {context.data_name}, {first!r} and {second!r}, are a case in point: "
        f"they say the same thing (correlation {correlation:.6f}). What one loses the other makes up "
        "for, so the curves are straight and run exactly along the side. It touches the whole side and cuts "
        "nowhere, and no point of it is cheaper than another."
    )
    headline = (
        f"Where it cuts, always. But {first!r} and {second!r} say the same thing, so here the curve does not "
        "cut: it runs along the side, and all points of the side are equally good."
    )
    return text, headline


def _touch_along_a_side(problem: Problem, point: Floats, by_loss: Cheaper) -> Picture:
    """The rare case of question 3: a line exactly parallel to a side."""
    return contact_picture(
        by_loss.solution,
        "The curve through your point runs along the side of the square.",
        f"A diamond whose side lies on the line through ({point[0]:.3g}, {point[1]:.3g}).",
        ghosts={"your point": point},
        window=_window(by_loss.norm_before, problem.solve(alpha=0.0).coef),
        title="a touch along the whole side",
        labels={**LABELS, "contact": "equally good"},
    )


def _everything(context: TourContext) -> tuple[list[Block], str]:
    """The same question with all features, and how the answer is proved; also a summary of it."""
    problem = context.problem
    round_ball = problem.with_norm("l2")
    dense = round_ball.solve(alpha=0.3 * round_ball.alpha_max).coef
    by_loss, by_norm = problem.cheaper(dense), problem.cheaper(dense, keep="loss")
    asked = (
        f"Now all {problem.n_features} features. Take the L2 answer, which is the best of its round ball, "
        "and ask whether the L1 square has a cheaper one. "
    )
    if by_loss.is_optimal:
        return [Paragraph(asked + by_loss.sentence)], f"With all features: {by_loss.sentence}"
    proof = problem.cheaper(by_loss.coef, by_loss.intercept)
    blocks: list[Block] = [
        Paragraph(f"{asked}{by_loss.sentence} Or: {by_norm.sentence.removeprefix('Yes: ')}"),
        Paragraph(
            "And how do we know when to stop? A second point, from the *dual* side, proves that no weights "
            "of that norm can have a lower loss. Asked about the improved answer, the computer says: "
            + proof.sentence
        ),
    ]
    return blocks, f"With all features: {by_norm.sentence}"


def _window(radius: float, best: Floats) -> Window:
    """A square that shows a little of the ball's far side and all around the best fit."""
    side = np.where(best < 0, -1.0, 1.0)
    far = 1.1 * np.maximum(np.abs(best) * 1.75, radius)
    size = float(far.max()) + 0.35 * radius
    low = np.where(side > 0, -0.35 * radius, 0.35 * radius - size)
    return (low[0], low[0] + size, low[1], low[1] + size)


def _point_on_a_side(problem: Problem) -> Floats:
    """A point on the side that faces the best fit, on a ball that the fit overflows.

    Of three points of the side the one of most loss, which is the furthest from the touch.
    """
    free = problem.solve(alpha=0.0)
    corners = 0.75 * free.norm * np.where(free.coef < 0, -1.0, 1.0)
    points = [corners * [share, 1 - share] for share in (0.5, 0.25, 0.75)]
    return max(points, key=problem.loss_at)


def _column(w: Floats, norm: float, loss: float) -> tuple[str, ...]:
    return (*(f"{value:.4g}" for value in w), f"{norm:.4g}", f"{loss:,.4g}")
