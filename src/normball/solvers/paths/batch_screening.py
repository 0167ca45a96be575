"""Paths over all features at the cost of a few passes: batches of alphas on few candidates.

1. The candidates are the features of the support, those that ever entered, and those with
   the largest scores.
2. A restricted solver follows K alphas among them.
3. One pass over X takes the gradients of all K points and finds, feature by feature, the
   first point whose optimality condition it violates.
4. The points before the first violation are optimal over all features, and certified by
   the same numbers. Violators become candidates; K grows while all points are accepted.

The score of a feature is what its gradient over its price will be at the end of the next
batch, extrapolated along the secant of the last two points: that keeps the candidates few
where the sequential strong rule would need several times as many (Tibshirani et al.,
JRSS B 74, 2012, for the rule; Massias, Gramfort, Salmon, ICML 2018, for working sets).

Where the restricted solver gives up on an alpha, or its certificate is not good enough,
a slower one takes that alpha over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

import numpy as np

from ...typing import Floats, Indices, Mask
from ..work import Work
from .path_certificate import Findings, PathCertifier
from .restricted import Batch, Restricted

FIRST_BATCH, LARGEST_BATCH = 10, 14
ALL_AT_ONCE = 200
"""Alphas in a batch in which no feature can be missing."""
HELD_AT_ONCE = 2**22
"""Numbers in the gradients of such a batch."""

CONFIRMED_AT_ONCE = 32
NEAR_ENTRY = 0.9
"""Share of its price that a feature must have pulled on the path to be looked at between its points."""

EXPECTED = 0.95
"""Score from which a feature is expected to enter, where candidates are few."""

MOST_ATTEMPTS = 5
"""Passes that are spent on reaching an alpha from nearby."""


RESOLUTION = 1e-16
"""Share of alpha_max below which alphas are reached in one step: what they change is rounding."""


def with_steps(alphas: Floats, start: float, shortest_ratio: float) -> tuple[Floats, Indices]:
    """Decreasing alphas from `start` on, no ratio below `shortest_ratio`, and where the given ones are."""
    least = RESOLUTION * start
    if (alphas >= shortest_ratio * np.concatenate([[start], alphas[:-1]])).all():
        return np.ascontiguousarray(alphas), np.arange(len(alphas))
    steps: list[float] = []
    places = []
    previous = start
    for alpha in alphas:
        ratio = max(alpha, least) / max(previous, least)
        if ratio < shortest_ratio:
            count = int(np.ceil(np.log(ratio) / np.log(shortest_ratio)))
            steps.extend(previous * ratio ** (np.arange(1, count) / count))
        places.append(len(steps))
        steps.append(float(alpha))
        previous = min(alpha, previous)
    return np.array(steps), np.array(places, dtype=np.intp)


class BatchScreening:
    """Follows a path over all features; see the module docstring.

    Parameters
    ----------
    certifier : PathCertifier
        Knows all features: scores, violations, gaps.
    restricted, rescuer : Restricted
        The fast solver among candidates, and the one that takes over.
    alpha_start : float
        alpha_max, at which only unpenalised features are in the support.
    tolerance : float
        Relative gap above which the rescuer is called.
    work : Work
        What the rescuer may do. Where that is used up the path ends at the last point, which is
        then offered for all the alphas that are left.

    Attributes
    ----------
    profile : dict of seconds by phase.
    n_rescued : int, alphas that the rescuer took over.
    most_at_once : int
        Alphas of a batch at most; whoever follows a path and needs few more may set it in between.
    """

    def __init__(
        self,
        certifier: PathCertifier,
        restricted: Restricted,
        rescuer: Restricted,
        alpha_start: float,
        tolerance: float,
        work: Work,
    ) -> None:
        self._certifier, self._restricted, self._rescuer = certifier, restricted, rescuer
        self._tolerance, self._work = tolerance, work
        self._score = certifier.first_score()
        self._ever = certifier.always.copy()
        self._extra = np.zeros(len(self._ever), dtype=bool)
        free = np.flatnonzero(certifier.always)
        self._accepted = (free, np.zeros(len(free)), alpha_start)
        self.profile = dict.fromkeys(("choosing", "solving", "passes", "rescue"), 0.0)
        self.n_rescued = 0
        self._revisited = np.zeros(len(self._ever), dtype=bool)
        self._closest = np.zeros(len(self._ever))
        self.most_at_once = ALL_AT_ONCE

    def follow(self, alphas: Floats) -> Iterator[tuple[Batch, Findings, int]]:
        """The path along decreasing alphas, piece by piece as it is accepted.

        Yields a batch, what was found of it, and how many of its points, from the first, are accepted.
        """
        n, p = self._certifier.shape
        largest_batch, first_batch = LARGEST_BATCH, FIRST_BATCH
        if self._restricted.knows_all:
            largest_batch = first_batch = ALL_AT_ONCE
        elif p <= self._certifier.fewest_candidates and not self._certifier.is_frugal:  # none can be missing
            largest_batch = first_batch = int(np.clip(HELD_AT_ONCE // n, LARGEST_BATCH, ALL_AT_ONCE))
        k, needs_rescue, width = 0, False, first_batch
        with np.errstate(over="ignore"):  # a score beyond floats is a score
            self._score = self._score / alphas[:width][-1]  # pulls over prices at the end of the first batch
        while k < len(alphas):
            clock = perf_counter()
            candidates = self._choose()
            clock = self._charge("choosing", clock)
            wanted = alphas[k : k + (1 if needs_rescue else min(width, self.most_at_once))]
            solver = self._rescuer if needs_rescue else self._restricted
            batch = solver.solve(candidates, wanted, self._accepted[2])
            clock = self._charge("rescue" if needs_rescue else "solving", clock)
            if len(batch) == 0:
                needs_rescue = True
                continue
            n_optimal, found = self._check(batch, candidates)
            clock = self._charge("passes", clock)
            is_loose = found.are_loose(self._tolerance)[:n_optimal]
            n_good = int(is_loose.argmax()) if is_loose.any() and not needs_rescue else n_optimal
            if n_good:
                features, weights = batch.support(n_good - 1)
                self._accepted = (features, weights, float(batch.alphas[n_good - 1]))
                self._ever[batch.features[:n_good][batch.weights[:n_good] != 0]] = True
                k += n_good
                yield batch, found, n_good  # whoever takes it may end here, and revisit what is accepted
            self.n_rescued += needs_rescue and n_good > 0
            is_whole = n_good == len(wanted) and not needs_rescue
            if not is_whole and k < len(alphas):
                self._restricted.restore(*self._accepted)
            width = min(width + width // 2 + 1, largest_batch) if is_whole else max(2, n_good + 1)
            self._rank(batch, found, alphas[k : k + width])
            # the rescuer goes on until it has its point; it is called where the fast solver has none to offer
            needs_rescue = n_good == 0 and (needs_rescue or n_optimal > 0)
            if self._work.is_over and k < len(alphas):
                yield from self._left_over(batch, alphas[k:])
                return

    def _left_over(self, batch: Batch, alphas: Floats) -> Iterator[tuple[Batch, Findings, int]]:
        """The last point of a batch at more alphas, certified there for what it is."""
        last, size = np.array([len(batch) - 1]), LARGEST_BATCH
        for start in range(0, len(alphas), size):
            part = alphas[start : start + size]
            repeated = replace(batch.part(np.repeat(last, len(part))), alphas=part)
            yield repeated, self._check(repeated, np.arange(len(self._ever)))[1], len(part)

    @property
    def is_exhausted(self) -> bool:
        """Whether the path ended before its last alpha."""
        return self._work.is_over

    def reach(self, alpha: float, features: Indices, weights: Floats, pull: Floats) -> Batch | None:
        """The solution at one alpha from the support of a point near it, `pull` (p,) over price there.

        None where that does not lead to a certified point; it is to be reached along the path then.
        """
        with np.errstate(over="ignore"):
            self._score = self._certifier.size(pull) / alpha
        self._extra |= self._score > 1
        self._accepted = (features, weights, -1.0)
        self._restricted.restore(features, weights, alpha)
        for _ in range(MOST_ATTEMPTS):
            candidates = self._choose()
            batch = self._restricted.solve(candidates, np.array([alpha]), -1.0)
            if len(batch) == 0:
                return None
            n_optimal, found = self._check(batch, candidates)
            if n_optimal:
                return None if found.are_loose(self._tolerance)[0] else batch
        return None

    @property
    def accepted(self) -> tuple[Indices, Floats]:
        """Support and weights of the last accepted point."""
        return self._accepted[0], self._accepted[1]

    def revisit(self, alphas: Floats, features: Indices, weights: Floats, alpha: float) -> Batch | None:
        """Points at decreasing alphas among candidates of the path so far, from its point at `alpha` on.

        Not checked on the other features (see `confirm`); None if the solver gives up.
        """
        clock = perf_counter()
        if not self._revisited.any():
            self._revisited = self._ever | self._extra
            rest = np.where(self._revisited | ~self._certifier.allowed, -np.inf, self._closest)
            self._revisited |= self._certifier.allowed if self._restricted.knows_all else rest > NEAR_ENTRY
        self._restricted.restore(features, weights, alpha)
        batch = self._restricted.solve(self._certifier.complete(self._revisited), alphas, alpha)
        self._charge("solving", clock)
        return batch if len(batch) == len(alphas) else None

    def confirm(self, batch: Batch) -> tuple[Mask, Floats]:
        """Which points of a revisited batch are optimal over all features, and their relative gaps."""
        clock = perf_counter()
        candidates = self._certifier.complete(self._revisited)
        gaps, is_optimal = np.zeros(len(batch)), np.zeros(len(batch), dtype=bool)
        for start in range(0, len(batch), CONFIRMED_AT_ONCE):
            points = slice(start, start + CONFIRMED_AT_ONCE)
            part = batch.part(points)
            found = self._certifier.check(part, candidates)
            gaps[points] = found.gaps
            is_optimal[points] = gaps[points] <= self._tolerance
            self._revisited |= found.first < len(part)
        self._charge("passes", clock)
        return is_optimal, gaps

    def _choose(self) -> Indices:
        size = max(self._certifier.fewest_candidates, len(self._accepted[0]))
        chosen = self._ever | self._extra
        chosen[self._accepted[0]] = True
        score = np.where(chosen | ~self._certifier.allowed, -np.inf, self._score)
        if size < len(score) and not self._restricted.knows_all:
            top = np.argpartition(-score, size)[:size]
            chosen[top] |= score[top] > (EXPECTED if self._certifier.is_frugal else -np.inf)
        else:
            chosen |= self._certifier.allowed
        return self._certifier.complete(chosen)

    def _check(self, batch: Batch, candidates: Indices) -> tuple[int, Findings]:
        """Points before the first violation, and what was found; violators are candidates from now on."""
        found = self._certifier.check(batch, candidates)
        batch.losses, batch.norms = found.losses, found.norms
        n_optimal = min(int(found.first.min(initial=len(batch))), len(batch))
        # points after the first bad one lack what enters there, and are violated by far more
        looked_at = min(n_optimal + 1, len(batch)) if self._certifier.is_frugal else len(batch)
        violators = found.first < looked_at
        if n_optimal == 0:  # the candidates only grow until a point is accepted, or this could go on for ever
            self._extra[candidates] = True
            self._extra |= violators
        else:
            self._extra = violators
        return n_optimal, found

    def _rank(self, batch: Batch, found: Findings, ahead: Floats) -> None:
        """Score the features by what they will pull at the end of the next batch."""
        if len(ahead) == 0:
            return
        now, goal = batch.alphas[-1], ahead[-1]
        before = batch.alphas[-2] if len(batch) > 1 else now
        steps = (now - goal) / (before - now) if before > now else 0.0
        expected = found.late + steps * (found.late - found.early)
        size = self._certifier.size
        with np.errstate(over="ignore"):
            pulls = size(found.late) / now
            self._closest = np.maximum(self._closest, pulls)
            self._score = np.maximum(size(expected) / goal, pulls)

    def _charge(self, phase: str, since: float) -> float:
        now = perf_counter()
        self.profile[phase] += now - since
        return now
