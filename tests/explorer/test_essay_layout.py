"""Every step in every window: nothing is cut off, nothing moves, nothing hides what is read."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import essay_acts
import normball as nb
from essay_pages import PHONE, SIZES, STEPS, Reader
from normball.explorer.story import StoryTable, write_story

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOW = {"640": {"viewport": {"width": 640, "height": 400}}, "844": {"viewport": {"width": 844, "height": 390}}}

# texts of a picture that stand out of it; labels of axes end with the picture, so half a letter is nothing
_CUT = """
(selector) => [
  ...document.querySelector('#normball-root').shadowRoot.querySelectorAll(selector)
].flatMap((svg) => {
  const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter((text) => {
    const r = text.getBoundingClientRect();
    const out = (a) => a > 2;
    const ends = [box.left - r.left, r.right - box.right, box.top - r.top - 3, r.bottom - box.bottom - 4];
    return r.width > 0 && ends.some(out);
  }).map((text) => text.textContent);
})
"""
_SAID = "e => [e.scrollHeight - e.clientHeight, Math.round(e.nextElementSibling.getBoundingClientRect().top)]"


def finished(reader: Any, **size: Any) -> tuple[Reader, list[tuple[str, Any]]]:
    """A page whose steps have all been finished, and what was seen at each step before and after."""
    page: Reader = reader("line", **size)
    seen = []

    def look() -> None:
        for step in STEPS:
            page.go(step)
            over, top = page.page.locator(".hand .reading").evaluate(_SAID)
            seen.append((step, over, top, page.page.evaluate(_CUT, ".board svg")))

    look()
    page.go("line")
    essay_acts.by_keys(page)
    look()
    return page, seen


@pytest.mark.parametrize("size", [*SIZES, *LOW])
def test_words_fit_and_controls_stay_where_they_are(size: str, reader: Any) -> None:
    _, seen = finished(reader, **(SIZES | LOW)[size])
    assert [(step, cut) for step, _, _, cut in seen if cut] == []
    assert [step for step, over, _, _ in seen if over > 1] == []
    assert len({top for _, _, top, _ in seen}) == 1


@pytest.mark.parametrize("size", ["1280", "390"])
def test_every_state_of_the_long_steps_fits(size: str, reader: Any) -> None:
    page: Reader = reader("matter", **SIZES[size])
    tops = set()
    for step, key, values in (
        ("matter", "k", range(24)),
        ("data", "t", (0, 10, 30, 50, 70)),
        ("map", "share", (0.02, 0.2, 0.5, 0.95)),
        ("price", "t", (0, 0.3, 0.6, 0.9, 1)),
        ("compass", "angle", range(-180, 181, 15)),
    ):
        page.go(step)
        for value in values:
            page.slide(key, value)
            over, top = page.page.locator(".hand .reading").evaluate(_SAID)
            tops.add(top)
            assert over <= 1, (step, value, page.reading)
            assert page.page.evaluate(_CUT, ".board svg") == [], (step, value)
    assert len(tops) == 1


def test_paper_cuts_nothing_off(reader: Any) -> None:
    page: Reader = reader("line")
    page.page.emulate_media(media="print", color_scheme="dark")
    page.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.page.evaluate(_CUT, ".frame svg") == []
    paper = page.page.locator(".essay").evaluate("e => getComputedStyle(e).backgroundColor")
    assert min(int(part) for part in paper[4:-1].split(",")) > 240  # dark screens print on white


@pytest.mark.parametrize("size", LOW)
def test_low_window_has_the_figure_beside_the_text(size: str, reader: Any) -> None:
    """A phone on its side, and a window of 1280 x 800 at 200 %."""
    page: Reader = reader(**LOW[size])
    for step in STEPS:
        page.go(step)
        card, figure = page.box(f"[data-step={step}]"), page.box(".figure")
        assert figure[2] <= card[0] + 1
        assert figure[3] <= page.page.viewport_size["height"] + 1
        assert page.last_control <= figure[3] + 1, step
        heading = page.box(f"#h-{step}")
        assert 0 <= heading[1] < heading[3] < page.page.viewport_size["height"]
    assert not page.wide()


def test_tiny_window_lets_the_text_be_read(reader: Any) -> None:
    """1280 x 1024 at 400 %: the figure scrolls away instead of covering what is read."""
    page: Reader = reader("compass", viewport={"width": 320, "height": 256})
    page.page.locator("#h-compass").scroll_into_view_if_needed()
    box = page.box("#h-compass")
    hit = "([x, y]) => document.querySelector('#normball-root').shadowRoot.elementFromPoint(x, y).id"
    assert page.page.evaluate(hit, [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]) == "h-compass"
    assert not page.wide()


@pytest.mark.parametrize("size", ["1280", "390", "640"])
def test_what_a_task_showed_and_the_next_task_come_onto_the_screen(size: str, reader: Any) -> None:
    page: Reader = reader("data", **(SIZES | LOW)[size])
    page.press("#grip-t", *["PageDown"] * 5)
    assert page.done("data") == [True, False]
    task = page.box("[data-step=data] .one:not(.done) .task")
    assert task[3] <= page.page.viewport_size["height"]
    assert page.now == "data"


def painted(page: Reader, selector: str) -> float:
    """The share of an element's pixels that differ clearly from the picture's first pixel."""
    shot = base64.b64encode(page.page.locator(selector).first.screenshot()).decode()
    pixels = page.page.evaluate(
        """async (shot) => {
          const image = new Image();
          image.src = 'data:image/png;base64,' + shot;
          await image.decode();
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [image.width, image.height];
          const context = canvas.getContext('2d');
          context.drawImage(image, 0, 0);
          return [...context.getImageData(0, 0, image.width, image.height).data];
        }""",
        shot,
    )
    rgb = np.array(pixels).reshape(-1, 4)[:, :3]
    return float((np.abs(rgb - rgb[0]).max(axis=1) > 100).mean())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_show_sliders_bars_and_choices(scheme: str, reader: Any) -> None:
    page: Reader = reader("line", forced_colors="active", color_scheme=scheme)
    page.slide("x", 0.6)
    assert painted(page, "#grip-x") > 0.06  # track and thumb
    assert painted(page, ".bar") > 0.3
    page.go("many")
    chosen, other = (painted(page, f'[data-act="{name}"]') for name in ("p2", "p3"))
    assert abs(chosen - other) > 0.02


def test_phone_shows_the_whole_of_what_was_learned_in_step_two(reader: Any) -> None:
    page: Reader = reader("ball", **PHONE)
    page.press("#grip-guess", "Enter")
    page.press("#grip-guess2", "Enter")
    assert page.box("[data-step=ball] .one:last-child .said")[3] <= 844


LONG = (
    "average_temperature_of_the_cooling_water_in_degrees_celsius_at_the_inlet_of_the_second_heat_exchanger",
    "share of households with two or more cars, in per cent of all households of the district",
    "age",
)


def own_file(folder: Path, kind: str, sign: float) -> Path:
    """The essay of a table whose columns have long names; the best fit lies to the right, or to the left."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(150, 3))
    eta = sign * (1.3 * X[:, 0] + 0.9 * X[:, 1]) + 0.3 * X[:, 2] + rng.normal(size=150)
    classes = ("needs_a_repair_within_a_year", "works") if kind == "classes" else None
    y = (eta > 0).astype(float) if classes else 1000 * eta
    dataset = nb.datasets.Dataset(X, y, LONG, "output of the machine by the hour", "Made up.", classes)
    return write_story(folder, StoryTable.own(dataset), quick=True)[1]


