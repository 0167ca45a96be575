"""What the page computes agrees with the package: every norm, loss and form, in 2-D and 3-D."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import normball as nb
from normball.explorer.picture import answer_of
from normball.explorer.state import defaults, table

pytestmark = pytest.mark.browser

FIELDS = table()["fields"]
GAPS = {2: 1e-10, 3: 1e-8}
MAKE_ZEROS = {name for name, norm in nb.norms.NORMS.items() if norm.makes_zeros}


def contacts(page: Any, states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = page.evaluate("(states) => states.map(window.page.contactOf)", states)
    assert all(not answer["notes"] for answer in answers)
    return answers


def drawn(rng: np.random.Generator, loss: str, norm: str, dims: int, kind: str) -> dict[str, Any]:
    """A random state; `kind` makes it degenerate."""
    state = defaults()
    for name, field in FIELDS.items():
        if field["kind"] == "number" and name not in ("budget", "alpha", "target"):
            state[name] = float(rng.uniform(field["min"], field["max"]))
    groups = list(FIELDS["groups"]["choices"])
    state |= {"loss": loss, "norm": norm, "dims": dims, "form": "budget", "groups": str(rng.choice(groups))}
    state |= {"p": float(rng.uniform(1.05, 8)), "ellipse_ratio": float(1 + 19 * rng.uniform() ** 2)}
    if kind == "symmetric":
        state |= {"cy": state["cx"], "ellipse_angle": 45.0, "angle": 45.0 if loss != "equation" else 40.0}
    if kind == "on an axis":
        state |= {"cx": 0.0, "ellipse_angle": 90.0, "angle": 0.0, "tilt": 0.0}
    return state


def compare(state: dict[str, Any], mine: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nb.ConvergenceWarning)
        theirs = answer_of(state)
    assert mine["gap"] <= GAPS[state["dims"]]
    form, alpha = state["form"], state["alpha"]
    if form == "alpha":  # a flat piece of the frontier has one price and many budgets: compare the bill
        bills = [answer["target"] + alpha * answer["budget"] for answer in (mine, theirs)]
        assert bills[0] == pytest.approx(bills[1], rel=1e-8, abs=1e-11)
        return
    assert mine["target"] == pytest.approx(theirs["target"], rel=2e-6, abs=1e-8)
    # where the frontier is nearly level, a loss equal to 1e-10 leaves the budget open
    loose = 1e-10 / max(theirs["alpha"], 1e-12) if form == "target" else 0
    assert mine["budget"] == pytest.approx(theirs["budget"], rel=2e-6, abs=1e-8 + loose)
    if not mine["flat"] and loose < 1e-6:
        scale = max(np.abs(theirs["coef"]).max(), 1e-3)
        assert np.array(mine["w"]) == pytest.approx(np.array(theirs["coef"]), abs=2e-5 * scale)
        if state["norm"] in MAKE_ZEROS:  # elsewhere a zero is chance, and depends on the last digit
            assert mine["kind"] == theirs["kind"]
            assert mine["kind"] == "smooth" or mine["zeros"] == theirs["zeros"]
        assert mine["alpha"] == pytest.approx(theirs["alpha"], rel=1e-4, abs=1e-7)


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("loss", list(FIELDS["loss"]["choices"]))
@pytest.mark.parametrize("norm", list(FIELDS["norm"]["choices"]))
def test_page_and_package_agree(page: Any, loss: str, norm: str, dims: int) -> None:
    rng = np.random.default_rng([len(loss), len(norm), ord(norm[1]), dims])
    states = [drawn(rng, loss, norm, dims, kind) for kind in ("", "", "symmetric", "on an axis")]
    most = contacts(page, [{**state, "budget": 100.0} for state in states])
    for state, far in zip(states, most, strict=True):
        state["budget"] = float(far["budget"] * rng.uniform(0.05, 0.95))
    answers = contacts(page, states)
    for state, answer in zip(states, answers, strict=True):
        compare(state, answer)
    # the same points, asked for by price and by target
    others = [
        {**state, "form": form, form: answer[form]}
        for state, answer in zip(states, answers, strict=True)
        for form in ("alpha", "target")
        if not answer["flat"] and answer["alpha"] > 1e-6
    ]
    for state, answer in zip(others, contacts(page, others), strict=True):
        compare(state, answer)


def test_budget_beyond_the_optimum_is_interior(page: Any) -> None:
    state = defaults() | {"loss": "squared_error", "form": "budget", "budget": 50.0}
    (answer,) = contacts(page, [state])
    assert (answer["kind"], answer["alpha"], answer["inside"]) == ("interior", 0, True)
    assert answer["w"] == [state["cx"], state["cy"]]


def test_zero_budget_is_the_origin(page: Any) -> None:
    for norm in FIELDS["norm"]["choices"]:
        (answer,) = contacts(
            page, [defaults() | {"norm": norm, "loss": "huber", "form": "budget", "budget": 0}]
        )
        assert answer["w"] == [0, 0]


def test_parallel_line_is_optimal_along_the_whole_side(page: Any) -> None:
    (answer,) = contacts(page, [defaults() | {"loss": "equation", "angle": 45.0}])
    assert answer["flat"]


def test_a_non_convex_ball_has_no_proof_and_touches_at_a_corner(page: Any) -> None:
    (answer,) = contacts(page, [defaults() | {"loss": "equation", "norm": "lp", "p": 0.5, "angle": 63.0}])
    assert answer["gap"] is None or np.isnan(answer["gap"])
    assert answer["zeros"] == 1


def test_in_space_p_starts_at_one(page: Any) -> None:
    state = defaults() | {"norm": "lp", "p": 0.5, "dims": 3, "loss": "squared_error", "form": "budget"}
    (answer,) = contacts(page, [state])
    compare(state, answer)
    assert contacts(page, [state | {"norm": "l1"}])[0]["w"] == answer["w"]


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("norm", ["l1", "l2", "linf", "lp", "elastic_net", "sorted_l1"])
def test_map_of_the_plane_agrees_with_contacts(page: Any, norm: str) -> None:
    n = 256
    state = defaults() | {"norm": norm, "loss": "squared_error", "form": "budget", "budget": 0.9}
    answer = page.evaluate("([state, n]) => window.page.mapOf(state, n)", [state, n])
    faces, half = np.array(answer["faces"]).reshape(n, n), answer["half"]
    # places away from the borders between faces, where the last digit decides
    same = np.array(
        [[np.unique(faces[i - 1 : i + 2, j - 1 : j + 2]).size == 1 for j in range(n)] for i in range(n)]
    )
    places = np.random.default_rng(0).permutation(np.argwhere(same))[:80]
    at = (2 * places + 1) / n - 1
    states = [state | {"cx": half * x, "cy": -half * y} for y, x in at]
    assert len(np.unique(faces)) >= 2
    for (i, j), found in zip(places, contacts(page, states), strict=True):
        zero = [k for k in (0, 1) if found["w"][k] == 0]
        if found["inside"]:
            expected = "inside"
        elif zero and norm in MAKE_ZEROS:
            expected = f"w{zero[0] + 1}"
        else:
            expected = "corner" if found["kind"] == "vertex" else "none"
        assert faces[i, j] == expected


def run_snippet(page: Any, state: dict[str, Any]) -> str:
    text: str = page.evaluate(
        "([s, level]) => window.page.snippet(s, s.form, level)", [state, state[state["form"]]]
    )
    return text


@pytest.mark.quick_cases(18)
@pytest.mark.parametrize("loss", list(FIELDS["loss"]["choices"]))
@pytest.mark.parametrize("norm", list(FIELDS["norm"]["choices"]))
def test_snippet_reproduces_the_page(page: Any, norm: str, loss: str) -> None:
    for dims in (2, 3):
        state = defaults() | {"norm": norm, "loss": loss, "form": "budget", "budget": 0.35, "dims": dims}
        (mine,) = contacts(page, [state])
        found: dict[str, Any] = {}
        exec(run_snippet(page, state), found)
        # a gap of 1e-8 of the loss, the default, leaves coefficients open to about its root
        assert found["solution"].coef == pytest.approx(np.array(mine["w"]), abs=2e-4)


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("form", ["alpha", "target"])
def test_snippet_is_a_whole_program(page: Any, tmp_path: Path, form: str) -> None:
    import subprocess
    import sys

    state = defaults() | {"loss": "squared_error", "form": form, "alpha": 0.8, "target": 0.9}
    (mine,) = contacts(page, [state])
    file = tmp_path / "picture.py"
    file.write_text(run_snippet(page, state))
    done = subprocess.run([sys.executable, file], capture_output=True, text=True, check=True)
    coef = np.array(eval(done.stdout.rsplit("coefficients:", 1)[1]))
    assert coef == pytest.approx(np.array(mine["w"]), abs=1e-5)
