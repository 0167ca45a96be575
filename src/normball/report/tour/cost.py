"""What a model costs to keep and to use: bytes of its file, seconds of a prediction; both measured."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, save_npz

from ...typing import Floats


@dataclass(frozen=True)
class Cost:
    """Cost of one model.

    Attributes
    ----------
    sparse_bytes : size of the weights written as a SciPy sparse matrix (an .npz file).
    dense_bytes : size of the same weights written as a plain array (an .npy file).
    seconds : predicting the rows, from a table of the used features only.
    """

    sparse_bytes: int
    dense_bytes: int
    seconds: float


def measure(coef: Floats, intercept: float, X: Floats, repeats: int) -> Cost:
    """Cost of a model with weights coef (p,) on the rows X (m, p); times are the best of `repeats` runs."""
    kept = np.flatnonzero(coef)
    narrow, weights = np.ascontiguousarray(X[:, kept]), coef[kept]
    sparse, dense = io.BytesIO(), io.BytesIO()
    save_npz(sparse, csr_matrix(coef[None, :]), compressed=False)
    np.save(dense, coef)
    return Cost(
        len(sparse.getvalue()),
        len(dense.getvalue()),
        _least_seconds(lambda: narrow @ weights + intercept, repeats),
    )


def _least_seconds(work: Callable[[], object], repeats: int) -> float:
    work()  # the first run pays for memory and caches
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)  # what else the machine does can only add
