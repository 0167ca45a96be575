"""Rows that are read in blocks: what every storage gives, and the pass that adds up over it.

A *pass* reads each row once and gives sums whose size does not depend on the number of rows. Blocks
are turned into float64 and summed up on threads, and their sums are added in the order of the rows:
every number is the same whatever the number of threads. One more thread reads ahead.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .._kernels import max_threads
from ..solvers.threads import one_blas_thread
from ..typing import Floats, Indices
from .prefetch import ahead

BLOCK_BYTES = 2**24
"""Size of a block in float64: a few of them are in memory at once."""
FEWEST_ROWS, MOST_ROWS = 256, 2**16
"""Rows of a block, whatever the number of columns."""
PIECES = 20
"""Places that a sample is taken from."""
HEAD = 4096
"""Rows at the start whose means are taken out of the columns before products are summed."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some rows as their storage holds them.

    Attributes
    ----------
    index : int, its place among the blocks of a pass.
    start : int, number of its first row.
    content : what the storage reads.
    place : str, such as "part-2.parquet"; empty where rows have no file.
    offset : int, number of the first row within `place`.
    """

    index: int
    start: int
    content: Any
    place: str = ""
    offset: int = 0


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows in float64.

    Attributes
    ----------
    index : int, its place among the blocks of a pass.
    numbers : (r,) of the rows, counted from 0 over the whole source.
    values : (p + 2, r) features, then the response, then the weights; the block's own, and a reduction
        may write over it.
    """

    index: int
    numbers: Indices
    values: Floats

    @property
    def features(self) -> Floats:
        """(p, r) features by rows."""
        return self.values[:-2]


class Reduction(ABC):
    """Sums over rows.

    `is_large` says that there is room for one set of sums only. Then blocks follow one another, and
    `accumulate` divides the work of each among threads.
    """

    is_large: bool = False

    @abstractmethod
    def of_block(self, block: Block) -> tuple[Floats, ...]:
        """The sums of one block."""

    def accumulate(self, block: Block, total: tuple[Floats, ...] | None) -> tuple[Floats, ...]:
        """The sums so far with those of one more block, in place."""
        return _added(total, self.of_block(block))


def _added(total: tuple[Floats, ...] | None, part: tuple[Floats, ...]) -> tuple[Floats, ...]:
    if total is None:
        return part
    for whole, more in zip(total, part, strict=True):
        np.add(whole, more, out=whole)
    return total


