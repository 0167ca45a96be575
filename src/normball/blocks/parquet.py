"""`ParquetBlocks`: rows of Parquet, Feather and Arrow files, of one file, a folder or a pattern.

Row groups are read in pieces of thousands of rows, since small ones cost time for every column, and cut
into blocks afterwards. Only the columns that are needed are read. Files
follow one another in the order of their names. Pages with a checksum are verified.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from glob import glob, has_magic
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ..typing import Floats
from .base import Blocks, Part

PARQUET, ARROW = (".parquet", ".pq"), (".feather", ".arrow", ".ipc")
INDEX = "__index_level_0__"
"""The column in which pandas writes an index without a name."""
BATCH_BYTES, BATCH_ROWS = 2**25, 4096
"""Size of a piece of a row group in float64, and its fewest rows: a batch costs time for every column."""
READING: dict[str, Any] = {
    "pre_buffer": False,  # which would hold all that was read of the file
    "buffer_size": 2**20,
    "page_checksum_verification": True,
}


def needs_pyarrow() -> None:
    """Raise where pyarrow is missing.

    Raises
    ------
    ModuleNotFoundError
        With the extra that brings it.
    """
    if find_spec("pyarrow") is None:
        raise ModuleNotFoundError(
            'Parquet and Arrow files need pyarrow, which is missing; run: pip install "normball[parquet]"',
            name="pyarrow",
        )


def files_of(path: str | PathLike[str]) -> list[Path]:
    """The files that a path, a folder or a pattern names, in the order of their names.

    Raises
    ------
    FileNotFoundError, ValueError
        If there are none, or one is of another kind.
    """
    place = Path(path)
    if place.is_dir():
        found = sorted(item for item in place.iterdir() if item.suffix.lower() in (*PARQUET, *ARROW))
        where = f"the folder {place}"
    elif has_magic(str(path)) and not place.exists():
        found = sorted(Path(item) for item in glob(str(path), recursive=True))
        where = f"the pattern {path}"
    else:
        found, where = [place], str(place)
    if not found:
        raise FileNotFoundError(f"{where} has no file that ends in {', '.join((*PARQUET, *ARROW))}.")
    for item in found:
        if not item.is_file():
            raise FileNotFoundError(f"there is no file {item}.")
        if item.suffix.lower() not in (*PARQUET, *ARROW):
            raise ValueError(
                f"files that are read in blocks end in {', '.join((*PARQUET, *ARROW))}, got {item.name!r}; "
                "read other tables first, for example by polars.read_csv."
            )
    return found


class ParquetBlocks(Blocks):
    """Rows of Parquet, Feather or Arrow files.

    Parameters
    ----------
    path : str or path of a file or a folder, or a pattern such as "part-*.parquet".
    target : str, the column that is the response; None where there is none (to predict).
    weight : str, optional, the column of the weights.
    drop : names of columns that are no features.
    columns : sequence of str, optional, the features; default: all others, as in the first file.
    missing, block_rows : as `Blocks`.

    Raises
    ------
    ModuleNotFoundError
        Without pyarrow.
    FileNotFoundError, ValueError, TypeError
        If there is no file, one is damaged, or a column is missing or holds no numbers in one of them.
    """

    can_be_rewritten = True

    def __init__(
        self,
        path: str | PathLike[str],
        target: str | None,
        weight: str | None = None,
        drop: Collection[str] = (),
        columns: Collection[str] | None = None,
        missing: str = "refuse",
        block_rows: int | None = None,
    ) -> None:
        needs_pyarrow()
        self.files = files_of(path)
        self._title = self.files[0].name if len(self.files) == 1 else str(path)
        self._path, self._target, self._weight = path, target, weight
        schema, _ = _facts(self.files[0])
        names = [name for name in schema.names if name != INDEX] if columns is None else list(columns)
        first = self.files[0].name
        for name, role in ((target, "the response"), (weight, "sample_weight"), *((n, "drop") for n in drop)):
            if name is not None and name not in schema.names:
                raise ValueError(
                    f"{first} has no column {name!r}, which is given as {role}{_near(name, schema.names)}"
                )
        names = [name for name in names if name not in (target, weight, *drop)]
        if not names:
            raise ValueError(f"{first} has no column that could be a feature.")
        self._columns = [*names, *([] if target is None else [target]), *([] if weight is None else [weight])]
        counts, self._bytes = [], 0
        for file in self.files:
            schema, n = _facts(file)
            self._check(file, schema)
            counts.append(n)
            self._bytes += _bytes_of(file, self._columns)
        self._rows = counts
        shape = (sum(counts), len(names))
        super().__init__(shape, names, target or "", weight or "sample_weight", missing, block_rows)
        self._print = self.fingerprint()

    def _check(self, file: Path, schema: Any) -> None:
        """Raise unless a file has every column once, and numbers in it."""
        import pyarrow.types as kinds

        for name in self._columns:
            positions = schema.get_all_field_indices(name)
            if len(positions) != 1:
                what = "no column" if not positions else f"{len(positions)} columns"
                raise ValueError(
                    f"{file.name} has {what} {name!r}, which the fit needs once{_near(name, schema.names)}"
                )
            kind = schema.field(positions[0]).type
            is_number = kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_boolean(kind)
            if not (is_number or kinds.is_decimal(kind)):
                held = (
                    "text"
                    if kinds.is_string(kind) or kinds.is_large_string(kind)
                    else f"values of type {kind}"
                )
                raise TypeError(
                    f"column {name!r} of {file.name} holds {held} where numbers are needed; "
                    "leave it out with drop=, or write numbers."
                )

    @property
    def title(self) -> str:
        return self._title

    @property
    def bytes_per_pass(self) -> int:
        return self._bytes

    def fingerprint(self) -> tuple[Any, ...]:
        found = [file.stat() if file.exists() else None for file in self.files]
        return tuple(None if item is None else (item.st_size, item.st_mtime_ns) for item in found)

    def parts(self) -> Generator[Part, None, None]:
        if self.fingerprint() != self._print:
            raise ValueError(f"{self.title} changed since it was opened; start again.")
        index = start = 0
        batch_rows = max(self.block_rows, BATCH_BYTES // (8 * len(self._columns)), BATCH_ROWS)
        for file in self.files:
            offset = 0
            for batch in _batches(file, self._columns, batch_rows):
                for first in range(0, batch.num_rows, self.block_rows):
                    piece = batch.slice(first, self.block_rows)
                    yield Part(index, start, piece, file.name, offset)
                    index += 1
                    start += piece.num_rows
                    offset += piece.num_rows

    def pieces(self, count: int, rows: int, seed: int) -> Iterator[Part]:
        every = ((file, *group) for file in self.files for group in enumerate(_groups(file)))
        places = [place for place in every if place[2]]
        chosen = np.random.default_rng(seed).permutation(len(places))[:count]
        rows = rows * count // max(len(chosen), 1)
        for place in np.sort(chosen).tolist():
            file, group, size = places[place]
            batch = next(_batches(file, self._columns, min(rows, size), group))
            yield Part(0, 0, batch.slice(0, rows), file.name, sum(_groups(file)[:group]))

    def responses(self) -> ParquetBlocks:
        first = self.names[:1]
        return ParquetBlocks(self._path, self._target, self._weight, columns=first, missing=self.missing)

    def size_of(self, part: Part) -> int:
        return int(part.content.num_rows)

    def fill_in(self, part: Part, values: Floats) -> None:
        for row, name in enumerate(self._columns):
            values[self._place(row)] = _numbers(part.content.column(name))
        if self._target is None:
            values[-2] = 0.0
        if self._weight is None:
            values[-1] = 1.0

    def _place(self, position: int) -> int:
        """Row of `values` of a column that is read."""
        if position < self.shape[1]:
            return position
        return -2 if self._columns[position] == self._target else -1


def _facts(file: Path) -> tuple[Any, int]:
    """Schema and number of rows of a file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if file.suffix.lower() in PARQUET:
            with pq.ParquetFile(file) as opened:
                return opened.schema_arrow, int(opened.metadata.num_rows)
        with pa.memory_map(str(file)) as source, pa.ipc.open_file(source) as opened:
            return opened.schema, sum(_groups(file))
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(file, error) from None


