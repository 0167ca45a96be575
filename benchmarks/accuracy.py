"""One measure of accuracy for every solver: the worst relative duality gap along the path.

Computed in float64 from the coefficients that a solver returned, by formulas of its own
(not by normball's certificates). With theta = -grad f(X w) and s = min(1, alpha / R°(X'theta)),

    gap = f(X w) + alpha R(w) + f*(-s theta)  >=  excess of the objective over its least value,

relative to f(0) - inf f. Where f can reach 0, as all losses here but Poisson, that is f(0).
Shrinking theta keeps it in the domain of f*, which is convex and has 0 in it. The elastic
net's conjugate (alpha R)*(z) = |S(z, alpha r)|^2 / (2 alpha (1 - r)), with S the
soft-threshold, is finite for any z and is added; the better is taken of s = 1 and of the s of
the lasso that the elastic net is on augmented data, alpha r / |X'theta - alpha (1 - r) w|_inf.
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


def regulariser(case: Case, W: np.ndarray) -> np.ndarray:
    """R of each row of W (k, p)."""
    if case.group_size:
        squares = (W.reshape(len(W), -1, case.group_size) ** 2).sum(axis=2)
        return np.sqrt(case.group_size) * np.sqrt(squares).sum(axis=1)
    r = case.l1_ratio
    return r * np.abs(W).sum(axis=1) + (1 - r) * (W**2).sum(axis=1) / 2


def dual_values(case: Case, theta: np.ndarray, W: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """The best lower bound on the optimum that theta (n, k) gives at each alpha, (k,)."""
    n, y = len(case.y), case.y[:, None]

    def data_part(scaling: np.ndarray) -> np.ndarray:
        return -conjugates(case.loss, -scaling * theta * n, y).mean(axis=0)

    with np.errstate(divide="ignore"):  # a perfect fit pulls at nothing
        if case.l1_ratio == 1:
            return data_part(np.minimum(1.0, alphas / case.pulls(theta)))
        price, curvature = alphas * case.l1_ratio, alphas * (1 - case.l1_ratio)
        Z = np.asarray(case.X.T @ theta)
        scaling = np.minimum(1.0, price / np.abs(Z - curvature * W.T).max(axis=0))
    bounds = [
        data_part(s) - (np.maximum(np.abs(s * Z) - price, 0.0) ** 2).sum(axis=0) / (2 * curvature)
        for s in (scaling, np.ones(len(alphas)))
    ]
    return np.maximum(*bounds)


def relative_gaps(case: Case, coefs: np.ndarray | sparse.csr_array) -> np.ndarray:
    """Relative gap at every alpha, (k,), for coefs (k, p); ten alphas at a time, to stay small."""
    k, n = len(case.alphas), len(case.y)
    if coefs.shape != (k, case.X.shape[1]):
        raise ValueError(f"coefs has shape {coefs.shape} but ({k}, {case.X.shape[1]}) was asked for.")
    at_zero = values(case.loss, np.zeros(n), case.y).mean()
    scale = at_zero + conjugates(case.loss, np.zeros(n), case.y).mean()
    gaps = np.empty(k)
    for start in range(0, k, 10):
        part = slice(start, start + 10)
        W = coefs[part]
        W = np.asarray(W.toarray() if sparse.issparse(W) else W, dtype=np.float64)
        alphas, y = case.alphas[part], case.y[:, None]
        eta = np.asarray(case.X @ W.T)
        theta = -gradients(case.loss, eta, y) / n
        primal = values(case.loss, eta, y).mean(axis=0) + alphas * regulariser(case, W)
        gaps[part] = (primal - dual_values(case, theta, W, alphas)) / scale
    return gaps


def worst_gap(case: Case, coefs: np.ndarray | sparse.csr_array) -> float:
    """Largest relative gap over the path; inf where coefficients or objective are not numbers."""
    gaps = relative_gaps(case, coefs)
    return float(gaps.max()) if np.isfinite(gaps).all() else np.inf
