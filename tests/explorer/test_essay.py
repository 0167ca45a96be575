"""The essay as its reader meets it: finished by mouse, finger and keys; nothing moves that should not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import essay_acts
from essay_pages import PHONE, SIZES, STEPS, Reader, turned

pytestmark = pytest.mark.browser

TASKS = {step: [True] if step in ("line", "matter") else [True, True] for step in STEPS}


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("by", ["mouse", "finger", "keys"])
def test_every_step_is_finished(by: str, size: str, reader: Any) -> None:
    touch = {"has_touch": True} if by == "finger" else {}
    page = reader("line", **SIZES[size], **({} if "has_touch" in SIZES[size] else touch))
    getattr(essay_acts, f"by_{by}")(page)
    assert {step: page.done(step) for step in STEPS} == TASKS
    for step in STEPS if by == "keys" else ():  # with all that may stand there, too
        page.go(step)
        assert page.last_control <= page.box(".figure")[3] + 1, step


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("size", SIZES)
def test_figure_never_jumps_and_nothing_sticks_out(size: str, reader: Any) -> None:
    page: Reader = reader(**SIZES[size])
    edges = set()
    for step in (*STEPS, "slide", "matter", "line"):
        page.go(step)
        figure, hand = page.box(".figure"), page.box(".hand")
        edges.add((figure[1], figure[3], hand[1], hand[3]))
        assert figure[1] == 0
        assert page.last_control <= figure[3] + 1, step
        assert not page.wide(), step
    assert len(edges) == 1


def test_guess_then_both_balls_touch_where_they_must(reader: Any) -> None:
    page: Reader = reader("ball")
    page.page.mouse.click(*page.at((0.6, 0.7)))
    page.frame()
    assert "You said (0.60, 0.70). The diamond touches at (0, 1): w₁ = 0." in page.reading
    page.click("Grow the circle")
    assert "The circle touches at (0.4, 0.8): no zero." in page.reading
    assert page.done("ball") == [True, True]
    assert "t = 0.89" in page.page.locator(".board.side").inner_text()


@pytest.mark.slow
def test_growing_takes_its_time_unless_motion_is_unwelcome(reader: Any) -> None:
    page: Reader = reader("ball", reduced_motion="no-preference")
    page.click("Grow the diamond")
    assert "Growing" in page.reading
    page.page.get_by_text("touches at (0, 1)").first.wait_for(timeout=8000)
    assert page.done("ball") == [True, False]


def test_bills_fall_as_far_as_they_can(reader: Any) -> None:
    page: Reader = reader("slide")
    costs = []
    for x in (1, 0):
        page.slide("x", x)
        costs.append(page.page.locator(".bill .sum b").last.inner_text())
    page.slide("x", 1)
    costs.append(page.page.locator(".bill .sum b").last.inner_text())
    page.slide("x", 0.4)
    costs.append(page.page.locator(".bill .sum b").last.inner_text())
    assert costs == ["1.50", "1.00", "1.25", "0.80"]


@pytest.mark.quick_cases(1)
def test_the_side_holds_the_mouse_and_pressing_moves_nothing(reader: Any) -> None:
    page: Reader = reader("compass")
    before = page.reading
    x, y = page.at(turned(80, 1.2))
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x, y)
    page.page.mouse.up()
    page.frame()
    assert page.reading == before
    assert page.done("compass") == [False, False]
    page.page.mouse.move(*page.at(turned(69)))
    page.page.mouse.down()
    flat = 0
    for k in range(41):
        page.page.mouse.move(*page.at(turned(35 + 20 * k / 40)))
        page.frame()
        flat += "whole side" in page.reading
    assert page.done("compass") == [False, False]  # nothing is ticked in the hand
    page.page.mouse.up()
    assert 5 <= flat <= 8


def test_shares_of_the_compass(reader: Any) -> None:
    page: Reader = reader("compass")
    page.slide("angle", 45)
    shares = []
    for r in (1, 0.5, 0.2, 0):
        page.slide("r", r)
        shares.append(page.page.locator(".big").inner_text())
    expected = [100 * np.rad2deg(np.arctan(r)) / 45 for r in (1, 0.5, 0.2, 0)]
    assert shares == [f"{x:.0f} %" for x in expected]


@pytest.mark.quick_cases(1)
def test_a_dragged_patient_moves_everything_in_one_frame(reader: Any) -> None:
    page: Reader = reader("data")
    page.slide("t", 60)
    said = page.page.locator(".board.side tspan").all_text_contents()
    seen = [page.page.locator(f".board.{board}").inner_html() for board in ("plane", "side")]
    row = page.page.locator(".board.side .held").nth(3).bounding_box()
    x, y = row["x"] + row["width"] / 2, row["y"] + row["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x, y - 40)
    page.frame()
    now = [page.page.locator(f".board.{board}").inner_html() for board in ("plane", "side")]
    page.page.mouse.up()
    assert now[0] != seen[0]
    assert now[1] != seen[1]
    errors = page.page.locator(".board.side tspan").all_text_contents()
    assert len(errors) == 2
    assert all(new != old for new, old in zip(errors, said, strict=True))


def test_another_sample_takes_the_map_with_it(reader: Any) -> None:
    page: Reader = reader("data")
    page.slide("t", 40)
    page.slide("y", 300)
    page.go("map")
    page.slide("c0", 20)
    page.go("data")
    page.click("Another twelve")
    fit = page.page.locator(".cross").get_attribute("d")
    page.go("map")
    assert page.page.locator("#grip-c0").input_value() != "20"
    page.go("data")
    assert page.page.locator(".cross").get_attribute("d") == fit


def test_each_step_keeps_its_state_and_focus_survives(reader: Any) -> None:
    page: Reader = reader("slide")
    page.press("#grip-x", *["ArrowLeft"] * 25)
    assert page.done("slide") == [True, False]
    assert page.focused == "grip-x"
    page.go("price")
    page.go("slide")
    assert page.done("slide") == [True, False]
    assert page.page.locator("#grip-x").input_value() == "0"


def test_focus_survives_controls_that_come(reader: Any) -> None:
    page: Reader = reader("data", **PHONE)
    page.press("#grip-t", *["PageDown"] * 5)
    assert page.focused == "grip-t"
    page.press("#grip-y", *["PageUp"] * 3)
    assert page.done("data") == [True, True]
    assert page.focused == "grip-y"


@pytest.mark.quick_cases(1)
def test_a_swipe_scrolls_and_a_grip_does_not(reader: Any) -> None:
    page: Reader = reader("line", **PHONE)
    top = page.page.evaluate("scrollY")
    start = page.at((1, 0.5))
    page.finger(start, (start[0] - 40, start[1] - 60))
    assert page.page.evaluate("scrollY") == top
    assert "(1.00, 0.50)" not in page.reading
    free = page.at((-0.9, -0.3))
    page.finger((free[0], free[1]), (free[0], free[1] - 120))
    page.page.wait_for_timeout(100)
    assert page.page.evaluate("scrollY") > top + 40


def test_a_swipe_over_the_line_starts_no_reveal(reader: Any) -> None:
    page: Reader = reader("ball", **PHONE)
    start = page.at((1.1, 0.45))
    page.finger(start, (start[0], start[1] - 100))
    assert "waiting at t = 0" in page.reading


def test_paper_holds_nine_frames(reader: Any) -> None:
    page: Reader = reader("compass")
    page.slide("angle", 30)
    page.page.emulate_media(media="print")
    page.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    frames = page.page.locator(".card .frame").evaluate_all(
        "all => all.map(e => [e.querySelectorAll('svg').length, e.getBoundingClientRect().height])"
    )
    assert len(frames) == 9
    assert all(count >= 1 and height > 200 for count, height in frames)
    assert "faces 30°" in page.page.locator("[data-step=compass] .frame").inner_text()
    assert "zeros fill" in page.page.locator("[data-step=map] .frame").inner_text()
    assert page.page.locator(".task:visible").count() == 0
    wide = page.page.locator(".cards > .card").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().width)"
    )
    assert min(wide) > 900  # paper has one column
    assert "0.80, and both weights stay" in page.page.locator("[data-step=slide] .frame").inner_text()
    assert page.page.locator(".said:visible").count() == sum(map(len, TASKS.values()))


@pytest.mark.quick_cases(1)
def test_address_opens_a_step_follows_and_the_laboratory_is_behind_it(reader: Any) -> None:
    page: Reader = reader("price")
    assert page.now == "price"
    page.page.keyboard.press("k")
    page.page.locator('.card.on[data-step="map"]').wait_for()
    page.page.wait_for_timeout(250)
    assert page.page.url.endswith("#map")
    page.slide("share", 0.3)
    page.page.locator(".card.on").get_by_role("button", name="In the laboratory").click()
    page.page.get_by_role("tablist").wait_for()
    assert "ellipse_ratio=" in page.page.url
    page.page.get_by_role("button", name="The story").click()
    page.page.locator('.card.on[data-step="map"]').wait_for()
    assert page.page.locator("#grip-share").input_value() == "0.3"
    page.page.go_back()
    page.page.get_by_role("tablist").wait_for()


def test_without_scripts_the_nine_pictures_stand(browser: Any, story_file: Any) -> None:
    with browser.new_page(java_script_enabled=False, viewport={"width": 390, "height": 844}) as page:
        page.goto(story_file.as_uri())
        assert page.locator(".unscripted .card svg:visible").count() >= 9
        lines = page.locator(".unscripted svg :is(.level, .trail, .curve, .axis)")
        assert set(lines.evaluate_all("all => all.map(e => getComputedStyle(e).fill)")) == {"none"}
        said = page.locator(".unscripted .said:visible").all_inner_texts()
        assert said[1].startswith("At its corner, (0, 1)")


def test_what_is_announced_is_heard_and_not_seen(reader: Any) -> None:
    page: Reader = reader("line")
    page.slide("x", 0.1)
    said = page.page.locator("[role=status].spoken")
    assert "the data cannot choose" in said.inner_text()
    box = said.bounding_box()
    assert max(box["width"], box["height"]) <= 1


@pytest.mark.parametrize(("x", "done"), [(1.8, True), (0.1, True), (2.1, True), (-0.2, True), (1.6, False)])
def test_line_is_done_where_either_weight_is_almost_zero(x: float, done: bool, reader: Any) -> None:
    page: Reader = reader("line")
    page.slide("x", x)
    assert page.done("line") == [done]


def test_map_is_done_at_the_share_it_prints(reader: Any) -> None:
    page: Reader = reader("map")
    done = {}
    for share in (0.14, 0.13, 0.12, 0.11):
        page.slide("share", share)
        done[page.page.locator(".figure figcaption").first.inner_text()] = page.done("map")[0]
    assert [is_done == (int(text.split(" %")[0].split()[-1]) >= 80) for text, is_done in done.items()] == [
        True
    ] * len(done)
    assert any("fill 80 %" in text for text in done)


def test_moved_patient_is_the_one_the_slider_moves(reader: Any) -> None:
    page: Reader = reader("data")
    page.slide("t", 40)
    for k in (0, 7, 11):
        row = page.page.locator(".board.side .held").nth(k).bounding_box()
        x, y = row["x"] + row["width"] / 2, row["y"] + row["height"] / 2
        page.drag((x, y), (x, y - 30 if k else y + 30))
        picked = page.page.get_by_label("which patient")
        assert picked.evaluate("e => e.selectedOptions[0].text") == f"patient {k + 1}"
        shown = page.page.locator("output[for=grip-y]").inner_text().removeprefix("score ")
        value = float(page.page.locator("#grip-y").input_value())
        assert abs(float(shown) - value) < 2.0  # the slider's own steps are of two or three points


def test_handle_of_the_line_stays_under_the_hand(reader: Any) -> None:
    page: Reader = reader("compass")
    grip = page.page.locator(".board.plane .held")
    page.page.mouse.move(*page.at(turned(69, 1.42)))
    page.page.mouse.down()
    for angle in (75, 93, 110, 60, 46, 40, 10, -30):
        hand = page.at(turned(angle, 1.42))
        page.page.mouse.move(*hand)
        page.frame()
        box = grip.bounding_box()
        apart = np.hypot(box["x"] + box["width"] / 2 - hand[0], box["y"] + box["height"] / 2 - hand[1])
        assert apart < 8, angle  # a side holds the line within 1.5 degrees
    page.page.mouse.up()
    page.page.mouse.move(0, 0)
    page.slide("angle", 45)
    before = grip.bounding_box()
    page.slide("r", 0.4)
    assert grip.bounding_box() == before


def tabbed(page: Reader, key: str = "Tab") -> str:
    """Where the focus is after a key: step, and the control's id, name or words."""
    page.page.keyboard.press(key)
    page.page.wait_for_timeout(150)
    found: str = page.page.evaluate(
        """() => {
          const at = document.querySelector('#normball-root').shadowRoot.activeElement;
          const card = document.querySelector('#normball-root').shadowRoot.querySelector('.card.on');
          const what = at && (at.id || at.dataset.act || at.textContent.slice(0, 4));
          return `${card.dataset.step} ${what}`;
        }"""
    )
    return found


