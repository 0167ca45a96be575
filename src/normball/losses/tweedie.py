"""Tweedie: responses y >= 0 with a heap at zero (rain, claims), variance mean^power, 1 < power < 2.

Half the unit deviance. With a = 2 - power, c = power - 1 (a + c = 1), eta the log of the mean
and d = eta - log y the distance from the saturated predictor, it is

    l = y^a ((exp(a d) - 1 - a d) / a + (exp(-c d) - 1 + c d) / c),     exp(a eta) / a where y = 0,

a sum of two convex exponentials without cancellation (Jorgensen, The Theory of Dispersion
Models, 1997, chapter 4). Towards power 1 it becomes Poisson and towards 2 gamma. Beyond 2 the
first term is concave, and the loss is not convex in eta.

The gradient y^a (exp(a d) - exp(-c d)) increases from -inf to inf for y > 0, so with
v = u / y^a the conjugate is u log y + y^a (v d - l_1(d)), l_1 the loss for y = 1 at the root of
exp(a d) - exp(-c d) = v, found by Newton's method on the logarithm of that equation,

    v >= 0:  a d = log(v + exp(-c d)),       v < 0:  -c d = log(-v + exp(a d)),

whose left side minus right side is concave and monotone in d: from a start with one
term of the sum left out every step stays on the same side and the last ones are
quadratic. An error e of the root costs e^2 in the conjugate. For y = 0 the root is
log(u) / a, the conjugate 0 at u = 0 and inf below.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np

from ..typing import Floats
from .base import SampleLoss
from .log_link import exp_remainder, log_mean, log_of, rate, refuse, unchecked

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
    measured_as: ClassVar[str] = "half the mean deviance"
    curvature_bound: ClassVar[float] = np.inf
    ratio_name: ClassVar[str] = "ratio"
    compiled_form: ClassVar[tuple[str, ...]] = ("tweedie", "power")

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
        a, _ = self._rates
        with unchecked():
            return np.where(y > 0, y**a * self._unit(eta - log_of(y)), rate(a * eta) / a)

    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        a, c = self._rates
        d = eta - log_of(y)
        with unchecked():
            return np.where(y > 0, y**a * (np.expm1(a * d) - np.expm1(-c * d)), rate(a * eta))

    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        a, c = self._rates
        d = eta - log_of(y)
        with unchecked():
            return np.where(y > 0, y**a * (a * rate(a * d) + c * rate(-c * d)), a * rate(a * eta))

    def sample_conjugates(self, u: Floats, y: Floats) -> Floats:
        a, _ = self._rates
        inside = ((y > 0) | (u >= 0)) & np.isfinite(u)
        d, v = self._distances(u, y)
        with unchecked():
            of_positive = u * log_of(y) + y**a * (v * d - self._unit(d))
            of_zero = u * (log_of(u) - 1.0) / a
            return np.where(inside, np.where(y > 0, of_positive, of_zero), np.inf)

    def sample_slacks(self, eta: Floats, u: Floats, y: Floats) -> Floats:
        """By the exponentials at the distance d' of gradient u and the step from there to eta."""
        a, c = self._rates
        at, _ = self._distances(u, y)
        with unchecked():
            step = eta - log_of(y) - at
            of_up = rate(a * at) * exp_remainder(a * step) / a
            of_down = rate(-c * at) * exp_remainder(-c * step) / c
            of_zero = np.where(u > 0, u * exp_remainder(a * eta - np.log(u)), rate(a * eta)) / a
            slack = np.where(y > 0, y**a * (of_up + of_down), of_zero)
        return np.where(((y > 0) | (u >= 0)) & np.isfinite(u), slack, np.inf)

    def _unit(self, d: Floats) -> Floats:
        """The loss (n,) at distance d for a response of 1."""
        a, c = self._rates
        return exp_remainder(a * d) / a + exp_remainder(-c * d) / c

    def _distances(self, u: Floats, y: Floats) -> tuple[Floats, Floats]:
        """The distance d (n,) at which the gradient is u, and v = u / y^a; both 0 where y is 0."""
        a, _ = self._rates
        v = np.divide(u, y**a, out=np.zeros(len(u)), where=y > 0)
        d = np.zeros(len(u))
        moves = (v != 0) & np.isfinite(v)
        d[moves] = self._root(v[moves])
        return d, v

    def _root(self, v: Floats) -> Floats:
        """The d (m,) at which exp(a d) - exp(-c d) is v, for v other than 0."""
        a, c = self._rates
        log_v = np.log(np.abs(v))
        # the exponential that stands alone, and the one that v is added to
        alone, other = np.where(v > 0, a, -c), np.where(v > 0, -c, a)
        d = np.where(v > 0, np.maximum(log_v / a, 0.0), np.minimum(-log_v / c, 0.0))
        for _ in range(MAX_NEWTON):
            grows = other * d
            total = np.logaddexp(log_v, grows)
            slope = alone - other * np.exp(grows - total)
            step = (total - alone * d) / slope
            d = d + step
            if (np.abs(step) <= 1e-12 * (1.0 + np.abs(d))).all():
                break
        return np.asarray(d)

    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        return log_mean(y, sample_weight, "Tweedie mean")

    def predict(self, eta: Floats) -> Floats:
        """Mean response at eta."""
        return rate(eta)
