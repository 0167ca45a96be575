"""Soft-thresholding of singular values: D_t(Z) = sum_k (s_k - t)_+ u_k v_k', the prox of t * nuclear norm.

Two ways, chosen by `spectrum_of`:

- *Gram*: where one side is short, the n x n matrix Z'Z = V diag(s^2) V' has the right
  singular vectors, and D_t(Z) = Z V diag((1 - t/s)_+) V'. One symmetric product and one small
  eigenproblem instead of a singular value decomposition. Squaring costs half of the digits,
  which is harmless in float64: only singular values far below t lose all of theirs.
- *Subspace*: otherwise, block power iteration on a basis carried over from the last call.
  Between two steps of a splitting method Z moves little, so that one or two products with
  Z and Z' are enough; the block is widened until it holds a singular value below t.

Both work on a matrix held as deviations from one column, Z + b 1': data far from zero (grey
levels, prices) keep their digits in float32, and the Gram matrix of the deviations may be
summed in float32, because what is large is added in float64:

    (Z + b 1')'(Z + b 1') = Z'Z + c 1' + 1 c' + |b|^2 1 1',    c = Z'b.

References
----------
Cai, Candès, Shen, A singular value thresholding algorithm for matrix completion, SIAM
Journal on Optimization 20 (2010), theorem 2.1 (the prox).
Halko, Martinsson, Tropp, Finding structure with randomness, SIAM Review 53 (2011),
algorithm 4.4 (the block power iteration).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from ...typing import Floats
from .rows import RowBlocks

Matrix = NDArray[np.floating[Any]]
SHORT = 400
"""A side up to this length is worth a Gram matrix, whatever the other..."""
SLENDER = 4
"""...and so is one that is so many times shorter than the other, up to..."""
LONGEST_GRAM = 1500
"""...this length."""
PASSES = 2
"""Power iterations of a block that starts from the last basis."""


@dataclass(frozen=True)
class Centred:
    """A tall matrix held as deviations (m, n) from the columns b 1', b (m,)."""

    deviations: Matrix
    centre: Matrix

    @property
    def shape(self) -> tuple[int, int]:
        """(m, n)."""
        m, n = self.deviations.shape
        return m, n

    def astype(self, dtype: type[np.floating[Any]]) -> Centred:
        """A copy in another precision."""
        return Centred(self.deviations.astype(dtype), self.centre.astype(dtype))

    def times(self, right: Matrix, rows: slice = slice(None)) -> Matrix:
        """Rows of (Z + b 1') @ right."""
        product: Matrix = self.deviations[rows] @ right
        product += self.centre[rows, None] * right.sum(axis=0)
        return product

    def transposed_times(self, left: Matrix) -> Matrix:
        """(Z + b 1')' @ left."""
        product: Matrix = self.deviations.T @ left
        product += self.centre @ left
        return product

    def gram(self, product: Floats, cross: Floats) -> Floats:
        """(n, n) of the whole, given Z'Z and Z'b."""
        whole: Floats = product + cross[:, None] + cross
        whole += float(np.vdot(self.centre.astype(np.float64), self.centre))
        return whole


class Shrunk(Protocol):
    """D_t(Z): singular values (descending), right singular vectors (n, r), and the rows of the product.

    `offset` (n,) is what multiplies the centre b in  D_t(Z) - b 1' = bare @ basis' + b offset'.
    """

    values: Floats
    basis: Floats
    offset: Floats

    def left(self, rows: slice) -> Matrix:
        """Rows of the (m, r) factor F with D_t(Z) = F @ basis'."""
        ...

    def bare(self, rows: slice, out: Matrix) -> Matrix:
        """Rows of F without the part that the centre gives, which `offset` holds; may be written to out."""
        ...


@dataclass(frozen=True)
class ShrunkByGram:
    """See `Shrunk`; the left factor is Z times a small matrix, computed where it is used."""

    Z: Centred
    values: Floats
    basis: Floats
    scaled: Matrix
    offset: Floats

    def left(self, rows: slice) -> Matrix:
        """Rows of Z V diag(1 - t/s)."""
        return self.Z.times(self.scaled, rows)

    def bare(self, rows: slice, out: Matrix) -> Matrix:
        """The same of the deviations alone."""
        return np.matmul(self.Z.deviations[rows], self.scaled, out=out)


