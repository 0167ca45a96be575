"""Poisson: half the unit deviance of counts or rates y >= 0, eta the log of the mean.

With d = eta - log y, the distance from the saturated predictor,

    l = exp(eta) - y - y (eta - log y) = y (exp(d) - 1 - d),        exp(eta) where y = 0:

the negative log-likelihood, counted from that of the saturated model. Its conjugate is
u log y + y ((1 + t) log(1 + t) - t) with t = u / y for t >= -1, and u log u - u where y = 0 for
u >= 0, inf outside. In d and t nothing cancels, however large the counts. The curvature
exp(eta) has no bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..typing import Floats
from .base import SampleLoss
from .domain import ROUNDING
from .log_link import exp_remainder, growth_conjugate, log_mean, log_of, rate, refuse, unchecked


@dataclass(frozen=True, eq=False, repr=False)
class Poisson(SampleLoss):
    """Negative log-likelihood of counts with a log link."""

    name: ClassVar[str] = "poisson"
    title: ClassVar[str] = "Poisson"
    measured_as: ClassVar[str] = "half the mean deviance"
    curvature_bound: ClassVar[float] = np.inf
    ratio_name: ClassVar[str] = "rate ratio"
    is_likelihood: ClassVar[bool] = True
    compiled_form: ClassVar[tuple[str, ...]] = ("poisson",)

    def check_response(self, y: Floats) -> None:
        refuse(y, y < 0, ">= 0 (counts or rates)", "Poisson")

    def sample_values(self, eta: Floats, y: Floats) -> Floats:
        with unchecked():
            return np.where(y > 0, y * exp_remainder(eta - log_of(y)), rate(eta))

    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        with unchecked():
            return np.where(y > 0, y * np.expm1(eta - log_of(y)), rate(eta))

    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        return rate(eta)

    def sample_conjugates(self, u: Floats, y: Floats) -> Floats:
        inside = (u >= -y * (1 + ROUNDING)) & (u < np.inf)
        with unchecked():
            of_count = u * log_of(y) + y * growth_conjugate(np.maximum(u / y, -1.0))
            of_zero = u * (log_of(u) - 1.0)
            return np.where(inside, np.where(y > 0, of_count, of_zero), np.inf)

    def sample_slacks(self, eta: Floats, u: Floats, y: Floats) -> Floats:
        """The loss of eta for the response y + u, whose best predictor has gradient u."""
        inside = u >= -y * (1 + ROUNDING)
        return np.where(inside, self.sample_values(eta, np.maximum(y + u, 0.0)), np.inf)

    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        return log_mean(y, sample_weight, "Poisson rate")

    def predict(self, eta: Floats) -> Floats:
        """Mean count at eta."""
        return rate(eta)
