"""Numbers and flags that users pass as parameters, checked: each refusal is one sentence.

What is no number at all (a text, None, True) raises TypeError, a number out of range ValueError.
"""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np


def read_flag(value: Any, name: str) -> bool:
    """True or False, Python's or NumPy's; nothing else counts as either.

    Raises
    ------
    TypeError
        If the value is anything else, among it texts such as "no" and the numbers 0 and 1.
    """
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {shown(value)}.")
    return bool(value)


def read_positive(value: Any, name: str) -> float:
    """A finite number > 0."""
    if not 0 < _as_float(value) < np.inf:
        raise _wrong(value)(f"{name} must be a number > 0, got {shown(value)}.")
    return float(value)


def read_not_negative(value: Any, name: str) -> float:
    """A finite number >= 0."""
    if not 0 <= _as_float(value) < np.inf:
        raise _wrong(value)(f"{name} must be a number >= 0, got {shown(value)}.")
    return float(value)


def read_between(value: Any, name: str, low: float, high: float) -> float:
    """A number strictly between two bounds."""
    if not low < _as_float(value) < high:
        raise _wrong(value)(f"{name} must lie strictly between {low:g} and {high:g}, got {shown(value)}.")
    return float(value)


def read_probability(value: Any, name: str) -> float:
    """A number above 0 and below 1."""
    if not 0 < _as_float(value) < 1:
        raise _wrong(value)(
            f"{name} must lie between 0 and 1, such as 0.95, and be neither of them, got {shown(value)}."
        )
    return float(value)


def read_count(value: Any, name: str, least: int = 1, most: float = np.inf) -> int:
    """A whole number from `least` to `most`."""
    number = _as_float(value)
    if not (least <= number <= most and number.is_integer()):
        bounds = f"at least {least}" if most == np.inf else f"from {least} to {most:g}"
        raise _wrong(value)(f"{name} must be a whole number, {bounds}, got {shown(value)}.")
    return int(value)


def read_seed(seed: Any) -> np.random.Generator:
    """Random numbers of a seed: a whole number >= 0, None (of no seed), or what NumPy takes besides."""
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise _wrong(seed)(f"seed must be a whole number, at least 0, got {shown(seed)}.") from None


def shown(value: Any) -> str:
    """The value as a sentence quotes it: in one line, cut where it is long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else f"{text[:60]}... ({len(text)} characters)"


def printable(text: str) -> str:
    """A text in one line: control and format characters as their escapes, all letters as they are."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""Also in the full width of East Asian text."""


def neutral(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula, without control characters.

    A cell that begins with =, +, -, @ or a control character is computed when the file is opened
    (CSV injection); after an apostrophe it is text, and the apostrophe is not shown.
    """
    return ("'" if text.startswith(_FORMULA) else "") + printable(text)


def _as_float(value: Any) -> float:
    """The number; NaN, which is in no range, for what is none, and inf for one beyond floats."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return np.nan
    try:
        return float(value)
    except OverflowError:  # an integer, or a ratio of two
        return np.inf if value > 0 else -np.inf  # type: ignore[operator]


def _wrong(value: Any) -> type[Exception]:
    return ValueError if isinstance(value, Real) and not isinstance(value, bool) else TypeError
