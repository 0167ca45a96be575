"""What some columns can reach: their span, in coordinates that do not know the columns' units.

    C = [1, X D^-1 (centred)] = U S V',     eta = U z,

with D the sizes of the columns (deviations beside an intercept), so that a table of dollars,
years and shares is as well conditioned as its columns are independent, whatever they are
measured in. U (n, r) is orthonormal, and the weights that give a predictor are D^-1 V S^-1 z.
Cost: one singular value decomposition, O(n k min(n, k)).

A sparse X with more rows than columns stays sparse: there the coordinates are the scaled
columns' own coefficients, and every product is one with X. Solving with C'C loses digits twice
over, which the steps that follow each other (a residual is always one of X itself) give back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from scipy import linalg

from ...designs.base import Design
from ...designs.constant import without_rounding
from ...designs.sparse import SparseDesign
from ...losses.hessian_root import HessianRoot
from ...typing import Floats, Indices
from ..instance import Instance

SMALL = 2**22
"""Entries up to which a sparse X is as well read into a dense array."""

DEPENDENT = 1e-13
"""Share of the largest eigenvalue of C'C below which a direction is none."""


class Span(ABC):
    """The predictors (n,) that columns reach, by coordinates (r,).

    Attributes
    ----------
    n_directions : r
    n_columns : k; of a `WideSpan` not known.
    is_unique : whether only one vector of weights gives a predictor.
    """

    n_directions: int
    n_columns: int
    is_unique: bool

    @abstractmethod
    def apply(self, z: Floats) -> Floats:
        """Predictor (n,) at coordinates z (r,)."""

    @abstractmethod
    def adjoint(self, u: Floats) -> Floats:
        """Transposed product (r,)."""

    @abstractmethod
    def hessian(self, curvature: Floats) -> Floats:
        """Gram matrix (r, r) of the directions, weighted by curvature (n,) >= 0."""

    @abstractmethod
    def weights(self, eta: Floats) -> Floats:
        """Weights (k,) of the columns whose predictor, but for a constant, comes closest to eta (n,)."""

    @abstractmethod
    def multiplier(self, gradient: Floats) -> Floats:
        """theta (n,) in the span with X'theta = gradient (k,), where the weights are unique."""


class DenseSpan(Span):
    """An orthonormal basis (n, r), by a singular value decomposition of the columns.

    Parameters
    ----------
    columns : (n, k), not changed
    centre : bool, whether the columns count about their means
    has_constant : bool, whether the ones are reached as well; `centre` then, too.
    """

    def __init__(self, columns: Floats, centre: bool, has_constant: bool) -> None:
        n, k = columns.shape
        means = columns.mean(axis=0) if centre else np.zeros(k)
        centred = columns - means if centre else columns
        sizes = np.linalg.norm(centred, axis=0)
        if centre:
            sizes = without_rounding(means, sizes / np.sqrt(n), columns.dtype) * np.sqrt(n)
        self._kept = np.flatnonzero(sizes)
        self._sizes, self.n_columns = sizes[self._kept], k
        self._vectors, self._values, self._right = _decomposed(centred[:, self._kept] / self._sizes)
        self.is_unique = len(self._values) == k
        self._set_basis(self._vectors, has_constant)

    def _set_basis(self, vectors: Floats, has_constant: bool) -> None:
        constant = np.full((len(vectors), int(has_constant)), 1 / np.sqrt(len(vectors)))
        self.basis = np.column_stack([constant, vectors]) if has_constant else vectors
        self.n_directions = self.basis.shape[1]

    def apply(self, z: Floats) -> Floats:
        return np.asarray(self.basis @ z)

    def adjoint(self, u: Floats) -> Floats:
        return np.asarray(self.basis.T @ u)

    def hessian(self, curvature: Floats) -> Floats:
        return np.asarray((self.basis.T * curvature) @ self.basis)

    def root_hessian(self, root: HessianRoot) -> Floats:
        """The same for a Hessian in eta given by its root."""
        rows = root.apply(self.basis)
        return np.asarray(rows.T @ rows)

    def weights(self, eta: Floats) -> Floats:
        w = np.zeros(self.n_columns)
        w[self._kept] = (self._right.T @ ((self._vectors.T @ eta) / self._values)) / self._sizes
        return w

    def multiplier(self, gradient: Floats) -> Floats:
        scaled = gradient[self._kept] / self._sizes
        return np.asarray(self._vectors @ ((self._right @ scaled) / self._values))

    def orthonormal_rows(self) -> tuple[Floats, Floats]:
        """V'D (r, k), whose product with weights of predictor eta is S^-1 U' eta, and U S^-1 (n, r)."""
        rows = np.zeros((len(self._values), self.n_columns))
        rows[:, self._kept] = self._right * self._sizes
        return rows, np.asarray(self._vectors / self._values)


