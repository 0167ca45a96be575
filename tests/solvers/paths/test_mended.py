"""Paths whose alphas lie beyond what their fast solver reaches: the points are solved for themselves."""

from __future__ import annotations

import numpy as np
import pytest

from extended_certificate import ExtendedProblem
from extended_claims import Claim
from normball import Problem
from normball.losses import Gamma, Logistic, Loss, Poisson
from normball.norms import L1, ElasticNet, Norm


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
