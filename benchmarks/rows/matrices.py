"""Matrices of low rank: robust PCA against the inexact ALM, and completion by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from contest import Contender, Row
from robust_pca import inexact_alm
from robust_pca import objective as pca_objective

from .common import normball, rng


@dataclass(frozen=True)
class Matrix:
    """M (m, n) and the price lam of an entry of the sparse part."""

    M: np.ndarray
    lam: float


def _corrupted(m: int, n: int, rank: int, share: float) -> Matrix:
    draw = rng()
    M = draw.standard_normal((m, rank)) @ draw.standard_normal((rank, n))
    hit = draw.random((m, n)) < share
    M[hit] += 10 * draw.standard_normal(int(hit.sum()))
    return Matrix(M, 1 / np.sqrt(max(m, n)))


def _clip() -> Matrix:
    import normball as nb

    frames = nb.datasets.load_pedestrians()
    M = (frames.reshape(len(frames), -1) / 255.0).T
    return Matrix(np.asarray(M, dtype=float), 1 / np.sqrt(max(M.shape)))


def _own(data: Matrix, tolerance: float) -> np.ndarray:
    import normball as nb

    return np.asarray(nb.RobustPCA(tol=tolerance, verbose=False).fit(data.M.T).low_rank_.T, dtype=float)


def _alm(data: Matrix, tolerance: float) -> np.ndarray:
    """Lin, Chen, Ma (2010); the ladder is how slowly its weight grows, which decides where it ends."""
    low_rank = np.zeros_like(data.M)
    for _, low_rank in inexact_alm(data.M, data.lam, 1 + tolerance):  # noqa: B007
        pass
    return low_rank


def _objective(data: Matrix, low_rank: np.ndarray) -> tuple[np.ndarray, float]:
    return np.array([pca_objective(data.M, low_rank, data.lam)]), 0.0


def _null(data: Matrix) -> float:
    return float(data.lam * np.abs(data.M).sum())


def _pca_row(name: str, shape: str, make: Any, is_slow: bool = False) -> Row:
    return Row(
        name,
        "robust PCA",
        shape,
        make,
        _objective,
        _null,
        (
            normball(_own, (1e-5, 1e-6, 1e-7)),
            Contender("inexact ALM", "numpy", (0.5, 0.2, 0.1, 0.05), _alm),
        ),
        accuracy=1e-6,
        bar=1.2,
        is_slow=is_slow,
    )


def _entries(noise: float) -> Matrix:
    draw = rng()
    M = draw.standard_normal((300, 5)) @ draw.standard_normal((5, 200))
    M += noise * draw.standard_normal(M.shape)
    return Matrix(np.where(draw.random(M.shape) < 0.4, M, np.nan), 0.0)


def _complete(data: Matrix, tolerance: float) -> Any:
    import normball as nb

    return nb.MatrixCompletion(verbose=False).fit(data.M)


def _completion_row(name: str, shape: str, noise: float) -> Row:
    return Row(
        name,
        "MatrixCompletion()",
        shape,
        lambda: _entries(noise),
        lambda data, model: (np.zeros(1), max(float(np.max(model.gaps_)) - 1e-4, 0.0)),
        lambda data: 1.0,
        (normball(_complete, (1e-4,)),),
        bar=5.0,
    )


ROWS = [
    _pca_row("robust-pca-500x200", "500 x 200, rank 10, 5 % hit", lambda: _corrupted(500, 200, 10, 0.05)),
    _pca_row("robust-pca-6912x240", "6,912 x 240, a clip", _clip, is_slow=True),
    _completion_row("completion", "300 x 200, 40 % known", 0.0),
    _completion_row("completion-noisy", "300 x 200, 40 % known, noise 0.5", 0.5),
]
