"""Statistical dimension for matrices of low rank: the nuclear norm.

At an m x n matrix of rank r, m <= n, the subdifferential fixes an r x r block and lets the
singular values of the (m - r) x (n - r) rest be anything up to 1, so

    delta <= min_{tau >= 0} r (m + n - r + tau^2) + E sum_i (sigma_i(Z) - tau)_+^2,

Z Gaussian of that smaller shape. Its singular values over sqrt(n - r) follow the
Marchenko-Pastur law, density sqrt((u^2 - a^2)(b^2 - u^2)) / (pi y u) on [a, b] with
a, b = 1 -+ sqrt(y), y = (m - r) / (n - r). Sources: Amelunxen, Lotz, McCoy, Tropp (2014),
proposition 4.7; Marchenko, Pastur, Mathematics of the USSR-Sbornik 1 (1967).
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.optimize import brentq

from ..tables import read_count
from ..typing import Floats
from .dimension import StatisticalDimension


def nuclear_statistical_dimension(shape: tuple[int, int], rank: int) -> StatisticalDimension:
    """Statistical dimension of the nuclear norm's descent cone at a matrix of given rank.

    Parameters
    ----------
    shape : (int, int), rows and columns.
    rank : int, 0 to the smaller side.

    Returns
    -------
    StatisticalDimension
        `value` by the formula with the law of large matrices (within 1 % from about 20 x 20
        on); `spread` is nan, it has no simple formula.

    Raises
    ------
    ValueError
        If the rank does not fit the shape.
    """
    m, n = sorted(read_count(side, "shape") for side in shape)
    r = read_count(rank, "rank", 0)
    if r > m:
        raise ValueError(f"rank must be at most the smaller side {m}, got {r}.")
    if r == 0:
        return StatisticalDimension(0.0, 0.0, 0.0, "formula")
    if r == m:
        return StatisticalDimension(float(m * n), np.nan, 0.0, "formula")
    value, weight = _singular_values(m - r, n - r)

    def slope(tau: float) -> float:
        return r * tau - float(weight @ np.maximum(value - tau, 0.0))

    tau = float(brentq(slope, 0.0, float(value.max()), xtol=1e-13))
    free = r * (m + n - r + tau**2)
    delta = free + float(weight @ np.maximum(value - tau, 0.0) ** 2)
    return StatisticalDimension(delta, np.nan, 0.0, "formula")


def _singular_values(m: int, n: int) -> tuple[Floats, Floats]:
    """Singular values of a Gaussian m x n matrix, m <= n, by their law: nodes, and weights of sum m."""
    y = m / n
    node, weight = leggauss(2000)
    # u^2 = 1 + y - 2 sqrt(y) cos(angle) takes the square roots of the density away
    angle = np.pi * (node + 1) / 2
    square = 1 + y - 2 * np.sqrt(y) * np.cos(angle)
    density = np.sin(angle) ** 2 / np.maximum(square, 1e-300)
    weight = weight * density
    return np.sqrt(n * square), m * weight / weight.sum()
