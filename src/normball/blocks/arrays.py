"""`ArrayBlocks`: rows of any array that is sliced by rows: a memory map, Zarr, HDF5, NumPy."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..typing import Floats
from .base import Blocks, Part

KINDS = "biuf"
"""Kinds of NumPy's types that are numbers."""


class ArrayBlocks(Blocks):
    """Rows of arrays.

    Parameters
    ----------
    X : (n, p), with `shape`, `dtype` and slices of rows that NumPy takes as arrays.
    y : (n,), the same.
    sample_weight : (n,), optional, the same.
    names : sequence of str, optional; default x0, x1, ...
    missing, block_rows : as `Blocks`.

    Raises
    ------
    TypeError, ValueError
        If X is no matrix of numbers, or y and the weights do not go with it.
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        names: Sequence[str] | None = None,
        missing: str = "refuse",
        block_rows: int | None = None,
    ) -> None:
        shape = tuple(int(size) for size in X.shape)
        if len(shape) != 2:
            raise ValueError(f"X must have two dimensions, rows and columns, got shape {shape}.")
        if np.dtype(X.dtype).kind not in KINDS:
            raise TypeError(f"X must hold numbers, got the type {X.dtype}.")
        self._X, self._y = X, _column(y, "y", shape[0])
        self._weight = None if sample_weight is None else _column(sample_weight, "sample_weight", shape[0])
        names = tuple(f"x{j}" for j in range(shape[1])) if names is None else names
        super().__init__((shape[0], shape[1]), names, "y", "sample_weight", missing, block_rows)
        filename = getattr(X, "filename", None)
        self._file = Path(filename) if isinstance(filename, str | Path) else None

    @property
    def title(self) -> str:
        return "X" if self._file is None else self._file.name

    @property
    def bytes_per_pass(self) -> int:
        n, p = self.shape
        return n * p * np.dtype(self._X.dtype).itemsize

    def fingerprint(self) -> tuple[Any, ...]:
        if self._file is None or not self._file.exists():
            return ()
        found = self._file.stat()
        return found.st_size, found.st_mtime_ns

    def parts(self) -> Generator[Part, None, None]:
        for index, start in enumerate(range(0, self.shape[0], self.block_rows)):
            rows = slice(start, min(start + self.block_rows, self.shape[0]))
            weight = None if self._weight is None else np.asarray(self._weight[rows])
            content = np.asarray(self._X[rows]), np.asarray(self._y[rows]), weight
            yield Part(index, start, content, offset=start)

    def pieces(self, count: int, rows: int, seed: int) -> Iterator[Part]:
        last = max(self.shape[0] - rows, 0)
        starts = np.linspace(0, last, min(count, last + 1)).astype(int)
        jitter = np.random.default_rng(seed).integers(0, max(last // count, 1), len(starts))
        for start in np.unique(np.minimum(starts + jitter, last)).tolist():
            cut = slice(start, start + rows)
            weight = None if self._weight is None else np.asarray(self._weight[cut])
            content = np.asarray(self._X[cut]), np.asarray(self._y[cut]), weight
            yield Part(0, start, content, offset=start)

    def responses(self) -> ArrayBlocks:
        first = np.broadcast_to(np.float64(0), (self.shape[0], 1))
        return ArrayBlocks(first, self._y, self._weight, ["none"], self.missing)

    def size_of(self, part: Part) -> int:
        return len(part.content[0])

    def fill_in(self, part: Part, values: Floats) -> None:
        X, y, weight = part.content
        values[:-2] = X.T
        values[-2] = y
        values[-1] = 1.0 if weight is None else weight


def _column(values: Any, name: str, n: int) -> Any:
    """One number a row, sliced like X."""
    found = values if hasattr(values, "shape") and hasattr(values, "dtype") else np.asarray(values)
    if hasattr(found, "to_numpy"):
        found = found.to_numpy()
    shape = tuple(found.shape)
    if shape != (n,):
        raise ValueError(f"{name} must have one entry for each of the {n} rows of X, got shape {shape}.")
    if np.dtype(found.dtype).kind not in KINDS:
        raise TypeError(f"{name} must hold numbers, got the type {found.dtype}.")
    return found
