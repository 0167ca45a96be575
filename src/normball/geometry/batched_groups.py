"""Many small systems of equations at once, solved for the least sum of group lengths.

Each problem is  minimise sum_g c_g |w_g|  subject to A w = b; its dual is to maximise b'y
with |z_g| <= c_g, z = A'y. With a logarithmic barrier for these bounds, s_g = c_g^2 - |z_g|^2,

    maximise  b'y + epsilon sum_g log s_g,    w_g = 2 epsilon z_g / s_g at its maximum,

and epsilon goes to 0. Newton's step dy on this also gives weights that meet the equations
exactly, so that every iteration has a true duality gap. Every step is one m x m system for
each problem; about 30 iterations. Source: Boyd, Vandenberghe, "Convex optimization" (2004),
sections 11.2 and 11.6 (barriers of second-order cones).

Zero groups are told by complementarity: at the end either |w_g| or s_g is of the order of
epsilon. The weights that stay are then moved back onto the equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..norms.blocks import Blocks
from ..typing import Floats, Mask
from .stacks import (
    BatchedSolution,
    Iterates,
    add_to_diagonal,
    least_squares,
    pull,
    require_few_equations,
    solve_each,
    solve_stack,
    times,
)

STEP = 0.8
"""Share of the way to the boundary that a step may go."""
UNCUT, CUT = 0.6, 0.3
"""Shares of a step from which the barrier may be lowered, and below which it is raised again."""
NARROWING = 0.15
"""Share of itself to which the barrier is lowered."""
STALLED = 1e-9
"""Gap below which a standstill is put down to rounding."""


def solve_groups_batch(
    blocks: Blocks, A: Floats, b: Floats, tol: float = 1e-11, max_iterations: int = 80
) -> BatchedSolution:
    """Solve k systems of one shape.

    Parameters
    ----------
    blocks : Blocks, the groups of the p features and their prices > 0.
    A : (k, m, p), rows in general position, m <= p.
    b : (k, m)
    tol, max_iterations : as `solve_l1_batch`.

    Raises
    ------
    ValueError
        If there are more equations than unknowns.
    """
    k, m, p = A.shape
    require_few_equations(m, p, 0.0)
    left = np.flatnonzero(b.any(axis=1))
    member = np.eye(len(blocks.price))[blocks.label]
    state = _State.start(A[left], b[left], member, blocks.price)
    return solve_stack(state, left, (k, p), tol, max_iterations, STALLED)


@dataclass(eq=False)
class _State(Iterates):
    """Iterates of the problems that are not done; `member` (p, G) says which group a feature is in."""

    A: Floats
    b: Floats
    member: Floats
    price: Floats
    y: Floats
    w: Floats
    barrier: Floats
    gap: Floats
    last_gap: Floats

    @classmethod
    def start(cls, A: Floats, b: Floats, member: Floats, price: Floats) -> Self:
        """From y = 0, with a barrier as high as the answer of least Euclidean norm is long."""
        w = least_squares(A, b, 0.0)
        gap = np.full(len(A), np.inf)
        state = cls(A, b, member, price, np.zeros_like(b), w, np.zeros((len(A), 1)), gap, gap)
        state.barrier = state._value(w)[:, None] / (2 * len(price))
        return state

    def only(self, kept: Mask) -> Self:
        own = (x[kept] for x in (self.y, self.w, self.barrier, self.gap, self.last_gap))
        return type(self)(self.A[kept], self.b[kept], self.member, self.price, *own)

    def _value(self, w: Floats) -> Floats:
        """(k,) sum of the priced lengths."""
        return np.asarray(np.sqrt(w**2 @ self.member) @ self.price)

    def _room(self, z: Floats) -> Floats:
        """(k, G) c_g^2 - |z_g|^2, positive also where it has rounded away."""
        return np.maximum(self.price**2 - z**2 @ self.member, 1e-16 * self.price**2)

    def _spread(self, of_groups: Floats) -> Floats:
        """(k, p) the number of each feature's group."""
        return of_groups @ self.member.T

    def step(self) -> None:
        z = pull(self.A, self.y)
        room = self._room(z)
        scale = self._spread(2 * self.barrier / room)
        # Newton's matrix is A (scale (I + 2 z z' / room)) A', the second part group by group
        matrix = (self.A * scale[:, None, :]) @ self.A.transpose(0, 2, 1)
        along = (self.A * z[:, None, :]) @ self.member
        matrix += (along * (4 * self.barrier / room**2)[:, None, :]) @ along.transpose(0, 2, 1)
        add_to_diagonal(matrix, 0.0, 1e-15)
        dy = solve_each(matrix, self.b - times(self.A, scale * z))
        dz = pull(self.A, dy)
        self.w = scale * (z + dz + 2 * z * self._spread(((z * dz) @ self.member) / room))
        share = np.minimum(1.0, STEP * self._longest(z, dz, room))
        self.y = self.y + share * dy
        self._measure()
        change = np.where(share > UNCUT, NARROWING, np.where(share < CUT, 2.0, 1.0))
        self.barrier = change * self.barrier

    def _longest(self, z: Floats, dz: Floats, room: Floats) -> Floats:
        """(k, 1) largest step <= 1 / STEP that keeps every |z_g + t dz_g| below its price."""
        square, cross = dz**2 @ self.member, (z * dz) @ self.member
        root = np.sqrt(cross**2 + square * room)
        with np.errstate(divide="ignore", invalid="ignore"):
            # the root of the quadratic in the form that does not cancel
            steps = np.where(cross > 0, room / (cross + root), (root - cross) / square)
        return np.minimum(np.where(square > 0, steps, np.inf).min(axis=1), 1 / STEP)[:, None]

    def _measure(self) -> None:
        """Relative gaps; what the weights miss of the equations by rounding counts."""
        self.last_gap = self.gap
        value, dual = self._value(self.w), (self.b * self.y).sum(axis=1)
        missed = np.linalg.norm(self.b - times(self.A, self.w), axis=1) / np.linalg.norm(self.b, axis=1)
        self.gap = np.abs(value - dual) / value + missed

    def answers(self, chosen: Mask) -> tuple[Floats, Floats]:
        A, b, w = self.A[chosen], self.b[chosen], self.w[chosen]
        z = pull(A, self.y[chosen])
        slack = self._room(z) / self.price**2
        length = np.sqrt(w**2 @ self.member)
        is_kept = length > slack * length.max(axis=1, keepdims=True)
        w = np.where(self._spread(is_kept.astype(float)) > 0, w, 0.0)
        for _ in range(2):  # the nearest weights on the equations, in units of the weights themselves
            matrix = (A * (w**2)[:, None, :]) @ A.transpose(0, 2, 1)
            add_to_diagonal(matrix, 0.0, 1e-13)
            w = w + w**2 * pull(A, solve_each(matrix, b - times(A, w)))
        error = np.linalg.norm(b - times(A, w), axis=1) / np.linalg.norm(b, axis=1)
        return w, error
