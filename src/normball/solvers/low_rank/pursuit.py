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
starts at 4 * mean |M| and follows a sawtooth (`step_sizes`): it falls to a small share of that, by 20 %
a step at first, jumps to 3 times the first, falls more slowly, and then again and again from 1.5
times the first; all of it slower and deeper the smaller the gap that is asked. Where t is large, Y
moves far in the directions of large singular values; where it is small, the last entries of S and
the smallest singular values of L settle. Any constant t is slow at one of the two.

The dual point of a certificate is C / t or its mean over the steps since the last
certificate (in which the oscillation of an over-relaxed iteration cancels), whichever proves
more once `dual_point` has made it feasible. Drafts of it are made in the precision of the
iteration; what is proved is computed in float64.

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
from .step_sizes import COARSE, FINE, MIDDLE, NEARBY, step_sizes
from .terms import Terms

EARLY_STEPS, EARLY_GAP, EARLY_FALL = 15, 0.05, 0.2
"""After so many steps the gap of a film is about that, and falls by that rate a step for a while."""
LEAST_STEPS, MOST_STEPS, LEAST_MORE, MOST_MORE = 6, 15, 0.08, 0.15
"""Steps to the next certificate: as many as the last ones seem to ask for, within these bounds, or
these shares of the steps so far, if more: means over a few steps of a tooth do not get far."""
SINGLE, WIDE = 1e-5, 1e-4
"""Gaps down to the first are reached in float32; from the second up, with larger step sizes."""
NEARBY_SHARE = 0.3
"""Of the usual first step size, where the answer to a problem nearby is known."""
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
    start: tuple[Floats, Floats] | None = None,
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
    start : pair of (m, n), L and Y of a problem nearby.

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
        nearby = None if start is None else (start[0] / unit, start[1])
        return _in_units(_solve(terms, blocks, tol, max_iter, report, nearby), unit)


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
    terms: Terms,
    blocks: RowBlocks,
    tol: float,
    max_iter: int,
    report: Callable[[float], None] | None,
    start: tuple[Floats, Floats] | None,
) -> Decomposition:
    first = 4.0 * _mean_size(terms, blocks) or 1.0  # any step does for M = 0
    is_single = terms.M.deviations.dtype == np.float32
    teeth = COARSE if tol >= WIDE else MIDDLE if is_single else FINE
    if start is not None:
        first, teeth = NEARBY_SHARE * first, NEARBY
    sizes = step_sizes(first, teeth)
    state, best, since = Splitting(terms, blocks, next(sizes)), np.inf, 0
    seen: list[tuple[int, float]] = []
    check = EARLY_STEPS
    if start is not None:
        state.move_to(*start)
        check = LEAST_STEPS
    elif tol < EARLY_GAP:
        check += _steps_between(EARLY_GAP, tol, EARLY_FALL, MOST_STEPS)
        _walk(state, sizes, min(EARLY_STEPS, max_iter))
        state.forget_mean()
    while True:
        _walk(state, sizes, min(check, max_iter))
        primal, point = state.inspect(tol)
        is_last = state.n_steps >= max_iter
        if is_last or Proof(primal, point.value).gap <= tol:
            point = state.certified(point)
        gap = Proof(primal, point.value).gap
        if report is not None:
            report(gap)
        if is_last or gap <= tol:
            return _finish(state, point)
        best, since = (gap, 0) if gap < best else (best, since + 1)
        if since >= PATIENCE and is_single:
            state, since, is_single = state.promoted(), 0, False
            sizes = step_sizes(first, FINE if start is None else NEARBY)
        seen.append((state.n_steps, gap))
        check = state.n_steps + _steps_to(tol, seen)
        state.forget_mean()


def _walk(state: Splitting, sizes: Iterator[float], until: int) -> None:
    for _ in range(until - state.n_steps):
        state.step(next(sizes))


def _steps_to(tol: float, seen: list[tuple[int, float]]) -> int:
    """Steps to the next certificate, given those so far as (steps, gap)."""
    now, gap = seen[-1]
    before, wide = seen[-2] if len(seen) > 1 else (EARLY_STEPS, EARLY_GAP)
    fall = np.log(wide / gap) / (now - before) if now > before else EARLY_FALL
    least, most = max(LEAST_STEPS, int(LEAST_MORE * now)), max(MOST_STEPS, int(MOST_MORE * now))
    return max(_steps_between(gap, tol, fall, most), least)


def _steps_between(gap: float, tol: float, fall: float, most: int) -> int:
    """Steps from a gap down to tol if its logarithm falls by so much a step; at most so many."""
    return min(int(np.log(gap / tol) / fall), most) if fall > 0 else most


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
        Y = point.rows(rows, terms, state.blocks)
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
