"""`nb.scan`: which rows of a file, a folder or an array are read, and in how much memory."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..parameters import read_count, shown

if TYPE_CHECKING:
    from .base import Blocks

MISSING = ("refuse", "drop", "mean")
"""What may be done about missing values."""
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
SHARE_OF_FREE = 0.25
"""Share of the free memory that is taken where no memory is given."""


@dataclass(frozen=True, eq=False)
class Scan:
    """How a source is read; made by `scan`.

    Attributes
    ----------
    source : path or array.
    drop : tuple of str, columns that are no features.
    memory : int, bytes.
    missing : "refuse", "drop" or "mean".
    block_rows : int or None
    """

    source: Any
    drop: tuple[str, ...]
    memory: int
    missing: str
    block_rows: int | None

    def blocks(self, y: Any, sample_weight: Any = None, names: Any = None) -> Blocks:
        """The rows with their response and weights, columns of a file or arrays beside an array.

        Raises
        ------
        TypeError, ValueError, FileNotFoundError
            As `ParquetBlocks` and `ArrayBlocks`.
        """
        from .arrays import ArrayBlocks
        from .parquet import ParquetBlocks

        if isinstance(self.source, str | PathLike):
            for value, name in ((y, "y"), (sample_weight, "sample_weight")):
                if not (isinstance(value, str) or (value is None and name != "y")):
                    raise TypeError(
                        f"{name} must name a column of {Path(self.source).name}, got {shown(value)}."
                    )
            if names is not None:
                raise TypeError("feature_names goes with an array; a file has names of its own.")
            return ParquetBlocks(
                self.source, y, sample_weight, self.drop, missing=self.missing, block_rows=self.block_rows
            )
        if self.drop:
            raise TypeError("drop names columns of a file; give an array without them.")
        return ArrayBlocks(self.source, y, sample_weight, names, self.missing, self.block_rows)


def is_stored(X: Any) -> bool:
    """Whether X is a path or a `Scan`, to be read in blocks."""
    return isinstance(X, str | PathLike | Scan)


def scan(
    source: Any,
    *,
    drop: Collection[str] = (),
    memory: str | int | None = None,
    missing: str = "refuse",
    block_rows: int | None = None,
) -> Scan:
    """A source of rows for `Problem`, `Regressor` and `RegressorCV`, to be read in blocks.

    Parameters
    ----------
    source : path, or array that is sliced by rows
        A .parquet, .feather or .arrow file, a folder of them, or a pattern such as ``"part-*.parquet"``; or
        a memory map, a Zarr or HDF5 array (n, p).
    drop : collection of str
        Columns of files that are no features.
    memory : str or int, optional
        What may be used, such as "2GB", or bytes. Default: a quarter of the free memory. Rows that
        fit in half of it are read as they are, and then every loss is there.
    missing : "refuse", "drop" or "mean"
        Missing values are an error, leave their rows out, or become the mean of their column, for which
        one more pass is made.
    block_rows : int, optional
        Rows that are read at once; default: 16 MiB of float64.

    Returns
    -------
    Scan

    Raises
    ------
    TypeError, ValueError
        One sentence naming the argument, what was given and what is accepted.

    Examples
    --------
    >>> import normball as nb
    >>> path = nb.Problem(nb.scan("big.parquet", drop=["id"]), "price").path()  # doctest: +SKIP
    """
    if not isinstance(source, str | PathLike) and not (hasattr(source, "shape") and hasattr(source, "dtype")):
        raise TypeError(f"scan takes a path, or an array with shape and dtype, got {shown(source)}.")
    if isinstance(drop, str) or not isinstance(drop, Iterable):
        raise TypeError(f"drop must be a list of names, got {shown(drop)}.")
    if missing not in MISSING:
        raise ValueError(f"missing must be 'refuse', 'drop' or 'mean', got {missing!r}.")
    rows = None if block_rows is None else read_count(block_rows, "block_rows")
    return Scan(source, tuple(drop), read_memory(memory), missing, rows)


def read_memory(memory: str | int | None) -> int:
    """Bytes from a number, or a text such as "2GB".

    Raises
    ------
    TypeError, ValueError
        If it is neither.
    """
    if memory is None:
        return int(SHARE_OF_FREE * free_memory())
    if not isinstance(memory, str):
        return read_count(memory, "memory")
    text = memory.strip().upper()
    unit = next((unit for unit in UNITS if text.endswith(unit)), "")
    try:
        found = float(text.removesuffix(unit)) * UNITS.get(unit, 1)
    except ValueError:
        found = float("nan")
    if not 1 <= found < 1e18:
        raise ValueError(f"memory must be bytes or such as '500MB' or '2GB', got {memory!r}.")
    return int(found)


def free_memory() -> int:
    """Bytes of memory that are free, or hold what can be read again."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    except OSError:
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, ValueError, OSError):  # Windows
        return 8 * 10**9
