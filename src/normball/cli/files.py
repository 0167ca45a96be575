"""Reading a CSV, TSV or Parquet file as a frame whose columns hold what their entries say.

What a spreadsheet or a program wrote beside the data is put right, and a note says so: other
encodings than UTF-8, an index without a name, numbers written for people (see `written_numbers`).
Two columns of one name, and a column without one, are refused.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..inputs.coding import listed
from .written_numbers import Writing, find_writing, numbers_of

if TYPE_CHECKING:
    import polars as pl

SUFFIXES = (".csv", ".tsv", ".parquet")
MISSING = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"]
"""Texts that count as a missing value in CSV and TSV files."""
NAMELESS = ("", "Unnamed: 0", "__index_level_0__")
"""What a column without a name is called: as it is, and by pandas in a CSV file and in Parquet."""
_CHUNK = 2**20


@dataclass(frozen=True, eq=False)
class TableFile:
    """A file that was read.

    Attributes
    ----------
    frame : its columns, at least one row.
    source : name of the file.
    notes : sentences on what was read other than it stands there.
    """

    frame: pl.DataFrame
    source: str
    notes: tuple[str, ...]


def read_file(
    path: str | Path,
    *,
    texts: Collection[str] = (),
    columns: Collection[str] | None = None,
    drop: Collection[str] = (),
) -> TableFile:
    """The file as a polars frame.

    Parameters
    ----------
    path : str or Path
        A .csv (separated by commas, semicolons or tabs), .tsv or .parquet file with named columns.
    texts : names of columns that are read as texts, even if they look like numbers.
    columns : names of the columns that are needed; default all.
    drop : names of columns that are not needed, so that nothing about them is refused.

    Raises
    ------
    OSError
        If the file is not there or may not be read.
    ValueError
        If its name ends in something unknown, it is empty, it is not what its name says, its header
        is ambiguous, or a column writes numbers in several ways.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(
            f"the file must end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}, got {file.name!r}; "
            "save the table as one of these."
        )
    with file.open("rb") as opened:  # says what is wrong with a path better than a parser would
        if not opened.readline().strip():
            raise ValueError(f"{file.name} is empty; it needs a line of column names and one line a row.")
    notes: list[str] = []
    text = None if suffix == ".parquet" else _TextFile.open(file, suffix, notes)
    frame = _parsed(file, lambda pl: pl.read_parquet(file)) if text is None else text.frame(texts)
    if frame.height == 0:
        raise ValueError(f"{file.name} has column names but no rows.")
    if columns is None:
        frame = _without_index(frame, file.name, drop, notes)
        columns = frame.columns
    wanted = [name for name in frame.columns if name in columns and name not in (*texts, *drop)]
    frame = _with_numbers(frame, wanted, text, notes)
    return TableFile(frame, file.name, tuple(notes))


@dataclass(frozen=True)
class _TextFile:
    """A CSV or TSV file: what is between its columns, and its bytes where they are not UTF-8."""

    path: Path
    separator: str
    recoded: bytes | None

    @classmethod
    def open(cls, path: Path, suffix: str, notes: list[str]) -> _TextFile:
        """Find encoding and separator; refuse a header with one name twice."""
        encoding = _encoding(path)
        recoded = None
        if encoding not in ("utf-8", "utf-8-sig"):
            recoded = path.read_bytes().decode(encoding, errors="replace").encode()
            notes.append(f"{path.name} is not UTF-8 and was read as {encoding}.")
        with path.open(encoding=encoding, errors="replace", newline="") as opened:
            head = opened.readline()
            separator = "\t" if suffix == ".tsv" else max(",;\t", key=head.count)
            opened.seek(0)
            header = next(csv.reader(opened, delimiter=separator), [])
        repeated = sorted({name for name in header if header.count(name) > 1}, key=header.index)
        if repeated:
            verb = "is the name of several columns" if len(repeated) == 1 else "are names of several columns"
            raise ValueError(f"{listed(repeated)} {verb} of {path.name}; give each column its own name.")
        return cls(path, separator, recoded)

    def frame(self, texts: Collection[str], columns: Sequence[str] | None = None) -> pl.DataFrame:
        """All columns, or some; those in `texts` as texts, the others as what they look like."""
        return _parsed(
            self.path,
            lambda pl: pl.read_csv(
                self.path if self.recoded is None else io.BytesIO(self.recoded),
                separator=self.separator,
                columns=None if columns is None else list(columns),
                null_values=MISSING,
                infer_schema_length=None,
                schema_overrides=dict.fromkeys(texts, pl.String),
                try_parse_dates=True,
            ),
        )


def _parsed(file: Path, parse: Callable[[Any], pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    try:
        return parse(pl)
    except pl.exceptions.PolarsError as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise ValueError(f"{file.name} cannot be read as {file.suffix[1:].upper()}: {reason}.") from error


def _encoding(path: Path) -> str:
    """UTF-8 if every byte fits, UTF-16 if the file says so; else Windows-1252, of which Latin-1 is part."""
    with path.open("rb") as opened:
        start = opened.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(start)
            while chunk := opened.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"


def _without_index(frame: pl.DataFrame, source: str, drop: Collection[str], notes: list[str]) -> pl.DataFrame:
    """The frame without a nameless first column of whole numbers that are all different."""
    for position, name in enumerate(frame.columns):
        if name not in NAMELESS or name in drop:
            continue
        column = frame[name]
        if position == 0 and column.dtype.is_integer() and column.n_unique() == frame.height:
            notes.append(f"The first column of {source} has no name and numbers the rows; it was left out.")
            frame = frame.drop(name)
        elif name == "":
            raise ValueError(
                f"column {position + 1} of {source} has no name; give it one, or leave it out with --drop ''."
            )
    return frame


def _with_numbers(
    frame: pl.DataFrame, names: Sequence[str], file: _TextFile | None, notes: list[str]
) -> pl.DataFrame:
    """The frame with the numbers of columns that write them for people.

    Where one column has decimal commas without a doubt, points in others stand between thousands if
    they can.
    """
    import polars as pl

    found: dict[str, Writing] = {}
    for name in names:
        if frame[name].dtype == pl.String and (writing := find_writing(frame[name])) is not None:
            found[name] = writing
    has_commas = any(writing.is_certain and writing.has_commas for writing in found.values())
    if has_commas and file is not None:
        doubtful = [name for name in names if frame[name].dtype.is_float()]
        written = file.frame(doubtful, doubtful) if doubtful else frame.select()
        for name in doubtful:
            writing = find_writing(written[name])
            if writing is not None and not writing.is_certain:
                found[name], frame = writing, frame.with_columns(written[name])
    examples, prefers_commas = {}, has_commas or (file is not None and file.separator == ";")
    for name, writing in found.items():
        column, examples[name] = numbers_of(frame[name], writing.settled(prefers_commas))
        frame = frame.with_columns(column)
    if len(examples) == 1:
        notes += [f"Column {name!r} is read as numbers: {example}." for name, example in examples.items()]
    elif examples:
        listing = ", ".join(f"{name!r} ({example})" for name, example in examples.items())
        notes.append(f"{len(examples)} columns are read as numbers: {listing}.")
    return frame
