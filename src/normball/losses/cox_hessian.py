"""The Hessian of the partial likelihood as a sum of squares, by products of O(n).

Sort the samples as `risk_sets.py` does, let x_j = v_j exp(eta_j), T_j the sum of x from j on, and
p the diagonal of `Cox.curvature`. The variances over nested risk sets telescope: taking the
samples out one after the other,

    d'H d = sum_j p_j (T_{j+1} / T_j) (d_j - mean of d after j)^2,

means weighted by x. (Cholesky's recursion on H, a semiseparable matrix, is solved by z_j^2 sums
that stay h_j / T_j, h the cumulated hazard.) The events D of a group leave together,

    sum_{j in D} p_j (d_j - mean_D)^2 + Omega (mean_D - mean of the rest)^2,

where Omega sums over the likelihood's terms: the term that leaves T_after of T_before at hazard h
adds h (S_D / terms) S_rest^2 / (T_before T_after). Efron's count is d rounds in which every event
leaves by the d-th part. With G_j the sum of the gradient before j, R'r = g has the solution

    sqrt(p_j T_{j+1} / T_j) r_j = g_j + x_j G_j / T_j.
"""

from __future__ import annotations

import numpy as np

from ..typing import Floats
from .hessian_root import HessianRoot
from .risk_sets import RiskSets

FLOOR = 1e-12
"""Least weight of a square over the largest."""
TINY = 1e-290
"""Tail sums below this, relative to the largest hazard, count as empty."""


class CoxRoot(HessianRoot):
    """R with rows for the samples in the order of the risk sets, then for the groups.

    Parameters
    ----------
    sets : RiskSets
    eta : (n,) predictor.
    p : (n,) diagonal above the Hessian.
    """

    def __init__(self, sets: RiskSets, eta: Floats, p: Floats) -> None:
        self._sets, self._n_samples = sets, len(eta)
        logs = eta[sets.order] + np.log(sets.weight)
        logs = logs - logs.max(initial=-np.inf)
        tails = np.append(np.logaddexp.accumulate(logs[::-1])[::-1], -np.inf)
        events, rest = sets.log_sums(logs)
        self._x, self._tails = np.exp(logs), np.exp(tails)
        self._of_tail = np.exp(logs - tails[:-1])
        self._of_events = np.exp(np.where(sets.is_event, logs - events[sets.group], -np.inf))
        self._events_of_tail = np.exp(events - tails[sets.starts])
        self._first_of_rest = sets.starts + sets.counts
        p = p[sets.order]
        self._p_total = float(p.sum())
        weights = np.where(sets.is_event, p, p * np.exp(tails[1:] - tails[:-1]))
        weights = np.maximum(weights, FLOOR * weights.max(initial=0.0))
        is_last = ~sets.is_event & (self._tails[1:] <= TINY)
        self._root = np.sqrt(np.where(is_last, 0.0, weights))
        self._group_root = np.sqrt(self._group_weights(logs, events, rest))

    def _group_weights(self, logs: Floats, events: Floats, rest: Floats) -> Floats:
        """Omega (M,)."""
        sets = self._sets
        before = sets.log_denominators(logs)
        hazard = np.logaddexp.accumulate(np.log(sets.term_mass) - before)
        part = 1.0 / np.bincount(sets.term_group)[sets.term_group]
        left = np.maximum(1.0 - sets.term_share - part, 0.0)
        sum_events, sum_rest = events[sets.term_group], rest[sets.term_group]
        has_rest = sum_rest > np.log(TINY)
        with np.errstate(divide="ignore"):
            after = np.logaddexp(sum_rest, np.log(left) + sum_events)
        after, sum_rest = np.where(has_rest, after, 0.0), np.where(has_rest, sum_rest, 0.0)
        logs_of_terms = hazard + sum_events + np.log(part) + 2 * sum_rest - before - after
        return sets.over_terms(np.exp(np.where(has_rest, logs_of_terms, -np.inf)))

    @property
    def total(self) -> float:
        return self._p_total

    def _over_tails(self, sums: Floats, tails: Floats) -> Floats:
        return np.divide(sums, tails, out=np.zeros_like(sums), where=tails > TINY)

    def apply(self, values: Floats) -> Floats:
        sets = self._sets
        v = values[sets.order] if values.ndim == 2 else values[sets.order, None]
        sums = np.vstack([np.cumsum((self._x[:, None] * v)[::-1], axis=0)[::-1], np.zeros(v.shape[1])])
        means = self._over_tails(sums, np.broadcast_to(self._tails[:, None], sums.shape))
        of_events = np.add.reduceat(self._of_events[:, None] * v, sets.starts, axis=0)
        centre = np.where(sets.is_event[:, None], of_events[sets.group], means[1:])
        rows = self._root[:, None] * (v - centre)
        groups = self._group_root[:, None] * (of_events - means[self._first_of_rest])
        result = np.vstack([rows, groups])
        return np.asarray(result if values.ndim == 2 else result[:, 0])

    def adjoint(self, rows: Floats) -> Floats:
        sets, r = self._sets, len(self._root)
        a, b = self._root * rows[:r], self._group_root * rows[r:]
        pulls = np.zeros(r + 1)
        pulls[1:] = np.where(sets.is_event, 0.0, self._over_tails(a, self._tails[1:]))
        np.add.at(pulls, self._first_of_rest, self._over_tails(b, self._tails[self._first_of_rest]))
        inner = b - sets.over_groups(np.where(sets.is_event, a, 0.0))
        result = a - self._x * np.cumsum(pulls)[:r] + self._of_events * inner[sets.group]
        return sets.scatter(result, self._n_samples)

    def solve(self, gradient: Floats) -> Floats:
        sets = self._sets
        g = gradient[sets.order]
        before = np.concatenate([[0.0], np.cumsum(g)[:-1]])
        of_events = sets.over_groups(np.where(sets.is_event, g, 0.0))
        rest = np.where(
            sets.is_event, g - self._of_events * of_events[sets.group], g + self._of_tail * before
        )
        groups = of_events + self._events_of_tail * before[sets.starts]
        rows, roots = np.concatenate([rest, groups]), np.concatenate([self._root, self._group_root])
        return np.asarray(np.divide(rows, roots, out=np.zeros(len(rows)), where=roots > 0))
