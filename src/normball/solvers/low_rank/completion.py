"""Matrix completion: the least nuclear norm that explains the observed entries.

    minimise 1/2 sum over observed (X_ij - L_ij)^2 + lam ||L||_*

Its dual is  maximise <Y, X> - 1/2 ||Y||_F^2  over Y that is 0 off the observed entries and has
||Y||_2 <= lam; the residual of L, scaled into that ball, is the dual point of the certificate.

L is kept as A B'. Because ||L||_* = min over L = A B' of (|A|^2 + |B|^2) / 2, the problem in A
alone or in B alone is ridge regression, one small system a row. Three moves alternate:

- `SWEEPS` exact solutions for all rows of A, then of B: they settle L at its rank;
- one soft-impute step, D_lam(L + residual), by block power iteration on "sparse plus low rank"
  from the columns of B: a proximal step that sets singular values to exactly 0, and lets new
  ones in, since its block is wider than the rank;
- the certificate, whose spectral norm is that of a sparse matrix (Lanczos).

Cost of a round: O(observed * k^2 + (m + n) k^3) for rank k, without an (m, n) matrix. Noisy entries
that are to be met closely take many singular values of nearly the same size, and rounds without end:
after `PATIENCE` of them Douglas-Rachford splitting (`pursuit`, with no price on single entries) goes on
from there on whole matrices, in a few dozen steps whatever the rank, and along the rest of the path.

References
----------
Mazumder, Hastie, Tibshirani, Spectral regularization algorithms for learning large incomplete
matrices, JMLR 11 (2010), algorithm 1 (the soft-impute step).
Hastie, Mazumder, Lee, Zadeh, Matrix completion and low-rank SVD via fast alternating least
squares, JMLR 16 (2015), lemma 1 (the ridge form).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.linalg import ArpackNoConvergence, svds

from ...cached import cached_property
from ...typing import Floats, Indices
from .pursuit import principal_component_pursuit
from .trace_norm import dual_share
from .trace_norm import spectral_norm as dense_spectral_norm

SWEEPS = 3
SPARE = 5
"""The block of a soft-impute step is so much wider than the rank."""
SMALL = 300
"""Up to this side the spectral norm is that of a dense matrix; beyond, Lanczos finds it..."""
LANCZOS_STEPS = 1000
"""...if it is found in so many restarts."""
PATIENCE = 10
"""Rounds at a price before the splitting is tried..."""
WHOLE, SPREAD = 20_000_000, 25
"""...on matrices of so many entries, or of so many times the observed ones."""
UNPRICED = 1e12
"""A price for single deviations at which there are none."""


@dataclass(frozen=True, eq=False)
class Entries:
    """Observed entries of an (m, n) matrix, in compressed rows."""

    matrix: sparse.csr_array

    @property
    def shape(self) -> tuple[int, int]:
        """(m, n)."""
        m, n = self.matrix.shape
        return m, n

    @property
    def count(self) -> int:
        """Number of observed entries."""
        return len(self.matrix.data)

    @cached_property
    def rows(self) -> Indices:
        """Row of each entry."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.matrix.indptr))

    @cached_property
    def pattern(self) -> sparse.csr_array:
        """Ones at the observed entries."""
        return self.with_data(np.ones(self.count))

    def with_data(self, data: Floats) -> sparse.csr_array:
        """Other values at the same places."""
        return sparse.csr_array((data, self.matrix.indices, self.matrix.indptr), shape=self.shape)

    def of(self, A: Floats, B: Floats) -> Floats:
        """A B' at the observed entries."""
        values = np.zeros(self.count)
        for a, b in zip(A.T, B.T, strict=True):
            values += a[self.rows] * b[self.matrix.indices]
        return values


@dataclass(frozen=True, eq=False)
class Completion:
    """L = U diag(s) V' with U (m, k), s (k,) descending, V (n, k); values of both problems.

    `is_split` says that the splitting found it, which then serves the next price as well.
    """

    U: Floats
    s: Floats
    V: Floats
    primal: float
    dual: float
    n_rounds: int
    is_split: bool = False

    @property
    def gap(self) -> float:
        """(primal - dual) / primal."""
        return max(self.primal - self.dual, 0.0) / self.primal if self.primal > 0 else 0.0


def empty(entries: Entries) -> Completion:
    """L = 0, the start of a path."""
    m, n = entries.shape
    value = 0.5 * float(entries.matrix.data @ entries.matrix.data)
    return Completion(np.zeros((m, 0)), np.zeros(0), np.zeros((n, 0)), value, 0.0, 0)


def complete(entries: Entries, lam: float, start: Completion, tol: float, max_rounds: int) -> Completion:
    """The completion at price lam > 0, from a start nearby; its gap is above tol only after `max_rounds`.

    A step of the splitting counts as a round.
    """
    if start.is_split:
        return _split(entries, lam, start, tol, max_rounds)
    may_split = np.prod(entries.shape, dtype=float) <= max(WHOLE, SPREAD * entries.count)
    found = _alternate(entries, lam, start, tol, min(PATIENCE, max_rounds) if may_split else max_rounds)
    if found.gap <= tol or found.n_rounds >= max_rounds:
        return found
    return _split(entries, lam, found, tol, max_rounds)


