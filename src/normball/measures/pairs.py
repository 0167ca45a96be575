"""Figures over pairs of rows: how often the order of predictions is the right one.

The area under the ROC curve is the share of pairs of a row of class 1 and one of class 0 in which
the former is predicted higher. Harrell's concordance (Harrell, Lee, Mark, Statistics in Medicine 15,
1996) is the share of pairs of which the one with the earlier event is predicted the higher hazard; a
pair counts if the earlier of both times is that of an event, and an event comes before a censoring at
the same time. Equal predictions count half. A pair weighs the product of its rows' weights.

Rows of different folds are predicted by different models, whose linear predictors have no common
origin, so only pairs within a fold count.

O(m log m) for the area, O(m log^2 m) for the concordance.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..typing import Floats, Indices

PairCounts = tuple[Floats, Floats]
"""Of each row (m,): weight of those of its pairs that are in the right order, and of all of its pairs."""


def auc(eta: Floats, y: Floats, weight: Floats, fold: Indices) -> tuple[float, float]:
    """Area under the ROC curve of predictors eta (m,) of classes y (m,) in {0, 1}, and its standard error.

    NaN where no fold holds both classes.
    """
    return _over_folds(_class_pairs, eta, y, weight, fold)


def concordance(eta: Floats, y: Floats, weight: Floats, fold: Indices) -> tuple[float, float]:
    """Harrell's concordance of log-hazards eta (m,) with times y (m,), negative where censored.

    Second its standard error; NaN where no two times can be compared.
    """
    return _over_folds(_time_pairs, eta, y, weight, fold)


def uno_concordance(
    eta: Floats, y: Floats, weight: Floats, training_y: Floats | None = None, tau: float = np.inf
) -> float:
    """Uno's concordance: Harrell's, each pair divided by the squared share not yet censored at its event.

    Unlike Harrell's it does not depend on who was censored, if that is independent of the hazard (Uno,
    Cai, Pencina, D'Agostino, Wei, Statistics in Medicine 30, 2011).

    Parameters
    ----------
    eta : (m,) log-hazards ; y : (m,) times, negative where censored ; weight : (m,)
    training_y : (n,) optional
        Times whose censoring is taken; default y itself.
    tau : float
        Only events before it count. NaN where none can be compared.

    Raises
    ------
    ValueError
        If an event before tau is later than every time by which some were not censored.
    """
    known = y if training_y is None else training_y
    times, left = _not_censored(known)
    at = np.searchsorted(times, np.where(y > 0, y, 0.0), side="right")
    share = np.concatenate([[1.0], left])[at]
    counts = (y > 0) & (y < tau)
    if (share[counts] <= 0).any():
        late = float(y[counts & (share <= 0)].min())
        raise ValueError(f"everybody is censored by the time {late:g} of an event; give a smaller tau.")
    factor = np.divide(1.0, share**2, out=np.zeros(len(y)), where=counts)
    right, pairs = _time_pairs(eta, y, weight, factor)
    total = float(pairs.sum())
    return float(right.sum()) / total if total > 0 else float("nan")


def _not_censored(y: Floats) -> tuple[Floats, Floats]:
    """Distinct times and the share not censored by them: Kaplan and Meier's, events before censorings."""
    times, place = np.unique(np.abs(y), return_inverse=True)
    at_risk = np.cumsum(np.bincount(place)[::-1])[::-1] - np.bincount(place, y > 0)
    censored = np.bincount(place, y < 0)
    return times, np.cumprod(1.0 - np.divide(censored, at_risk, out=np.zeros(len(times)), where=censored > 0))


def _over_folds(
    count: Callable[[Floats, Floats, Floats], PairCounts],
    eta: Floats,
    y: Floats,
    weight: Floats,
    fold: Indices,
) -> tuple[float, float]:
    order = np.argsort(fold, kind="stable")
    starts = np.flatnonzero(np.diff(fold[order], prepend=-1))
    right, pairs = np.zeros(len(y)), np.zeros(len(y))
    for rows in np.split(order, starts[1:]):
        if len(rows) > 1:
            right[rows], pairs[rows] = count(eta[rows], y[rows], weight[rows])
    total = float(pairs.sum()) / 2
    if not total > 0:
        return float("nan"), float("nan")
    share = float(right.sum()) / 2 / total
    return share, float(np.sqrt(((right - share * pairs) ** 2).sum())) / total