@dataclass(frozen=True)
class ShrunkInSubspace:
    """See `Shrunk`; the left factor is stored."""

    values: Floats
    basis: Floats
    scaled: Matrix

    @property
    def offset(self) -> Floats:
        """Everything is in the factor: the centre is taken off."""
        return np.full(len(self.basis), -1.0)

    def left(self, rows: slice) -> Matrix:
        """Rows of U diag(s - t)."""
        return self.scaled[rows]

    def bare(self, rows: slice, out: Matrix) -> Matrix:
        """The same."""
        return self.scaled[rows]


class GramSpectrum:
    """Thresholds through the Gram matrix, which the caller accumulates while it makes Z."""

    needs_gram = True

    def shrink(self, Z: Centred, threshold: float, product: Floats | None) -> ShrunkByGram:
        """D_t(Z), given the Gram matrix of the whole."""
        assert product is not None  # what needs_gram asks for
        squares, vectors = linalg.eigh(product, driver="evd", check_finite=False)
        values = np.sqrt(np.maximum(squares, 0.0))
        kept = values > threshold
        values, vectors = values[kept][::-1], np.ascontiguousarray(vectors[:, kept][:, ::-1])
        scaled = vectors * (1.0 - threshold / values)
        # 1' D_t(Z)'s projector - 1', small where the centre is a direction that is kept: in float64
        offset = scaled.sum(axis=0) @ vectors.T - 1.0
        return ShrunkByGram(Z, values - threshold, vectors, scaled.astype(Z.deviations.dtype), offset)


class SubspaceSpectrum:
    """Thresholds through a block of singular vectors that is carried from call to call."""

    needs_gram = False

    def __init__(self, shape: tuple[int, int]) -> None:
        self._rng = np.random.default_rng(0)
        self._block: Matrix = np.zeros((shape[1], 0))
        self._width = min(20, *shape)

    def shrink(self, Z: Centred, threshold: float, product: Floats | None = None) -> ShrunkInSubspace:
        """D_t(Z); the next block is wider than the rank by a tenth and at least ten."""
        widest = min(Z.shape)
        while True:
            outer, values, basis = self._decompose(Z, self._width)
            rank = int((values > threshold).sum())
            if rank < len(values) or self._width == widest:
                break
            self._width = min(2 * self._width, widest)
        self._width = min(rank + max(10, rank // 10), widest)
        kept = values[:rank] - threshold
        return ShrunkInSubspace(
            kept, basis[:, :rank].astype(np.float64), outer[:, :rank] * kept.astype(outer.dtype)
        )

    def _decompose(self, Z: Centred, width: int) -> tuple[Matrix, Floats, Matrix]:
        """The leading `width` singular triplets, to the accuracy of a few power iterations."""
        dtype, known = Z.deviations.dtype, self._block.shape[1]
        fresh = self._rng.standard_normal((Z.shape[1], max(width - known, 0)))
        block: Matrix = np.hstack([self._block[:, :width], fresh]).astype(dtype)
        for _ in range(PASSES if known >= width else PASSES + 2):
            outer = linalg.qr(Z.times(block), mode="economic", overwrite_a=True, check_finite=False)[0]
            block = Z.transposed_times(outer)
        basis, triangle = linalg.qr(block, mode="economic", overwrite_a=True, check_finite=False)
        inner, values, turn = linalg.svd(triangle.T.astype(np.float64), check_finite=False)
        self._block = basis @ turn.T.astype(dtype)
        return outer @ inner.astype(dtype), values, self._block


def gram_of_rows(block: Matrix) -> Floats:
    """Z'Z of a block of rows, in the precision of the block; returned in float64."""
    product: Floats = (block.T @ block).astype(np.float64, copy=False)
    return product


def spectral_norm(product: Floats) -> float:
    """The largest singular value of a matrix, given its Gram matrix (n, n)."""
    # all of them: a range of eigenvalues is bisected for, which fails on some singular matrices
    top = linalg.eigvalsh(product, check_finite=False)[-1]
    return float(np.sqrt(max(top, 0.0)))


def spectrum_of(shape: tuple[int, int]) -> GramSpectrum | SubspaceSpectrum:
    """The cheaper way for a tall (m, n) matrix, m >= n."""
    m, n = shape
    if n <= SHORT or (n <= LONGEST_GRAM and n * SLENDER <= m):
        return GramSpectrum()
    return SubspaceSpectrum(shape)


def add_in_order(blocks: RowBlocks, work: Any, *totals: Any) -> list[Any]:
    """Sums of the tuples that work(rows) returns, added block by block."""
    sums = list(totals)
    for parts in blocks.map(work):
        for k, part in enumerate(parts):
            sums[k] = sums[k] + part
    return sums
