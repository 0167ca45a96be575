"""The laboratory is right where it is hard: prices, zeros, local minima, corners, handles."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import normball as nb
from explorer_pages import Tab
from normball.explorer.picture import picture_problem
from normball.explorer.state import defaults

pytestmark = pytest.mark.browser

LINE = {"loss": "equation", "form": "target", "target": 0}


def contact(page: Any, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("(s) => window.page.contactOf(s)", defaults() | changes)
    return found


@pytest.mark.parametrize(("norm", "budget"), [("l1", 0.9), ("l2", 0.7), ("linf", 0.6)])
def test_quantile_prices_are_the_interval_in_which_normball_stays(
    norm: str, budget: float, page: Any
) -> None:
    here = contact(page, loss="quantile", norm=norm, budget=budget)
    low, high = here["prices"]
    assert low <= here["alpha"] <= high
    state = defaults() | {"loss": "quantile", "norm": norm, "form": "alpha"}
    problem = picture_problem(state)
    for alpha, stays in ((0.5 * (low + high), True), (0.97 * low, high - low < 1e-9), (1.03 * high, False)):
        budget_there = problem.solve(alpha=alpha, tol=1e-11).norm
        if high - low > 1e-3 or not stays:
            assert (abs(budget_there - here["budget"]) < 1e-5) == stays


@pytest.mark.parametrize("loss", ["squared_error", "logistic", "huber"])
@pytest.mark.parametrize("p", [0.5, 0.8])
def test_every_local_minimum_of_a_ball_that_is_not_convex_is_one(loss: str, p: float, page: Any) -> None:
    found = contact(page, loss=loss, norm="lp", p=p, budget=1)
    problem = picture_problem(defaults() | {"loss": loss})
    rng = np.random.default_rng(0)
    for w in (found["w"], *found["others"]):
        here = problem.loss_at(np.array(w))
        near = np.array(w) + 1e-4 * rng.standard_normal((4000, 2))  # a corner may be alone in little
        inside = near / np.maximum(1, (np.abs(near) ** p).sum(axis=1) ** (1 / p))[:, None]
        assert min(problem.loss_at(v) for v in inside) > here - 1e-9


@pytest.mark.parametrize(
    "changes",
    [
        {"norm": "l2", "ellipse_angle": 0.0, "cy": 0.0, "cx": 1.3},
        {"norm": "l1", "dims": 3, "cz": 0.0, "ellipse_ratio": 1.0, "cx": 0.2, "cy": 1.4},
        {"norm": "group_l2", "dims": 3, "ellipse_ratio": 1.0, "cz": 0.05, "cx": 1.5, "cy": 1.2},
    ],
)
def test_what_rounding_leaves_of_a_zero_is_a_zero(changes: dict[str, Any], page: Any) -> None:
    found = contact(page, **changes)
    assert found["zeros"] > 0
    sizes = np.abs(found["w"])
    assert not ((sizes > 0) & (sizes < 1e-12 * sizes.max())).any()


def test_the_line_is_held_where_it_lies_flat(opened: Any) -> None:
    tab: Tab = opened(angle=60, offset=1, **LINE)
    box = tab.page.locator("svg.stage").bounding_box()
    unit, middle = box["width"] / 5.2, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def place(angle: float) -> tuple[float, float]:
        c, s = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
        return middle[0] + unit * (c + 1.5 * s), middle[1] - unit * (s - 1.5 * c)

    tab.page.mouse.move(*place(60))
    tab.page.mouse.down()
    flat = 0
    for angle in np.linspace(41, 49, 17):
        tab.page.mouse.move(*place(angle))
        tab.page.wait_for_timeout(40)
        flat += "whole side" in tab.page.locator(".sentence").inner_text()
    tab.page.mouse.up()
    assert 4 <= flat <= 8


def test_handles_stay_in_the_picture_and_reset_brings_all_back(opened: Any) -> None:
    tab: Tab = opened(cx=3, cy=3, zoom=3, budget=2)
    stage = tab.page.locator("svg.stage").bounding_box()
    for grip in tab.page.locator(".stage .handle .hit").all():
        box = grip.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        assert stage["x"] < x < stage["x"] + stage["width"]
        assert stage["y"] < y < stage["y"] + stage["height"]
    tab.page.get_by_role("button", name="Reset").click()
    tab.settle()
    assert "#" not in tab.page.url
    assert tab.value("budget") == 1


def test_budget_moves_its_knob_while_the_scale_stands(opened: Any) -> None:
    tab: Tab = opened()
    dial = tab.page.get_by_role("slider", name="budget", exact=True)
    ends = dial.get_attribute("max")
    tab.drag(tab.slider("best fit handle, w1"), (30, 40))
    tab.settle()
    assert dial.get_attribute("max") == ends
    assert tab.page.get_by_role("slider", name="price").is_hidden()


def test_the_other_ball_touches_a_level_set_of_its_own(opened: Any) -> None:
    tab: Tab = opened(ghost="l2")
    assert tab.page.locator(".ghost .fit").get_attribute("d").startswith("M")
    assert tab.page.locator(".stage .corners").get_attribute("d").count("M") == 4


def test_frontier_of_a_model_is_its_path(opened: Any, tmp_path: Path) -> None:
    data = nb.datasets.load_diabetes()
    path = nb.Problem(data.X, data.y, feature_names=data.feature_names).path(n_alphas=25)
    tab: Tab = opened(at=nb.explore(path).save(tmp_path / "own.html"))
    tab.page.get_by_role("tab", name="Frontier").click()
    drawn = tab.page.locator(".view-frontier .frontier").get_attribute("d")
    points = np.array([[float(x) for x in pair.split()] for pair in re.split("[ML]", drawn)[1:]])
    assert len(points) == len(path) + 1
    assert (np.diff(points[:, 1]) >= 0).all()  # down the screen: the loss never rises
    tab.page.get_by_text("Share", exact=True).click()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Frontier (CSV)").click()
    rows = np.loadtxt(download.value.path(), delimiter=",", skiprows=1)
    np.testing.assert_allclose(rows[:, 0], path.norms, rtol=1e-9)
    np.testing.assert_allclose(rows[:, 1], path.losses, rtol=1e-9)
    np.testing.assert_allclose(rows[:, 2], path.alphas, rtol=1e-9)


def test_a_file_copies_a_call_instead_of_an_address_of_this_machine(opened: Any) -> None:
    tab: Tab = opened({"permissions": ["clipboard-read", "clipboard-write"]}, norm="l2", budget=0.5)
    tab.page.get_by_text("Share", exact=True).click()
    tab.page.get_by_role("button", name="Copy the link").click()
    tab.page.get_by_text("On the clipboard").wait_for()
    copied = tab.page.evaluate("navigator.clipboard.readText()")
    assert copied == 'nb.explore(norm="l2", budget=0.5)'
    assert eval(copied).state["norm"] == "l2"


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("width", [390, 820, 1024])
def test_menus_open_inside_the_page(width: int, opened: Any) -> None:
    tab: Tab = opened({"viewport": {"width": width, "height": 900}})
    tab.page.locator(".picker summary").first.click()
    box = tab.page.locator(".picker > div").first.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    tab.page.get_by_role("radio", name="Lp, any p").check()
    slider = tab.page.get_by_role("slider", name="p", exact=True)
    low, high = (float(slider.get_attribute(name)) for name in ("min", "max"))
    assert (np.log(2) - np.log(1)) / (high - low) > 0.22  # p from 1 to 2 has room on its track


LONG = (
    "average_temperature_of_the_cooling_water_in_degrees_celsius_at_the_inlet",
    "share of households with two or more cars, in per cent of all households",
    "age",
)
_CUT = """
() => [...document.querySelector('#normball-root').shadowRoot.querySelectorAll('svg')].flatMap((svg) => {
  const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].map((e) => [e.textContent, e.getBoundingClientRect()])
    .filter(([, r]) => r.width > 0 && (box.left - r.left > 2 || r.right - box.right > 2))
    .map(([text]) => text);
})
"""


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("width", [1280, 820, 390])
@pytest.mark.parametrize("view", ["model", "frontier"])
def test_long_names_stay_inside(width: int, view: str, opened: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 3))
    problem = nb.Problem(X, X @ [2, 1.2, 0.4] + rng.normal(size=60), feature_names=LONG)
    file = nb.explore(problem).save(tmp_path / "own.html")
    size = {"viewport": {"width": width, "height": 900}}
    tab: Tab = opened(size, at=f"{file.as_uri()}#own=true&map=true&view={view}")
    tab.page.wait_for_timeout(300)
    assert tab.page.evaluate(_CUT) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    names = tab.page.locator(".readouts dt").all_text_contents()
    assert set(LONG[:2]) <= set(names)  # whole where they fit


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("size", [(640, 400), (844, 390), (320, 256)])
def test_low_window_leaves_the_controls_in_sight(size: tuple[int, int], opened: Any) -> None:
    """A window at 200 or 400 %, or a phone on its side: the picture covers no control."""
    tab: Tab = opened(
        {"viewport": {"width": size[0], "height": size[1]}}, loss="squared_error", form="budget"
    )
    dial = tab.page.get_by_role("slider", name="budget", exact=True)
    dial.scroll_into_view_if_needed()
    box = dial.bounding_box()
    hit = "([x, y]) => document.querySelector('#normball-root').shadowRoot.elementFromPoint(x, y).type"
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    assert tab.page.evaluate(hit, middle) == "range"
    frame = tab.page.locator(".frame").bounding_box()
    if size[0] > 600:  # and it is beside them, to be watched
        assert frame["y"] + 0.5 * frame["height"] > 0
        assert frame["x"] + frame["width"] <= box["x"]
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