@pytest.mark.parametrize("size", ["1280", "1024", "390"])
@pytest.mark.parametrize(("kind", "sign"), [("classes", -1.0), ("quantity", 1.0), ("quantity", -1.0)])
def test_long_names_of_own_columns_fit(
    kind: str, sign: float, size: str, browser: Any, tmp_path: Path
) -> None:
    page = Reader(browser, own_file(tmp_path, kind, sign).as_uri() + "#data", **SIZES[size])
    try:
        for step in ("data", "map", "matter"):
            page.go(step)
            page.slide(*{"data": ("t", 0.3), "map": ("share", 0.4), "matter": ("k", 9)}[step])
            over, _ = page.page.locator(".hand .reading").evaluate(_SAID)
            assert over <= 1, (step, page.reading)
            assert page.page.evaluate(_CUT, ".board svg") == []
            assert not page.wide()
            words = page.page.locator(f"[data-step={step}]").evaluate("e => e.scrollWidth - e.clientWidth")
            assert words <= 0
    finally:
        page.close()
    assert page.problems == []


def test_names_are_whole_where_they_fit(reader: Any) -> None:
    page: Reader = reader("map")
    labels = page.page.locator(".board.plane text").all_text_contents()
    assert {"age drops out", "BMI drops out"} <= set(labels)


_FREE = """
(board) => {
  const box = board.getBoundingClientRect();
  const held = [...board.querySelectorAll('.held')].map((e) => e.getBoundingClientRect());
  for (const [u, v] of [[0.2, 0.6], [0.5, 0.9], [0.9, 0.5], [0.1, 0.3], [0.5, 0.3], [0.95, 0.95]]) {
    const x = box.left + u * box.width, y = box.top + v * box.height;
    const isFree = (r) => x < r.left - 4 || x > r.right + 4 || y < r.top - 4 || y > r.bottom + 4;
    if (held.every(isFree)) return [x, y];
  }
  return null;
}
"""


@pytest.mark.parametrize("step", STEPS)
def test_a_swipe_scrolls_over_every_picture_and_over_no_grip(step: str, reader: Any) -> None:
    page: Reader = reader(step, **PHONE)
    if step == "data":  # the rows can be moved now
        page.press("#grip-t", *["PageDown"] * 5)
        page.go("data")
    for board in page.page.locator(".board").all():
        grips = [held.bounding_box() for held in board.locator(".held").all()][:1]
        for grip in grips:
            x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
            top = page.page.evaluate("scrollY")
            page.finger((x, y), (x + 4, y + 30))
            assert page.page.evaluate("scrollY") == top, "a grip scrolled the page"
            page.go(step)
        x, y = board.evaluate(_FREE)
        top = page.page.evaluate("scrollY")
        page.finger((x, y), (x, y - 90))
        page.page.wait_for_timeout(150)
        assert page.page.evaluate("scrollY") > top + 30, "a picture held the page"
        page.go(step)
