"""Question 3: the square has sides too, so why does the touch fall on a corner? Odds."""

from __future__ import annotations

import numpy as np

from ...displays.style import CURVES, DASHES, NORMAL, figure_of, new_axes, plain_axes
from ...geometry import Equations, corner_share, ellipse_odds, wilson_interval, zero_odds
from ...norms import get_norm
from ...problem import Problem
from ...typing import Indices
from ..section import Block, Paragraph, Picture, Row, Section, Table, Takeaway, picture_from_figure
from .context import TourContext
from .face_pictures import face_share_blocks
from .plane_pictures import contact_picture

TITLE = "The square has sides too: why does the touch fall on a corner?"
NORMS = ("l1", "l2", "linf")
SIZES = ((2, 1), (3, 1), (10, 4), (100, 40))
"""(unknowns, equations) of the random systems."""
WORK, MOST_SYSTEMS = 4000, 500
"""Unknowns over all systems of a size that are drawn when time is short, and systems at most."""
ELONGATIONS = (1.0, 10.0)
"""Length over width of two kinds of ellipses that are compared."""


def answer(context: TourContext) -> Section:
    """The third section."""
    rng = context.rng("odds")
    trials = 2_000 if context.quick else 20_000
    ellipses = {norm: ellipse_odds(norm, trials, rng) for norm in NORMS}
    low, high = wilson_interval(ellipses["l1"], trials)
    share = ellipses["l1"] / trials
    circles, long_ones = (ellipse_odds("l1", trials, rng, (one, one)) / trials for one in ELONGATIONS)
    rows, note = _systems(context)
    blocks: list[Block] = [
        Paragraph(
            "Slide a line towards the square until it touches. If the line is tilted ever so little against "
            "a side, one end of that side is reached first, and that end is a corner. Only a line *exactly* "
            "parallel to a side touches the side itself. There are four such directions among infinitely "
            "many; a corner, on the other hand, is touched by a whole quarter of all directions."
        ),
        Row((_corner_panel(), _angle_panel())),
        Paragraph(
            "The second picture turns the line through half a circle and records how the touching point "
            "splits its weight. For the square the split is all or nothing, with jumps: a *zero* at almost "
            "every angle. For the circle it changes smoothly and is zero at single angles only."
        ),
        _odds_table(ellipses, trials),
        Paragraph(
            f"An ellipse is rounder than a line, so it can touch a side, and {1 - share:.0%} of the "
            f"random ellipses "
            f"do. Yet the four corners, which are only four points, catch {share:.0%} of them "
            f"({low:.1%} to {high:.1%}). The shape counts: corners catch {circles:.0%} of the circles and "
            f"{long_ones:.0%} of the ellipses {ELONGATIONS[1]:g} times as long as wide. The LInf square has "
            "corners too, but there the weights are *equal*, not zero."
        ),
        Paragraph(
            "In many dimensions a line becomes a system of m equations in p unknowns. The L1 answer of least "
            "norm then has as many weights as there are equations, and all others are zero. We drew random "
            "systems, solved each, and counted:"
        ),
        rows,
        Paragraph(note),
        *face_share_blocks(),
        Takeaway("A side catches a single direction, a corner a whole fan of them. Circles have no corners."),
    ]
    headline = (
        "Because almost every line is tilted against the sides. A side is touched only by a line exactly "
        "parallel to it; a corner is touched by a whole fan of directions. For a random line the odds of a "
        f"corner are {corner_share('l1'):.0%} on the square and {corner_share('l2'):.0%} on the circle."
    )
    summary = (
        f"A random line touches the L1 ball at a corner with probability {corner_share('l1'):.0%}, "
        f"the L2 ball "
        f"never; a random ellipse in {share:.0%} of cases ({low:.1%} to {high:.1%}). {note}"
    )
    return Section(TITLE, headline, blocks, summary)


def _odds_table(ellipses: dict[str, int], trials: int) -> Table:
    """Odds of a corner and of a zero, for lines and for ellipses; `ellipses` counts the zeros."""
    return Table(
        ("ball", "line: corner", "line: zero", "ellipse: zero"),
        tuple(
            (
                get_norm(norm).title,
                f"{corner_share(norm):.0%}",
                f"{corner_share(norm, axes_only=True):.0%}",
                f"{ellipses[norm] / trials:.1%}",
            )
            for norm in NORMS
        ),
        "How often the touch is on a corner, and how often where a weight is zero. Random lines: "
        "exact, from the angles that the corners catch. Random ellipses with their best fit outside "
        f"the ball: {trials:,} drawn; 95 % intervals: "
        + ", ".join(f"{get_norm(norm).title} {_interval_text(ellipses[norm], trials)}" for norm in NORMS)
        + ".",
        (False, True, True, True),
    )


