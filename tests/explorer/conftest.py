"""One saved page, and tabs that are asked in the end whether anything went wrong in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import normball as nb
from explorer_pages import Tab, address_of


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return nb.explore().save(tmp_path_factory.mktemp("explorer") / "picture.html")


@pytest.fixture
def opened(browser: Any, file: Path) -> Iterator[Any]:
    """Opens tabs, and in the end asks each whether anything went wrong in it."""
    tabs: list[Tab] = []

    def open_tab(context: dict[str, Any] | None = None, at: Path | str = file, **state: Any) -> Tab:
        address = at if isinstance(at, str) else address_of(at, **state)
        tabs.append(Tab(browser, address, **(context or {})))
        return tabs[-1]

    yield open_tab
    for tab in tabs:
        tab.close()
    assert [tab.problems for tab in tabs] == [[] for _ in tabs]
