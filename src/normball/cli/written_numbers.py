"""Numbers as people write them: decimal commas, thousands marks, percent signs, currencies.

A column is read as a whole, since one entry may be ambiguous: 1,234 is one and a quarter in Lyon
and more than a thousand in London. Every entry must fit one way of writing; if all fit both, what
else the file holds decides, and in any case a note shows one entry and what it was read as.
A percentage is read as it stands: 12% is 12.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..inputs.coding import listed

if TYPE_CHECKING:
    import polars as pl

_SPACES = " \u00a0\u2009\u202f"
_GAPS = "'\u2019" + _SPACES
_CODES = "USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|KRW|TRY|ILS|SGD|HKD|kr"
_MARK = rf"(?:[A-Z]{{0,2}}[$¢£¤¥\u20a0-\u20cf]|{_CODES})"
_SIGN = "[-+\u2212]"
_ENTRY = re.compile(
    rf"(?P<sign>{_SIGN})?[{_SPACES}]*(?P<before>{_MARK})?[{_SPACES}]*(?P<inner>{_SIGN})?"
    rf"(?P<digits>\d[\d.,{_GAPS}]*|[.,]\d+)(?P<power>[eE][-+]?\d+)?"
    rf"[{_SPACES}]*(?P<after>{_MARK}|%)?"
)
_POINT = re.compile(
    rf"(?:[1-9]\d{{0,2}}(?P<gap>[,{_GAPS}])\d{{3}}(?:(?P=gap)\d{{3}})*|[1-9]\d?(?:,\d{{2}})+,\d{{3}}|\d*)"
    r"(?:\.\d*)?"
)
"""1,234.5 with any mark between the thousands, in lakhs, or without."""
_COMMA = re.compile(rf"(?:[1-9]\d{{0,2}}(?P<gap>[.{_GAPS}])\d{{3}}(?:(?P=gap)\d{{3}})*|\d*)(?:,\d*)?")
"""1.234,5 with any mark between the thousands, or without."""
_SAMPLE = 100


@dataclass(frozen=True)
class Writing:
    """How a column writes its numbers.

    Attributes
    ----------
    has_commas : whether the decimal sign is a comma.
    is_certain : whether the entries leave no doubt about it.
    """

    has_commas: bool
    is_certain: bool

    def settled(self, prefers_commas: bool) -> Writing:
        """Without doubt: as the file prefers where the entries leave the choice."""
        return self if self.is_certain else replace(self, has_commas=prefers_commas, is_certain=True)


def is_written_number(text: str) -> bool:
    """Whether a text is a number in some way of writing."""
    return _split(text) is not None


def find_writing(column: pl.Series) -> Writing | None:
    """How a column of texts writes numbers; None if not every entry is one.

    Raises
    ------
    ValueError
        If all are, but they are written in several ways or carry different marks.
    """
    texts = column.drop_nulls()
    if not len(texts) or not all(map(is_written_number, texts.head(_SAMPLE))):
        return None
    entries = [(text, _split(text)) for text in texts.unique(maintain_order=True)]
    if any(entry is None for _, entry in entries):
        return None
    known = [(text, entry) for text, entry in entries if entry is not None]
    _refuse_marks(column.name, known)
    points = [bool(_POINT.fullmatch(entry.digits)) for _, entry in known]
    commas = [bool(_COMMA.fullmatch(entry.digits)) for _, entry in known]
    if all(points) and all(commas):
        differ = any(_value(entry, False) != _value(entry, True) for _, entry in known)
        return Writing(has_commas=False, is_certain=not differ)
    if all(points) or all(commas):
        return Writing(has_commas=all(commas), is_certain=True)
    one = known[(points.index(False) if any(points) else 0)][0]
    other = known[commas.index(False) if any(commas) else 0][0]
    raise ValueError(
        f"column {column.name!r} writes numbers in several ways, such as {one!r} and {other!r}; write them "
        "alike."
    )


def numbers_of(column: pl.Series, writing: Writing) -> tuple[pl.Series, str]:
    """The numbers of a column of texts, and one of its entries with what it was read as."""
    import polars as pl

    texts = column.unique().drop_nulls().to_list()
    values = {text: _value(_known(text), writing.has_commas) for text in texts}
    numbers = pl.Series(column.name, [None if text is None else values[text] for text in column], pl.Float64)
    example = max(texts, key=lambda text: (len(text), text))
    seen = re.sub(rf"[{_SPACES}]", " ", example.strip())
    return numbers, f"{seen!r} as {values[example]:.15g}"


@dataclass(frozen=True)
class _Entry:
    is_negative: bool
    mark: str
    digits: str
    power: str


def _split(text: str) -> _Entry | None:
    """Sign, mark and digits of one entry; an amount in brackets is negative."""
    bare = text.strip()
    is_bracketed = bare.startswith("(") and bare.endswith(")")
    found = _ENTRY.fullmatch(bare[1:-1] if is_bracketed else bare)
    if found is None or (found["before"] and found["after"]) or (found["sign"] and found["inner"]):
        return None
    sign = found["sign"] or found["inner"] or ""
    digits = found["digits"].strip()
    if (is_bracketed and sign) or not (_POINT.fullmatch(digits) or _COMMA.fullmatch(digits)):
        return None
    is_negative, mark = is_bracketed or sign in ("-", "\u2212"), found["before"] or found["after"] or ""
    return _Entry(is_negative, mark, digits, found["power"] or "")


def _known(text: str) -> _Entry:
    entry = _split(text)
    assert entry is not None  # `find_writing` has seen every entry
    return entry


def _value(entry: _Entry, has_commas: bool) -> float:
    kept = re.sub(rf"[{_GAPS}{'.' if has_commas else ','}]", "", entry.digits)
    size = float(kept.replace(",", ".") + entry.power)
    return -size if entry.is_negative else size


def _refuse_marks(name: str, entries: Iterable[tuple[str, _Entry]]) -> None:
    """Percent signs and currencies must be those of all entries but zeros."""
    marks = {entry.mark: text for text, entry in entries if entry.mark or entry.digits.strip("0.,")}
    if len(marks) > 1:
        raise ValueError(
            f"column {name!r} holds numbers with different marks, such as {listed(list(marks.values()), 3)}; "
            "write them alike."
        )
