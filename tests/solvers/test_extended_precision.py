"""Responses far from 1: claimed gaps against those that the returned weights have in extended precision."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from extended_certificate import ExtendedProblem
from extended_claims import Claim
from normball import Problem
from normball.losses import Gamma, Huber, Logistic, Loss, Poisson, SquaredError, Tweedie
from normball.norms import L1, L2, ElasticNet, LInf, Norm
from normball.typing import Floats
from normball.warnings import ConvergenceWarning

LAST_DIGIT = 1e-14
"""Ten times what a claim of 0 stands for."""

SIZES: dict[Loss, list[float]] = {
    Poisson(): [1.0, 1e6, 1e9, 1e12, 1e14],
    Gamma(): [1.0, 1e-80, 1e100],
    Tweedie(1.5): [1.0, 1e-40, 1e50],
    SquaredError(): [0.0, 1e4, 1e8, 1e12],
    Huber(0.8): [0.0, 1e8],
    Logistic(): [1.0],
}
CASES = [(loss, size) for loss, sizes in SIZES.items() for size in sizes]


def response(loss: Loss, size: float, signal: Floats, rng: np.random.Generator) -> Floats:
    noise = rng.standard_normal(len(signal))
    if isinstance(loss, Logistic):
        return (signal + noise > 0).astype(float)
    if isinstance(loss, Poisson):
        return np.maximum(np.round(size + np.sqrt(size) * (signal + noise)), 0.0)
    if loss.has_units:
        return size + signal + noise
    return size * np.exp(0.3 * signal) * rng.gamma(3.0, 1.0, len(signal))


@pytest.mark.quick_cases(12)
@pytest.mark.parametrize(("loss", "size"), CASES, ids=lambda value: repr(value))
@pytest.mark.parametrize("norm", [L1(), ElasticNet(0.5), L2(), LInf()], ids=repr)
def test_no_gap_is_claimed_that_the_weights_do_not_have(loss: Loss, size: float, norm: Norm) -> None:
    rng = np.random.default_rng(3)
    X = rng.standard_normal((30, 4)) + rng.choice([0.0, 100.0], 4)
    y = response(loss, size, X[:, 0] - X[:, 0].mean(), rng)
    problem, examiner = Problem(X, y, loss=loss, norm=norm), ExtendedProblem(X, y, loss, norm)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for share in (0.4, 0.02):
            alpha = share * problem.alpha_max
            solution = problem.solve(alpha=alpha, tol=1e-10)
            path = problem.path(alphas=[alpha])
            for claim in (Claim.of(solution), Claim.of_path(path, 0, "alpha", alpha)):
                right = float(examiner.examine(claim).gap)
                assert right <= 10 * claim.gap + LAST_DIGIT, (share, right, claim.gap)
                assert claim.gap <= 1e-4  # and it is no empty claim