def _alternate(entries: Entries, lam: float, start: Completion, tol: float, max_rounds: int) -> Completion:
    """Rounds of the three moves."""
    rng = np.random.default_rng(0)
    U, s, V = start.U, start.s, start.V
    for k in range(1, max_rounds + 1):
        for _ in range(SWEEPS if len(s) else 0):
            U, s, V = _sweep(entries, lam, U, s, V)
        U, s, V = _soft_impute(entries, lam, U, s, V, rng)
        primal, dual = _values(entries, lam, U, s, V)
        found = Completion(U, s, V, primal, dual, k)
        if found.gap <= tol:
            break
    return found


def _split(entries: Entries, lam: float, start: Completion, tol: float, max_rounds: int) -> Completion:
    """The completion by Douglas-Rachford splitting on whole matrices, tall ones."""
    if entries.shape[0] < entries.shape[1]:
        turned = replace(start, U=start.V, V=start.U)
        found = _split(Entries(sparse.csr_array(entries.matrix.T)), lam, turned, tol, max_rounds)
        return replace(found, U=found.V, V=found.U)
    residual = entries.matrix.data - entries.of(start.U * start.s, start.V)
    split = principal_component_pursuit(
        entries.matrix.toarray(),
        UNPRICED,
        nu=lam,
        observed=entries.pattern.toarray().astype(bool),
        tol=tol,
        max_iter=max_rounds,
        start=((start.U * start.s) @ start.V.T, entries.with_data(residual / lam).toarray()),
    )
    s = split.singular_values
    U, V = split.left / s, split.right.T
    primal = _primal(entries.matrix.data - entries.of(U * s, V), lam, s)
    return Completion(U, s, V, primal, lam * split.proof.dual, split.n_iterations, is_split=True)


def spectral_norm(matrix: sparse.csr_array) -> float:
    """Largest singular value."""
    if min(matrix.shape) > SMALL:
        start = np.random.default_rng(0).standard_normal(min(matrix.shape))
        # where the largest values are alike Lanczos does not end
        with suppress(ArpackNoConvergence):
            most = LANCZOS_STEPS
            return float(svds(matrix, 1, tol=1e-10, v0=start, maxiter=most, return_singular_vectors=False)[0])
    return dense_spectral_norm(matrix.toarray())


def _sweep(entries: Entries, lam: float, U: Floats, s: Floats, V: Floats) -> tuple[Floats, Floats, Floats]:
    """Ridge regression for the rows of A, then of B; balanced again."""
    root = np.sqrt(s)
    A = ridge_rows(entries.pattern, entries.matrix, V * root, lam)
    B = ridge_rows(entries.pattern.T, entries.matrix.T, A, lam)
    return _factors(A, B)


def ridge_rows(pattern: Any, values: Any, B: Floats, lam: float) -> Floats:
    """Rows a of A: (sum over the observed b b' + lam I) a = sum of x b."""
    n, k = B.shape
    squares = (B[:, :, None] * B[:, None, :]).reshape(n, k * k)
    systems = (pattern @ squares).reshape(-1, k, k)
    systems[:, np.arange(k), np.arange(k)] += lam
    rows: Floats = np.linalg.solve(systems, (values @ B)[:, :, None])[:, :, 0]
    return rows


def _factors(A: Floats, B: Floats) -> tuple[Floats, Floats, Floats]:
    """U, s, V of A B'."""
    left, R = linalg.qr(A, mode="economic", check_finite=False)
    right, T = linalg.qr(B, mode="economic", check_finite=False)
    inner, s, turn = linalg.svd(R @ T.T, check_finite=False)
    return left @ inner, s, right @ turn.T


def _soft_impute(
    entries: Entries, lam: float, U: Floats, s: Floats, V: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """D_lam(L + residual) by block power iteration from V."""
    residual = entries.with_data(entries.matrix.data - entries.of(U * s, V))
    n = entries.shape[1]
    width = min(len(s) + SPARE, *entries.shape)
    block = np.hstack([V, rng.standard_normal((n, width - len(s)))])
    for _ in range(3):
        outer = linalg.qr(residual @ block + (U * s) @ (V.T @ block), mode="economic", check_finite=False)[0]
        block = residual.T @ outer + V @ (s[:, None] * (U.T @ outer))
    right, triangle = linalg.qr(block, mode="economic", check_finite=False)
    inner, values, turn = linalg.svd(triangle.T, check_finite=False)
    kept = values > lam
    return (outer @ inner)[:, kept], values[kept] - lam, (right @ turn.T)[:, kept]


def _values(entries: Entries, lam: float, U: Floats, s: Floats, V: Floats) -> tuple[float, float]:
    """Objective of L, and that of its residual scaled into the dual ball."""
    residual = entries.matrix.data - entries.of(U * s, V)
    square = float(residual @ residual)
    norm = spectral_norm(entries.with_data(residual))
    inner = float(residual @ entries.matrix.data)
    scale = dual_share(square, inner, lam, norm)
    return _primal(residual, lam, s), scale * inner - 0.5 * scale**2 * square


def _primal(residual: Floats, lam: float, s: Floats) -> float:
    return 0.5 * float(residual @ residual) + lam * float(s.sum())
