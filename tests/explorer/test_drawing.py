"""What is drawn, read back from the page: level sets lie on their levels, the path on its contacts."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from normball.explorer.picture import picture_problem
from normball.explorer.state import read_state

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIDE, HALF = 640, 2.6
"""Of the drawing, in its pixels and in units of the coefficients."""
PIXEL = 2 * HALF / SIDE

LEVELS = {
    "gamma, narrow": {"loss": "gamma", "budget": 0.991, "cx": -0.68, "cy": -0.51, "ellipse_ratio": 2.8},
    "gamma, near": {"loss": "gamma", "budget": 0.627, "cx": 0.38, "cy": 0.26, "ellipse_ratio": 2.4},
    "gamma, far": {"loss": "gamma", "budget": 1.46, "cx": 0.64, "cy": -0.85, "ellipse_ratio": 3.7},
    "huber": {"loss": "huber", "budget": 1.5},
    "logistic": {"loss": "logistic", "budget": 0.6, "norm": "linf"},
    "poisson": {"loss": "poisson", "budget": 1.0, "norm": "l2"},
    "quantile": {"loss": "quantile", "budget": 1.1},
    "squared error": {"loss": "squared_error", "budget": 0.9},
}
PATHS = {
    "wide": {"norm": "l2", "cx": 2.2, "cy": 1.81, "ellipse_ratio": 15.3, "ellipse_angle": -22},
    "narrow": {"cx": -2.72, "cy": 2.69, "ellipse_ratio": 3.6, "ellipse_angle": -70},
}


def points(path: str) -> np.ndarray:
    """(m, 2) coefficients of the corners of an SVG path of straight lines."""
    pixels = np.array(re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path), dtype=float)
    return (pixels - SIDE / 2) * [1, -1] * PIXEL


def ellipse_points(tab: Any, selector: str) -> np.ndarray:
    """(m, 2) coefficients along a path in the frame of the page's ellipses."""
    found = tab.page.locator(selector).evaluate(
        """e => {
            const turn = e.parentNode.transform.baseVal.consolidate().matrix, all = e.getTotalLength();
            return Array.from({length: 50}, (_, k) => {
                const p = e.getPointAtLength(all * k / 50).matrixTransform(turn);
                return [p.x, p.y];
            });
        }"""
    )
    return (np.array(found) - SIDE / 2) * [1, -1] * PIXEL


def best_fit(state: dict[str, Any]) -> np.ndarray:
    whole, _ = read_state(state)
    return np.array([whole["cx"], whole["cy"]])


@pytest.mark.parametrize("name", LEVELS)
def test_level_set_lies_on_its_level(opened: Any, name: str) -> None:
    """The loss crosses the level within a pixel of each point drawn, on the ray from the best fit."""
    state = {"form": "budget", **LEVELS[name]}
    tab = opened(**state)
    if state["loss"] == "squared_error":
        drawn = ellipse_points(tab, ".levels .touching")
    else:
        drawn = points(tab.page.locator(".levels .touching").get_attribute("d"))
    assert len(drawn) >= 48
    instance = picture_problem(read_state(state)[0]).instance
    level = tab.value("target")
    for w in drawn:
        ray = w - best_fit(state)
        step = PIXEL * ray / np.linalg.norm(ray)
        assert instance.value(instance.predictor(w - step, 0.0)) < level, w
        assert instance.value(instance.predictor(w + step, 0.0)) > level, w


@pytest.mark.parametrize("name", PATHS)
def test_path_lies_on_the_contacts(opened: Any, name: str) -> None:
    state = {"loss": "logistic", "form": "budget", "budget": 1.0, **PATHS[name]}
    drawn = points(opened(**state).page.locator(".trail").get_attribute("d"))
    problem = picture_problem(read_state(state)[0])
    budgets = np.linspace(0, problem.norm.value(best_fit(state)), len(drawn))
    contacts = [problem.solve(budget=budget, tol=1e-11).coef for budget in budgets[1:-1]]
    np.testing.assert_allclose(drawn[1:-1], contacts, rtol=0, atol=2 * PIXEL)
