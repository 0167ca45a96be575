"""Squared error with the squared L2 norm: whole paths and many responses from one Gram matrix.

With V = diag(v) and centred data, w = (X'VX + alpha I)^-1 X'V y where p < n; otherwise
w = X' V^1/2 (V^1/2 X X' V^1/2 + alpha I)^-1 V^1/2 y (Hoerl, Kennard, Technometrics 12, 1970;
Golub, Van Loan, Matrix Computations, 2013, section 6.1), in the basis of `sample_basis.py`.
`shifted_system.py` solves both.

The gap is |z - alpha w|^2 / (2 alpha), z = X'(-grad f), by Fenchel's equality, from the weights
that are returned and X.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ...designs import Design
from ...typing import Floats
from ..ends.fits import null_model
from ..generic.face_newton import Point
from ..instance import Instance
from ..paths.engine import Trail
from .sample_basis import SampleBasis
from .shifted_system import ShiftedSystem

EPSILON = float(np.finfo(np.float64).eps)


def ridge_path(instance: Instance, alphas: Floats) -> Trail:
    """Solutions at alphas (k,) > 0."""
    v, design = instance.sample_weight, instance.design
    factors = RidgeFactors(design, v, instance.fit_intercept)
    centre = float(v @ instance.y) if instance.fit_intercept else 0.0
    W = factors.fit((instance.y - centre)[:, None], alphas)
    intercepts = centre - W @ factors.means
    etas = design.predictors(W.T).T + intercepts[:, None]
    thetas = v * (instance.y - etas)
    if instance.fit_intercept:
        thetas -= v * thetas.sum(axis=1)[:, None]
    pulls = design.products(np.ascontiguousarray(thetas)).T
    rounding = instance.uncertainties(etas, thetas, intercepts)
    gaps = ((pulls - alphas[:, None] * W) ** 2).sum(axis=1) / (2 * alphas) + rounding
    return Trail(
        alphas=alphas,
        coefs=sparse.csr_array(W),
        intercepts=intercepts,
        losses=instance.loss.values(etas, instance.y, v),
        norms=0.5 * (W**2).sum(axis=1),
        gaps=gaps / instance.scale,
        slopes=np.zeros(len(alphas)),
    )


def ridge_point(instance: Instance, alpha: float) -> Point:
    """The solution at one alpha > 0 by one factorisation."""
    n, p = instance.design.shape
    centre, strength = instance.null_intercept, np.array([alpha])
    if p < n:  # then the pulls of the null model are the right-hand side
        pulls = null_model(instance).pull[:, None]
        w = ShiftedSystem(instance.gram[0]).solve(pulls, strength)[:, 0]
        return Point(w, centre - float(w @ instance.gram[1]), alpha)
    factors = RidgeFactors(instance.design, instance.sample_weight, instance.fit_intercept)
    w = factors.fit((instance.y - centre)[:, None], strength)[0]
    return Point(w, centre - float(w @ factors.means), alpha)


class RidgeFactors:
    """The equations in features, X'VX (p, p), or in samples, V^1/2 X X' V^1/2, where p >= n.

    Parameters
    ----------
    design : Design (n, p)
    sample_weight : (n,) v > 0, sums to 1
    centre : bool, whether columns are centred by their weighted means

    Attributes
    ----------
    means : (p,) of the columns; zeros without `centre`.
    sample_weight : (n,)
    """

    def __init__(self, design: Design, sample_weight: Floats, centre: bool) -> None:
        n, p = design.shape
        self._design, self.sample_weight, self._is_centred = design, sample_weight, centre
        self.means = design.rmatvec(sample_weight) if centre else np.zeros(p)
        self._samples = SampleBasis(design, sample_weight, self.means, centre) if p >= n else None
        if self._samples is None:
            matrix = design.gram(sample_weight, centre, self.means)[0]
        else:
            matrix = self._samples.matrix
        self._squares = np.diagonal(matrix) if self._samples is None else self._samples.squares
        self._system = ShiftedSystem(matrix)

    def fit(self, Y: Floats, alphas: Floats) -> Floats:
        """Coefficients W (k, p).

        Y (n, k) or (n, 1) holds centred responses (with `centre`), alphas (k,) >= 0 is on the
        scale of the mean loss; at 0 the coefficients of least length are meant.
        """
        if self._samples is not None:
            return self._samples.weights(self._duals(self._samples, Y, alphas)).T
        U = (self.sample_weight[:, None] * Y).T
        pulls = self._design.products(np.ascontiguousarray(U)) - np.outer(self.means, U.sum(axis=1))
        return self._system.solve(np.broadcast_to(pulls, (len(pulls), len(alphas))), alphas).T

    def left_out(self, Y: Floats, alpha: float) -> tuple[Floats, Floats]:
        """Leave-one-out residuals (n, k) of centred Y (n, k) at one alpha > 0, and coefficients (k, p).

        e_i / (1 - h_ii) with h the diagonal of the hat matrix, that of the mean included; the
        quotient is taken of quantities divided by alpha where p >= n, so that it survives
        small alphas (Rifkin, Lippert, Notes on Regularized Least Squares, MIT CSAIL TR 2007-025).
        """
        alphas = np.full(Y.shape[1], alpha)
        if self._samples is not None:
            duals = self._duals(self._samples, Y, alphas)
            rest = self.sample_weight * self._system.quadratics(self._samples.basis.T, alpha)
            return self._samples.samples(duals) / rest[:, None], self._samples.weights(duals).T
        W = self.fit(Y, alphas)
        columns = self._design.columns(np.arange(self._design.shape[1])) - self.means
        share = self.sample_weight if self._is_centred else 0.0
        rest = 1 - self.sample_weight * self._system.quadratics(columns.T, alpha) - share
        return (Y - columns @ W.T) / rest[:, None], W

    def excesses(self, Y: Floats, W: Floats, alphas: Floats) -> Floats:
        """(k,) by how much f + alpha |w|^2 / 2 may be above its minimum at rows of W (k, p), for Y (n, k).

        The gap of the module's text, but for what rounding makes of the product with a column: weights
        are as good as they can be in float64 where nothing else is left. At alpha = 0 a gap proves
        nothing, and what single columns would gain, z_j^2 / (2 sum_i v_i x_ij^2), stands in for it.
        """
        v, means = self.sample_weight, self.means
        if self._is_centred:
            Y = Y - v @ Y
        U = v * (Y - self._design.predictors(W.T) + W @ means).T
        pulls = self._design.products(np.ascontiguousarray(U)).T - np.outer(U.sum(axis=1), means)
        squares = self._squares + means**2
        # a residual of float64, and a sum over the samples
        size = np.abs(Y).T @ v + np.sqrt(squares) @ np.abs(W).T
        rounding = EPSILON * size[:, None] * np.sqrt(squares)
        rest = np.maximum(np.abs(pulls - alphas[:, None] * W) - rounding, 0.0)
        price = np.where(alphas[:, None] > 0, alphas[:, None], np.maximum(squares, 1e-300))
        return np.asarray((rest**2 / price).sum(axis=1) / 2)

    def _duals(self, samples: SampleBasis, Y: Floats, alphas: Floats) -> Floats:
        """(V^1/2 X X' V^1/2 + alpha I)^-1 V^1/2 y in the basis, (m, k)."""
        rhs = samples.basis.T @ (np.sqrt(self.sample_weight)[:, None] * Y)
        return self._system.solve(np.broadcast_to(rhs, (len(rhs), len(alphas))), alphas)
