"""Tables of numbers, and the storages that they are written to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

import normball as nb


def numbers(n: int = 400, p: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X (n, p) of unlike columns, one far from 0, y (n,) and weights (n,), a few of them 0."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) * np.exp(rng.standard_normal(p)) + rng.standard_normal(p)
    X[:, 2] += 1e4
    X[:, 5] = 3.0  # constant
    w = np.zeros(p)
    w[[0, 2, 3, 7]] = [1.0, -2.0, 0.5, 1.5]
    weight = rng.random(n)
    weight[::9] = 0
    return X, X @ w + rng.standard_normal(n), weight


def table_of(X: np.ndarray, y: np.ndarray, weight: np.ndarray) -> pa.Table:
    """The same with columns x0, x1, ..., price and mass."""
    return pa.table({**{f"x{j}": X[:, j] for j in range(X.shape[1])}, "price": y, "mass": weight})


def stored(kind: str, folder: Path, rows: tuple[np.ndarray, ...], **options: Any) -> tuple[Any, Any, Any]:
    """A scan, and what y and the weights are called or are, for rows in some storage."""
    X, y, weight = rows
    table = table_of(*rows)
    if kind == "parquet":
        pq.write_table(table, folder / "rows.parquet", row_group_size=150)
        return nb.scan(folder / "rows.parquet", **options), "price", "mass"
    if kind == "feather":
        feather.write_feather(table, folder / "rows.feather", chunksize=130)
        return nb.scan(folder / "rows.feather", **options), "price", "mass"
    if kind == "folder":
        pq.write_table(table.slice(0, 170), folder / "part-0.parquet")
        pq.write_table(table.slice(170, 0), folder / "part-1.parquet")
        # the columns of a later file may stand in another order
        pq.write_table(table.slice(170).select(table.column_names[::-1]), folder / "part-2.parquet")
        return nb.scan(folder / "part-*.parquet", **options), "price", "mass"
    if kind == "memmap":
        np.save(folder / "X.npy", X)
        return nb.scan(np.load(folder / "X.npy", mmap_mode="r"), **options), y, weight
    return nb.scan(Sliced(X), **options), y, weight


class Sliced:
    """What Zarr and HDF5 arrays have: shape, dtype, and slices that are read when they are asked for."""

    def __init__(self, values: np.ndarray) -> None:
        self._values, self.shape, self.dtype = values, values.shape, values.dtype

    def __getitem__(self, rows: slice) -> np.ndarray:
        return self._values[rows].copy()


STORAGES = ("parquet", "feather", "folder", "memmap", "sliced")
TINY = 1000
"""Bytes of memory in which no table fits, so that it is read in blocks."""
