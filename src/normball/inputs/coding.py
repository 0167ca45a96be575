"""How one column of a table becomes numbers, learnt from some rows and applied to others.

- Numbers stay as they are; true and false, and texts, have *levels*. Two levels become one feature,
  `name=second`, 1 for the second in alphabetical order; three or more become one feature a level,
  `name=level`, so that none is privileged: regularisation picks among them. Levels that are rare are
  one level together, `name=(other)`, which also takes levels that were not there when it was learnt.
- Dates become days since the first one, and on request the month and the weekday, as levels.
- Missing values are refused, or stand for the mean of their feature (of a level: its share), and with
  an indicator `name=(missing)` says where.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..parameters import neutral
from ..typing import Floats, Mask
from .series import dates_of, is_date, is_number, numbers_of, texts_of, type_name

BOOLEAN_LEVELS = ("false", "true")
OTHER, MISSING = "(other)", "(missing)"
RARE_SHARE = 0.01
"""Levels in at least this share of the rows are not rare."""
POLICIES = ("refuse", "mean", "indicator")
WEEKDAYS = ("1 Mon", "2 Tue", "3 Wed", "4 Thu", "5 Fri", "6 Sat", "7 Sun")


@dataclass(frozen=True)
class Policy:
    """How columns are to be coded.

    Attributes
    ----------
    missing : "refuse", "mean" or "indicator".
    rare : int, a level in fewer rows, and in less than 1 % of them, is rare.
    calendar : bool, months and weekdays of dates become features too.
    categories : names of columns of numbers that are to be read as levels.
    """

    missing: str = "refuse"
    rare: int = 10
    calendar: bool = False
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coding:
    """The coding of one column, or of one part of a date.

    Attributes
    ----------
    name : str, the column in the table.
    levels : the known levels in alphabetical order; empty for numbers.
    part : str, of a date: "days", "month" or "weekday"; else "".
    origin : str, day that "days" are counted from; else "".
    is_pooled : bool, whether rare levels are one, after the others.
    has_flag : bool, whether the last feature says where the value is missing.
    fill : (features,) what a missing value stands for, without the flag; None if none is taken.
    """

    name: str
    levels: tuple[str, ...] = ()
    part: str = ""
    origin: str = ""
    is_pooled: bool = False
    has_flag: bool = False
    fill: tuple[float, ...] | None = None

    @property
    def is_numeric(self) -> bool:
        """Whether the column is taken as numbers."""
        return not self.levels

    @property
    def is_constant(self) -> bool:
        """Whether it has one level only, and so no feature."""
        return len(self._flags) == 1 and not self.has_flag

    @property
    def _flags(self) -> tuple[str, ...]:
        """Levels as they are told apart, rare ones as one."""
        return (*self.levels, *((OTHER,) if self.is_pooled else ()))

    @property
    def title(self) -> str:
        """Name of the column, and which part of it."""
        return f"{self.name} {self.part}" if self.part else self.name

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that the column becomes."""
        flag = (f"{self.title}={MISSING}",) if self.has_flag else ()
        if self.is_numeric:
            return (self.title, *flag)
        coded = self._flags[1:] if self._is_binary else self._flags
        return (*((f"{self.title}={level}" for level in coded) if not self.is_constant else ()), *flag)

    @property
    def _is_binary(self) -> bool:
        return len(self._flags) == 2 and not self.has_flag

    @classmethod
    def learn(cls, column: Any, policy: Policy) -> list[Coding]:
        """The codings of a column.

        Raises
        ------
        TypeError, ValueError
            If it holds neither numbers nor texts nor dates, no value at all, or missing values that
            are to be refused.
        """
        name = str(column.name)
        if is_date(column):
            days, month, weekday = (cls(name, part=part) for part in ("days", "month", "weekday"))
            first = np.nanmin(dates_of(column), initial=np.inf)
            if not np.isfinite(first):
                raise ValueError(f"column {name!r} holds no date; leave it out.")
            origin = str(np.datetime64(int(np.floor(first)), "D"))
            made = [replace(days, origin=origin)]
            if policy.calendar:
                made += [one._with_levels(column, policy) for one in (month, weekday)]
        elif is_number(column) and name not in policy.categories:
            made = [cls(name)]
        else:
            made = [cls(name)._with_levels(column, policy)]
        return [one._with_fill(column, policy) for one in made]

    def _with_levels(self, column: Any, policy: Policy) -> Coding:
        counts = Counter(text for text in self._texts(column) if text is not None)
        n = sum(counts.values())
        if not n:
            raise ValueError(f"column {self.name!r} holds no value; leave it out.")
        common = sorted(k for k, v in counts.items() if v >= policy.rare or v >= RARE_SHARE * n)
        if len(common) < len(counts) - 1:
            return replace(self, levels=tuple(common), is_pooled=True)
        return replace(self, levels=tuple(sorted(counts)))

    def _with_fill(self, column: Any, policy: Policy) -> Coding:
        missing = self._is_missing(column)
        if policy.missing == "refuse":
            if missing.any():
                raise ValueError(
                    f"column {self.name!r} has {int(missing.sum())} missing values, the first in row "
                    f"{int(missing.argmax()) + 1}; fill them in, or choose missing='mean' or 'indicator'."
                )
            return self
        if missing.all():
            raise ValueError(f"column {self.name!r} holds no value; leave it out.")
        flagged = replace(self, has_flag=policy.missing == "indicator" and bool(missing.any()))
        if flagged.levels and flagged.has_flag:
            return replace(flagged, fill=(0.0,) * len(flagged._flags))
        known = flagged._raw(column, missing, False)[~missing]
        return replace(flagged, fill=tuple(known.mean(axis=0).tolist()))

    def encode(self, column: Any, unknown_is_zero: bool = False) -> Floats:
        """(n, features) values of a column.

        Parameters
        ----------
        column : series of a pandas, polars or PyArrow table.
        unknown_is_zero : bool, default False
            A level that was not there when the coding was learnt has zeros for all levels, where rare
            levels are not one.

        Raises
        ------
        ValueError
            If a number or a date is wanted and something else is found, a value is missing that stands
            for nothing, or a level is unknown; the message names the column and the row.
        """
        missing = self._is_missing(column)
        values = self._raw(column, missing, unknown_is_zero)
        if missing.any():
            if self.fill is None:
                row = int(missing.argmax()) + 1
                raise ValueError(f"column {self.name!r} has a missing value in row {row}; fill it in.")
            values[missing] = self.fill
        if not self.has_flag:
            return values
        return np.column_stack([values, missing.astype(np.float64)])

    def _raw(self, column: Any, missing: Mask, unknown_is_zero: bool) -> Floats:
        """Without the flag, and with anything where a value is missing."""
        if self.levels:
            return self._flag_values(column, missing, unknown_is_zero)
        return self._values(column)

    def _is_missing(self, column: Any) -> Mask:
        if self.part:
            return np.isnan(dates_of(column))
        if self.is_numeric and is_number(column):
            return np.isnan(numbers_of(column))
        return np.array([text is None for text in self._texts(column)], dtype=bool)

    def _texts(self, column: Any) -> list[str | None]:
        if self.part in ("month", "weekday"):
            found: list[str | None] = []
            for days in dates_of(column).tolist():
                if np.isnan(days):
                    found.append(None)
                    continue
                day = np.datetime64(int(np.floor(days)), "D")
                month = f"{int(day.astype('datetime64[M]').astype(int)) % 12 + 1:02d}"
                found.append(month if self.part == "month" else WEEKDAYS[(int(day.astype(int)) + 3) % 7])
            return found
        return texts_of(column, in_lower_case=self.levels == BOOLEAN_LEVELS)

    def _flag_values(self, column: Any, missing: Mask, unknown_is_zero: bool) -> Floats:
        texts, flags = self._texts(column), self._flags
        # also as our own files write a level that a spreadsheet would take for a formula
        known = {neutral(level): position for position, level in enumerate(self.levels)}
        known |= {level: position for position, level in enumerate(self.levels)}
        other = len(flags) - 1 if self.is_pooled else -1
        positions = np.array([-1 if text is None else known.get(text, other) for text in texts], np.intp)
        unknown = (positions < 0) & ~missing
        if unknown.any() and not unknown_is_zero:
            row = int(unknown.argmax())
            raise ValueError(
                f"column {self.name!r} has the category {texts[row]!r} in row {row + 1}, which the model "
                f"does not know; known are {listed(self.levels)}."
            )
        values = np.zeros((len(texts), len(flags)))
        seen = np.flatnonzero(positions >= 0)
        values[seen, positions[seen]] = 1.0
        if self.is_constant:
            return values[:, :0]
        return values[:, 1:] if self._is_binary else values

    def _values(self, column: Any) -> Floats:
        """(n, 1), NaN where missing."""
        if self.part:
            if not is_date(column) and len(column):
                raise ValueError(
                    f"column {self.name!r} must hold dates, as at the fit, but holds {type_name(column)}."
                )
            since = float(np.datetime64(self.origin, "D").astype(np.float64))
            return (dates_of(column) - since)[:, None]
        if not is_number(column) and len(column):
            raise ValueError(
                f"column {self.name!r} must hold numbers, as at the fit, but holds {type_name(column)} "
                f"such as {str(column[0])!r}."
            )
        values = numbers_of(column)
        wrong = np.isinf(values)
        if wrong.any():
            row = int(wrong.argmax())
            raise ValueError(
                f"column {self.name!r} must be finite, got {values[row]:g} in row {row + 1}; correct the "
                "entry."
            )
        return values[:, None]

    def as_json(self) -> str | dict[str, Any]:
        """The coding as a JSON value: the name of a column of numbers, or its fields."""
        stored: dict[str, Any] = {"name": self.name}
        if self.levels:
            stored["levels"] = list(self.levels)
        for key, value in (("part", self.part), ("origin", self.origin)):
            if value:
                stored[key] = value
        if self.is_pooled:
            stored["other"] = True
        if self.has_flag:
            stored["missing"] = True
        if self.fill is not None:
            stored["fill"] = list(self.fill)
        return self.name if list(stored) == ["name"] else stored

    @classmethod
    def from_json(cls, stored: str | dict[str, Any]) -> Coding:
        """The coding from what `as_json` gave.

        Raises
        ------
        TypeError, ValueError, KeyError
            If it is nothing that `as_json` gives.
        """
        if isinstance(stored, str):
            return cls(stored)
        name, levels = stored["name"], stored.get("levels", [])
        if not all(isinstance(text, str) for text in (name, *levels)) or list(levels) != sorted(set(levels)):
            raise ValueError(f"column {name!r} has levels that are not texts in order")
        part, origin = stored.get("part", ""), stored.get("origin", "")
        if part not in ("", "days", "month", "weekday") or (part == "days") != bool(origin):
            raise ValueError(f"column {name!r} is an unknown part {part!r} of a date")
        if origin:
            np.datetime64(origin, "D")
        fill = stored.get("fill")
        made = cls(
            name,
            tuple(levels),
            part,
            origin,
            stored.get("other", False) is True,
            stored.get("missing", False) is True,
            None if fill is None else tuple(float(value) for value in fill),
        )
        if fill is not None and len(fill) != len(made.features) - made.has_flag:
            raise ValueError(f"column {name!r} has {len(fill)} values to fill in")
        return made


def listed(names: Sequence[str], most: int = 5) -> str:
    """'a', 'b' and 3 more."""
    text = ", ".join(repr(name) for name in names[:most])
    return text + (f" and {len(names) - most} more" if len(names) > most else "")