class Blocks(ABC):
    """Rows of numbers in a storage that is read in blocks.

    Parameters
    ----------
    names : sequence of str, the columns that are features.
    target, weight : str, what the response and the weights are called in messages.
    missing : "refuse", "drop" (leave those rows out) or "mean" (see `fill`).
    block_rows : int, optional, rows of a block; default: 16 MiB of float64.

    Attributes
    ----------
    shape : (n, p)
    fill : (p,) what a missing value is replaced by with missing="mean"; set before the pass.
    n_passes : float, passes so far.
    """

    can_be_rewritten: ClassVar[bool] = False

    def __init__(
        self,
        shape: tuple[int, int],
        names: Sequence[str],
        target: str,
        weight: str,
        missing: str,
        block_rows: int | None,
    ) -> None:
        self.shape, self.names, self.target, self.weight = shape, tuple(names), target, weight
        self.missing, self.fill = missing, np.zeros(0)
        self.n_passes = 0.0
        usual = BLOCK_BYTES // (8 * (shape[1] + 2))
        self.block_rows = min(max(usual, FEWEST_ROWS), MOST_ROWS) if block_rows is None else block_rows

    @property
    @abstractmethod
    def title(self) -> str:
        """What the source is called in messages."""

    @property
    @abstractmethod
    def bytes_per_pass(self) -> int:
        """Bytes that a pass reads."""

    @abstractmethod
    def fingerprint(self) -> tuple[Any, ...]:
        """What changes when the source is written again; empty where nothing tells."""

    @abstractmethod
    def parts(self) -> Generator[Part, None, None]:
        """All rows in their order, `block_rows` at most at a time."""

    @abstractmethod
    def pieces(self, count: int, rows: int, seed: int) -> Iterator[Part]:
        """At most `count` runs of up to `rows` rows each, at random places."""

    @abstractmethod
    def responses(self) -> Blocks:
        """The same rows with the first feature alone, to read response and weights at little cost."""

    @abstractmethod
    def fill_in(self, part: Part, values: Floats) -> None:
        """Write features, response and weights of a part into values (p + 2, r); NaN where missing."""

    @abstractmethod
    def size_of(self, part: Part) -> int:
        """Rows of a part."""

    def block_of(self, part: Part) -> Block:
        """A part in float64, checked.

        Raises
        ------
        ValueError
            If it holds infinite values, or missing ones that are refused; weights below 0.
        """
        values = np.empty((self.shape[1] + 2, self.size_of(part)))
        self.fill_in(part, values)
        numbers = np.arange(part.start, part.start + values.shape[1])
        with np.errstate(invalid="ignore", over="ignore"):
            is_sound = np.isfinite(values.sum(axis=1)).all()
        if not is_sound:
            numbers, values = self._mended(part, numbers, values)
        if (values[-1] < 0).any():
            row = int((values[-1] < 0).argmax())
            raise ValueError(
                f"{self.weight} must be >= 0, got {values[-1, row]:g} in {self._row(part, row)}."
            )
        if not values[-1].all():  # a row without weight is no row
            numbers, values = numbers[values[-1] > 0], np.ascontiguousarray(values[:, values[-1] > 0])
        return Block(part.index, numbers, values)

    def _mended(self, part: Part, numbers: Indices, values: Floats) -> tuple[Indices, Floats]:
        """Missing values left out or filled in, or the error that names the first."""
        is_missing = np.isnan(values)
        if self.missing == "refuse" or (self.missing == "mean" and is_missing[-2:].any()):
            self._refuse(part, values, is_missing if self.missing == "refuse" else is_missing[-2:])
        if np.isinf(values).any():
            self._refuse(part, values, np.isinf(values))
        if self.missing == "drop":
            kept = ~is_missing.any(axis=0)
            return numbers[kept], np.ascontiguousarray(values[:, kept])
        if len(self.fill):
            features, rows = np.nonzero(is_missing)
            values[features, rows] = self.fill[features]
        return numbers, values

    def _refuse(self, part: Part, values: Floats, is_wrong: np.ndarray) -> None:
        """Raise for the first wrong entry, if there is one; is_wrong is (p + 2, r) or its last rows."""
        if not is_wrong.any():
            return
        row = int(is_wrong.any(axis=0).argmax())
        column = int(is_wrong[:, row].argmax()) + len(values) - len(is_wrong)
        name = (*self.names, self.target, self.weight)[column]
        what = "NaN" if np.isnan(values[column, row]) else "an infinite value"
        remedy = (
            "replace it"
            if what != "NaN"
            else "use missing='drop'"
            if column >= self.shape[1]
            else "use missing='drop' or missing='mean'"
        )
        raise ValueError(f"column {name!r} holds {what} in {self._row(part, row)}; {remedy}.")

    @staticmethod
    def _row(part: Part, row: int) -> str:
        place = f" of {part.place}" if part.place else ""
        return f"row {part.offset + row}{place}"

    # ---- passes ---------------------------------------------------------------------
    def blocks(self) -> Generator[Block, None, None]:
        """All blocks in their order, one at a time."""
        with closing(ahead(self._checked_parts)) as parts:
            for part in parts:
                yield self.block_of(part)

    def head(self, rows: int = HEAD) -> Floats:
        """(p + 2, r) values of the first rows that are kept, as many as there are up to `rows`."""
        found, count = [], 0
        with closing(self.parts()) as parts:
            for part in parts:
                block = self.block_of(part)
                found.append(block.values[:, : rows - count])
                count += found[-1].shape[1]
                if count >= rows:
                    break
        return np.concatenate(found, axis=1) if found else np.zeros((self.shape[1] + 2, 0))

    def sample(self, rows: int, seed: int = 0) -> Floats:
        """(p + 2, r) values of about `rows` rows, in runs from random places."""
        found = [self.block_of(part).values for part in self.pieces(PIECES, -(-rows // PIECES), seed)]
        self.n_passes += sum(values.shape[1] for values in found) / max(self.shape[0], 1)
        return np.concatenate(found, axis=1) if found else np.zeros((self.shape[1] + 2, 0))

    def sums(
        self, reduction: Reduction, report: Callable[[int], None] = lambda rows: None
    ) -> tuple[Floats, ...]:
        """One pass: the sums over all rows; `report` is told how many more rows are done.

        Raises
        ------
        ValueError
            If rows are missing, or the source changed meanwhile.
        """
        with one_blas_thread():
            total = (
                self._one_by_one(reduction, report)
                if reduction.is_large
                else self._together(reduction, report)
            )
        self.n_passes += 1
        if total is None:
            raise ValueError(f"{self.title} has no rows to fit; every one was left out or there are none.")
        return total

    def _checked_parts(self) -> Iterator[Part]:
        """All parts; refuses a source that is written while it is read, or ends early."""
        before, count = self.fingerprint(), 0
        for part in self.parts():
            count += self.size_of(part)
            yield part
        if self.fingerprint() != before:
            raise ValueError(f"{self.title} changed since this fit began; start it again.")
        if count != self.shape[0]:
            raise ValueError(
                f"{self.title} gave {count} rows of {self.shape[0]}; it is damaged, write it again."
            )

    def _one_by_one(self, reduction: Reduction, report: Callable[[int], None]) -> tuple[Floats, ...] | None:
        total = None
        for block in self.blocks():
            if len(block.numbers):
                total = reduction.accumulate(block, total)
            report(len(block.numbers))
        return total

    def _together(self, reduction: Reduction, report: Callable[[int], None]) -> tuple[Floats, ...] | None:
        def work(part: Part) -> tuple[int, tuple[Floats, ...] | None]:
            block = self.block_of(part)
            count = len(block.numbers)
            return count, reduction.of_block(block) if count else None

        total: tuple[Floats, ...] | None = None
        n_threads = max(max_threads(), 1)
        waiting: deque[Future[Any]] = deque()

        def take() -> None:
            nonlocal total
            count, found = waiting.popleft().result()
            if found is not None:
                total = _added(total, found)
            report(count)

        with closing(ahead(self._checked_parts)) as parts, ThreadPoolExecutor(n_threads) as pool:
            try:
                for part in parts:
                    waiting.append(pool.submit(work, part))
                    if len(waiting) > n_threads:
                        take()
                while waiting:
                    take()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return total
