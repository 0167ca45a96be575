"""The quadratic model of several classes' likelihood, over some entries of W and the intercepts.

Around probabilities P the Hessian between the entries (j, k) and (l, m) is

    sum_i v_i x_ij x_il (delta_km P_ik - P_ik P_im).

The compiled pivoting minimises the model with the prices exactly, on this matrix. The last
intercept is fixed, since a common shift of all classes changes nothing.
"""

from __future__ import annotations

import numpy as np

from ..._kernels import ActiveSet
from ...typing import Floats, Indices, Mask
from ..paths.active_set import walk

LEAST_DAMPING, MOST_DAMPING = 1e-10, 1.0
"""Share of its diagonal that is added to the model's Hessian, around the present point: more where the
model is degenerate (a feature in all classes at once changes nothing) and pivoting finds no end."""
MODEL_RATIO = 0.8
"""Ratio of neighbouring alphas along a model's own path."""


class ClassModel:
    """A model over entries (m, K) of m features, and over the intercepts if there are any.

    What it takes and gives are tables (m, K), or (m + 1, K) with the intercepts as the last row.
    """

    def __init__(self, columns: Floats, entries: Mask, P: Floats, weights: Floats, constant: float):
        """`columns` (n, m), P (n, K), weights (n,); the intercepts' column is `constant`, 0 if none."""
        K = P.shape[1]
        if constant:
            columns = np.column_stack([columns, np.full(len(columns), constant)])
            entries = np.vstack([entries, np.arange(K) < K - 1])
        self._shape = entries.shape
        self._classes, self._rows = np.nonzero(entries.T)
        places = [np.flatnonzero(self._classes == k) for k in range(K)]
        parts = [columns[:, self._rows[place]] for place in places]
        self._H = np.zeros((len(self._rows), len(self._rows)))
        for k in range(K):
            weighted = (weights * P[:, k])[:, None] * parts[k]
            for other in range(k + 1):
                share = (k == other) - P[:, other]
                block = (share[:, None] * weighted).T @ parts[other]
                self._H[np.ix_(places[k], places[other])] = block
                self._H[np.ix_(places[other], places[k])] = block.T
        self._diagonal = np.diagonal(self._H).copy()

    def minimum(
        self,
        pulls: Floats,
        held: Floats,
        price: Floats,
        ridge: Floats,
        one_sided: bool,
        alpha: float,
        alpha_max: float,
        damping: float,
    ) -> tuple[Floats | None, float]:
        """The minimum of <-pulls, D> + D'HD / 2 + alpha (price |W| + ridge W^2 / 2), W = held + D, as W.

        None where pivoting finds no end at any damping; and the damping for the next model. In
        everything but the entries of the model W is as held.
        """
        start, goal = self._flat(held), None
        prices, ridges = self._flat(price), self._flat(ridge)
        while goal is None and damping <= MOST_DAMPING:
            self._H[np.diag_indices_from(self._H)] = self._diagonal * (1 + damping)
            c = self._flat(pulls) + self._H @ start
            goal = self._pivoted(c, prices, ridges, one_sided, start, alpha, alpha_max)
            damping = 30 * damping if goal is None else max(LEAST_DAMPING, 0.1 * damping)
        if goal is None:
            return None, damping
        full = held.copy()
        full[self._rows, self._classes] = goal
        return full, damping

    def _flat(self, table: Floats) -> Floats:
        return np.ascontiguousarray(table[self._rows, self._classes])

    def _pivoted(
        self,
        c: Floats,
        price: Floats,
        ridge: Floats,
        one_sided: bool,
        start: Floats,
        alpha: float,
        alpha_max: float,
    ) -> Floats | None:
        active = ActiveSet(max(64, int((start != 0).sum()) + 64))
        active.hold_gram(self._H)
        active.set_quadratic(None, None, None, c, price, ridge if ridge.any() else None, one_sided)
        members: Indices = np.flatnonzero((start != 0) | (price == 0))
        active.retarget(members, np.where(price[members] > 0, np.sign(start[members]), 0.0), alpha)
        slots = np.arange(len(c))
        found = walk(active, slots, np.array([alpha]), -1.0)
        if len(found) == 0:  # too long a way for pivoting: along the model's own path instead
            free = np.flatnonzero(price == 0)
            active.retarget(free, np.zeros(len(free)), alpha, rebuild=True)
            count = int(np.ceil(np.log(alpha_max / alpha) / -np.log(MODEL_RATIO))) if price.any() else 0
            alphas = alpha * MODEL_RATIO ** -np.arange(max(count, 0) + 3.0)[::-1]
            found = walk(active, slots, alphas, -1.0)
            if len(found) < len(alphas):
                return None
        goal = np.zeros(len(c))
        size = found.sizes[-1]
        goal[found.members[-1, :size]] = found.weights[-1, :size]
        return goal
