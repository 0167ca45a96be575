"""Warnings of the package."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_quiet: ContextVar[bool] = ContextVar("is_quiet", default=False)


class ConvergenceWarning(UserWarning):
    """A solve ended above its tolerance; the message gives gap, tolerance and what to try."""


def warn_unconverged(message: str, stacklevel: int = 1) -> None:
    """Warn of a solve above its tolerance, at the caller's `stacklevel`, unless within `quietly`."""
    if not _is_quiet.get():
        warnings.warn(message, ConvergenceWarning, stacklevel=stacklevel + 1)


@contextmanager
def quietly() -> Iterator[None]:
    """For callers that report gaps themselves: no `ConvergenceWarning` of this thread.

    `warnings.catch_warnings` would change the filters of the whole process: of two threads that overlap
    in it, the last to leave restores what the first had set, and every later warning is lost.
    """
    token = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(token)
