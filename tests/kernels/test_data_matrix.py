"""`DataMatrix` against NumPy: products and the scan of a path, in every storage; and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from normball._kernels import DataMatrix
from normball.typing import Floats

SHAPES = [(2, 1), (7, 3), (33, 130), (5000, 65), (3, 200)]
"""Below and above a vector, a block of columns, a block of rows, and the work that is shared out."""


def dense(values: Any) -> DataMatrix:
    return DataMatrix.dense(values)


def compressed(values: Any, index: Any) -> DataMatrix:
    held = sparse.csc_array(values)
    return DataMatrix.sparse(held.data, held.indices.astype(index), held.indptr.astype(index), held.shape)


STORAGES: dict[str, Callable[[Floats], DataMatrix]] = {
    "columns": lambda X: dense(np.asfortranarray(X)),
    "rows": lambda X: dense(np.ascontiguousarray(X)),
    "columns of a wider matrix": lambda X: dense(np.asfortranarray(np.repeat(X, 2, axis=1))[:, ::2]),
    "rows of a taller matrix": lambda X: dense(np.ascontiguousarray(np.repeat(X, 2, axis=0))[::2]),
    "columns in float32": lambda X: dense(np.asfortranarray(X, dtype=np.float32)),
    "rows in float32": lambda X: dense(np.ascontiguousarray(X, dtype=np.float32)),
    "sparse": lambda X: compressed(X, np.int32),
    "sparse with long indices": lambda X: compressed(X, np.int64),
    "sparse in float32": lambda X: compressed(X.astype(np.float32), np.int32),
    "sparse in float32 with long indices": lambda X: compressed(X.astype(np.float32), np.int64),
}
in_every_storage = pytest.mark.parametrize("storage", list(STORAGES))


def draw(n: int, p: int) -> Floats:
    """Numbers that float32 holds exactly, half of them 0."""
    generator = np.random.default_rng(n + p)
    return np.round(generator.normal(size=(n, p)) * generator.integers(0, 2, (n, p)) * 64) / 64


@in_every_storage
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("K", [1, 5, 70])
def test_products(storage: str, shape: tuple[int, int], K: int) -> None:
    X = draw(*shape)
    U = np.random.default_rng(K).normal(size=(K, shape[0]))
    scale = np.abs(X).T @ np.abs(U).T
    found = STORAGES[storage](X).products(U)
    assert (np.abs(found - X.T @ U.T) <= 1e-14 * scale).all()


def scan_by_hand(
    Z: Floats, alphas: Floats, inverse_price: Floats | None, skip: Any, one_sided: bool, slack: float
) -> tuple[Any, Floats, Floats]:
    """`DataMatrix.scan`, feature by feature; the last are x_j'u / price (p, K)."""
    p, K = Z.shape
    first, largest = np.full(p, K), np.zeros(K)
    scaled = Z if inverse_price is None else Z * inverse_price[:, None]
    for j in range(p):
        for k in range(K):
            size = scaled[j, k] if one_sided else abs(scaled[j, k])
            if not skip[j]:
                largest[k] = max(largest[k], size)
                if size > alphas[k] * (1 + slack) and first[j] == K:
                    first[j] = k
    return first, largest, scaled


@in_every_storage
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("one_sided", [False, True])
@pytest.mark.parametrize("priced", [False, True])
def test_scan(storage: str, shape: tuple[int, int], one_sided: bool, priced: bool) -> None:
    n, p = shape
    generator = np.random.default_rng(1)
    X, K = draw(n, p), 9
    U = np.round(generator.normal(size=(K, n)) * 16) / 16  # products are exact
    Z = X.T @ U.T
    alphas = np.sort(np.quantile(np.abs(Z), generator.uniform(0.2, 1.0, K)) + 0.01)[::-1].copy()
    inverse_price = (
        2.0 ** generator.integers(-2, 2, p) * (generator.uniform(size=p) < 0.9) if priced else None
    )
    skip = generator.uniform(size=p) < 0.3
    expected = scan_by_hand(Z, alphas, inverse_price, skip, one_sided, 1e-11)
    first, largest, early, late = STORAGES[storage](X).scan(
        U, alphas, inverse_price, skip, one_sided, 1e-11, 2, 7
    )
    np.testing.assert_array_equal(first, expected[0])
    np.testing.assert_array_equal(largest, expected[1])
    np.testing.assert_array_equal(early, expected[2][:, 2])
    np.testing.assert_array_equal(late, expected[2][:, 7])


