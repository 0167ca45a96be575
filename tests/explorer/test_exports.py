"""What leaves the page, and the hosts it lives in: files, two pages in one document, the local server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest

from explorer_pages import Tab
from normball.explorer.page import bundle
from normball.explorer.state import defaults

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_two_pages_in_one_document_stay_apart(opened: Any) -> None:
    tab = opened()
    tab.page.evaluate(
        """async (code) => {
          window.parts = [];
          const script = document.createElement('script');
          script.type = 'module';
          script.textContent = code.replace(/export\\s*\\{([^}]*)\\}/, (all, names) =>
            'window.normballPage=(' + names.match(/([\\w$]+) as default/)[1] + ');');
          document.getElementById('normball-root').remove();
          document.getElementById('normball-explorer').remove();
          document.head.append(script);
          while (!window.normballPage) await new Promise((r) => setTimeout(r, 10));
          for (const k of [0, 1]) {
            const values = { state: { form: 'budget', budget: 0.5, loss: 'squared_error' }, data: null };
            const model = {
              get: (n) => values[n], set: (n, v) => { values[n] = v; }, save_changes() {}, on() {}, off() {},
            };
            const el = document.createElement('div');
            el.id = 'part' + k;
            document.body.append(el);
            window.parts.push(values);
            window.normballPage.render({ model, el });
          }
        }""",
        bundle(),
    )
    second = tab.page.locator("#part1")
    second.get_by_text("Price and target").click()
    second.get_by_role("radio", name="hold the price").check()
    handle = second.get_by_role("slider", name="budget handle")
    handle.focus()
    handle.press("PageUp")
    tab.settle()
    budgets = tab.page.evaluate("window.parts.map((p) => p.state.budget)")
    assert budgets == pytest.approx([0.5, 0.6])
    assert tab.page.locator("#part0").get_by_role("radio", name="hold the budget").is_checked()


def test_exports_are_files(opened: Any, tmp_path: Path) -> None:
    tab = opened(loss="squared_error", form="budget", norm="lp", p=3)
    starts = {
        "Picture (PNG)": b"\x89PNG",
        "Picture (SVG)": b"<svg",
        "This page (HTML)": b"<!doctype html>",
        "Frontier (CSV)": b"norm,loss,price,w1,w2",
        "Python program": b"import numpy",
        "Animation of p (GIF)": b"GIF89a",
    }
    for label, start in starts.items():
        tab.page.get_by_text("Share", exact=True).click()
        with tab.page.expect_download() as download:
            tab.page.get_by_role("button", name=label).click()
        target = tmp_path / download.value.suggested_filename
        download.value.save_as(target)
        assert target.read_bytes().startswith(start)
    assert target.stat().st_size > 20_000
    again = opened(at=tmp_path / "normball.html")
    assert again.values("w1", "w2") == tab.values("w1", "w2")


def test_space_is_exported_too(opened: Any, tmp_path: Path) -> None:
    tab = opened(dims=3, loss="squared_error", form="budget", budget=1, norm="linf")
    kept = {}
    for label in ("Picture (PNG)", "Picture (SVG)", "Animation of the view (GIF)"):
        tab.page.get_by_text("Share", exact=True).click()
        with tab.page.expect_download() as download:
            tab.page.get_by_role("button", name=label).click()
        kept[label] = tmp_path / download.value.suggested_filename
        download.value.save_as(kept[label])
    svg = ElementTree.parse(kept["Picture (SVG)"]).getroot()
    words = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert "corner: |w₁| = |w₂| = |w₃|" in words
    assert kept["Picture (PNG)"].read_bytes().startswith(b"\x89PNG")
    animation = kept["Animation of the view (GIF)"].read_bytes()
    assert animation.startswith(b"GIF89a")
    assert animation.count(b"\x21\xf9\x04") == 30  # a graphic control block for each frame


def _seen(tab: Tab) -> tuple[Any, ...]:
    """The whole state by the page's address, what is read, and how far one can go back."""
    given = dict(parse_qsl(tab.page.url.partition("#")[2]))
    state = {
        name: given.get(name, str(value).removesuffix(".0").lower()) for name, value in defaults().items()
    }
    return state, tab.page.locator(".readouts").inner_text(), tab.page.evaluate("history.length")


@pytest.mark.parametrize(
    ("what", "state"),
    [
        (
            "the budget",
            {"loss": "squared_error", "form": "alpha", "alpha": 0.7, "free": "true", "free1": 0.4},
        ),
        ("the angle", {"loss": "equation", "angle": 40, "form": "budget", "budget": 0.4}),
        ("p", {"norm": "lp", "p": 1.7, "loss": "huber", "form": "budget", "budget": 0.8}),
        ("the view", {"dims": 3, "loss": "squared_error", "form": "budget", "yaw": 50}),
    ],
)
def test_an_animation_leaves_the_picture_as_it_was(what: str, state: dict[str, Any], opened: Any) -> None:
    tab = opened(**state)
    tab.settle()
    before = _seen(tab)
    tab.page.get_by_text("Share", exact=True).click()
    with tab.page.expect_download():
        tab.page.get_by_role("button", name=f"Animation of {what} (GIF)").click()
    tab.settle()
    assert _seen(tab) == before


def test_page_is_small(file: Path) -> None:
    assert file.stat().st_size < 130_000  # the code of laboratory and essay, packed


def _altered(route: Any, change: dict[str, Any]) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json=answer.json() | change)


def test_python_confirms_what_the_page_computed(opened: Any) -> None:
    pytest.importorskip("starlette")
    uvicorn = pytest.importorskip("uvicorn")
    import threading

    from normball.explorer.server import listen, make_app

    socket, place = listen("127.0.0.1", 0)
    socket.listen()
    server = uvicorn.Server(
        uvicorn.Config(make_app(place, defaults(), None), log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        tab = opened(at=place.url)
        tab.page.get_by_text("confirmed by normball").wait_for()
        tab.drag(tab.slider("best fit handle, w1"), (10, 20))
        tab.page.get_by_text("computed here").wait_for()
        tab.page.get_by_text("confirmed by normball").wait_for()
        # an answer on another piece of the ball, or with another number of zeros, is another answer
        for change in ({"kind": "smooth"}, {"zeros": 2}, {"budget": 0.1}):
            tab.page.route("**/solve", lambda route, _, change=change: _altered(route, change))
            tab.drag(tab.slider("best fit handle, w1"), (5, 10))
            tab.page.get_by_text("differs from normball").wait_for()
            tab.page.unroute("**/solve")
            tab.drag(tab.slider("best fit handle, w1"), (-5, -10))
            tab.page.get_by_text("confirmed by normball").wait_for()
    finally:
        server.should_exit = True
        thread.join()
        socket.close()
