"""Tweedie: responses y >= 0 with a heap at zero (rain, claims), variance mean^power, 1 < power < 2.

With a = 2 - power, c = power - 1 (a + c = 1) and eta the log of the mean, half the unit
deviance without its terms in y alone is

    l = (exp(a eta) - 1) / a + y (exp(-c eta) - 1) / c,

a sum of two convex exponentials (Jorgensen, The Theory of Dispersion Models, 1997,
chapter 4). Towards power 1 it becomes Poisson and towards 2 gamma, up to terms in y; the
subtracted ones keep it finite on the way. Beyond 2 the first term is concave, and the
loss is not convex in eta.

The gradient g(eta) = exp(a eta) - y exp(-c eta) increases from -inf to inf for y > 0, so
the conjugate is u eta - l(eta) at the root of g = u, found by Newton's method on the
logarithm of that equation,

    u >= 0:  a eta = log(u + y exp(-c eta)),       u < 0:  log y - c eta = log(-u + exp(a eta)),

whose left side minus right side is concave and monotone in eta: from a start with one
term of the sum left out every step stays on the same side and the last ones are
quadratic. An error e of the root costs e^2 in the conjugate. For y = 0 the root is
log(u) / a, the conjugate at u = 0 is 1 / a and inf below.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np

from ..typing import Floats
from .base import SampleLoss
from .log_link import log_mean, rate, refuse, times

MAX_NEWTON = 60
"""Steps until the root of the conjugate is found; about six are usual."""


@dataclass(frozen=True, eq=False, repr=False)
class Tweedie(SampleLoss):
    """Half the Tweedie deviance with a log link.

    Parameters
    ----------
    power : number in (1, 2), default 1.5
        The variance of the response grows as its mean to this power; near 1 it is close
        to a count, near 2 to a gamma response.
    """

    power: float = 1.5

    name: ClassVar[str] = "tweedie"
    title: ClassVar[str] = "Tweedie"
    curvature_bound: ClassVar[float] = np.inf

    def __post_init__(self) -> None:
        if not isinstance(self.power, Real) or isinstance(self.power, bool):
            raise TypeError(f"power must be a number between 1 and 2, got {self.power!r}.")
        if not 1 < self.power < 2:
            others = {0: "SquaredError()", 1: "Poisson()", 2: "Gamma()"}
            fix = others.get(self.power, "Gamma(), since above 2 a log link is not convex")
            raise ValueError(f"power must lie between 1 and 2, both excluded, got {self.power!r}; use {fix}.")
        object.__setattr__(self, "power", float(self.power))

    @property
    def _rates(self) -> tuple[float, float]:
        """a and c."""
        return 2.0 - self.power, self.power - 1.0

    def check_response(self, y: Floats) -> None:
        refuse(y, y < 0, ">= 0", "Tweedie")

    def sample_values(self, eta: Floats, y: Floats) -> Floats:
        a, c = self._rates
        with np.errstate(over="ignore"):
            return np.asarray(np.expm1(a * eta) / a + times(y, np.expm1(-c * eta)) / c)

    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        a, c = self._rates
        return rate(a * eta) - times(y, rate(-c * eta))

    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        a, c = self._rates
        return a * rate(a * eta) + c * times(y, rate(-c * eta))

    def sample_conjugates(self, u: Floats, y: Floats) -> Floats:
        a, _ = self._rates
        has_root = ((y > 0) | (u > 0)) & np.isfinite(u)
        eta = self._root(u[has_root], y[has_root])
        result = np.where(u == 0, 1.0 / a, np.inf)
        result[has_root] = u[has_root] * eta - self.sample_values(eta, y[has_root])
        return result

    def _root(self, u: Floats, y: Floats) -> Floats:
        """The eta (m,) at which the gradient is u; needs y > 0 or u > 0."""
        a, c = self._rates
        with np.errstate(divide="ignore"):
            log_u, log_y = np.log(np.abs(u)), np.log(y)
        # the exponential that stands alone, and the one that u is added to
        alone, other = np.where(u >= 0, a, -c), np.where(u >= 0, -c, a)
        height_alone, height_other = np.where(u >= 0, 0.0, log_y), np.where(u >= 0, log_y, 0.0)
        by_u, by_other = (log_u - height_alone) / alone, (height_other - height_alone) / (alone - other)
        eta = np.where(u >= 0, np.maximum(by_u, by_other), np.minimum(by_u, by_other))
        for _ in range(MAX_NEWTON):
            grows = height_other + other * eta
            total = np.logaddexp(log_u, grows)
            slope = alone - other * np.exp(grows - total)
            step = (total - height_alone - alone * eta) / slope
            eta = eta + step
            if (np.abs(step) <= 1e-12 * (1.0 + np.abs(eta))).all():
                break
        return np.asarray(eta)

    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        return log_mean(y, sample_weight, "Tweedie mean")

    def predict(self, eta: Floats) -> Floats:
        """Mean response at eta."""
        return rate(eta)
