"""Dual points of principal component pursuit, made feasible: ||Y||_2 <= 1 and |Y_ij| <= lam.

An iterate of the splitting meets the box exactly and the spectral ball only in the limit.
Scaling it down by its spectral norm would cost the whole dual value that share; here the
singular values above 1 are first cut to 1 and the entries clipped again (alternating
projections), so that little is left to scale.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from ...typing import Floats
from .rows import RowBlocks
from .spectrum import Matrix, add_in_order, gram_of_rows, spectral_norm
from .terms import Terms


@dataclass(frozen=True)
class DualPoint:
    """Y, and the dual value that it proves.

    Y = cap * clip(... clip(scale * source (I - V diag(cut) V')) ...), once for each (V, cut).
    """

    source: Matrix
    scale: float
    cuts: tuple[tuple[Floats, Floats], ...] = ()
    cap: float = 1.0
    value: float = -np.inf

    def rows(self, rows: slice, terms: Terms) -> Floats:
        """Rows of Y, in float64."""
        Y = self.source[rows].astype(np.float64) * self.scale
        for directions, cut in self.cuts:
            Y -= ((Y @ directions) * cut) @ directions.T
            np.clip(Y, -terms.lam, terms.lam, out=Y)
            if terms.observed is not None:
                Y *= terms.observed[rows]
        Y *= self.cap
        return Y


def feasible(source: Matrix, scale: float, terms: Terms, blocks: RowBlocks, rounds: int = 1) -> DualPoint:
    """The dual point made of scale * source, whose entries are within the box but for rounding.

    One pass over the rows and an n x n eigenproblem, and as much again for every round.
    """
    n = source.shape[1]
    (product,) = add_in_order(
        blocks, lambda rows: (gram_of_rows(source[rows].astype(np.float64)),), np.zeros((n, n))
    )
    product *= scale**2
    point, inner, square = DualPoint(source, scale), 0.0, 0.0
    for _ in range(rounds):
        squares, directions = linalg.eigh(product, subset_by_value=(1.0, np.inf), check_finite=False)
        point = replace(point, cuts=(*point.cuts, (directions, 1.0 - 1.0 / np.sqrt(squares))))

        def work(rows: slice, draft: DualPoint = point) -> tuple[float, float, Floats]:
            Y = draft.rows(rows, terms)
            return terms.inner(Y, rows), float(np.vdot(Y, Y)), gram_of_rows(Y)

        inner, square, product = add_in_order(blocks, work, 0.0, 0.0, np.zeros((n, n)))
    cap = 1.0 / max(1.0, spectral_norm(product))
    return replace(point, cap=cap, value=cap * inner - cap**2 * terms.nu / 2 * square)
