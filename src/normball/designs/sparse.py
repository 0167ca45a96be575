"""Sparse storage: compressed columns (CSC) of any SciPy sparse matrix or array.

CSC is what solvers ask for: columns one by one, and X' u. A CSC matrix is shared with
the caller; every other format (CSR too) is converted once, at construction. Nothing is
ever made dense but the columns asked for by `columns`. float32 values are kept and
widened block by block; indices may have 32 or 64 bits. The moments count the implicit
zeros without visiting them: O(number of stored values).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from scipy import sparse

from .._kernels import DataMatrix
from ..typing import Floats, Indices
from .base import CANCELLED, GATHERED_ENTRIES, Design
from .constant import without_rounding

BLOCK_ENTRIES: Final = 2**18
"""Stored values in a block."""


class SparseDesign(Design):
    """A sparse matrix, held by columns.

    Parameters
    ----------
    X : (n, p) SciPy sparse matrix or array of real numbers, n >= 1, finite; any format
        Never written to. CSC without duplicate entries in float64 or float32 is kept,
        not copied.
    """

    def __init__(self, X: Any) -> None:
        held = sparse.csc_array(X)
        if held.dtype not in (np.float64, np.float32) or not held.dtype.isnative:
            held = held.astype(np.float64)
        if not held.has_canonical_format:
            # duplicates would be squared one by one in the moments; summing works in place
            held = held.copy()
            held.sum_duplicates()
        self._held = held
        super().__init__(held.shape)

    def matvec(self, w: Floats) -> Floats:
        n, p = self.shape
        index = np.flatnonzero(w)
        if 2 * len(index) >= p:
            held, chosen = self._held, w
        else:
            held, chosen = self._held[:, index], w[index]
        self._count(len(chosen))
        eta = np.zeros(n)
        for positions, block in _blocks(held):
            eta += block @ chosen[positions]
        return eta

    def rmatvec(self, u: Floats) -> Floats:
        if self._matrix is not None:
            return self.products(u[None, :])[:, 0]
        p = self.shape[1]
        self._count(p)
        result = np.zeros(p)
        for positions, block in _blocks(self._held):
            result[positions] = block.T @ u
        return result

    def predictors(self, W: Floats) -> Floats:
        n, p = self.shape
        self._count(p)
        result = np.zeros((n, W.shape[1]))
        for positions, block in _blocks(self._held):
            result += block @ W[positions]
        return result

    def mean_squares(self, sample_weight: Floats) -> Floats:
        p = self.shape[1]
        self._count(p)
        result = np.zeros(p)
        for positions, entries in _column_slices(self._held, BLOCK_ENTRIES):
            squares = self._held.data[entries].astype(np.float64) ** 2
            squares *= sample_weight[self._held.indices[entries]]
            # column by column: in one running sum a large column would swallow the small ones after it
            counts = np.diff(self._held.indptr[positions.start : positions.stop + 1])
            owner = np.repeat(np.arange(len(counts)), counts)
            result[positions] = np.bincount(owner, weights=squares, minlength=len(counts))
        return result

    def columns(self, index: Indices) -> Floats:
        self._count(len(index))
        return self._held[:, index].toarray(order="F").astype(np.float64, copy=False)

    def gather(self, index: Indices) -> sparse.csc_array:
        self._count(len(index))
        return self._held[:, index].astype(np.float64, copy=False)

    def subset(self, index: Indices) -> SparseDesign:
        return SparseDesign(self.gather(index))

    def centred(self, means: Floats) -> SparseDesign:
        moved, others = np.flatnonzero(means), np.flatnonzero(means == 0)
        filled = sparse.csc_array(self.columns(moved) - means[moved])
        held = sparse.hstack([self._held[:, others], filled], format="csc")
        return SparseDesign(held[:, np.argsort(np.concatenate([others, moved]))])

    def columns_in_place(self) -> sparse.csc_array | None:
        fits = self._held.dtype == np.float64 and self._held.indices.dtype == np.int32
        return self._held if fits else None

    def gram(
        self,
        sample_weight: Floats,
        centre: bool,
        means: Floats | None = None,
        index: Indices | None = None,
    ) -> tuple[Floats, Floats]:
        if index is not None:
            means = self.rmatvec(sample_weight)[index] if means is None else means
            return SparseDesign(self._held[:, index]).gram(sample_weight, centre, means)
        means = self.rmatvec(sample_weight) if means is None else means
        scaled = self._held.multiply(np.sqrt(sample_weight)[:, None]).tocsc().astype(np.float64)
        result = (scaled.T @ scaled).toarray()
        self._count(self.shape[1])
        if not centre:
            return result, means
        around_zero = np.diagonal(result).copy()
        result -= np.outer(means, means)
        cancelled = np.flatnonzero(np.diagonal(result) < CANCELLED * around_zero)
        size = max(GATHERED_ENTRIES // self.shape[0], 1)
        for start in range(0, len(cancelled), size):  # these columns alone are made dense and centred
            part = cancelled[start : start + size]
            rows = (sample_weight[:, None] * (self.columns(part) - means[part])).T
            rows -= rows.sum(axis=1, keepdims=True) * sample_weight
            result[part] = rows @ self._held
            result[:, part] = result[part].T
        return result, means

    def sample_gram(self, feature_weight: Floats) -> Floats:
        self._count(self.shape[1])
        scaled = self._held.multiply(feature_weight[None, :]).tocsc()
        return np.asarray((scaled @ self._held.T).toarray(), dtype=np.float64)

    def rows(self, index: Indices) -> SparseDesign:
        return SparseDesign(self._held[index])

    def divided(self, scales: Floats) -> SparseDesign:
        held = self._held
        data = held.data / np.repeat(scales, np.diff(held.indptr)).astype(held.dtype)
        return SparseDesign(sparse.csc_array((data, held.indices, held.indptr), shape=held.shape))

    def column_moments(self, sample_weight: Floats) -> tuple[Floats, Floats]:
        """Means corrected once by the mean residual, then squared residuals: no cancellation.

        The weight of a column's implicit zeros is 1 minus that of its stored entries, and
        exactly 0 if every sample of positive weight is stored.
        """
        p = self.shape[1]
        mean, deviation = np.zeros(p), np.zeros(p)
        n_weighted = np.count_nonzero(sample_weight)
        for positions, entries in _column_slices(self._held, BLOCK_ENTRIES):
            values = self._held.data[entries].astype(np.float64)
            weights = sample_weight[self._held.indices[entries]]
            size = positions.stop - positions.start
            column = np.repeat(
                np.arange(size), np.diff(self._held.indptr[positions.start : positions.stop + 1])
            )

            # bincount of no entries at all gives integers
            def total(terms: Floats, column: Indices = column, size: int = size) -> Floats:
                return np.bincount(column, weights=terms, minlength=size).astype(np.float64, copy=False)

            has_zeros = total((weights > 0).astype(np.float64)) < n_weighted
            of_zeros = np.where(has_zeros, np.maximum(1.0 - total(weights), 0.0), 0.0)
            centre = total(weights * values)
            centre += total(weights * (values - centre[column])) - of_zeros * centre
            mean[positions] = centre
            deviation[positions] = np.sqrt(
                total(weights * (values - centre[column]) ** 2) + of_zeros * centre**2
            )
        self._count(p)
        return mean, without_rounding(mean, deviation, self._held.dtype)

    def _readable(self) -> DataMatrix | None:
        held = self._held
        return (
            DataMatrix.sparse(held.data, held.indices, held.indptr, self.shape) if min(self.shape) else None
        )


def _column_slices(held: sparse.csc_array, n_entries: int) -> Iterator[tuple[slice, slice]]:
    """Runs of whole columns with about `n_entries` stored values, and where those values lie."""
    indptr, p = held.indptr, held.shape[1]
    start = 0
    while start < p:
        stop = int(np.searchsorted(indptr, indptr[start] + n_entries, side="right")) - 1
        stop = min(max(stop, start + 1), p)
        yield slice(start, stop), slice(int(indptr[start]), int(indptr[stop]))
        start = stop


def _blocks(held: sparse.csc_array) -> Iterator[tuple[slice, sparse.csc_array]]:
    """The matrix as float64 pieces of whole columns; in one piece if it is float64 already."""
    n, p = held.shape
    if held.dtype == np.float64:
        yield slice(0, p), held
        return
    for positions, entries in _column_slices(held, BLOCK_ENTRIES):
        indptr = held.indptr[positions.start : positions.stop + 1] - entries.start
        values = held.data[entries].astype(np.float64)
        shape = (n, positions.stop - positions.start)
        yield positions, sparse.csc_array((values, held.indices[entries], indptr), shape=shape)
