"""One progress bar on work that turns out to take longer than two seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import log
from time import perf_counter
from types import TracebackType
from typing import Any

from .parameters import read_flag

PATIENCE = 2.0
"""Seconds before a bar appears."""


class Progress:
    """Counts steps; shows a bar (tqdm) where someone is watching and the work is long.

    Parameters
    ----------
    total : int, steps.
    label : str
    verbose : bool, optional
        True: always show the bar, False: never. Default: after two seconds, on a terminal
        or in a notebook.
    """

    def __init__(self, total: int, label: str, verbose: bool | None = None) -> None:
        self._verbose = None if verbose is None else read_flag(verbose, "verbose")
        self._total, self._label = total, label
        self._done, self._since = 0, perf_counter()
        self._bar: Any = None

    def __call__(self, count: int = 1) -> None:
        """Say that `count` more steps are done."""
        self._done += count
        if self._bar is None and self._is_wanted():
            from tqdm.auto import tqdm

            self._bar = tqdm(total=self._total, desc=self._label, initial=self._done, leave=False)
        elif self._bar is not None:
            self._bar.update(count)

    def _is_wanted(self) -> bool:
        if self._verbose is not None:
            return self._verbose
        is_watched = sys.stderr.isatty() or "ipykernel" in sys.modules
        return is_watched and perf_counter() - self._since > PATIENCE

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()


@contextmanager
def gap_progress(label: str, tol: float, verbose: bool | None) -> Iterator[Callable[[float], None]]:
    """A bar over the digits of the gap: from 1 down to tol."""
    total, done = 100, 0
    with Progress(total, label, verbose) as progress:

        def report(gap: float) -> None:
            nonlocal done
            share = log(max(gap, tol)) / log(tol) if tol < 1 else 1.0
            reached = max(done, min(int(total * share), total))
            progress(reached - done)
            done = reached

        yield report
