"""Predictive quality on held-out rows beside that on the rows of the fit, as text and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ..typing import Floats
from .quality import Quality


@dataclass(frozen=True, eq=False)
class PredictiveQuality:
    """How good the predictions of a fitted model are. `print` shows it as a table.

    Attributes
    ----------
    training : Quality, on the rows of the fit.
    held_out : Quality or None, on rows predicted by models that had not seen them.
    how : str, where the held-out figures come from, a sentence; why there are none.
    classes : tuple of str, names of the classes; empty for numbers.
    """

    training: Quality
    held_out: Quality | None
    how: str
    classes: tuple[str, ...] = ()

    @property
    def table(self) -> list[tuple[str, ...]]:
        """Header and rows: figure, on held-out rows if there are any, on training rows, without features."""
        if self.held_out is None:
            head: tuple[str, ...] = ("", "training rows", "no features")
        else:
            head = ("", "held-out rows", "training rows", "no features")
        found = [head]
        for item in self.training.measures:
            unseen = () if self.held_out is None else (self.held_out[item.name].shown_with_error,)
            found.append((item.name, *unseen, item.shown_with_error, item.shown_baseline))
        return found

    @property
    def meanings(self) -> list[str]:
        """What each figure is, a sentence each."""
        return [f"{item.name}: {item.meaning}." for item in self.training.measures]

    @property
    def confusion(self) -> Floats | None:
        """(K, K) counts by class and predicted class, on held-out rows where there are any."""
        return (self.held_out or self.training).confusion

    @property
    def confusion_table(self) -> list[tuple[str, ...]]:
        """Header and rows of the confusion table; empty without classes."""
        counts = self.confusion
        if counts is None:
            return []
        where = "held-out" if self.held_out is not None else "training"
        head = (f"{where} rows", *(f"predicted {name}" for name in self.classes), "right")
        rows = [head]
        for name, row, own in zip(self.classes, counts, np.diagonal(counts), strict=True):
            total = row.sum()
            share = f"{100 * own / total:.1f} %" if total > 0 else ""
            rows.append((name, *(f"{count:.10g}" for count in row.round(6)), share))
        return rows

    @property
    def notes(self) -> list[str]:
        """Where the figures come from."""
        errors = "± is one standard error over the rows."
        return [f"{self.how} {errors}" if self.held_out is not None else f"{errors} {self.how}".strip()]

    @property
    def headline(self) -> str:
        """The most telling figures in one sentence."""
        best, where = (
            (self.training, "the rows of the fit")
            if self.held_out is None
            else (self.held_out, "rows that the model had not seen")
        )
        parts = [
            f"{item.name} {item.shown_with_error}"
            + (f" ({item.shown_baseline} without features)" if item.shown_baseline and k == 0 else "")
            for k, item in enumerate(best.measures[:2])
        ]
        return f"On {where}: {', '.join(parts)}."

    def __str__(self) -> str:
        lines = aligned(self.table)
        if self.confusion_table:
            lines += ["", *aligned(self.confusion_table)]
        return "\n".join([*lines, *self.notes])

    def _repr_html_(self) -> str:
        tables: list[Sequence[Sequence[str]]] = [self.table]
        if self.confusion_table:
            tables.append(self.confusion_table)
        notes = "".join(f"<p>{escape(line)}</p>" for line in (*self.notes, *self.meanings))
        return "".join(map(_html, tables)) + notes


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows
    ]


def _html(rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th scope='col'>{escape(cell)}</th>" for cell in rows[0])
    body = "".join(
        f"<tr><th scope='row'>{escape(row[0])}</th>"
        + "".join(f"<td style='text-align:right'>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows[1:]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