class WideSpan(DenseSpan):
    """The same basis for many columns of a sparse X: eigenvectors of C C' (n, n), the columns never dense.

    Eigenvalues have lost half the digits, so that directions below 1e-7 of the largest are none.
    """

    def __init__(self, design: Design, index: Indices, centre: bool, has_constant: bool) -> None:
        n = design.shape[0]
        means, deviations = design.column_moments(np.full(n, 1 / n))
        sizes = deviations[index] if centre else np.hypot(means, deviations)[index]
        kept = index[sizes > 0]
        part, shift = design.subset(kept), means[kept] / sizes[sizes > 0]
        kernel = part.sample_gram(1 / sizes[sizes > 0] ** 2)
        if centre:
            towards = part.matvec(shift / sizes[sizes > 0])
            kernel = kernel - np.add.outer(towards, towards) + float(shift @ shift)
        values, vectors = linalg.eigh(kernel)
        self.is_unique = False
        self._set_basis(vectors[:, values > DEPENDENT * values.max(initial=0.0)], has_constant)


class SparseSpan(Span):
    """Columns of a sparse X with more rows than columns, never made dense.

    Parameters
    ----------
    design : Design (n, p) ; index : (k,) the columns
    sample_weight : (n,) > 0, sums to 1, for means and deviations
    has_constant : bool
    """

    def __init__(self, design: Design, index: Indices, sample_weight: Floats, has_constant: bool) -> None:
        means, deviations = design.column_moments(sample_weight)
        sizes = deviations[index] if has_constant else np.hypot(means, deviations)[index]
        self._kept = np.flatnonzero(sizes)
        self._index, self._sizes = index[self._kept], sizes[self._kept]
        self._means = means[self._index] if has_constant else np.zeros(len(self._kept))
        self._design, self.n_columns = design.subset(self._index), len(index)
        self._n, self._has_constant = design.shape[0], has_constant
        self._sample_weight = sample_weight
        gram = self.hessian(sample_weight)
        values, vectors = linalg.eigh(gram[int(has_constant) :, int(has_constant) :])
        independent = values > DEPENDENT * values.max(initial=0.0)
        self._values, self._vectors = values[independent], vectors[:, independent]
        self.is_unique = len(self._values) == len(index)
        self.n_directions = len(self._kept) + int(has_constant)

    def apply(self, z: Floats) -> Floats:
        scaled = z[int(self._has_constant) :] / self._sizes
        shift = (z[0] if self._has_constant else 0.0) - float(self._means @ scaled)
        return self._design.matvec(scaled) + shift

    def adjoint(self, u: Floats) -> Floats:
        total = float(u.sum())
        products = (self._design.rmatvec(u) - total * self._means) / self._sizes
        return np.append(total, products) if self._has_constant else products

    def hessian(self, curvature: Floats) -> Floats:
        gram = self._design.gram(curvature, False)[0]
        cross, total = self._design.rmatvec(curvature), float(curvature.sum())
        shifted = np.outer(self._means, cross - total * self._means)
        gram = (gram - shifted - np.outer(cross, self._means)) / np.outer(self._sizes, self._sizes)
        if not self._has_constant:
            return np.asarray(gram)
        border = (cross - total * self._means) / self._sizes
        return np.block([[np.full((1, 1), total), border[None]], [border[:, None], gram]])

    def weights(self, eta: Floats) -> Floats:
        z, rest = np.zeros(len(self._kept)), eta
        for _ in range(3):
            z = z + self._solve(self.adjoint(self._sample_weight * rest)[int(self._has_constant) :])
            rest = eta - self.apply(np.append(0.0, z) if self._has_constant else z)
            if self._has_constant:
                rest = rest - float(self._sample_weight @ rest)
        w = np.zeros(self.n_columns)
        w[self._kept] = z / self._sizes
        return w

    def multiplier(self, gradient: Floats) -> Floats:
        theta, rest = np.zeros(self._n), gradient[self._kept] / self._sizes
        goal = rest
        for _ in range(3):
            z = self._solve(rest)
            theta = theta + self._sample_weight * self.apply(np.append(0.0, z) if self._has_constant else z)
            rest = goal - self.adjoint(theta)[int(self._has_constant) :]
        return theta

    def _solve(self, rhs: Floats) -> Floats:
        return np.asarray(self._vectors @ ((self._vectors.T @ rhs) / self._values))


def span_of(instance: Instance, index: Indices) -> Span:
    """What the columns X[:, index] reach, and the intercept: sparse where X is, and large."""
    (n, _), k = instance.design.shape, len(index)
    centre, has_constant = instance.is_centred, instance.fit_intercept
    if isinstance(instance.design, SparseDesign) and n * k > SMALL:
        if n <= k:
            return WideSpan(instance.design, index, centre, has_constant)
        if instance.loss.is_diagonal:
            return SparseSpan(instance.design, index, instance.sample_weight, has_constant)
    return DenseSpan(instance.design.columns(index), centre, has_constant)


def _decomposed(unit: Floats) -> tuple[Floats, Floats, Floats]:
    """U (n, r), S (r,), V' (r, k) of unit columns (n, k), directions of rounding left out."""
    if unit.shape[1] == 0:
        return unit, np.zeros(0), np.zeros((0, 0))
    vectors, values, right = linalg.svd(unit, full_matrices=False, check_finite=False)
    rank = int((values > values[0] * max(unit.shape) * np.finfo(float).eps).sum())
    return vectors[:, :rank], values[:rank], right[:rank]
