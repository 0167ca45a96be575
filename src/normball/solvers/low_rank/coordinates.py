"""Coordinates of new rows in a known subspace, by least absolute deviations.

    minimise ||x - c V||_1   over c (r,),   rows of V (r, p) orthonormal,

for many rows x at once, over their observed entries. Least squares would let people in a
picture pull at its background; the sum of absolute values ignores a minority of entries,
however large. Dual: <y, x> with V y = 0, |y_j| <= 1, and y = 0 where nothing was observed.

Method: the splitting of `pursuit` with the projection on the subspace in the place of the
shrunk singular values, hence the same step sizes. O(p r) a row and step.
"""

from __future__ import annotations

import numpy as np

from ...typing import Floats, Mask
from .splitting import RELAXATION
from .step_sizes import Teeth, step_sizes

CHECK = 20
TEETH = Teeth(falls=(1.06,), ends=(0.01,))


def coordinates(
    X: Floats, V: Floats, observed: Mask | None, tol: float, max_iter: int
) -> tuple[Floats, Floats]:
    """Coordinates (n, r) of the rows of X (n, p), and the gap (n,) of each, relative to ||x||_1.

    A row is solved by itself, whatever its company; its gap is above `tol` only after
    `max_iter` steps.
    """
    weight = np.ones(X.shape) if observed is None else observed.astype(np.float64)
    X = np.where(weight > 0, X, 0.0)
    scores, gaps = np.zeros((len(X), len(V))), np.full(len(X), np.inf)
    left, Z, first = np.arange(len(X)), X, np.abs(X).mean(axis=1, keepdims=True)
    first[first == 0] = 1.0
    sizes = step_sizes(1.0, TEETH)
    before = next(sizes)
    for k in range(1, max_iter + 1):
        found = Z @ V.T
        fitted = found @ V
        t = next(sizes)
        Y = (Z - fitted) * (t / before)
        C = np.clip(X - fitted + Y, -t * first, t * first) * weight
        Z = fitted + Y + RELAXATION * (C - Y)
        before = t
        if k % CHECK == 0 or k == max_iter:
            gap = _gaps(X, fitted, C / (t * first), V, None if observed is None else weight)
            scores[left], gaps[left] = found, gap
            stays = gap > tol
            if not stays.any():
                break
            left, X, Z, first, weight = left[stays], X[stays], Z[stays], first[stays], weight[stays]
    return scores, gaps


def _gaps(X: Floats, fitted: Floats, Y: Floats, V: Floats, weight: Floats | None) -> Floats:
    """(n,) gaps. V y = 0 takes y out of the box, which scaling makes up for."""
    size = np.abs(X - fitted)
    primal = (size if weight is None else size * weight).sum(axis=1)
    Y = Y - ((Y @ V.T) @ V if weight is None else _into_subspace(Y, V, weight))
    Y /= np.abs(Y).max(axis=1, initial=1.0, keepdims=True)
    dual = (Y * X).sum(axis=1)
    scale = np.abs(X).sum(axis=1)
    gaps: Floats = np.divide(np.maximum(primal - dual, 0.0), scale, out=np.zeros(len(X)), where=scale > 0)
    return gaps


def _into_subspace(Y: Floats, V: Floats, weight: Floats) -> Floats:
    """The part of Y that V sees, by changes of observed entries only."""
    part = np.zeros_like(Y)
    for i, seen in enumerate(weight > 0):
        # least change of the observed entries that makes V y = 0: V' a on them, with (V V') a = V y
        part[i, seen] = np.linalg.lstsq(V[:, seen], V @ Y[i], rcond=None)[0]
    return part
