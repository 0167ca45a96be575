"""Fewer cases than a full product of settings, with every few settings still together in one of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pytest

MARK = "covering"

Case = tuple[int, ...]
"""Which value each setting has, by any number that tells them apart."""


def meetings(case: Case, strength: int) -> set[tuple[tuple[int, int], ...]]:
    """Every `strength` settings of a case, as (place, value); all of them where there are fewer."""
    return set(combinations(enumerate(case), min(strength, len(case))))


def cover(cases: Sequence[Case], strength: int) -> list[int]:
    """Positions of cases in which every `strength` settings meet that meet in any case at all.

    Greedy: the first of the cases that bring most that is new, until nothing is.
    """
    held = [meetings(case, strength) for case in cases]
    missing = set().union(*held)
    chosen: list[int] = []
    while missing:
        best = max(range(len(cases)), key=lambda k: len(held[k] & missing))
        chosen.append(best)
        missing -= held[best]
    return sorted(chosen)


def left_out(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    """Of the tests marked `covering(strength)`, the cases that the others stand for."""
    functions: dict[tuple[str, int], list[pytest.Function]] = {}
    for item in items:
        mark = item.get_closest_marker(MARK)
        if mark is not None and isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            name = item.nodeid.split("[")[0]
            functions.setdefault((name, mark.args[0]), []).append(item)
    unneeded: set[pytest.Item] = set()
    for (_, strength), same in functions.items():
        # the cases of a setting are the same objects in all tests
        chosen = set(cover([tuple(map(id, item.callspec.params.values())) for item in same], strength))
        unneeded |= {item for k, item in enumerate(same) if k not in chosen}
    return unneeded
