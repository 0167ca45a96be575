"""The file of an experiment that can be interrupted: what was done, and which experiment it was."""

from __future__ import annotations

import json
import os
from pathlib import Path as FilePath
from typing import Any

Cell = tuple[int, int, int]
"""p, m and s."""


class Record:
    """Cells that are done, in a file where there is one."""

    def __init__(self, file: str | os.PathLike[str] | None, experiment: dict[str, Any]) -> None:
        self.file, self.experiment = None if file is None else FilePath(file), experiment
        self.cells: dict[Cell, int] = {}
        self._unsaved = 0
        if self.file is None or not self.file.exists():
            return
        try:
            stored = json.loads(self.file.read_text(encoding="utf-8"))
            found = stored["experiment"]
            self.cells = {(p, m, s): successes for p, m, s, successes in stored["cells"]}
        except (ValueError, KeyError, TypeError):
            raise ValueError(
                f"file {str(self.file)!r} is no record of a phase transition; give another."
            ) from None
        if found != experiment:
            raise ValueError(
                f"file {str(self.file)!r} holds another experiment, {found}, not {experiment}; give another."
            )

    def add(self, cell: Cell, successes: int) -> None:
        """Keep a cell; the file is written now and then, and at the end."""
        self.cells[cell] = successes
        self._unsaved += 1
        if self._unsaved >= 16:
            self.save()

    def save(self) -> None:
        """Write all cells, so that an interruption leaves either the old file or the new one."""
        self._unsaved = 0
        if self.file is None:
            return
        cells = [[p, m, s, successes] for (p, m, s), successes in sorted(self.cells.items())]
        text = json.dumps({"experiment": self.experiment, "cells": cells})
        temporary = self.file.with_name(self.file.name + ".part")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(self.file)
