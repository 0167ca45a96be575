"""Squared error: l = (y - eta)^2 / 2, so that level sets are ellipses. l*(u) = u^2 / 2 + u y."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..typing import Floats
from .base import SampleLoss


@dataclass(frozen=True, eq=False, repr=False)
class SquaredError(SampleLoss):
    """Half the squared residual."""

    name: ClassVar[str] = "squared_error"
    title: ClassVar[str] = "squared error"
    measured_as: ClassVar[str] = "half the mean squared error"
    curvature_bound: ClassVar[float] = 1.0
    is_quadratic: ClassVar[bool] = True
    has_units: ClassVar[bool] = True

    def check_response(self, y: Floats) -> None:
        """Any finite response will do."""

    def sample_values(self, eta: Floats, y: Floats) -> Floats:
        return 0.5 * (y - eta) ** 2

    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        return eta - y

    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        return np.ones(len(eta))

    def sample_conjugates(self, u: Floats, y: Floats) -> Floats:
        return u * (0.5 * u + y)

    def sample_slacks(self, eta: Floats, u: Floats, y: Floats) -> Floats:
        return 0.5 * (eta - y - u) ** 2

    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        return float((sample_weight * y).sum())  # not by BLAS, whose threads change the last bit
