"""Squared error with a separable regulariser by an active set on orthogonal factors of its columns.

A Gram matrix squares the condition of the columns: from about 1e8 on its inverse is worth
nothing, while the columns themselves still decide between features. So where pivoting
gives up, the support is followed on A_S = V^(1/2) (X_S - mean), with a row
sqrt(alpha ridge_j) e_j where there is a ridge term, and A_S = Q T by Householder
reflections. For signs s the stationary point is

    T'T w = A_S'b - alpha price s,    w = T^-1 (Q'b - alpha T^-T price s),

refined once by the residual of that equation. From the present weights one goes there in a
straight line, and stops where a weight reaches zero: it leaves. At a stationary point the
candidate whose pull exceeds its price the most enters. The objective falls in every step, so
that no support comes twice (feature-sign search: Lee, Battle, Raina, Ng, NIPS 2006, with
Osborne, Presnell, Turlach, IMA J. Numer. Anal. 20, 2000, for the proof). Where columns
depend on each other there is no such point, or a plane of them: a singular value
decomposition gives the direction of constant fit in which the price falls, or the step to
the plane. O(n |S|^2) a step.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from ..norms.separable import Separable
from ..typing import Floats, Indices
from .face_newton import Point
from .instance import Instance

ENTRY = 1e-11
"""Relative excess of a pull over its price that counts as rounding."""

DEPENDENT = 1e-14
"""Share of the largest pivot or singular value below which columns depend on each other."""

MOST_STEPS = 400
"""Features that may enter on the way to one alpha, beyond twice the candidates."""


def solve_on_factors(instance: Instance, separable: Separable, alpha: float, start: Floats) -> Point:
    """The point at one alpha from weights `start` (p,) near it; its certificate is to be asked."""
    return _OrthogonalActiveSet(instance, separable, alpha).solve(start)


class _OrthogonalActiveSet:
    def __init__(self, instance: Instance, separable: Separable, alpha: float) -> None:
        self._instance, self._separable, self._alpha = instance, separable, alpha
        v = instance.sample_weight
        self._root = np.sqrt(v)
        self._centre = float(v @ instance.y) if instance.fit_intercept else 0.0
        self._b = self._root * (instance.y - self._centre)
        self._columns: dict[int, Floats] = {}
        self._means: dict[int, float] = {}

    def solve(self, start: Floats) -> Point:
        price, w = self._separable.price, start.astype(np.float64)
        sign = np.sign(w) * (price > 0)
        is_in = (w != 0) | (price == 0)
        blocked = np.zeros(len(w), dtype=bool)
        for _ in range(2 * len(w) + MOST_STEPS):
            entrant = -1
            while is_in.any():  # to the stationary point of the support, dropping what reaches zero
                support = np.flatnonzero(is_in)
                goal = self._goal(support, w[support], sign[support])
                step, leaving = self._first_zero(w[support], goal, sign[support])
                w[support] += step * (goal - w[support])
                if leaving < 0:
                    break
                feature = int(support[leaving])
                if step > 0:
                    blocked[:] = False
                else:  # it came and went without a gain: rounding decides here
                    blocked[feature] = True
                w[feature], is_in[feature] = 0.0, False
            pulls = self._pulls(w)
            size = pulls if self._separable.is_one_sided else np.abs(pulls)
            excess = np.where(is_in | blocked | ~(price > 0), 0.0, size / np.where(price > 0, price, 1.0))
            entrant = int(excess.argmax())
            if excess[entrant] <= self._alpha * (1 + ENTRY):
                break
            is_in[entrant], sign[entrant] = True, np.sign(pulls[entrant])
        return Point(w, self._centre - self._shift(w), self._alpha)

    def _goal(self, support: Indices, w: Floats, sign: Floats) -> Floats:
        """Where the objective is least for these signs, or beyond the first zero where it falls for ever."""
        A, b = self._rows(support)
        tilt = self._alpha * self._separable.price[support] * sign
        Q, T = linalg.qr(A, mode="economic")
        pivots = np.abs(np.diagonal(T))
        if len(T) < len(support) or pivots.min() <= DEPENDENT * pivots.max():
            return self._goal_of_dependent(A, b, tilt, w)
        w = linalg.solve_triangular(T, Q.T @ b - linalg.solve_triangular(T, tilt, trans="T"))
        error = A.T @ (b - A @ w) - tilt
        correction = linalg.solve_triangular(T, linalg.solve_triangular(T, error, trans="T"))
        return np.asarray(w + correction)

    @staticmethod
    def _goal_of_dependent(A: Floats, b: Floats, tilt: Floats, w: Floats) -> Floats:
        _, values, turned = linalg.svd(A, full_matrices=False)
        kept = values > DEPENDENT * values.max(initial=0.0)
        basis, squares = turned[kept], values[kept] ** 2
        downhill = basis.T @ (basis @ tilt) - tilt
        shrinking = downhill * w < 0
        if np.abs(downhill).max() > 1e-9 * np.abs(tilt).max() and shrinking.any():
            return np.asarray(w + 2 * downhill * np.abs(w[shrinking] / downhill[shrinking]).min())
        return np.asarray(w + basis.T @ (basis @ (A.T @ (b - A @ w) - tilt) / squares))

    @staticmethod
    def _first_zero(w: Floats, goal: Floats, sign: Floats) -> tuple[float, int]:
        """Share of the way to `goal` up to the first weight that turns, and which; (1, -1) if none does."""
        turns = np.flatnonzero((sign != 0) & (goal * sign <= 0))
        if len(turns) == 0:
            return 1.0, -1
        size = np.abs(w[turns])
        shares = size / (size + np.abs(goal[turns]) + np.finfo(float).tiny)
        first = int(shares.argmin())
        return float(shares[first]), int(turns[first])

    def _rows(self, support: Indices) -> tuple[Floats, Floats]:
        """A_S and the targets of its rows, those of a ridge term last."""
        missing = np.array([j for j in support.tolist() if j not in self._columns], dtype=np.intp)
        if len(missing):
            columns = self._instance.design.columns(missing)
            means = np.zeros(len(missing))
            if self._instance.fit_intercept:
                means = self._instance.sample_weight @ columns
            for j, column, mean in zip(missing.tolist(), columns.T, means.tolist(), strict=True):
                self._columns[j], self._means[j] = self._root * (column - mean), mean
        A = np.column_stack([self._columns[j] for j in support.tolist()])
        if self._separable.ridge is None:
            return A, self._b
        ridge = np.diag(np.sqrt(self._alpha * self._separable.ridge[support]))
        return np.vstack([A, ridge]), np.concatenate([self._b, np.zeros(len(support))])

    def _pulls(self, w: Floats) -> Floats:
        """-grad f of every candidate (p,), and what the ridge term holds against it."""
        used = np.flatnonzero(w).tolist()
        residual = self._b.copy()
        for j in used:
            residual -= w[j] * self._columns[j]
        u = self._root * residual
        if self._instance.fit_intercept:
            u -= self._instance.sample_weight * u.sum()
        pulls = self._instance.design.rmatvec(u)
        return pulls if self._separable.ridge is None else pulls - self._alpha * self._separable.ridge * w

    def _shift(self, w: Floats) -> float:
        return float(sum(self._means[j] * w[j] for j in np.flatnonzero(w).tolist()))
