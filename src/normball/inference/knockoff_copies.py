"""Knockoff copies: features X~ that look like X, pair by pair, but know nothing of y.

Swapping any x_j with x~_j must leave the Gram matrix (fixed X) or the distribution (model
X) of all 2p columns as it is. Both reduce to a vector s with 2 Sigma - diag(s) >= 0, where
Sigma is the correlation matrix; x_j and x~_j have the correlation 1 - s_j, so the larger s_j,
the less they resemble each other and the more power. Two ways to find s are offered:

- "equicorrelated": s_j = min(1, 2 lambda_min(Sigma)) for all;
- "coordinate": near the s of greatest sum (a semidefinite program), by coordinate ascent with a
  log-det barrier: with M = (2 Sigma - diag(s))^-1, s_j may grow by 1 / M_jj, and M follows
  by a rank-one update, so a sweep costs O(p^3) and needs no solver of such programs
  (Askari, Rebjock, d'Aspremont, El Ghaoui, "FANOK", SIAM J. Math. Data Sci. 3, 2021). The
  greatest sum may give one of two correlated features all and the other nothing, which is then never
  chosen; so no s_j falls below a quarter of its value in the even solution, the maximum of
  log det(2 Sigma - diag(s)) + sum_j log s_j (maximum entropy; Gimenez, Zou 2019).

A feature that is nearly a combination of the others (s_j < `LEAST_DISTANCE`) gets s_j = 0, which only
widens 2 Sigma - diag(s): its copy is the feature itself.

Fixed X (Barber, Candes, Annals of Statistics 43, 2015), columns of length 1:
X~ = X (I - Sigma^-1 D) + U C with D = diag(s), C'C = 2 D - D Sigma^-1 D and U orthonormal,
orthogonal to X. Model X, Gaussian (Candes, Fan, Janson, Lv, JRSS B 80, 2018):
x~ given x is normal(x - D Sigma^-1 (x - mean), 2 D - D Sigma^-1 D).

C is the symmetric root and U the orthonormal matrix nearest to normal draws. Both are continuous in X:
with a root of eigenvectors alone, the rounding of another unit of measurement would turn them
within near-equal eigenvalues, and the same seed would give other copies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.linalg import eigh, svd
from scipy.optimize import minimize_scalar

from ..designs import moments_of
from ..typing import Floats, Mask

LEAST_DISTANCE = 1e-5
"""Least s_j that a copy needs: the correlation with its feature is at most 0.99999."""

LEAST_SHARE = -10.0
"""Power of ten of the least share by which an estimated correlation is drawn to I."""

LEAST_SHARE_OF_EVEN = 0.25
_BARRIERS = 0.5 ** np.arange(1, 16)
"""Weights of the barrier, from far inside to the edge."""
_SWEEPS = 20
_RIDGE = 1e-10
"""Added to eigenvalues of a correlation matrix, so that dependent features have an inverse."""


@dataclass(frozen=True, eq=False)
class Copies:
    """Features, and what is needed to draw copies of them.

    Attributes
    ----------
    X : (n, p) centred, of length 1 (fixed X) or deviation 1.
    distances : (p,) s; 0 for a feature whose copy is the feature itself.
    mean : (n, p) X (I - Sigma^-1 D), what is the same in all copies.
    root : (p, p) C.
    inverse : (p, p) Sigma^-1 for fixed X, None for a model of X.
    """

    X: Floats
    distances: Floats
    mean: Floats
    root: Floats
    inverse: Floats | None

    @property
    def differ(self) -> Mask:
        """(p,) features with a copy that differs from them."""
        return self.distances > 0

    def draw(self, rng: np.random.Generator) -> Floats:
        """Copies (n, p) of the features. O(n p^2)."""
        noise = rng.standard_normal(self.X.shape)
        if self.inverse is not None:
            noise -= noise.mean(axis=0)
            for _ in range(3):  # once more and again: what the ridge of the inverse and rounding left
                noise -= self.X @ (self.inverse @ (self.X.T @ noise))
            left, _, right = svd(noise, full_matrices=False)
            noise = left @ right
        copies = self.mean + noise @ self.root
        return np.where(self.differ, copies, self.X)


def distances(correlation: Floats, method: str) -> Floats:
    """s (p,) with 2 Sigma - diag(s) >= 0 and 0 <= s <= 1 for a correlation matrix (p, p)."""
    inverse, least = _inverse(correlation)
    if method == "equicorrelated":
        s = np.full(len(correlation), min(1.0, 2 * least))
    else:
        s = _coordinate_ascent(correlation)
    s[s < LEAST_DISTANCE] = 0.0
    # rounding is undone by one eigenvalue: s is scaled until the covariance of the copies is definite
    root = np.sqrt(s)
    largest = float(eigh(root[:, None] * (0.5 * inverse) * root, eigvals_only=True)[-1])
    return np.asarray(s * min(1.0, (1 - 1e-10) / largest)) if largest > 0 else s


def _inverse(correlation: Floats) -> tuple[Floats, float]:
    """Inverse, and the least eigenvalue."""
    values, vectors = eigh(correlation)
    return (vectors / (np.maximum(values, 0.0) + _RIDGE)) @ vectors.T, max(float(values[0]), 0.0)


def _coordinate_ascent(correlation: Floats) -> Floats:
    """Near the s of greatest sum in which no s_j is below `LEAST_SHARE_OF_EVEN` of the even solution."""
    s = np.zeros(len(correlation))
    for _ in range(_BARRIERS.size):  # log det(2 Sigma - diag(s)) + sum log s_j: half of the room is best
        before = s.copy()
        _sweep(correlation, s, lambda j, room: 0.5 * room)
        if np.abs(s - before).max() <= 0.01 * s.max():
            break
    s *= LEAST_SHARE_OF_EVEN
    least = s.copy()
    for barrier in _BARRIERS:
        # the sum plus barrier * log det is greatest where the room left to s_j is the barrier
        best = partial(_up_to, least, barrier)
        for _ in range(_SWEEPS):
            total = float(s.sum())
            _sweep(correlation, s, best)
            if abs(s.sum() - total) <= 0.05 * len(s) * barrier:
                break
    return s


def _up_to(least: Floats, barrier: float, j: int, room: float) -> float:
    return max(room - barrier, float(least[j]))


def _sweep(correlation: Floats, s: Floats, best: Callable[[int, float], float]) -> None:
    """Set each s_j in turn to the best below the room that the others leave it, and at most to 1."""
    identity = np.eye(len(s))
    inverse = np.linalg.solve(2 * (correlation + _RIDGE * identity) - np.diag(s), identity)
    for j in range(len(s)):
        room = 1 / inverse[j, j]
        step = min(best(j, s[j] + room), 1.0) - s[j]
        column = inverse[:, j].copy()
        inverse += np.outer(column, column * (step / (1 - step / room)))
        s[j] += step


def _copies(X: Floats, correlation: Floats, method: str, is_fixed: bool) -> Copies:
    s, inverse = distances(correlation, method), _inverse(correlation)[0]
    toward = inverse * s
    values, vectors = eigh(2 * np.diag(s) - s[:, None] * toward)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return Copies(X, s, X - X @ toward, root, inverse if is_fixed else None)


def fixed_copies(X: Floats, method: str) -> Copies:
    """X centred with columns of length 1, and how its copies are drawn; n >= 2 p + 1.

    Raises
    ------
    ValueError
        Too few rows, constant columns.
    """
    n, p = X.shape
    if n < 2 * p + 1:
        raise ValueError(
            f"fixed-X knockoffs need at least 2 p + 1 = {2 * p + 1} rows, got {n}; use model='gaussian'."
        )
    X = _standardised(X) / np.sqrt(n)
    return _copies(X, X.T @ X, method, True)


def gaussian_copies(X: Floats, method: str, covariance: Floats | None) -> Copies:
    """X with columns of mean 0 and deviation 1, and how Gaussian copies are drawn.

    Without `covariance` (p, p) that of X is estimated, see `_shrunk`.

    Raises
    ------
    ValueError
        Constant columns.
    """
    scaled = _standardised(X)
    if covariance is None:
        correlation = _shrunk(scaled)
    else:
        deviation = np.sqrt(np.diag(covariance))
        scaled = (X - X.mean(axis=0)) / deviation
        correlation = covariance / np.outer(deviation, deviation)
    return _copies(scaled, correlation, method, False)


def _standardised(X: Floats) -> Floats:
    means, deviations = moments_of(X)
    if not deviations.all():
        raise ValueError(
            f"X is constant in column {int(deviations.argmin())}, which has no knockoff; drop the column."
        )
    return np.asarray((X - means) / deviations)


def _shrunk(Z: Floats) -> Floats:
    """Correlation of standardised Z (n, p), (1 - a) S + a I, with a of greatest leave-one-out likelihood.

    Without row i, with G = (1 - a) n S / (n - 1) + a I, b = (1 - a) / (n - 1) and r_i = z_i'G^-1 z_i,

        log-likelihood of z_i  =  -(log det G + log(1 - b r_i) + r_i / (1 - b r_i)) / 2 + constant.

    One eigendecomposition serves all a. The share of least squared error (Ledoit, Wolf 2004) is far too
    large for near copies: it draws a correlation of 1 - 1e-4 to 0.9, and the draws no longer resemble the
    features. Source: Theiler, "The incredible shrinking covariance estimator", SPIE 8391 (2012).
    """
    n, p = Z.shape
    if n < 3:
        return np.eye(p)
    values, vectors = eigh(Z.T @ Z / n)
    values, squares = np.maximum(values, 0.0), (Z @ vectors) ** 2

    def unlikelihood(exponent: float) -> float:
        share = 10.0**exponent
        inner = (1 - share) * n / (n - 1) * values + share
        r = squares @ (1 / inner)
        left = 1 - (1 - share) / (n - 1) * r
        return float(np.log(inner).sum() + (np.log(left) + r / left).mean()) if (left > 0).all() else np.inf

    exponents = np.arange(LEAST_SHARE, 0.1, 0.25)
    around = exponents[int(np.argmin([unlikelihood(exponent) for exponent in exponents]))]
    bounds = (max(around - 0.25, LEAST_SHARE), min(around + 0.25, 0.0))
    share = 10.0 ** minimize_scalar(unlikelihood, bounds=bounds, method="bounded").x
    return np.asarray((vectors * ((1 - share) * values + share)) @ vectors.T)
