"""Norms of matrices: each is a norm of vectors, applied to the singular values or to the entries.

A norm that no rotation of rows or columns changes is a symmetric norm f of the singular
values (von Neumann 1937). Everything that a solver asks of it follows from the same of f,
with W = U diag(s) V':

    R(W) = f(s),   R°(Z) = f°(s(Z)),   prox_R(W) = U diag(prox_f(s)) V',   likewise the projection

(Lewis, The convex analysis of unitarily invariant matrix functions, Journal of Convex
Analysis 2, 1995). A norm of the entries is the vector norm of the matrix read row by row.
Cost: one singular value decomposition, or one pass over the entries.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...typing import Floats
from ...values import ArrayValue
from ..base import Norm

RANK_TOLERANCE = 1e-12
"""Singular values below this share of the largest are rounding: LAPACK never returns zeros."""


@dataclass(frozen=True, eq=False)
class MatrixFace:
    """Where on the boundary of its ball a matrix lies.

    Attributes
    ----------
    rank : int, of the matrix.
    dimension : int, of the smallest face of the ball that holds it: the flat piece of the boundary
        through it; 0 for an extreme point, -1 for the centre.
    n_zeros : int, entries that are exactly 0.
    U, V : (m, rank), (n, rank), singular vectors: column and row space.
    """

    rank: int
    dimension: int
    n_zeros: int
    U: Floats
    V: Floats


class MatrixNorm(ArrayValue, ABC):
    """A norm of (m, n) matrices and its ball; the contract of each method is that of `Norm`."""

    name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def value(self, W: Floats) -> float:
        """R(W)."""

    @abstractmethod
    def dual_norm(self, Z: Floats) -> float:
        """sup {<Z, W> : R(W) <= 1}."""

    @abstractmethod
    def prox(self, W: Floats, step: float) -> Floats:
        """argmin |L - W|_F^2 / 2 + step * R(L)."""

    @abstractmethod
    def project(self, W: Floats, radius: float) -> Floats:
        """Nearest matrix (Frobenius) to W in the ball {R <= radius}."""

    @abstractmethod
    def face_dimension(self, W: Floats) -> int:
        """Dimension of the smallest face of the ball through W != 0."""

    def face(self, W: Floats) -> MatrixFace:
        """The face on which W lies."""
        U, s, V = singular(W)
        rank = numerical_rank(s)
        dimension = self.face_dimension(W) if rank else -1
        return MatrixFace(rank, dimension, int((W == 0).sum()), U[:, :rank], V[:, :rank])

    def normal_cone_contains(self, W: Floats, Z: Floats, tolerance: float = 1e-9) -> bool:
        """Whether no point of the ball through W goes further along Z than W does (relative tolerance)."""
        scale = float(np.linalg.norm(Z) * np.linalg.norm(W))
        reached = self.value(W) * self.dual_norm(Z)
        return bool(reached - np.vdot(Z, W) <= tolerance * max(scale, 1e-300))


class OfSingularValues(MatrixNorm):
    """A symmetric norm of the singular values."""

    of: ClassVar[Norm]

    def value(self, W: Floats) -> float:
        return self.of.value(singular(W)[1])

    def dual_norm(self, Z: Floats) -> float:
        return self.of.dual_norm(singular(Z)[1])

    def prox(self, W: Floats, step: float) -> Floats:
        U, s, V = singular(W)
        return _product(U, self.of.prox(s, step), V)

    def project(self, W: Floats, radius: float) -> Floats:
        U, s, V = singular(W)
        return W.copy() if self.of.value(s) <= radius else _product(U, self.of.project(s, radius), V)


class OfEntries(MatrixNorm):
    """A norm of the entries, read row by row."""

    @abstractmethod
    def vector_norm(self, shape: tuple[int, int]) -> Norm:
        """The norm of m n numbers."""

    def value(self, W: Floats) -> float:
        return self._of(W).value(W.ravel())

    def dual_norm(self, Z: Floats) -> float:
        return self._of(Z).dual_norm(Z.ravel())

    def prox(self, W: Floats, step: float) -> Floats:
        return self._of(W).prox(W.ravel(), step).reshape(W.shape)

    def project(self, W: Floats, radius: float) -> Floats:
        return self._of(W).project(W.ravel(), radius).reshape(W.shape)

    def _of(self, W: Floats) -> Norm:
        check_matrix(W)
        return self.vector_norm((W.shape[0], W.shape[1]))


def check_matrix(W: Floats) -> None:
    """Raise ValueError unless W has two dimensions and an entry."""
    if W.ndim != 2 or W.size == 0:
        raise ValueError(f"a matrix norm needs a matrix with at least one entry, got shape {W.shape}.")


def singular(W: Floats) -> tuple[Floats, Floats, Floats]:
    """U (m, k), s (k,) descending, V (n, k) with W = U diag(s) V', k = min(m, n)."""
    check_matrix(W)
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return U, s, Vt.T


def numerical_rank(s: Floats) -> int:
    """Singular values that are not rounding."""
    return int((s > RANK_TOLERANCE * s.max(initial=0.0)).sum())


def _product(U: Floats, s: Floats, V: Floats) -> Floats:
    kept = s != 0
    product: Floats = (U[:, kept] * s[kept]) @ V[:, kept].T
    return product
