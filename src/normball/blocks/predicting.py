"""Predictions for rows that are read in blocks, written as they come."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from os import PathLike, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..progress import Progress
from ..typing import Floats
from .arrays import ArrayBlocks
from .base import Blocks
from .parquet import PARQUET, ParquetBlocks, needs_pyarrow
from .scan import Scan, scan

COLUMN = "prediction"
"""What the column of a written file is called."""


def predict_stored(
    X: Any,
    names: Sequence[str],
    predict: Callable[[Floats], Floats],
    to: str | PathLike[str] | None = None,
) -> Floats | None:
    """What is predicted for each row of a source.

    Parameters
    ----------
    X : path or Scan; files need the columns `names`, in any order, and may have others.
    names : (p,) of the features.
    predict : from features (r, p) to predictions (r,).
    to : path of a .parquet file, optional
        Written block by block, under another name until it is whole.

    Returns
    -------
    (n,) predictions; None where they were written.

    Raises
    ------
    ValueError, OSError
        As the blocks; if `to` is no .parquet file, or there is no room for it. Then nothing is left there.
    """
    source = X if isinstance(X, Scan) else scan(X)
    if source.missing != "refuse":
        raise ValueError("predictions need every value of a row; fill missing ones in before.")
    blocks = _features(source, names)
    with Progress(blocks.shape[0], f"predicting {blocks.title}") as bar:
        found = _predicted(blocks, predict, bar)
        if to is None:
            parts = list(found)
            return np.concatenate(parts) if parts else np.zeros(0)
        _write(found, Path(to))
    return None


def _features(source: Scan, names: Sequence[str]) -> Blocks:
    if isinstance(source.source, str | PathLike):
        return ParquetBlocks(source.source, None, columns=names, block_rows=source.block_rows)
    array = source.source
    if array.shape[1] != len(names):
        raise ValueError(f"X has {array.shape[1]} features but {len(names)} were fitted.")
    nothing = np.broadcast_to(np.float64(0), array.shape[:1])
    return ArrayBlocks(array, nothing, names=names, block_rows=source.block_rows)


def _predicted(
    blocks: Blocks, predict: Callable[[Floats], Floats], report: Callable[[int], None]
) -> Generator[Floats, None, None]:
    with closing(blocks.blocks()) as found:
        for block in found:
            yield predict(block.features.T)
            report(len(block.numbers))


def _write(parts: Iterator[Floats], to: Path) -> None:
    needs_pyarrow()
    import pyarrow as pa
    import pyarrow.parquet as pq

    if to.suffix.lower() not in PARQUET:
        raise ValueError(
            f"predictions are written to a file that ends in {' or '.join(PARQUET)}, got {to.name!r}."
        )
    schema, unfinished = pa.schema([(COLUMN, pa.float64())]), to.with_name(f"{to.name}.unfinished")
    try:
        with pq.ParquetWriter(unfinished, schema) as writer:
            for part in parts:
                writer.write_table(pa.table({COLUMN: part}, schema=schema))
        replace(unfinished, to)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
