"""How many random measurements the least-norm answer needs to find the signal.

A w = b with m equations in general position (A Gaussian, or rotated at random) has the
signal as its only answer of least norm exactly if the null space of A misses the descent
cone D. By the conic Crofton formula, with v_k the cone's intrinsic volumes,

    P(success) = 1 - 2 (v_{m+1} + v_{m+3} + ...),

exact at every p; about P(V < m) + P(V = m) / 2 for the random dimension V with odds v_k,
whose mean is the statistical dimension delta: half of all trials succeed at m = delta. V
is nearly normal (Goldstein, Nourdin, Peccati, "Gaussian phase transitions and conic
intrinsic volumes", Annals of Applied Probability 27, 2017), which serves where the v_k
are not known. A bound that needs nothing but delta (Amelunxen, Lotz, McCoy, Tropp 2014,
theorem II): m >= delta + sqrt(8 log(4 / eta) p) succeeds with probability 1 - eta or more.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr, ndtri

from ..norms import Norm
from ..parameters import read_count, read_probability
from ..typing import ArrayLike, Floats
from .cone_size import StatisticalDimension
from .descent_cones import exact_volumes, read_signal
from .dimension import statistical_dimension

NUCLEAR_TRIALS = 400
"""Singular value decompositions behind the spread for matrices."""
LARGEST_EXACT = 3000
"""Features up to which the odds are exact; beyond, the normal law is as good and needs no O(p) integrals."""


def success_curve(norm: str | Norm, p: int | tuple[int, int], sparsity: int | ArrayLike) -> Floats:
    """Odds (p + 1,) that the least-norm answer is the signal, from m = 0 to m = p equations.

    Parameters
    ----------
    norm, p, sparsity : as `statistical_dimension`.

    Returns
    -------
    (p + 1,) array (for "nuclear" one more than there are entries)
        Exact for L1 without weights, LInf, L2 and Lp up to p = 3,000; else the normal law with
        the mean and the spread of `statistical_dimension`.
    """
    if norm == "nuclear":
        size = statistical_dimension(norm, p, sparsity, "sampling", trials=NUCLEAR_TRIALS)
        return _normal_curve(size, int(np.prod(p)))
    norm, signal = read_signal(norm, p, sparsity)
    p = len(signal)
    volumes = exact_volumes(norm, signal) if p <= LARGEST_EXACT else None
    if volumes is None:
        return _normal_curve(statistical_dimension(norm, p, signal), p)
    if volumes[0] == 1.0:  # the signal 0 is found without a measurement
        return np.ones(p + 1)
    # sums over every other volume from the top: v_{m+1} + v_{m+3} + ...
    tails = np.zeros(p + 3)
    for k in range(p, -1, -1):
        tails[k] = volumes[k] + tails[k + 2]
    return np.clip(1 - 2 * tails[1 : p + 2], 0.0, 1.0)


def _normal_curve(size: StatisticalDimension, p: int) -> Floats:
    """(p + 1,) odds of success where only the mean and the spread of V are known."""
    m = np.arange(p + 1)
    if size.spread == 0:
        return np.where(m >= size.value, 1.0, 0.0)
    curve = ndtr((m - size.value) / size.spread)
    curve[-1] = 1.0  # p equations leave no freedom
    return np.asarray(curve)


def measurements_needed(
    norm: str | Norm,
    p: int | tuple[int, int],
    sparsity: int | ArrayLike,
    probability: float = 0.5,
    *,
    guaranteed: bool = False,
) -> int:
    """Least number of random equations at which the least-norm answer is the signal.

    Parameters
    ----------
    norm, p, sparsity : as `statistical_dimension`.
    probability : float, 0 < probability < 1, default 0.5
        Odds of success to reach.
    guaranteed : bool, default False
        Use the theorem that holds for every convex norm, with its loose constant, instead of
        the odds of `success_curve`; for L1 it is several times too careful.

    Returns
    -------
    int, at most p (for "nuclear": the number of entries).

    Raises
    ------
    ValueError
        If the probability is out of range; as `statistical_dimension`.

    Notes
    -----
    For noiseless data with independent Gaussian columns. Correlated columns and noise need more.

    Examples
    --------
    >>> measurements_needed("l1", p=100, sparsity=10)
    33
    >>> measurements_needed("l1", p=100, sparsity=10, probability=0.95)
    41
    """
    probability = read_probability(probability, "probability")
    if guaranteed:
        size = statistical_dimension(norm, p, sparsity)
        total = int(np.prod(p))
        careful = size.value + 3 * size.standard_error
        return min(int(np.ceil(careful + np.sqrt(8 * np.log(4 / (1 - probability)) * total))), total)
    # rounding in the sums must not cost an equation
    return int((success_curve(norm, p, sparsity) >= probability - 1e-12).argmax())


def transition_width(norm: str | Norm, p: int, sparsity: int | ArrayLike, probability: float = 0.9) -> float:
    """Number of equations between 1 - probability and probability of success, by the normal law.

    Raises
    ------
    ValueError
        If the probability is not between 1/2 and 1; as `statistical_dimension`.
    """
    if not 0.5 < probability < 1:
        raise ValueError(f"probability must lie between 0.5 and 1, got {probability!r}.")
    return float(2 * ndtri(probability) * statistical_dimension(norm, p, sparsity).spread)


def largest_sparsity(p: int, m: int, probability: float = 0.5) -> int:
    """Largest number of non-zeros that L1 finds from m equations with the given odds.

    Raises
    ------
    ValueError
        If m is not between 0 and p; as `measurements_needed`.

    Examples
    --------
    >>> largest_sparsity(p=100, m=33)
    10
    """
    p, m = read_count(p, "p"), read_count(m, "m", 0)
    if m > p:
        raise ValueError(f"m must be at most p={p}, got {m}.")
    probability = read_probability(probability, "probability")
    # the normal law is cheap and nearly right, so that few exact odds decide
    low = _last(lambda s: _normal_odds(p, m, s) >= probability, 0, p)
    high = min(low + 1, p)
    step = 1
    while low > 0 and measurements_needed("l1", p, low, probability) > m:
        low, high, step = max(low - step, 0), low - 1, 2 * step
    while high > low and measurements_needed("l1", p, high, probability) <= m:
        low, high, step = high, min(high + step, p), 2 * step
    return _last(lambda s: measurements_needed("l1", p, s, probability) <= m, low, high)


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The largest whole number in [low, high] for which it holds; it does at low, and up to there."""
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _normal_odds(p: int, m: int, sparsity: int) -> float:
    return float(_normal_curve(statistical_dimension("l1", p, sparsity), p)[m])
