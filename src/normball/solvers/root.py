"""Where a monotone function crosses zero: bisection, and the secant in log alpha within a bracket."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def bisected(
    is_before: Callable[[float], bool], low: float, high: float, most: int = 80
) -> tuple[float, float]:
    """A bracket halved until nothing lies between its ends; `is_before` holds at the low one."""
    for _ in range(most):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (middle, high) if is_before(middle) else (low, middle)
    return low, high


def between_alphas(high: float, low: float, above: float, below: float, margin: float) -> float:
    """The alpha between two where the secant in log alpha crosses zero, not too near to either end.

    Parameters
    ----------
    high, low : alphas, with the values `above` < 0 < `below` there, or the other way round.
    margin : float, least share of the bracket on either side.
    """
    share = float(np.clip(above / (above - below), margin, 1 - margin))
    return float(np.exp((1 - share) * np.log(high) + share * np.log(low)))
