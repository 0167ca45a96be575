"""Losses made of two straight lines that meet at eta = y.

    l = max(lower (eta - y), upper (eta - y)),     lower <= 0 <= upper.

At the kink every slope between the two is a subgradient. l*(u) = u y for
lower <= u <= upper, inf outside. Such a loss has no curvature, so Newton's method does
not apply to it; with L1 prices `solvers/piecewise/vertex_path.py` pivots between the vertices of a
linear program, with other norms `solvers/piecewise/envelopes.py` takes smooth envelopes.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from ..typing import Floats
from .base import SampleLoss
from .domain import ROUNDING


class PiecewiseLinear(SampleLoss):
    """A loss of two lines; subclasses give their slopes."""

    curvature_bound: ClassVar[float] = np.inf
    is_smooth: ClassVar[bool] = False
    has_units: ClassVar[bool] = True

    @property
    @abstractmethod
    def slopes(self) -> tuple[float, float]:
        """lower and upper, the slopes below and above y."""

    def check_response(self, y: Floats) -> None:
        """Any finite response will do."""

    def sample_values(self, eta: Floats, y: Floats) -> Floats:
        lower, upper = self.slopes
        return np.maximum(lower * (eta - y), upper * (eta - y))

    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        """The slope (n,) of the line; 0, one of the subgradients, at the kink."""
        lower, upper = self.slopes
        return np.where(eta > y, upper, np.where(eta < y, lower, 0.0))

    def sample_curvatures(self, eta: Floats, y: Floats) -> Floats:
        return np.zeros(len(eta))

    def sample_conjugates(self, u: Floats, y: Floats) -> Floats:
        lower, upper = self.slopes
        inside = (u >= lower * (1 + ROUNDING)) & (u <= upper * (1 + ROUNDING))
        return np.where(inside, u * y, np.inf)

    def sample_slacks(self, eta: Floats, u: Floats, y: Floats) -> Floats:
        """The distance from the kink times what u lacks of the slope there."""
        lower, upper = self.slopes
        inside = (u >= lower * (1 + ROUNDING)) & (u <= upper * (1 + ROUNDING))
        lacking = np.maximum(np.where(eta >= y, upper - u, u - lower), 0.0)
        return np.where(inside, np.abs(eta - y) * lacking, np.inf)
