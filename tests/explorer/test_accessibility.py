"""axe-core finds nothing serious in any view, light or dark, in the plane and in space."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import normball as nb
from explorer_pages import Tab, address_of, chromium_at

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    pytest.importorskip("playwright")
    if not AXE.is_file() and not os.environ.get("NORMBALL_REQUIRE_NODE"):
        pytest.skip("axe-core is missing; run: cd web && npm ci")
    with chromium_at(chromium) as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "state",
    [
        {"view": "prices", "free": "true", "loss": "squared_error", "form": "budget", "ghost": "l2"},
        {"view": "frontier", "loss": "huber", "form": "budget", "story": 3},
        {"view": "odds", "odds": "plane", "loss": "squared_error", "form": "budget"},
        {"view": "odds", "odds": "dimensions"},
        {"view": "model", "dims": 3},
    ],
    ids=["prices", "frontier", "plane", "dimensions", "space"],
)
def test_nothing_serious(browser: Any, tmp_path: Path, state: dict[str, Any], scheme: str) -> None:
    file = nb.explore().save(tmp_path / "page.html")
    tab = Tab(browser, address_of(file, **state), color_scheme=scheme)
    tab.page.evaluate(AXE.read_text() + "; undefined")
    found = tab.page.evaluate("async () => (await axe.run()).violations")
    serious = [
        f"{v['id']}: {v['help']}: {[node['html'][:90] for node in v['nodes']][:3]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
    tab.close()
    assert serious == []
