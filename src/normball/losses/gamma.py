"""Gamma: l = y exp(-eta) + eta for responses y > 0, eta the log of the mean.

Half the unit deviance without its terms in y alone: the negative log-likelihood of a
gamma distribution of mean exp(eta) and fixed shape, which suits responses whose
deviation grows with their mean (McCullagh and Nelder, Generalized Linear Models, 1989,
chapter 8). With s = 1 - u the conjugate is s log(s / y) - s for s >= 0 (0 at s = 0), inf
outside. The curvature y exp(-eta) has no bound.
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
class Gamma(SampleLoss):
    """Half the gamma deviance with a log link."""

    name: ClassVar[str] = "gamma"
    title: ClassVar[str] = "gamma"
    curvature_bound: ClassVar[float] = np.inf

    def check_response(self, y: Floats) -> None:
        refuse(y, y <= 0, "> 0", "gamma")

    def sample_values(self, eta: Floats, y: Floats) -> Floats:
        # at eta = -inf the exponential beats the line
        return np.where(eta == -np.inf, np.inf, y * rate(-eta) + np.where(eta == -np.inf, 0.0, eta))

    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        return 1.0 - y * rate(-eta)

    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        return y * rate(-eta)

    def sample_conjugates(self, u: Floats, y: Floats) -> Floats:
        s = 1.0 - u
        inside = s >= -ROUNDING
        s = np.maximum(s, 0.0)
        return np.where(inside, s * (np.log(s / y, out=np.zeros(len(s)), where=s > 0) - 1.0), np.inf)

    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        return log_mean(y, sample_weight, "gamma mean")

    def predict(self, eta: Floats) -> Floats:
        """Mean response at eta."""
        return rate(eta)
