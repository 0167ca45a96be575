"""Stacks of small problems: products, steps, and the loop that leaves each problem when it is done.

NumPy multiplies and factors a stack of matrices in compiled loops, so that Python only
counts iterations; arrays are (k, ...) for k problems.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np

from ..designs.stopping import stop_if_asked
from ..typing import Floats, Indices, Mask

STALLED = 1e-6
"""Gap below which a standstill is put down to rounding, for steps that nearly reach the boundary."""
STEP_SHARE = 0.995
"""Share of the way to the boundary that a step may go."""


@dataclass(frozen=True, eq=False)
class BatchedSolution:
    """Answers of a stack of problems.

    Attributes
    ----------
    coefs : (k, p), zeros and ties exact.
    gaps : (k,) duality gaps relative to the size of the objective.
    residuals : (k,) |A w - b| / |b| for equations, else 0.
    """

    coefs: Floats
    gaps: Floats
    residuals: Floats

    @property
    def zeros(self) -> Floats:
        """(k,) number of zeros of each."""
        return np.asarray((self.coefs == 0).sum(axis=1))


class Iterates(ABC):
    """Problems that are not done; `gap` and `last_gap` (k,) are relative duality gaps."""

    gap: Floats
    last_gap: Floats

    @abstractmethod
    def only(self, kept: Mask) -> Self:
        """The iterates of some of the problems."""

    @abstractmethod
    def step(self) -> None:
        """One iteration, and the new gaps."""

    @abstractmethod
    def answers(self, chosen: Mask) -> tuple[Floats, Floats]:
        """Coefficients (q, p) with exact zeros and ties, and how far they are from the equations (q,)."""


def solve_stack(
    state: Iterates,
    left: Indices,
    shape: tuple[int, int],
    tol: float,
    max_iterations: int,
    stalled: float = STALLED,
) -> BatchedSolution:
    """Iterate; the problems `left` are those of the state, all others are solved by w = 0.

    Parameters
    ----------
    state : Iterates of the problems left.
    left : (q,) their places in the stack.
    shape : (k, p)
    tol : float, relative duality gap at which a problem is left.
    max_iterations : int
        Problems that are not done then keep their last gap, which says so.
    stalled : float
        A gap below this that two steps in a row did not halve is final.
    """
    coefs, gaps, residuals = np.zeros(shape), np.zeros(shape[0]), np.zeros(shape[0])
    stalls = np.zeros(len(left), dtype=np.intp)
    for iteration in range(max_iterations + 1):
        # close to the limit of the digits the gap ends to fall: more steps would not help
        is_stuck = (state.gap < stalled) & (state.gap > state.last_gap / 2)
        stalls = np.where(is_stuck, stalls + 1, 0)
        done = (state.gap <= tol) | (stalls > 1)
        if iteration == max_iterations:
            done = np.ones(len(left), dtype=bool)
        if done.any():
            coefs[left[done]], residuals[left[done]] = state.answers(done)
            gaps[left[done]] = state.gap[done]
            left, state, stalls = left[~done], state.only(~done), stalls[~done]
        if not len(left):
            break
        state.step()
    return BatchedSolution(coefs, gaps, residuals)


def require_few_equations(m: int, p: int, price: float) -> None:
    """Raise ValueError where there are more equations than unknowns."""
    if price == 0 and m > p:
        raise ValueError(f"A must not have more equations than unknowns, got {m} and {p}; use a price > 0.")


def fewer_rows(A: Floats, b: Floats) -> tuple[Floats, Floats]:
    """At most p rows with the same squared error up to a constant: A = QR leaves R and Q'b."""
    p = A.shape[2]
    if A.shape[1] <= p:
        return A, b
    triangle = np.asarray(np.linalg.qr(np.concatenate([A, b[:, :, None]], axis=2), mode="r"))
    return triangle[:, :p, :p], triangle[:, :p, p]


def times(A: Floats, x: Floats) -> Floats:
    """A x for each problem."""
    stop_if_asked()
    return np.asarray((A @ x[:, :, None])[:, :, 0])


def pull(A: Floats, y: Floats) -> Floats:
    """A'y for each problem."""
    stop_if_asked()
    return np.asarray((y[:, None, :] @ A)[:, 0, :])


def solve_each(matrix: Floats, right: Floats) -> Floats:
    """(k, m) answers of k systems."""
    stop_if_asked()
    return np.asarray(np.linalg.solve(matrix, right[:, :, None])[:, :, 0], dtype=np.float64)


def add_to_diagonal(matrix: Floats, price: float, ridge: float) -> None:
    """Add the price, and `ridge` of the mean of the diagonal against singular matrices; in place."""
    diagonal = np.einsum("kii->ki", matrix)
    diagonal += price + ridge * diagonal.mean(axis=1, keepdims=True)


def least_squares(A: Floats, b: Floats, price: float) -> Floats:
    """(k, p) the answers of least Euclidean norm, A'(A A' + price I)^-1 b."""
    gram = A @ A.transpose(0, 2, 1)
    add_to_diagonal(gram, price, 1e-12)
    return pull(A, solve_each(gram, b))


def longest(x: Floats, dx: Floats, y: Floats, dy: Floats) -> Floats:
    """(k, 1) largest step <= 1 / STEP_SHARE that keeps x + t dx and y + t dy positive."""
    with np.errstate(divide="ignore", invalid="ignore"):
        limits = [np.where(d < 0, -a / d, np.inf).min(axis=1) for a, d in ((x, dx), (y, dy))]
    return np.minimum(np.minimum(*limits), 1 / STEP_SHARE)[:, None]


def safe_step(x: Floats, dx: Floats, y: Floats, dy: Floats) -> Floats:
    """(k, 1) the share of a step that is taken: STEP_SHARE of the way to the boundary, at most all of it."""
    return np.minimum(1.0, STEP_SHARE * longest(x, dx, y, dy))
