"""Estimated size of a cone, with its standard error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..typing import Floats


@dataclass(frozen=True)
class StatisticalDimension:
    """Size of a descent cone.

    Attributes
    ----------
    value : float
        delta, between 0 and p.
    spread : float
        Standard deviation of the random dimension V: the width of the transition.
    standard_error : float
        Of `value`; 0 unless it was sampled.
    method : str
        "exact", "formula" (bound from above, see the module) or "sampling".
    """

    value: float
    spread: float
    standard_error: float
    method: str

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        doubt = f" ± {self.standard_error:.2g}" if self.standard_error else ""
        return f"{self.value:.6g}{doubt} ({self.method})"


def from_squares(squares: Floats) -> StatisticalDimension:
    """From the squared lengths (trials,) of Gaussians projected on the cone."""
    mean, variance = float(squares.mean()), float(squares.var(ddof=1))
    spread = np.sqrt(max(variance - 2 * mean, 0.0))
    return StatisticalDimension(mean, float(spread), float(np.sqrt(variance / len(squares))), "sampling")
