"""Squared error with the squared L2 norm: a whole path from one factorisation.

With V = diag(v) and centred data, w = (X'VX + alpha I)^-1 X'V y. Where p <= n the
eigenvectors of X'VX give every alpha in O(p^2) after O(n p^2); otherwise those of
V^1/2 X X' V^1/2 do, with w = X' V^1/2 (... + alpha I)^-1 V^1/2 y (Hoerl, Kennard,
Technometrics 12, 1970; Golub, Van Loan, Matrix Computations, 2013, section 6.1).
The gap is |z - alpha w|^2 / (2 alpha), z = X'(-grad f), by Fenchel's equality.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg, sparse

from ..typing import Floats
from .engine import Trail
from .instance import Instance

COLUMNS_AT_ONCE = 2**21
"""Numbers of X that are made dense at a time."""


def is_ridge(instance: Instance) -> bool:
    """Whether `ridge_path` solves this problem."""
    separable = instance.norm.separable(instance.n_features)
    if separable is None or separable.ridge is None or min(instance.design.shape) == 0:
        return False
    is_plain = not separable.price.any() and bool((separable.ridge == 1).all())
    return is_plain and instance.loss.is_quadratic and not instance.is_fitted_by_null


def ridge_path(instance: Instance, alphas: Floats) -> Trail:
    """Solutions at alphas (k,) > 0."""
    n, p = instance.design.shape
    v = instance.sample_weight
    centre = float((v * instance.y).sum()) if instance.fit_intercept else 0.0
    y = instance.y - centre
    means = instance.design.rmatvec(v) if instance.fit_intercept else np.zeros(p)
    c = instance.design.rmatvec(v * y) - means * float((v * y).sum())
    if p <= n:
        gram = instance.gram[0]
        values, vectors = linalg.eigh(gram)
        W = (vectors @ ((vectors.T @ c)[:, None] / (np.maximum(values, 0.0)[:, None] + alphas))).T
        pulls = c - W @ gram
        losses = np.maximum(0.5 * (v @ y**2 - ((c + pulls) * W).sum(axis=1)), 0.0)
    else:
        gram = _sample_gram(instance, means)
        values, vectors = linalg.eigh(gram)
        root = np.sqrt(v)
        rotated = vectors.T @ (root * y)
        duals = (vectors @ (rotated[:, None] / (np.maximum(values, 0.0)[:, None] + alphas))).T
        W = _weights(instance, duals * root, means)
        residuals = root * y - duals @ gram
        pulls = _weights(instance, residuals * root, means)
        losses = 0.5 * (residuals**2).sum(axis=1)
    gaps = ((pulls - alphas[:, None] * W) ** 2).sum(axis=1) / (2 * alphas) / instance.scale
    return Trail(
        alphas=alphas,
        coefs=sparse.csr_array(W),
        intercepts=centre - W @ means,
        losses=losses,
        norms=0.5 * (W**2).sum(axis=1),
        gaps=gaps,
        slopes=np.zeros(len(alphas)),
    )


def _weights(instance: Instance, directions: Floats, means: Floats) -> Floats:
    """X'u (K, p) of centred X for directions u (K, n)."""
    return np.asarray(instance.design.products(directions).T - np.outer(directions.sum(axis=1), means))


def _sample_gram(instance: Instance, means: Floats) -> Floats:
    """V^1/2 X X' V^1/2 (n, n) of centred columns, some columns at a time."""
    n, p = instance.design.shape
    root = np.sqrt(instance.sample_weight)[:, None]
    result = np.zeros((n, n))
    step = max(COLUMNS_AT_ONCE // n, 1)
    for start in range(0, p, step):
        index = np.arange(start, min(start + step, p))
        columns = root * (instance.design.columns(index) - means[index])
        result += columns @ columns.T
    return result
