"""The alpha of a budget or a target, found on the path.

Along the path dR/dalpha = -slope and df/dalpha = alpha slope, with slope = g'H^-1 g on the
face (g the gradient of R, H the Hessian of the penalised loss). Newton's method for
R = budget or f = target therefore reads

    alpha + (R - t) / slope,        sqrt(alpha^2 + 2 (s - f) / slope),

both exact on a linear piece of the path. A bracket safeguards it. Many levels are searched
together: every round is one walk down the path among the candidates of the whole path, and
only the points found are checked on all features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..typing import Floats, Indices
from .batch_screening import SHORTEST_RATIO, BatchScreening
from .restricted import Batch

SMALLEST_SHARE = 1e-6
"""Share of alpha_max down to which a level is looked for."""

MAX_ROUNDS = 60


@dataclass(eq=False)
class Levels:
    """What is asked for: form "budget" or "target", and the levels (k,) in the order of falling alpha."""

    form: str
    values: Floats

    def reached(self, norms: Floats, losses: Floats) -> Floats:
        """How far along the frontier points are, on the scale of `goals`; grows as alpha falls."""
        return norms if self.form == "budget" else -losses

    @property
    def goals(self) -> Floats:
        """The levels on that scale, ascending."""
        return self.values if self.form == "budget" else -self.values


def find_levels(
    screening: BatchScreening, alpha_max: float, levels: Levels, scale: float, precision: float
) -> tuple[Batch, Floats] | None:
    """Points at the levels and their relative gaps, or None where the engine cannot reach one.

    Parameters
    ----------
    screening : BatchScreening at the start of its path.
    alpha_max : float
    levels : Levels
        Each beyond the null point.
    scale : float, f at w = 0.
    precision : float, relative error of a level to stop at.
    """
    count = int(np.ceil(np.log(SMALLEST_SHARE) / np.log(SHORTEST_RATIO)))
    walk = alpha_max * np.power(SHORTEST_RATIO, np.arange(1.0, count + 1))
    known = _Known([alpha_max], [-np.inf], [0.0], [screening.accepted])
    for batch, _, _, n_accepted in screening.follow(walk):
        known.alphas.extend(batch.alphas[:n_accepted])
        known.reached.extend(levels.reached(batch.norms, batch.losses)[:n_accepted])
        known.slopes.extend(batch.slopes[:n_accepted])
        known.points.extend(batch.support(k) for k in range(n_accepted))
        if known.reached[-1] >= levels.goals[-1]:
            return _search(screening, levels, known, scale, precision)
    return None


@dataclass(eq=False)
class _Known:
    """Points of the path: alphas falling, how far along the frontier, slopes, supports with weights."""

    alphas: list[float]
    reached: list[float]
    slopes: list[float]
    points: list[tuple[Indices, Floats]]


def _search(
    screening: BatchScreening, levels: Levels, known: _Known, scale: float, precision: float
) -> tuple[Batch, Floats] | None:
    goals = levels.goals
    size = np.abs(goals) if levels.form == "budget" else np.full(len(goals), scale)
    alphas = np.array(known.alphas)
    high, low, guess = _brackets(levels, known)
    first_high, first_low = high.copy(), low.copy()
    is_doubtful = np.zeros(len(goals), dtype=bool)
    points: list[Batch | None] = [None] * len(goals)
    gaps = np.full(len(goals), np.inf)
    pending = np.arange(len(goals))
    for _ in range(MAX_ROUNDS):
        order = pending[np.argsort(-guess[pending], kind="stable")]
        begin = max(int(np.searchsorted(-alphas, -guess[order[0]], side="right")) - 1, 0)
        batch = screening.revisit(guess[order], *known.points[begin], float(alphas[begin]))
        if batch is None:
            return None
        excess = levels.reached(batch.norms, batch.losses) - goals[order]
        high[order] = np.where(excess < 0, guess[order], high[order])
        low[order] = np.where(excess > 0, guess[order], low[order])
        is_close = np.abs(excess) <= precision * size[order]
        is_lost = (high[order] - low[order] <= 1e-15 * high[order]) & (
            np.abs(excess) > 1e3 * precision * size[order]
        )
        is_close |= high[order] - low[order] <= 1e-15 * high[order]
        # a bracket that closes around nothing was misled by a feature that is not among the candidates
        is_doubtful[order] |= is_lost
        high[order[is_lost]], low[order[is_lost]] = first_high[order[is_lost]], first_low[order[is_lost]]
        found = np.flatnonzero((is_close & ~is_lost) | is_doubtful[order])
        if len(found):
            is_optimal, found_gaps = screening.confirm(batch.part(found))
            misled = order[found[~is_optimal]]
            high[misled], low[misled] = first_high[misled], first_low[misled]
            for row in np.flatnonzero(is_optimal & is_close[found] & ~is_lost[found]):
                points[order[found[row]]] = batch.part(found[row : row + 1])
                gaps[order[found[row]]] = found_gaps[row]
        guess[order] = np.where(
            is_close & ~is_lost,
            guess[order],
            _newton(levels.form, guess[order], excess, batch.slopes, high[order], low[order]),
        )
        pending = np.array([k for k in pending if points[k] is None], dtype=np.intp)
        if len(pending) == 0:
            return Batch.join([point for point in points if point is not None]), gaps
    return None


def _brackets(levels: Levels, known: _Known) -> tuple[Floats, Floats, Floats]:
    """Upper and lower alphas around every level, and a first guess: Newton from both ends, weighed."""
    reached = np.maximum.accumulate(known.reached)
    alphas, slopes = np.array(known.alphas), np.array(known.slopes)
    after = np.searchsorted(reached, levels.goals)
    before = np.maximum(after - 1, 0)
    high, low = alphas[before].copy(), alphas[after].copy()
    from_above = _newton(levels.form, high, reached[before] - levels.goals, slopes[before], high, low)
    from_below = _newton(levels.form, low, reached[after] - levels.goals, slopes[after], high, low)
    from_above = np.where(np.isfinite(reached[before]), from_above, from_below)
    share = (high - from_below) / np.maximum(high - low, 1e-300)
    return high, low, (1 - share) * from_above + share * from_below


def _newton(form: str, alpha: Floats, excess: Floats, slopes: Floats, high: Floats, low: Floats) -> Floats:
    """Newton's step from alpha, where the frontier is `excess` beyond the goal, kept in the bracket."""
    with np.errstate(divide="ignore", invalid="ignore"):
        step = alpha + excess / slopes
        if form == "target":
            step = np.sqrt(np.maximum(alpha**2 + 2 * excess / slopes, 0.0))
        inside = (step > low) & (step < high)
    return np.where(inside, step, 0.5 * (high + low))
