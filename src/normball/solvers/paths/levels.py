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

from ...typing import Floats, Indices, Mask
from .batch_screening import FIRST_BATCH, BatchScreening
from .restricted import Batch

WALKING_RATIO = 0.95
"""Ratio of neighbouring alphas of the walk that brackets the levels."""

SMALLEST_SHARE = 1e-6
"""Share of alpha_max down to which a level is looked for."""

LONGEST_STRIDE = 0.92
"""Ratio of neighbouring alphas below which the walk begins again at a known point."""

STRIDES = 1.5
"""Points of the walk to the last level, for each that its present pace would need."""

SMALL_STRIDES = 10
"""Steps in which a point is approached where the solver gave up on the way there."""

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
    screening: BatchScreening, null: tuple[float, float], levels: Levels, scale: float, is_piecewise: bool
) -> tuple[Batch, Floats] | None:
    """Points at the levels and their relative gaps, or None where the engine cannot reach one.

    Parameters
    ----------
    screening : BatchScreening at the start of its path.
    null : alpha_max and the loss there.
    levels : Levels
        Each beyond the null point.
    scale : float, f at w = 0.
    is_piecewise : bool
        The loss is quadratic: slopes are exact and levels are met to 1e-13. Otherwise to
        1e-4, which is close enough for Newton's method on the face to finish.
    """
    count = int(np.ceil(np.log(SMALLEST_SHARE) / np.log(WALKING_RATIO)))
    walk = null[0] * np.power(WALKING_RATIO, np.arange(1.0, count + 1))
    start = float(levels.reached(np.zeros(1), np.array([null[1]]))[0])
    known = _Known([null[0]], [start], [0.0], [screening.accepted])
    if not is_piecewise:  # each point costs several models
        screening.most_at_once = FIRST_BATCH
    for batch, _, n_accepted in screening.follow(walk):
        if screening.is_exhausted:
            return None
        known.add(batch.part(slice(n_accepted)), levels)
        missing = levels.goals[-1] - known.reached[-1]
        if missing <= 0:
            return _search(screening, levels, known, scale, is_piecewise)
        # points beyond the last level are the dearest of the walk
        stride = max(known.reached[-1] - known.reached[-2], 0.02 * missing)
        screening.most_at_once = int(np.ceil(STRIDES * missing / stride))
    return None


@dataclass(eq=False)
class _Known:
    """Points of the path: alphas falling, how far along the frontier, slopes, supports with weights."""

    alphas: list[float]
    reached: list[float]
    slopes: list[float]
    points: list[tuple[Indices, Floats]]

    def add(self, batch: Batch, levels: Levels) -> None:
        self.alphas.extend(batch.alphas)
        self.reached.extend(levels.reached(batch.norms, batch.losses))
        self.slopes.extend(batch.slopes)
        self.points.extend(batch.support(k) for k in range(len(batch)))

    def nearest_above(self, alpha: float) -> int:
        """Position of the point at the smallest alpha that is no smaller than this one."""
        heights = np.array(self.alphas)
        return int(np.where(heights >= alpha, heights, np.inf).argmin())


