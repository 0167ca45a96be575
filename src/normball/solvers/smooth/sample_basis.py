"""Many columns, few samples: V^1/2 X X' V^1/2 in a basis in which no column drowns another.

Its entries are sums over all columns, so that one column 1e7 times the others leaves of them what
is above eps 1e14. The basis B (n, m) is turned until the large columns lie in few directions of
it, and the rows of what is left know only the small ones: eigenvectors of the matrix, the matrix
in them from X itself, and again for what was rounding beside the first (a block of the Jacobi
method). Then

    T = B' V^1/2 X,   T T' = D S D,

with the sizes of the rows in D and a harmless S: what Cholesky's method wants. A large column is
nearly orthogonal to what the small ones explain, and its product X'u is the rounding of that; as
T'(B'u), made of the very numbers that the matrix was made of, it is right.
Cost: 2 n^2 p operations a turn, two or three turns; none where the columns are alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from scipy import linalg

from ...designs import Design
from ...designs.base import CANCELLED
from ...typing import Floats, Indices
from .shifted_system import is_graded

COLUMNS_AT_ONCE = 2**21
"""Numbers of X that are made dense at a time."""

ABOUT_ZERO = 1.0
"""Square of a mean, over the variance, up to which it may be taken out of products with the column."""

RESOLVED = 1e-10
"""Share of the largest eigenvalue above which eigenvectors of a matrix are good directions of its own."""

MOST_TURNS = 6
"""Each settles ten decades of squared sizes."""


class SampleBasis:
    """The basis of a design with at least as many columns as rows.

    Parameters
    ----------
    design : Design (n, p)
    sample_weight : (n,) v > 0, sums to 1
    means : (p,) of the columns, taken out of them; zeros where they are not.

    Attributes
    ----------
    basis : (n, m) B
    matrix : (m, m) T T'
    squares : (p,) weighted mean squares of the columns, less their means.
    is_turned : whether the columns called for it.
    """

    def __init__(self, design: Design, sample_weight: Floats, means: Floats, centre: bool) -> None:
        self._design, self._means = design, means
        self._root = np.sqrt(sample_weight)
        self._mirror = self._root.copy() if centre else None
        if self._mirror is not None:
            self._mirror[0] += 1.0  # v^1/2 has length 1
        self.basis = self._all_directions()
        moments = self._moments(sample_weight, centre)
        self.squares = moments[1] ** 2 if centre else moments[1] ** 2 + moments[0] ** 2
        self.is_turned = is_graded(self.squares)
        self.matrix = self._in_basis() if self.is_turned else self._mirrored(self._of_samples(moments))
        if self.is_turned:
            self._turn()

    def samples(self, turned: Floats) -> Floats:
        """V^1/2 B u (n, k): what u (m, k) in the basis is in products with X."""
        return np.asarray(self._root[:, None] * (self.basis @ turned))

    def weights(self, turned: Floats) -> Floats:
        """T'u (p, k) for u (m, k)."""
        if not self.is_turned:
            U = self.samples(turned).T
            return np.asarray(
                self._design.products(np.ascontiguousarray(U)) - np.outer(self._means, U.sum(axis=1))
            )
        return np.concatenate([columns.T @ turned for columns in self._columns()])

    def predictors(self, W: Floats) -> Floats:
        """T W (m, k) for weights W (p, k)."""
        result, start = np.zeros((self.basis.shape[1], W.shape[1])), 0
        for columns in self._columns():
            result += columns @ W[start : start + columns.shape[1]]
            start += columns.shape[1]
        return result

    def _all_directions(self) -> Floats:
        """(n, m) all directions but v^1/2, which centred samples do not have; by a reflection."""
        identity, mirror = np.eye(len(self._root)), self._mirror
        if mirror is None:
            return identity
        return np.asarray((identity - np.outer(mirror, mirror / mirror[0]))[:, 1:])

    def _moments(self, sample_weight: Floats, centre: bool) -> tuple[Floats, Floats]:
        """Means and deviations (p,) of the columns, by one pass where no variance is a small difference."""
        if centre:
            about_zero = self._design.mean_squares(sample_weight)
            variances = about_zero - self._means**2
            if (variances > CANCELLED * about_zero).all():
                return self._means, np.sqrt(variances)
        return self._design.column_moments(sample_weight)

    def _of_samples(self, moments: tuple[Floats, Floats]) -> Floats:
        """V^1/2 X X' V^1/2 (n, n) of columns less their means."""
        means, deviations = moments
        if not (self._means**2 <= deviations**2 * ABOUT_ZERO).all():  # its terms would cancel
            return sum_of_squares(
                self._root[:, None] * (self._design.columns(index) - self._means[index])
                for index in self._column_blocks()
            )
        result = self._design.sample_gram(np.ones(len(means)))
        if self._mirror is not None and self._means.any():
            along = result @ self._root**2  # X of the means, which are X'v
            result -= along[:, None] + (along - self._means @ self._means)
        result *= self._root[:, None]
        result *= self._root
        return result

    def _mirrored(self, matrix: Floats) -> Floats:
        """B'KB of K (n, n), B the reflection: two corrections of rank one."""
        if self._mirror is None:
            return matrix
        mirror, scaled = self._mirror, self._mirror / self._mirror[0]
        image = matrix @ scaled
        image -= (0.5 * float(scaled @ image)) * mirror
        matrix -= np.outer(mirror, image)
        matrix -= np.outer(image, mirror)
        return np.ascontiguousarray(matrix[1:, 1:])

    def _in_basis(self) -> Floats:
        return sum_of_squares(self._columns())

    def _columns(self) -> Iterator[Floats]:
        """T (m, p), some columns at a time."""
        for index in self._column_blocks():
            columns = self._root[:, None] * (self._design.columns(index) - self._means[index])
            yield self.basis.T @ columns

    def _column_blocks(self) -> Iterator[Indices]:
        n, p = self._design.shape
        step = max(COLUMNS_AT_ONCE // n, 1)
        for start in range(0, p, step):
            yield np.arange(start, min(start + step, p))

    def _turn(self) -> None:
        settled, largest = 0, float(np.trace(self.matrix))
        for _ in range(MOST_TURNS):
            values, vectors = linalg.eigh(self.matrix[settled:, settled:])
            rest = self.basis[:, settled:] @ vectors[:, ::-1]
            self.basis = np.column_stack([self.basis[:, :settled], rest])
            self.matrix = self._in_basis()
            n_settled = int((values > RESOLVED * values.max(initial=0.0)).sum())
            if n_settled in (0, len(values)) or values[-1] <= 1e-30 * largest:
                break
            settled += n_settled


def sum_of_squares(blocks: Iterable[Floats]) -> Floats:
    """C C' (m, m) for C (m, p), given some columns at a time."""
    result: Floats | float = 0.0
    for columns in blocks:
        result = result + columns @ columns.T
    return np.asarray(result)
