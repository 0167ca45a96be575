"""The iteration of principal component pursuit on blocks of rows; `pursuit` states the problem."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..._kernels import split_rows
from ...typing import Floats
from .dual_point import DualPoint, certified, draft
from .rows import RowBlocks
from .spectrum import Centred, Matrix, add_in_order, gram_of_rows, spectrum_of
from .terms import Terms

RELAXATION = 1.9
NEAR, HOPEFUL = 4.0, 1.5
"""Gaps up to so many times the tolerance are worth a second dual point, and more work on the better one."""
ROUNDS = 3
"""Of alternating projections then; on the clip of the benchmarks they take a fifth off the gap."""


class Splitting:
    """Douglas-Rachford splitting in the unknown Z = L + t Y, see `pursuit`.

    Attributes
    ----------
    Z : Centred (m, n)
    shrunk : Shrunk, L = D_t(Z) in factors.
    clipped, mean : (m, n) C of the last inspection; sum of C over the steps since.
    t : float, the step size.
    n_steps : int
    """

    def __init__(self, terms: Terms, blocks: RowBlocks, step_size: float) -> None:
        self.terms, self.blocks, self.t = terms, blocks, step_size
        deviations, centre = terms.M.deviations, terms.M.centre
        self.Z = Centred(np.zeros_like(deviations), centre)
        self.clipped = np.zeros_like(deviations)
        self.mean = np.zeros_like(deviations)
        self.n_steps = self._n_averaged = 0
        self._spectrum = spectrum_of(deviations.shape)
        self._update(self._products(lambda rows: None))

    def promoted(self) -> Splitting:
        """The same state in float64."""
        wide = Terms(self.terms.M.astype(np.float64), self.terms.lam, self.terms.nu, self.terms.observed)
        other = Splitting(wide, self.blocks, self.t)
        other.Z.deviations[:] = self.Z.deviations
        other.n_steps = self.n_steps
        other._update(other._products(lambda rows: None))
        return other

    def move_to(self, low_rank: Floats, dual: Floats) -> None:
        """Z = L + t Y of another problem's L and Y, (m, n) each."""
        self.Z.deviations[:] = low_rank + self.t * dual - self.Z.centre[:, None]
        self._update(self._products(lambda rows: None))

    def step(self, t: float) -> None:
        """One iteration, with step size t."""
        ratio, self.t = t / self.t, t
        self._update(self._products(lambda rows: self._move(rows, ratio)))
        self._n_averaged += 1
        self.n_steps += 1

    def inspect(self, tol: float) -> tuple[float, DualPoint]:
        """Objective at L, and the draft of a dual point.

        It is made of the mean of C; where that comes near to proving the gap, of C as it is now, or
        by further rounds of projections, whichever proves more.
        """
        (misfit,) = add_in_order(self.blocks, lambda rows: (self._look(rows),), 0.0)
        primal = float(self.shrunk.values.sum()) + misfit
        now = (self.clipped, 1.0 / self.t)
        if not self._n_averaged:
            return primal, draft(*now, self.terms, self.blocks)
        points = [draft(self.mean, 1.0 / self._n_averaged, self.terms, self.blocks)]
        for within, rounds in ((NEAR, 1), (HOPEFUL, ROUNDS)):
            best = max(points, key=lambda point: point.value)
            if not primal * (1.0 - within * tol) < best.value < primal * (1.0 - tol):
                break
            source, scale = now if rounds == 1 else (best.source, best.scale)
            points.append(draft(source, scale, self.terms, self.blocks, rounds))
        return primal, max(points, key=lambda point: point.value)

    def certified(self, point: DualPoint) -> DualPoint:
        """The point with the value that it proves."""
        return certified(point, self.terms, self.blocks)

    def forget_mean(self) -> None:
        """Start a new mean."""
        self.mean[:] = 0.0
        self._n_averaged = 0

    def _update(self, products: tuple[Floats, Floats]) -> None:
        """L of a new Z."""
        product = self.Z.gram(*products) if self._spectrum.needs_gram else None
        self.shrunk = self._spectrum.shrink(self.Z, self.t, product)
        dtype = self.Z.deviations.dtype
        self._right, self._offset = self.shrunk.basis.T.astype(dtype), self.shrunk.offset.astype(dtype)

    def _products(self, change: Callable[[slice], None]) -> tuple[Floats, Floats]:
        """Change Z by rows, and return the Gram matrix (n, n) of its deviations and their product with b."""

        def work(rows: slice) -> tuple[Floats | float, Floats | float]:
            change(rows)
            if not self._spectrum.needs_gram:
                return 0.0, 0.0
            Z = self.Z.deviations[rows]
            return gram_of_rows(Z), Z.T @ self.Z.centre[rows]

        n = self.Z.shape[1]
        product, cross = add_in_order(self.blocks, work, np.zeros((n, n)), np.zeros(n))
        return product, cross

    def _bare(self, rows: slice) -> Matrix:
        """Rows of L - b 1' without b offset', in memory that the next block of this thread takes."""
        height, (rank, n), dtype = rows.stop - rows.start, self._right.shape, self._right.dtype
        factor = self.shrunk.bare(rows, self.blocks.scratch("factor", (height, rank), dtype))
        return np.matmul(factor, self._right, out=self.blocks.scratch("low rank", (height, n), dtype))

    def _move(self, rows: slice, ratio: float) -> None:
        """Z <- L + t Y + RELAXATION * (C - t Y) on a block, t being `ratio` times the last one."""
        terms, t = self.terms, self.t
        split_rows(
            terms.M.deviations[rows],
            self._bare(rows),
            terms.M.centre[rows],
            self._offset,
            None if terms.observed is None else terms.observed[rows],
            self.Z.deviations[rows],
            self.mean[rows],
            ratio,
            t / (t + terms.nu),
            terms.lam * t,
            RELAXATION,
            1.0 / t,
        )

    def _look(self, rows: slice) -> float:
        """Misfit of L on a block, whose C is kept."""
        terms, t = self.terms, self.t
        L = self._bare(rows)
        L += np.multiply.outer(terms.M.centre[rows], self._offset)
        C = np.subtract(terms.M.deviations[rows], L, out=self.clipped[rows])
        misfit = terms.misfit(C, rows)
        C += np.subtract(self.Z.deviations[rows], L, out=L)
        if terms.nu:
            C *= t / (t + terms.nu)
        np.clip(C, -terms.lam * t, terms.lam * t, out=C)
        if terms.observed is not None:
            C *= terms.observed[rows]
        return misfit
