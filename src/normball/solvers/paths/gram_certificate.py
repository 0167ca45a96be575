"""Certificates of squared error on the Gram matrix of all features, no further pass over X.

Where p is small against n, squared error works on G = X'VX and c = X'Vy, and so does its
certificate, with what rounding may hide added to the gap. With S = sum_j sqrt(G_jj) |w_j|, a
product with G is known to eps sqrt(G_jj) S, and the loss to eps S^2.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from ...norms.separable import Separable
from ...typing import Floats, Indices
from ..ends.fits import null_model
from ..instance import SPREAD_OF_ROUNDING, Instance
from .path_certificate import Findings, SeparableCertifier
from .restricted import Batch

ROUNDING = 10 * float(np.finfo(float).eps)
"""Relative error of a sum over samples, about means that may be ten times the spread."""

SHARE_OF_ROUNDING = 0.5
"""Share of the tolerance that the rounding of a Gram matrix may make up."""


class GramTooRoughError(Exception):
    """Products with the Gram matrix cancel so far that it cannot certify; the columns still can."""


class GramCertifier(SeparableCertifier):
    """For squared error, on the Gram matrix of all features."""

    def __init__(self, instance: Instance, separable: Separable, gradient: Floats, tolerance: float) -> None:
        super().__init__(instance, separable, gradient)
        self._tolerance = tolerance
        v = instance.sample_weight
        y = instance.y - (float(v @ instance.y) if instance.fit_intercept else 0.0)
        self._b = v * y
        if instance.fit_intercept:  # the rounding of the centring
            self._b -= v * self._b.sum()
        self._square = float(self._b @ y)
        self._c = instance.design.rmatvec(self._b) if self.always.any() else null_model(instance).pull
        self._sizes = np.sqrt(np.maximum(np.diagonal(instance.gram[0]), 0.0))
        paid = (separable.price > 0) & self.allowed
        self._largest_size = float((self._sizes[paid] / separable.price[paid]).max(initial=0.0))

    def check(self, batch: Batch, candidates: Indices) -> Findings:
        gram, alphas, K, c = self._instance.gram[0], batch.alphas, len(batch), self._c
        used, W = batch.on_union()
        linear, squares = self._norm_parts(used, W)
        Z = c[:, None] - gram[:, used] @ W
        products = c[used] @ W
        losses = np.maximum(0.5 * (self._square - products - (W * Z[used]).sum(axis=0)), 0.0)
        residuals, along = 2 * losses, self._square - products
        free = np.flatnonzero(self.always)
        if len(free):  # theta without its part along free columns is that of other weights
            change = linalg.lstsq(gram[np.ix_(free, free)], Z[free])[0]
            residuals = residuals - (change * Z[free]).sum(axis=0)
            along = along - c[free] @ change
            Z = Z - gram[:, free] @ change
        ratios = Z if self._inverse is None else Z * self._inverse[:, None]
        ratios[used] = self._ratios(used, W, Z[used], alphas)
        largest = self.size(ratios).max(axis=0, initial=0.0)
        norms = linear + squares
        scaling = alphas / np.maximum(largest, alphas)
        duals = scaling * along - scaling**2 * (0.5 * residuals + alphas * squares)
        reach = self._sizes[used] @ np.abs(W)
        rounding = ROUNDING * (reach**2 + reach * self._largest_size * norms)
        if (rounding > SHARE_OF_ROUNDING * self._tolerance * self._instance.scale).any():
            raise GramTooRoughError
        rounding = rounding + self._rounding_of_predictors(batch, losses)
        gaps = self._gaps(losses + alphas * norms - duals, rounding)
        nowhere = np.full(len(c), K, dtype=np.int32)
        return Findings(
            nowhere,
            gaps,
            rounding / self._instance.scale,
            losses,
            norms,
            ratios[:, max(K - 2, 0)],
            ratios[:, K - 1],
        )

    def _rounding_of_predictors(self, batch: Batch, losses: Floats) -> Floats:
        """(K,) `Instance.uncertainties`, for predictors that spread as the loss says."""
        instance = self._instance
        size = np.abs(batch.intercepts) + np.sqrt(instance.sample_weight @ instance.y**2)
        explained = np.maximum(instance.scale - losses, 0.0)
        return np.asarray(SPREAD_OF_ROUNDING * size * np.sqrt(2 * explained * instance.sample_weight.max()))
