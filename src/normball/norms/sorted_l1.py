"""Sorted L1 (SLOPE, OWL): R(w) = sum_k weights_k |w|_(k), the largest |w| with the largest weight.

With weights l_1 >= ... >= l_p >= 0 and |w|_(1) >= ... >= |w|_(p). Dual norm
max_k sum_{i <= k} |z|_(i) / sum_{i <= k} l_i. The prox subtracts the weights from the
sorted |v|, makes the result non-increasing by pooling adjacent violators and clips at
zero, O(p log p) (Bogdan, van den Berg, Sabatti, Su, Candes, "SLOPE: adaptive variable
selection via convex optimization", Annals of Applied Statistics 9, 2015). Contact
happens at zeros and at ties: equal |w_j| move together as one coordinate of the face
(Schneider, Tardivel, "The geometry of uniqueness, sparsity and clustering in penalized
estimation", JMLR 23, 2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from numbers import Real
from typing import ClassVar

import numpy as np

from ..typing import Floats, Mask
from ..values import frozen_array
from .base import Norm
from .face import Face
from .projection import multiplier_by_newton, onto_boundary


@dataclass(frozen=True, eq=False, repr=False)
class SortedL1(Norm):
    """Sum of sorted absolute values with falling weights.

    Parameters
    ----------
    weights : (p,) array, non-increasing, >= 0, first > 0, optional
        Default: the Benjamini-Hochberg sequence of SLOPE, Phi^-1(1 - k q / (2 p)) for
        k = 1..p, divided by its first value.
    q : float, 0 < q < 1, default 0.1
        False discovery rate of the default sequence; unused if `weights` are given.
    """

    weights: Floats | None = None
    q: float = 0.1

    name: ClassVar[str] = "sorted_l1"
    title: ClassVar[str] = "sorted L1 (SLOPE)"
    is_polyhedral: ClassVar[bool] = True
    makes_zeros: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not (isinstance(self.q, Real) and 0 < self.q < 1):
            raise ValueError(f"q must lie between 0 and 1, got {self.q!r}.")
        object.__setattr__(self, "q", float(self.q))
        if self.weights is not None:
            weights = frozen_array(self.weights, "weights")
            if not np.isfinite(weights).all() or (weights < 0).any() or (np.diff(weights) > 0).any():
                raise ValueError(
                    f"weights must be finite, >= 0 and non-increasing, got {weights.tolist()}; "
                    "sort them downwards."
                )
            if len(weights) and weights[0] == 0:
                raise ValueError("weights must not all be zero; the first must be > 0.")
            object.__setattr__(self, "weights", weights)

    def check(self, n_features: int) -> None:
        if self.weights is not None and len(self.weights) != n_features:
            raise ValueError(
                f"weights has length {len(self.weights)} but X has {n_features} features; "
                "give one weight a rank."
            )

    def prices(self, n_features: int) -> Floats:
        """(p,) weights by rank."""
        return _slope_prices(n_features, self.q) if self.weights is None else self.weights

    def value(self, w: Floats) -> float:
        return float(self.prices(len(w)) @ np.sort(np.abs(w))[::-1])

    def subgradient(self, w: Floats, direction: Floats) -> Floats:
        # among ties the weights go to those that grow fastest along the direction
        side = np.where(w != 0, np.sign(w), np.sign(direction))
        order = np.lexsort((-side * direction, -np.abs(w)))
        result = np.zeros(len(w))
        # a zero that does not grow has side 0 and pays nothing
        result[order] = side[order] * self.prices(len(w))
        return result

    def dual_norm(self, z: Floats) -> float:
        if len(z) == 0:
            return 0.0
        sums = np.cumsum(np.sort(np.abs(z))[::-1])
        return float((sums / np.cumsum(self.prices(len(z)))).max())

    def prox(self, v: Floats, step: float) -> Floats:
        from scipy.optimize import isotonic_regression

        if len(v) == 0:
            return np.zeros(0)
        order = np.argsort(-np.abs(v), kind="stable")
        shifted = np.abs(v)[order] - step * self.prices(len(v))
        pooled = np.maximum(isotonic_regression(shifted, increasing=False).x, 0.0)
        result = np.zeros(len(v))
        result[order] = pooled
        return np.sign(v) * result + 0.0

    def prox_in(self, v: Floats, step: float, metric: Floats) -> Floats:
        """R is a submodular function's extension: the largest are found by halving (Groenevelt, 1991).

        A block that stays together has the level c = (sum m |v| - step sum of its weights) / sum m. It
        falls apart if some k of its features, first in the order of m (|v| - c), gain more than the k
        largest weights cost; those are a block of larger values. O(p^2 log p) at worst.
        """
        size, prices, result = np.abs(v), step * self.prices(len(v)), np.zeros(len(v))
        blocks = [(np.arange(len(v)), 0)] if len(v) else []
        while blocks:
            block, first = blocks.pop()
            unit, paid = metric[block], prices[first : first + len(block)]
            level = float(unit @ size[block] - paid.sum()) / float(unit.sum())
            gain = unit * (size[block] - level)
            order = np.argsort(-gain, kind="stable")
            gains = np.cumsum(gain[order] - paid)[:-1]
            rounding = 1e-14 * float(unit @ size[block] + paid.sum())
            if len(gains) and gains.max() > rounding:
                k = int(gains.argmax()) + 1
                blocks += [(block[order[:k]], first), (block[order[k:]], first + k)]
            else:
                result[block] = max(level, 0.0)
        return np.sign(v) * result + 0.0

    def project_with_multiplier(self, v: Floats, radius: float) -> tuple[Floats, float]:
        from scipy.optimize import isotonic_regression

        v = np.asarray(v, dtype=np.float64)
        if radius <= 0 or self.value(v) <= radius:
            return super().project_with_multiplier(v, radius)
        # every prox of v has the order of |v|: one sort, and the rest on ranks
        order = np.argsort(-np.abs(v), kind="stable")
        ranked, prices = np.abs(v)[order], self.prices(len(v))

        def at(mu: float) -> tuple[Floats, float, float]:
            pooled = isotonic_regression(ranked - mu * prices, increasing=False)
            starts, kept = pooled.blocks[:-1], np.maximum(pooled.x, 0.0)
            pull = np.add.reduceat(prices, starts)
            falls = kept[starts] > 0
            return kept, float(prices @ kept), float((pull**2 / pooled.weights)[falls].sum())

        kept, mu = multiplier_by_newton(at, radius)
        w = np.zeros(len(v))
        w[order] = kept
        return onto_boundary(self, np.sign(v) * w + 0.0, radius), mu

    def face(self, w: Floats) -> Face:
        prices, size = self.prices(len(w)), np.abs(w)
        order = np.argsort(-size, kind="stable")
        ranked = size[order]
        n_zeros = len(w) - int(np.count_nonzero(w))
        if n_zeros and prices[len(w) - n_zeros] == 0:
            n_zeros = 0  # R does not see zeros whose ranks cost nothing: they move freely
        index = order[: len(w) - n_zeros]
        ranked, prices = ranked[: len(index)], prices[: len(index)]
        # a tie is one coordinate; where its ranks cost the same, R has no edge and they part
        first = np.append(True, ranked[1:] != ranked[:-1])[: len(index)]
        starts = np.flatnonzero(first)
        ends = np.append(starts[1:], len(index))[: len(starts)]
        tied = np.cumsum(first) - 1
        uniform = (prices[starts] == prices[ends - 1])[tied]
        cluster = np.cumsum(first | uniform) - 1
        n_coordinates = int(cluster[-1]) + 1 if len(index) else 0
        coordinates = np.zeros(n_coordinates)
        coordinates[cluster] = ranked
        return Face(
            n_features=len(w),
            index=index,
            cluster=cluster.astype(np.intp),
            sign=np.where(w[index] < 0, -1.0, 1.0),
            coordinates=coordinates,
            gradient=np.bincount(cluster, weights=prices, minlength=n_coordinates).astype(np.float64),
            curvature=np.zeros(n_coordinates),
            factors=np.zeros((n_coordinates, 0)),
            factor_weights=np.zeros(0),
        )

    def slack(self, w: Floats, z: Floats, alpha: float) -> Floats:
        zeros = np.flatnonzero(w == 0)
        result = np.zeros(len(w))
        prices = self.prices(len(w))[len(w) - len(zeros) :]
        result[zeros] = np.maximum(_room(np.abs(z[zeros]), alpha * np.cumsum(prices)), 0.0)
        return result

    def screen(self, z: Floats, margin: Floats, alpha: float) -> Mask:
        # if w_j != 0 and k entries are at least as large as it, their pulls sum to the k first weights
        return np.asarray(_room(np.abs(z) + margin, alpha * np.cumsum(self.prices(len(z)))) > 0)


@lru_cache(maxsize=16)
def _slope_prices(n_features: int, q: float) -> Floats:
    """(p,) the default weights: every value and prox asks for them."""
    from scipy.special import ndtri

    # the upper quantiles through the lower tail, where small probabilities are exact
    quantiles = -ndtri(np.arange(1, n_features + 1) * q / (2 * max(n_features, 1)))
    prices = np.asarray(quantiles / quantiles[:1])
    prices.flags.writeable = False
    return prices


def _room(pull: Floats, allowed: Floats) -> Floats:
    """(p,) the largest s_j (negative if there is none) so that raising pull_j alone by s_j keeps it allowed.

    Allowed means that for each k pull_j and any k - 1 of the others sum to allowed[k - 1]
    at most; the others among themselves are not looked at. The k - 1 largest others are
    the k - 1 or the k largest of all without j: two running minima, O(p log p).
    """
    if len(pull) == 0:
        return np.zeros(0)
    order = np.argsort(-pull, kind="stable")
    ranked = pull[order]
    sums = np.cumsum(ranked)
    ahead = np.minimum.accumulate(allowed - (sums - ranked))  # with k - 1 others in front of j
    behind = np.append(np.minimum.accumulate((allowed - sums)[::-1])[::-1][1:], np.inf)
    room = np.zeros(len(pull))
    room[order] = np.minimum(ahead - ranked, behind)
    return room
