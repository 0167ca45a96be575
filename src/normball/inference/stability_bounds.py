"""Bounds on the expected number of false choices of stability selection.

With q features chosen on each half of the rows, theta = q / p, and a cutoff tau on the share
of halves that choose a feature:

- Meinshausen, Buehlmann, JRSS B 72 (2010): E[false] <= q^2 / ((2 tau - 1) p),
  tau > 1/2, if choices of false features are exchangeable and no worse than guessing;
- Shah, Samworth, JRSS B 75 (2013): the number of features chosen with a
  probability of at most theta on a half that reach tau is at most
  min(D(theta^2, 2 tau - 1, B, -1/2), D(theta, tau, 2 B, -1/4)) p for B complementary pairs,
  if the shares have r-concave distributions. D(eta, t, N, r) is the greatest P(X >= t) of an
  r-concave X on {0, 1/N, ..., 1} of mean at most eta.

For r < 0 a law f is r-concave if f^r is convex. The greatest tail at a given mean is attained
where f^r is affine on a range {l, ..., k} and f is 0 elsewhere (Fradelizi, Guedon, Discrete and
Computational Geometry 31, 2004, in the continuous case): l and k are searched and the mean gives
the slope.
"""

from __future__ import annotations

from math import ceil, log

import numpy as np
from scipy.optimize import brentq

from ..typing import Floats


def pointwise_bound(q: float, p: int, cutoff: float) -> float:
    """Meinshausen and Buehlmann's bound; inf at cutoffs of 1/2 and below."""
    return q**2 / ((2 * cutoff - 1) * p) if cutoff > 0.5 else np.inf


def concave_bound(q: float, p: int, cutoff: float, n_pairs: int) -> float:
    """Shah and Samworth's r-concave bound."""
    theta = q / p
    whole = tail_bound(theta, cutoff, 2 * n_pairs, -0.25)
    both = tail_bound(theta**2, 2 * cutoff - 1, n_pairs, -0.5) if cutoff > 0.5 else 1.0
    return p * min(whole, both)


def tail_bound(mean: float, threshold: float, n_steps: int, r: float) -> float:
    """D(mean, threshold, n_steps, r), see the module docstring; O(mean n_steps^3)."""
    first = ceil(threshold * n_steps - 1e-9)
    if mean >= threshold or first <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    target, best = mean * n_steps, 0.0
    for low in range(int(target) + 1):
        for high in range(first, n_steps + 1):
            steps, wanted = np.arange(high - low + 1.0), target - low
            if 2 * wanted <= high - low:
                law = _falling(wanted, steps, r)
            else:
                law = _falling(high - low - wanted, steps, r)[::-1]
            best = max(best, float(law[first - low :].sum()))
    return min(best, 1.0)


def _shares(log_offset: float, steps: Floats, r: float) -> Floats:
    heights = np.logaddexp(log_offset, np.log(np.maximum(steps, 1e-300))) / r
    weights = np.exp(heights - heights.max())
    return np.asarray(weights / weights.sum())


def _falling(mean: float, steps: Floats, r: float) -> Floats:
    """The law proportional to (a + i)^(1 / r) on i = 0, ..., k with this mean, which rises with a."""
    if mean <= 0 or len(steps) == 1:
        return np.eye(len(steps))[0]
    low, high = -200.0, 60.0 + log(len(steps))

    def excess(log_offset: float) -> float:
        return float(_shares(log_offset, steps, r) @ steps) - mean

    if excess(high) <= 0:
        return _shares(high, steps, r)
    return _shares(float(brentq(excess, low, high, xtol=1e-12)), steps, r)
