"""Poisson: l = exp(eta) - y eta for counts or rates y >= 0, eta the log of the mean.

The likelihood without its term in y alone. With s = u + y the conjugate is
s log s - s for s >= 0 (0 at s = 0), inf outside. The curvature exp(eta) has no bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..typing import Floats
from .base import SampleLoss
from .domain import ROUNDING
from .log_link import log_mean, rate, refuse


@dataclass(frozen=True, eq=False, repr=False)
class Poisson(SampleLoss):
    """Negative log-likelihood of counts with a log link."""

    name: ClassVar[str] = "poisson"
    title: ClassVar[str] = "Poisson"
    curvature_bound: ClassVar[float] = np.inf
    compiled_form: ClassVar[tuple[str, ...]] = ("poisson",)

    def check_response(self, y: Floats) -> None:
        refuse(y, y < 0, ">= 0 (counts or rates)", "Poisson")

    def sample_values(self, eta: Floats, y: Floats) -> Floats:
        mean = rate(eta)
        # 0 * inf and inf - inf must not make NaN: no count costs nothing, exp beats any line
        linear = np.multiply(y, eta, out=np.zeros(np.shape(eta)), where=(y > 0) & (eta < np.inf))
        return mean - linear

    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        return rate(eta) - y

    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        return rate(eta)

    def sample_conjugates(self, u: Floats, y: Floats) -> Floats:
        s = u + y
        inside = s >= -ROUNDING * y
        s = np.maximum(s, 0.0)
        return np.where(inside, s * (np.log(s, out=np.zeros(len(s)), where=s > 0) - 1.0), np.inf)

    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        return log_mean(y, sample_weight, "Poisson rate")

    def predict(self, eta: Floats) -> Floats:
        """Mean count at eta."""
        return rate(eta)
