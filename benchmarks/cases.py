"""The problems that are timed: generated from a seed, or shipped with the package.

Dense columns are standardised and the response centred, so that no solver needs an
intercept and every alpha means the same to all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

import normball as nb


@dataclass(frozen=True)
class Case:
    """Minimise mean loss + alpha * R along decreasing alphas, without an intercept.

    loss is "squared_error", "logistic" (y is 0 or 1), "huber" (delta 1) or "poisson"; R is
    the L1 norm, or with groups the sum of sqrt(size) * group length.
    """

    name: str
    X: np.ndarray | sparse.csc_array
    y: np.ndarray
    loss: str
    alphas: np.ndarray
    group_size: int = 0

    @property
    def groups(self) -> list[np.ndarray]:
        return np.split(np.arange(self.X.shape[1]), range(self.group_size, self.X.shape[1], self.group_size))

    def pulls(self, directions: np.ndarray) -> np.ndarray:
        """Dual norm of X'u for each column u (n, k) of directions."""
        Z = np.asarray(self.X.T @ directions)
        if not self.group_size:
            return np.abs(Z).max(axis=0)
        lengths = np.sqrt((Z.reshape(-1, self.group_size, Z.shape[1]) ** 2).sum(axis=1))
        return lengths.max(axis=0) / np.sqrt(self.group_size)


def correlated(n: int, p: int, rho: float, rng: np.random.Generator) -> np.ndarray:
    """Columns with correlation rho^|i - j|, standardised."""
    X = np.empty((n, p), order="F")
    X[:, 0] = rng.standard_normal(n)
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * rng.standard_normal(n)
    X -= X.mean(axis=0)
    X /= X.std(axis=0)
    return X


def sparse_signal(
    X: np.ndarray | sparse.csc_array, k: int, noise: float, rng: np.random.Generator, group_size: int = 1
) -> np.ndarray:
    """k features, or groups of them, carry the signal; centred, of unit variance."""
    w = np.zeros(X.shape[1])
    chosen = rng.choice(min(X.shape[1], 5000) // group_size, k, replace=False)
    index = (chosen[:, None] * group_size + np.arange(group_size)).ravel()
    w[index] = rng.standard_normal(len(index))
    y = X @ w
    y = y + noise * y.std() * rng.standard_normal(len(y))
    y -= y.mean()
    return y / y.std()


def grid(name: str, X: np.ndarray, y: np.ndarray, loss: str, eps: float, group_size: int = 0) -> Case:
    """100 alphas from alpha_max to its share eps."""
    at_zero = {"squared_error": y, "logistic": y - 0.5, "huber": np.clip(y, -1, 1), "poisson": y - 1}[loss]
    case = Case(name, X, y, loss, np.ones(1), group_size)
    alpha_max = float(case.pulls(at_zero[:, None] / len(y))[0])
    return Case(name, X, y, loss, alpha_max * np.geomspace(1, eps, 100), group_size)


def dense(name: str, n: int, p: int, rho: float, k: int, eps: float) -> Callable[[], Case]:
    def make() -> Case:
        rng = np.random.default_rng(1)
        X = correlated(n, p, rho, rng)
        return grid(name, X, sparse_signal(X, k, 0.33, rng), "squared_error", eps)

    return make


def text() -> Case:
    """Zipf-like column frequencies, values like tf-idf."""
    rng = np.random.default_rng(1)
    n, p = 10_000, 100_000
    counts = np.maximum(rng.binomial(n, np.minimum(0.3, 3.0 / np.arange(1, p + 1) ** 0.8)), 2)
    rows = np.concatenate([np.sort(rng.choice(n, count, replace=False)) for count in counts])
    indptr = np.concatenate([[0], np.cumsum(counts)])
    values = np.abs(rng.standard_normal(len(rows))) + 0.1
    X = sparse.csc_array((values, rows.astype(np.int32), indptr.astype(np.int32)), shape=(n, p))
    return grid("text", X, sparse_signal(X, 200, 0.3, rng), "squared_error", 1e-2)


def leukaemia(loss: str) -> Callable[[], Case]:
    def make() -> Case:
        data = nb.datasets.load_leukemia()
        X = np.asfortranarray(data.X - data.X.mean(axis=0), dtype=np.float64)
        X /= X.std(axis=0)
        label = np.asarray(data.y, dtype=np.float64)
        if loss == "logistic":
            return grid("leukaemia-logistic", X, label, loss, 1e-2)
        centred = label - label.mean()
        return grid("leukaemia", X, centred / centred.std(), loss, 1e-3)

    return make


def medium(name: str, loss: str, group_size: int = 0) -> Callable[[], Case]:
    """1,000 x 5,000 at correlation 0.6; the response fits the loss."""

    def make() -> Case:
        rng = np.random.default_rng(1)
        X = correlated(1000, 5000, 0.6, rng)
        y = sparse_signal(X, 20 if group_size else 50, 0.33, rng, max(group_size, 1))
        if loss == "logistic":
            y = (y > 0).astype(np.float64)
        if loss == "poisson":
            y = rng.poisson(np.exp(np.clip(y, -3, 2))).astype(np.float64)
        if loss == "huber":
            y = y + 5 * (rng.random(len(y)) < 0.05) * rng.standard_normal(len(y))
        # outliers and groups fill the model sooner: n features are in at a hundredth of alpha_max
        eps = 5e-2 if group_size or loss == "huber" else 1e-2
        return grid(name, X, y, loss, eps, group_size)

    return make


CASES: dict[str, Callable[[], Case]] = {
    "wide": dense("wide", 500, 20_000, 0.6, 50, 1e-2),
    "hard": dense("hard", 1_000, 5_000, 0.95, 200, 1e-3),
    "text": text,
    "tall": dense("tall", 100_000, 500, 0.6, 100, 1e-3),
    "small": dense("small", 442, 64, 0.5, 20, 1e-3),
    "leukaemia": leukaemia("squared_error"),
    "leukaemia-logistic": leukaemia("logistic"),
    "logistic": medium("logistic", "logistic"),
    "huber": medium("huber", "huber"),
    "poisson": medium("poisson", "poisson"),
    "group": medium("group", "squared_error", 5),
}

QUICK = ["small", "leukaemia", "wide"]
