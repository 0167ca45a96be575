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
the plane. The factors are brought up to date from step to step, O(n |S|); with a ridge term,
whose rows come and go, and where columns depend on each other, they are made afresh, O(n |S|^2).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import linalg

from ...norms.separable import Separable
from ...typing import Floats, Indices
from ..generic.face_newton import Point
from ..instance import Instance
from ..work import Work

ENTRY = 1e-11
"""Relative excess of a pull over its price that counts as rounding."""

DEPENDENT = 1e-14
"""Share of the largest pivot or singular value below which columns depend on each other."""

MOST_UPDATES = 100
"""Columns in and out of the factors before they are made afresh."""


def solve_on_factors(
    instance: Instance, separable: Separable, alpha: float, start: Floats, work: Work | None = None
) -> Point:
    """The point at one alpha from weights `start` (p,) near it, as far as `work` allows; not certified.

    By default as far as one solve may go.
    """
    return _OrthogonalActiveSet(instance, separable, alpha, work or Work.of(100)).solve(start)


class _Factors:
    """A = Q T of columns in the order in which they came."""

    def __init__(self) -> None:
        self.order: list[int] = []
        self.Q: Floats = np.zeros((0, 0))
        self.T: Floats = np.zeros((0, 0))
        self._n_updates = 0

    def follow(self, support: list[int], column: Callable[[int], Floats]) -> None:
        """Take in the columns of a support, and leave out those of others."""
        wanted = set(support)
        gone = [j for j in self.order if j not in wanted]
        new = sorted(wanted.difference(self.order))
        self._n_updates += len(gone) + len(new)
        is_square = len(self.order) + len(new) >= len(self.Q)  # economic factors need more rows than columns
        if is_square or len(gone) + len(new) > 3 or self._n_updates > MOST_UPDATES:
            return self._begin(support, column)
        try:
            for j in gone:
                place = self.order.index(j)
                Q, T = linalg.qr_delete(self.Q, self.T, place, 1, "col", check_finite=False)
                self.Q, self.T = np.asarray(Q, dtype=np.float64), np.asarray(T, dtype=np.float64)
                del self.order[place]
            for j in new:
                place = len(self.order)
                Q, T = linalg.qr_insert(self.Q, self.T, column(j), place, "col", check_finite=False)
                self.Q, self.T = np.asarray(Q, dtype=np.float64), np.asarray(T, dtype=np.float64)
                self.order.append(j)
        except (np.linalg.LinAlgError, ValueError):  # it depends on the others, or there are no more rows
            self._begin(support, column)

    def _begin(self, support: list[int], column: Callable[[int], Floats]) -> None:
        self.order, self._n_updates = list(support), 0
        self.restart(np.column_stack([column(j) for j in support]))

    def restart(self, A: Floats) -> None:
        """Factors of a matrix (n, m)."""
        Q, T = linalg.qr(A, mode="economic", check_finite=False)
        self.Q, self.T = np.asarray(Q), np.asarray(T)


class _OrthogonalActiveSet:
    def __init__(self, instance: Instance, separable: Separable, alpha: float, work: Work) -> None:
        self._instance, self._separable, self._alpha = instance, separable, alpha
        self._work, self._factors = work, _Factors()
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
        while not self._work.is_over:
            while is_in.any() and not self._work.is_over:  # to the stationary point of the support
                self._work.spend()
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
        if self._separable.ridge is None:
            self._factors.follow(support.tolist(), self._columns.__getitem__)
            back = np.searchsorted(support, self._factors.order)
        else:
            self._factors.restart(A)
            back = np.arange(len(support))
        Q, T = self._factors.Q, self._factors.T
        pivots = np.abs(np.diagonal(T))
        if len(T) < len(support) or pivots.min() <= DEPENDENT * pivots.max():
            return self._goal_of_dependent(A, b, tilt, w)
        A, tilt, result = A[:, back], tilt[back], np.empty(len(support))
        w = linalg.solve_triangular(T, Q.T @ b - linalg.solve_triangular(T, tilt, trans="T"))
        error = A.T @ (b - A @ w) - tilt
        correction = linalg.solve_triangular(T, linalg.solve_triangular(T, error, trans="T"))
        result[back] = w + correction
        return result

    @staticmethod
    def _goal_of_dependent(A: Floats, b: Floats, tilt: Floats, w: Floats) -> Floats:
        _, values, turned = linalg.svd(A, full_matrices=False)
        kept = values > DEPENDENT * values.max(initial=0.0)
        basis, squares = turned[kept], values[kept] ** 2
        downhill = basis.T @ (basis @ tilt) - tilt
        shrinking = downhill * w < 0
        if np.abs(downhill).max() > 1e-9 * np.abs(tilt).max() and shrinking.any():
            way = downhill / np.abs(downhill).max()
            return np.asarray(w + 2 * way * np.abs(w[shrinking] / way[shrinking]).min())
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
