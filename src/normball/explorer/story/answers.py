"""The seven answers in words, each with numbers of this run and readable by itself."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...norms import L1, L2
from ...problem import Problem
from .sample import Sample
from .table import StoryTable


class Answer(NamedTuple):
    """A question of the essay and its answer."""

    question: str
    text: str


def seven_answers(
    table: StoryTable, sample: Sample, matter: list[dict[str, Any]], seed: int
) -> tuple[Answer, ...]:
    """The answers, computed with normball on the essay's own pictures and data."""
    line = {name: _on_the_line(norm) for name, norm in (("l1", L1()), ("l2", L2()))}
    return (
        Answer(
            "What is the diagonal line?",
            "All weights that fit equally well. One case with features 1 and 2 and outcome 2 is predicted "
            "exactly by every pair with w1 + 2 w2 = 2, so the data cannot choose; size does. Of more "
            "cases than one line can satisfy it becomes ellipses around the best fit. "
            f"{_ellipse(table, sample)}",
        ),
        Answer(
            "Inside the ball, or outside?",
            "Inside, edge included: the ball is all that the budget allows. Grown from nothing, the diamond "
            f"|w1| + |w2| <= t first touches that line at {_pair(line['l1'])}, at t = 1; the circle at "
            f"{_pair(line['l2'])}, at t = {np.linalg.norm(line['l2']):.3f}.",
        ),
        Answer("The diamond has sides. Why a corner, and why is L2 dense?", _corner(seed)),
        Answer("What do sparse and dense mean?", _counted(seed)),
        Answer("My line cuts the diamond's side. Is there a cheaper point?", _cheaper()),
        Answer("Why pay to grow the ball, and pay to move the line?", _price()),
        Answer("How much does it matter?", " ".join(matter_text(one) for one in matter)),
    )


def _pair(w: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    return "(" + ", ".join(f"{x:.3g}" for x in np.round(w, 6) + 0.0) + ")"


def _line_problem(norm: L1 | L2) -> Problem:
    return Problem(np.array([[1.0, 2.0]]), np.array([2.0]), norm=norm, fit_intercept=False)


def _on_the_line(norm: L1 | L2) -> np.ndarray[Any, np.dtype[np.float64]]:
    return _line_problem(norm).solve(target=0.0).coef


def _ellipse(table: StoryTable, sample: Sample) -> str:
    names, n = sample.payload["names"], len(sample.learned)
    if sample.moments is None:
        return f"(On your table: {n} rows, {names[0]} and {names[1]}.)"
    m = sample.moments
    w, error = m.best_budget()
    zero = [names[j] for j in range(2) if w[j] == 0]
    gain = m.error(m.best) - error
    first = (
        f"On {n} {sample.payload['rows']} the best fit misses {m.error(m.best):.3g} on the unseen ones, the "
        f"best budget {error:.3g}"
    )
    if gain <= 0.01 * m.error(m.best):
        return f"{first}: here the budget does not help prediction, it buys a model with fewer features."
    kept = f", with {zero[0]} at exactly 0" if zero else ", with both features kept"
    picked = "" if table.is_own else " (twelve picked to show the effect)"
    typical = sample.payload["typical"]
    return (
        f"{first}{kept}{picked}; in {typical['draws']:,} random samples of that size the best budget, "
        f"picked in hindsight, gains {typical['gain']:.2g} in the median."
    )


def _corner(seed: int) -> str:
    rng = np.random.default_rng([seed, 3])
    normals = rng.standard_normal((10_000, 2))
    # a line meets a whole side where both parts of its direction are equally large, else a corner
    corners = int((np.abs(normals[:, 0]) != np.abs(normals[:, 1])).sum())
    round_zeros = int((normals == 0).any(axis=1).sum())
    return (
        "A corner catches every line whose direction lies in its quarter of the compass, a side one single "
        f"direction: of 10,000 random lines {corners:,} touched a corner of the diamond. The circle has a "
        f"touching point of its own for every direction: {round_zeros} of them touched it at a zero. And "
        "taking a weight from 0.1 to 0 saves 0.1 under L1 but only 0.01 under squares, which is why L2 "
        "almost never gives a zero."
    )


def _counted(seed: int, m: int = 10, p: int = 100) -> str:
    rng = np.random.default_rng([seed, 8])
    A, b = rng.standard_normal((m, p)), rng.standard_normal(m)
    kept = {}
    for name, norm in (("L1", L1()), ("L2", L2())):
        coef = Problem(A, b, norm=norm, fit_intercept=False).solve(target=0.0).coef
        kept[name] = int((np.abs(coef) > 1e-9 * np.abs(coef).max()).sum())
    return (
        f"Sparse: some weights are exactly zero. Dense: none is. Of {p} weights under {m} random equations "
        f"the smallest answer by L1 keeps {kept['L1']}, by L2 {kept['L2']}: L1 keeps as many as there are "
        "equations."
    )


def _cheaper() -> str:
    better = _line_problem(L1()).cheaper(np.array([1.0, 0.5]))
    return (
        "Yes. Where the line cuts the ball, a piece of it lies inside, and every point there is cheaper. "
        f"From (1, 0.5), which costs 1.5, the line leads to {_pair(better.coef)}, which costs "
        f"{float(np.abs(better.coef).sum()):.3g}. Where the line only touches, nothing is cheaper."
    )


def _price(alpha: float = 1.6) -> str:
    solution = _line_problem(L1()).solve(alpha=alpha)
    t, miss = float(np.abs(solution.coef).sum()), 2 - float(np.array([1.0, 2.0]) @ solution.coef)
    return (
        "Both close the same gap. On that one case, at the price 1.6 for each unit of size and half the "
        f"square of what the prediction misses, the bill is least at size {t:.3g}, missing {miss:.3g}: a "
        "little more ball costs there just what it saves. That rate of exchange is the price, alpha."
    )


def best_entry(one: dict[str, Any]) -> dict[str, Any]:
    """The smallest budget as good as the best; of a large table half a per cent less is as good."""
    scores = [entry["score"] for entry in one["budgets"]]
    if one["kind"] == "classes":
        enough = max(scores) - int(0.005 * one["rows"])
        return next(entry for entry in one["budgets"] if entry["score"] >= enough)
    return next(entry for entry in one["budgets"] if entry["score"] <= 1.005 * min(scores))


def matter_text(one: dict[str, Any]) -> str:
    """How few features do the work on one task, in two sentences."""
    is_classes = one["kind"] == "classes"
    best = best_entry(one)
    kept, total, base = len(best["kept"]), one["total"], one["base"]
    names = one["feature"] if kept == 1 else one["features"]
    other = f"L2, with all {total:,} and its price chosen on other rows"
    if is_classes:
        score = f"{best['score']} of {one['rows']} unseen {one['rowName']} right"
        rest = f"{other}, gets {one['dense']['score']}; always saying the same gets {base}."
    else:
        score = f"a typical error of {best['score']:.4g} on rows not seen"
        rest = f"{other}: {one['dense']['score']:.4g}; guessing the average: {base:.4g}."
    verdict = f" {one['verdict']}" if one["verdict"] else ""
    title = {"lineage": "T cells or B cells (leukaemia)", "molecular": "BCR/ABL or none (a harder task)"}
    said = title.get(one["id"], "Your table")
    return (
        f"{said}: the budget at which the model of all {one['rows']:,} {one['rowName']} has {kept} of "
        f"{total:,} {names} gave {score} in cross-validation (picked afterwards, which flatters it a "
        f"little). {rest}{verdict}"
    )
