"""Basis pursuit by homotopy: against linear programs, without a singular value decomposition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import linalg, sparse
from scipy.optimize import linprog

from normball import Problem
from normball.norms import L1
from normball.solvers.paths import pursuit
from normball.solvers.workspace import Options


def _problem(n: int = 40, p: int = 120, k: int = 6, **rest: Any) -> Problem:
    rng = np.random.default_rng(n + k)
    X = np.asfortranarray(rng.normal(size=(n, p)))
    w = np.zeros(p)
    w[:k] = np.abs(rng.normal(size=k)) + 1
    rest.setdefault("fit_intercept", False)
    return Problem(rest.pop("make", np.asarray)(X), X @ w + (3.0 if rest["fit_intercept"] else 0.0), **rest)


def _least_norm(problem: Problem, price: np.ndarray, positive: bool = False) -> float:
    n, p = problem.design.shape
    X = problem.design.columns(np.arange(p))
    sides = [X] if positive else [X, -X]
    if problem.fit_intercept:
        sides += [np.ones((n, 1)), -np.ones((n, 1))]
    cost = np.concatenate([price if side.shape[1] == p else np.zeros(1) for side in sides])
    return float(linprog(cost, A_eq=np.column_stack(sides), b_eq=problem.instance.y).fun)


CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "intercept": {"fit_intercept": True},
    "weights": {"sample_weight": np.linspace(0.5, 2, 40)},
    "prices": {"norm": L1(np.linspace(0.5, 2, 120))},
    "positive": {"norm": L1(positive=True)},
    "sparse": {"make": sparse.csc_array},
    "rows together": {"make": np.ascontiguousarray},
}


@pytest.mark.parametrize("case", CASES)
def test_sparse_answers_are_those_of_a_linear_program(case: str, monkeypatch: Any) -> None:
    def no(*arguments: Any, **options: Any) -> Any:
        raise AssertionError("a singular value decomposition")

    problem = _problem(**CASES[case])
    monkeypatch.setattr(linalg, "svd", no)
    found = [problem.solve(target=0.0), problem.solve(alpha=0.0)]
    price = np.linspace(0.5, 2, 120) if case == "prices" else np.ones(120)
    least = _least_norm(problem, price, case == "positive")
    for each in found:
        assert each.converged
        assert each.norm == pytest.approx(least, rel=1e-9)
        assert np.count_nonzero(each.coef) <= 6
        assert each.loss <= 1e-20


@pytest.mark.parametrize("k", [30, 120])
def test_answers_with_as_many_weights_as_rows(k: int) -> None:
    problem = _problem(k=k)
    found = problem.solve(target=0.0)
    assert found.converged
    assert found.norm == pytest.approx(_least_norm(problem, np.ones(120)), rel=1e-7)


def test_a_target_below_the_least_loss_is_refused_and_one_above_is_walked_to() -> None:
    problem = _problem()
    with pytest.raises(ValueError, match="not attainable"):
        problem.solve(target=-1e-3)
    above = problem.solve(target=1e-6)
    assert above.converged
    assert above.loss == pytest.approx(1e-6, rel=1e-6)


def test_equations_without_a_solution_are_left_to_the_other_way() -> None:
    rng = np.random.default_rng(0)
    half = rng.normal(size=(20, 60))
    problem = Problem(np.vstack([half, half]), np.arange(40.0), fit_intercept=False)
    assert pursuit.interpolated(problem.instance, Options(1e-8)) is None
    assert problem.solve(alpha=0.0).converged
