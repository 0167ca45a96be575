"""Example instances of every loss, and every way to store a matrix: the shared suites run over these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

from normball.losses import Gamma, Huber, Logistic, Poisson, Quantile, SampleLoss, SquaredError, Tweedie
from normball.typing import Floats

LOSS_EXAMPLES: dict[str, list[SampleLoss]] = {
    "squared_error": [SquaredError()],
    "huber": [Huber(), Huber(delta=0.1), Huber(delta=50.0)],
    "logistic": [Logistic()],
    "poisson": [Poisson()],
    "gamma": [Gamma()],
    "tweedie": [Tweedie(), Tweedie(power=1.05), Tweedie(power=1.9)],
    "quantile": [Quantile(), Quantile(q=0.05), Quantile(q=0.9)],
}

RESPONSES: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "squared_error": lambda rng, n: 3 * rng.standard_normal(n),
    "huber": lambda rng, n: rng.standard_cauchy(n),
    "logistic": lambda rng, n: rng.permutation(np.arange(n) % 2).astype(np.float64),
    "poisson": lambda rng, n: rng.permutation(np.arange(n) % 2 * (1 + rng.poisson(4.0, n))).astype(
        np.float64
    ),
    "gamma": lambda rng, n: rng.gamma(2.0, 3.0, n) + 1e-3,
    "tweedie": lambda rng, n: rng.permutation(np.arange(n) % 2 * rng.gamma(2.0, 3.0, n)),
    "quantile": lambda rng, n: rng.standard_cauchy(n),
}
"""Responses that the loss can score; both classes and zero counts occur if n >= 2."""

# (loss, u, y, l*(u)): the ends of the domain, and just outside
CONJUGATE_ENDS: list[tuple[SampleLoss, float, float, float]] = [
    (SquaredError(), 1e6, 2.0, 5e11 + 2e6),
    (Huber(2.0), 2.0, 3.0, 8.0),
    (Huber(2.0), -2.0, 3.0, -4.0),
    (Huber(2.0), 2.001, 3.0, np.inf),
    (Huber(2.0), -2.001, 3.0, np.inf),
    (Logistic(), 0.0, 0.0, 0.0),
    (Logistic(), 1.0, 0.0, 0.0),
    (Logistic(), -1e-9, 0.0, np.inf),
    (Logistic(), 1 + 1e-9, 0.0, np.inf),
    (Logistic(), 0.0, 1.0, 0.0),
    (Logistic(), -1.0, 1.0, 0.0),
    (Logistic(), 1e-9, 1.0, np.inf),
    (Logistic(), -1 - 1e-9, 1.0, np.inf),
    (Logistic(), 0.5, 0.0, -np.log(2.0)),
    (Poisson(), 0.0, 0.0, 0.0),
    (Poisson(), -1e-9, 0.0, np.inf),
    (Poisson(), -3.0, 3.0, 3.0 - 3 * np.log(3.0)),
    (Poisson(), -3 - 1e-9, 3.0, np.inf),
    (Poisson(), -2.0, 3.0, 2.0 - 3 * np.log(3.0)),
    (Gamma(), 1.0, 3.0, 1.0 + np.log(3.0)),
    (Gamma(), 1 + 1e-9, 3.0, np.inf),
    (Gamma(), 0.0, 3.0, 0.0),
    (Gamma(), -2.0, 3.0, np.log(3.0) - 2.0),
    (Quantile(0.25), -0.25, 3.0, -0.75),
    (Quantile(0.25), -0.25 - 1e-9, 3.0, np.inf),
    (Quantile(0.25), 0.75, 3.0, 2.25),
    (Quantile(0.25), 0.75 + 1e-9, 3.0, np.inf),
    (Tweedie(1.5), 0.0, 0.0, 0.0),
    (Tweedie(1.5), -1e-9, 0.0, np.inf),
    (Tweedie(1.5), 1.0, 0.0, -2.0),
    (Tweedie(1.5), 1.0, 2.0, 2 * np.log(2.0) + 4 * np.sqrt(2.0) - 6.0),
    (Tweedie(1.75), -1.0, 2.0, 4 * (2**0.25 - 1) + (2**0.25 - 2) / 0.75),
]


def _read_only(values: Floats) -> Floats:
    values = values.copy()
    values.flags.writeable = False
    return values


def _with_64_bit_indices(values: Floats) -> sparse.csc_matrix:
    stored = sparse.csc_matrix(values)
    stored.indices, stored.indptr = stored.indices.astype(np.int64), stored.indptr.astype(np.int64)
    return stored


def _with_explicit_zeros(values: Floats) -> sparse.csc_array:
    n, p = values.shape
    data = values.ravel(order="F")
    return sparse.csc_array((data, np.tile(np.arange(n), p), np.arange(0, n * p + 1, n)), shape=(n, p))


def _with_duplicates(values: Floats) -> sparse.coo_array:
    rows, columns = (np.tile(places.ravel(), 2) for places in np.indices(values.shape))
    return sparse.coo_array(
        (np.concatenate([values.ravel() - 1, np.ones(values.size)]), (rows, columns)), values.shape
    )


def _unsorted(values: Floats) -> sparse.csc_array:
    stored = sparse.csc_array(values)
    for start, stop in zip(stored.indptr[:-1], stored.indptr[1:], strict=True):
        stored.indices[start:stop] = stored.indices[start:stop][::-1].copy()
        stored.data[start:stop] = stored.data[start:stop][::-1].copy()
    return stored


DESIGN_CASES: dict[str, Callable[[Floats], Any]] = {
    "rows": lambda values: values,
    "columns": np.asfortranarray,
    "float32 rows": lambda values: values.astype(np.float32),
    "float32 columns": lambda values: np.asfortranarray(values.astype(np.float32)),
    "float16": lambda values: values.astype(np.float16),
    "long double": lambda values: values.astype(np.longdouble),
    "big endian": lambda values: values.astype(">f8"),
    "int64": lambda values: values.astype(np.int64),
    "int8 columns": lambda values: np.asfortranarray(values.astype(np.int8)),
    "uint8": lambda values: np.abs(values).astype(np.uint8),
    "bool": lambda values: values > 0,
    "read-only": _read_only,
    "strided": lambda values: np.repeat(np.repeat(values, 3, axis=1), 2, axis=0)[::2, ::3],
    "strided columns": lambda values: np.repeat(np.asfortranarray(values), 2, axis=0)[::2],
    "reversed": lambda values: values[::-1, ::-1],
    "slice of a wider array": lambda values: np.hstack([values, values])[:, : values.shape[1]],
    "broadcast": lambda values: np.broadcast_to(values[0], values.shape),
    "nested lists": lambda values: values.tolist(),
    "csc": sparse.csc_array,
    "csc matrix": sparse.csc_matrix,
    "csr": sparse.csr_array,
    "csr matrix": sparse.csr_matrix,
    "coo": sparse.coo_array,
    "lil": sparse.lil_array,
    "csc float32": lambda values: sparse.csc_array(values.astype(np.float32)),
    "csr float32": lambda values: sparse.csr_array(values.astype(np.float32)),
    "csc int": lambda values: sparse.csc_array(values.astype(np.int32)),
    "csc bool": lambda values: sparse.csc_array(values > 0),
    "csc 64-bit indices": _with_64_bit_indices,
    "csc 64-bit float32": lambda values: _with_64_bit_indices(values.astype(np.float32)),
    "csc explicit zeros": _with_explicit_zeros,
    "csc unsorted": _unsorted,
    "coo duplicates": _with_duplicates,
}
"""Name -> how to store small integers given as a float64 array (n, p)."""


def dense_reference(X: Any) -> Floats:
    """The values of a stored matrix as a float64 array."""
    return np.array(X if isinstance(X, np.ndarray | list) else X.toarray(), dtype=np.float64)
