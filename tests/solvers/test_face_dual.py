"""Dual points on a face with more equations than samples still balance what carries no price."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from extended_certificate import ExtendedProblem
from extended_claims import Claim
from normball import ConvergenceWarning, Problem
from normball.losses import Gamma, Logistic, Loss, Poisson
from normball.norms import Lp


@pytest.mark.quick_cases(2)
@pytest.mark.parametrize("power", [2.5, 3.0, 4.0])
@pytest.mark.parametrize("loss", [Poisson(), Logistic(), Gamma()], ids=repr)
def test_paths_of_curved_norms_on_wide_data(loss: Loss, power: float) -> None:
    rng = np.random.default_rng(7)
    X = np.hstack([np.eye(k)[rng.integers(0, k, 11)] for k in (6, 5, 7, 6)])
    eta = X @ rng.standard_normal(24)
    if isinstance(loss, Poisson):
        y = rng.poisson(np.exp(eta)).astype(np.float64)
    elif isinstance(loss, Gamma):
        y = np.exp(eta) * rng.gamma(2.0, 0.5, 11)
    else:
        y = (eta > np.median(eta)).astype(np.float64)
    problem, exact = Problem(X, y, loss, Lp(power)), ExtendedProblem(X, y, loss, Lp(power))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        path = problem.path(20, 1e-3)
        for k, alpha in enumerate(path.alphas.tolist()):
            found = exact.examine(Claim.of_path(path, k, "alpha", alpha))
            assert found.contradictions() == [], k
            assert found.theta_gap <= 10 * path.gaps[k] + 1e-13
