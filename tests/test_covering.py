"""The thinning of products of settings: nothing that meets in the product is lost."""

from __future__ import annotations

from itertools import product

import pytest

from covering import cover, meetings


@pytest.mark.parametrize("strength", [1, 2, 3])
@pytest.mark.parametrize("sizes", [(3,), (2, 3), (4, 3, 2), (2, 2, 2, 5)])
def test_every_few_settings_still_meet(sizes: tuple[int, ...], strength: int) -> None:
    cases = list(product(*map(range, sizes)))
    chosen = [cases[position] for position in cover(cases, strength)]
    everything = set().union(*(meetings(case, strength) for case in cases))
    assert set().union(*(meetings(case, strength) for case in chosen)) == everything


def test_fewer_cases_than_the_product() -> None:
    cases = list(product(range(4), range(4), range(2), range(2)))
    assert 16 <= len(cover(cases, 2)) <= 24 < len(cases)


def test_holes_in_the_product_stay_holes() -> None:
    cases = [case for case in product(range(3), range(3)) if case != (1, 2)]
    assert [cases[position] for position in cover(cases, 2)] == cases
