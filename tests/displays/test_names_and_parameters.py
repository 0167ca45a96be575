"""Displays write names letter by letter, whatever they hold, and refuse bad parameters in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import normball as nb
from normball import displays
from normball.displays import (
    BallDisplay,
    ConeDisplay,
    Contact3DDisplay,
    ContactDisplay,
    DiagnosisDisplay,
    FaceSharesDisplay,
    FrontierDisplay,
    NuclearBallDisplay,
    PathDisplay,
    PhaseTransitionDisplay,
    ScalingDisplay,
    WorthDisplay,
    ZeroOddsDisplay,
    line_contact,
    plot_balls,
    style,
)

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 3))
Y = X @ [2.0, -1.0, 0.5] + RNG.standard_normal(40)
NAMES = {
    "formula": ("$\\frac$", "$x", "c$$"),
    "dollars": ("a$b$c", "$", "cost in $"),
    "escaped": ("\\$\\frac$", "\\", "a_b^{c"),
    "controls": ("a\nb", "c\td$", "\x1b[31m$e$"),
    "leading underscore": ("_a", "<b>", "&amp;"),
}


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_names_are_written_as_they_are(names: tuple[str, str, str]) -> None:
    solution = nb.Problem(X, Y, feature_names=names).solve(alpha=0.2)
    two = nb.Problem(X[:, :2], Y, feature_names=names[:2]).solve(alpha=0.2)
    drawn = [
        displays.PathDisplay.from_path(solution.problem.path(n_alphas=8)).plot(),
        displays.ContactDisplay.from_solution(solution).plot(),
        displays.ContactDisplay.from_solution(two).plot(ticks=False),
        displays.Contact3DDisplay.from_solution(solution).plot(),
        displays.DiagnosisDisplay.from_diagnosis(nb.diagnose(X, Y, feature_names=list(names))).plot(),
    ]
    for display in drawn:
        display.figure_.canvas.draw()  # a name taken for a formula would end in a parse error
    ax = drawn[1].ax_
    assert ax.get_xlabel() in {style.literal(name) for name in names}


def test_a_literal_is_drawn_like_its_name() -> None:
    figure = plt.figure()
    for name in ("a$b$c", "$\\alpha$", "\\$x$"):
        drawn = figure.text(0, 0, style.literal(name))
        plain = figure.text(0, 0, name, parse_math=False)
        figure.canvas.draw()
        assert drawn.get_window_extent().bounds == plain.get_window_extent().bounds


def test_a_single_fold_has_no_band() -> None:
    model = nb.RegressorCV(cv=[(np.arange(30), np.arange(30, 40))]).fit(X, Y)
    display = displays.CVDisplay.from_estimator(model)
    low, high = display.ax_.get_ylim()
    rmse = np.sqrt(2 * model.mean_loss_)
    assert low < rmse.min()
    assert rmse[0] < high


SOLUTION = nb.Problem(X, Y).solve(alpha=0.2)
BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "window of texts": (
        lambda: ContactDisplay.from_solution(SOLUTION, window="ab"),
        "window must be",
    ),
    "window of two": (lambda: ContactDisplay.from_solution(SOLUTION, window=(0, 1)), "window has 2"),
    "window upside down": (
        lambda: ContactDisplay.from_solution(SOLUTION, window=(0, 1, 1, 0)),
        "window must be (left, right, bottom, top), left < right and bottom < top, got (0, 1, 1, 0).",
    ),
    "solution": (
        lambda: ContactDisplay.from_solution(3),
        "solution must be a Solution, such as",
    ),
    "solution in space": (
        lambda: Contact3DDisplay.from_solution("x"),
        "solution must be a Solution",
    ),
    "path": (lambda: PathDisplay.from_path(SOLUTION), "path must be a Path, such as problem.path()"),
    "labels": (
        lambda: PathDisplay.from_path(SOLUTION.problem.path(n_alphas=3), n_labels="3"),
        "n_labels must be a whole number, at least 0, got '3'.",
    ),
    "deviations": (
        lambda: PathDisplay.from_path(SOLUTION.problem.path(n_alphas=3), in_deviations="no"),
        "in_deviations must be True or False, got 'no'.",
    ),
    "point": (
        lambda: FrontierDisplay.from_path(SOLUTION.problem.path(n_alphas=3), at=2.0),
        "at must be a Solution, such as path.at(budget=2.0), got 2.0.",
    ),
    "growing": (
        lambda: ContactDisplay.from_solution(SOLUTION).plot(growing="no"),
        "growing must be True",
    ),
    "radius": (
        lambda: BallDisplay.from_norm("l1", radius="x"),
        "radius must be a number > 0, got 'x'.",
    ),
    "columns": (
        lambda: plot_balls(n_columns=1.5),
        "n_columns must be a whole number, at least 1, got 1.5",
    ),
    "line": (lambda: line_contact("ab", 1.0), "a must be a list or array of numbers, got 'ab'."),
    "offset": (lambda: line_contact((1.0, 2.0), "x"), "b must be real numbers"),
    "matrix": (
        lambda: NuclearBallDisplay.from_matrix("x"),
        "target must be a symmetric 2 x 2 matrix",
    ),
    "features": (
        lambda: ConeDisplay.from_norms(["l1"], "x"),
        "p must be a whole number, at least 2",
    ),
    "sparsities": (lambda: ConeDisplay.from_norms(["l1"], 9, "x"), "sparsities must be a list"),
    "distances": (lambda: FaceSharesDisplay.from_norm("l1", 3, "x"), "distances must be a list"),
    "transition": (
        lambda: PhaseTransitionDisplay.from_transition(3),
        "transition must be a PhaseTrans",
    ),
    "transitions": (
        lambda: ScalingDisplay.from_transitions(3),
        "transitions must be a list of Phase",
    ),
    "worths": (lambda: WorthDisplay.from_worths([3, 4]), "each of worths must be a Worth, such as"),
    "odds": (
        lambda: ZeroOddsDisplay.from_odds(3),
        "odds must be a ZeroOdds, such as geometry.zero_odds",
    ),
    "diagnosis": (
        lambda: DiagnosisDisplay.from_diagnosis(3),
        "diagnosis must be a Diagnosis, such as",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_parameters(name: str) -> None:
    call, expected = BAD[name]
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert str(caught.value).startswith(expected)
    assert str(caught.value).endswith(".")
