"""The explorer's page in headless Chromium: opened, read, dragged."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class Tab:
    """One page, with what went wrong in it: console errors, exceptions, requests to elsewhere."""

    def __init__(self, browser: Any, address: str, **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
        self.page = self.context.new_page()
        self.problems: list[str] = []
        own = address.split("#")[0]
        self.page.on("pageerror", lambda error: self.problems.append(f"exception: {error}"))
        self.page.on("console", lambda m: m.type in ("error", "warning") and self.problems.append(m.text))
        self.page.on("request", lambda r: self._noted(r.url, own))
        self.page.goto(address)
        self.page.get_by_role("tablist").wait_for()

    def _noted(self, url: str, own: str) -> None:
        if url.split("#")[0] not in (own, f"{own}solve") and not url.startswith(("data:", "blob:")):
            self.problems.append(f"request to {url}")

    def slider(self, name: str) -> Any:
        return self.page.get_by_role("slider", name=name, exact=True)

    def value(self, name: str) -> float:
        """A number of the page in full precision."""
        return float(self.page.locator(f"data[data-name={name}]").first.get_attribute("value"))

    def values(self, *names: str) -> list[float]:
        return [self.value(name) for name in names]

    def centre(self, locator: Any) -> tuple[float, float]:
        locator.scroll_into_view_if_needed()
        box = locator.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, locator: Any, by: tuple[float, float], steps: int = 20) -> None:
        x, y = self.centre(locator)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + by[0], y + by[1], steps=steps)
        self.page.mouse.up()

    def settle(self) -> None:
        """Two frames and the pause after which the address is written."""
        self.page.wait_for_timeout(160)

    def close(self) -> None:
        self.context.close()


def address_of(file: Path, **state: Any) -> str:
    from urllib.parse import urlencode

    return file.as_uri() + ("#" + urlencode(state) if state else "")
