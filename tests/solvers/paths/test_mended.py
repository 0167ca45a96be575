"""Paths whose alphas lie beyond what their fast solver reaches: the points are solved for themselves."""

from __future__ import annotations

import numpy as np
import pytest

from extended_certificate import ExtendedProblem
from extended_claims import Claim
from normball import Problem
from normball.losses import Gamma, Logistic, Loss, Poisson
from normball.norms import L1, ElasticNet, Norm
from problems import hard_problem


@pytest.mark.parametrize("norm", [L1(), ElasticNet(0.5), ElasticNet(0.9)], ids=repr)
@pytest.mark.parametrize("loss", [Gamma(), Poisson(), Logistic()], ids=repr)
def test_tiny_alphas_of_unequal_columns(loss: Loss, norm: Norm) -> None:
    rng = np.random.default_rng(6)
    X = rng.standard_normal((40, 8)) * 10.0 ** rng.permutation(np.linspace(-8, 8, 8))
    eta = (X / np.abs(X).max(axis=0)) @ rng.standard_normal(8)
    if isinstance(loss, Gamma):
        y = np.exp(eta) * rng.gamma(2.0, 0.5, 40)
    elif isinstance(loss, Poisson):
        y = rng.poisson(np.exp(eta)).astype(np.float64)
    else:
        y = (eta + rng.logistic(size=40) > 0).astype(np.float64)
    problem = Problem(X, y, loss, norm, fit_intercept=False)
    path = problem.path(alphas=problem.alpha_max * np.array([1e-11, 1e-14, 1e-16]))
    assert path.converged, path.gaps
    exact = ExtendedProblem(X, y, loss, norm, fit_intercept=False)
    for k, alpha in enumerate(path.alphas.tolist()):
        assert exact.examine(Claim.of_path(path, k, "alpha", alpha)).contradictions() == []


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
@pytest.mark.parametrize("form", ["budgets", "targets"])
def test_levels_of_nearly_dependent_columns(form: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    causes = rng.standard_normal((26, 6))
    X = np.column_stack([causes, causes @ rng.standard_normal((6, 8)) + 1e-9 * rng.standard_normal((26, 8))])
    problem = Problem(X, causes[:, 0] - causes[:, 1] + 0.3 * rng.standard_normal(26))
    alphas = problem.alpha_max * np.array([0.5, 0.1, 0.03, 0.01])
    known = problem.path(alphas=alphas)
    levels = {"budgets": known.norms, "targets": known.losses}[form]
    path = problem.path(**{form: levels})
    assert path.converged, path.gaps


def test_a_drawn_path_of_targets_on_nearly_dependent_columns() -> None:
    drawn = hard_problem(2693)
    path = drawn.path()
    assert path.converged, path.gaps
    np.testing.assert_allclose(path.losses, drawn.level, rtol=1e-8)