class _Brackets:
    """Upper and lower alphas around every level, how far from the goal they are, and the next guess."""

    def __init__(self, levels: Levels, known: _Known, is_piecewise: bool) -> None:
        self._form, self._is_piecewise = levels.form, is_piecewise
        reached = np.maximum.accumulate(known.reached)
        alphas, slopes = np.array(known.alphas), np.array(known.slopes)
        after = np.maximum(np.searchsorted(reached, levels.goals), 1)
        self._ends = np.stack([alphas[after - 1], alphas[after]])
        self._excess = np.stack([reached[after - 1] - levels.goals, reached[after] - levels.goals])
        self._first = (self._ends.copy(), self._excess.copy())
        high, low = self._ends
        if is_piecewise:  # Newton from both ends, weighed
            from_above = self._newton(high, self._excess[0], slopes[after - 1], high, low)
            from_below = self._newton(low, self._excess[1], slopes[after], high, low)
            share = (high - from_below) / (high - low)
            self.guess = (1 - share) * from_above + share * from_below
        else:
            self.guess = self._secant(np.arange(len(high)))

    def is_shut(self, which: Indices) -> Mask:
        """Brackets without a number left between their ends."""
        high, low = self._ends[:, which]
        return np.asarray(high - low <= 1e-15 * high)

    def reset(self, which: Indices) -> None:
        """Open brackets again that were misled; from now on they are bisected."""
        self._ends[:, which], self._excess[:, which] = self._first[0][:, which], self._first[1][:, which]

    def narrow(self, which: Indices, excess: Floats) -> None:
        """Take in what was found at the guesses."""
        for side, is_side in ((0, excess < 0), (1, excess >= 0)):
            chosen = which[is_side]
            self._ends[side, chosen], self._excess[side, chosen] = self.guess[chosen], excess[is_side]
            self._excess[1 - side, chosen] *= 0.5  # Illinois: the end that stays counts less each time

    def advance(self, which: Indices, excess: Floats, slopes: Floats) -> None:
        """New guesses: Newton where slopes are exact, else the secant in log alpha."""
        high, low = self._ends[:, which]
        if self._is_piecewise:
            self.guess[which] = self._newton(self.guess[which], excess, slopes, high, low)
        else:
            self.guess[which] = self._secant(which)

    def _newton(self, alpha: Floats, excess: Floats, slopes: Floats, high: Floats, low: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            step = alpha + excess / slopes
            if self._form == "target":
                step = np.sqrt(np.maximum(alpha**2 + 2 * excess / slopes, 0.0))
            inside = (step > low) & (step < high)
        return np.where(inside, step, 0.5 * (high + low))

    def _secant(self, which: Indices) -> Floats:
        (high, low), (above, below) = np.log(self._ends[:, which]), self._excess[:, which]
        span = below - above
        share = np.divide(-above, span, out=np.full(len(span), 0.5), where=span > 0)
        return np.asarray(np.exp(high + np.clip(share, 0.02, 0.98) * (low - high)))


def _search(
    screening: BatchScreening, levels: Levels, known: _Known, scale: float, is_piecewise: bool
) -> tuple[Batch, Floats] | None:
    goals = levels.goals
    precision = 1e-13 if is_piecewise else 1e-4
    size = precision * (np.abs(goals) if levels.form == "budget" else np.full(len(goals), scale))
    brackets = _Brackets(levels, known, is_piecewise)
    is_doubtful = np.zeros(len(goals), dtype=bool)
    gaps = np.full(len(goals), np.inf)
    pending, met, proved = np.arange(len(goals)), _Found(), _Found()
    for _ in range(MAX_ROUNDS):
        order = pending[np.argsort(-brackets.guess[pending], kind="stable")]
        batch = _revisit(screening, known, brackets.guess[order])
        if batch is None:
            return None
        known.add(batch, levels)
        excess = levels.reached(batch.norms, batch.losses) - goals[order]
        brackets.narrow(order, excess)
        is_close = (np.abs(excess) <= size[order]) | brackets.is_shut(order)
        # a bracket that closes around nothing was misled by a feature that is not among the candidates
        is_lost = is_close & (np.abs(excess) > 1e3 * size[order])
        is_doubtful[order] |= is_lost
        brackets.reset(order[is_lost])
        is_met = is_close & ~is_lost
        met.add(order[is_met], batch.part(np.flatnonzero(is_met)))
        doubtful = np.flatnonzero(is_doubtful[order] & ~is_met)
        if len(doubtful):  # for what is missing there
            is_optimal, _ = screening.confirm(batch.part(doubtful))
            brackets.reset(order[doubtful[~is_optimal]])
        brackets.advance(order, excess, batch.slopes)
        pending = order[~is_met]
        if len(pending):
            continue
        # all at once: a pass over X costs little more for many points
        which, points = met.all()
        is_optimal, found_gaps = screening.confirm(points)
        gaps[which[is_optimal]] = found_gaps[is_optimal]
        proved.add(which[is_optimal], points.part(np.flatnonzero(is_optimal)))
        pending, met = which[~is_optimal], _Found()
        brackets.reset(pending)
        if len(pending) == 0:
            which, points = proved.all()
            return points.part(np.argsort(which)), gaps
    return None


class _Found:
    """Points at some of the levels, in the order in which they were found."""

    def __init__(self) -> None:
        self._which: list[Indices] = []
        self._points: list[Batch] = []

    def add(self, which: Indices, points: Batch) -> None:
        self._which.append(which)
        self._points.append(points)

    def all(self) -> tuple[Indices, Batch]:
        return np.concatenate(self._which), Batch.join(self._points)


def _revisit(screening: BatchScreening, known: _Known, alphas: Floats) -> Batch | None:
    """Points at falling alphas; every longer step begins at the nearest known point above."""
    cuts = np.flatnonzero(alphas[1:] < LONGEST_STRIDE * alphas[:-1]) + 1
    parts: list[Batch | None] = []
    for run in np.split(alphas, cuts):
        begin = known.nearest_above(run[0])
        part = screening.revisit(run, *known.points[begin], known.alphas[begin])
        parts += [part] if part is not None else [_approach(screening, known, alpha) for alpha in run]
    found = [part for part in parts if part is not None]
    return Batch.join(found) if len(found) == len(parts) else None


def _approach(screening: BatchScreening, known: _Known, alpha: float) -> Batch | None:
    """The point at alpha, in small steps from the nearest known one above."""
    begin = known.nearest_above(alpha)
    way = np.geomspace(known.alphas[begin], alpha, SMALL_STRIDES + 1)[1:]
    batch = screening.revisit(way, *known.points[begin], known.alphas[begin])
    return None if batch is None else batch.part(slice(-1, None))
