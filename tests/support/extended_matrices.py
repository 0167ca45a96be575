"""Gaps of coefficient matrices in extended precision: several classes, several responses, completion.

Each is a sum of two Fenchel-Young terms, as in `extended_certificate.py`. With P the probabilities
of the classes, Y the classes as 0 and 1 and Q = Y + G / v for a dual point Theta = -G,

    several classes     sum_i v_i KL(Q_i, P_i)          + sum_jk (alpha R + (alpha R)* - Z W)_jk
    several responses   sum_i v_i |E_i + Theta_i / v_i|^2 / 2   + alpha |W|_* - <Z, W>,   |Z|_2 <= alpha
    completion          |E + Theta|^2 / 2 on what is observed   + mu |L|_* - <Theta, L>,  |Theta|_2 <= mu

where E is the residual's negative and Z = X' Theta. A largest singular value is bounded from above
by Gershgorin's circles around a matrix that float64 has made nearly diagonal.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from extended_losses import Array, Real, extended, relative_entropy
from extended_norms import ExtendedNorm, minimise
from normball.norms import Norm

EPS = float(np.finfo(np.float64).eps)


def spectral_norm(Z: Array) -> Real:
    """An upper bound of the largest singular value, off by a rounding of float64 at most."""
    if min(Z.shape) == 0 or not Z.any():
        return Real(0)
    Z = Z if Z.shape[0] >= Z.shape[1] else Z.T
    turn = extended(np.linalg.svd(Z.astype(np.float64), full_matrices=False)[2].T)
    # an orthogonal matrix up to rounding, which is divided out again
    inflated = np.abs(turn.T @ turn - np.eye(len(turn))).sum(axis=1).max()
    square = (Z @ turn).T @ (Z @ turn)
    return np.sqrt(np.abs(square).sum(axis=1).max() / (1 - inflated))


def nuclear_norm(W: Array) -> Real:
    """Sum of singular values, by float64 where it is not squared: its error is a few units of rounding."""
    return Real(np.linalg.svd(W.astype(np.float64), compute_uv=False).sum())


def classes_gap(
    X: Any, codes: Any, weight: Any, norm: Norm, fit_intercept: bool, alpha: float, W: Any, b: Any
) -> tuple[float, float]:
    """Relative gap of several classes' weights W (p, K) and b (K,), and what float64 leaves open."""
    X, W, b, share = extended(X), extended(W), extended(b), extended(weight)
    share = share / share.sum()
    eta = X @ W + b
    Y = extended(np.arange(W.shape[1]) == np.asarray(codes)[:, None])
    top = eta.max(axis=1, keepdims=True)
    P = np.exp(eta - top)
    P /= P.sum(axis=1, keepdims=True)
    theta = share[:, None] * (Y - P)
    if fit_intercept:  # sums of zero, in proportion to the probabilities
        masses = share[:, None] * P
        theta = theta - masses * (theta.sum(axis=0) / masses.sum(axis=0))
    R = [ExtendedNorm(norm, len(W)) for _ in range(W.shape[1])]
    Z = X.T @ theta
    mu = Real(alpha)

    def lost_at(s: Real) -> Real:
        Q = np.maximum(Y - s * theta / share[:, None], 0)
        brackets = [each.bracket(w, z, mu) for each, w, z in zip(R, W.T, s * Z.T, strict=True)]
        return share @ relative_entropy(Q, P).sum(axis=1) + sum(brackets)

    if R[0].is_norm:
        gauge = max(each.gauge(z) for each, z in zip(R, Z.T, strict=True))
        lost = lost_at(min(Real(1), mu / gauge) if gauge > 0 else Real(1))
    else:
        shrunk = minimise(lambda x: lost_at(np.exp(min(x, Real(0)))), Real(0))
        lost = min(lost_at(Real(1)), lost_at(np.exp(min(shrunk, Real(0)))))
    base = share @ Y
    scale = -(base @ np.log(base)) if fit_intercept else np.log(Real(W.shape[1]))
    move = 16 * EPS * (np.abs(X) @ np.abs(W) + np.abs(b))
    in_z = np.abs(X).T @ (share[:, None] * P * move + 16 * EPS * np.abs(theta) + EPS * share[:, None] * P)
    value = sum(each.value(w) for each, w in zip(R, W.T, strict=True))
    if R[0].is_norm:
        open_ = value * max(each.gauge(z) for each, z in zip(R, in_z.T, strict=True))
    else:
        open_ = (np.abs(W) * in_z).sum()
    allowed = (share[:, None] * P * move**2).sum() + open_ + 16 * EPS * mu * value
    return float(lost / scale), float(allowed / scale) + EPS


def responses_gap(
    X: Any, Y: Any, weight: Any, fit_intercept: bool, form: str, level: float, W: Any, b: Any
) -> tuple[float, float]:
    """Relative gap of a nuclear norm's W (p, q) and b (q,), and what float64 leaves open."""
    X, Y, W, b, share = extended(X), extended(Y), extended(W), extended(b), extended(weight)
    share = share / share.sum()
    residual = Y - X @ W - b
    theta = share[:, None] * residual
    if fit_intercept:
        theta = theta - share[:, None] * theta.sum(axis=0)
    centre = share @ Y if fit_intercept else 0
    null = (share[:, None] * (Y - centre) ** 2).sum() / 2
    Z = X.T @ theta
    gauge, value = spectral_norm(Z), nuclear_norm(W)
    excess = (share[:, None] * residual**2).sum() / 2 - Real(level)
    s = Real(1)
    if form == "penalty" and gauge > 0:  # the best multiple of theta within the bound
        s = min(1 + (Z * W).sum() / (theta * residual).sum(), Real(level) / gauge)
    lost = (share[:, None] * (residual - s * theta / share[:, None]) ** 2).sum() / 2
    matched = s * (Z * W).sum()
    if form == "penalty":
        gap, scale = lost + Real(level) * value - matched, null
    elif form == "budget":
        gap = max(lost + Real(level) * gauge - matched, gauge * (value - Real(level)))
        scale = null
    else:  # what is broken of the constraint counts like a gap
        gap, scale = max(value - (matched - lost + excess) / gauge, excess / gauge), value
    move = 16 * EPS * (np.abs(X) @ np.abs(W) + np.abs(b) + np.abs(Y))
    in_z = np.abs(X).T @ (share[:, None] * move + 16 * EPS * np.abs(theta))
    unit = 1 / gauge if form == "target" else Real(1)
    allowed = (share[:, None] * move**2).sum() + value * (np.sqrt((in_z**2).sum()) + 16 * EPS * gauge)
    return float(max(gap, Real(0)) / scale), float(unit * allowed / scale) + EPS


def completion_gap(X: Any, L: Any, price: float) -> tuple[float, float]:
    """Gap of a completion L (m, n) of X, NaN where missing, relative to the value; and what is open."""
    seen = ~np.isnan(X)
    data, fitted, mu = extended(np.where(seen, X, 0)), extended(L), Real(price)
    theta = np.where(seen, data - fitted, 0)
    gauge, value = spectral_norm(theta), nuclear_norm(fitted)
    s = min(1 + (theta * fitted).sum() / (theta**2).sum(), mu / gauge) if gauge > 0 else Real(1)
    gap = ((1 - s) * theta**2 * (1 - s)).sum() / 2 + mu * value - s * (theta * fitted).sum()
    total = (theta**2).sum() / 2 + mu * value
    open_ = 16 * EPS * value * (mu + np.sqrt((data**2).sum() + (fitted**2).sum()))
    return float(max(gap, Real(0)) / total), float(open_ / total) + EPS
