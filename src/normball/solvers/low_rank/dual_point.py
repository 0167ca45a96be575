"""Dual points of principal component pursuit, made feasible: ||Y||_2 <= 1 and |Y_ij| <= lam.

An iterate of the splitting meets the box exactly and the spectral ball only in the limit.
Scaling it down by its spectral norm would cost the whole dual value that share; here the
singular values above 1 are first cut to 1 and the entries clipped again (alternating
projections), so that little is left to scale.

Most points are looked at only to see that they do not prove enough yet: `draft` works in the
precision of the iteration, `certified` computes what is proved in float64.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import linalg

from ...typing import Floats
from .rows import RowBlocks
from .spectrum import Matrix, add_in_order, gram_of_rows, spectral_norm
from .terms import Terms


@dataclass(frozen=True)
class DualPoint:
    """Y, and the dual value that it has.

    Y = cap * clip(... clip(scale * source (I - V diag(cut) V')) ...), once for each (V, cut).
    """

    source: Matrix
    scale: float
    cuts: tuple[tuple[Floats, Floats], ...] = ()
    cap: float = 1.0
    value: float = -np.inf

    def rows(
        self, rows: slice, terms: Terms, blocks: RowBlocks, dtype: type[np.floating[Any]] = np.float64
    ) -> Matrix:
        """Rows of Y, in memory that the next block of this thread takes."""
        shape = rows.stop - rows.start, self.source.shape[1]
        Y, part = (blocks.scratch(name, shape, dtype) for name in ("dual", "cut"))
        np.multiply(self.source[rows], self.scale, out=Y, dtype=dtype, casting="same_kind")
        for directions, cut in self.cuts:
            V = directions.astype(dtype, copy=False)
            Y -= np.matmul((Y @ V) * cut.astype(dtype), V.T, out=part)
            np.clip(Y, -terms.lam, terms.lam, out=Y)
            if terms.observed is not None:
                Y *= terms.observed[rows]
        Y *= dtype(self.cap)
        return Y


def draft(source: Matrix, scale: float, terms: Terms, blocks: RowBlocks, rounds: int = 1) -> DualPoint:
    """The dual point made of scale * source, whose entries are within the box but for rounding.

    Feasible and of that value up to the precision of `source`. One pass over the rows and an n x n
    eigenproblem, and as much again for every round.
    """
    n, dtype = source.shape[1], source.dtype.type
    (product,) = add_in_order(blocks, lambda rows: (gram_of_rows(source[rows]),), np.zeros((n, n)))
    product *= scale**2
    point, inner, square = DualPoint(source, scale), 0.0, 0.0
    for _ in range(rounds):
        squares, directions = linalg.eigh(product, driver="evd", check_finite=False)
        large = squares > 1.0
        cut = np.ascontiguousarray(directions[:, large]), 1.0 - 1.0 / np.sqrt(squares[large])
        point = replace(point, cuts=(*point.cuts, cut))
        inner, square, product = _products(point, terms, blocks, dtype)
    return _capped(point, inner, square, product, terms)


def certified(point: DualPoint, terms: Terms, blocks: RowBlocks) -> DualPoint:
    """The point, feasible in float64, with the value that it then proves."""
    if point.source.dtype == np.float64:
        return point
    point = replace(point, cap=1.0)
    return _capped(point, *_products(point, terms, blocks, np.float64), terms)


def _products(
    point: DualPoint, terms: Terms, blocks: RowBlocks, dtype: type[np.floating[Any]]
) -> tuple[float, float, Floats]:
    """<Y, M>, <Y, Y> and Y'Y."""

    def work(rows: slice) -> tuple[float, float, Floats]:
        Y = point.rows(rows, terms, blocks, dtype)
        return terms.inner(Y, rows), float(np.vdot(Y, Y)) if terms.nu else 0.0, gram_of_rows(Y)

    n = point.source.shape[1]
    inner, square, product = add_in_order(blocks, work, 0.0, 0.0, np.zeros((n, n)))
    return inner, square, product


def _capped(point: DualPoint, inner: float, square: float, product: Floats, terms: Terms) -> DualPoint:
    """The largest multiple up to 1 that is in the spectral ball, given <Y, M>, <Y, Y> and Y'Y."""
    cap = 1.0 / max(1.0, spectral_norm(product))
    return replace(point, cap=cap, value=cap * inner - cap**2 * terms.nu / 2 * square)
