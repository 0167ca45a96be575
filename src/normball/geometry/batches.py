"""Least norm or least penalised error for many small problems of one shape, by the norm's fastest way.

L1 (with weights), the elastic net, LInf and groups that meet equations: interior points on
stacks (`batched.py`, `batched_cube.py`, `batched_groups.py`). Weights c_j are taken into
the columns, A_j / c_j; the ridge part of the elastic net is more rows, sqrt(c ridge_j) e_j
with right side 0. L2: with A A' = U S U' the answer is A'(A A' + theta I)^-1 b, and
theta |w| = c is one equation in one unknown. A single equation a.w = b with SLOPE or groups
is met where the dual norm of a is attained: at the k largest |a_j|, all equal, or at the
group of greatest pull. All other norms: one problem after the other by `Problem`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..norms import Norm
from ..problem import Problem
from ..typing import Floats
from .batched import solve_l1_batch
from .batched_cube import solve_linf_batch
from .batched_groups import solve_groups_batch
from .stacks import BatchedSolution, fewer_rows, least_squares, pull, solve_each, times

UNPROVED = 1e-6
"""Problems whose gap stays above this are solved again, each by itself."""


def solve_batch(norm: Norm, A: Floats, b: Floats, price: float = 0.0) -> Floats:
    """(k, p) answers of  min |A w - b|^2 / (2 price) + R(w), or for price 0 of  min R(w), A w = b.

    Parameters
    ----------
    norm : Norm
    A : (k, m, p)
    b : (k, m)
    price : float >= 0
        n alpha for squared error; 0 for equations.
    """
    m, p = A.shape[1:]
    if price == 0 and m == p:  # no freedom: the answer is the same for all norms
        w = solve_each(A, b)
        if np.isfinite([norm.value(each) for each in w]).all():
            return w
    found = _on_stacks(norm, A, b, price)
    if found is None:
        return _one_by_one(norm, A, b, price)
    missed = np.flatnonzero(found.gaps > UNPROVED)
    found.coefs[missed] = _one_by_one(norm, A[missed], b[missed], price)
    return found.coefs


def _on_stacks(norm: Norm, A: Floats, b: Floats, price: float) -> BatchedSolution | None:
    """All problems at once; None for norms without such a way."""
    m, p = A.shape[1:]
    if norm.name == "linf":
        return solve_linf_batch(A, b, price)
    coefs = None
    if norm.name == "l2":
        coefs = _least_length(A, b, price)
    elif m == 1 and price == 0:
        coefs = _one_equation(norm, A[:, 0], b[:, 0])
    if coefs is not None:
        return BatchedSolution(coefs, np.zeros(len(A)), np.zeros(len(A)))
    blocks, parts = norm.blocks(p), norm.separable(p)
    if blocks is not None and price == 0:
        return solve_groups_batch(blocks, A, b)
    if parts is None or parts.is_one_sided or not norm.makes_zeros or (parts.ridge is not None and not price):
        return None
    if not (np.isfinite(parts.price).all() and (parts.price > 0).all()):
        return None
    if parts.ridge is not None:
        rows = np.broadcast_to(np.diag(np.sqrt(price * parts.ridge)), (len(A), p, p))
        A, b = np.concatenate([A, rows], axis=1), np.pad(b, ((0, 0), (0, p)))
    found = solve_l1_batch(A / parts.price, b, price)
    return replace(found, coefs=found.coefs / parts.price)


def _one_by_one(norm: Norm, A: Floats, b: Floats, price: float) -> Floats:
    level = {"alpha": price / A.shape[1]} if price else {"target": 0.0}
    problems = (Problem(*pair, norm=norm, fit_intercept=False) for pair in zip(A, b, strict=True))
    return np.array([problem.solve(**level).coef for problem in problems]).reshape(len(A), A.shape[2])


def _one_equation(norm: Norm, a: Floats, b: Floats) -> Floats | None:
    """(k, p) where the ball touches a.w = b, for SLOPE and for groups; None for other norms."""
    k, p = a.shape
    blocks = norm.blocks(p)
    if norm.name == "sorted_l1":
        # the value of the k-th sign vector with k entries is what the first k weights add up to
        price = np.cumsum(norm.subgradient(np.arange(p, 0, -1.0), np.zeros(p)))
        order = np.argsort(-np.abs(a), axis=1, kind="stable")
        sums = np.cumsum(np.take_along_axis(np.abs(a), order, axis=1), axis=1)
        last = (sums / price).argmax(axis=1)[:, None]
        w = np.zeros((k, p))
        np.put_along_axis(w, order, np.where(np.arange(p) <= last, 1.0, 0.0), axis=1)
        w *= np.sign(a)
    elif blocks is not None:
        kept = blocks.label == blocks.ratios(a.T).argmax(axis=0)[:, None]
        w = np.where(kept, a, 0.0)
    else:
        return None
    return np.asarray(w * (b / (a * w).sum(axis=1))[:, None])


def _least_length(A: Floats, b: Floats, price: float) -> Floats:
    """The same for L2, by the eigenvalues of A A'."""
    if price == 0:
        w = least_squares(A, b, 0.0)
        return w + least_squares(A, b - times(A, w), 0.0)  # the digits that squaring A has lost
    A, b = fewer_rows(A, b)
    values, vectors = np.linalg.eigh(A @ A.transpose(0, 2, 1))
    values = np.maximum(values, 0.0)
    parts = pull(vectors, b)
    w = np.zeros((len(A), A.shape[2]))
    left = np.flatnonzero(np.linalg.norm(pull(A, b), axis=1) > price)
    values, parts, vectors = values[left], parts[left], vectors[left]
    # theta |w(theta)| rises from 0 to |A'b|; theta is at most where all values are the largest
    low = np.zeros((len(left), 1))
    high = np.ones((len(left), 1)) * values.max(initial=1.0)
    for _ in range(100):
        short = _reach(values, parts, high) < price
        if not short.any():
            break
        high = np.where(short, 2 * high, high)
    for _ in range(200):
        middle = 0.5 * (low + high)
        short = _reach(values, parts, middle) < price
        low, high = np.where(short, middle, low), np.where(short, high, middle)
        if (high - low <= 1e-15 * high).all():
            break
    shrunk = parts / (values + high)
    w[left] = pull(A[left], np.asarray((vectors @ shrunk[:, :, None])[:, :, 0]))
    return w


def _reach(values: Floats, parts: Floats, theta: Floats) -> Floats:
    """(k, 1) theta |w(theta)|."""
    squares = (values * (parts / (values + theta)) ** 2).sum(axis=1, keepdims=True)
    return np.asarray(theta * np.sqrt(squares))
