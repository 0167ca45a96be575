"""Balls that hold weights of a loss at its limit: the floor of the loss proves them."""

from __future__ import annotations

import numpy as np
import pytest

from extended_certificate import ExtendedProblem
from extended_claims import Claim
from normball import Problem
from normball.losses import Logistic, Loss, Poisson, Quantile
from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Norm, SortedL1, SquaredL2
from problems import hard_problem

FREE = L1(weights=np.array([0.0, np.inf, *np.ones(18)]))


@pytest.mark.quick_cases(6)
@pytest.mark.parametrize("norm", [L1(), LInf(), L2(), FREE, ElasticNet(0.5)], ids=repr)
@pytest.mark.parametrize("loss", [Logistic(), Poisson()], ids=repr)
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_a_large_ball_of_unequal_columns(loss: Loss, norm: Norm, fit_intercept: bool) -> None:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((10, 20)) * 10.0 ** rng.uniform(-8, 8, 20)
    y = (rng.random(10) < 0.5).astype(np.float64)
    y[:2] = 0.0, 1.0
    problem = Problem(X, y, loss, norm, fit_intercept=fit_intercept)
    for budget in (1e5, 1e9):
        solution = problem.solve(budget=budget)
        assert solution.converged, solution.certificate
        assert solution.norm <= budget * (1 + 1e-12)
        finding = ExtendedProblem(X, y, loss, norm, fit_intercept).examine(Claim.of(solution))
        assert finding.contradictions() == []
        assert finding.gap <= 1e-8


@pytest.mark.parametrize("norm", [LInf(), L2(), SortedL1(), GroupL2(np.arange(9) // 3)], ids=repr)
@pytest.mark.parametrize("q", [0.5, 0.75])
def test_a_quantile_fit_of_unequal_columns_that_no_ball_bounds(norm: Norm, q: float) -> None:
    rng = np.random.default_rng(2)
    X = rng.standard_normal((20, 9)) * 10.0 ** rng.permutation(np.linspace(-8, 8, 9))
    y = rng.standard_t(2, 20)
    problem = Problem(X, y, Quantile(q), norm)
    solution = problem.solve(budget=1e12)
    assert solution.converged, solution.certificate
    finding = ExtendedProblem(X, y, Quantile(q), norm).examine(Claim.of(solution))
    assert finding.contradictions() == []
    assert finding.gap <= 1e-8


@pytest.mark.parametrize("norm", [SquaredL2(), L2(), LInf()], ids=repr)
def test_perfect_quantile_fits_of_unequal_columns(norm: Norm) -> None:
    rng = np.random.default_rng(3)
    X = rng.standard_normal((8, 16)) * 10.0 ** rng.permutation(np.linspace(-8, 8, 16))
    y = rng.standard_t(2, 8)
    problem = Problem(X, y, Quantile(0.5), norm)
    for budget in (1e2, 1e14):
        solution = problem.solve(budget=budget)
        assert solution.converged, (budget, solution.certificate)
        finding = ExtendedProblem(X, y, Quantile(0.5), norm).examine(Claim.of(solution))
        assert finding.contradictions() == []


@pytest.mark.parametrize("share", [1.0, 0.3, 0.03])
def test_a_quantile_of_unequal_columns_in_a_ball_without_a_largest_price(share: float) -> None:
    drawn = hard_problem(1297)  # a squared length, which no price makes 0
    solution = Problem(**drawn.arguments).solve(budget=share * drawn.level)
    assert solution.converged, solution.certificate
    assert ExtendedProblem(**drawn.arguments).examine(Claim.of(solution)).contradictions() == []
