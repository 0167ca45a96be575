"""Work on blocks of rows on threads: sums, added in their order, and parts that stand by themselves."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from .._kernels import max_threads
from ..typing import Floats


def sum_over(count: int, term: Callable[[int], Floats], total: Floats) -> Floats:
    """Add term(0), ..., term(count - 1) to `total`: the same numbers whatever the number of threads.

    The terms should call BLAS on one thread each. An interruption waits for the terms in
    hand only.
    """
    n_threads = min(max_threads(), count)
    if n_threads <= 1:
        for i in range(count):
            total += term(i)
        return total
    with ThreadPoolExecutor(n_threads) as pool:
        try:
            # a few ahead, so that finished terms do not pile up in memory
            waiting = [pool.submit(term, i) for i in range(min(2 * n_threads, count))]
            for i in range(count):
                np.add(total, waiting[i].result(), out=total)
                waiting[i] = None  # type: ignore[call-overload]
                if len(waiting) < count:
                    waiting.append(pool.submit(term, len(waiting)))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return total


def for_each(count: int, task: Callable[[int], None]) -> None:
    """Run task(0), ..., task(count - 1), on threads; each writes where no other does."""
    n_threads = min(max_threads(), count)
    if n_threads <= 1:
        for i in range(count):
            task(i)
        return
    with ThreadPoolExecutor(n_threads) as pool:
        try:
            for _ in pool.map(task, range(count)):
                pass
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
