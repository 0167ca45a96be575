"""Principal component pursuit: M = low rank + sparse, proved optimal.

    minimise ||L||_* + sum_ij h(M_ij - L_ij),    h(r) = min_s lam |s| + (r - s)^2 / (2 nu)

over the observed entries. With nu = 0 the noise-free problem L + S = M, h = lam |.|;
with nu > 0 the stable one, in which h is Huber's function. Its dual is

    maximise <Y, M> - nu / 2 ||Y||_F^2   subject to   ||Y||_2 <= 1,  |Y_ij| <= lam,

with Y = 0 where nothing was observed. Any such Y bounds the optimum from below: the gap
between the two values, relative to the first, is the certificate.

Method: Douglas-Rachford splitting (the alternating direction method of multipliers) in the
single unknown Z = L + t Y, over-relaxed by `RELAXATION`:

    L = D_t(Z),  Y = (Z - L) / t         shrunk singular values; ||Y||_2 <= 1
    C = clip(t / (t + nu) * (M - L + t Y), -lam t, lam t)        t times another dual point
    Z <- L + t Y + RELAXATION * (C - t Y)

One pass over the rows does all of it, and the Gram matrix of the next Z besides. Since
L is the shrunk Z for every t if Z = L + t Y, t may change freely between two steps. It
starts at 4 * mean |M| and follows a sawtooth: it falls by 6 % a step to `DEEPEST` times that,
jumps back to 3 times the first (later 1.5 times), and falls again. Where t is large, Y moves
far in the directions of large singular values; where it is small, the last entries of S and
the smallest singular values of L settle. Any constant t is slow at one of the two.

The dual point of a certificate is C / t or its mean over the steps since the last
certificate (in which the oscillation of an over-relaxed iteration cancels), whichever proves
more once `dual_point` has made it feasible.

Memory: four matrices of the size and precision of M, one of them M itself.

References
----------
Candès, Li, Ma, Wright, Robust principal component analysis?, Journal of the ACM 58 (2011),
equation 1.1; its section 5 takes mu = m n / (4 ||M||_1), here 1 / t.
Zhou, Li, Wright, Candès, Ma, Stable principal component pursuit, ISIT 2010, equation 4.
Lions, Mercier, Splitting algorithms for the sum of two nonlinear operators, SIAM Journal on
Numerical Analysis 16 (1979).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...typing import Floats, Mask
from .dual_point import DualPoint
from .rows import RowBlocks, row_threads
from .spectrum import Centred, Matrix, add_in_order
from .splitting import Splitting
from .terms import Terms

FALL = 1.06
TOPS = (3.0, 1.5)
DEEPEST = 0.004
DEEPEST_SINGLE = 0.1
"""Step sizes, relative to the first: see the module's docstring. Y = (Z - L) / t needs digits."""
FIRST_CHECK = 15
CHECK_GROWTH = 1.1
"""The next certificate comes after 10 % more steps: its cost stays small beside theirs."""
SINGLE = 1e-4
"""Gaps down to this one are reached in float32."""
PATIENCE = 8
"""In float32, so many certificates without a better gap mean that its digits are used up."""


@dataclass(frozen=True)
class Proof:
    """Values of both problems: the optimum lies between them."""

    primal: float
    dual: float

    @property
    def gap(self) -> float:
        """(primal - dual) / primal; 0 where both are 0."""
        return max(self.primal - self.dual, 0.0) / self.primal if self.primal > 0 else 0.0


@dataclass(frozen=True, eq=False)
class Decomposition:
    """What pursuit returns; matrices are tall (m, n), as M came in.

    Attributes
    ----------
    low_rank, sparse : (m, n); sparse is exactly 0 off its support.
    left, right : (m, r) and (r, n) in float64 with low_rank = left @ right; rows of `right` orthonormal,
        columns of `left` orthogonal.
    singular_values : (r,) of low_rank, descending.
    dual_point : (m, n) Y, feasible; it proves `proof.dual`.
    proof : Proof of (low_rank, M - low_rank).
    n_iterations : int
    """

    low_rank: Matrix
    sparse: Matrix
    left: Floats
    right: Floats
    singular_values: Floats
    dual_point: Matrix
    proof: Proof
    n_iterations: int


def principal_component_pursuit(
    M: Matrix,
    lam: float,
    *,
    nu: float = 0.0,
    observed: Mask | None = None,
    tol: float = 1e-6,
    max_iter: int = 20_000,
    report: Callable[[float], None] | None = None,
) -> Decomposition:
    """Split M (m, n), m >= n, into low rank and sparse; see the module's docstring.

    Parameters
    ----------
    M : (m, n) finite numbers where observed; read only.
    lam : float > 0
    nu : float >= 0
    observed : (m, n) flags, optional
    tol : float > 0, relative gap to be proved.
    max_iter : int, steps after which the search ends, whatever the gap.
    report : function of the gap, called at each certificate.

    Returns
    -------
    Decomposition
        Its `proof.gap` is above `tol` only if `max_iter` was reached.
    """
    dtype = np.float32 if tol >= SINGLE else np.float64
    if observed is not None:
        observed = np.ascontiguousarray(observed)  # rows are read side by side with those of M
    with row_threads() as pool:
        blocks = RowBlocks((M.shape[0], M.shape[1]), pool)
        whole, unit = _centred(M, observed, blocks, dtype)
        terms = Terms(whole, lam, nu / unit, observed)
        return _in_units(_solve(terms, blocks, tol, max_iter, report), unit)


