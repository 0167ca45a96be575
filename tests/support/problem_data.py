"""Kinds of small matrices: plain ones, and those on which fits go wrong.

Each kind draws a matrix and the columns that the response is made of, which are of size 1
whatever the matrix is scaled by. A kind may choose its own shape.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from normball.typing import Floats
from problem_cases import Draw

Drawn = tuple[Floats, Floats]
"""X (n, p), and what the response is made of, (n, p)."""


def plain(rng: Draw, n: int, p: int, is_sparse: bool) -> Floats:
    """Correlated columns of unequal means and lengths; now and then one twice, or one empty."""
    factors = rng.standard_normal((n, 2)) @ rng.standard_normal((2, p))
    X = rng.standard_normal((n, p)) + float(rng.choice([0.0, 0.5])) * factors
    if is_sparse:
        X *= rng.random((n, p)) < 0.4
    else:
        X += rng.choice([0.0, 1.0]) * rng.standard_normal(p)
    X *= np.exp(0.5 * rng.standard_normal(p))
    if rng.random() < 0.15:
        X[:, 0] = X[:, 1]
    if rng.random() < 0.1:
        X[:, -1] = 0.0
    return X


def _collinear(rng: Draw, n: int, p: int, is_sparse: bool) -> Drawn:
    """Copies of a few columns, off by 1e-1 to 1e-8 of their size, or sums of others."""
    X = plain(rng, n, p, is_sparse)
    few = max(p // 3, 1)
    noise = 10.0 ** rng.uniform(-8, -1)
    copied = X[:, rng.integers(0, few, p - few)]
    X[:, few:] = copied + noise * rng.standard_normal((n, p - few)) * (copied != 0)
    if rng.random() < 0.3:
        X[:, -1] = X[:, :-1] @ rng.choice([-1.0, 0.0, 1.0], p - 1)
    return X, X


def _scaled(rng: Draw, n: int, p: int, is_sparse: bool) -> Drawn:
    """Columns in units from 1e-8 to 1e8: each in its own, or one of them alone."""
    X = plain(rng, n, p, is_sparse)
    units = 10.0 ** rng.uniform(-8, 8, p)
    if rng.random() < 0.3:
        units[rng.permutation(p)[1:]] = 1.0
    return X * units, X


def _far(rng: Draw, n: int, p: int, is_sparse: bool) -> Drawn:
    """Columns 10 to 1e8 of their spreads away from 0: all, or some."""
    X = plain(rng, n, p, is_sparse)
    offsets = rng.choice([-1.0, 1.0], p) * 10.0 ** rng.uniform(1, 8, p) * X.std(axis=0)
    return X + offsets * (rng.random(p) < rng.choice([0.3, 1.0])), X


def _tied(rng: Draw, n: int, p: int, is_sparse: bool) -> Drawn:
    """A few whole numbers, rows and columns that repeat."""
    X = rng.integers(-1, 3, (n, p)) * (rng.random((n, p)) < (0.4 if is_sparse else 0.9))
    X = X[rng.integers(0, max(2 * n // 3, 1), n)].astype(np.float64)
    if p > 3:
        X[:, 1], X[:, 2] = X[:, 0], -X[:, 3]
    return X, X


def _one_hot(rng: Draw, n: int, p: int, is_sparse: bool) -> Drawn:
    """Categories, each level with a column of its own, beside at most two numbers."""
    columns, left = [], p
    while left > 2:
        levels = int(rng.integers(2, min(left, 7) + 1))
        columns.append(np.eye(levels)[rng.integers(0, levels, n)])
        left -= levels
    X = np.hstack([*columns, rng.standard_normal((n, left)) * (rng.random((n, left)) < 0.8)])
    return X, X


def _tiny(rng: Draw, n: int, p: int, is_sparse: bool) -> Drawn:
    """Fewer than 8 rows, and mostly more columns than that."""
    X = plain(rng, int(rng.integers(2, 8)), int(rng.integers(2, 13)), is_sparse)
    return X, X


def _plain(rng: Draw, n: int, p: int, is_sparse: bool) -> Drawn:
    X = plain(rng, n, p, is_sparse)
    return X, X


DATA_KINDS: dict[str, Callable[[Draw, int, int, bool], Drawn]] = {
    "plain": _plain,
    "collinear": _collinear,
    "scaled": _scaled,
    "far": _far,
    "tied": _tied,
    "one-hot": _one_hot,
    "tiny": _tiny,
}
"""Name -> matrix (n, p), of which about 3 in 5 entries are 0 if it is to be stored sparse."""
