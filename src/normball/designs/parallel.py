"""Work on blocks of rows on threads: sums, added in their order, and parts that stand by themselves.

The caller works through the blocks too, and waits only for those that another thread has begun: on a
busy machine, where the other threads come late, it does everything itself.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

from .._kernels import max_threads
from ..typing import Floats

T = TypeVar("T")


def sum_over(count: int, term: Callable[[int], Floats], total: Floats) -> Floats:
    """Add term(0), ..., term(count - 1) to `total`: the same numbers whatever the number of threads.

    The terms should call BLAS on one thread each. An interruption waits for the terms in
    hand only.
    """
    with closing(_in_order(count, term)) as terms:
        for value in terms:
            total += value
    return total


def for_each(count: int, task: Callable[[int], None]) -> None:
    """Run task(0), ..., task(count - 1), on threads; each writes where no other does."""
    with closing(_in_order(count, task)) as tasks:
        for _ in tasks:
            pass


def _in_order(count: int, term: Callable[[int], T]) -> Generator[T]:
    """term(0), ..., term(count - 1)."""
    n_threads = min(max_threads(), count)
    if n_threads <= 1:
        yield from map(term, range(count))
        return
    with ThreadPoolExecutor(n_threads - 1) as pool:
        given: list[Future[T] | None] = []
        own: dict[int, T] = {}

        def take(first: int) -> int | None:
            """A term that no thread has begun."""
            for k in range(first, len(given)):
                future = given[k]
                if k not in own and future is not None and future.cancel():
                    return k
            return None

        try:
            for i in range(count):
                # a few ahead, so that finished terms do not pile up in memory
                while len(given) < min(i + 2 * n_threads, count):
                    given.append(pool.submit(term, len(given)))
                future = given[i]
                assert future is not None
                while i not in own and not future.done() and (free := take(i)) is not None:
                    own[free] = term(free)
                yield own.pop(i) if i in own else future.result()
                given[i] = None
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
