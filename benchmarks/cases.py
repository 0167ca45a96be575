"""The problems that are timed: generated from a seed, or shipped with the package.

Dense columns are standardised and the response of squared error is centred, so that no
solver needs an intercept and every alpha means the same to all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

import normball as nb


@dataclass(frozen=True)
class Case:
    """Minimise mean loss + alpha * R along decreasing alphas, without an intercept.

    loss is "squared_error", "logistic" (y is 0 or 1), "huber" (delta 1) or "poisson"; R is
    the L1 norm, with an l1_ratio r below 1 the elastic net r |w|_1 + (1 - r) |w|^2 / 2, or
    with groups of consecutive columns the sum of sqrt(size) * group length.
    """

    name: str
    X: np.ndarray | sparse.csc_array
    y: np.ndarray
    loss: str
    alphas: np.ndarray
    group_size: int = 0
    l1_ratio: float = 1.0
    description: str = ""

    @property
    def kind(self) -> str:
        """What a solver must know to take it: lasso, elastic net, group lasso, or the loss under L1."""
        if self.group_size:
            return "group"
        if self.loss != "squared_error":
            return self.loss
        return "lasso" if self.l1_ratio == 1 else "elastic_net"

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


def with_alphas(case: Case, eps: float, n_alphas: int = 100) -> Case:
    """The case with alphas from its alpha_max down to the share eps of it."""
    y = case.y
    at_zero = {"squared_error": y, "logistic": y - 0.5, "huber": np.clip(y, -1, 1), "poisson": y - 1}
    alpha_max = float(case.pulls(at_zero[case.loss][:, None] / len(y))[0]) / case.l1_ratio
    return replace(case, alphas=alpha_max * np.geomspace(1, eps, n_alphas))


def grid(
    name: str, X: np.ndarray | sparse.csc_array, y: np.ndarray, loss: str, eps: float, **options: Any
) -> Case:
    return with_alphas(Case(name, X, y, loss, np.ones(1), **options), eps)


def corner(case: Case) -> Case:
    """A few rows and columns, for what a first call compiles and loads; its path is not trivial."""
    n, p = case.X.shape
    # spread over all rows: the shipped labels are sorted, and a logistic solver refuses a single class
    rows = np.linspace(0, n - 1, min(n, 60)).astype(np.intp)
    columns = np.arange(min(p, 20 * max(case.group_size, 1)))
    X = case.X[rows][:, columns]
    X = sparse.csc_array(X) if sparse.issparse(X) else np.asfortranarray(X)
    return with_alphas(replace(case, X=X, y=case.y[rows]), 0.05, 5)


def dense(
    name: str, n: int, p: int, rho: float, k: int, eps: float, l1_ratio: float = 1.0
) -> Callable[[], Case]:
    def make() -> Case:
        rng = np.random.default_rng(1)
        X = correlated(n, p, rho, rng)
        y = sparse_signal(X, k, 0.33, rng)
        penalty = "lasso" if l1_ratio == 1 else f"elastic net with l1_ratio {l1_ratio:g}"
        description = f"{penalty}, correlation {rho:g}, down to {eps:g} alpha_max"
        return grid(name, X, y, "squared_error", eps, l1_ratio=l1_ratio, description=description)

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
    y = sparse_signal(X, 200, 0.3, rng)
    description = f"lasso, sparse as word counts are ({X.nnz:,} entries), down to 0.01 alpha_max"
    return grid("text", X, y, "squared_error", 1e-2, description=description)


def leukaemia(loss: str) -> Callable[[], Case]:
    def make() -> Case:
        data = nb.datasets.load_leukemia()
        X = np.asfortranarray(data.X - data.X.mean(axis=0), dtype=np.float64)
        X /= X.std(axis=0)
        label = np.asarray(data.y, dtype=np.float64)
        if loss == "logistic":
            description = "logistic, gene expressions, down to 0.01 alpha_max"
            return grid("leukaemia-logistic", X, label, loss, 1e-2, description=description)
        description = "lasso on a 0/1 label, gene expressions, down to 0.001 alpha_max"
        centred = label - label.mean()
        return grid("leukaemia", X, centred / centred.std(), loss, 1e-3, description=description)

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
        penalty = f"squared error, groups of {group_size}" if group_size else f"{loss}, L1"
        description = f"{penalty}, correlation 0.6, down to {eps:g} alpha_max"
        return grid(name, X, y, loss, eps, group_size=group_size, description=description)

    return make


CASES: dict[str, Callable[[], Case]] = {
    "wide": dense("wide", 500, 20_000, 0.6, 50, 1e-2),
    "hard": dense("hard", 1_000, 5_000, 0.95, 200, 1e-3),
    "text": text,
    "tall": dense("tall", 100_000, 500, 0.6, 100, 1e-3),
    "small": dense("small", 442, 64, 0.5, 20, 1e-3),
    "elastic-net": dense("elastic-net", 500, 20_000, 0.6, 50, 1e-2, l1_ratio=0.9),
    "leukaemia": leukaemia("squared_error"),
    "leukaemia-logistic": leukaemia("logistic"),
    "logistic": medium("logistic", "logistic"),
    "huber": medium("huber", "huber"),
    "poisson": medium("poisson", "poisson"),
    "group": medium("group", "squared_error", 5),
}
