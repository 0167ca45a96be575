"""Several classes with the squared L2 norm: f(X W + 1 b') + alpha / 2 sum_jk q_j W_jk^2, q > 0.

Truncated Newton (`newton_cg.py`) on products with X. With P the probabilities (n, K) and v the
sample weights, the Hessian in the predictor maps T (n, K) to

    A T = v * (P * T - P * (P . T)),      P . T the sum over the classes of each sample,

and the intercepts are eliminated: db = -B^+ 1'A X V, with B = 1'A 1 (K, K), whose null vector is
the shift of all classes. The preconditioner takes the classes for independent, with the curvature
of class k everywhere c_k times a common one: with G = X'D X / 1'D 1, D_i = v_i sum_k P_ik (1 - P_ik), at
some earlier point, and eigenvectors U of Q^-1/2 G Q^-1/2, it is Q^-1/2 U / (c_k lambda + alpha) U' Q^-1/2;
before G is worth its cost, the diagonal of that. Weak alphas bind the classes to each other: as soon
as products have cost as much as the whole Hessian (p K, p K) would have, that is made, by one product
of matrices, and its Cholesky factor serves from there on.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from ...designs.base import Design
from ...typing import Floats
from ..classes.likelihood import ClassLikelihood, ClassPoint
from ..line_search import armijo
from .newton_cg import minimise
from .preconditioner import column_squares, products_a_gram

LARGEST_HESSIAN = 3000
"""Coefficients up to which the whole Hessian may be made."""

ROWS_AT_ONCE = 2**20
"""Numbers in the matrix whose product it is."""


class ClassNewton:
    """Solutions at one alpha after another, each from the last.

    Parameters
    ----------
    design : Design (n, p)
    likelihood : ClassLikelihood
    ridge : (p,) q > 0
    fits : bool, whether there are intercepts.
    b : (K,) intercepts at W = 0.

    Attributes
    ----------
    W (p, K), b (K,), linear (n, K), here : where it stands: weights, intercepts, X W, the likelihood.
    """

    def __init__(
        self, design: Design, likelihood: ClassLikelihood, ridge: Floats, fits: bool, b: Floats
    ) -> None:
        self._design, self._likelihood, self._fits = design, likelihood, fits
        self._ridge = ridge[:, None]
        self.W, self.b = np.zeros((design.shape[1], len(b))), b
        self.linear = np.zeros_like(likelihood.Y)
        self.here = likelihood.at(self.linear + b)
        self._inverse = ClassPreconditioner(design, likelihood, ridge, fits)

    def solve(self, alpha: float, precision: float, max_steps: int) -> int:
        """Go to the solution at alpha > 0, up to a gap; the number of Newton steps."""
        self._alpha = alpha
        self._value = self.here.loss + self._price(self.W)
        return minimise(self, precision, max_steps)

    def _price(self, W: Floats) -> float:
        return 0.5 * self._alpha * float((self._ridge * W**2).sum())

    # ---- what Newton's method asks -----------------------------------------------------
    def look(self) -> tuple[Floats, float]:
        weights, P, rest = self._likelihood.weights, self.here.P, 0.0
        self._weighted = weights[:, None] * P
        residual = self.here.residual
        if self._fits:
            self._between = _inverse_but_shift(np.diag(self._weighted.sum(axis=0)) - P.T @ self._weighted)
            self._missing = self._between @ self.here.balance
            rest = 0.5 * float(self.here.balance @ self._missing)
            residual = residual - self._bend(np.broadcast_to(self._missing, P.shape))
        pulls = self._design.products(np.ascontiguousarray(residual.T))
        self._inverse.update(P, self._alpha)
        return self._alpha * self._ridge * self.W - pulls, rest

    def excess(self, gradient: Floats) -> float:
        return float((gradient**2 / self._ridge).sum()) / (2 * self._alpha)

    def product(self, direction: Floats) -> tuple[Floats, Floats]:
        self._inverse.count_product()
        linear = self._design.predictors(direction)
        bent = self._bend(linear + self._shift(linear))
        image = self._design.products(np.ascontiguousarray(bent.T))
        return image + self._alpha * self._ridge * direction, linear

    def _bend(self, T: Floats) -> Floats:
        """A T, the Hessian in the predictor."""
        return np.asarray(self._weighted * (T - np.einsum("ik,ik->i", self.here.P, T)[:, None]))

    def _shift(self, linear: Floats) -> Floats:
        """Change of the intercepts (K,) that goes with one of X W."""
        if not self._fits:
            return np.zeros(linear.shape[1])
        return np.asarray(-self._between @ self._bend(linear).sum(axis=0))

    def precondition(self, residual: Floats) -> Floats:
        return self._inverse.apply(residual)

    def advance(self, direction: Floats, image: Floats, slope: float) -> bool:
        shift = self._shift(image)
        if self._fits:
            shift = shift + self._missing
            slope -= float(self.here.balance @ self._missing)
        rounding = 1e-15 * abs(self._value)

        def at(share: float) -> tuple[float, tuple[Floats, Floats, ClassPoint]]:
            W, b = self.W + share * direction, self.b + share * shift
            here = self._likelihood.at(self.linear + share * image + b)
            return here.loss + self._price(W), (W, b, here)

        found = armijo(at, self._value, slope, rounding)
        if found is None:
            return False
        share, value, (self.W, self.b, self.here) = found
        is_gain = value < self._value - rounding
        self._value = value
        self.linear = self.linear + share * image
        return is_gain


def _inverse_but_shift(B: Floats) -> Floats:
    """B^+ (K, K) of a matrix whose null vector is 1; rounding of that 0 may be of either sign."""
    shift = np.full_like(B, 1 / len(B))
    size = max(float(np.trace(B)), 1e-300)
    return np.asarray(linalg.pinvh(B + size * shift, rtol=1e-13) - shift / size)


class ClassPreconditioner:
    """The approximate inverse of the Hessian that the module's text describes."""

    def __init__(self, design: Design, likelihood: ClassLikelihood, ridge: Floats, fits: bool) -> None:
        self._design, self._likelihood, self._fits = design, likelihood, fits
        self._ridge, self._root = ridge, np.sqrt(ridge)[:, None]
        n, p = design.shape
        K = likelihood.Y.shape[1]
        squares = column_squares(design, likelihood.weights, fits)
        self._values, self._vectors = (squares / ridge)[:, None], None
        # eigenvectors cost some ten times the factorisation
        self._cost = np.inf if p > n else products_a_gram(n, p) + 10 * p**2 / max(n, 1)
        # in products, as measured; a single fit at a usual alpha ends before
        is_small = p <= n and p * K <= LARGEST_HESSIAN
        self._whole_cost = 10 + p * K / 8 + (p * K) ** 2 / (30 * n) if is_small else np.inf
        self._hessian: Floats | None = None
        self._factor: tuple[Floats, bool] | None = None
        self._alpha = np.nan
        self._n_since_gram = self._n_since_whole = 0

    _vectors: Floats | None

    def count_product(self) -> None:
        """One more product with the Hessian was taken."""
        self._n_since_gram += 1
        self._n_since_whole += 1

    def update(self, P: Floats, alpha: float) -> None:
        """Probabilities (n, K) at a new point, and its alpha."""
        weights = self._likelihood.weights
        curvature = weights @ (P * (1 - P))
        if self._n_since_whole >= self._whole_cost and curvature.any():
            self._hessian, self._alpha, self._n_since_whole = self._whole(P), np.nan, 0
        if self._hessian is not None:
            if alpha != self._alpha:
                self._factorise(self._hessian, alpha)
        elif self._n_since_gram >= self._cost and curvature.any():
            joint = weights * (P * (1 - P)).sum(axis=1)
            self._n_since_gram = 0
            gram = self._design.gram(joint / joint.sum(), self._fits)[0] / (self._root * self._root.T)
            values, self._vectors = linalg.eigh(gram, overwrite_a=True, check_finite=False)
            self._values = np.maximum(values, 0.0)[:, None]
        self._below = self._values * curvature + alpha
        self._alpha = alpha

    def _whole(self, P: Floats) -> Floats:
        """The Hessian without the ridge, class by class, the intercept after each class's features.

        diag(v P_k) in the blocks of the diagonal, less Z'Z with rows z_i = sqrt(v_i) P_i x x_i.
        """
        (n, p), K = self._design.shape, P.shape[1]
        m = p + self._fits
        hessian = np.zeros((K * m, K * m))
        height = max(ROWS_AT_ONCE // (K * m), 1)
        for first in range(0, n, height):
            rows = slice(first, min(first + height, n))
            X, Q = np.ones((rows.stop - first, m)), P[rows]
            X[:, :p] = self._design.rows(np.arange(first, rows.stop)).columns(np.arange(p))
            weights = self._likelihood.weights[rows, None]
            Z = ((np.sqrt(weights) * Q)[:, :, None] * X[:, None, :]).reshape(len(X), K * m)
            hessian -= Z.T @ Z
            for k in range(K):
                block = slice(k * m, (k + 1) * m)
                scaled = np.sqrt(weights * Q[:, [k]]) * X
                hessian[block, block] += scaled.T @ scaled
        if self._fits:  # intercepts count up to a shift: what is along it is anything but 0
            at = np.arange(m - 1, K * m, m)
            hessian[np.ix_(at, at)] += max(hessian[at, at].mean(), 1e-300)
        return hessian

    def _factorise(self, hessian: Floats, alpha: float) -> None:
        p, K = self._design.shape[1], self._likelihood.Y.shape[1]
        m = p + self._fits
        matrix = hessian.copy()
        prices = np.zeros((K, m))
        prices[:, :p] = alpha * self._ridge
        np.einsum("ii->i", matrix)[:] += prices.ravel()
        try:
            self._factor = linalg.cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
        except linalg.LinAlgError:  # alpha is rounding beside the columns
            self._hessian, self._factor, self._whole_cost = None, None, np.inf

    def apply(self, residual: Floats) -> Floats:
        """About the Hessian's inverse times a residual (p, K)."""
        if self._factor is not None:
            p, K = residual.shape
            given = np.zeros((K, p + self._fits))
            given[:, :p] = residual.T
            solved = linalg.cho_solve(self._factor, given.ravel(), overwrite_b=True, check_finite=False)
            return np.asarray(solved.reshape(K, -1)[:, :p].T)
        scaled = residual / self._root
        if self._vectors is None:
            return np.asarray(scaled / self._below / self._root)
        return np.asarray(self._vectors @ ((self._vectors.T @ scaled) / self._below) / self._root)