def _centred(
    M: Matrix, observed: Mask | None, blocks: RowBlocks, dtype: type[np.floating[Any]]
) -> tuple[Centred, float]:
    """M / unit as deviations from the means of its rows; the unit is the largest |M|, so nothing overflows.

    What was not observed equals the mean of its row.
    """

    def largest(rows: slice) -> float:
        seen = M[rows] if observed is None else M[rows][observed[rows]]
        return max(abs(float(seen.max(initial=0))), abs(float(seen.min(initial=0))))

    unit = max(blocks.map(largest)) or 1.0
    deviations, centre = np.zeros(M.shape, dtype), np.zeros(len(M), dtype)

    def fill(rows: slice) -> None:
        block = M[rows] / unit
        if observed is None:
            mean = block.mean(axis=1)
        else:
            seen = observed[rows]
            count = np.maximum(seen.sum(axis=1), 1)
            mean = np.sum(block, axis=1, where=seen) / count
        centre[rows] = mean
        # from the mean as it was rounded: the two add up to M
        block -= centre[rows, None]
        deviations[rows] = block if observed is None else np.where(observed[rows], block, 0.0)

    list(blocks.map(fill))
    return Centred(deviations, centre), unit


def _in_units(found: Decomposition, unit: float) -> Decomposition:
    """The decomposition of unit * M."""
    for part in (found.low_rank, found.sparse, found.left, found.singular_values):
        part *= unit
    return replace(found, proof=Proof(unit * found.proof.primal, unit * found.proof.dual))


def _solve(
    terms: Terms, blocks: RowBlocks, tol: float, max_iter: int, report: Callable[[float], None] | None
) -> Decomposition:
    first = 4.0 * _mean_size(terms, blocks) or 1.0  # any step does for M = 0
    is_single = terms.M.deviations.dtype == np.float32
    sizes = step_sizes(first, DEEPEST_SINGLE if is_single else DEEPEST)
    state, check, best, since = Splitting(terms, blocks, next(sizes)), FIRST_CHECK, np.inf, 0
    while True:
        for _ in range(min(check, max_iter) - state.n_steps):
            state.step(next(sizes))
        primal, point = state.inspect(tol)
        gap = Proof(primal, point.value).gap
        if report is not None:
            report(gap)
        if gap <= tol or state.n_steps >= max_iter:
            return _finish(state, point)
        best, since = (gap, 0) if gap < best else (best, since + 1)
        if since >= PATIENCE and is_single:
            state, since, is_single = state.promoted(), 0, False
            sizes = step_sizes(first, DEEPEST)
        check = max(state.n_steps + FIRST_CHECK, int(CHECK_GROWTH * state.n_steps))
        state.forget_mean()


def step_sizes(first: float, deepest: float) -> Iterator[float]:
    """A sawtooth that falls by `FALL` a step to `deepest` * first; see the module's docstring."""
    t = top = first
    while True:
        yield t
        t /= FALL
        if t < deepest * first:
            t = top = TOPS[1 if top > first else 0] * first


def _mean_size(terms: Terms, blocks: RowBlocks) -> float:
    """Mean |M| over the observed entries."""
    whole = terms.M

    def work(rows: slice) -> tuple[float, float]:
        size = np.abs(whole.deviations[rows] + whole.centre[rows, None])
        if terms.observed is None:
            return float(size.sum(dtype=np.float64)), size.size
        seen = terms.observed[rows]
        return float(size.sum(dtype=np.float64, where=seen)), float(seen.sum())

    total, count = add_in_order(blocks, work, 0.0, 0.0)
    return float(total / max(count, 1.0))


def _finish(state: Splitting, point: DualPoint) -> Decomposition:
    """The factors in float64, the three matrices in the buffers of the iteration, and the final proof."""
    terms, shrunk = state.terms, state.shrunk
    right = shrunk.basis.T
    left = np.concatenate([shrunk.left(rows) for rows in state.blocks.blocks]).astype(np.float64)
    low_rank, clipped = state.Z.deviations, state.clipped
    dual, sparse = point.source, state.mean if point.source is clipped else clipped
    bound = clipped.dtype.type(terms.lam * state.t)

    def work(rows: slice) -> tuple[float, float, float]:
        L = left[rows] @ right
        residual = terms.M.deviations[rows] - L
        residual += terms.M.centre[rows, None]
        misfit = terms.misfit(residual, rows)
        is_sparse = np.abs(clipped[rows]) == bound
        Y = point.rows(rows, terms)
        low_rank[rows], dual[rows] = L, Y
        if terms.nu:
            residual -= np.clip(residual, -terms.lam * terms.nu, terms.lam * terms.nu)
        sparse[rows] = np.where(is_sparse, residual, 0.0)
        return misfit, terms.inner(Y, rows), float(np.vdot(Y, Y))

    misfit, inner, square = add_in_order(state.blocks, work, 0.0, 0.0, 0.0)
    # left @ right is a sum of rank-one matrices: the lengths of their parts bound its nuclear norm
    lengths = np.linalg.norm(left, axis=0)
    return Decomposition(
        low_rank=low_rank,
        sparse=sparse,
        left=left,
        right=right,
        singular_values=lengths,
        dual_point=dual,
        proof=Proof(float(lengths.sum()) + misfit, inner - terms.nu / 2 * square),
        n_iterations=state.n_steps,
    )
