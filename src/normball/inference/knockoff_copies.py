"""Knockoff copies: features X~ that look like X, pair by pair, but know nothing of y.

Swapping any x_j with x~_j must leave the Gram matrix (fixed X) or the distribution (model
X) of all 2p columns as it is. Both reduce to a vector s with 2 Sigma - diag(s) >= 0, where
Sigma is the correlation matrix; x_j and x~_j have the correlation 1 - s_j, so the larger s_j,
the less they resemble each other and the more power. Two ways to find s are offered:

- "equicorrelated": s_j = min(1, 2 lambda_min(Sigma)) for all;
- "semidefinite": near the s of greatest sum, by Newton's method on it with a log-det barrier: with
  M = (2 Sigma - diag(s))^-1 the Hessian of log det is -M o M, so that a step is an inverse and a
  Cholesky factor and their number does not grow with p (Askari, Rebjock, d'Aspremont, El Ghaoui,
  "FANOK", SIAM J. Math. Data Sci. 3, 2021, take one s_j at a time, p of which cost as much as ten
  such steps). The greatest sum may give one of two correlated features all and the other nothing, which
  is then never chosen; so no s_j falls below a quarter of its value in the even solution, the maximum
  of log det(2 Sigma - diag(s)) + sum_j log s_j (maximum entropy; Gimenez, Zou 2019).

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

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve, eigh, eigvalsh, lapack, svd
from scipy.optimize import minimize_scalar

from ..designs import moments_of
from ..typing import Floats, Mask

LEAST_DISTANCE = 1e-5
"""Least s_j that a copy needs: the correlation with its feature is at most 0.99999."""

LEAST_SHARE = -10.0
"""Power of ten of the least share by which an estimated correlation is drawn to I."""

LEAST_SHARE_OF_EVEN = 0.25
_BARRIERS = (1e-1, 1e-2, 1e-3)
"""Weights of the barrier, from far inside to the edge: the sum is that far from the greatest, a feature."""

_DECREMENT = 0.1
"""Newton's decrement squared, in units of the barrier, at which a weight is done with."""

_MOST_STEPS = 100
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
    if method == "equicorrelated":
        least = float(eigvalsh(correlation, subset_by_index=[0, 0])[0])
        s = np.full(len(correlation), min(1.0, 2 * max(least, 0.0)))
    else:
        s = _greatest_sum(correlation)
    s[s < LEAST_DISTANCE] = 0.0
    # rounding is undone by one eigenvalue: s is scaled until the covariance of the copies is definite
    if _factor(2 * (1 - 1e-10) * correlation, s) is None:
        root = np.sqrt(s)
        largest = float(eigh(root[:, None] * (0.5 * _inverse(correlation)) * root, eigvals_only=True)[-1])
        s *= min(1.0, (1 - 1e-10) / largest) if largest > 0 else 1.0
    return s


def _inverse(correlation: Floats) -> Floats:
    """Inverse (p, p), that of dependent features cut off at the ridge."""
    factor = _factor(correlation, np.full(len(correlation), -_RIDGE))
    if factor is not None:
        return _symmetric_inverse(factor)
    values, vectors = eigh(correlation)
    return np.asarray((vectors / (np.maximum(values, 0.0) + _RIDGE)) @ vectors.T)


def _greatest_sum(correlation: Floats) -> Floats:
    """Near the s of greatest sum in which no s_j is below `LEAST_SHARE_OF_EVEN` of the even solution."""
    twice = 2 * correlation
    twice[np.diag_indices_from(twice)] += 2 * _RIDGE
    floor = np.zeros(len(twice))
    inside = np.full(len(twice), 0.5)
    while _factor(twice, inside) is None and inside[0] > 1e-3 * _RIDGE:
        inside *= 0.25
    even = _Barrier(twice, floor, np.inf, 0.0).maximise(inside, 1.0)
    s = 0.95 * np.minimum(even, 1.0)
    barrier = _Barrier(twice, LEAST_SHARE_OF_EVEN * np.minimum(even, 1.0), 1.0, 1.0)
    for weight in _BARRIERS:
        s = barrier.maximise(s, weight)
    return s


