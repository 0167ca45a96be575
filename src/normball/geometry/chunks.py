"""Random work in chunks on all processors, with the same result for any number of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

import numpy as np

from ..designs.stopping import obeying
from ..parameters import read_seed
from ..progress import Progress
from ..solvers.threads import one_blas_thread

T = TypeVar("T")
Item = TypeVar("Item")

CHUNK = 128
"""Problems that are solved together; more do not fit the processor's cache."""


def run_chunks(
    work: Callable[[int, np.random.Generator], T], total: int, seed: int, label: str, verbose: bool | None
) -> list[T]:
    """Results of work(size, rng) for chunks whose sizes add up to `total`, in order.

    Every chunk has its own generator, so the results depend on the seed alone. Threads
    suffice: NumPy releases the interpreter while it computes on stacks of matrices.
    """
    sizes = [min(CHUNK, total - start) for start in range(0, total, CHUNK)]
    read_seed(seed)
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))

    def chunk(number: int) -> T:
        return work(sizes[number], np.random.default_rng(seeds[number]))

    done = run_parallel(chunk, range(len(sizes)), label, verbose)
    return [result for _, result in done]


def run_parallel(
    work: Callable[[Item], T], items: Sequence[Item], label: str, verbose: bool | None
) -> Iterator[tuple[Item, T]]:
    """Each item with work(item), in order, computed on all processors with a progress bar.

    When the caller stops (an error, an interrupt) nothing is begun any more, and what has begun ends at
    its next product.
    """
    enough = Event()

    def obedient(item: Item) -> T:
        with obeying(enough):
            return work(item)

    with one_blas_thread(), Progress(len(items), label, verbose) as progress:
        pool = ThreadPoolExecutor(processors())
        try:
            for item, result in zip(items, pool.map(obedient, items), strict=True):
                yield item, result
                progress()
        finally:
            enough.set()
            pool.shutdown(cancel_futures=True)


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
