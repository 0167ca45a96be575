"""Many small LInf problems at once: the interior-point method of `batched.py` for the cube.

Each problem is  minimise |A w - b|^2 / (2 c) + t  subject to -t <= w <= t, or for c = 0 with
A w = b instead of the square. With the distances u = t - w, v = t + w from the two sides,
their multipliers f, g >= 0 and the dual point y the conditions are

    A w + c y = b,   A'y = f - g,   sum(f + g) = 1,   u f = mu,   v g = mu,   mu -> 0.

Eliminating f, g and then w leaves one m x m system with a border for t. y = 0 and
f = g = 1 / (2 p) is feasible for the dual, so that the gap is a true bound throughout.

Ties are told by complementarity: at the end either the distance from the side or its
multiplier is of the order of mu. For equations m - 1 coefficients are free and all others
share the largest size; those m numbers are then computed from the m equations.
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


def solve_linf_batch(
    A: Floats, b: Floats, price: float = 0.0, tol: float = 1e-12, max_iterations: int = 60
) -> BatchedSolution:
    """Solve k problems of one shape; as `solve_l1_batch`, with |w|_inf for |w|_1."""
    k, m, p = A.shape
    require_few_equations(m, p, price)
    A, b = fewer_rows(A, b)
    left = np.flatnonzero(np.abs(pull(A, b)).sum(axis=1) > price)  # the others are solved by w = 0
    return solve_stack(_State.start(A[left], b[left], price), left, (k, p), tol, max_iterations)


@dataclass(eq=False)
class _State(Iterates):
    """Iterates of the problems that are not done: w, u, v, f, g (k, p), t (k, 1), y (k, m)."""

    A: Floats
    b: Floats
    price: float
    w: Floats
    t: Floats
    u: Floats
    v: Floats
    f: Floats
    g: Floats
    y: Floats
    gap: Floats
    last_gap: Floats

    @classmethod
    def start(cls, A: Floats, b: Floats, price: float) -> Self:
        """From the answer of least Euclidean norm, well inside a cube, and y = 0."""
        w = least_squares(A, b, price)
        t = 1.5 * np.abs(w).max(axis=1, keepdims=True)
        even = np.full(w.shape, 0.5 / A.shape[2])
        gap = np.full(len(A), np.inf)
        return cls(A, b, price, w, t, t - w, t + w, even, even, np.zeros_like(b), gap, gap)

    def only(self, kept: Mask) -> Self:
        own = (self.w, self.t, self.u, self.v, self.f, self.g, self.y, self.gap, self.last_gap)
        return type(self)(self.A[kept], self.b[kept], self.price, *(x[kept] for x in own))

    def step(self) -> None:
        u, v, f, g, p = self.u, self.v, self.f, self.g, self.u.shape[1]
        first, second = f / u, g / v
        total, apart = first + second, first - second
        border = times(self.A, apart / total)
        stiffness = (4 * first * second / total).sum(axis=1, keepdims=True)
        inner = (self.A / total[:, None, :]) @ self.A.transpose(0, 2, 1)
        add_to_diagonal(inner, self.price, 1e-14)
        # t stays in the system: eliminated, it would swamp the rest where hardly a coefficient is free
        upper = np.concatenate([inner, border[:, :, None]], axis=2)
        lower = np.concatenate([border, -stiffness], axis=1)[:, None, :]
        matrix = np.concatenate([upper, lower], axis=1)
        missing = self.b - times(self.A, self.w) - self.price * self.y
        uneven = pull(self.A, self.y) - f + g
        unspent = 1 - (f + g).sum(axis=1, keepdims=True)
        mu = ((u * f).sum(axis=1) + (v * g).sum(axis=1))[:, None] / (2 * p)

        def direction(r_u: Floats, r_v: Floats) -> tuple[Floats, ...]:
            rest = uneven - r_u / u + r_v / v
            load = (r_u / u + r_v / v + apart / total * rest).sum(axis=1, keepdims=True) - unspent
            right = missing - times(self.A, rest / total)
            found = solve_each(matrix, np.concatenate([right, -load], axis=1))
            dy, dt = found[:, :-1], found[:, -1:]
            dw = (pull(self.A, dy) + rest + apart * dt) / total
            return dw, dt, (r_u - f * (dt - dw)) / u, (r_v - g * (dt + dw)) / v, dy

        dw, dt, df, dg, dy = direction(-u * f, -v * g)
        primal, dual = longest(u, dt - dw, v, dt + dw), longest(f, df, g, dg)
        after = ((u + primal * (dt - dw)) * (f + dual * df)).sum(axis=1)
        after += ((v + primal * (dt + dw)) * (g + dual * dg)).sum(axis=1)
        centre = mu * (after[:, None] / (2 * p) / mu) ** 3
        # the corrector takes the product of the two changes into account
        dw, dt, df, dg, dy = direction(centre - u * f - (dt - dw) * df, centre - v * g - (dt + dw) * dg)
        primal, dual = safe_step(u, dt - dw, v, dt + dw), safe_step(f, df, g, dg)
        if self.price:  # the equation holds both kinds of unknowns: one step for both
            primal = dual = np.minimum(primal, dual)
        self.w, self.t = self.w + primal * dw, self.t + primal * dt
        self.u, self.v = u + primal * (dt - dw), v + primal * (dt + dw)
        self.f, self.g, self.y = f + dual * df, g + dual * dg, self.y + dual * dy
        self._measure()

    def _measure(self) -> None:
        """Relative gaps; infeasibility counts, since b - A w must vanish where c = 0."""
        self.last_gap = self.gap
        error = self.b - times(self.A, self.w)
        size = self.t[:, 0]
        dual = (self.b * self.y).sum(axis=1) - self.price / 2 * (self.y**2).sum(axis=1)
        if self.price:
            primal = size + (error**2).sum(axis=1) / (2 * self.price)
            self.gap = (primal - dual) / ((self.b**2).sum(axis=1) / (2 * self.price))
        else:
            missed = np.sqrt((error**2).sum(axis=1) / (self.b**2).sum(axis=1))
            self.gap = np.abs(size - dual) / size + missed

    def answers(self, chosen: Mask) -> tuple[Floats, Floats]:
        A, b, w, t = self.A[chosen], self.b[chosen], self.w[chosen], self.t[chosen]
        room = np.minimum(self.u, self.v)[chosen]
        force = np.where(w > 0, self.f[chosen], self.g[chosen])
        tied = np.where(room < w.shape[1] * force * t, np.sign(w) * t, w)
        if self.price:
            return tied, np.zeros(len(w))
        w = _side(A, b, w, room, tied)
        error = b - times(A, w)
        return w, np.linalg.norm(error, axis=1) / np.linalg.norm(b, axis=1)


def _side(A: Floats, b: Floats, w: Floats, room: Floats, otherwise: Floats) -> Floats:
    """The answers (k, p) near w with m - 1 free coefficients and the rest tied, from the equations alone.

    Free are those with the most `room` (k, p) to the sides. Where there is no such answer
    near w, `otherwise`.
    """
    n_free = A.shape[1] - 1
    free = np.argsort(-room, axis=1)[:, :n_free]
    sign = np.sign(w)
    np.put_along_axis(sign, free, 0.0, axis=1)
    columns = np.concatenate([np.take_along_axis(A, free[:, None, :], axis=2), times(A, sign)[:, :, None]], 2)
    try:
        fixed = solve_each(columns, b)
    except np.linalg.LinAlgError:  # columns that depend on each other have no single answer
        return otherwise
    found = sign * fixed[:, -1:]
    np.put_along_axis(found, free, fixed[:, :-1], axis=1)
    is_near = np.abs(found - w).max(axis=1) <= 1e-5 * np.abs(w).max(axis=1)
    return np.where(is_near[:, None], found, otherwise)
