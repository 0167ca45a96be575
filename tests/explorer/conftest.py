"""One saved page, and tabs that are asked in the end whether anything went wrong in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import normball as nb
from essay_pages import Reader
from explorer_pages import Tab, address_of
from normball.explorer.page import bundle


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


@pytest.fixture(scope="session")
def story_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The essay as `normball tour` writes it."""
    from normball.explorer.story import write_story

    return write_story(tmp_path_factory.mktemp("story"), quick=True)[1]


@pytest.fixture
def reader(browser: Any, story_file: Path) -> Iterator[Any]:
    """Opens the essay, and in the end asks whether anything went wrong or was asked of elsewhere."""
    opened: list[Reader] = []

    def open_essay(step: str = "", **context: Any) -> Reader:
        address = story_file.as_uri() + (f"#{step}" if step else "")
        opened.append(Reader(browser, address, **context))
        return opened[-1]

    yield open_essay
    for one in opened:
        one.close()
    assert [one.problems for one in opened] == [[] for _ in opened]
    assert {url for one in opened for url in one.requests} <= {story_file.as_uri()}


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    """An empty page that has loaded the bundle as `window.page`."""
    load = """async (text) => {
      window.page = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    }"""
    with browser.new_page() as opened:
        opened.goto("about:blank")
        opened.evaluate(load, bundle())
        yield opened
