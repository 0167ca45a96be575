"""How one column of a table becomes numbers, at the fit and again at each prediction.

A column of numbers stays as it is. A column of texts or of true and false has levels:
two levels become one feature, `name=second`, which is 1 for the second level in
alphabetical order and 0 for the first; three or more become one feature a level,
`name=level`, so that no level is privileged: regularisation picks among them, and without
a reference level the choice does not depend on which one was left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..typing import Floats
from .outputs import neutral

if TYPE_CHECKING:
    import polars as pl

BOOLEAN_LEVELS = ("false", "true")


@dataclass(frozen=True)
class Coding:
    """The coding of one column.

    Attributes
    ----------
    name : str, the column in the file.
    levels : the known levels in alphabetical order; empty for a column of numbers.
    """

    name: str
    levels: tuple[str, ...] = ()

    @classmethod
    def learn(cls, column: pl.Series) -> Coding:
        """The coding of a column without missing values."""
        if column.dtype.is_numeric():
            return cls(column.name)
        return cls(column.name, tuple(sorted(as_text(column).unique().to_list())))

    @property
    def is_numeric(self) -> bool:
        """Whether the column is taken as it is."""
        return not self.levels

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that the column becomes."""
        if self.is_numeric:
            return (self.name,)
        coded = self.levels[1:] if len(self.levels) == 2 else self.levels
        return tuple(f"{self.name}={level}" for level in coded)

    def encode(self, column: pl.Series) -> Floats:
        """(n, number of features) values of a column without missing values.

        Raises
        ------
        ValueError
            If a number is wanted and something else is found, or a level is unknown; the
            message names the column and the row.
        """
        if self.is_numeric:
            return self._numbers(column)[:, None]
        texts = as_text(column)
        if self.levels == BOOLEAN_LEVELS:
            texts = texts.str.to_lowercase()
        # also as our own files write a level that a spreadsheet would take for a formula
        known = {neutral(level): position for position, level in enumerate(self.levels)}
        known |= {level: position for position, level in enumerate(self.levels)}
        positions = np.array([known.get(text, -1) for text in texts], dtype=np.intp)
        if (positions < 0).any():
            row = int((positions < 0).argmax())
            raise ValueError(
                f"column {self.name!r} has the category {texts[row]!r} in row {row + 1}, which the model "
                "does not "
                f"know; known are {listed(self.levels)}."
            )
        flags = np.zeros((len(positions), len(self.levels)))
        flags[np.arange(len(positions)), positions] = 1.0
        return flags[:, 1:] if len(self.levels) == 2 else flags

    def _numbers(self, column: pl.Series) -> Floats:
        if not column.dtype.is_numeric() and len(column):
            raise ValueError(
                f"column {self.name!r} must hold numbers, as at the fit, but holds {type_name(column)} "
                f"such as {str(column[0])!r}."
            )
        values = column.cast(_float64()).to_numpy()
        if not np.isfinite(values).all():
            row = int((~np.isfinite(values)).argmax())
            raise ValueError(
                f"column {self.name!r} must be finite, got {values[row]:g} in row {row + 1}; correct the "
                "entry."
            )
        return np.asarray(values, dtype=np.float64)

    def as_json(self) -> str | dict[str, Any]:
        """The coding as a JSON value: the name of a column of numbers, or name and levels."""
        return self.name if self.is_numeric else {"name": self.name, "levels": list(self.levels)}

    @classmethod
    def from_json(cls, stored: str | dict[str, Any]) -> Coding:
        """The coding from what `as_json` gave."""
        if isinstance(stored, str):
            return cls(stored)
        name, levels = stored["name"], stored["levels"]
        if not all(isinstance(text, str) for text in (name, *levels)) or list(levels) != sorted(set(levels)):
            raise ValueError(f"column {name!r} has levels that are not texts in order")
        return cls(name, tuple(levels))


def as_text(column: pl.Series) -> pl.Series:
    """The column as texts; true and false as 'true' and 'false'."""
    import polars as pl

    return column.cast(pl.String)


def type_name(column: pl.Series) -> str:
    """What a sentence calls the entries of a column."""
    import polars as pl

    if column.dtype.is_numeric():
        return "numbers"
    if column.dtype == pl.Boolean:
        return "true and false"
    if column.dtype.is_temporal():
        return "dates or times"
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        return "text"
    return f"values of type {column.dtype}"


def listed(names: Sequence[str], most: int = 5) -> str:
    """'a', 'b' and 3 more."""
    text = ", ".join(repr(name) for name in names[:most])
    return text + (f" and {len(names) - most} more" if len(names) > most else "")


def joined(names: Sequence[str]) -> str:
    """'a', 'b' and 'c'."""
    quoted = [repr(name) for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))


def _float64() -> Any:
    import polars as pl

    return pl.Float64
