"""Quantile: l = q (y - eta) for eta < y, (1 - q) (eta - y) for eta > y.

Its best constant is the q-quantile of y, and its best linear predictor the conditional
quantile; q = 0.5 is half the absolute error (Koenker, Quantile Regression, 2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

import numpy as np

from ..typing import Floats
from .piecewise_linear import PiecewiseLinear


@dataclass(frozen=True, eq=False, repr=False)
class Quantile(PiecewiseLinear):
    """Error that weighs too low a prediction by q and too high a one by 1 - q.

    Parameters
    ----------
    q : number in (0, 1), default 0.5
        Share of responses that should lie below the prediction.
    """

    q: float = 0.5

    name: ClassVar[str] = "quantile"
    title: ClassVar[str] = "quantile"
    measured_as: ClassVar[str] = "mean pinball loss"

    def __post_init__(self) -> None:
        if not isinstance(self.q, Real) or isinstance(self.q, bool):
            raise TypeError(f"q must be a number between 0 and 1, got {self.q!r}.")
        if not 0 < self.q < 1:
            raise ValueError(f"q must lie between 0 and 1, both excluded, got {self.q!r}.")
        object.__setattr__(self, "q", float(self.q))

    @property
    def slopes(self) -> tuple[float, float]:
        return -self.q, 1.0 - self.q

    def constant_fit(self, y: Floats, sample_weight: Floats) -> float:
        """The weighted q-quantile; the least of them if there are many."""
        order = np.argsort(y, kind="stable")
        below = np.cumsum(sample_weight[order])
        # a sum of weights that is q up to rounding has reached it
        reached = below >= self.q * below[-1] * (1 - 1e-14)
        return float(y[order][int(reached.argmax())])
