"""Random designs for simulations of inference, from independent columns to near copies in mixed units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Design(Protocol):
    """Normal rows."""

    def covariance(self, p: int) -> Floats:
        """Of a row, (p, p)."""


@dataclass(frozen=True)
class Autoregressive:
    """Correlation `correlation`^|j - k|."""

    correlation: float

    def covariance(self, p: int) -> Floats:
        return np.asarray(self.correlation ** np.abs(np.subtract.outer(np.arange(p), np.arange(p))))


@dataclass(frozen=True)
class NearCopies:
    """Pairs that differ by noise of this size."""

    noise: float

    def covariance(self, p: int) -> Floats:
        return np.kron(np.eye(p // 2), np.ones((2, 2))) + self.noise**2 * np.eye(p)


@dataclass(frozen=True)
class OneFactor:
    """All columns move with one factor; every other is measured in thousandths."""

    noise: float

    def covariance(self, p: int) -> Floats:
        units = np.resize([1.0, 1e3], p)
        return np.asarray(np.outer(units, units) * (1 + self.noise**2 * np.eye(p)))


DESIGNS: dict[str, Design] = {
    "correlation 0.3^|j-k|": Autoregressive(0.3),
    "correlation 0.9^|j-k|": Autoregressive(0.9),
    "near copies, 0.3": NearCopies(0.3),
    "near copies, 0.01": NearCopies(0.01),
    "one factor, two units": OneFactor(0.3),
}


def draw(design: str, n: int, p: int, rng: np.random.Generator) -> Floats:
    """Rows (n, p)."""
    return rng.standard_normal((n, p)) @ np.linalg.cholesky(DESIGNS[design].covariance(p)).T


def standardised(X: Floats) -> Floats:
    """Columns of mean 0 and deviation 1."""
    return np.asarray((X - X.mean(axis=0)) / X.std(axis=0))


def signal(X: Floats, true: NDArray[np.intp], size: float, rng: np.random.Generator) -> Floats:
    """Mean response (n,): effects of random sign and this size for each deviation of a column."""
    return np.asarray(standardised(X)[:, true] @ (size * rng.choice([-1.0, 1.0], len(true))))
