"""What a reader does to answer each question of the page, by mouse: chip -> act."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, radians, sin
from typing import Any

from explorer_pages import Tab

UNITS = 5.2
"""Width of the stage in units of the coefficients."""


def drag_to(tab: Tab, slider: str, w: tuple[float, float]) -> None:
    """A handle of the stage is dragged to the point w."""
    held = tab.slider(slider)
    x, y = tab.centre(held)
    box = tab.page.locator("svg.stage").bounding_box()
    end = box["x"] + box["width"] * (0.5 + w[0] / UNITS), box["y"] + box["height"] * (0.5 - w[1] / UNITS)
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(*end, steps=25)
    tab.page.mouse.up()


def slide(tab: Tab, slider: str, until: Callable[[Any], bool], step: float = 3) -> None:
    """A range is taken by its thumb and moved to the right until it says what is asked for."""
    held = tab.slider(slider)
    held.scroll_into_view_if_needed()
    box = held.bounding_box()
    low, high, now = (float(held.evaluate(f"e => e.{name}")) for name in ("min", "max", "value"))
    x = box["x"] + 8 + (box["width"] - 16) * (now - low) / (high - low)
    y = box["y"] + box["height"] / 2
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    while not until(held) and x < box["x"] + box["width"]:
        x += step
        tab.page.mouse.move(x, y)
    tab.page.mouse.up()


def turn_line(tab: Tab, angle: float) -> None:
    """The diamond handle, 1.5 units along the line from its foot at distance 1, goes to `angle`."""
    c, s = cos(radians(angle)), sin(radians(angle))
    drag_to(tab, "line handle: angle", (c + 1.5 * s, s - 1.5 * c))


def choose(tab: Tab, name: str) -> None:
    tab.page.get_by_role("radio", name=name, exact=True).check()


def says(text: str) -> Callable[[Any], bool]:
    return lambda held: bool(held.get_attribute("aria-valuetext") == text)


def moved(held: Any) -> bool:
    return float(held.evaluate("e => e.value")) > 2.4


ACTS: dict[str, Callable[[Tab], None]] = {
    "The line": lambda tab: choose(tab, "squared error (an ellipse)"),
    "Inside or outside?": lambda tab: drag_to(tab, "budget handle", (-1.6, -1.6)),
    "Why corners?": lambda tab: turn_line(tab, 40),
    "Sparse or dense": lambda tab: slide(tab, "equations m", says("50")),
    "A cheaper point": lambda tab: drag_to(tab, "free point, w1", (0, 1 / sin(radians(63)))),
    "Two prices": lambda tab: drag_to(tab, "budget handle", (-0.65, -0.65)),
    "Does it matter?": lambda tab: slide(tab, "unknowns p", says("1000")),
    "Can the ellipse touch a side?": lambda tab: drag_to(tab, "best fit handle, w1", (0.5, 1.9)),
    "When the side?": lambda tab: drag_to(tab, "budget handle", (-0.2, -0.2)),
    "One bill": lambda tab: slide(tab, "price", moved),
    "Copies": lambda tab: choose(tab, "L2, the circle"),
    "Price zero": lambda tab: drag_to(tab, "best fit handle, w1", (1.2, 1.2)),
}
