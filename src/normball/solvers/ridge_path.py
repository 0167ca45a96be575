"""Squared error with the squared L2 norm: whole paths and many responses from one factorisation.

With V = diag(v) and centred data, w = (X'VX + alpha I)^-1 X'V y. Where p < n the
eigenvectors of X'VX give every alpha in O(p^2) after O(n p^2); otherwise those of
V^1/2 X X' V^1/2 do, with w = X' V^1/2 (... + alpha I)^-1 V^1/2 y (Hoerl, Kennard,
Technometrics 12, 1970; Golub, Van Loan, Matrix Computations, 2013, section 6.1).
The gap is |z - alpha w|^2 / (2 alpha), z = X'(-grad f), by Fenchel's equality.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg, sparse

from ..designs import Design
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
    v = instance.sample_weight
    factors = RidgeFactors(instance.design, v, instance.fit_intercept)
    centre = float(v @ instance.y) if instance.fit_intercept else 0.0
    W, pulls, losses = factors.fit((instance.y - centre)[:, None], alphas)
    gaps = ((pulls - alphas[:, None] * W) ** 2).sum(axis=1) / (2 * alphas) / instance.scale
    return Trail(
        alphas=alphas,
        coefs=sparse.csr_array(W),
        intercepts=centre - W @ factors.means,
        losses=losses,
        norms=0.5 * (W**2).sum(axis=1),
        gaps=gaps,
        slopes=np.zeros(len(alphas)),
    )


class RidgeFactors:
    """Eigenvectors of X'VX (p, p), or of V^1/2 X X' V^1/2 (n, n) where p >= n.

    Parameters
    ----------
    design : Design (n, p)
    sample_weight : (n,) v > 0, sums to 1
    centre : bool, whether columns are centred by their weighted means

    Attributes
    ----------
    means : (p,) of the columns; zeros without `centre`.
    """

    def __init__(self, design: Design, sample_weight: Floats, centre: bool) -> None:
        n, p = design.shape
        self._design, self._v, self._is_centred = design, sample_weight, centre
        self._root = np.sqrt(sample_weight)
        self.means = design.rmatvec(sample_weight) if centre else np.zeros(p)
        self.is_wide = p >= n
        self._gram = self._sample_gram() if self.is_wide else design.gram(sample_weight, centre)[0]
        shifted = self._gram
        if self.is_wide and centre:
            # centred samples have the null vector v^1/2, which is moved to the end and left out
            shifted = shifted + (2 * np.trace(self._gram) + 1) * np.outer(self._root, self._root)
        values, self._vectors = linalg.eigh(shifted)
        self._values = np.maximum(values, 0.0)
        if self.is_wide and centre:
            self._values[-1] = np.inf

    def fit(self, Y: Floats, alphas: Floats) -> tuple[Floats, Floats, Floats]:
        """Coefficients W (k, p), pulls -grad f (k, p) and losses (k,).

        Y (n, k) or (n, 1) holds centred responses (with `centre`), alphas (k,) >= 0 is on the
        scale of the mean loss; at 0 the coefficients of least length are meant.
        """
        inverse = self._inverse(alphas)
        if not self.is_wide:
            C = self._products((self._v[:, None] * Y).T)
            W = (self._vectors @ ((self._vectors.T @ C.T) * inverse)).T
            pulls = C - W @ self._gram
            losses = np.maximum(0.5 * (self._v @ Y**2 - ((C + pulls) * W).sum(axis=1)), 0.0)
            return W, pulls, losses
        rotated = self._vectors.T @ (self._root[:, None] * Y)
        duals = (self._vectors @ (rotated * inverse)).T
        W = self._products(duals * self._root)
        residuals = self._root * Y.T - duals @ self._gram
        return W, self._products(residuals * self._root), 0.5 * (residuals**2).sum(axis=1)

    def left_out(self, Y: Floats, alpha: float) -> tuple[Floats, Floats]:
        """Leave-one-out residuals (n, k) of centred Y (n, k) at one alpha > 0, and coefficients (k, p).

        e_i / (1 - h_ii) with h the diagonal of the hat matrix, that of the mean included; the
        quotient is taken of quantities divided by alpha where p >= n, so that it survives
        small alphas (Rifkin, Lippert, Notes on Regularized Least Squares, MIT CSAIL TR 2007-025).
        """
        W = self.fit(Y, np.full(Y.shape[1], alpha))[0]
        if self.is_wide:
            inverse = 1 / (self._values + alpha)
            duals = self._vectors @ (inverse[:, None] * (self._vectors.T @ (self._root[:, None] * Y)))
            rest = self._vectors**2 @ inverse
            return duals / rest[:, None] / self._root[:, None], W
        Z = self._scores()
        share = self._v if self._is_centred else 0.0
        rest = 1 - self._v * (Z**2 @ (1 / (self._values + alpha))) - share
        residuals = Y - self._design.predictors(W.T) + W @ self.means
        return residuals / rest[:, None], W

    def _scores(self) -> Floats:
        """Centred X times the eigenvectors, (n, p)."""
        index = np.arange(self._design.shape[1])
        return np.asarray((self._design.columns(index) - self.means) @ self._vectors)

    def _inverse(self, alphas: Floats) -> Floats:
        """1 / (eigenvalue + alpha), (m, k); 0 where both vanish."""
        below = self._values[:, None] + alphas
        negligible = 1e-13 * self._values[np.isfinite(self._values)].max(initial=0.0)
        return np.divide(1.0, below, out=np.zeros_like(below), where=below > negligible)

    def _products(self, U: Floats) -> Floats:
        """X'u (k, p) of centred X for rows u of U (k, n)."""
        return np.asarray(self._design.products(U).T - np.outer(U.sum(axis=1), self.means))

    def _sample_gram(self) -> Floats:
        """V^1/2 X X' V^1/2 (n, n) of centred columns, some columns at a time."""
        n, p = self._design.shape
        result = np.zeros((n, n))
        step = max(COLUMNS_AT_ONCE // n, 1)
        for start in range(0, p, step):
            index = np.arange(start, min(start + step, p))
            columns = self._root[:, None] * (self._design.columns(index) - self.means[index])
            result += columns @ columns.T
        return result