@dataclass(frozen=True, eq=False)
class _Barrier:
    """worth * sum(s) + weight * (log det(twice - diag(s)) + sum log(s - floor) + sum log(ceiling - s))."""

    twice: Floats
    floor: Floats
    ceiling: float
    worth: float

    def maximise(self, s: Floats, weight: float) -> Floats:
        """Near the s of the greatest value, from one inside, by Newton's method."""
        factor = _factor(self.twice, s)
        for _ in range(_MOST_STEPS):
            if factor is None:  # not inside by more than rounding
                break
            before = self._value(s, factor, weight)
            inverse = _symmetric_inverse(factor)
            up, down = 1 / (s - self.floor), 1 / (self.ceiling - s)
            slope = self.worth / weight - np.diagonal(inverse) + up - down
            inverse *= inverse
            inverse[np.diag_indices_from(inverse)] += up**2 + down**2
            step = cho_solve(cho_factor(inverse, overwrite_a=True, check_finite=False), slope)
            decrement = float(step @ slope)
            found = self._longest(s, step, weight, decrement, before)
            if found is None:
                break
            s, factor = found
            if decrement <= _DECREMENT:
                break
        return s

    def _longest(
        self, s: Floats, step: Floats, weight: float, decrement: float, before: float
    ) -> tuple[Floats, Floats] | None:
        """The end of the longest share of a step that pays, and its factor."""
        share = 1.0
        while share > 1e-8:
            moved = s + share * step
            factor = _factor(self.twice, moved) if self._is_inside(moved) else None
            if factor is not None:
                gained = self._value(moved, factor, weight) - before
                if gained >= 0.1 * share * decrement:
                    return moved, factor
            share *= 0.5
        return None

    def _is_inside(self, s: Floats) -> bool:
        return bool((s > self.floor).all() and (s < self.ceiling).all())

    def _value(self, s: Floats, factor: Floats, weight: float) -> float:
        """In units of the weight."""
        rooms = np.log(s - self.floor).sum()
        if self.ceiling < np.inf:
            rooms += np.log(self.ceiling - s).sum()
        return float(self.worth / weight * s.sum() + 2 * np.log(np.diagonal(factor)).sum() + rooms)


def _factor(twice: Floats, s: Floats) -> Floats | None:
    """Lower Cholesky factor of twice - diag(s), None if it is not definite."""
    shifted = np.array(twice, order="F")
    shifted[np.diag_indices_from(shifted)] -= s
    factor, failed = lapack.dpotrf(shifted, lower=1, clean=1, overwrite_a=1)
    return None if failed else factor


def _symmetric_inverse(factor: Floats) -> Floats:
    """The inverse of L L', in the memory of L."""
    lower = lapack.dpotri(factor, lower=1, overwrite_c=1)[0]
    inverse = lower + lower.T
    inverse[np.diag_indices_from(inverse)] *= 0.5
    return np.asarray(inverse)


def _copies(X: Floats, correlation: Floats, method: str, is_fixed: bool) -> Copies:
    s, inverse = distances(correlation, method), _inverse(correlation)
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

    Without row i the mean moves too: the rest has the scatter n S - n/(n-1) z_i z_i' and z_i the distance
    n/(n-1) z_i from its mean. With G = (1 - a) n S / (n - 1) + a I, b = (1 - a) n / (n - 1)^2 and
    r_i = z_i'G^-1 z_i,

        log-likelihood of z_i = constant - (log det G + log(1 - b r_i) + (n/(n-1))^2 r_i / (1 - b r_i)) / 2.

    One singular value decomposition serves all a. The share of least squared error (Ledoit, Wolf
    2004) is far too large for near copies: it draws a correlation of 1 - 1e-4 to 0.9, and the draws no
    longer resemble the features. Source: Theiler, "The incredible shrinking covariance estimator", SPIE
    8391 (2012).
    """
    n, p = Z.shape
    if n < 3:
        return np.eye(p)
    left, roots, right = svd(Z / np.sqrt(n), full_matrices=False)
    values, squares, n_null = roots**2, n * (left * roots) ** 2, max(p - n, 0)

    def unlikelihood(exponent: float) -> float:
        share = 10.0**exponent
        inner = (1 - share) * n / (n - 1) * values + share
        r = squares @ (1 / inner)
        rest = 1 - (1 - share) * n / (n - 1) ** 2 * r
        if not (rest > 0).all():
            return np.inf
        volume = float(np.log(inner).sum()) + n_null * np.log(share)
        return volume + float((np.log(rest) + (n / (n - 1)) ** 2 * r / rest).mean())

    exponents = np.arange(LEAST_SHARE, 0.1, 0.25)
    around = exponents[int(np.argmin([unlikelihood(exponent) for exponent in exponents]))]
    bounds = (max(around - 0.25, LEAST_SHARE), min(around + 0.25, 0.0))
    share = 10.0 ** minimize_scalar(unlikelihood, bounds=bounds, method="bounded").x
    shrunk = (right.T * ((1 - share) * values)) @ right
    shrunk[np.diag_indices_from(shrunk)] += share
    return np.asarray(shrunk)
