"""Columns of one size, about their means: what pivoting sees of the design."""

from __future__ import annotations

import numpy as np

from ...designs.dense import DenseDesign
from ...typing import Floats
from ..instance import Instance

FAR = 1e3
"""Means over deviations from which on a dense X is centred by a copy: products with it lose digits."""


class ScaledColumns:
    """(X - means) / sizes with the intercept's ones as the last column; (n, q).

    Parameters
    ----------
    instance : Instance

    Attributes
    ----------
    shape : (n, q)
    sizes : (p,) deviations, root mean squares without an intercept; 1 for columns that say nothing.
    is_empty : (p,) flags of those: 0, or constant beside an intercept.
    """

    def __init__(self, instance: Instance) -> None:
        means, deviations = instance.moments
        self.has_intercept = instance.fit_intercept
        if not self.has_intercept:
            deviations, means = np.hypot(means, deviations), np.zeros(len(means))
        self.is_empty = deviations == 0
        self.sizes = np.where(self.is_empty, 1.0, deviations)
        self._design, self._means = instance.design, means
        self._shift = np.zeros(len(means))
        if isinstance(self._design, DenseDesign) and (np.abs(means) > FAR * self.sizes).any():
            self._design, self._means, self._shift = self._design.centred(means), self._shift, means
        self._sample_weight = instance.sample_weight
        self.shape = instance.n_samples, instance.n_features + int(self.has_intercept)

    def take(self, column: int) -> Floats:
        """One column (n,)."""
        if column == len(self.sizes):
            return np.ones(self.shape[0])
        values = self._design.columns(np.array([column]))[:, 0]
        return np.asarray((values - self._means[column]) / self.sizes[column])

    def pulls(self, theta: Floats) -> Floats:
        """Products (q,) with a vector theta (n,); one pass over X."""
        total = float(theta.sum())
        pulls = (self._design.rmatvec(theta) - total * self._means) / self.sizes
        return np.append(pulls, total) if self.has_intercept else pulls

    def unscaled(self, scaled: Floats) -> tuple[Floats, float]:
        """Weights (p,) and intercept of the columns as they are, from coefficients (q,)."""
        w = scaled[: len(self.sizes)] / self.sizes
        if not self.has_intercept:
            return w, 0.0
        return w, float(scaled[-1] - (self._means + self._shift) @ w)
