"""The page as its reader meets it: taken by mouse, touch and keys, and asked for numbers, never pixels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import normball as nb
from explorer_pages import Tab

pytestmark = pytest.mark.browser

VIEWS = ["prices", "frontier", "model"]
LINE = {"loss": "equation", "form": "target", "target": 0}


def number_of(tab: Tab, name: str) -> float:
    return float(tab.page.get_by_role("slider", name=name, exact=True).get_attribute("aria-valuenow"))


# ---- taking hold --------------------------------------------------------------------
@pytest.mark.quick_cases(1)
def test_line_dragged_by_mouse_keeps_the_contact_of_the_closed_form(opened: Any) -> None:
    tab = opened(angle=63, offset=1, **LINE)
    tab.drag(tab.slider("line handle: distance"), (25, 45), steps=60)
    tab.settle()
    offset = number_of(tab, "line handle: distance")
    assert 0.4 < offset < 0.95
    w = tab.values("w1", "w2")
    assert w[0] == 0
    assert w[1] == pytest.approx(offset / np.sin(np.deg2rad(63)), rel=1e-5)


def test_zeros_flip_where_the_line_is_parallel_to_the_side(opened: Any) -> None:
    tab = opened(angle=44, offset=1, **LINE)
    assert tab.values("w2", "zeros") == [0, 1]
    turn = tab.slider("line handle: angle")
    turn.focus()
    turn.press("ArrowRight")
    tab.settle()
    assert number_of(tab, "line handle: angle") == 45
    assert "whole side" in tab.page.get_by_role("region", name="the contact in numbers").inner_text()
    turn.press("ArrowRight")
    tab.settle()
    assert tab.values("w1", "zeros") == [0, 1]


@pytest.mark.quick_cases(1)
def test_best_fit_dragged_by_touch(opened: Any) -> None:
    tab = opened({"has_touch": True}, loss="squared_error", form="budget", norm="l2", ellipse_ratio=1)
    x, y = tab.centre(tab.slider("best fit handle, w1"))
    client = tab.context.new_cdp_session(tab.page)
    send = client.send
    send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for k in range(1, 11):
        point = {"x": x - 9 * k, "y": y + 3 * k}
        send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    tab.settle()
    c = np.array([number_of(tab, f"best fit handle, w{i}") for i in (1, 2)])
    assert c[0] < 0.6
    # round level sets: the contact is the projection on the circle
    assert tab.values("w1", "w2") == pytest.approx(c / np.linalg.norm(c), rel=1e-5)


@pytest.mark.quick_cases(1)
def test_budget_by_keyboard(opened: Any) -> None:
    tab = opened(loss="squared_error", form="budget", budget=1)
    handle = tab.slider("budget handle")
    handle.focus()
    for key, expected in (("ArrowRight", 1.01), ("Shift+ArrowRight", 1.11), ("PageDown", 1.01), ("Home", 0)):
        handle.press(key)
        tab.settle()
        assert tab.value("budget") == pytest.approx(expected, abs=1e-9)
    assert tab.values("w1", "w2", "zeros") == [0, 0, 2]
    handle.press("Backspace")
    tab.settle()
    assert tab.value("budget") == 1


@pytest.mark.quick_cases(1)
def test_dials_are_linked(opened: Any) -> None:
    tab = opened(loss="squared_error", form="budget", budget=0.8)
    alpha, target = tab.values("alpha", "target")
    tab.page.get_by_text("Price and target").click()
    tab.page.get_by_role("radio", name="hold the price").check()
    number = tab.page.get_by_role("spinbutton", name="price, number")
    number.fill(str(alpha / 2))
    number.press("Enter")
    tab.settle()
    assert tab.value("alpha") == pytest.approx(alpha / 2, rel=1e-8)
    assert tab.value("budget") > 0.8
    assert tab.value("target") < target


@pytest.mark.quick_cases(1)
def test_frontier_point_and_free_point(opened: Any) -> None:
    tab = opened(loss="squared_error", form="budget", view="frontier", free="true")
    before = tab.value("budget")
    tab.drag(tab.slider("point on the frontier"), (60, 0))
    tab.settle()
    assert tab.value("budget") > before + 0.1
    tab.page.get_by_role("tab", name="Prices").click()
    assert tab.value("saved") > 0
    tab.drag(tab.slider("free point, w1"), (-30, 40))
    tab.settle()
    assert tab.page.url.count("free1=") == 1


@pytest.mark.quick_cases(1)
def test_keys_on_the_frontier_go_as_far_as_the_picture_is_wide(opened: Any) -> None:
    tab = opened(loss="squared_error", form="budget", budget=0.1, view="frontier", cx=0.1, cy=0.1)
    tab.page.get_by_text("Place the level set by numbers").click()
    for name in ("best fit, w₁, number", "best fit, w₂, number"):
        number = tab.page.get_by_role("spinbutton", name=name)
        number.fill("3")
        number.press("Enter")
    point = tab.slider("point on the frontier")
    point.press("ArrowRight")
    tab.settle()
    assert tab.value("budget") == pytest.approx(0.1 + 0.01 * 6, rel=1e-6)


@pytest.mark.quick_cases(1)
def test_space_is_turned_and_its_contact_named(opened: Any) -> None:
    tab = opened(loss="squared_error", form="budget", dims=3, budget=1)
    assert tab.value("gap") <= 1e-8
    canvas = tab.page.locator("canvas.stage")
    tab.drag(canvas, (60, 20))
    tab.settle()
    assert "yaw=" in tab.page.url
    assert re.search(r"touches the octahedron at a corner", canvas.get_attribute("aria-label"))


@pytest.mark.slow
def test_drag_is_drawn_at_most_once_a_frame_and_never_lost(opened: Any) -> None:
    tab = opened(angle=63, **LINE)
    tab.drag(tab.slider("line handle: distance"), (10, 30), steps=60)
    tab.settle()
    steps = tab.page.evaluate("performance.getEntriesByName('normball drag step').length")
    assert 1 <= steps <= 62
    x, y = tab.centre(tab.slider("line handle: distance"))
    tab.drag(tab.slider("line handle: distance"), (5, 10), steps=1)
    tab.settle()
    moved = tab.centre(tab.slider("line handle: distance"))
    along = np.array([np.cos(np.deg2rad(63)), -np.sin(np.deg2rad(63))])
    assert np.dot(np.subtract(moved, (x, y)), along) == pytest.approx(np.dot((5, 10), along), abs=1)


# ---- address, hosts ------------------------------------------------------------
@pytest.mark.quick_cases(1)
def test_address_restores_the_picture_and_back_works(opened: Any) -> None:
    tab = opened(norm="linf", loss="squared_error", form="budget", budget=0.7, cx=1.25)
    first = tab.values("w1", "w2", "alpha")
    tab.page.reload()
    tab.slider("budget").wait_for()
    assert tab.values("w1", "w2", "alpha") == first
    tab.page.get_by_role("button", name="Reset").click()
    tab.settle()
    assert "norm" not in tab.page.url
    assert tab.values("w1", "w2") != first[:2]
    tab.page.go_back()
    tab.settle()
    assert tab.values("w1", "w2", "alpha") == first


def test_own_data_go_and_come_with_the_address(opened: Any, tmp_path: Path) -> None:
    data = nb.datasets.load_diabetes()
    problem = nb.Problem(data.X, data.y, feature_names=data.feature_names)
    tab = opened(at=nb.explore(problem, features=("bmi", "s5")).save(tmp_path / "own.html"))
    named = tab.page.get_by_role("region", name="the contact in numbers").get_by_text("bmi")
    tab.page.get_by_role("tab", name="Prices").click()
    tab.settle()
    tab.page.go_back()
    tab.settle()
    assert named.is_visible()
    tab.page.get_by_role("tab", name="Model").click()
    tab.page.get_by_role("checkbox", name="on the stage: my data").uncheck()
    tab.settle()
    assert not named.is_visible()
    tab.page.reload()
    tab.page.get_by_role("tablist").wait_for()
    assert not named.is_visible()


def test_bad_address_is_told_and_survived(opened: Any) -> None:
    tab = opened(norm="l3", budget=-4, angle="north", color="red")
    said = tab.page.get_by_role("alert").inner_text()
    for word in ("norm must be one of", "budget must lie between", "angle must be a number", "color"):
        assert word in said
    assert tab.value("zeros") == 2  # the budget was brought to 0


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("view", VIEWS)
def test_phone_has_no_sideways_scroll(opened: Any, view: str) -> None:
    tab = opened(
        {"viewport": {"width": 390, "height": 800}},
        view=view,
        loss="squared_error",
        form="budget",
    )
    wide = tab.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    handles = tab.page.locator(".stage .hit").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().width)"
    )
    assert min(handles) >= 43.5


@pytest.mark.quick_cases(1)
def test_line_and_ball_are_taken_anywhere(opened: Any) -> None:
    tab = opened(angle=90, offset=1, **LINE)
    box = tab.page.locator("svg.stage").bounding_box()
    unit = box["width"] / 5.2
    x, y = box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2 - unit
    tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.move(x, y - unit / 2, steps=10)
    tab.page.mouse.up()
    tab.settle()
    assert number_of(tab, "line handle: distance") == pytest.approx(1.5, abs=0.02)
    x, y = box["x"] + box["width"] / 2 + 0.75 * unit, box["y"] + box["height"] / 2 + 0.75 * unit
    tab.page.mouse.move(x, y)  # the middle of the lower right side of the diamond of radius 1.5
    tab.page.mouse.down()
    tab.page.mouse.move(x - unit / 4, y - unit / 4, steps=10)
    tab.page.mouse.up()
    tab.settle()
    assert number_of(tab, "budget handle") == pytest.approx(1, abs=0.02)


@pytest.mark.quick_cases(1)
def test_the_ball_of_own_data_is_dragged_along_the_path(opened: Any, tmp_path: Path) -> None:
    data = nb.datasets.load_diabetes()
    problem = nb.Problem(data.X, data.y, feature_names=data.feature_names)
    path = problem.path(n_alphas=30)
    tab = opened(at=nb.explore(path, features=("bmi", "s5")).save(tmp_path / "own.html"))
    before = int(tab.slider("walk along the path").evaluate("e => e.value"))
    tab.drag(tab.slider("budget handle"), (-60, 60))
    tab.settle()
    step = int(tab.slider("walk along the path").evaluate("e => e.value"))
    assert step > before
    columns = [list(data.feature_names).index(name) for name in ("bmi", "s5")]
    expected = path.coefs[step][columns]
    assert tab.values("w1", "w2") == pytest.approx(expected, rel=1e-5, abs=1e-6 * np.abs(expected).max())
    tab.page.get_by_role("button", name="held as at").click()
    tab.settle()
    assert "refit=false" in tab.page.url


@pytest.mark.quick_cases(1)
def test_loss_is_changed_and_the_ball_stays(opened: Any) -> None:
    tab = opened(**LINE)
    budget = tab.value("budget")
    tab.page.locator(".picker summary").last.click()
    tab.page.get_by_role("radio", name="squared error (an ellipse)").check()
    tab.settle()
    assert tab.value("budget") == pytest.approx(budget, rel=1e-5)
    assert tab.value("alpha") > 0


@pytest.mark.quick_cases(1)
def test_own_data_on_the_stage(opened: Any, tmp_path: Path) -> None:
    data = nb.datasets.load_diabetes()
    problem = nb.Problem(data.X, data.y, feature_names=data.feature_names)
    path = problem.path(n_alphas=30)
    at = nb.explore(path, features=("bmi", "s5")).save(tmp_path / "own.html")
    tab = opened(at=at)
    columns = [list(data.feature_names).index(name) for name in ("bmi", "s5")]
    for step in (5, 20):
        walk = tab.slider("walk along the path")
        walk.evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})); }", step
        )
        tab.settle()
        expected = path.coefs[step][columns]
        assert tab.values("w1", "w2") == pytest.approx(expected, rel=1e-5, abs=1e-6 * np.abs(expected).max())


def test_names_of_columns_cannot_break_out(opened: Any, tmp_path: Path) -> None:
    evil = "</script><script>document.title='broken'</script><!--"
    X = np.random.default_rng(0).standard_normal((30, 2))
    problem = nb.Problem(X, X @ [1.0, 2.0], feature_names=[evil, "<img src=x onerror=alert(1)>"])
    tab = opened(at=nb.explore(problem).save(tmp_path / "evil.html"))
    assert "broken" not in tab.page.title()
    assert evil in tab.page.locator("select option").all_inner_texts()


def test_question_mark_lists_the_keys(opened: Any) -> None:
    tab = opened()
    tab.slider("budget handle").press("?")
    assert tab.page.get_by_text("to the next handle").is_visible()
    tab.slider("budget handle").press("Escape")
    assert not tab.page.get_by_text("to the next handle").is_visible()
