"""The essay in headless Chromium: steps visited, grips taken by mouse, finger or keys."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

STEPS = ("line", "ball", "slide", "compass", "data", "map", "price", "many", "matter")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SIZES = {
    "1280": {"viewport": {"width": 1280, "height": 800}},
    "1024": {"viewport": {"width": 1024, "height": 640}},
    "820": {"viewport": {"width": 820, "height": 900}},
    "390": PHONE,
    "360": {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True},
}

_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_BOX = (
    "e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom].map(Math.round); }"
)


class Reader:
    """One page with the essay, and what went wrong in it."""

    def __init__(self, browser: Any, address: str, **context: Any) -> None:
        chosen = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **context}
        self.context = browser.new_context(**chosen)
        self.page = self.context.new_page()
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(f"exception: {error}"))
        self.page.on("console", lambda m: m.type in ("error", "warning") and self.problems.append(m.text))
        self.page.on("request", lambda r: self.requests.append(r.url.split("#")[0]))
        self.page.goto(address)
        self.page.locator(".figure .plane svg").wait_for()
        self.frame()
        self.page.wait_for_timeout(200)

    def frame(self) -> None:
        self.page.evaluate(_FRAME)

    # ---- where -------------------------------------------------------------------------
    def go(self, step: str) -> None:
        """As a link to the step does."""
        self.page.evaluate("(step) => { location.hash = step; }", step)
        self.page.locator(f'.card.on[data-step="{step}"]').wait_for()
        self.frame()

    @property
    def now(self) -> str:
        return str(self.page.locator(".card.on").get_attribute("data-step"))

    def box(self, selector: str) -> list[int]:
        found: list[int] = self.page.locator(selector).first.evaluate(_BOX)
        return found

    def at(self, w: tuple[float, float], board: str = "plane") -> tuple[float, float]:
        """Where a place of a board's plane is on the screen."""
        held = self.page.locator(f".board.{board}")
        left, top = held.evaluate("e => [e.getBoundingClientRect().left, e.getBoundingClientRect().top]")
        unit = float(held.get_attribute("data-unit"))
        x0, y0 = map(float, held.get_attribute("data-origin").split())
        return left + x0 + unit * w[0], top + y0 - unit * w[1]

    # ---- what is read --------------------------------------------------------------------
    @property
    def focused(self) -> str:
        """The id of what has the focus."""
        root = "document.querySelector('#normball-root').shadowRoot"
        return str(self.page.evaluate(f"() => {root}.activeElement && {root}.activeElement.id"))

    @property
    def last_control(self) -> float:
        """Where the lowest control ends."""
        controls = self.page.locator(".controls > *").last
        return float(controls.evaluate("e => e.getBoundingClientRect().bottom"))

    @property
    def reading(self) -> str:
        return str(self.page.locator(".hand .reading").inner_text())

    def done(self, step: str) -> list[bool]:
        found: list[bool] = self.page.locator(f'.card[data-step="{step}"] .one').evaluate_all(
            "all => all.map(e => e.classList.contains('done'))"
        )
        return found

    def wide(self) -> bool:
        """Whether the page scrolls sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    # ---- taking hold ----------------------------------------------------------------------
    def drag(self, start: tuple[float, float], *ends: tuple[float, float], steps: int = 6) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        for end in ends:
            mouse.move(*end, steps=steps)
        mouse.up()
        self.frame()

    def finger(self, start: tuple[float, float], *ends: tuple[float, float]) -> None:
        client = self.context.new_cdp_session(self.page)

        def send(kind: str, points: list[tuple[float, float]]) -> None:
            touches = [{"x": x, "y": y} for x, y in points]
            client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

        send("touchStart", [start])
        last = start
        for end in ends:
            for k in range(1, 5):
                send(
                    "touchMove",
                    [(last[0] + (end[0] - last[0]) * k / 4, last[1] + (end[1] - last[1]) * k / 4)],
                )
                self.frame()
            last = end
        send("touchEnd", [])
        self.frame()

    def slide(self, key: str, *values: float) -> None:
        """A slider brought to values, as assistive software does; released at each."""
        slider = self.page.locator(f"#grip-{key}")
        for value in values:
            slider.evaluate(
                "(e, v) => { e.value = v; for (const k of ['input', 'change']) "
                "e.dispatchEvent(new Event(k, {bubbles: true})); }",
                str(value),
            )
            self.frame()

    def press(self, selector: str, *keys: str) -> None:
        self.page.locator(selector).first.focus()
        for key in keys:
            self.page.keyboard.press(key)
        self.frame()

    def click(self, name: str) -> None:
        """Pressed where it stands: controls that have just come fade in, slowly on a busy machine."""
        button = self.page.locator(".hand").get_by_role("button", name=name, exact=True)
        button.wait_for()
        box = button.bounding_box()
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.frame()

    def close(self) -> None:
        self.context.close()


def turned(angle: float, radius: float = 1.4) -> tuple[float, float]:
    return radius * cos(radians(angle)), radius * sin(radians(angle))
