"""Dense storage: the caller's own NumPy array, in whatever memory order it has.

A float64 array whose rows or columns are contiguous goes to BLAS as it is. Any other
(float32, float16, strided views) is read in blocks of rows or columns, whichever lie
together in memory, each widened to float64 just for its product: the extra memory is one
block of `BLOCK_ENTRIES` numbers, never a second matrix. Integers and flags have no
product worth keeping and are converted to float64 once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .._kernels import DataMatrix
from ..typing import Floats, Indices
from .base import CANCELLED, Design
from .constant import without_rounding
from .memory import as_matrix
from .parallel import for_each, sum_over

BLOCK_ENTRIES: Final = 2**17
"""Numbers in a block: 1 MiB of float64, which stays in the cache."""

GRAM_ENTRIES: Final = 2**23
"""Numbers in a block of rows of a Gram matrix: large enough for BLAS at full speed."""

BLOCK_ROWS: Final = 2**13
"""Rows of a block of predictors."""

CACHED_ENTRIES: Final = 2**18
"""Numbers in a block of rows of a Gram matrix of few columns: it is scaled and read again in the cache."""

GRAM_WORK: Final = 2**24
"""Multiplications from which a Gram matrix is worth several blocks, one a thread."""

Block: TypeAlias = tuple[slice, slice, Floats]
"""Rows, positions among the columns asked for, and X there in float64."""


class DenseDesign(Design):
    """A two-dimensional NumPy array.

    Parameters
    ----------
    X : (n, p) real array, n >= 1, finite; any memory order, strides and dtype
        Never written to. float64, float32 and float16 are kept, not copied.
    """

    def __init__(self, X: NDArray[Any]) -> None:
        keep = X.dtype in (np.float64, np.float32, np.float16) and X.dtype.isnative
        self._values = X if keep else X.astype(np.float64)
        super().__init__(X.shape)
        row_step, column_step = (abs(step) for step in self._values.strides)
        self._rows_lie_together = row_step >= column_step
        self._is_direct = (
            self._values.dtype == np.float64
            and self._values.flags.aligned
            and min(self._values.strides, default=0) == self._values.itemsize
        )

    def matvec(self, w: Floats) -> Floats:
        n, p = self.shape
        index = np.flatnonzero(w)
        # within contiguous rows even a tenth of the entries touches most cache lines, one by one
        is_picked = len(index) * (32 if self._rows_lie_together else 2) < p
        chosen = w[index] if is_picked else w
        self._count(len(chosen))
        eta = np.zeros(n)
        for rows, positions, block in self._blocks(index if is_picked else None, is_product=True):
            eta[rows] += block @ chosen[positions]
        return eta

    def rmatvec(self, u: Floats) -> Floats:
        if self._matrix is not None:
            return self.products(u[None, :])[:, 0]
        p = self.shape[1]
        self._count(p)
        result = np.zeros(p)
        for rows, positions, block in self._blocks(is_product=True):
            result[positions] += block.T @ u[rows]
        return result

    def predictors(self, W: Floats) -> Floats:
        n, p = self.shape
        self._count(p)
        result = np.zeros((n, W.shape[1]))
        if self._is_direct and n > BLOCK_ROWS and n * W.size > GRAM_WORK:

            def product(block: int) -> None:
                part = slice(block * BLOCK_ROWS, min((block + 1) * BLOCK_ROWS, n))
                np.matmul(self._values[part], W, out=result[part])

            for_each(-(-n // BLOCK_ROWS), product)
            return result
        for rows, positions, block in self._blocks(is_product=True):
            result[rows] += block @ W[positions]
        return result

    def mean_squares(self, sample_weight: Floats) -> Floats:
        p = self.shape[1]
        self._count(p)
        if self._is_direct and bool((sample_weight == sample_weight[0]).all()):
            squares = np.einsum("ij,ij->j", self._values, self._values)
            return np.asarray(sample_weight[0] * squares)
        result = np.zeros(p)
        for rows, positions, block in self._blocks():
            result[positions] += sample_weight[rows] @ block**2
        return result

    def columns(self, index: Indices) -> Floats:
        self._count(len(index))
        return self._pick(slice(None), index).astype(np.float64, copy=False)

    def gather(self, index: Indices) -> Floats:
        return np.asfortranarray(self.columns(index))

    def subset(self, index: Indices) -> DenseDesign:
        return DenseDesign(self.gather(index))

    def centred(self, means: Floats) -> DenseDesign:
        return DenseDesign(np.asfortranarray(self._values - means))

    def columns_in_place(self) -> Floats | None:
        has_columns = self._values.strides[0] == self._values.itemsize or self.shape[0] == 1
        step = self._values.strides[1]
        if not (has_columns and self._is_direct and step > 0 and step % 8 == 0):
            return None
        return self._values

    def gram(
        self,
        sample_weight: Floats,
        centre: bool,
        means: Floats | None = None,
        index: Indices | None = None,
    ) -> tuple[Floats, Floats]:
        n, m = self.shape[0], self.shape[1] if index is None else len(index)
        if means is None and centre:
            means = self.rmatvec(sample_weight)
            means = means if index is None else means[index]
        means = np.zeros(m) if means is None else means
        size = _block_of_gram(n, m)
        is_uniform = bool((sample_weight == sample_weight[0]).all())
        root = np.sqrt(sample_weight)[:, None]

        def product(block: int, shift: Floats | None) -> Floats:
            part = slice(block * size, min((block + 1) * size, n))
            rows = self._values[part] if index is None else self._pick(part, index)
            if is_uniform and shift is None:
                rows = rows.astype(np.float64, copy=False)
                return np.asarray(rows.T @ rows)
            rows = rows * root[part] if shift is None else (rows - shift) * root[part]
            return np.asarray(rows.T @ rows)

        n_blocks = -(-n // size)
        self._count(m)
        result = sum_over(n_blocks, lambda block: product(block, None), np.zeros((m, m)))
        if is_uniform:
            result *= sample_weight[0]
        if centre:
            around_zero = np.diagonal(result).copy()
            result -= np.outer(means, means)
            if (np.diagonal(result) < CANCELLED * around_zero).any():
                self._count(m)
                result = sum_over(n_blocks, lambda block: product(block, means), np.zeros((m, m)))
        return result, means

    def sample_gram(self, feature_weight: Floats) -> Floats:
        n, p = self.shape
        root, size = np.sqrt(feature_weight), min(_block_of_gram(p, n), max(GRAM_ENTRIES // (8 * n), 256))
        is_uniform = bool((feature_weight == 1).all())

        def product(block: int) -> Floats:
            part = slice(block * size, min((block + 1) * size, p))
            columns = self._values[:, part].astype(np.float64, copy=False)
            columns = columns if is_uniform else columns * root[part]
            return np.asarray(columns @ columns.T)

        self._count(p)
        return sum_over(-(-p // size), product, np.zeros((n, n)))

    def rows(self, index: Indices) -> DenseDesign:
        return DenseDesign(self._values[index])

    def divided(self, scales: Floats) -> DenseDesign:
        dtype = np.promote_types(self._values.dtype, np.float32)  # scales can be beyond float16
        return DenseDesign(self._values / scales.astype(dtype))

    def column_moments(self, sample_weight: Floats) -> tuple[Floats, Floats]:
        """Two passes, shifted by the first row that counts, so that constant columns give exactly 0."""
        p = self.shape[1]
        shift = self._values[np.flatnonzero(sample_weight)[0]].astype(np.float64)
        mean, variance = shift.copy(), np.zeros(p)
        for rows, positions, block in self._blocks():
            mean[positions] += sample_weight[rows] @ (block - shift[positions])
        for rows, positions, block in self._blocks():
            variance[positions] += sample_weight[rows] @ (block - mean[positions]) ** 2
        self._count(2 * p)
        return mean, without_rounding(mean, np.sqrt(variance), self._values.dtype)

    def _readable(self) -> DataMatrix | None:
        return as_matrix(self._values)

    def _pick(self, rows: slice, index: Indices) -> NDArray[Any]:
        """X[rows, index] as a copy in the memory order of X."""
        if self._rows_lie_together:
            return np.take(self._values[rows], index, axis=1)
        return np.take(self._values[rows].T, index, axis=0).T

    def _blocks(self, index: Indices | None = None, is_product: bool = False) -> Iterator[Block]:
        """X, or its columns `index`, piece by piece in float64.

        With `is_product` the whole of a matrix that BLAS can read in place comes as one
        piece; otherwise pieces are small enough for temporaries of their size.
        """
        n, p = self.shape
        m = p if index is None else len(index)
        if m == 0:
            return
        if is_product and self._is_direct and index is None:
            yield slice(0, n), slice(0, p), self._values
            return
        along, across = (n, m) if self._rows_lie_together else (m, n)
        size = max(BLOCK_ENTRIES // across, 1)
        for start in range(0, along, size):
            part = slice(start, min(start + size, along))
            rows, positions = (part, slice(0, m)) if self._rows_lie_together else (slice(0, n), part)
            values = self._values[rows, positions] if index is None else self._pick(rows, index[positions])
            yield rows, positions, np.asarray(values, dtype=np.float64, order="K")


def _block_of_gram(length: int, width: int) -> int:
    """Terms (rows of X, or columns) of a block, by the shape alone: several where a product is long work."""
    width = max(width, 1)
    if length * width**2 <= GRAM_WORK or length < 2 * width:
        return max(GRAM_ENTRIES // width, 256)
    cached = CACHED_ENTRIES // width
    return cached if cached >= 8 * width else max(min(GRAM_ENTRIES // width, -(-length // 4)), width)
