"""What the essay says is true: sentences over grids of states, numbers against normball."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

import normball as nb
from normball.explorer.page import bundle
from normball.explorer.story import StoryTable, make_story
from normball.explorer.story.table import standardised
from normball.typing import Floats

pytestmark = pytest.mark.browser

_LOAD = """async ([text, story]) => {
  window.page = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  window.story = story;
}"""
_SAY = "(asked) => asked.map(([id, changes, more]) => window.page.saidOf(window.story, id, changes, more))"
MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"
NUMBER = rf"({MINUS}?\d+(?:\.\d+)?)"


def number(text: str) -> float:
    return float(text.replace(MINUS, "-").replace(",", ""))


def shown(text: str, value: float) -> bool:
    """Whether a printed number is the value, to the digits that are printed."""
    digits = len(text.partition(".")[2])
    return abs(number(text) - value) <= 0.5 * 10.0**-digits * (1 + 1e-9)


class Pages:
    """The page's own functions, for one story."""

    def __init__(self, browser: Any, story: dict[str, Any]) -> None:
        self.story = story
        self.page = browser.new_page()
        self.page.goto("about:blank")
        self.page.evaluate(_LOAD, [bundle(), story])

    def say(self, step: str, states: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = self.page.evaluate(_SAY, [[step, state, more] for state in states])
        return said


@pytest.fixture(scope="module")
def pages(browser: Any) -> Iterator[Pages]:
    opened = Pages(browser, make_story(quick=True).payload)
    yield opened
    opened.page.close()


# ---- one line, two balls ------------------------------------------------------------------
def test_line_adds_up_as_printed(pages: Pages) -> None:
    xs = [k / 50 for k in range(-20, 121)]
    for x, said in zip(xs, pages.say("line", [{"x": x} for x in xs]), strict=True):
        a, b = re.search(rf"{NUMBER} \+ 2 {TIMES} {NUMBER}= 2\.00", said["side"]).groups()  # type: ignore[union-attr]
        assert round(number(a) + 2 * number(b), 9) == 2
        assert shown(a, x)


def cost(x: Floats, square: bool) -> Floats:
    a, b = x, (2 - x) / 2
    return a**2 + b**2 if square else np.abs(a) + np.abs(b)


@pytest.mark.parametrize("square", [False, True])
def test_slide_says_cheaper_only_where_it_is(square: bool, pages: Pages) -> None:
    xs = np.round(np.arange(-0.32, 1.2001, 0.02), 2) + 0.0
    for x, said in zip(xs, pages.say("slide", [{"x": float(x)} for x in xs], open=int(square)), strict=True):
        here, text = float(cost(x, square)), said["reading"]
        end = (0.8 - x) if square else (-x / 3 if x >= 0 else -3 * x)
        inside = cost(np.linspace(x, end, 41)[1:-1], square)
        assert ("green piece" in text) == bool(inside.size and inside.min() < here - 1e-12)
        printed = re.search(rf"costs {NUMBER}", text)
        assert printed is None or shown(printed[1], here)
        assert ("exactly 0" in text or "is zero" in text) == (x == 0)
        if "towards zero makes it more expensive" in text:
            assert x > 0
            assert cost(x - 0.01, square) > here
        card = r"(0\.\d\d) (less|more) w₁, (0\.\d\d) (less|more) w₂: ([^:]*)$"
        step = re.search(card, said["side"]).groups()  # type: ignore[union-attr]
        by = number(step[0]) * (-1 if step[1] == "less" else 1)
        assert number(step[2]) == pytest.approx(abs(by) / 2)
        assert step[1] != step[3]
        first, second, together = re.findall(rf"([+{MINUS}][\d.]+)", step[4])[:3]
        cheapest = 0.4 if square else 0.0
        assert (number(together) > 0) == (abs(x - cheapest) < 1e-9)  # a step on the green piece never loses
        assert round(number(first) + number(second), 9) == pytest.approx(number(together))
        assert number(together) == pytest.approx(float(cost(x + by, square)) - here, abs=1e-9)


@pytest.mark.parametrize("r", [1, 0.6, 0.2, 0])
def test_compass_touches_where_the_boundary_is_highest(r: float, pages: Pages) -> None:
    angles = list(range(-180, 180, 3))
    round_about = np.deg2rad(np.arange(0, 360, 0.02))
    u = np.stack([np.cos(round_about), np.sin(round_about)], axis=1)
    value = r * np.abs(u).sum(axis=1) + (1 - r) * np.linalg.norm(u, axis=1)
    boundary = u / value[:, None]
    states = [{"angle": angle, "r": r} for angle in angles]
    for angle, said in zip(angles, pages.say("compass", states, open=1), strict=True):
        n = np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
        reach = boundary @ n
        if "whole side" in said["reading"]:
            assert r == 1
            assert angle % 90 == 45
            continue
        w = np.array([number(t) for t in re.search(rf"\({NUMBER}, {NUMBER}\)", said["reading"]).groups()])  # type: ignore[union-attr]
        assert w @ n >= reach.max() - 0.006 * (1 if "no zero" in said["reading"] else 1e-6)
        half = np.rad2deg(np.arctan(r))
        off = abs((angle + 45) % 90 - 45)
        assert ("no zero" in said["reading"]) == (off > half + 1e-9)
        assert f"{100 * half / 45:.0f} %" in said["side"]


def bill(t: float, price: float) -> float:
    return price * t + (2 - 2 * t) ** 2 / 2


def test_price_says_what_more_ball_would_do(pages: Pages) -> None:
    grid = [(k / 20, p / 5) for k, p in product(range(21), range(1, 21))]
    said = pages.say("price", [{"t": t, "price": price} for t, price in grid], open=1)
    for (t, price), one in zip(grid, said, strict=True):
        slope = price - 4 * (1 - t)
        text = one["reading"]
        assert ("still saves more" in text) == (slope < -1e-9)
        assert ("costs more than it saves" in text) == (slope > 1e-9)
        assert ("cheapest place" in text or "stays the point" in text) == (abs(slope) <= 1e-9)
        assert ("stays the point" in text) == (t == 0 and price == 4)
        assert re.search(rf"½ {TIMES} {NUMBER}²", one["side"])[1] == f"{2 - 2 * t:.2f}"  # type: ignore[index]
        step = re.search(rf"costs {NUMBER}, saves {NUMBER}", one["side"])
        if step:
            assert shown(step[1], 0.05 * price)
            assert shown(step[2], bill(t, 0) - bill(t + 0.05, 0))


# ---- equations ---------------------------------------------------------------------------
def test_m_equations_leave_m_weights_and_no_norm_is_smaller(pages: Pages) -> None:
    ask = """(all) => all.map(([m, p, seed]) => { const e = window.page.randomEquations(m, p, seed);
      return { ...e, l1: window.page.leastL1(e), l2: window.page.leastL2(e) }; })"""
    asked = [(m, 100, seed) for m in (1, 2, 10, 30, 60) for seed in (4, 9, 17)]
    for (m, _, _), found in zip(asked, pages.page.evaluate(ask, asked), strict=True):
        A, b, l1, l2 = (np.array(found[k]) for k in ("A", "b", "l1", "l2"))
        assert (l1 != 0).sum() == m
        assert np.abs(A @ l1 - b).max() < 1e-12 * max(1.0, np.abs(l1).sum())
        np.testing.assert_allclose(l2, np.linalg.pinv(A) @ b, atol=1e-9)
        # dual proof: some u with |A'u| <= 1 reaches b.u = |w|_1
        used = l1 != 0
        u = np.linalg.solve(A[:, used].T, np.sign(l1[used]))
        assert np.abs(A.T @ u).max() <= 1 + 1e-9
        assert b @ u == pytest.approx(np.abs(l1).sum(), rel=1e-9)


def test_many_counts_what_it_shows(pages: Pages) -> None:
    states = [{"p": p, "m": m, "seed": s} for p, m in ((2, 1), (3, 1), (100, 1), (100, 25)) for s in (3, 8)]
    for state, said in zip(states, pages.say("many", states, open=1), strict=True):
        kept = state["m"] if state["p"] == 100 else 1
        assert said["captions"][0] == f"L1 uses {kept}: {state['p'] - kept} of {state['p']} zero"
        assert said["captions"][1] == f"L2 uses {state['p']}: 0 of {state['p']} zero"


# ---- data -------------------------------------------------------------------------------
class Rows:
    """The rows of a draw as normball sees them."""

    def __init__(self, story: dict[str, Any], draw: dict[str, Any]) -> None:
        data = story["sample"]
        pair, ids = draw.get("pair", [0, 1]), np.array(draw.get("ids", data["first"]))
        X, y = np.array([data["columns"][j] for j in pair]).T, np.array(data["y"])
        for i, shift in draw.get("shifts", {}).items():
            y[int(i)] += shift
        Z = standardised(X, ids)
        unseen = np.setdiff1d(np.arange(len(y)), ids)
        self.level = y[ids].mean()
        self.Z, self.y, self.unseen_Z, self.unseen_y = Z[ids], y[ids], Z[unseen], y[unseen]
        self.problem = nb.Problem(self.Z, self.y, loss=data["loss"])
        self.best = nb.Problem(self.Z, self.y).solve(alpha=0.0).coef
        self.names = [data["names"][j] for j in pair]

    def unseen(self, w: Floats) -> float:
        return float(np.sqrt(((self.unseen_y - self.level - self.unseen_Z @ w) ** 2).mean()))


def draws(story: dict[str, Any], n: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(2)
    rows = len(story["sample"]["y"])
    others = [{"ids": rng.permutation(rows)[:12].tolist()} for _ in range(n)]
    moved = {"shifts": {str(story["sample"]["first"][3]): 120.0, str(story["sample"]["first"][8]): -60.0}}
    return [{}, moved, *others]


def test_data_step_is_what_normball_finds(pages: Pages) -> None:
    for draw in draws(pages.story, 6):
        rows = Rows(pages.story, draw)
        top = float(np.abs(rows.best).sum())
        budgets = [top * share for share in (0.02, 0.2, 0.45, 0.7, 0.93, 1.0)]
        for t, said in zip(budgets, pages.say("data", [{"t": t} for t in budgets], draw=draw), strict=True):
            w = rows.problem.solve(budget=t).coef if t < top * (1 - 1e-12) else rows.best
            text = said["reading"]
            for name, weight in zip(rows.names, w, strict=True):
                printed = re.search(rf"{name} {NUMBER}", text)
                assert printed is not None
                assert shown(printed[1], weight) or abs(number(printed[1]) - weight) < 1e-4 * top
            assert ("A corner" in text) == (t < top and min(abs(w)) < 1e-9 * top)
            assert ("The best fit itself" in text) == (t >= top * (1 - 1e-12))
            error, guess = re.search(
                rf": {NUMBER}; guessing the average of the twelve: {NUMBER}\.", text
            ).groups()  # type: ignore[union-attr]
            assert abs(number(error) - rows.unseen(w)) < 0.06
            assert abs(number(guess) - rows.unseen(np.zeros(2))) < 0.06


def test_verdict_of_every_draw_is_true(pages: Pages) -> None:
    helped = set()
    for draw in draws(pages.story, 24):
        rows = Rows(pages.story, draw)
        top = float(np.abs(rows.best).sum())
        path = rows.problem.path(budgets=np.linspace(0, top, 121)[1:-1])
        errors = [rows.unseen(w) for w in path.coefs]
        best, full = min(errors), rows.unseen(rows.best)
        said = pages.say("data", [{}], draw=draw)[0]["said"][0]
        says_no = "does not help prediction" in said
        assert said.startswith("At small budgets the touch is on a corner: one weight is exactly 0.")
        assert (path.coefs[0] == 0).any()
        if abs(best / full - 0.99) > 2e-3:
            assert says_no == (best > 0.99 * full)
        if not says_no:
            instead = re.search(rf": {NUMBER} instead of {NUMBER}\.", said)
            assert instead is not None
            assert abs(number(instead[1]) - best) < 0.1
            assert abs(number(instead[2]) - full) < 0.06
            if "the zero is cheap" in said:
                assert (path.coefs[int(np.argmin(errors))] == 0).any()
            alone = re.search(rf"{NUMBER} with (\w+) alone, unshrunk", said)
            if alone:
                w = np.zeros(2)
                j = rows.names.index(alone[2])
                w[j] = rows.Z[:, j] @ (rows.y - rows.level) / len(rows.y)
                assert abs(number(alone[1]) - rows.unseen(w)) < 0.06
            times = re.search(rf"{NUMBER} with both weights times {NUMBER}(?:, the best factor)?\.", said)
            if times:
                assert abs(number(times[1]) - rows.unseen(number(times[2]) * rows.best)) < 0.2
        helped.add(says_no)
    assert helped == {True, False}


def test_map_contacts_and_shares(pages: Pages) -> None:
    rows = Rows(pages.story, {})
    gram = rows.Z.T @ rows.Z / 12
    root = np.linalg.cholesky(gram).T
    half = 100.0
    rng = np.random.default_rng(4)
    cases = [
        (round(float(s), 2), c.tolist())
        for s, c in zip(rng.uniform(0.05, 0.9, 40), rng.uniform(-95, 95, (40, 2)), strict=True)
    ]
    said = pages.say("map", [{"share": s, "c": c} for s, c in cases])
    for (share, c), one in zip(cases, said, strict=True):
        t = share * half
        inside = np.abs(c).sum() <= t
        w = np.array(c) if inside else _contact(root, np.array(c), t, "l1")
        v = np.array(c) if np.linalg.norm(c) <= t else _contact(root, np.array(c), t, "l2")
        text = one["reading"].split(" Circle: ")
        zero = [name for name, x in zip(rows.names, w, strict=True) if x == 0]
        assert ("a corner" in text[0]) == (len(zero) == 1)
        if zero:
            assert f"{zero[0]} = 0" in text[0]
        elif not inside:
            assert all(
                abs(number(a) - b) < 0.51
                for a, b in zip(re.findall(NUMBER, text[0].split("side")[1])[:2], w, strict=True)
            )
        assert all(abs(number(a) - b) < 0.51 for a, b in zip(re.findall(NUMBER, text[1])[:2], v, strict=True))
        expected = 4 * (half - t) ** 2 / (4 * half**2 - 2 * t**2)
        printed = re.search(rf"zeros fill {NUMBER} %", one["captions"][0])
        assert printed is not None
        assert shown(printed[1], 100 * expected)


def _contact(root: Floats, c: Floats, t: float, norm: str) -> Floats:
    """The point of the ball nearest to c in the metric of G = root'root, by normball."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nb.ConvergenceWarning)
        return nb.Problem(root, root @ c, norm=norm, fit_intercept=False).solve(budget=t, tol=1e-12).coef


def test_share_of_the_map_is_that_of_forty_thousand_contacts(pages: Pages) -> None:
    rows = Rows(pages.story, {})
    gram = rows.Z.T @ rows.Z / 12
    c = np.random.default_rng(1).uniform(-100, 100, (40_000, 2))
    for share in (0.2, 0.45, 0.7):
        t = 100 * share
        outside = c[np.abs(c).sum(axis=1) > t]
        caught = np.zeros(len(outside), dtype=bool)
        for e in np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]]):
            push = (outside - t * e) @ gram
            along = push @ e
            caught |= (along > 0) & (np.abs(push).max(axis=1) <= along + 1e-12)
        said = pages.say("map", [{"share": share}])[0]["captions"][0]
        printed = re.search(rf"zeros fill {NUMBER} %", said)
        assert printed is not None
        assert number(printed[1]) == pytest.approx(100 * caught.mean(), abs=1.0)


def test_matter_reads_out_the_payload(pages: Pages) -> None:
    for i, one in enumerate(pages.story["matter"]):
        states = [{"set": i, "k": [k, k]} for k in range(len(one["budgets"]))]
        for entry, said in zip(one["budgets"], pages.say("matter", states), strict=True):
            assert f"{len(entry['kept'])} of 4,000 weights are not zero" in said["reading"]
            assert f"{entry['score']} of {one['rows']} patients are classified right" in said["reading"]
            best = max(b["score"] for b in one["budgets"])
            assert said["done"][0] == (entry["score"] == best)


# ---- the reader's own table ------------------------------------------------------------------
def own_story(kind: str) -> dict[str, Any]:
    rng = np.random.default_rng(7)
    n = 240
    X = rng.normal(size=(n, 4)) * [3.0, 0.2, 1.0, 50.0] + [0, 5, -2, 900]
    eta = 0.6 * X[:, 0] + 4 * (X[:, 1] - 5) + rng.normal(size=n)
    names = ("width", "a rather long name of a column", "depth", "mass")
    classes = ("no", "yes") if kind == "classes" else None
    y = (eta > 0).astype(float) if classes else 20 + 3 * eta
    dataset = nb.datasets.Dataset(X, y, names, "outcome", "Made up.", classes)
    return make_story(StoryTable.own(dataset), quick=True).payload


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("kind", ["classes", "quantity"])
def test_own_table_speaks_of_its_own_names(kind: str, browser: Any) -> None:
    story = own_story(kind)
    own = Pages(browser, story)
    names = story["sample"]["names"][:2]
    top = own.say("data", [{}])[0]
    assert all(name in top["reading"] for name in names)
    assert "patient" not in top["text"] + top["reading"] + "".join(top["asks"] + top["said"])
    assert "BMI" not in str(own.say("map", [{}])[0])
    if kind == "classes":
        shares = re.search(
            rf"Of 80 unseen rows {NUMBER} % are classified wrongly \({NUMBER} % by", top["reading"]
        )
        assert shares is not None
        assert number(shares[1]) < number(shares[2])
    else:
        rows = Rows(story, {})
        w = rows.problem.solve(budget=float(np.abs(rows.best).sum()) / 2).coef
        said = own.say("data", [{"t": float(np.abs(rows.best).sum()) / 2}])[0]["reading"]
        error = re.search(rf"rows \(root mean square\): {NUMBER};", said)
        assert error is not None
        assert number(error[1]) == pytest.approx(rows.unseen(w), rel=0.006)
    own.page.close()
