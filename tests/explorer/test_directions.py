"""The compass in space: shares by solid angle are those of random directions, and each direction its face."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.path import Path as Polygon

from normball.explorer.state import defaults
from normball.typing import Floats

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def sorted_kind(weights: Floats) -> Callable[[Floats], int]:
    """How many weights are equally large, and not zero, where the sorted L1 ball is touched."""
    return lambda z: int(np.argmax(np.cumsum(np.sort(np.abs(z))[::-1]) / np.cumsum(weights))) + 1


NORMS: dict[str, tuple[dict[str, Any], Callable[[Floats], int]]] = {
    "l1": ({"norm": "l1"}, lambda z: int(np.abs(z).argmax())),
    "weighted l1": (
        {"norm": "l1", "weight1": 0.5, "weight3": 2},
        lambda z: int((np.abs(z) / [0.5, 1, 2]).argmax()),
    ),
    "linf": ({"norm": "linf"}, lambda z: 0),
    "l2": ({"norm": "l2"}, lambda z: 0),
    "slope": ({"norm": "sorted_l1", "slope": 0.5}, sorted_kind(np.array([1, 0.5, 0.25]))),
    "steep slope": ({"norm": "sorted_l1", "slope": 0.2}, sorted_kind(np.array([1, 0.2, 0.04]))),
    "group 12|3": (
        {"norm": "group_l2", "groups": "12|3"},
        lambda z: int(np.hypot(z[0], z[1]) / np.sqrt(2) > abs(z[2])),
    ),
    "group 1|23": (
        {"norm": "group_l2", "groups": "1|23"},
        lambda z: int(np.hypot(z[1], z[2]) / np.sqrt(2) > abs(z[0])),
    ),
    "single groups": ({"norm": "group_l2", "groups": "1|2|3"}, lambda z: int(np.abs(z).argmax())),
}


@pytest.mark.parametrize("name", NORMS)
def test_shares_are_those_of_random_directions(name: str, page: Any) -> None:
    changes, kind = NORMS[name]
    directions = np.random.default_rng(3).standard_normal((20_000, 3))
    found = page.evaluate(
        "([state, d]) => window.page.directionsOf(state, d)", [defaults() | changes, directions.tolist()]
    )
    kinds, of = found["kinds"], np.array(found["of"])
    assert sum(one["share"] for one in kinds) == pytest.approx(1, abs=1e-9)
    assert (of >= 0).all()
    expected = np.array([kind(z) for z in directions])
    for k, one in enumerate(kinds):
        assert (of == k).mean() == pytest.approx(one["share"], abs=0.012)
        assert len(set(expected[of == k])) == 1  # one kind of the page is one kind of the formula
    if name.startswith("group 1"):
        assert min(one["share"] for one in kinds) == pytest.approx(1 - 1 / np.sqrt(3), abs=1e-12)


@pytest.mark.parametrize("name", NORMS)
def test_every_place_of_the_painted_sphere_has_the_colour_of_its_direction(name: str, page: Any) -> None:
    state = defaults() | NORMS[name][0]
    rng = np.random.default_rng(8)
    for ahead in rng.standard_normal((5, 3)):
        axes = np.linalg.qr(np.column_stack([ahead, rng.standard_normal((3, 2))]))[0]
        axes[:, 0] *= np.sign(axes[:, 0] @ ahead)
        v = rng.standard_normal((1500, 3))
        v /= np.linalg.norm(v, axis=1)[:, None]
        v = v[v @ axes[:, 0] < -0.1]  # less than half a pixel of the rim
        found = page.evaluate("([s, d]) => window.page.directionsOf(s, d).of", [state, v.tolist()])
        seen = page.evaluate("([s, a]) => window.page.compassSeen(s, a)", [state, axes[:, 0].tolist()])
        painted = np.full(len(v), seen["ground"])
        for region in seen["regions"]:
            if len(region["outline"]) > 2:
                outline = np.array(region["outline"]) @ axes[:, 1:]
                painted[Polygon(outline).contains_points(v @ axes[:, 1:])] = region["kind"]
        assert (painted == np.array(found)).mean() > 0.99  # all but those on a border between two


def test_corners_without_zeros_are_named(page: Any) -> None:
    found = page.evaluate(
        "(state) => window.page.directionsOf(state, [[1, 2, 3]])", defaults() | {"norm": "linf"}
    )
    assert [one["name"] for one in found["kinds"]] == ["no zero, |w₁| = |w₂| = |w₃|"]


def test_compass_is_drawn_and_its_shares_are_read(opened: Any) -> None:
    tab = opened(dims=3, map="true", norm="sorted_l1")
    shares = tab.page.locator(".directions data").evaluate_all("all => all.map(e => Number(e.value))")
    assert len(shares) == 7
    assert sum(shares) == pytest.approx(1)
    before = tab.page.locator("canvas.stage").evaluate("e => e.toDataURL()")
    tab.page.get_by_role("checkbox", name="compass: what each direction ends on").uncheck()
    tab.settle()
    assert tab.page.locator("canvas.stage").evaluate("e => e.toDataURL()") != before


def test_grips_in_space_are_moved_by_keys(opened: Any) -> None:
    tab = opened(dims=3, budget=1)
    grip = tab.page.get_by_role("button", name="budget handle: arrow keys move it")
    grip.focus()
    for _ in range(10):
        grip.press("Shift+ArrowLeft")
    tab.settle()
    assert tab.value("budget") != 1
