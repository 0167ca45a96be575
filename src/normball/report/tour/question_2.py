"""Question 2: must I be inside the square or outside it? Inside, or on its edge."""

from __future__ import annotations

import numpy as np

from ...displays import BallDisplay
from ...displays.balls import GALLERY
from ...displays.style import new_axes
from ...displays.style import number as number_text
from ...geometry import corner_share
from ...norms import Norm
from ..section import Block, Paragraph, Picture, Row, Section, Table, Takeaway, picture_from_figure
from .context import TourContext
from .plane_pictures import contact_picture, pair_problem

TITLE = "Must I be inside the square, or outside it?"
PLACES = {"vertex": "on a corner", "face": "on a side", "smooth": "on the edge"}
SHARES = (0.3, 0.65, 1.2)
"""Budgets shown, as shares of the norm of the best fit; the last does not bind."""


def answer(context: TourContext) -> Section:
    """The second section."""
    problem = pair_problem(context)
    names = problem.feature_names
    free = problem.solve(alpha=0.0)
    solutions = [problem.solve(budget=share * free.norm) for share in SHARES]
    half = 1.45 * max(solution.level for solution in solutions)
    window = (-0.45 * half, half, -0.45 * half, half)
    if (free.coef < 0).any():  # turn the picture to the side where the best fit lies
        low = np.where(free.coef < 0, -half, -0.45 * half)
        window = (low[0], low[0] + 1.45 * half, low[1], low[1] + 1.45 * half)
    panels = tuple(
        contact_picture(
            solution,
            f"Budget {solution.level:.3g}: loss {solution.loss:,.4g}, price {solution.alpha:.3g}.",
            f"A diamond of size {solution.level:.3g}; the answer is ({solution.coef[0]:.3g}, "
            f"{solution.coef[1]:.3g}).",
            window=window,
            title=f"budget {solution.level:.3g}",
            labels={"normal": "", "cone": "", "level_set": "", "contact": "answer"},
            note="" if solution.is_interior else "outside: too expensive",
        )
        for solution in solutions
    )
    blocks: list[Block] = [
        Paragraph(
            "Read the square as a fence around what you can afford. The *budget* says how much "
            "weight you may "
            "hand out in all; the L1 norm adds up the sizes of the weights, so |w₁| + |w₂| must not exceed "
            "the budget. Inside the square you spend less, on its edge all of it, outside more than you have."
        ),
        Paragraph(
            f"The best fit of {context.target_name!r} from {names[0]!r} and {names[1]!r} would cost "
            f"{free.norm:.4g}. With less than that the answer is the point of the square with the least "
            "loss; it sits on the edge, because moving on towards the best fit would still help. With more, "
            "the fence no longer matters, and the answer is the best fit itself, inside."
        ),
        Row(panels),
        Table(
            ("budget", *names, "loss", "where"),
            tuple(
                (
                    f"{s.level:.4g}",
                    *(f"{value:.4g}" for value in s.coef),
                    f"{s.loss:,.5g}",
                    "inside" if s.is_interior else PLACES[s.contact.kind],
                )
                for s in solutions
            ),
            "The three answers, computed.",
            (True, True, True, True, False),
        ),
        Paragraph(
            "The fence need not be a square on its tip. Other ways to add up weights give other balls; each "
            "below has the same budget of 1."
        ),
        Row(_gallery()),
        Takeaway(
            "Inside or on the edge is allowed; the answer sits on the edge as long as the budget binds."
        ),
    ]
    headline = (
        "Inside, its edge included. The square, or any other ball, is what the budget allows; outside costs "
        "more than you have. The answer sits on the edge unless the best fit itself is affordable."
    )
    summary = (
        f"Inside, or on the edge. The best fit of {context.target_name} costs {free.norm:.4g}; with "
        f"a budget of "
        f"{solutions[0].level:.3g} the answer sits on the edge, with {solutions[-1].level:.3g} inside."
    )
    return Section(TITLE, headline, blocks, summary)


def _gallery() -> tuple[Picture, ...]:
    """The balls of the gallery, one small panel each."""
    panels = []
    for title, norm in GALLERY.items():
        display = BallDisplay.from_norm(norm)
        display.plot(new_axes(size=(2.5, 2.6), three_d=display.dimension == 3), title=title)
        if display.dimension == 3:  # thousands of triangles are better off as pixels
            display.figure_.set_dpi(220)
            for artist in display.ax_.collections:
                artist.set_rasterized(True)
        reach = number_text(norm.reach(np.eye(display.dimension)[0], 1.0))
        description = f"Ball of {norm.title}; it reaches {reach} along an axis."
        panels.append(picture_from_figure(display.figure_, _corners(norm, display.dimension), description))
    return tuple(panels)


def _corners(norm: Norm, dimension: int) -> str:
    """What the ball's corners do, from the odds that a random line touches one."""
    if not norm.is_convex:
        return "Spikes sharper than any corner, but dents as well: answers can no longer be proved."
    if dimension == 3:
        return "Sharp at the rim and at the tips: a group enters or leaves as a whole."
    anywhere, on_axes = corner_share(norm), corner_share(norm, axes_only=True)
    if anywhere < 1e-9:
        return "No corners: nothing singles out a zero."
    return f"A random line touches a corner in {anywhere:.0%} of cases, one with a zero in {on_axes:.0%}."
