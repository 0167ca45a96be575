"""Many small L1 problems at once: an interior-point method on stacks of matrices.

Each problem is  minimise |A w - b|^2 / (2 c) + |w|_1,  or for c = 0  minimise |w|_1 subject
to A w = b. With w = u - v, u, v >= 0 and the dual point y the conditions are

    A (u - v) + c y = b,    u (1 - A'y) = mu,    v (1 + A'y) = mu,    mu -> 0.

Every Newton step is one m x m system (A diag(d) A' + c I) dy = r for each problem, and
NumPy does a stack of them in compiled loops; Python only counts iterations. y = 0 is
strictly feasible for the dual, and steps stay feasible, so the gap is a true bound
throughout. Predictor and corrector steps: Mehrotra, "On the implementation of a
primal-dual interior point method", SIAM Journal on Optimization 2 (1992).

Zeros are told from non-zeros by complementarity: at the end either |w_j| or the slack
1 - |A_j'y| is of the order of mu. For equations the corner that was found is then computed
from its m equations. Cost an iteration: m^2 p + m^3 for each problem; about 12 iterations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..typing import Floats, Mask
from .stacks import (
    BatchedSolution,
    Iterates,
    add_to_diagonal,
    fewer_rows,
    least_squares,
    longest,
    pull,
    require_few_equations,
    safe_step,
    solve_each,
    solve_stack,
    times,
)


def solve_l1_batch(
    A: Floats, b: Floats, price: float = 0.0, tol: float = 1e-12, max_iterations: int = 60
) -> BatchedSolution:
    """Solve k problems of one shape.

    Parameters
    ----------
    A : (k, m, p), rows in general position, m <= p if price is 0.
    b : (k, m)
    price : float >= 0
        c of the module's formula: n alpha for squared error, 0 for equations.
    tol : float, default 1e-12
        Relative duality gap at which a problem is left.
    max_iterations : int, default 60
        Problems that are not done then keep their last gap, which says so.

    Raises
    ------
    ValueError
        If there are more equations than unknowns.
    """
    k, m, p = A.shape
    require_few_equations(m, p, price)
    A, b = fewer_rows(A, b)
    left = np.flatnonzero(np.abs(pull(A, b)).max(axis=1) > price)  # the others are solved by w = 0
    return solve_stack(_State.start(A[left], b[left], price), left, (k, p), tol, max_iterations)


@dataclass(eq=False)
class _State(Iterates):
    """Iterates of the problems that are not done; arrays (k, p) but y (k, m).

    The slacks up = 1 - A'y and down = 1 + A'y are iterates of their own: recomputed from y
    they would round to 0.
    """

    A: Floats
    b: Floats
    price: float
    u: Floats
    v: Floats
    y: Floats
    up: Floats
    down: Floats
    gap: Floats
    last_gap: Floats

    @classmethod
    def start(cls, A: Floats, b: Floats, price: float) -> Self:
        """From the answer of least Euclidean norm and y = 0."""
        w = least_squares(A, b, price)
        margin = np.abs(w).mean(axis=1, keepdims=True)
        u, v = np.maximum(w, 0.0) + margin, np.maximum(-w, 0.0) + margin
        gap = np.full(len(A), np.inf)
        return cls(A, b, price, u, v, np.zeros_like(b), np.ones_like(w), np.ones_like(w), gap, gap)

    def only(self, kept: Mask) -> Self:
        own = (self.u, self.v, self.y, self.up, self.down, self.gap, self.last_gap)
        return type(self)(self.A[kept], self.b[kept], self.price, *(x[kept] for x in own))

    def step(self) -> None:
        u, v, up, down, p = self.u, self.v, self.up, self.down, self.u.shape[1]
        matrix = (self.A * (u / up + v / down)[:, None, :]) @ self.A.transpose(0, 2, 1)
        add_to_diagonal(matrix, self.price, 1e-14)
        missing = self.b - times(self.A, u - v) - self.price * self.y
        mu = ((u * up).sum(axis=1) + (v * down).sum(axis=1))[:, None] / (2 * p)

        def direction(r_up: Floats, r_down: Floats) -> tuple[Floats, Floats, Floats, Floats]:
            right = missing - times(self.A, r_up / up - r_down / down)
            dy = solve_each(matrix, right)
            dz = pull(self.A, dy)
            return (r_up + u * dz) / up, (r_down - v * dz) / down, dy, dz

        du, dv, dy, dz = direction(-u * up, -v * down)
        primal = longest(u, du, v, dv)
        dual = longest(up, -dz, down, dz)
        after = ((u + primal * du) * (up - dual * dz)).sum(axis=1)
        after += ((v + primal * dv) * (down + dual * dz)).sum(axis=1)
        centre = mu * (after[:, None] / (2 * p) / mu) ** 3
        # the corrector takes the product of the two changes into account
        du, dv, dy, dz = direction(centre - u * up + du * dz, centre - v * down - dv * dz)
        primal = safe_step(u, du, v, dv)
        dual = safe_step(up, -dz, down, dz)
        if self.price:  # the equation holds both kinds of unknowns: one step for both
            primal = dual = np.minimum(primal, dual)
        self.u, self.v = u + primal * du, v + primal * dv
        self.up, self.down = up - dual * dz, down + dual * dz
        self.y = self.y + dual * dy
        self._measure()

    def _measure(self) -> None:
        """Relative gaps; infeasibility counts, since b - A w must vanish where c = 0."""
        self.last_gap = self.gap
        w = self.u - self.v
        error = self.b - times(self.A, w)
        size = np.abs(w).sum(axis=1)
        dual = (self.b * self.y).sum(axis=1) - self.price / 2 * (self.y**2).sum(axis=1)
        if self.price:
            primal = size + (error**2).sum(axis=1) / (2 * self.price)
            self.gap = (primal - dual) / ((self.b**2).sum(axis=1) / (2 * self.price))
        else:
            missed = np.sqrt((error**2).sum(axis=1) / (self.b**2).sum(axis=1))
            self.gap = np.abs(size - dual) / size + missed

    def answers(self, chosen: Mask) -> tuple[Floats, Floats]:
        w = (self.u - self.v)[chosen]
        slack = np.minimum(self.up, self.down)[chosen]
        largest = np.abs(w).max(axis=1, keepdims=True)
        kept = np.where(np.abs(w) > slack * largest, w, 0.0)
        if self.price:
            return kept, np.zeros(len(w))
        w = _vertex(self.A[chosen], self.b[chosen], w, kept)
        error = self.b[chosen] - times(self.A[chosen], w)
        return w, np.linalg.norm(error, axis=1) / np.linalg.norm(self.b[chosen], axis=1)


def _vertex(A: Floats, b: Floats, w: Floats, otherwise: Floats) -> Floats:
    """The corners (k, p) that the answers w are near: the m largest coefficients from the equations alone.

    Where equations fix fewer than m coefficients, the rest come out as rounding and are zero.
    Where there is no such corner near w, `otherwise`.
    """
    m = A.shape[1]
    largest = np.argpartition(-np.abs(w), m - 1, axis=1)[:, :m]
    try:
        fixed = np.linalg.solve(np.take_along_axis(A, largest[:, None, :], axis=2), b[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:  # columns that depend on each other have no single corner
        return otherwise
    fixed = np.where(np.abs(fixed) > 1e-9 * np.abs(fixed).max(axis=1, keepdims=True), fixed, 0.0)
    corner = np.zeros_like(w)
    np.put_along_axis(corner, largest, fixed, axis=1)
    # an ill-conditioned corner may be worse than the answer that it should improve
    size = np.abs(w).max(axis=1)
    is_near = np.abs(corner - w).max(axis=1) <= 1e-5 * size
    for k in np.flatnonzero(~is_near):
        is_near[k] = _is_optimal(A[k][:, largest[k]], A[k], corner[k][largest[k]])
    return np.where(is_near[:, None], corner, otherwise)


def _is_optimal(columns: Floats, A: Floats, fixed: Floats) -> bool:
    """Whether a corner with the m coefficients `fixed` is proved: columns'y = sign gives |A'y| <= 1."""
    try:
        y = np.linalg.solve(columns.T, np.sign(fixed))
    except np.linalg.LinAlgError:
        return False
    return bool(fixed.all() and np.abs(A.T @ y).max() <= 1 + 1e-9)
