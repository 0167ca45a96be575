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
from typing import ClassVar

import numpy as np

from ..typing import Floats, Mask
from ..values import frozen_array
from .base import Norm
from .face import Face


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
        if not 0 < self.q < 1:
            raise ValueError(f"q must lie between 0 and 1, got {self.q!r}.")
        if self.weights is not None:
            weights = frozen_array(self.weights, "weights")
            if not np.isfinite(weights).all() or (weights < 0).any() or (np.diff(weights) > 0).any():
                raise ValueError(
                    f"weights must be finite, >= 0 and non-increasing, got {weights.tolist()}; sort them downwards."
                )
            if len(weights) and weights[0] == 0:
                raise ValueError("weights must not all be zero; the first must be > 0.")
            object.__setattr__(self, "weights", weights)

    def check(self, n_features: int) -> None:
        if self.weights is not None and len(self.weights) != n_features:
            raise ValueError(
                f"weights has length {len(self.weights)} but X has {n_features} features; give one weight a rank."
            )

    def prices(self, n_features: int) -> Floats:
        """(p,) weights by rank."""
        if self.weights is not None:
            return self.weights
        from scipy.special import ndtri

        quantiles = ndtri(1 - np.arange(1, n_features + 1) * self.q / (2 * n_features))
        return np.asarray(quantiles / quantiles[0]) if n_features else np.zeros(0)

    def value(self, w: Floats) -> float:
        return float(self.prices(len(w)) @ np.sort(np.abs(w))[::-1])

    def subgradient(self, w: Floats, direction: Floats) -> Floats:
        # among ties the weights go to those that grow fastest along the direction
        side = np.where(w != 0, np.sign(w), np.sign(direction))
        order = np.lexsort((-side * direction, -np.abs(w)))
        result = np.zeros(len(w))
        result[order] = side[order] * self._ranked(w, side * direction, order)
        return result

    def _ranked(self, w: Floats, growth: Floats, order: np.ndarray) -> Floats:
        """Weights in sorted order; a zero that does not grow pays nothing."""
        prices = self.prices(len(w))
        return np.where((w[order] == 0) & (growth[order] <= 0), 0.0, prices)

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

    def face(self, w: Floats) -> Face:
        prices = self.prices(len(w))
        size = np.abs(w)
        # weight 0 at the tail does not make a zero free: the zeros share one vanishing weight only
        index = np.flatnonzero(w)
        levels, cluster = np.unique(-size[index], return_inverse=True)
        counts = np.bincount(cluster, minlength=len(levels))
        ends = np.cumsum(counts)
        sums = np.concatenate([[0.0], np.cumsum(prices)])
        n_coordinates = len(levels)
        return Face(
            n_features=len(w),
            index=index,
            cluster=cluster.astype(np.intp),
            sign=np.sign(w[index]),
            coordinates=-levels,
            gradient=sums[ends] - sums[ends - counts],
            curvature=np.zeros(n_coordinates),
            factors=np.zeros((n_coordinates, 0)),
            factor_weights=np.zeros(0),
        )

    def slack(self, w: Floats, z: Floats, alpha: float) -> Floats:
        # the zeros may hold any z whose k largest sum to at most alpha times their k first weights
        zeros = np.flatnonzero(w == 0)
        result = np.zeros(len(w))
        if len(zeros) == 0:
            return result
        room = alpha * np.cumsum(self.prices(len(w))[len(w) - len(zeros) :])
        pull = np.abs(z[zeros])
        order = np.argsort(-pull, kind="stable")
        sums = np.cumsum(pull[order])
        spare = room - sums
        if spare.min() < 0:
            return result
        # raising one entry lifts every sum from its own rank on, and, once it overtakes others, earlier ones
        rank = np.arange(len(zeros))
        for position in rank:
            own = pull[order[position]]
            others = np.concatenate([[0.0], np.cumsum(np.delete(pull[order], position))])
            result[zeros[order[position]]] = max(float((room - others[: len(zeros)] - own).min()), 0.0)
        return result

    def screen(self, z: Floats, margin: Floats, alpha: float) -> Mask:
        # a non-zero needs at least the smallest weight
        return np.asarray(np.abs(z) + margin < alpha * self.prices(len(z)).min(initial=np.inf))
