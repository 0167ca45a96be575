"""Huber: squared error within delta of the response, straight lines beyond.

With r = eta - y: l = r^2 / 2 for |r| <= delta, delta |r| - delta^2 / 2 beyond; the
gradient is r clipped to [-delta, delta], so that an outlier pulls with force delta and
no more. l*(u) = u^2 / 2 + u y for |u| <= delta, inf outside (Huber 1964).
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np

from ..typing import Floats
from .base import SampleLoss
from .domain import ROUNDING


@dataclass(frozen=True, eq=False, repr=False)
class Huber(SampleLoss):
    """Squared error with a bounded pull.

    Parameters
    ----------
    delta : number > 0, default 1.0
        Residual at which the parabola turns into a line, in the units of y.
    """

    delta: float = 1.0

    name: ClassVar[str] = "huber"
    title: ClassVar[str] = "Huber"
    measured_as: ClassVar[str] = "mean Huber loss"
    curvature_bound: ClassVar[float] = 1.0
    has_units: ClassVar[bool] = True
    compiled_form: ClassVar[tuple[str, ...]] = ("huber", "delta")

    def __post_init__(self) -> None:
        if not isinstance(self.delta, Real) or isinstance(self.delta, bool):
            raise TypeError(f"delta must be a number > 0, got {self.delta!r}.")
        if not (self.delta > 0 and np.isfinite(self.delta)):
            raise ValueError(f"delta must be a finite number > 0, got {self.delta!r}.")
        object.__setattr__(self, "delta", float(self.delta))

    def check_response(self, y: Floats) -> None:
        """Any finite response will do."""

    def sample_values(self, eta: Floats, y: Floats) -> Floats:
        size = np.abs(eta - y)
        within = np.minimum(size, self.delta)
        return within * (size - 0.5 * within)

    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        return np.clip(eta - y, -self.delta, self.delta)

    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        return (np.abs(eta - y) <= self.delta).astype(np.float64)

    def sample_majorants(self, eta: Floats, y: Floats) -> Floats:
        """Gradient over residual, min(1, delta / |r|): the parabola that reweighted least squares uses.

        It touches at eta and lies above everywhere (Huber and Ronchetti, Robust
        Statistics, 2009, section 7.8).
        """
        return self.delta / np.maximum(np.abs(eta - y), self.delta)

    def sample_conjugates(self, u: Floats, y: Floats) -> Floats:
        inside = np.abs(u) <= self.delta * (1 + ROUNDING)
        return np.where(inside, u * (0.5 * u + y), np.inf)

    def sample_slacks(self, eta: Floats, u: Floats, y: Floats) -> Floats:
        """With p = u along r: (|r| - p)^2 / 2 within delta, and (|r| - delta) (delta - p) beyond."""
        r = eta - y
        size, p = np.abs(r), np.where(r >= 0, u, -u)
        within = np.minimum(size, self.delta)
        slack = 0.5 * (within - p) ** 2 + (size - within) * np.maximum(self.delta - p, 0.0)
        return np.where(np.abs(u) <= self.delta * (1 + ROUNDING), slack, np.inf)

    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        """Weighted Huber location.

        The mean gradient is continuous, increasing and piecewise linear in b, so
        Newton's method ends on the exact root once it is on the right piece; bisection
        of a bracket guards it against flat pieces and cycles.
        """
        low, high = float(y.min()), float(y.max())
        location = float(np.clip(sample_weight @ y, low, high))
        while True:
            residual = location - y
            gradient = float(sample_weight @ np.clip(residual, -self.delta, self.delta))
            slope = float(sample_weight @ (np.abs(residual) <= self.delta))
            low, high = (low, location) if gradient > 0 else (location, high)
            proposal = location - gradient / slope if slope > 0 else np.nan
            if abs(proposal - location) <= 4e-16 * (abs(location) + self.delta):
                return location
            if not low < proposal < high:
                proposal = low + 0.5 * (high - low)
            if gradient == 0 or not low < proposal < high:
                return location
            location = proposal
