"""What losses with a log link share: eta is the logarithm of the mean response."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..typing import Floats, Mask

SERIES: Final = 0.3
"""Size of x below which `exp_remainder` is its series, of so many powers that the rest is rounding."""
SERIES_TERMS: Final = 14


def rate(eta: Floats) -> Floats:
    """exp(eta); inf, without a warning, where it overflows."""
    with np.errstate(over="ignore"):
        return np.exp(eta)


def unchecked() -> np.errstate:
    """For expressions that overflow, or are no number, only where another branch is taken."""
    return np.errstate(over="ignore", invalid="ignore", divide="ignore")


def exp_remainder(x: Floats) -> Floats:
    """exp(x) - 1 - x (n,) >= 0, to full relative accuracy; inf at both ends.

    Unit deviances are made of it: it vanishes with its derivative at 0, where exp(x), 1 and
    x would cancel. There it is its series x^2 / 2 (1 + x / 3 (1 + x / 4 (1 + ...))).
    """
    x = np.asarray(x, dtype=np.float64)
    with unchecked():
        remainder = np.where(x < np.inf, np.expm1(x) - x, np.inf)
    near = np.abs(x) < SERIES
    if near.any():
        small = x[near]
        tail = np.ones(len(small))
        for k in range(SERIES_TERMS, 2, -1):
            tail = 1.0 + small / k * tail
        remainder[near] = 0.5 * small**2 * tail
    return np.asarray(remainder)


def divergence(q: Floats, log_p: Floats) -> Floats:
    """q log(q / p) - q + p >= 0 (n,), to full relative accuracy in q and log(p)."""
    with unchecked():
        return np.where(q > 0, q * exp_remainder(log_p - np.log(q)), np.exp(log_p))


def growth_conjugate(t: Floats) -> Floats:
    """(1 + t) log(1 + t) - t (n,) for t >= -1: the conjugate of `exp_remainder`, as accurate."""
    inside = t > -1
    logarithm = np.log1p(t, out=np.zeros(np.shape(t)), where=inside)
    return np.where(inside, (1.0 + t) * exp_remainder(-logarithm), 1.0)


def log_of(y: Floats) -> Floats:
    """log(y) (n,), 0 where y is 0."""
    return np.log(y, out=np.zeros(np.shape(y)), where=y > 0)


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
