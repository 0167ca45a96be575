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

import numpy as np

from ..typing import Floats, Mask

STALLED = 1e-8
"""A gap below this that a step did not halve is final."""
STEP_SHARE = 0.995
"""Share of the way to the boundary that a step may go."""


@dataclass(frozen=True, eq=False)
class BatchedSolution:
    """Answers of `solve_l1_batch`.

    Attributes
    ----------
    coefs : (k, p), zeros exact.
    gaps : (k,) duality gaps relative to the size of the objective.
    residuals : (k,) |A w - b| / |b| for equations (c = 0), else 0.
    """

    coefs: Floats
    gaps: Floats
    residuals: Floats

    @property
    def zeros(self) -> Floats:
        """(k,) number of zeros of each."""
        return np.asarray((self.coefs == 0).sum(axis=1))


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
    if price == 0 and m > p:
        raise ValueError(f"A must not have more equations than unknowns, got {m} and {p}; use a price > 0.")
    if m > p:
        A, b = _fewer_rows(A, b)
    coefs, gaps, residuals = np.zeros((k, p)), np.zeros(k), np.zeros(k)
    left = np.flatnonzero(np.abs(_pull(A, b)).max(axis=1) > price)  # the others are solved by w = 0
    if len(left):
        state = _State.start(A[left], b[left], price)
        for _ in range(max_iterations):
            # close to the limit of the digits the gap ends to fall: more steps would not help
            done = (state.gap <= tol) | ((state.gap < STALLED) & (state.gap > state.last_gap / 2))
            if done.any():
                coefs[left[done]], residuals[left[done]] = state.answers(done)
                gaps[left[done]] = state.gap[done]
                left, state = left[~done], state.only(~done)
            if not len(left):
                break
            state.step()
        if len(left):
            every = np.ones(len(left), dtype=bool)
            coefs[left], residuals[left] = state.answers(every)
            gaps[left] = state.gap
    return BatchedSolution(coefs, gaps, residuals)


def _fewer_rows(A: Floats, b: Floats) -> tuple[Floats, Floats]:
    """p rows with the same squared error up to a constant: A = QR leaves R and Q'b."""
    p = A.shape[2]
    triangle = np.asarray(np.linalg.qr(np.concatenate([A, b[:, :, None]], axis=2), mode="r"))
    return triangle[:, :p, :p], triangle[:, :p, p]


def _times(A: Floats, x: Floats) -> Floats:
    """A x for each problem."""
    return np.asarray((A @ x[:, :, None])[:, :, 0])


def _pull(A: Floats, y: Floats) -> Floats:
    """A'y for each problem."""
    return np.asarray((y[:, None, :] @ A)[:, 0, :])


@dataclass(eq=False)
class _State:
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
    def start(cls, A: Floats, b: Floats, price: float) -> _State:
        """From the answer of least Euclidean norm and y = 0."""
        gram = A @ A.transpose(0, 2, 1)
        diagonal = np.einsum("kii->ki", gram)
        diagonal += price + 1e-12 * diagonal.mean(axis=1, keepdims=True)
        y = np.linalg.solve(gram, b[:, :, None])[:, :, 0]
        w = _pull(A, np.asarray(y, dtype=np.float64))
        margin = np.abs(w).mean(axis=1, keepdims=True)
        k, _, p = A.shape
        state = cls(
            A,
            b,
            price,
            np.maximum(w, 0.0) + margin,
            np.maximum(-w, 0.0) + margin,
            np.zeros_like(b),
            np.ones((k, p)),
            np.ones((k, p)),
            np.full(k, np.inf),
            np.full(k, np.inf),
        )
        return state

    def only(self, kept: Mask) -> _State:
        """The state of some of the problems."""
        own = (self.u, self.v, self.y, self.up, self.down, self.gap, self.last_gap)
        return _State(self.A[kept], self.b[kept], self.price, *(x[kept] for x in own))

    def step(self) -> None:
        """One predictor and corrector step, and the new gaps."""
        u, v, up, down, p = self.u, self.v, self.up, self.down, self.u.shape[1]
        matrix = (self.A * (u / up + v / down)[:, None, :]) @ self.A.transpose(0, 2, 1)
        diagonal = np.einsum("kii->ki", matrix)
        diagonal += self.price + 1e-14 * diagonal.mean(axis=1, keepdims=True)
        missing = self.b - _times(self.A, u - v) - self.price * self.y
        mu = ((u * up).sum(axis=1) + (v * down).sum(axis=1))[:, None] / (2 * p)

        def direction(r_up: Floats, r_down: Floats) -> tuple[Floats, Floats, Floats, Floats]:
            right = missing - _times(self.A, r_up / up - r_down / down)
            dy = np.asarray(np.linalg.solve(matrix, right[:, :, None])[:, :, 0], dtype=np.float64)
            dz = _pull(self.A, dy)
            return (r_up + u * dz) / up, (r_down - v * dz) / down, dy, dz

        du, dv, dy, dz = direction(-u * up, -v * down)
        primal = _longest(u, du, v, dv)
        dual = _longest(up, -dz, down, dz)
        after = ((u + primal * du) * (up - dual * dz)).sum(axis=1)
        after += ((v + primal * dv) * (down + dual * dz)).sum(axis=1)
        centre = mu * (after[:, None] / (2 * p) / mu) ** 3
        # the corrector takes the product of the two changes into account
        du, dv, dy, dz = direction(centre - u * up + du * dz, centre - v * down - dv * dz)
        primal = np.minimum(1.0, STEP_SHARE * _longest(u, du, v, dv))
        dual = np.minimum(1.0, STEP_SHARE * _longest(up, -dz, down, dz))
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
        error = self.b - _times(self.A, w)
        size = np.abs(w).sum(axis=1)
        dual = (self.b * self.y).sum(axis=1) - self.price / 2 * (self.y**2).sum(axis=1)
        if self.price:
            primal = size + (error**2).sum(axis=1) / (2 * self.price)
            self.gap = (primal - dual) / ((self.b**2).sum(axis=1) / (2 * self.price))
        else:
            missed = np.sqrt((error**2).sum(axis=1) / (self.b**2).sum(axis=1))
            self.gap = np.abs(size - dual) / size + missed

    def answers(self, chosen: Mask) -> tuple[Floats, Floats]:
        """Coefficients (q, p) with exact zeros, and how far they are from the equations (q,)."""
        w = (self.u - self.v)[chosen]
        slack = np.minimum(self.up, self.down)[chosen]
        largest = np.abs(w).max(axis=1, keepdims=True)
        kept = np.where(np.abs(w) > slack * largest, w, 0.0)
        if self.price:
            return kept, np.zeros(len(w))
        w = _vertex(self.A[chosen], self.b[chosen], w, kept)
        error = self.b[chosen] - _times(self.A[chosen], w)
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


def _longest(x: Floats, dx: Floats, y: Floats, dy: Floats) -> Floats:
    """(k, 1) largest step <= 1 / STEP_SHARE that keeps x + t dx and y + t dy positive."""
    with np.errstate(divide="ignore", invalid="ignore"):
        limits = [np.where(d < 0, -a / d, np.inf).min(axis=1) for a, d in ((x, dx), (y, dy))]
    return np.minimum(np.minimum(*limits), 1 / STEP_SHARE)[:, None]
