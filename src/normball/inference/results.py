"""Tables of results, mostly with a row for each feature, for terminals and notebooks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from html import escape
from typing import Any, ClassVar

from ..typing import Floats

SHOWN = 50
"""Rows that are printed; `rows` has them all."""


class Results(ABC):
    """Rows with names, columns of numbers, and a sentence; subclasses are frozen dataclasses."""

    heading: ClassVar[str] = "feature"
    """What a row is about."""

    @property
    @abstractmethod
    def row_names(self) -> tuple[str, ...]:
        """(k,) names of the rows."""

    @property
    @abstractmethod
    def columns(self) -> dict[str, Floats]:
        """(k,) numbers by heading, a number for each of the k rows."""

    @property
    @abstractmethod
    def note(self) -> str:
        """What the numbers mean, in a sentence or two."""

    def table(self) -> dict[str, Any]:
        """The names ("feature") and the columns, as a data frame of any library takes them."""
        return {self.heading: list(self.row_names), **self.columns}

    def _rows(self) -> list[list[str]]:
        numbers = zip(*self.columns.values(), strict=True)
        lines = zip(self.row_names, numbers, strict=True)
        return [[name, *(f"{value:.4g}" for value in row)] for name, row in list(lines)[:SHOWN]]

    @property
    def _rest(self) -> str:
        more = len(self.row_names) - SHOWN
        return f"and {more} more" if more > 0 else ""

    def __str__(self) -> str:
        if not self.row_names:
            return self.note
        rows = [[self.heading, *self.columns], *self._rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in range(1, len(row)))])
            for row in rows
        ]
        return "\n".join(filter(None, [*lines, self._rest, self.note]))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>\n{self}"

    def _repr_html_(self) -> str:
        if not self.row_names:
            return f"<p>{escape(self.note)}</p>"
        head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in [self.heading, *self.columns])
        body = "".join(
            f"<tr><th scope='row'>{escape(name)}</th>"
            + "".join(f"<td style='text-align:right'>{value}</td>" for value in values)
            + "</tr>"
            for name, *values in self._rows()
        )
        rest = f"<p>{escape(self._rest)}</p>" if self._rest else ""
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f"{table}{rest}<p>{escape(self.note)}</p>"


class FeatureResults(Results):
    """Rows of features."""

    feature_names: tuple[str, ...]

    @property
    def row_names(self) -> tuple[str, ...]:
        return self.feature_names
