"""Question 4: what do sparse and dense mean? Count the zeros."""

from __future__ import annotations

import numpy as np

from ...displays.style import BALL, QUIET, figure_of, new_axes, plain_axes
from ...norms import get_norm
from ...problem import Problem
from ...solution import Solution
from ..section import Block, Paragraph, Picture, Row, Section, Table, Takeaway, picture_from_figure
from .context import TourContext
from .zero_counts import zero_count_blocks

TITLE = "What do sparse and dense mean, in 100 dimensions?"
NORMS = ("l1", "l2", "linf")
DIMENSIONS = (2, 3, 100)


def answer(context: TourContext) -> Section:
    """The fourth section."""
    rng = context.rng("zeros")
    rows, shown = [], []
    for p in DIMENSIONS:
        solutions = _random_case(p, rng)
        rows.append(_row("random", solutions))
        if p == DIMENSIONS[-1]:
            shown = list(solutions)
    own = _on_data(context)
    rows.append(_row(context.data_name, own))
    most = shown[0]
    blocks: list[Block] = [
        Paragraph(
            "A vector of weights is *sparse* if most entries are exactly zero, and *dense* if "
            "hardly any are. "
            "Not small: zero. A zero weight means that the feature need not be measured, stored or "
            "multiplied at all."
        ),
        Paragraph(
            "Here are the answers of three balls to the same data with 100 features, of which 10 matter; all "
            "three fit equally well. Every bar is one weight."
        ),
        Row(tuple(_bars(solution) for solution in shown)),
        Table(
            ("data", "weights", *(get_norm(norm).title for norm in NORMS)),
            tuple(rows),
            "Zeros among all weights. Every answer reaches the same loss: halfway between no features and "
            "the best fit.",
            (False, True, True, True, True),
        ),
        *zero_count_blocks(context),
        Takeaway("Sparse: count the zeros. Dense: there are none to count."),
    ]
    headline = (
        f"Count the zeros. With {len(most.coef)} features the L1 answer leaves {most.n_zeros} of "
        f"them out; the "
        f"L2 answer leaves out {shown[1].n_zeros}, LInf {shown[2].n_zeros}, at the same loss."
    )
    summary = (
        f"p = {len(most.coef)}: {most.n_zeros} zeros with L1, {shown[1].n_zeros} with L2, "
        f"{shown[2].n_zeros} with "
        f"LInf, at the same loss. On {context.data_name}: {own[0].n_zeros}, {own[1].n_zeros} and "
        f"{own[2].n_zeros} "
        f"of {len(own[0].coef)}."
    )
    return Section(TITLE, headline, blocks, summary)


def _random_case(p: int, rng: np.random.Generator) -> tuple[Solution, ...]:
    """The same random regression solved with each ball at the same loss."""
    n = 2 * p + 5
    X = rng.standard_normal((n, p))
    truth = np.zeros(p)
    truth[: max(p // 10, 1)] = rng.standard_normal(max(p // 10, 1)) + 2.0
    y = X @ truth + rng.standard_normal(n)
    return _at_half(Problem(X, y))


def _on_data(context: TourContext) -> tuple[Solution, ...]:
    return _at_half(context.problem)


def _at_half(problem: Problem) -> tuple[Solution, ...]:
    """Each ball grown until half of what can be gained is gained."""
    best = problem.solve(alpha=1e-6 * problem.alpha_max).loss
    target = 0.5 * (problem.instance.null_loss + best)
    return tuple(problem.with_norm(norm).solve(target=target, tol=1e-7) for norm in NORMS)


def _row(label: str, solutions: tuple[Solution, ...]) -> tuple[str, ...]:
    return (label, f"{len(solutions[0].coef)}", *(f"{solution.n_zeros}" for solution in solutions))


def _bars(solution: Solution) -> Picture:
    title = solution.problem.norm.title
    ax = new_axes(size=(3.7, 2.7))
    plain_axes(ax)
    position = np.arange(1, len(solution.coef) + 1)
    support = solution.coef != 0
    ax.vlines(position[support], 0, solution.coef[support], color=BALL, linewidth=1.6)
    ax.plot(position[~support], np.zeros(int((~support).sum())), ".", color=QUIET, markersize=3)
    ax.axhline(0, color=QUIET, linewidth=0.7)
    ax.set_xlabel("feature")
    ax.set_ylabel("weight")
    ax.set_title(f"{title}: {solution.n_zeros} zeros")
    return picture_from_figure(
        figure_of(ax),
        f"{title}: {len(solution.support)} weights at work, {solution.n_zeros} zeros"
        + (" (dots)." if solution.n_zeros else "."),
        f"Bars of {len(solution.coef)} weights, {solution.n_zeros} of them zero.",
    )
