"""What commands write: whether they can is found before the work, and names are data, never formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..parameters import neutral


def write_csv(stream: Any, header: Sequence[str], rows: Iterable[Sequence[str | float]]) -> None:
    """Write a table: numbers with all digits, texts as `neutral` gives them."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([cell if isinstance(cell, float) else neutral(cell) for cell in row] for row in rows)


def check_folder(folder: Path, names: Iterable[str] = ()) -> None:
    """See that a folder can be made and files written into it; leave all as it is.

    Raises
    ------
    OSError
        If it is a file, or the folder or one of the files may not be written.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name in names:
            check_file(folder / name)
    finally:
        for path in missing:  # the innermost first
            path.rmdir()


def check_file(path: Path) -> None:
    """See that a file can be written; leave all as it is.

    Raises
    ------
    OSError
        If it cannot.
    """
    is_new = not path.exists()
    with path.open("ab"):
        pass
    if is_new:
        path.unlink()
