"""The active set on orthogonal factors: proved on well-posed and on dependent columns, from any start."""

from __future__ import annotations

import numpy as np
import pytest

import normball as nb
from normball.norms.base import Norm
from normball.solvers.certificate import certify_term
from normball.solvers.paths.orthogonal import solve_on_factors
from normball.solvers.terms import Penalty

N, P = 30, 12


def columns(kind: str, rng: np.random.Generator) -> np.ndarray:
    X = rng.standard_normal((N, P))
    if kind == "copies":
        X[:, 6:] = X[:, :6]
    if kind == "near copies":
        X[:, 6:] = X[:, :6] + 1e-8 * X[:, 6:]
    if kind == "rank 3":
        X = X[:, :3] @ rng.standard_normal((3, P))
    if kind == "powers":
        X = np.vander(np.linspace(0, 1, N), P)
    if kind == "more columns than rows":
        X = rng.standard_normal((8, P))
    return X + 3.0


KINDS = ("independent", "copies", "near copies", "rank 3", "powers", "more columns than rows")
NORMS: dict[str, Norm] = {
    "l1": nb.norms.L1(),
    "positive": nb.norms.L1(positive=True),
    "prices": nb.norms.L1(weights=np.linspace(0.5, 2.0, P)),
    "one free": nb.norms.L1(weights=np.array([0.0] + [1.0] * (P - 1))),
    "elastic net": nb.norms.ElasticNet(0.7),
}


@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_proved_from_zero_and_from_any_weights(kind: str, norm: str, fit_intercept: bool) -> None:
    rng = np.random.default_rng([KINDS.index(kind), list(NORMS).index(norm)])
    X = columns(kind, rng)
    y = X[:, :4] @ np.array([2.0, -1.0, 0.5, 3.0]) + 0.1 * rng.standard_normal(len(X))
    problem = nb.Problem(X, y, norm=NORMS[norm], fit_intercept=fit_intercept)
    instance, separable = problem.instance, problem.norm.separable(P)
    assert separable is not None
    alpha = 1e-3 * problem.alpha_max
    anywhere = np.abs(rng.standard_normal(P)) * (rng.random(P) < 0.5)
    for start in (np.zeros(P), anywhere):
        point = solve_on_factors(instance, separable, alpha, start)
        eta = instance.predictor(point.w, point.intercept)
        gap = certify_term(instance, Penalty(problem.norm, alpha), point.w, point.intercept, eta, 1e-12).gap
        assert gap <= 1e-12


def test_among_copies_the_cheapest_stays() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((N, 1))
    norm = nb.norms.L1(weights=np.array([2.0, 1.0, 3.0]))
    problem = nb.Problem(np.hstack([x, x, x]), 5 * x[:, 0], norm=norm, fit_intercept=False)
    separable = norm.separable(3)
    assert separable is not None
    w = solve_on_factors(problem.instance, separable, 0.1 * problem.alpha_max, np.array([1.0, 0.0, 1.0])).w
    assert w[1] == pytest.approx(4.5)
    assert w[0] == w[2] == 0
