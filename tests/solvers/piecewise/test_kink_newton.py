"""Losses with kinks and regularisers with curvature: proved to the last digits, from nothing."""

from __future__ import annotations

import numpy as np
import pytest

from extended_certificate import ExtendedProblem
from extended_claims import Claim
from normball import Problem
from normball.losses import Quantile
from normball.norms import L2, ElasticNet, GroupL2, Lp, Norm, SquaredL2
from normball.typing import Floats

WEIGHTS = np.array([0.0, np.inf, *np.linspace(0.5, 2.0, 12)])
NORMS: list[Norm] = [
    ElasticNet(0.5, weights=WEIGHTS),
    ElasticNet(0.1),
    GroupL2(np.arange(14) // 2),
    L2(),
    SquaredL2(),
    Lp(3.0),
]


def one_hot(rng: np.random.Generator) -> Floats:
    return np.hstack([np.eye(5)[rng.integers(0, 5, 16)], np.eye(9)[rng.integers(0, 9, 16)]])


def plain(rng: np.random.Generator) -> Floats:
    return rng.standard_normal((16, 14))


def tied(rng: np.random.Generator) -> Floats:
    return rng.integers(-1, 3, (16, 14)).astype(np.float64)[rng.integers(0, 11, 16)]


@pytest.mark.quick_cases(3)
@pytest.mark.parametrize("kind", [one_hot, plain, tied])
@pytest.mark.parametrize("norm", NORMS, ids=repr)
@pytest.mark.parametrize("form", ["alpha", "budget"])
def test_the_last_digits_are_proved(kind: object, norm: Norm, form: str) -> None:
    rng = np.random.default_rng(4)
    X = kind(rng)  # type: ignore[operator]
    y = np.round(X[:, :4] @ rng.standard_normal(4) + rng.standard_t(2, 16), 1)
    problem = Problem(X, y, Quantile(0.75), norm)
    for share in (0.3, 0.03):
        level = share * min(problem.alpha_max, 1.0) if form == "alpha" else 10 * share
        solution = problem.solve(**{form: level}, tol=1e-11)
        assert solution.converged, solution.certificate
        found = ExtendedProblem(X, y, Quantile(0.75), norm).examine(Claim.of(solution))
        assert found.contradictions() == []
        assert found.theta_gap <= 1e-10
