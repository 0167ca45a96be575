"""Gamma: half the unit deviance of responses y > 0, eta the log of the mean.

With d = eta - log y, the distance from the saturated predictor,

    l = y exp(-eta) - 1 + eta - log y = exp(-d) - 1 + d,

the negative log-likelihood of a gamma distribution of mean exp(eta) and fixed shape, counted
from that of the saturated model; it suits responses whose deviation grows with their mean
(McCullagh and Nelder, Generalized Linear Models, 1989, chapter 8). The conjugate is
u log y + (1 - u) log(1 - u) + u for u <= 1, inf outside. The curvature exp(-d) has no bound.
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
class Gamma(SampleLoss):
    """Half the gamma deviance with a log link."""

    name: ClassVar[str] = "gamma"
    title: ClassVar[str] = "gamma"
    measured_as: ClassVar[str] = "half the mean deviance"
    curvature_bound: ClassVar[float] = np.inf
    ratio_name: ClassVar[str] = "ratio"
    compiled_form: ClassVar[tuple[str, ...]] = ("gamma",)

    def check_response(self, y: Floats) -> None:
        refuse(y, y <= 0, "> 0", "gamma")

    def sample_values(self, eta: Floats, y: Floats) -> Floats:
        return exp_remainder(np.log(y) - eta)

    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        with unchecked():
            return -np.expm1(np.log(y) - eta)

    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        return rate(np.log(y) - eta)

    def sample_conjugates(self, u: Floats, y: Floats) -> Floats:
        inside = (u <= 1 + ROUNDING) & (u > -np.inf)
        with unchecked():
            return np.where(inside, u * np.log(y) + growth_conjugate(np.maximum(-u, -1.0)), np.inf)

    def sample_slacks(self, eta: Floats, u: Floats, y: Floats) -> Floats:
        """The distance d' of gradient u has exp(-d') = 1 - u = s; s (exp(d' - d) - 1 - (d' - d))."""
        s, d = np.maximum(1.0 - u, 0.0), eta - np.log(y)
        with unchecked():
            slack = np.where(s > 0, s * exp_remainder(-d - log_of(s)), rate(-d))
        return np.where(u <= 1 + ROUNDING, slack, np.inf)

    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        return log_mean(y, sample_weight, "gamma mean")

    def predict(self, eta: Floats) -> Floats:
        """Mean response at eta."""
        return rate(eta)