def test_scan_counts_nan_as_a_violation() -> None:
    X = np.asfortranarray([[1.0, 0.0], [0.0, 1.0]])
    first = dense(X).scan(np.array([[np.nan, 0.5]]), np.ones(1), None, np.zeros(2, bool), False, 0.0, 0, 0)[0]
    assert first[0] == 0


CSC = sparse.csc_array(np.eye(4))
ONES = np.ones((1, 4))
REFUSED: dict[str, Callable[[], object]] = {
    "float16": lambda: dense(np.eye(4, dtype=np.float16)),
    "integers": lambda: dense(np.eye(4, dtype=np.int64)),
    "other byte order": lambda: dense(np.eye(4).astype(">f8")),
    "strided both ways": lambda: dense(np.eye(8)[::2, ::2]),
    "rows beyond the end": lambda: DataMatrix.sparse(CSC.data, CSC.indices + 1, CSC.indptr, (4, 4)),
    "rows below 0": lambda: DataMatrix.sparse(CSC.data, CSC.indices - 1, CSC.indptr, (4, 4)),
    "ends beyond the data": lambda: DataMatrix.sparse(CSC.data, CSC.indices, CSC.indptr * 2, (4, 4)),
    "ends that fall": lambda: DataMatrix.sparse(
        CSC.data, CSC.indices, np.array([0, 3, 1, 4, 4], np.int32), (4, 4)
    ),
    "ends that begin late": lambda: DataMatrix.sparse(
        CSC.data, CSC.indices, np.array([1, 1, 2, 3, 4], np.int32), (4, 4)
    ),
    "too few ends": lambda: DataMatrix.sparse(CSC.data, CSC.indices, CSC.indptr[:-1], (4, 4)),
    "data too short": lambda: DataMatrix.sparse(CSC.data[:2], CSC.indices, CSC.indptr, (4, 4)),
    "two types of index": lambda: DataMatrix.sparse(
        CSC.data, CSC.indices, CSC.indptr.astype(np.int64), (4, 4)
    ),
    "U too short": lambda: dense(np.eye(4)).products(ONES[:, :3]),
    "U too long": lambda: dense(np.eye(4)).products(np.ones((1, 5))),
    "alphas too short": lambda: scan_of(alphas=np.ones(0)),
    "alphas in float32": lambda: scan_of(alphas=np.ones(1, dtype=np.float32)),
    "prices too short": lambda: scan_of(inverse_price=np.ones(3)),
    "prices as integers": lambda: scan_of(inverse_price=np.ones(4, dtype=int)),
    "flags too short": lambda: scan_of(skip=np.zeros(3, bool)),
    "early beyond the end": lambda: scan_of(early=1),
    "late below 0": lambda: scan_of(late=-1),
}


def scan_of(**replaced: Any) -> object:
    given = {"alphas": np.ones(1), "inverse_price": None, "skip": np.zeros(4, bool), "early": 0, "late": 0}
    return dense(np.eye(4)).scan(ONES, one_sided=False, slack=0.0, **given | replaced)


def test_what_is_not_refused() -> None:
    scan_of()
    compressed(np.eye(4), np.int32).products(ONES)
    assert dense(np.eye(4)).products(np.ones((1, 4), dtype=int)).dtype == np.float64
    assert dense(np.eye(4)).products(np.zeros((0, 4))).shape == (4, 0)


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"must|mismatch"):
        REFUSED[name]()
