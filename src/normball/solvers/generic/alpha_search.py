"""Budget and target from solves at one alpha after another: the alpha at which the path meets the level.

A third form, "price", asks for alpha R = level: the price of an L2 norm whose square has the price alpha.

Along the path R grows and f falls as alpha falls, so that a safeguarded secant in log alpha
finds the level; every solve starts from the one before. With D the dual value at that alpha and
g = f + alpha R - D, Lagrange duality gives the gaps

    f - (D - alpha t) = g + alpha (t - R)         of  min f  subject to  R <= t,
    R - (D - s) / alpha = (g + s - f) / alpha     of  min R  subject to  f <= s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np

from ..root import between_alphas

PRECISION = 1e-13
"""How closely a level is met, relative to the level (a target: to the loss at zero)."""
FALL = 0.3
"""Ratio of alphas while a bracket is looked for."""
SMALLEST_SHARE = 1e-8
"""Share of the first alpha down to which a level is looked for."""
MOST_STEPS = 100


class Found(Protocol):
    """A penalised solution: weights, value of the loss, gap relative to the loss at zero."""

    W: Any
    loss: float
    gap: float


F = TypeVar("F", bound=Found, covariant=True)


class AlongAlphas(Protocol[F]):
    """A problem that is solved at one alpha after another, each from the last.

    `scale` is the loss at zero; `alpha_max` is inf where there is none. `least` asks for so many
    steps of the solver, whatever the gap of the weights at hand.
    """

    scale: float
    alpha_max: float

    def solve(self, alpha: float, tolerance: float, least: int = 0) -> F: ...

    def penalty(self, W: Any) -> float: ...


def solve_level(
    problem: AlongAlphas[F],
    form: str,
    level: float,
    tolerance: float,
    first: float | None = None,
    last: float | None = None,
) -> tuple[F, float, float]:
    """The solution with R = budget, f = target or alpha R = price, its alpha and its gap.

    Parameters
    ----------
    problem : AlongAlphas
    form : "budget", "target" or "price"
    level : float
    tolerance : float
        Relative gap of each penalised solve.
    first : float, optional
        Where the search begins if there is no `alpha_max`; default `scale`.
    last : float, optional
        Alpha below which it is given up; default 1e-8 of the first.

    Returns
    -------
    found : what `problem` finds.
    alpha : float
    gap : float
        That of the form: for a budget relative to the loss at zero, for a target to R; for a
        price that of the penalised solve.

    Raises
    ------
    ValueError
        If the level lies above where the path begins or is not met before alpha is tiny.
    """
    size = PRECISION * (problem.scale if form == "target" else level)

    def solve(alpha: float) -> tuple[F, float]:
        """The solution, and how far along the path beyond the level it lies."""
        found = problem.solve(alpha, tolerance, least=1)  # the last weights may do for this alpha, too
        if form == "target":
            return found, level - found.loss
        norm = problem.penalty(found.W)
        return found, norm - level if form == "budget" else level - alpha * norm

    (high, above), (low, below), found = _bracket(problem, solve, form, level, first, last)
    alpha, value, side = low, below, 0
    for _ in range(MOST_STEPS):
        if abs(value) <= size or low >= high * (1 - 1e-15):
            break
        alpha = between_alphas(high, low, above, below, 0.01)
        found, value = solve(alpha)
        # Illinois: the end that stays counts half, so that both ends move
        if value < 0:
            high, above, below, side = alpha, value, below * (0.5 if side < 0 else 1.0), -1
        else:
            low, below, above, side = alpha, value, above * (0.5 if side > 0 else 1.0), 1
    return found, alpha, _gap(problem, found, alpha, form, level)


def _bracket(
    problem: AlongAlphas[F],
    solve: Callable[[float], tuple[F, float]],
    form: str,
    level: float,
    begin: float | None,
    end: float | None,
) -> tuple[tuple[float, float], tuple[float, float], F]:
    """(alpha, how far) before and beyond the level, and the solution at the second."""
    is_ridge = not np.isfinite(problem.alpha_max)  # then there is no alpha from which on nothing moves
    first = alpha = (begin or problem.scale) if is_ridge else problem.alpha_max
    end = end or SMALLEST_SHARE * first
    found, value = solve(alpha)
    while is_ridge and value >= 0 and alpha < first / SMALLEST_SHARE:
        alpha /= FALL
        found, value = solve(alpha)
    if value > 0:
        raise ValueError(
            f"{form}={level:.6g} is met with every penalised coefficient at zero, where the loss is "
            f"{found.loss:.6g}; ask for a {'budget above 0' if form == 'budget' else 'smaller target'}."
        )
    before = alpha, value
    while value < 0:
        before, alpha = (alpha, value), alpha * FALL
        if alpha < end:
            reached = f"the norm is {problem.penalty(found.W):.6g} and the loss {found.loss:.6g}"
            raise ValueError(
                f"{form}={level:.6g} is not met down to alpha={before[0]:.1e}, where {reached}; ask for a "
                f"{'smaller budget' if form == 'budget' else 'larger target'}."
            )
        found, value = solve(alpha)
    return before, (alpha, value), found


def _gap(problem: AlongAlphas[F], found: Found, alpha: float, form: str, level: float) -> float:
    if form == "price":
        return found.gap
    penalty, gap = problem.penalty(found.W), found.gap * problem.scale
    if form == "budget":
        return (gap + alpha * abs(level - penalty)) / problem.scale
    return (gap + abs(level - found.loss)) / (alpha * max(penalty, 1e-300))
