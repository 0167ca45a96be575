"""Who is at risk when: the order of events that the partial likelihood sees.

Samples are sorted by time, at equal times events before censored ones. The distinct event
times m = 1, ..., M cut that order into groups; the events D_m are the first of group m, and
the risk set R_m is everything from the start of group m on, so R_1 contains R_2 and so on.
Sums over risk sets are sums from the end, made of logarithms so that nothing overflows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..typing import Floats, Indices, Mask


@dataclass(frozen=True, eq=False)
class RiskSets:
    """The risk sets of signed times y (n,), negative where censored, with weights (n,).

    Attributes
    ----------
    order : (r,) samples from the first event on, sorted; the others are in no risk set.
    weight : (r,) their weights.
    starts, counts : (M,) place of the first event of each group, and number of its events.
    group : (r,) group of each sample.
    is_event : (r,) flags.
    masses : (M,) c_m, weight of the events of each group.
    term_group, term_share, term_mass : (t,) the logarithms of the likelihood: their group,
        the share of the events left out of the sum, their weight.
    """

    order: Indices
    weight: Floats
    starts: Indices
    counts: Indices
    group: Indices
    is_event: Mask
    masses: Floats
    term_group: Indices
    term_share: Floats
    term_mass: Floats

    @classmethod
    def of(cls, y: Floats, sample_weight: Floats, is_efron: bool) -> RiskSets:
        """From signed times; samples of weight 0 are left out. O(n log n)."""
        seen = np.flatnonzero(sample_weight > 0)
        time = np.abs(y[seen])
        order = seen[np.lexsort((y[seen] < 0, time))]
        time, is_event = np.abs(y[order]), y[order] > 0
        first = int(is_event.argmax()) if is_event.any() else len(order)
        order, time, is_event = order[first:], time[first:], is_event[first:]
        is_new = is_event & np.concatenate([[True], (np.diff(time) > 0) | ~is_event[:-1]])[: len(time)]
        starts = np.flatnonzero(is_new)
        group = np.cumsum(is_new) - 1
        counts = np.bincount(group, weights=is_event, minlength=len(starts)).astype(np.intp)
        weight = sample_weight[order]
        masses = np.bincount(group, weights=weight * is_event, minlength=len(starts)).astype(np.float64)
        if is_efron:
            term_group = np.repeat(np.arange(len(starts)), counts)
            rank = np.arange(len(term_group)) - np.repeat(np.cumsum(counts) - counts, counts)
            term_share = rank / counts[term_group]
            term_mass = (masses / counts)[term_group]
        else:
            term_group, term_share, term_mass = np.arange(len(starts)), np.zeros(len(starts)), masses
        return cls(order, weight, starts, counts, group, is_event, masses, term_group, term_share, term_mass)

    def over_terms(self, values: Floats) -> Floats:
        """(M,) sums over the terms of each group."""
        return np.bincount(self.term_group, values, len(self.starts)).astype(np.float64)

    def over_groups(self, values: Floats) -> Floats:
        """(M,) sums over the samples (r,) of each group."""
        return np.bincount(self.group, values, len(self.starts)).astype(np.float64)

    def log_over_terms(self, values: Floats) -> Floats:
        """(M,) logarithms of sums over the terms of each group, from logarithms (t,)."""
        first = np.searchsorted(self.term_group, np.arange(len(self.starts)))
        return np.logaddexp.reduceat(values, first)

    def log_sums(self, logs: Floats) -> tuple[Floats, Floats]:
        """Logarithms (..., M) of the sums over the events of each group, and over what is left at risk."""
        tails = np.full((*logs.shape[:-1], logs.shape[-1] + 1), -np.inf)
        tails[..., :-1] = np.logaddexp.accumulate(logs[..., ::-1], axis=-1)[..., ::-1]
        events = np.where(self.is_event, logs, -np.inf)
        return np.logaddexp.reduceat(events, self.starts, axis=-1), tails[..., self.starts + self.counts]

    def log_denominators(self, logs: Floats) -> Floats:
        """Logarithms (..., t) of the sums inside the likelihood, from log(v exp(eta)) (..., r)."""
        events, rest = self.log_sums(logs)
        of_events = np.log1p(-self.term_share) + events[..., self.term_group]
        return np.logaddexp(rest[..., self.term_group], of_events)

    def scatter(self, values: Floats, n_samples: int) -> Floats:
        """Values (r,) at their samples (n,), 0 elsewhere."""
        result = np.zeros(n_samples)
        result[self.order] = values
        return result


def risk_sets(y: Floats, sample_weight: Floats, is_efron: bool) -> RiskSets:
    """`RiskSets.of`, remembered for the last responses: a fit asks for the same at every step."""
    return _remembered(np.float64(y).tobytes(), np.float64(sample_weight).tobytes(), is_efron)


@lru_cache(maxsize=64)
def _remembered(y: bytes, sample_weight: bytes, is_efron: bool) -> RiskSets:
    return RiskSets.of(np.frombuffer(y), np.frombuffer(sample_weight), is_efron)
