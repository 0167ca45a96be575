"""The essay in other people's pages: in a frame of a documentation page, and beside the laboratory."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import pytest

import normball as nb
from essay_pages import STEPS
from normball.explorer.page import bundle

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("width", [820, 700])
def test_essay_runs_in_a_sandboxed_frame(width: int, browser: Any, story_file: Path) -> None:
    """As a documentation page or a notebook shows it: no address, no storage, scripts only."""
    frame = (
        f'<iframe sandbox="allow-scripts" style="width:{width}px;height:880px;border:0" '
        f'srcdoc="{escape(story_file.read_text(encoding="utf-8"))}"></iframe>'
    )
    with browser.new_page(viewport={"width": 1000, "height": 1000}) as page:
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.set_content(frame)
        inside = page.frames[-1]
        inside.locator(".figure .plane svg").wait_for()
        inside.evaluate(
            "document.querySelector('#normball-root').shadowRoot.querySelectorAll('.rail a')[3].click()"
        )
        inside.locator('.card.on[data-step="compass"]').wait_for(timeout=8000)
        assert inside.evaluate("document.documentElement.scrollWidth <= innerWidth")
        inside.locator("#grip-angle").focus()
        page.keyboard.press("ArrowLeft")
        inside.get_by_text("The line faces 66°").wait_for()
        inside.locator(".card.on").get_by_role("button", name="In the laboratory").click()
        inside.get_by_role("tablist").wait_for()
        assert problems == []


def test_widget_scrolls_in_its_own_box(browser: Any) -> None:
    """Beside other cells the essay has a height of its own and leaves the page's address alone."""
    explorer = nb.explore(story="price")
    with browser.new_page(viewport={"width": 900, "height": 900}) as page:
        page.goto("about:blank")
        page.evaluate(
            """async ([code, values]) => {
              const space = (height) => `<div style="height:${height}px"></div>`;
              document.body.innerHTML = `${space(300)}<div id="cell"></div>${space(2000)}`;
              const made = await import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
              const model = { get: (n) => values[n], set() {}, save_changes() {}, on() {}, off() {} };
              made.default.render({ model, el: document.getElementById('cell') });
            }""",
            [bundle(), {"state": dict(explorer.state), "data": None, "story": explorer.story}],
        )
        page.locator('.card.on[data-step="price"]').wait_for()
        box = page.locator(".essay.boxed").bounding_box()
        assert box["height"] <= 880
        figure = page.locator(".figure").bounding_box()
        assert figure["y"] >= box["y"] - 1
        assert figure["y"] + figure["height"] <= box["y"] + box["height"] + 1
        assert page.evaluate("[scrollY, location.hash]") == [0, ""]


def test_every_step_can_be_asked_for() -> None:
    for step in (STEPS[0], STEPS[-1]):
        story = nb.explore(story=step).story
        assert story is not None
        assert story["start"] == step
    with pytest.raises(
        ValueError, match=r"story must be a step of the essay, one of line, ball, .*got 'why'"
    ):
        nb.explore(story="why")
    problem = nb.Problem([[1.0, 2.0], [2.0, 1.0]], [1.0, 2.0])
    with pytest.raises(ValueError, match="leave the model out, or put a table into it"):
        nb.explore(problem, story="data")
