"""Opening a page in headless Chromium and asking what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# what sticks out of the page; a box that scrolls by itself may hold more than is seen
_STICKING_OUT = """
() => [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('svg') && !e.closest('.table'))
  .filter(e => { const r = e.getBoundingClientRect(); return r.right > innerWidth + 1 || r.left < -1; })
  .map(e => e.tagName + ': ' + e.textContent.slice(0, 60))
"""
_WIDTHS = "() => [document.documentElement.scrollWidth, innerWidth]"
_SMALL_TYPE = """
() => [...document.querySelectorAll('p, li, td, th, figcaption')]
  .filter(e => parseFloat(getComputedStyle(e).fontSize) < 14)
  .map(e => e.tagName + ': ' + e.textContent.slice(0, 60))
"""


@contextmanager
def chromium_at(path: str) -> Iterator[Any]:
    """A running browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


def problems_of(file: Path, width: int, browser: Any) -> list[str]:
    """Sideways scroll, things that stick out, small type, console messages and requests to elsewhere."""
    problems: list[str] = []
    with browser.new_page(viewport={"width": width, "height": 900}) as page:
        page.on("console", lambda message: problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("file:", "data:"))
                else problems.append(f"request: {request.url}")
            ),
        )
        page.goto(file.as_uri())
        scroll, inner = page.evaluate(_WIDTHS)
        if scroll > inner:
            problems.append(f"the page is {scroll} pixels wide in a window of {inner}")
        problems += [f"sticks out: {found}" for found in page.evaluate(_STICKING_OUT)]
        problems += [f"small type: {found}" for found in page.evaluate(_SMALL_TYPE)]
    return problems
