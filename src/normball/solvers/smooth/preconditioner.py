"""Approximate inverses of H = X'D X + alpha Q, columns centred where there is an intercept; Q = diag(q).

First the diagonal of H. As soon as products with H have cost as much as a Gram matrix would
have, the matrix is made, so that a problem never costs more than about twice the cheaper way,
whichever that is; it serves from there on, along a path as well:

    p <= n    G = X'D X at that point, and a Cholesky factor of G + alpha Q;
    p > n     K = X Q^-1 X' once, and with S = D^1/2 at that point a Cholesky factor of
              I + S K S / alpha = L L', by Woodbury's formula
              H^-1 r = Q^-1 (r - X' S (L L')^-1 S X Q^-1 r / alpha) / alpha.

Both are as good as exact until D has changed much; conjugate gradients correct what has.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from ...cached import cached_property
from ...designs.base import Design
from ...typing import Floats
from ..instance import Instance

LARGEST_GRAM = 4000
"""Rows up to which a Gram matrix may be made."""

EXPECTED_PRODUCTS = 20
"""Products that the first steps take without a better preconditioner, about."""

CANCELLED = 1e-8
"""Share of a column's mean square about 0 that its variance is taken to have at least."""

SMALL = 100_000
"""Entries of X up to which a Gram matrix costs no more than the calls of a few products."""


def products_a_gram(n: int, p: int) -> float:
    """Products with the Hessian in the time of making its Gram matrix, as measured; inf: too large."""
    size = min(n, p)
    if size > LARGEST_GRAM:
        return np.inf
    return 2.0 if n * p <= SMALL else 12 + size / 8


def column_squares(design: Design, sample_weight: Floats, is_centred: bool) -> Floats:
    """Weighted mean squares (p,) of the columns, about their means if centred; two passes over X.

    By subtraction, which is exact enough for a preconditioner; never below a share of the square about 0.
    """
    squares = design.mean_squares(sample_weight)
    if not is_centred:
        return squares
    means = design.rmatvec(sample_weight)
    return np.maximum(squares - means**2, CANCELLED * squares)


class Preconditioner:
    """What conjugate gradients ask for, at one point and alpha after another.

    Parameters
    ----------
    instance : Instance whose loss is smooth.
    ridge : (p,) q > 0, price of half a coefficient's square.

    Attributes
    ----------
    n_products : int, products with the Hessian since the last factor was made.
    """

    def __init__(self, instance: Instance, ridge: Floats) -> None:
        self._instance, self._ridge = instance, ridge
        n, p = instance.design.shape
        self._cost, self._is_wide = products_a_gram(n, p), p > n
        self._gram: Floats | None = None
        self._curvature: Floats | None = None
        self._means = np.zeros(p)
        self._factor: tuple[Floats, bool] | None = None
        self._diagonal = ridge
        self._alpha = np.nan
        self.n_products = EXPECTED_PRODUCTS

    def update(self, curvature: Floats, alpha: float) -> None:
        """Curvatures d (n,) at a new point, and its alpha."""
        total = float(curvature.sum())
        is_due = self.n_products >= self._cost and total > 0
        if is_due and not (self._instance.loss.is_quadratic and self._gram is not None):
            self._make_gram(curvature, total)
            self._alpha, self.n_products = np.nan, 0
        if self._gram is not None and alpha != self._alpha:
            self._factorise(self._gram, alpha)
        if self._gram is None:
            self._look_at_diagonal(total, alpha)
        self._alpha = alpha

    def apply(self, residual: Floats) -> Floats:
        """About H^-1 times a residual (p,)."""
        if self._factor is None:
            return residual / self._diagonal
        if not self._is_wide:
            return np.asarray(linalg.cho_solve(self._factor, residual, check_finite=False))
        assert self._curvature is not None
        design, root = self._instance.design, np.sqrt(self._curvature)
        scaled = residual / self._ridge
        seen = root * (design.matvec(scaled) - self._means @ scaled)
        inner = root * linalg.cho_solve(self._factor, seen, check_finite=False)
        back = (design.rmatvec(inner) - inner.sum() * self._means) / self._ridge
        return np.asarray((scaled - back / self._alpha) / self._alpha)

    def _make_gram(self, curvature: Floats, total: float) -> None:
        design, is_centred = self._instance.design, self._instance.is_centred
        if not self._is_wide:
            self._gram = total * design.gram(curvature / total, is_centred)[0]
            return
        self._curvature = curvature
        if self._gram is None:
            self._gram = design.sample_gram(1 / self._ridge)
            if is_centred:
                self._means = design.rmatvec(self._instance.sample_weight)
                scaled = self._means / self._ridge
                cross = design.matvec(scaled)
                self._gram += float(self._means @ scaled) - cross - cross[:, None]

    def _factorise(self, gram: Floats, alpha: float) -> None:
        if self._is_wide:
            assert self._curvature is not None
            root = np.sqrt(self._curvature)
            matrix = gram * (root[:, None] * root / alpha)
            np.einsum("ii->i", matrix)[:] += 1.0
        else:
            matrix = gram.copy()
            np.einsum("ii->i", matrix)[:] += alpha * self._ridge
        try:
            self._factor = linalg.cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
        except linalg.LinAlgError:  # alpha is rounding beside the columns
            self._gram, self._factor, self._cost = None, None, np.inf

    def _look_at_diagonal(self, total: float, alpha: float) -> None:
        self._diagonal = total * self._squares + alpha * self._ridge

    @cached_property
    def _squares(self) -> Floats:
        """Mean squares (p,) of the columns, about their means where those are taken out."""
        instance = self._instance
        return column_squares(instance.design, instance.sample_weight, instance.is_centred)

    @property
    def first_alpha(self) -> float:
        """Trace of H at the null point over its ridge, a bound of its eigenvalues."""
        instance = self._instance
        curvature = instance.majorant(np.full(instance.n_samples, instance.null_intercept))
        return float(curvature.sum() * (self._squares / self._ridge).sum())