def test_tab_goes_from_a_step_to_its_controls_to_the_next(reader: Any) -> None:
    page: Reader = reader("line")
    order = [tabbed(page) for _ in range(11)]
    assert order == [
        "line grip-x",
        "ball grip-guess",
        "ball grow",
        "ball In t",
        "slide grip-x",
        "slide In t",
        "compass grip-angle",
        "compass In t",
        "data grip-t",
        "map grip-share",
        "map grip-c0",
    ]
    back = [tabbed(page, "Shift+Tab") for _ in range(10)]
    assert back == order[-2::-1]


def test_next_by_a_key_takes_the_focus_along_and_the_end_follows_the_last_step(reader: Any) -> None:
    page: Reader = reader("line")
    page.press("#grip-x", "Home", *["PageUp"] * 2)
    page.slide("x", 0.1)
    page.page.locator("#grip-x").focus()
    assert tabbed(page) == "line Next"
    assert tabbed(page, "Enter") == "ball grip-guess"
    page.go("matter")
    page.page.locator("#grip-k").focus()
    for _ in range(3):
        found = tabbed(page)
    assert found.endswith("from")  # the code of the end
    for _ in range(3):
        found = tabbed(page, "Shift+Tab")
    assert found == "matter grip-k"


def test_j_and_k_work_from_a_slider_and_the_focus_never_drops(reader: Any) -> None:
    page: Reader = reader("line")
    page.page.locator("#grip-x").focus()
    assert [tabbed(page, key) for key in "jjk"] == ["ball grip-guess", "slide grip-x", "ball grip-guess"]
    assert tabbed(page, "Enter") == "ball grip-guess2"
    assert tabbed(page) == "ball grow"
    assert tabbed(page, "Enter") == "ball again"
    assert tabbed(page, "j") == "slide grip-x"


@pytest.mark.parametrize("step", ["ball", "compass", "price"])
def test_leaving_while_something_moves_is_no_error(step: str, reader: Any) -> None:
    page: Reader = reader(step, reduced_motion="no-preference")
    if step == "ball":
        page.click("Grow the diamond")
    page.page.set_viewport_size({"width": 1000, "height": 700})
    page.page.locator(".card.on").get_by_role("button", name="In the laboratory").click()
    page.page.set_viewport_size({"width": 820, "height": 700})
    page.page.get_by_role("tablist").wait_for()
    page.page.wait_for_timeout(300)


def test_laboratory_says_how_its_numbers_differ(reader: Any) -> None:
    page: Reader = reader("price")
    more = page.page.locator(".card.on .more")
    assert "divided by √5, prices by 5" in more.inner_text()
    page.slide("t", 0.15)
    more.get_by_role("button").click()
    page.page.get_by_role("tablist").wait_for()
    text = page.page.locator("#normball-root").evaluate("e => e.shadowRoot.textContent")
    assert "0.68" in text  # 4 (1 - 0.15) / 5
