"""Knockoff copies: features X~ that look like X, pair by pair, but know nothing of y.

Swapping any x_j with x~_j must leave the Gram matrix (fixed X) or the distribution (model
X) of all 2p columns as it is. Both reduce to a vector s with 2 Sigma - diag(s) >= 0, where
Sigma is the correlation matrix; the larger s_j, the less x~_j resembles x_j and the more
power. Two ways to find s are offered:

- "equicorrelated": s_j = min(1, 2 lambda_min(Sigma)) for all;
- "coordinate": near the s of greatest sum (a semidefinite program), by coordinate ascent with a
  log-det barrier: with M = (2 Sigma - diag(s))^-1, s_j may grow by 1 / M_jj, and M follows
  by a rank-one update, so a sweep costs O(p^3) and needs no solver of such programs
  (Askari, Rebjock, d'Aspremont, El Ghaoui, "FANOK", SIAM J. Math. Data Sci. 3, 2021).

Fixed X (Barber, Candes, Annals of Statistics 43, 2015), columns of length 1:
X~ = X (I - Sigma^-1 D) + U C with D = diag(s), C'C = 2 D - D Sigma^-1 D and U orthonormal,
orthogonal to X. Model X, Gaussian (Candes, Fan, Janson, Lv, JRSS B 80, 2018):
x~ given x is normal(x - D Sigma^-1 (x - mean), 2 D - D Sigma^-1 D).
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_factor, cho_solve, eigh, qr

from ..designs import moments_of
from ..typing import Floats

_BARRIERS = 0.5 ** np.arange(1, 16)
"""Weights of the barrier, from far inside to the edge."""
_SWEEPS = 20
_SINGULAR = 1e-9
"""Smallest eigenvalue of a correlation matrix that counts as invertible."""


def distances(correlation: Floats, method: str) -> Floats:
    """s (p,) with 2 Sigma - diag(s) >= 0 and 0 <= s <= 1 for a correlation matrix (p, p)."""
    least = float(eigh(correlation, eigvals_only=True, subset_by_index=[0, 0])[0])
    if least <= _SINGULAR:
        raise ValueError(
            f"the features are linearly dependent (least eigenvalue of their correlation {least:.1e}), so "
            "that knockoffs cannot differ from them; drop copies."
        )
    equal = np.full(len(correlation), min(1.0, 2 * least))
    if method == "equicorrelated":
        return equal * (1 - 1e-10)  # the covariance of the copies must not be indefinite by rounding
    return _coordinate_ascent(correlation)


def _coordinate_ascent(correlation: Floats) -> Floats:
    s, identity = np.zeros(len(correlation)), np.eye(len(correlation))
    for barrier in _BARRIERS:
        inverse = np.linalg.solve(2 * correlation - np.diag(s), identity)
        for _ in range(_SWEEPS):
            before = float(s.sum())
            for j in range(len(s)):
                # the sum plus barrier * log det is greatest where the room left to s_j is the barrier
                room = 1 / inverse[j, j]
                step = min(max(s[j] + room - barrier, 0.0), 1.0) - s[j]
                column = inverse[:, j].copy()
                inverse += np.outer(column, column * (step / (1 - step / room)))
                s[j] += step
            if abs(s.sum() - before) <= 0.05 * len(s) * barrier:
                break
    # rounding of the updates is undone by one eigenvalue: s is scaled until the matrix is definite
    root = np.sqrt(s)
    largest = float(eigh(root[:, None] * np.linalg.inv(2 * correlation) * root, eigvals_only=True)[-1])
    return np.asarray(s * min(1.0, (1 - 1e-10) / largest)) if largest > 0 else s


def _spread(correlation: Floats, s: Floats) -> tuple[Floats, Floats]:
    """Sigma^-1 D (p, p) and C (p, p) with C'C = 2 D - D Sigma^-1 D."""
    toward = cho_solve(cho_factor(correlation), np.diag(s))
    values, vectors = eigh(2 * np.diag(s) - s[:, None] * toward)
    return np.asarray(toward), np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T


def fixed_copies(X: Floats, method: str, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """X centred with columns of length 1, and its copies, both (n, p); n >= 2 p + 1.

    Raises
    ------
    ValueError
        Too few rows, constant or dependent columns.
    """
    n, p = X.shape
    if n < 2 * p + 1:
        raise ValueError(
            f"fixed-X knockoffs need at least 2 p + 1 = {2 * p + 1} rows, got {n}; use model='gaussian'."
        )
    X = _standardised(X) / np.sqrt(n)
    correlation = X.T @ X
    toward, spread = _spread(correlation, distances(correlation, method))
    basis = qr(np.column_stack([np.ones(n), X, rng.standard_normal((n, p))]), mode="economic")[0]
    return X, X - X @ toward + basis[:, p + 1 :] @ spread


def gaussian_copies(
    X: Floats, method: str, rng: np.random.Generator, covariance: Floats | None
) -> tuple[Floats, Floats]:
    """X with columns of mean 0 and deviation 1, and Gaussian copies, both (n, p).

    Without `covariance` (p, p) that of X is estimated, shrunk by Ledoit and Wolf's rule.

    Raises
    ------
    ValueError
        Constant or dependent columns.
    """
    scaled = _standardised(X)
    if covariance is None:
        correlation = _shrunk(scaled)
    else:
        deviation = np.sqrt(np.diag(covariance))
        scaled = (X - X.mean(axis=0)) / deviation
        correlation = covariance / np.outer(deviation, deviation)
    toward, spread = _spread(correlation, distances(correlation, method))
    return scaled, scaled - scaled @ toward + rng.standard_normal(X.shape) @ spread


def _standardised(X: Floats) -> Floats:
    means, deviations = moments_of(X)
    if not deviations.all():
        raise ValueError(
            f"X is constant in column {int(deviations.argmin())}, which has no knockoff; drop the column."
        )
    return np.asarray((X - means) / deviations)


def _shrunk(Z: Floats) -> Floats:
    """Correlation of standardised Z (n, p), drawn towards I by Ledoit and Wolf's share.

    The share is that of least expected squared error, min(b^2, d^2) / d^2 with d^2 = |S - I|^2
    and b^2 = sum_i |z_i z_i' - S|^2 / n^2 (Journal of Multivariate Analysis 88, 2004).
    """
    n, p = Z.shape
    sample = Z.T @ Z / n
    apart = float(((sample - np.eye(p)) ** 2).sum())
    scatter = max((float(((Z**2).sum(axis=1) ** 2).sum()) / n - float((sample**2).sum())) / n, 0.0)
    share = min(scatter, apart) / apart if apart > 0 else 1.0
    return np.asarray((1 - share) * sample + share * np.eye(p))
