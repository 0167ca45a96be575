"""What rows share: generated data, objectives by formulas of their own, and how libraries are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from contest import Contender
from scipy import sparse
from scipy.special import logsumexp

OWN = (1e-8, 1e-12)
"""normball's ladder: its tolerance is a proved gap, so that the first step is accurate enough."""


@dataclass(frozen=True)
class Fit:
    """Minimise mean loss + alpha (r |w|_1 + (1 - r) |w|^2 / 2) at each alpha."""

    X: Any
    y: np.ndarray
    loss: str
    alphas: np.ndarray
    l1_ratio: float = 0.0
    fit_intercept: bool = True
    rest: dict[str, Any] = field(default_factory=dict)

    @property
    def alpha(self) -> float:
        return float(self.alphas[-1])

    @property
    def inverse_strength(self) -> float:
        """scikit-learn's inverse strength of a sum over samples."""
        return 1 / (len(self.y) * self.alpha)


@dataclass(frozen=True)
class Weights:
    """coefs (k, p) and intercepts (k,) at the alphas of a row."""

    coefs: Any
    intercepts: np.ndarray


def one(coef: Any, intercept: Any = 0.0) -> Weights:
    return Weights(np.atleast_2d(np.asarray(coef)), np.atleast_1d(np.asarray(intercept, dtype=float)))


def mean_loss(loss: str, eta: np.ndarray, y: np.ndarray) -> float:
    """f, the mean over samples; the log-link losses are halves of deviances."""
    match loss:
        case "squared_error":
            return float(0.5 * np.mean((y - eta) ** 2))
        case "logistic":
            return float(np.mean(np.logaddexp(0.0, -(2 * y - 1) * eta)))
        case "poisson":
            return float(np.mean(np.exp(eta) - y * eta))
        case "gamma":
            return float(np.mean(y * np.exp(-eta) + eta))
        case "tweedie":  # power 1.5: half the deviance up to terms of y
            return float(np.mean(2 * y * np.exp(-eta / 2) + 2 * np.exp(eta / 2)))
        case "quantile":
            return float(np.mean(np.maximum(0.5 * (y - eta), 0.5 * (eta - y))))
        case _:
            raise ValueError(loss)


def penalty(data: Fit, w: np.ndarray) -> float:
    return float(data.l1_ratio * np.abs(w).sum() + (1 - data.l1_ratio) * (w**2).sum() / 2)


def objective(data: Fit, found: Weights) -> tuple[np.ndarray, float]:
    values = []
    for k, alpha in enumerate(data.alphas):
        row = found.coefs[[k]]
        w = np.ravel(row.toarray() if sparse.issparse(row) else row)
        eta = data.X @ w + found.intercepts[k]
        values.append(mean_loss(data.loss, eta, data.y) + alpha * penalty(data, w))
    return np.array(values), 0.0


def null_scale(data: Fit) -> float:
    """Spread of the loss between the best constant and a perfect fit, near enough."""
    y = data.y
    best = {"squared_error": y.mean(), "quantile": np.median(y)}.get(data.loss)
    if data.loss == "logistic":
        best = np.log(y.mean() / (1 - y.mean()))
    if best is None:
        best = np.log(y.mean())
    value = mean_loss(data.loss, np.full(len(y), best), y)
    if data.loss in ("poisson", "gamma", "tweedie"):
        with np.errstate(divide="ignore"):
            perfect = np.log(np.maximum(y, 1e-300))
        value -= mean_loss(data.loss, np.where(y > 0, perfect, -700.0), y)
    return float(value)


def multinomial(data: Fit, found: Weights) -> tuple[np.ndarray, float]:
    """coefs (K, p), intercepts (K,); the softmax loss and the squared L2 norm."""
    eta = data.X @ found.coefs.T + found.intercepts
    value = np.mean(logsumexp(eta, axis=1) - eta[np.arange(len(eta)), data.y.astype(int)])
    return np.array([value + data.alpha * penalty(data, np.asarray(found.coefs))]), 0.0


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def columns(n: int, p: int, rho: float, seed: int = 0) -> np.ndarray:
    """Columns with correlation rho^|i - j| and unit variance, Fortran order."""
    noise = np.asfortranarray(rng(seed).standard_normal((n, p)))
    for j in range(1, p):
        noise[:, j] *= np.sqrt(1 - rho**2)
        noise[:, j] += rho * noise[:, j - 1]
    return noise


def signal(X: Any, k: int, seed: int = 1) -> np.ndarray:
    """A predictor (n,) of unit variance from k features."""
    draw = rng(seed)
    w = np.zeros(X.shape[1])
    w[draw.choice(X.shape[1], min(k, X.shape[1]), replace=False)] = draw.standard_normal(min(k, X.shape[1]))
    eta = np.asarray(X @ w)
    return (eta - eta.mean()) / eta.std()


def classes(eta: np.ndarray, seed: int = 2) -> np.ndarray:
    return (rng(seed).random(len(eta)) < 1 / (1 + np.exp(-2 * eta))).astype(float)


def critical_alpha(X: Any, residual: np.ndarray) -> float:
    """Least alpha of the L1 norm at which no feature enters, from the residual of the null model."""
    return float(np.abs(X.T @ (residual - residual.mean())).max() / len(residual))


def solve_own(norm: str, **options: Any) -> Callable[[Fit, float], Weights]:
    """One fit by normball."""

    def solve(data: Fit, tolerance: float) -> Weights:
        import normball as nb

        made = {"l1": nb.norms.L1, "squared_l2": nb.norms.SquaredL2}.get(norm)
        R = made() if made else nb.norms.ElasticNet(data.l1_ratio)
        problem = nb.Problem(data.X, data.y, loss=data.loss, norm=R, fit_intercept=data.fit_intercept)
        found = problem.solve(alpha=data.alpha, tol=tolerance, **options)
        return one(found.coef, found.intercept)

    return solve


def path_own(data: Fit, tolerance: float) -> Weights:
    """A path by normball."""
    import normball as nb

    norm = nb.norms.L1() if data.l1_ratio == 1 else nb.norms.ElasticNet(data.l1_ratio)
    problem = nb.Problem(data.X, data.y, loss=data.loss, norm=norm, fit_intercept=data.fit_intercept)
    path = problem.path(alphas=data.alphas, tol=tolerance, verbose=False)
    return Weights(path.sparse_coefs, path.intercepts)


def normball(solve: Callable[[Any, float], Any], ladder: tuple[float, ...] = OWN) -> Contender:
    return Contender("normball", "normball", ladder, solve)


def adelie_path(data: Fit, tolerance: float) -> Weights:
    """adelie's own path; its criterion is the square of a change."""
    import adelie as ad

    family = {"logistic": ad.glm.binomial, "poisson": ad.glm.poisson, "squared_error": ad.glm.gaussian}
    options = {} if data.loss == "squared_error" else {"irls_tol": tolerance}
    X = ad.matrix.sparse(sparse.csc_matrix(data.X), n_threads=2) if sparse.issparse(data.X) else data.X
    state = ad.grpnet(
        X=X,
        glm=family[data.loss](data.y),
        lmda_path=data.alphas,
        alpha=data.l1_ratio,
        intercept=data.fit_intercept,
        tol=tolerance,
        early_exit=False,
        progress_bar=False,
        n_threads=2,
        **options,
    )
    return Weights(sparse.csr_array(state.betas), np.asarray(state.intercepts))


ADELIE = (1e-7, 1e-12, 1e-17, 1e-22)
