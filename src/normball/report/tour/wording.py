"""Numbers as people read them, and comparisons that claim no more than the numbers do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .nested import Nested

NARROW = "\N{NARROW NO-BREAK SPACE}"


def size_text(n_bytes: float) -> str:
    """Bytes in a unit that keeps the number short: 850 B, 1.3 kB, 32 kB."""
    if n_bytes < 1000:
        return f"{n_bytes:.0f}{NARROW}B"
    unit, factor = ("kB", 1e3) if n_bytes < 1e6 else ("MB", 1e6)
    return f"{short(n_bytes / factor)}{NARROW}{unit}"


def time_text(seconds: float) -> str:
    """Seconds in a unit that keeps the number short: 3.1 µs, 1.2 ms, 4 s."""
    for unit, factor in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= factor:
            return f"{short(seconds / factor)}{NARROW}{unit}"
    return f"{short(seconds / 1e-6)}{NARROW}µs"


def short(value: float) -> str:
    """Two significant digits below 100, whole numbers from there: 3.1, 32, 1,301."""
    if value == 0 or not np.isfinite(value):
        return f"{value:g}"
    if abs(value) >= 9.95:
        return f"{value:,.0f}"
    return f"{value:.2g}" if abs(value) < 0.995 else f"{value:.1f}"


def ratio_text(large: float, small: float) -> str:
    """How many times larger: 370 times, 1.4 times."""
    ratio = large / small
    digits = max(int(np.floor(np.log10(ratio))) - 1, 0) if ratio >= 1 else 0
    rounded = round(ratio / 10**digits) * 10**digits if ratio >= 10 else ratio
    return f"{short(rounded)} times"


def signed(value: float, digits: int) -> str:
    """+1.30, and with a real minus sign."""
    return f"{value:+.{digits}f}".replace("-", "\N{MINUS SIGN}")


def count(number: int, noun: str) -> str:
    """1 feature, 2 features."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(names: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    if len(names) <= 1:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]


def span(nested: Nested) -> str:
    """Median number of features over the groups, with smallest and largest."""
    kept = nested.n_kept
    spread = f"{kept.min():,} to {kept.max():,}" if kept.min() < kept.max() else "always"
    return f"{np.median(kept):,.0f} ({spread})"


def compared(first: Nested, second: Nested, fewer: str) -> str:
    """Whether two contestants differ by more than chance, from the rows that both predicted.

    The same rows were predicted by both, so their mistakes are subtracted row by row; two
    standard errors of the mean difference count as more than chance.
    """
    difference = first.mistakes - second.mistakes
    mean = float(difference.mean())
    error = float(difference.std(ddof=1) / np.sqrt(len(difference)))
    names = first.contestant.name, second.contestant.name
    if not difference.any():
        return f"{names[0]} and {names[1]} predict equally well, row by row"
    if mean == 0:
        return f"{names[0]} and {names[1]} predict equally well overall"
    better, other = names if mean < 0 else names[::-1]
    if abs(mean) <= 2 * error:
        return f"{better} has {fewer} than {other}, but by no more than chance explains"
    return f"{better} has {fewer} than {other}, by more than chance explains"
