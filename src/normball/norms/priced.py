"""What regularisers with a price per coefficient share: weights, `positive`, and who pays nothing."""

from __future__ import annotations

import numpy as np

from ..parameters import read_flag
from ..typing import Floats, Indices, Mask
from ..values import frozen_array
from .base import Norm


class Priced(Norm):
    """A sum over the coefficients, each with a weight, all of them >= 0 if `positive`."""

    weights: Floats | None
    positive: bool

    def _read_parameters(self) -> None:
        object.__setattr__(self, "positive", read_flag(self.positive, "positive"))
        if self.weights is None:
            return
        weights = frozen_array(self.weights, "weights")
        if (weights < 0).any():
            raise ValueError(
                f"weights must be >= 0, got {weights.min():g} at position {int(weights.argmin())}."
            )
        if self.positive and (weights == 0).any():
            raise ValueError(
                "weights of 0 (unpenalised) cannot be combined with positive=True; use a small weight."
            )
        object.__setattr__(self, "weights", weights)

    def check(self, n_features: int) -> None:
        if self.weights is not None and len(self.weights) != n_features:
            raise ValueError(
                f"weights has length {len(self.weights)} but X has {n_features} features; "
                "give one weight a feature."
            )

    @property
    def is_one_sided(self) -> bool:
        return self.positive

    def prices(self, n_features: int) -> Floats:
        """(p,) weights, 1 where none were given."""
        return np.ones(n_features) if self.weights is None else self.weights

    def _weights_of(self, index: Indices) -> Floats | None:
        return None if self.weights is None else self.weights[index]

    def unpenalised(self, n_features: int) -> Mask:
        return np.asarray(self.prices(n_features) == 0)

    def excluded(self, n_features: int) -> Mask:
        return np.isinf(self.prices(n_features))

    def _pull(self, z: Floats) -> Floats:
        return np.maximum(z, 0.0) if self.positive else np.abs(z)

    def _allowed(self, n_features: int, alpha: float) -> Floats:
        """alpha * prices, where an infinite price keeps a feature out even at alpha = 0."""
        prices = self.prices(n_features)
        allowed = np.full(n_features, np.inf)
        np.multiply(prices, alpha, out=allowed, where=np.isfinite(prices))
        return allowed
