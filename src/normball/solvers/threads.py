"""BLAS threads: none for small problems, where waking them costs more than they do.

A product of a few thousand numbers takes a microsecond; handing it to a second thread and
waiting takes tens. Matrices of fewer than `SMALL` entries are therefore solved on one
thread; larger ones use whatever the user allows (threadpoolctl, OPENBLAS_NUM_THREADS).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

SMALL = 2_000_000
"""Entries of X below which one thread is used."""


@cache
def _blas_libraries() -> list[Any]:
    """The BLAS libraries of this process. Found once: looking for them takes milliseconds."""
    return list(ThreadpoolController().select(user_api="blas").lib_controllers)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """One BLAS thread, whatever the size.

    For work whose threads are those of the compiled kernels: idle BLAS threads go on
    spinning for a while and would take the processors from them.
    """
    before = [(library, library.get_num_threads()) for library in _blas_libraries()]
    changed = [(library, count) for library, count in before if count != 1]
    for library, _ in changed:
        library.set_num_threads(1)
    try:
        yield
    finally:
        for library, count in changed:
            library.set_num_threads(count)


def is_small(shape: tuple[int, int]) -> bool:
    """Whether a matrix of this shape has fewer than `SMALL` entries, zeros included."""
    return shape[0] * shape[1] < SMALL


@contextmanager
def suitable_threads(shape: tuple[int, int]) -> Iterator[None]:
    """One BLAS thread while a problem of this shape is solved, if it is small."""
    if not is_small(shape):
        yield
        return
    with one_blas_thread():
        yield