def _interval_text(successes: int, trials: int) -> str:
    low, high = wilson_interval(successes, trials)
    if not successes:  # rounded like the rest, the interval would read 0.0% to 0.0%
        return f"at most {high:.2%}"
    return f"{low:.1%} to {high:.1%}"


def _corner_panel() -> Picture:
    problem = Problem([[1.0, 1.25]], [1.25], fit_intercept=False, feature_names=("w₁", "w₂"))
    solution = problem.solve(target=0.0)
    return contact_picture(
        solution,
        "A line only a little steeper or flatter than the side still touches at the corner. The fan "
        "shows all "
        "directions that this corner catches.",
        f"A diamond touched at the corner ({solution.coef[0]:.3g}, {solution.coef[1]:.3g}) by a line.",
        title="almost parallel, and yet a corner",
        labels={"ball": "", "level_set": "", "normal": ""},
    )


def _angle_panel() -> Picture:
    """Share of the first weight in the touching point against the direction of the line."""
    angles = np.pi * (np.arange(360) + 0.5) / 360  # none exactly parallel to a side
    ax = new_axes(size=(3.9, 3.7))
    plain_axes(ax)
    for k, name in enumerate(NORMS):
        norm = get_norm(name)
        shares = []
        for angle in angles:
            a = np.array([np.cos(angle), np.sin(angle)])
            # the ball goes furthest along a at the subgradient of its support function
            point = norm.project(1e9 * a, 1.0)
            shares.append(abs(point[0]) / np.abs(point).sum())
        ax.plot(
            np.degrees(angles), shares, color=CURVES[k], linestyle=DASHES[k], linewidth=2, label=norm.title
        )
    ax.set_xlabel("direction of the line's normal (degrees)")
    ax.set_ylabel("share of w₁ in the touching point")
    ax.set_xticks([0, 45, 90, 135, 180])
    ax.set_ylim(-0.05, 1.25)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.legend(frameon=False, ncols=3, loc="upper center", fontsize=NORMAL)
    return picture_from_figure(
        figure_of(ax),
        "Where a line touches, for every direction of the line. L1: all on w₁ or all on w₂. L2: a "
        "smooth mix. "
        "LInf: always half and half, except for lines exactly parallel to a side.",
        "Step function for L1, smooth wave for L2, constant one half for LInf.",
    )


def _systems(context: TourContext) -> tuple[Table, str]:
    """Zeros of least-norm answers of random systems, law and count, and what was found in a sentence."""
    rows, as_theory, total = [], 0, 0
    for p, m in SIZES:
        trials = 4 * WORK // p if not context.quick else WORK // p
        trials = min(trials, MOST_SYSTEMS)
        cells = []
        for name in NORMS:
            law = zero_odds(name, p, Equations(m), "exact")
            counted = zero_odds(
                name, p, Equations(m), "sampling", trials=trials, seed=context.seed, verbose=False
            )
            assert counted.counts is not None  # sampled
            expected = int(law.odds.argmax())
            as_theory += int(counted.counts[expected])
            total += trials
            cells.append(_range_text(np.flatnonzero(counted.counts)))
        rows.append((f"{p}", f"{m}", f"{trials:,}", *cells))
    low, high = wilson_interval(as_theory, total)
    table = Table(
        ("p", "m", "drawn", *(get_norm(name).title for name in NORMS)),
        tuple(rows),
        "Zeros of the least-norm answer of m random equations in p unknowns, counted in every system "
        "drawn; one number means that all agreed.",
        (True,) * 6,
    )
    note = (
        "Theory says p - m zeros for L1 and none for L2 or LInf, whose answer has p - m + 1 weights of "
        f"equal, largest size instead: {as_theory:,} of {total:,} solved systems agree (95 % interval for "
        f"the odds of that: {low:.1%} to {high:.1%})."
    )
    return table, note


def _range_text(counts: Indices) -> str:
    return f"{counts.min()}" if counts.min() == counts.max() else f"{counts.min()} to {counts.max()}"