def _class_pairs(eta: Floats, y: Floats, weight: Floats) -> PairCounts:
    is_one = y > 0.5
    right, pairs = np.zeros(len(y)), np.zeros(len(y))
    for mine, sign in ((is_one, 1.0), (~is_one, -1.0)):
        others = np.sort(sign * eta[~mine])
        carried = weight[~mine][np.argsort(sign * eta[~mine], kind="stable")]
        below = np.concatenate([[0.0], np.cumsum(carried)])
        left = below[np.searchsorted(others, sign * eta[mine], "left")]
        right_end = below[np.searchsorted(others, sign * eta[mine], "right")]
        right[mine] = weight[mine] * 0.5 * (left + right_end)
        pairs[mine] = weight[mine] * below[-1]
    return right, pairs


def _time_pairs(eta: Floats, y: Floats, weight: Floats, factor: Floats | float = 1.0) -> PairCounts:
    """As a count of points: events at even places of the order of times, what is censored then just after.

    Pairs also weigh `factor` of their event.
    """
    place = 2 * np.unique(np.abs(y), return_inverse=True)[1] + (y < 0)
    rank = np.unique(eta, return_inverse=True)[1]
    of_events = np.where(y > 0, weight * factor, 0.0)
    higher, equal, earlier = before(place, rank, of_events)
    right, pairs = weight * (higher + 0.5 * equal), weight * earlier
    higher, equal, later = before(-place, -rank, weight)  # of those after it, the lower ones
    return right + of_events * (higher + 0.5 * equal), pairs + of_events * later


def before(place: Indices, rank: Indices, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """For each row, the weight of those at lower places with a higher rank, with the same, with any (m,).

    Rows are ordered by place once; then the bits of the ranks are gone through from the highest: two
    rows that agree above a bit and differ in it are told apart by it, and by no other.
    """
    rank = rank - rank.min()
    _, first = np.unique(place, return_inverse=True)
    totals = np.bincount(first, weight)
    any_rank = (np.cumsum(totals) - totals)[first]
    order = np.lexsort((rank, place))
    equal = np.zeros(len(place))
    same = order[np.argsort(rank[order], kind="stable")]
    equal[same] = _within(rank[same], weight[same])
    equal -= _of_tied_places(place, rank, weight)
    higher, sorted_rank = np.zeros(len(place)), rank[order]
    for bit in range(int(rank.max()).bit_length() - 1, -1, -1):
        kept = np.argsort(sorted_rank >> (bit + 1), kind="stable")
        rows, group = order[kept], sorted_rank[kept] >> (bit + 1)
        is_high = (sorted_rank[kept] >> bit & 1).astype(bool)
        found = _within(group, np.where(is_high, weight[rows], 0.0))
        higher[rows] += np.where(is_high, 0.0, found)
    return higher, equal, np.asarray(any_rank, dtype=np.float64)


def _within(group: Indices, weight: Floats) -> Floats:
    """Sums (m,) of the weights before each row in its run of equal groups."""
    sums = np.cumsum(weight) - weight
    starts = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    return sums - np.repeat(sums[starts], np.diff(starts, append=len(group)))


def _of_tied_places(place: Indices, rank: Indices, weight: Floats) -> Floats:
    """What `_within` a rank counts too much: those before each row that have its place as well."""
    order = np.lexsort((np.arange(len(place)), place, rank))
    pair = np.flatnonzero((np.diff(place[order]) != 0) | (np.diff(rank[order]) != 0)) + 1
    group = np.zeros(len(place), dtype=np.intp)
    group[pair] = 1
    result = np.zeros(len(place))
    result[order] = _within(np.cumsum(group), weight[order])
    return result
