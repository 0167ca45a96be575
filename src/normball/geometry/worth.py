"""What zeros are worth: memory, time to predict, and bits to send.

A dense model stores p numbers and multiplies all of them; a sparse one stores k places and
k numbers and reads k columns. To send a sparse model one names the places: log2 C(p, k)
bits suffice, and log2(p + 1) for k itself, next to the bits of the k numbers (the bound by
counting; Cover, Thomas, "Elements of information theory", 2nd ed. 2006, section 11.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from ..inputs.tables import read_vector
from ..parameters import read_count
from ..typing import ArrayLike, Floats
from .angles import log_binomial


@dataclass(frozen=True)
class Worth:
    """Cost of a model with zeros against the same model kept dense; made by `worth_of_zeros`.

    Attributes
    ----------
    n_features, n_nonzero : p and k.
    dense_bytes, sparse_bytes : int
        Of p float64 numbers; of k numbers with k 32-bit places (64-bit where p needs it).
    dense_bits, sparse_bits : float
        To send with numbers of `bits` bits.
    dense_seconds, sparse_seconds : float
        To predict for one row, best of the repeats.
    """

    n_features: int
    n_nonzero: int
    dense_bytes: int
    sparse_bytes: int
    dense_bits: float
    sparse_bits: float
    dense_seconds: float
    sparse_seconds: float

    def __str__(self) -> str:
        ratio = self.dense_seconds / self.sparse_seconds
        return (
            f"{self.n_nonzero:,} of {self.n_features:,} coefficients are kept: "
            f"{self.dense_bytes / max(self.sparse_bytes, 1):,.3g} times less memory, "
            f"{self.dense_bits / max(self.sparse_bits, 1):,.3g} times fewer bits to send, "
            f"{max(ratio, 1 / ratio):,.3g} times {'faster' if ratio >= 1 else 'slower'} to predict."
        )


def worth_of_zeros(coef: ArrayLike, n_rows: int = 100, bits: int = 32, repeats: int = 20) -> Worth:
    """Measure what the zeros of a model save.

    Parameters
    ----------
    coef : (p,) array, with zeros.
    n_rows : int, default 100
        Rows that are predicted at a time; they are stored by columns, as tables are, and
        take n_rows * p * 8 bytes.
    bits : int, default 32
        Of each coefficient that is sent.
    repeats : int, default 20

    Returns
    -------
    Worth

    Raises
    ------
    TypeError, ValueError
        If the coefficients are not finite numbers.
    """
    w = read_vector(coef, "coef", len(np.atleast_1d(coef)), "feature")
    if not len(w):
        raise ValueError("coef must hold at least one coefficient, got none.")
    p, places = len(w), np.flatnonzero(w)
    k, n = len(places), read_count(n_rows, "n_rows")
    places = places.astype(np.int32 if p <= np.iinfo(np.int32).max else np.int64)
    values = w[places]
    columns = np.random.default_rng(0).standard_normal((p, n))
    dense = _fastest(lambda: w @ columns, read_count(repeats, "repeats"))
    sparse = _fastest(lambda: values @ columns[places], repeats)
    bits = read_count(bits, "bits")
    return Worth(
        n_features=p,
        n_nonzero=k,
        dense_bytes=w.nbytes,
        sparse_bytes=values.nbytes + places.nbytes,
        dense_bits=float(bits * p),
        sparse_bits=bits_to_send(p, k, bits),
        dense_seconds=dense / n,
        sparse_seconds=sparse / n,
    )


def bits_to_send(p: int, k: int, bits: int = 32) -> float:
    """Bits for k of p coefficients: how many, which (log2 C(p, k)), and their values."""
    which = float(log_binomial(p, np.array(k))) / np.log(2)
    return float(np.log2(p + 1) + which + k * bits)


def _fastest(work: Callable[[], Floats], repeats: int) -> float:
    """Least seconds of a call; the least is what the machine can do, the rest is disturbance."""
    seconds = []
    for _ in range(repeats + 1):  # the first also loads what the others find in the cache
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return max(min(seconds), 1e-9)
