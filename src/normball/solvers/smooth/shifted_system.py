"""Solve (A + alpha I) x = b at one or many alphas, A (m, m) symmetric and positive semidefinite.

A Cholesky factor an alpha, m^3 / 3 operations. It does not know the units of A: with
A = D S D the backward error of entry (j, k) is of the order of eps d_j d_k (Demmel, "On floating
point errors in Cholesky", LAPACK Working Note 14, 1989), so that a row 1e14 times the others
costs them nothing. Eigenvectors cost about 20 factors and serve every alpha, but their error is
of the order of eps max_j d_j^2 everywhere: they serve where the d_j are alike.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from ...cached import cached_property
from ...typing import Floats

MANY = 20
"""Alphas from which eigenvectors cost less than a factor for each."""

ALIKE = 1e8
"""Largest quotient of diagonal entries for which eigenvectors are exact enough."""

NEGLIGIBLE = 1e-13
"""Share of the largest eigenvalue below which one is rounding."""


def is_graded(squares: Floats) -> bool:
    """Whether squared sizes (m,) differ so much that the small ones drown in the rounding of the large."""
    positive = squares[squares > 0]
    return bool(len(positive)) and bool(positive.max() > ALIKE * positive.min())


class ShiftedSystem:
    """The equations of one A.

    Parameters
    ----------
    matrix : (m, m), kept and not changed.
    """

    def __init__(self, matrix: Floats) -> None:
        self.matrix = matrix
        self._is_graded = is_graded(np.diagonal(matrix))

    def solve(self, rhs: Floats, alphas: Floats) -> Floats:
        """X (m, k), column i for column i of rhs (m, k) and alphas[i] >= 0; least length where singular."""
        strengths, place = np.unique(alphas, return_inverse=True)
        if len(strengths) >= MANY and not self._is_graded:
            return self._by_eigenvectors(rhs, alphas)
        result = np.empty((len(self.matrix), len(alphas)))
        for number, alpha in enumerate(strengths.tolist()):
            columns = place == number
            b = rhs[:, columns]
            factor = self._factor(alpha)
            if factor is None:
                result[:, columns] = self._by_eigenvectors(b, np.full(b.shape[1], alpha))
                continue
            x = linalg.cho_solve((factor, True), b, check_finite=False)
            rest = b - self.matrix @ x - alpha * x
            result[:, columns] = x + linalg.cho_solve((factor, True), rest, check_finite=False)
        return result

    def quadratics(self, columns: Floats, alpha: float) -> Floats:
        """c' (A + alpha I)^-1 c (n,) for columns c (m, n)."""
        if self._is_graded:
            factor = self._factor(alpha)
            if factor is not None:
                half = linalg.solve_triangular(factor, columns, lower=True, check_finite=False)
                return np.asarray(np.einsum("ij,ij->j", half, half))
        values, vectors = self._eigen
        return np.asarray(self._inverse(values, np.array([alpha]))[:, 0] @ (vectors.T @ columns) ** 2)

    def _factor(self, alpha: float) -> Floats | None:
        """Lower triangle; None where the matrix is not positive definite to working precision."""
        shifted = self.matrix + 0.0
        np.einsum("ii->i", shifted)[:] += alpha
        size = np.diagonal(shifted).copy()
        if not (size > 0).all():
            return None
        try:
            factor = np.asarray(linalg.cholesky(shifted, lower=True, overwrite_a=True, check_finite=False))
        except linalg.LinAlgError:
            return None
        return factor if (np.diagonal(factor) ** 2 > NEGLIGIBLE * size).all() else None

    def _by_eigenvectors(self, rhs: Floats, alphas: Floats) -> Floats:
        values, vectors = self._eigen
        if self._is_graded:  # singular and in unlike units: eigenvectors in units of the diagonal
            return np.stack([self._scaled(b, alpha) for b, alpha in zip(rhs.T, alphas, strict=True)], axis=1)
        return np.asarray(vectors @ ((vectors.T @ rhs) * self._inverse(values, alphas)))

    def _scaled(self, b: Floats, alpha: float) -> Floats:
        shifted = self.matrix + alpha * np.eye(len(b))
        size = np.sqrt(np.maximum(np.diagonal(shifted), 1e-300))
        values, vectors = linalg.eigh(shifted / np.outer(size, size))
        return np.asarray(
            vectors @ ((vectors.T @ (b / size)) * self._inverse(values, np.zeros(1))[:, 0]) / size
        )

    @cached_property
    def _eigen(self) -> tuple[Floats, Floats]:
        values, vectors = linalg.eigh(self.matrix)
        return np.maximum(values, 0.0), vectors

    @staticmethod
    def _inverse(values: Floats, alphas: Floats) -> Floats:
        """1 / (eigenvalue + alpha), (m, k); 0 where both vanish."""
        below = values[:, None] + alphas
        negligible = NEGLIGIBLE * values.max(initial=0.0)
        return np.divide(1.0, below, out=np.zeros_like(below), where=below > negligible)
