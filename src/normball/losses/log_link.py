"""What losses with a log link share: eta is the logarithm of the mean response."""

from __future__ import annotations

import numpy as np

from ..typing import Floats, Mask


def rate(eta: Floats) -> Floats:
    """exp(eta); inf, without a warning, where it overflows."""
    with np.errstate(over="ignore"):
        return np.exp(eta)


def times(y: Floats, growth: Floats) -> Floats:
    """y * growth (n,), 0 where y is 0 although growth may be infinite."""
    return np.multiply(y, growth, out=np.zeros(np.broadcast(y, growth).shape), where=y > 0)


def refuse(y: Floats, is_wrong: Mask, accepted: str, loss: str) -> None:
    """Raise ValueError at the first response that is wrong.

    Raises
    ------
    ValueError
    """
    if is_wrong.any():
        position = int(is_wrong.argmax())
        raise ValueError(
            f"y must be {accepted} for the {loss} loss, got {y[position]:g} "
            f"at position {position}; choose another loss for signed responses."
        )


def log_mean(y: Floats, sample_weight: Floats, quantity: str) -> float:
    """Logarithm of the weighted mean response, which is the best constant eta of all these losses.

    Raises
    ------
    ValueError
        If the mean is zero.
    """
    mean = float(sample_weight @ y)
    if mean == 0:
        raise ValueError(
            f"y is 0 for every sample of positive weight, so the best {quantity} is 0 and its logarithm "
            "is not attained; give at least one response > 0."
        )
    return float(np.log(mean))
