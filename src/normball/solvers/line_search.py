"""Searches along a line: Armijo's rule for a step, golden section for a minimum within a bracket."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from ..typing import Floats

ARMIJO = 1e-4
"""Share of the slope's promise that a step has to keep."""

MOST_HALVINGS = 40

MOST_SECANTS = 20
LEAST_CUT, LARGEST_CUT = 0.02, 0.9
"""Between which shares a step is cut down to, whatever the secant says."""

GOLDEN = (np.sqrt(5) - 1) / 2

T = TypeVar("T")


def armijo(
    at: Callable[[float], tuple[float, T]],
    before: float,
    slope: float,
    rounding: float,
    most: int = MOST_HALVINGS,
) -> tuple[float, float, T] | None:
    """The largest share 1, 1/2, 1/4, ... of a step that keeps a share of its promise.

    Parameters
    ----------
    at : value of the objective after a share of the step, and whatever else was found there.
    before : float, value without a step.
    slope : float, of the whole step; above 0 it promises nothing.
    rounding : float, difference of values that is none.
    most : int, shares that are tried.

    Returns
    -------
    The share, the value and the rest of what `at` gave; None where no share was small enough.
    """
    share, promise = 1.0, ARMIJO * min(slope, 0.0)
    for _ in range(most):
        value, rest = at(share)
        if value <= before + share * promise + rounding:
            return share, value, rest
        share *= 0.5
    return None


def convex_step(
    at: Callable[[float], tuple[float, float, T]], before: float, slope: float, rounding: float
) -> tuple[float, T] | None:
    """A share of a step along which a convex function falls, by Armijo's rule or by its slope.

    Where a convex function still falls it has fallen all the way, which rounding disturbs less than a
    difference of values. Too long a step is cut to where the secant of the slopes has its root, which
    is the minimum of a quadratic function.

    Parameters
    ----------
    at : value and slope after a share of the step, and whatever else was found there.
    before : float, value without a step.
    slope : float < 0, of the whole step.
    rounding : float, difference of values that is none.

    Returns
    -------
    The share, and the rest of what `at` gave; None where no share was small enough.
    """
    share = 1.0
    for _ in range(MOST_SECANTS):
        value, slope_there, rest = at(share)
        if value <= before + ARMIJO * share * slope + rounding or slope_there <= 0:
            return share, rest
        share *= float(np.clip(slope / (slope - slope_there), LEAST_CUT, LARGEST_CUT))
    return None


def golden(function: Callable[[Floats], Floats], low: Floats, high: Floats, n_steps: int = 50) -> Floats:
    """Minimisers (k,) of k functions at once, each with one minimum within its bracket."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(n_steps):
        is_left = at_left <= at_right
        low, high = np.where(is_left, low, left), np.where(is_left, right, high)
        kept, at_kept = np.where(is_left, left, right), np.where(is_left, at_left, at_right)
        new = np.where(is_left, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        at_new = function(new)
        left, at_left = np.where(is_left, new, kept), np.where(is_left, at_new, at_kept)
        right, at_right = np.where(is_left, kept, new), np.where(is_left, at_kept, at_new)
    return 0.5 * (low + high)
