"""Tall data: solutions on samples of rows that grow, each the start of the next, the last on all rows.

A solution on n' rows is as far from that on n as chance allows, sqrt(m / n') relative to what m
features explain, and each turn of Newton's method about squares that. Most turns are therefore
made on few rows, and three to five read all of X, for all alphas together (`gram_newton.py`). The
first sample of a path is followed by the path engine itself.

A poor sample (a rare class, heavy tails) costs turns and nothing else: what comes back is
certified on all rows by whoever asked.
"""

from __future__ import annotations

import numpy as np

from ...cached import cached_property
from ...norms.separable import Separable
from ...typing import Floats, Indices, Mask
from ..instance import Instance
from .gram_newton import GramNewton, Points, put
from .restricted import Batch

FIRST_ROWS, ROWS_A_FEATURE = 1000, 20
"""Rows of the first sample, at least."""

GROWTH = 8
"""From one sample to the next."""

HELD_AT_ONCE = 2**23
"""Numbers in the predictors of a batch of alphas."""

MOST_TURNS, TURNS_ON_SAMPLE = 25, 2
CLOSE = 1e-2
"""Unmet conditions, relative to alpha, at which the first sample is left."""

STALLED = 0.5
"""Share of its unmet conditions that a point must lose in three turns."""

FAST = 0.03
"""Share of them that is left after a turn whose Hessians serve once more."""


def first_sample(shape: tuple[int, int]) -> int:
    """Rows of the smallest sample; all of them where there are not many more."""
    n, p = shape
    rows = max(FIRST_ROWS, ROWS_A_FEATURE * p)
    return rows if n >= 4 * rows else n


class GrowingSamples:
    """Solutions of one tall problem.

    Parameters
    ----------
    instance : Instance whose solver is `dispatch.ON_SAMPLES`.
    separable : Separable
    start : (p,) weights and the intercept of the null point.
    tolerance : float, relative gap to stay well below.
    """

    def __init__(
        self, instance: Instance, separable: Separable, start: tuple[Floats, float], tolerance: float
    ) -> None:
        self._instance, self._separable, self._start = instance, separable, start
        self._goal = 0.1 * tolerance * instance.scale
        self.n_turns = 0

    @property
    def first_sample(self) -> Instance | None:
        """The problem on the smallest sample; None where that is all of it, or has no best constant."""
        found = self._sound(first_sample(self._instance.design.shape))
        return None if found is self._instance else found

    @cached_property
    def _order(self) -> Indices:
        """(n,) the rows in a random order."""
        return np.random.default_rng(0).permutation(self._instance.n_samples)

    def sample(self, n_rows: int) -> Instance:
        """The problem on the first rows of a random order."""
        if n_rows >= self._instance.n_samples:
            return self._instance
        return self._instance.rows(np.sort(self._order[:n_rows]))

    def solve(self, alphas: Floats, start: tuple[Floats, Floats] | None = None) -> Batch | None:
        """Points at decreasing alphas; `start`, weights (p, K) and intercepts, is of the smallest sample."""
        n, p = self._instance.design.shape
        rows, K = first_sample((n, p)), len(alphas)
        if start is None:
            W, intercepts = np.repeat(self._start[0][:, None], K, axis=1), np.full(K, self._start[1])
        else:
            W, intercepts = start
            rows = min(GROWTH * rows, n)
        while True:
            rows = n if 3 * rows > n else rows
            found = self._on(self._sound(rows), alphas, W, intercepts, rows == n)
            if found is None:
                return None
            W, intercepts, losses, penalties = found
            if rows == n:
                return _as_batch(alphas, W, intercepts, losses, penalties)
            rows *= GROWTH

    def _sound(self, rows: int) -> Instance:
        """A sample whose response has a best constant, else all rows."""
        sample = self.sample(rows)
        try:
            _ = sample.null_intercept
        except ValueError:
            return self._instance
        return sample

    def _on(
        self, instance: Instance, alphas: Floats, W: Floats, intercepts: Floats, is_last: bool
    ) -> tuple[Floats, Floats, Floats, Floats] | None:
        """Weights, intercepts, losses and penalties on one set of rows, some alphas at a time."""
        at_once = max(HELD_AT_ONCE // instance.n_samples, 1)
        parts = []
        for first in range(0, len(alphas), at_once):
            part = slice(first, first + at_once)
            points = self._settle(instance, alphas[part], W[:, part], intercepts[part], is_last)
            if points is None:
                return None
            parts.append(points)
        columns = [
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("intercepts", "losses", "penalties")
        ]
        return (np.concatenate([part.W for part in parts], axis=1), columns[0], columns[1], columns[2])

    def _settle(
        self, instance: Instance, alphas: Floats, W: Floats, intercepts: Floats, is_last: bool
    ) -> Points | None:
        newton = GramNewton(instance, self._separable)
        points = newton.at(alphas, W, intercepts)
        most = MOST_TURNS if is_last or not W.any() else TURNS_ON_SAMPLE
        watch = _Watch(len(alphas), self._goal if is_last else np.inf, instance.scale if is_last else 0.0)
        rest, works = np.arange(len(alphas)), points
        for _ in range(most):
            self.n_turns += is_last
            Z = newton.pulls(works)
            ratios = newton.ratios(works, Z)
            goes_on = watch.go_on(rest, works, newton.unmet(works, Z, ratios))
            if not goes_on.any():
                break
            rest, Z, ratios = rest[goes_on], Z[:, goes_on], ratios[:, goes_on]
            works = works.part(np.flatnonzero(goes_on))
            near = newton.near(works, ratios)
            if watch.is_slow or not newton.knows(near, works.alphas):
                newton.renew(works, near)
            stepped = newton.step(works, Z, near)
            if stepped is None:
                return None
            works = stepped
            put(points, rest, works)
        return points


class _Watch:
    """Which of K points still gain by another turn.

    Parameters
    ----------
    goal : float, what the gap may be, of first order in what is unmet; inf where a sample is left at CLOSE.
    scale : float
    """

    def __init__(self, K: int, goal: float, scale: float) -> None:
        self._goal, self._scale = goal, scale
        self._best, self._n_stalled = np.full(K, np.inf), np.zeros(K, dtype=int)
        self.is_slow = True

    def go_on(self, which: Indices, points: Points, unmet: Floats) -> Mask:
        """(k,) whether these points go on; `is_slow` says that new Hessians would help them."""
        before = self._best[which]
        self._n_stalled[which] = np.where(unmet < STALLED * before, 0, self._n_stalled[which] + 1)
        self._best[which] = np.minimum(unmet, before)
        if self._goal < np.inf:
            is_done = points.alphas * points.penalties * unmet + self._scale * unmet**2 <= self._goal
            is_done &= points.misplaced <= self._goal
        else:
            is_done = unmet <= CLOSE
        goes_on: Mask = ~is_done & (self._n_stalled[which] < 3)
        self.is_slow = not bool((np.isfinite(before) & (unmet <= FAST * before))[goes_on].all())
        return goes_on


def _as_batch(alphas: Floats, W: Floats, intercepts: Floats, losses: Floats, penalties: Floats) -> Batch:
    K = len(alphas)
    counts = np.count_nonzero(W, axis=0)
    features = np.zeros((K, max(int(counts.max(initial=0)), 1)), dtype=np.intp)
    weights = np.zeros(features.shape)
    for k in range(K):
        used: Indices = np.flatnonzero(W[:, k])
        features[k, : len(used)], weights[k, : len(used)] = used, W[used, k]
    return Batch(alphas, counts, features, weights, intercepts, losses, penalties, np.zeros(K))
