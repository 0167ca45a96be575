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

from ..parameters import read_count, read_seed
from ..typing import Floats
from .cone_size import StatisticalDimension, from_squares


def nuclear_statistical_dimension(
    shape: tuple[int, int], rank: int, method: str = "auto", *, trials: int = 500, seed: int = 0
) -> StatisticalDimension:
    """Statistical dimension of the nuclear norm's descent cone at a matrix of given rank.

    Parameters
    ----------
    shape : (int, int), rows and columns.
    rank : int, 0 to the smaller side.
    method : "auto", "formula" or "sampling", default "auto"
        "formula", as "auto": with the law of large matrices, within 1 % from about 20 x 20 on.
        "sampling": one singular value decomposition a trial, no approximation.
    trials, seed : int
        For sampling.

    Returns
    -------
    StatisticalDimension
        `spread` has no simple formula: it is nan unless sampled.

    Raises
    ------
    ValueError
        If the rank does not fit the shape, or the method does not exist.
    """
    m, n = read_shape(shape)
    r = read_count(rank, "rank", 0)
    if r > m:
        raise ValueError(f"rank must be at most the smaller side {m}, got {r}.")
    if method not in ("auto", "formula", "sampling"):
        raise ValueError(f"method must be 'auto', 'formula' or 'sampling' for matrices, got {method!r}.")
    if r == 0:
        return StatisticalDimension(0.0, 0.0, 0.0, "formula")
    if method == "sampling":
        return from_squares(_sample_cone(m, n, r, read_count(trials, "trials", 2), seed))
    if r == m:
        # the norm is smooth there, so that the cone is a half-space
        return StatisticalDimension(m * n - 0.5, 0.5, 0.0, "formula")
    value, weight = _singular_values(m - r, n - r)

    def slope(tau: float) -> float:
        return r * tau - float(weight @ np.maximum(value - tau, 0.0))

    tau = float(brentq(slope, 0.0, float(value.max()), xtol=1e-13))
    free = r * (m + n - r + tau**2)
    delta = free + float(weight @ np.maximum(value - tau, 0.0) ** 2)
    return StatisticalDimension(delta, np.nan, 0.0, "formula")


def read_shape(shape: object) -> tuple[int, int]:
    """The smaller and the larger side of a matrix.

    Raises
    ------
    ValueError
        If it is not a pair of whole numbers >= 1.
    """
    if not isinstance(shape, tuple | list) or len(shape) != 2:
        raise ValueError(f"shape must be a pair (rows, columns), got {shape!r}.")
    small, large = sorted(read_count(side, "shape") for side in shape)
    return small, large


def _sample_cone(m: int, n: int, r: int, trials: int, seed: int) -> Floats:
    """(trials,) squared lengths of Gaussian matrices projected on the descent cone at rank r.

    Only three things of a Gaussian count: how far it goes along U V', which is N(0, r) times
    sqrt(r), the rest of it within the row and column spaces, and the singular values of what
    remains. The distance to tau times the subdifferential is then least where
    r tau - along - sum (sigma - tau)_+ = 0, or at tau = 0.
    """
    rng = read_seed(seed)
    along = np.sqrt(r) * rng.standard_normal(trials)
    rest = rng.chisquare(r * (m + n - r) - 1, trials) if r * (m + n - r) > 1 else np.zeros(trials)
    sigma = np.zeros((trials, max(m - r, 1)))
    for trial in range(trials if m > r else 0):
        sigma[trial] = np.linalg.svd(rng.standard_normal((m - r, n - r)), compute_uv=False)
    low, high = np.zeros(trials), np.abs(along) / r + sigma.max(axis=1) + 1.0
    for _ in range(60):
        tau = 0.5 * (low + high)
        rising = r * tau - along - np.maximum(sigma - tau[:, None], 0.0).sum(axis=1) > 0
        low, high = np.where(rising, low, tau), np.where(rising, tau, high)
    inside = rest + along**2 / r - 2 * tau * along + r * tau**2
    return np.asarray(inside + (np.maximum(sigma - tau[:, None], 0.0) ** 2).sum(axis=1))


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
