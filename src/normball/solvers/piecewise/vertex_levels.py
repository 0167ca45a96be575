"""Budgets and targets on a path of vertices, and the point where it begins.

Descents at guessed alphas bracket the level and halve the bracket until it is short; from
there the breakpoints are walked, down or up, to the edge on which the level lies. R and f are
linear on that edge, so a share of it meets the level exactly, at the price of its breakpoint.
"""

from __future__ import annotations

import numpy as np

from .vertex_basis import LostVertexError
from .vertex_path import Vertex, VertexPath

NEAR = 0.9
"""Ratio of two alphas between which a level is walked to."""

SMALLEST_SHARE = 1e-4
"""Share of the least alpha that matters down to which alphas are guessed."""


def first_vertex(path: VertexPath) -> Vertex:
    """The null point at the least alpha that it is optimal at."""
    return _walk(path, True, float(np.nextafter(0.0, 1.0))) or path.free()


def meet(path: VertexPath, form: str, level: float) -> Vertex | None:
    """The solution of the budget or target form; None for a level beyond the ends of the path.

    O(log) descents and a walk.
    """
    is_budget = form == "budget"
    goal = level if is_budget else -level
    _approach(path, is_budget, goal)
    return _walk(path, is_budget, goal)


def _reached(is_budget: bool, norm: float, loss: float) -> float:
    """How far along the frontier a point is; grows as alpha falls."""
    return norm if is_budget else -loss


def _approach(path: VertexPath, is_budget: bool, goal: float) -> None:
    """Come within a few breakpoints of a level."""
    above, below = np.inf, 0.0  # alphas before and beyond it
    alpha = path.alpha
    while True:
        path.go(alpha)
        if _reached(is_budget, *path.position()) < goal:
            above = alpha
        else:
            below = alpha
        if below >= NEAR * above:
            return
        if above == np.inf:
            if alpha > 2 * path.first_alpha:
                return
            alpha = 2 * alpha
        elif below == 0:
            alpha = 0.5 * min(alpha, path.first_alpha)
            if alpha < SMALLEST_SHARE * path.least_alpha:
                return
        else:
            alpha = float(np.sqrt(below * above))


def _walk(path: VertexPath, is_budget: bool, goal: float) -> Vertex | None:
    """The point of a level, over the breakpoints up to the edge on which it lies."""
    now, stop = path.measured(), path.n_pivots + path.most_pivots
    direction = -1 if _reached(is_budget, *now[1:]) < goal else 1
    while path.n_pivots <= stop:
        before, found = now, path.next_breakpoint(direction)
        if found is None:
            return None
        alpha = path.true_breakpoint(*found)
        path.cross(*found)
        now = path.measured()
        is_beyond = _reached(is_budget, *now[1:]) >= goal
        if is_beyond == (direction < 0):
            break
    else:
        raise LostVertexError("too many breakpoints")
    inner, outer = (before, now) if direction < 0 else (now, before)
    ends = _reached(is_budget, *inner[1:]), _reached(is_budget, *outer[1:])
    share = float(np.clip((goal - ends[0]) / (ends[1] - ends[0]), 0.0, 1.0)) if ends[1] > ends[0] else 0.0
    return path.point((1 - share) * inner[0] + share * outer[0], alpha, path.dual(alpha))
