"""Bad input to the Python interface: each gets one sentence that names what was given and what to do.

Bad data stand in `bad_data.py`; the command line has a table of its own in `cli/test_bad_input.py`.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

import normball as nb
from bad_data import DATA, FRAME, Bad, X, Y, problem
from normball import Problem
from normball.estimators import cross_validate
from normball.losses import Huber
from normball.norms import L1, ElasticNet, GroupL2, Lp, SortedL1


def solution() -> nb.Solution:
    return problem().solve(alpha=0.1)


TERMS = {
    "unknown norm": Bad(
        lambda: problem(norm="l1_norm"), "norm 'l1_norm' is unknown; known are l1, l2, linf, lp, squared_l2,"
    ),
    "norm in capitals": Bad(lambda: problem(norm="L1"), "norm 'L1' is unknown; known are l1, "),
    "unknown loss": Bad(
        lambda: problem(loss="squared"),
        "loss must be one of 'squared_error', 'huber', 'logistic', 'poisson', 'gamma', 'tweedie', "
        "'quantile', 'cox', 'stratified_cox' or an instance of Loss, got 'squared'; did you mean "
        "'squared_error'?",
    ),
    "norm of another type": Bad(
        lambda: problem(norm=2), "norm must be a name such as 'l1' or a Norm, got 2.", TypeError
    ),
    "loss class": Bad(
        lambda: problem(loss=Huber),
        "loss must be a name or an instance, got the class Huber; write Huber().",
        TypeError,
    ),
    "norm without parameter": Bad(
        lambda: problem(norm="lp"), "norm 'lp' needs parameters; pass it as nb.norms.Lp(1.5)."
    ),
    "weights of another length": Bad(
        lambda: problem(norm=L1(weights=[1.0, 2.0])),
        "weights has length 2 but X has 3 features; give one weight a feature.",
    ),
    "negative weights": Bad(
        lambda: L1(weights=[1.0, -0.5, 1.0]), "weights must be >= 0, got -0.5 at position 1."
    ),
    "NaN weights": Bad(
        lambda: L1(weights=[1.0, np.nan]), "weights must not hold NaN; the first is at position 1."
    ),
    "free and one-sided": Bad(
        lambda: L1(weights=[0.0, 1.0], positive=True),
        "weights of 0 (unpenalised) cannot be combined with positive=True; use a small weight.",
    ),
    "p below 1 in three features": Bad(
        lambda: problem(norm=Lp(0.5)).solve(alpha=0.1),
        "L0.5 is not convex, so it is solved for 2 features only, by searching the whole boundary of its "
        "ball; "
        "X has 3. Use the L1 norm, the nearest convex ball.",
    ),
    "path of p below 1": Bad(
        lambda: problem(norm=Lp(0.5)).path(),
        "path needs a convex ball; L0.5 has none, use solve with two features.",
    ),
    "p of 0": Bad(lambda: Lp(0), "p must be a number > 0, got 0."),
    "p of 2": Bad(lambda: Lp(2), "p=2 has a class of its own: use L2()."),
    "l1_ratio of 2": Bad(
        lambda: ElasticNet(2),
        "l1_ratio must lie between 0 and 1, got 2; use SquaredL2() for 0 and L1() for 1.",
    ),
    "groups overlap": Bad(
        lambda: GroupL2([[0, 1], [1, 2, 0]]), "groups must hold every feature 0 to p - 1 exactly once; "
    ),
    "groups with a gap": Bad(
        lambda: GroupL2([[0], [2]]),
        "groups must hold every feature 0 to p - 1 exactly once; they hold 2 positions and one of them is 2.",
    ),
    "groups of other data": Bad(
        lambda: problem(norm=GroupL2([[0, 1]])),
        "groups cover 2 features but X has 3; every feature needs one.",
    ),
    "SLOPE weights increase": Bad(
        lambda: SortedL1(weights=[1.0, 2.0, 3.0]),
        "weights must be finite, >= 0 and non-increasing, got [1.0, 2.0, 3.0]; sort them downwards.",
    ),
    "delta of 0": Bad(lambda: Huber(0), "delta must be a finite number > 0, got 0."),
}
LEVELS = {
    "no level": Bad(
        lambda: problem().solve(), "give exactly one of alpha, budget and target, got none of them."
    ),
    "two levels": Bad(
        lambda: problem().solve(alpha=1.0, budget=2.0),
        "give exactly one of alpha, budget and target, got alpha=1.0 and budget=2.0.",
    ),
    "negative alpha": Bad(lambda: problem().solve(alpha=-1), "alpha must be >= 0, got -1."),
    "negative budget": Bad(lambda: problem().solve(budget=-0.5), "budget must be >= 0, got -0.5."),
    "NaN alpha": Bad(lambda: problem().solve(alpha=np.nan), "alpha must be finite, got nan."),
    "infinite budget": Bad(lambda: problem().solve(budget=np.inf), "budget must be finite, got inf"),
    "alpha of another type": Bad(
        lambda: problem().solve(alpha="small"), "alpha must be a number, got 'small'.", TypeError
    ),
    "unattainable target": Bad(
        lambda: problem().solve(target=1e-9),
        r"re:target=1e-09 is not attainable: the least attainable loss is 0\.00\d+; give a target at or",
    ),
    "fraction of no alpha": Bad(
        lambda: problem().solve(budget=nb.fraction(0.5)), "budget takes a number; fraction(...) is for alpha."
    ),
    "fraction without alpha_max": Bad(
        lambda: problem(norm="squared_l2").solve(alpha=nb.fraction(0.5)),
        "alpha=fraction(0.5) needs a finite alpha_max, but squared L2 (ridge) shrinks without ever making "
        "all "
        "coefficients zero; give alpha as a number.",
    ),
    "fraction of 0": Bad(lambda: nb.fraction(0), "fraction takes a number > 0 (1 is alpha_max), got 0."),
    "separable classes at alpha 0": Bad(
        lambda: Problem(X, X[:, 0] > 0, loss="logistic").solve(alpha=0),
        "alpha=0 has no answer here: the loss falls towards 0 without reaching it (separable classes",
    ),
    "tol of 0": Bad(lambda: problem().solve(alpha=1, tol=0), "tol must be a number > 0, got 0."),
    "tol of another type": Bad(
        lambda: problem().solve(alpha=1, tol="small"), "tol must be a number > 0, got 'small'.", TypeError
    ),
    "iterations in halves": Bad(
        lambda: problem().solve(alpha=1, max_iterations=1.5),
        "max_iterations must be a whole number, at least 1, got 1.5.",
    ),
    "start of other data": Bad(
        lambda: problem().solve(alpha=1, start=Problem(X[:, :2], Y).solve(alpha=1)),
        "start must be a Solution with 3 coefficients, got Solution(penalty=1: ",
        TypeError,
    ),
    "no iterations": Bad(
        lambda: problem().solve(alpha=1, max_iterations=0),
        "max_iterations must be a whole number, at least 1, got 0.",
    ),
    "no alphas": Bad(
        lambda: problem().path(n_alphas=0), "n_alphas must be a whole number, at least 1, got 0."
    ),
    "eps of 1": Bad(lambda: problem().path(eps=1), "eps must lie strictly between 0 and 1, got 1."),
    "alphas with 0": Bad(
        lambda: problem().path(alphas=[1.0, 0.0]), "alphas must be one or more numbers > 0, got [1.0, 0.0]."
    ),
    "path level": Bad(
        lambda: problem().path(n_alphas=5).at(alpha=1, target=2),
        "give exactly one of alpha, budget and target, got alpha=1 and target=2.",
    ),
    "constant y": Bad(
        lambda: Problem(X, np.ones(12)).path(),
        "the path has no alphas: y is unrelated to X (alpha_max is 0); give alphas=[...].",
    ),
    "one fold": Bad(
        lambda: cross_validate(problem(), n_folds=1),
        "n_folds must be a whole number, at least 2, got 1.",
    ),
    "more folds than members": Bad(
        lambda: cross_validate(Problem(X, np.arange(12) < 3, loss="logistic"), n_folds=4),
        "class 1 has 3 rows, fewer than n_folds=4; use fewer folds.",
    ),
}
QUESTIONS = {
    "unknown feature": Bad(
        lambda: solution().why("wieght"),
        "feature 'wieght' is unknown; there are 3 names such as ('age', 'weight', 'height'). Did you mean "
        "'weight'?",
    ),
    "feature out of range": Bad(
        lambda: solution().why(3), "feature 3 is out of range; there are 3 features, counted from 0."
    ),
    "feature of another type": Bad(
        lambda: solution().why(1.5),
        "feature must be a name or a position counted from 0, got 1.5.",
        TypeError,
    ),
    "NaN intercept": Bad(
        lambda: problem().cheaper([1.0, 0.0, 0.0], intercept=np.nan), "intercept must be finite, got nan"
    ),
    "weights to improve of another length": Bad(
        lambda: problem().cheaper([1.0, 2.0]), "w has 2 entries but X has 3 features; give one a feature."
    ),
    "NaN weights to improve": Bad(
        lambda: problem().cheaper([1.0, np.nan, 0.0]),
        "w must be finite, got nan at position 1; drop or fill it.",
    ),
    "keep something else": Bad(
        lambda: problem().cheaper([1.0, 0.0, 0.0], keep="both"), "keep must be 'norm' or 'loss', got 'both'."
    ),
    "weights outside the domain": Bad(
        lambda: problem(norm=L1(positive=True)).cheaper([-1.0, 0.0, 0.0]),
        "w lies outside the domain of the norm",
    ),
    "new rows with another width": Bad(
        lambda: solution().predict(X[:, :2]), "X has 2 features but 3 were fitted."
    ),
    "new rows in another order": Bad(
        lambda: solution().predict(FRAME[["weight", "age", "height"]]),
        "X has column 'weight' where 'age' was fitted; reorder the columns.",
    ),
    "unknown package": Bad(
        lambda: nb.convert_alpha(1.0, source="sklearn.LASSO"),
        "source 'sklearn.LASSO' is unknown",
    ),
    "conversion without n": Bad(
        lambda: nb.convert_alpha(1.0, source="sklearn.Ridge"),
        "converting 'sklearn.Ridge' needs n_samples > 0, got None.",
    ),
    "scales of different things": Bad(
        lambda: nb.convert_alpha(1.0, source="sklearn.Lasso", destination="spgl1.tau"),
        "'sklearn.Lasso' gives the alpha and 'spgl1.tau' the budget; they have no common scale",
    ),
    "one feature twice in a picture": Bad(
        lambda: nb.ContactDisplay.from_solution(solution(), features=("age", "age")), "features must be two"
    ),
    "three features in a picture": Bad(
        lambda: nb.ContactDisplay.from_solution(solution(), features=(0, 1, 2)), "features must be two"
    ),
}
CASES = {**DATA, **TERMS, **LEVELS, **QUESTIONS}


@pytest.mark.parametrize("name", CASES)
def test_refused_in_one_sentence(name: str) -> None:
    case = CASES[name]
    pattern = case.expected[3:] if case.expected.startswith("re:") else re.escape(case.expected)
    with pytest.raises(case.error) as caught:
        case.call()
    message = str(caught.value)
    print(message)
    assert re.match(pattern, message)
    assert message[-1] in ".?"
    assert "\n" not in message
    assert len(message) < 300


def test_a_wrong_call_changes_nothing() -> None:
    before = X.copy(), Y.copy()
    with pytest.raises(ValueError, match="exactly one"):
        problem().solve()
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(Y, before[1])
