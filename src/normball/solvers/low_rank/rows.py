"""Passes over the rows of a tall matrix: blocks that stay in the cache, on threads, added in their order.

One pass of an algorithm on an (m, n) matrix does a dozen elementwise operations and a
product or two. Done on the whole matrix each of them would read it from memory again; done
on a few hundred rows at a time, it is read once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import local
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..._kernels import max_threads
from ..threads import one_blas_thread

T = TypeVar("T")
BLOCK_ENTRIES = 1 << 17
"""A block of this many entries and its few companions fit into the second-level cache."""


class RowBlocks:
    """Calls a function on blocks of consecutive rows; results come back in order.

    The blocks depend on the shape alone, so that sums over them do not depend on the
    number of threads.
    """

    def __init__(self, shape: tuple[int, int], pool: ThreadPoolExecutor | None) -> None:
        height = max(BLOCK_ENTRIES // max(shape[1], 1), 16)
        self.blocks = [slice(start, min(start + height, shape[0])) for start in range(0, shape[0], height)]
        self._pool = pool
        self._entries, self._spare = min(height, shape[0]) * shape[1], local()

    def map(self, work: Callable[[slice], T]) -> Iterator[T]:
        """work(rows) for each block, in order."""
        return map(work, self.blocks) if self._pool is None else self._pool.map(work, self.blocks)

    def scratch(self, name: str, shape: tuple[int, int], dtype: DTypeLike) -> NDArray[Any]:
        """An array of at most a block's size, to be overwritten; the same memory at each call of a thread.

        Fresh memory for every block would cost more than the arithmetic on it: the system clears it.
        """
        arrays: dict[object, NDArray[Any]] = self._spare.__dict__.setdefault("arrays", {})
        key = (name, np.dtype(dtype))
        if key not in arrays:
            arrays[key] = np.empty(self._entries, dtype)
        kept = arrays[key]
        return kept[: shape[0] * shape[1]].reshape(shape)


@contextmanager
def row_threads() -> Iterator[ThreadPoolExecutor | None]:
    """Threads for `RowBlocks`, with BLAS on one thread in each; None where there is one processor."""
    n_threads = max_threads()
    with one_blas_thread():
        if n_threads <= 1:
            yield None
            return
        with ThreadPoolExecutor(n_threads) as pool:
            yield pool
