"""BLAS threads: none for small problems, where waking them costs more than they do.

A product of a few thousand numbers takes a microsecond; handing it to a second thread and
waiting takes tens. Matrices of fewer than `SMALL` entries are therefore solved on one
thread; larger ones use whatever the user allows (threadpoolctl, OPENBLAS_NUM_THREADS).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import cast

from threadpoolctl import ThreadpoolController

SMALL = 2_000_000
"""Entries of X below which one thread is used."""


@cache
def _controller() -> ThreadpoolController:
    """Made once: looking for the loaded libraries takes milliseconds."""
    return ThreadpoolController()


def one_blas_thread() -> AbstractContextManager[object]:
    """One BLAS thread, whatever the size.

    For work whose threads are those of the compiled kernels: idle BLAS threads go on
    spinning for a while and would take the processors from them.
    """
    return cast("AbstractContextManager[object]", _controller().limit(limits=1, user_api="blas"))


@contextmanager
def suitable_threads(shape: tuple[int, int]) -> Iterator[None]:
    """One BLAS thread while a problem of this shape is solved, if it is small."""
    if shape[0] * shape[1] >= SMALL:
        yield
        return
    with one_blas_thread():
        yield
