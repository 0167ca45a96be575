"""Columns far from zero, and no intercept to take their means out: proved in every form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from extended_certificate import ExtendedProblem
from extended_claims import Claim
from normball import Problem
from normball.losses import Gamma, Huber, Loss, Poisson, SquaredError
from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Lp, Norm, SortedL1
from normball.typing import Floats
from problems import hard_problem

CASES: list[tuple[Loss, Norm, str]] = [
    (SquaredError(), LInf(), "budget"),
    (SquaredError(), GroupL2(np.arange(24) % 4), "budget"),
    (SquaredError(), Lp(3.0), "budget"),
    (Huber(0.3), L1(), "alpha"),
    (Huber(), GroupL2(np.arange(24) // 3), "alpha"),
    (Poisson(), LInf(), "budget"),
    (Poisson(), SortedL1(), "budget"),
    (Gamma(), ElasticNet(0.5, positive=True), "budget"),
    (Gamma(), L2(), "alpha"),
]


def data(loss: Loss, seed: int) -> tuple[Floats, Floats]:
    """X (14, 24), most of its columns 10 to 1e8 of their spread away from zero."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((14, 24))
    eta = X[:, :5] @ rng.standard_normal(5)
    eta *= 1.5 / eta.std()
    far = rng.choice([-1.0, 1.0], 24) * 10.0 ** rng.uniform(1, 8, 24) * (rng.random(24) < 0.8)
    if isinstance(loss, Poisson):
        y = rng.poisson(np.exp(np.clip(eta, -3, 3))).astype(np.float64)
        y[0] = 1.0
    elif isinstance(loss, Gamma):
        y = np.exp(eta) * rng.gamma(2.0, 0.5, 14)
    else:
        y = eta + rng.standard_normal(14)
    return X + far, y


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("is_sparse", [False, True], ids=["dense", "sparse"])
@pytest.mark.parametrize(("loss", "norm", "form"), CASES, ids=repr)
def test_it_is_solved_and_proved(loss: Loss, norm: Norm, form: str, is_sparse: bool) -> None:
    X, y = data(loss, 5)
    stored = sparse.csc_array(X) if is_sparse else X
    problem = Problem(stored, y, loss, norm, fit_intercept=False)
    # a level at which the means are held in balance: far below what they pull at w = 0
    level = {"alpha": 0.03, "budget": 0.3}[form]
    solution = problem.solve(**{form: level})
    assert solution.converged, solution.certificate
    found = ExtendedProblem(X, y, loss, norm, fit_intercept=False).examine(Claim.of(solution))
    assert found.contradictions() == []
    assert found.theta_gap <= 1e-7
    assert found.infeasibility <= 1e-12


@pytest.mark.parametrize("alpha", [2.1e-8, 1e-8, 3.9e-9])
def test_nearly_dependent_columns_at_a_tiny_alpha(alpha: float) -> None:
    """Weights of 1e6 in directions 1e-6 of the others, which only long proximal steps reach."""
    drawn = hard_problem(717)
    solution = Problem(**drawn.arguments).solve(alpha=alpha)
    assert solution.converged, solution.certificate
    assert ExtendedProblem(**drawn.arguments).examine(Claim.of(solution)).contradictions() == []