def _bytes_of(file: Path, columns: Collection[str]) -> int:
    """Bytes of some columns of a file."""
    import pyarrow.parquet as pq

    if file.suffix.lower() not in PARQUET:
        return file.stat().st_size
    with pq.ParquetFile(file) as opened:
        metadata, wanted, size = opened.metadata, set(columns), 0
        for group in range(metadata.num_row_groups):
            of_group = metadata.row_group(group)
            for position in range(of_group.num_columns):
                chunk = of_group.column(position)
                if chunk.path_in_schema in wanted:
                    size += chunk.total_compressed_size
    return size


def _groups(file: Path) -> list[int]:
    """Rows of each group, or record batch, of a file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if file.suffix.lower() in PARQUET:
        with pq.ParquetFile(file) as opened:
            return [opened.metadata.row_group(i).num_rows for i in range(opened.metadata.num_row_groups)]
    with pa.memory_map(str(file)) as source, pa.ipc.open_file(source) as opened:
        return [opened.get_batch(i).num_rows for i in range(opened.num_record_batches)]


def _batches(file: Path, columns: list[str], rows: int, group: int | None = None) -> Iterator[Any]:
    """Record batches of some columns, in their order; of one group of rows, or of all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if file.suffix.lower() in PARQUET:
            with pq.ParquetFile(file, **READING) as opened:
                size = max(min(rows, max(_groups(file), default=1)), 1)
                groups = None if group is None else [group]
                yield from opened.iter_batches(batch_size=size, columns=columns, row_groups=groups)
            return
        with pa.memory_map(str(file)) as source:
            options = pa.ipc.IpcReadOptions(
                included_fields=[i for i, name in enumerate(_facts(file)[0].names) if name in columns]
            )
            with pa.ipc.open_file(source, options=options) as opened:
                for number in range(opened.num_record_batches) if group is None else [group]:
                    yield opened.get_batch(number)
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(file, error) from None


def _numbers(column: Any) -> np.ndarray:
    """A column as numbers, NaN where it has none."""
    import pyarrow as pa
    import pyarrow.types as kinds

    if kinds.is_boolean(column.type):
        column = column.cast(pa.int8())
    if kinds.is_decimal(column.type):
        column = column.cast(pa.float64())
    return np.asarray(column.to_numpy(zero_copy_only=False))


def _damaged(file: Path, error: Exception) -> ValueError:
    why = " ".join(str(error).split())
    return ValueError(
        f"{file.name} cannot be read, it is damaged or of another kind ({why}); write it again."
    )


def _near(name: str, names: Collection[str]) -> str:
    """The end of a sentence on a name: the one that was perhaps meant."""
    from difflib import get_close_matches

    found = get_close_matches(name, [other for other in names if other != name], 1)
    return f"; did you mean {found[0]!r}?" if found else "."
