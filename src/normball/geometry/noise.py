"""With noise: how well a sparse signal can be estimated, and the alpha that does it.

Columns with mean square 1 and noise of deviation sigma: the pull X_j' noise / n of the
noise on a coefficient is normal with deviation sigma / sqrt(n). A price alpha above the
largest of p such pulls keeps all noise out:

    universal    alpha = sigma sqrt(2 log p / n)                           (p large)
    exact        alpha = sigma / sqrt(n) Phi^-1((1 + q^(1/p)) / 2)         odds q at this p

The exact quantile is the finite-sample correction: P(all p pulls <= alpha) = q. It assumes
independent columns; with dependent ones the odds are at least q (Sidak 1967). Where the
noise is estimated from n - 1 or so rows, Student's t replaces the normal.

The universal price is too high where errors are squared and summed. Soft thresholding at
tau sigma of a signal with s of p non-zeros has, at the worst signal, the risk per sigma^2

    s (1 + tau^2) + (p - s) E (|Z| - tau)_+^2,

and its minimum over tau, the minimax risk, is the statistical dimension of L1: the price
that estimates best under noise is the one that measures the cone without noise.

Sources: Donoho, Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 81
(1994); Donoho, Johnstone, Montanari, "Accurate prediction of phase transitions in
compressed sensing via a connection to minimax denoising", IEEE Trans. IT 59 (2013);
Sidak, "Rectangular confidence regions", JASA 62 (1967).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from ..parameters import read_count, read_positive, read_probability
from .dimension import mean_risk, minimax_threshold


@dataclass(frozen=True)
class MinimaxRisk:
    """The best threshold for the worst signal of s non-zeros among p.

    Attributes
    ----------
    threshold : float, tau, in deviations of the noise.
    risk : float, expected sum of squared errors over the noise variance; p without a threshold.
    """

    threshold: float
    risk: float


def minimax_risk(p: int, sparsity: int) -> MinimaxRisk:
    """Minimax risk of soft thresholding, and the threshold that attains it; see the module."""
    return MinimaxRisk(*minimax_threshold(p, sparsity))


def threshold_risk(p: int, sparsity: int, threshold: float) -> float:
    """Risk of soft thresholding at `threshold` (in deviations of the noise) for the worst signal.

    Parameters
    ----------
    p, sparsity : int
        Features, and those of them that are not zero.
    threshold : float >= 0

    Returns
    -------
    float
        Expected sum of squared errors over the noise variance; p at threshold 0.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    if not 0 <= threshold < np.inf:
        raise ValueError(f"threshold must be a number >= 0, got {threshold!r}.")
    return mean_risk(p, sparsity, float(threshold))


def universal_alpha(
    n_samples: int,
    n_features: int,
    noise: float = 1.0,
    probability: float | None = None,
    estimated: bool = False,
) -> float:
    """The alpha above which pure noise lets nothing in, for columns of mean square 1.

    Parameters
    ----------
    n_samples, n_features : n and p.
    noise : float > 0, default 1
        Standard deviation of the noise.
    probability : float, optional
        Odds that no feature enters by noise. Default: the universal threshold
        sqrt(2 log p), whose odds tend to 1 slowly; with a number: the exact quantile.
    estimated : bool, default False
        The noise was estimated from the n rows: Student's t with n - 1 degrees of freedom.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    n, p = read_count(n_samples, "n_samples", 2), read_count(n_features, "n_features")
    scale = read_positive(noise, "noise") / np.sqrt(n)
    if probability is None:
        return float(scale * np.sqrt(2 * np.log(p)))
    probability = read_probability(probability, "probability")
    # 1 - tail keeps no digits for large p, so the quantile is that of the tail
    tail = -np.expm1(np.log(probability) / p) / 2
    return float(scale * (-stdtrit(n - 1, tail) if estimated else -ndtri(tail)))


def minimax_alpha(n_samples: int, n_features: int, sparsity: int, noise: float = 1.0) -> float:
    """The alpha of least worst-case squared error for s non-zeros, for columns of mean square 1.

    Raises
    ------
    ValueError
        If a number is out of range, or sparsity is 0 (no finite alpha is best).
    """
    n = read_count(n_samples, "n_samples", 2)
    tau, _ = minimax_threshold(n_features, read_count(sparsity, "sparsity"))
    return float(read_positive(noise, "noise") * tau / np.sqrt(n))
