"""What a reader does to finish every step of the essay: by mouse, by finger, by keys alone."""

from __future__ import annotations

from collections.abc import Callable

from essay_pages import Reader, turned

Drag = Callable[..., None]


def _lead_through(reader: Reader, drag: Drag, tap: Callable[[tuple[float, float]], None]) -> None:
    """All steps with a pointer; `drag(start, *ends)` and `tap(place)` are in pixels."""
    at = reader.at
    reader.go("line")
    drag(at((1, 0.5)), at((0.5, 0.75)), at((0.04, 0.98)))
    reader.go("ball")
    tap(at((0.5, 0.75)))
    tap(at((0.4, 0.8)))
    reader.go("slide")
    drag(at((1, 0.5)), at((0.5, 0.75)), at((0, 1)))
    drag(at((0, 1)), at((0.6, 0.7)), at((0.4, 0.8)))
    reader.go("compass")
    hub = reader.page.locator(".board.side .held").first
    box = hub.bounding_box()
    middle, arm = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), 0.4 * box["width"]

    def around(angle: float) -> tuple[float, float]:
        x, y = turned(angle, arm)
        return middle[0] + x, middle[1] - y

    drag(around(69), around(55), around(45))
    _to_end(reader, drag, "r")
    reader.go("data")
    _along(reader, drag, "t", 0.45)
    row = reader.page.locator(".board.side .held").nth(3).bounding_box()
    x, y = row["x"] + row["width"] / 2, row["y"] + row["height"] / 2
    drag((x, y), (x, y + 30))
    reader.go("map")
    _along(reader, drag, "share", 0.02)
    _along(reader, drag, "share", 0.4)
    cross = reader.page.locator(".board.plane .held").first.bounding_box()
    start = cross["x"] + cross["width"] / 2, cross["y"] + cross["height"] / 2
    drag(start, at((60, 55)), at((88, 0)))
    reader.go("price")
    drag(at((0, 0.15)), at((0, 0.4)), at((0, 0.6)))
    _along(reader, drag, "price", 0.8)
    reader.go("many")
    for size in ("2 weights", "3 weights", "100 weights"):
        _press(reader, tap, size)
        _press(reader, tap, "Throw")
    _along(reader, drag, "m", 0.4)
    reader.go("matter")
    _along(reader, drag, "k", 0.7)


def _press(reader: Reader, tap: Callable[[tuple[float, float]], None], name: str) -> None:
    button = reader.page.locator(".hand").get_by_role("button", name=name, exact=True)
    box = button.bounding_box()
    tap((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))


def _along(reader: Reader, drag: Drag, key: str, share: float) -> None:
    """A slider taken by its thumb and moved to a share of its track."""
    slider = reader.page.locator(f"#grip-{key}")
    box = slider.bounding_box()
    now = slider.evaluate("e => (e.value - e.min) / (e.max - e.min)")
    place = lambda s: (box["x"] + 10 + s * (box["width"] - 20), box["y"] + box["height"] / 2)  # noqa: E731
    drag(place(now), place(0.5 * (now + share)), place(share))


def _to_end(reader: Reader, drag: Drag, key: str) -> None:
    _along(reader, drag, key, 0.0)


def by_mouse(reader: Reader) -> None:
    mouse = reader.page.mouse

    def tap(place: tuple[float, float]) -> None:
        mouse.click(*place)
        reader.frame()

    _lead_through(reader, reader.drag, tap)


def by_finger(reader: Reader) -> None:
    def tap(place: tuple[float, float]) -> None:
        reader.page.touchscreen.tap(*place)
        reader.frame()

    _lead_through(reader, reader.finger, tap)


def by_keys(reader: Reader) -> None:
    """j to the next step, then sliders and buttons by arrows, Enter and Home."""
    press = reader.press
    onward = lambda: (reader.page.evaluate("document.activeElement.blur()"), _next(reader))  # noqa: E731
    press("#grip-x", "Home")
    onward()
    press("#grip-guess", "ArrowLeft", "Enter")
    press("#grip-guess2", "ArrowLeft", "Enter")
    onward()
    press("#grip-x", *["ArrowLeft"] * 25)
    press("#grip-x", *["ArrowRight"] * 10)
    onward()
    press("#grip-angle", *["ArrowLeft"] * 8)
    press("#grip-r", "Home")
    onward()
    press("#grip-t", *["PageDown"] * 5)
    press("#grip-y", *["PageUp"] * 2)
    onward()
    press("#grip-share", "Home")
    press("#grip-share", *["ArrowRight"] * 40)
    press("#grip-c1", *["PageUp"] * 6)
    press("#grip-c1", *["PageDown"] * 6)
    onward()
    press("#grip-t", *["ArrowRight"] * 9)
    press("#grip-price", *["ArrowRight"] * 4)
    onward()
    for size in ("p2", "p3", "p100"):
        press(f'[data-act="{size}"]', "Enter")
        press('[data-act="throw"]', "Enter")
    press("#grip-m", *["ArrowRight"] * 12)
    onward()
    press("#grip-k", *["ArrowRight"] * 16)


def _next(reader: Reader) -> None:
    before = reader.now
    reader.page.keyboard.press("j")
    reader.page.locator(f'.card.on:not([data-step="{before}"])').wait_for()
    reader.frame()
