"""axe-core finds nothing serious in any view, light or dark, in the plane and in space."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from explorer_pages import Tab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


def serious(tab: Tab) -> list[str]:
    found = tab.page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{v['id']}: {v['help']}: {[node['html'][:90] for node in v['nodes']][:3]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(
    "state",
    [
        {"view": "prices", "free": "true", "loss": "squared_error", "form": "budget", "ghost": "l2"},
        {"view": "frontier", "loss": "huber", "form": "budget"},
        {"map": "true", "loss": "squared_error", "form": "alpha"},
        {"view": "model", "dims": 3, "map": "true"},
    ],
    ids=["prices", "frontier", "map", "space"],
)
def test_nothing_serious(opened: Any, state: dict[str, Any]) -> None:
    if not AXE.is_file() and not os.environ.get("NORMBALL_REQUIRE_NODE"):
        pytest.skip("axe-core is missing; run: cd web && npm ci")
    tab = opened({"color_scheme": "light"}, **state)
    tab.page.evaluate(AXE.read_text() + "; undefined")
    assert serious(tab) == []
    tab.page.emulate_media(color_scheme="dark")
    assert serious(tab) == []


@pytest.mark.parametrize("step", ["ball", "compass", "data", "map", "many", "matter"])
def test_nothing_serious_in_the_essay(step: str, reader: Any) -> None:
    if not AXE.is_file() and not os.environ.get("NORMBALL_REQUIRE_NODE"):
        pytest.skip("axe-core is missing; run: cd web && npm ci")
    page = reader(step, color_scheme="light")
    page.page.evaluate(AXE.read_text() + "; undefined")
    for scheme in ("light", "dark"):
        page.page.emulate_media(color_scheme=scheme)
        found = page.page.evaluate("async () => (await axe.run()).violations")
        worst = [v for v in found if v["impact"] in ("serious", "critical")]
        # cards that are not read stand back on purpose
        nodes = [(v["id"], n["html"][:90]) for v in worst for n in v["nodes"] if v["id"] != "color-contrast"]
        assert nodes == []
