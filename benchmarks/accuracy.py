"""One measure of accuracy for every solver: the worst relative duality gap along the path.

Computed in float64 from the coefficients that a solver returned, by formulas of its own
(not by normball's certificates). With theta = -grad f(X w) and s = min(1, alpha / R°(X'theta)),

    gap = f(X w) + alpha R(w) + f*(-s theta),    relative to f(0).
"""

from __future__ import annotations

import numpy as np
from cases import Case
from scipy import sparse
from scipy.special import xlogy


def values(loss: str, eta: np.ndarray, y: np.ndarray) -> np.ndarray:
    match loss:
        case "squared_error":
            return 0.5 * (y - eta) ** 2
        case "logistic":
            return np.logaddexp(0.0, -(2 * y - 1) * eta)
        case "huber":
            size = np.abs(y - eta)
            return np.where(size <= 1, 0.5 * size**2, size - 0.5)
        case _:
            return np.exp(eta) - y * eta


def gradients(loss: str, eta: np.ndarray, y: np.ndarray) -> np.ndarray:
    match loss:
        case "squared_error":
            return eta - y
        case "logistic":
            return 0.5 * (1 + np.tanh(0.5 * eta)) - y
        case "huber":
            return np.clip(eta - y, -1, 1)
        case _:
            return np.exp(eta) - y


def conjugates(loss: str, u: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Of one sample's loss, at u in its domain."""
    match loss:
        case "squared_error" | "huber":
            return 0.5 * u**2 + u * y
        case "logistic":
            share = np.clip(u + y, 0.0, 1.0)
            return xlogy(share, share) + xlogy(1 - share, 1 - share)
        case _:
            rate = np.maximum(u + y, 0.0)
            return xlogy(rate, rate) - rate


def norm_of(case: Case, W: np.ndarray) -> np.ndarray:
    """R of each row."""
    if not case.group_size:
        return np.abs(W).sum(axis=1)
    return np.sqrt(case.group_size) * np.sqrt((W.reshape(len(W), -1, case.group_size) ** 2).sum(axis=2)).sum(
        axis=1
    )


def worst_gap(case: Case, coefs: np.ndarray | sparse.csr_array) -> float:
    """Largest relative gap over the path, for coefs (k, p)."""
    n, y = len(case.y), case.y[:, None]
    at_zero = float(values(case.loss, np.zeros(n), case.y).mean())
    floor = float(-conjugates(case.loss, np.zeros(n), case.y).mean())
    worst = 0.0
    for start in range(0, len(case.alphas), 10):
        part = slice(start, start + 10)
        W = coefs[part]
        W = np.asarray(W.toarray() if sparse.issparse(W) else W, dtype=np.float64)
        alphas = case.alphas[part]
        eta = np.asarray(case.X @ W.T)
        theta = -gradients(case.loss, eta, y) / n
        scaling = np.minimum(1.0, alphas / case.pulls(theta))
        primal = values(case.loss, eta, y).mean(axis=0) + alphas * norm_of(case, W)
        dual = -conjugates(case.loss, -scaling * theta * n, y).mean(axis=0)
        worst = max(worst, float(((primal - dual) / (at_zero - floor)).max()))
    return worst
