"""Logistic: l = log(1 + exp(-t eta)) with t = 2 y - 1, y the class 0 or 1.

Gradient -t sigma(-t eta), with sigma the logistic function. With q = -t u the conjugate
is the negative entropy q log q + (1 - q) log(1 - q) for 0 <= q <= 1, both ends 0,
and inf outside. Written in -t eta and q, nothing cancels or overflows at any eta.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..typing import Floats
from .base import SampleLoss
from .domain import ROUNDING
from .log_link import divergence


def sigmoid(eta: Floats) -> Floats:
    """1 / (1 + exp(-eta)), to full relative accuracy at both ends."""
    decay = np.exp(-np.abs(eta))
    return np.where(eta >= 0, 1.0, decay) / (1.0 + decay)


@dataclass(frozen=True, eq=False, repr=False)
class Logistic(SampleLoss):
    """Negative log-likelihood of two classes, eta the log-odds of class 1."""

    name: ClassVar[str] = "logistic"
    title: ClassVar[str] = "logistic"
    measured_as: ClassVar[str] = "mean of -log(probability of the class)"
    curvature_bound: ClassVar[float] = 0.25
    ratio_name: ClassVar[str] = "odds ratio"
    is_likelihood: ClassVar[bool] = True
    is_classifier: ClassVar[bool] = True
    compiled_form: ClassVar[tuple[str, ...]] = ("logistic",)

    def check_response(self, y: Floats) -> None:
        if ((y != 0) & (y != 1)).any():
            found = np.unique(y)
            listed = ", ".join(f"{value:g}" for value in found[:6]) + (", ..." if len(found) > 6 else "")
            raise ValueError(
                f"y must hold only the classes 0 and 1 for the logistic loss, got the values {listed}; "
                "code the two classes as 0 and 1."
            )

    def sample_values(self, eta: Floats, y: Floats) -> Floats:
        return np.logaddexp(0.0, (1.0 - 2.0 * y) * eta)

    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        side = 1.0 - 2.0 * y
        return side * sigmoid(side * eta)

    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        decay = np.exp(-np.abs(eta))
        return decay / (1.0 + decay) ** 2

    def sample_conjugates(self, u: Floats, y: Floats) -> Floats:
        q = (1.0 - 2.0 * y) * u
        inside = (q >= 0) & (q <= 1 + ROUNDING)
        q = np.clip(q, 0.0, 1.0)
        zeros = np.zeros(len(q))
        # 0 log 0 = 0 at both ends
        entropy = q * np.log(q, out=zeros.copy(), where=q > 0)
        entropy += (1.0 - q) * np.log1p(-q, out=zeros, where=q < 1)
        return np.where(inside, entropy, np.inf)

    def sample_slacks(self, eta: Floats, u: Floats, y: Floats) -> Floats:
        """The divergence of the distribution (q, 1 - q) from (sigma, 1 - sigma), in parts >= 0."""
        side = 1.0 - 2.0 * y
        q, t = side * u, side * eta
        inside = (q >= 0) & (q <= 1 + ROUNDING)
        q = np.clip(q, 0.0, 1.0)
        slack = divergence(q, -np.logaddexp(0.0, -t)) + divergence(1.0 - q, -np.logaddexp(0.0, t))
        return np.where(inside, slack, np.inf)

    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        of_ones, of_zeros = float(sample_weight @ y), float(sample_weight @ (1.0 - y))
        if of_ones == 0 or of_zeros == 0:
            raise ValueError(
                f"y holds only the class {0 if of_ones == 0 else 1} among the samples of positive weight, "
                "where the logistic loss needs both classes, 0 and 1."
            )
        return float(np.log(of_ones) - np.log(of_zeros))

    def predict(self, eta: Floats) -> Floats:
        """Probability of class 1."""
        return sigmoid(eta)
