"""Bounds between the points of a path, and paths with a guarantee."""

from __future__ import annotations

import numpy as np
import pytest

import normball as nb
from normball.norms import Norm

DIABETES = nb.datasets.load_diabetes()
RESPONSES = {
    "squared_error": DIABETES.y,
    "huber": DIABETES.y,
    "logistic": (DIABETES.y > 140).astype(float),
    "poisson": np.round(DIABETES.y),
}
NORMS = {
    "l1": nb.norms.L1(),
    "unpenalised": nb.norms.L1(weights=[0.0, *[1.0] * 9]),
    "positive": nb.norms.L1(positive=True),
    "elastic net": nb.norms.ElasticNet(0.5),
    "group": nb.norms.GroupL2([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]),
    "linf": nb.norms.LInf(),
    "ridge": nb.norms.SquaredL2(),
}
every_norm = pytest.mark.parametrize("norm", NORMS.values(), ids=NORMS)


def offered_gap(problem: nb.Problem, path: nb.Path, alpha: float) -> float:
    """Objective of the interpolated point above a dual value that certifies the optimum."""
    k = int(np.clip(np.searchsorted(-path.alphas, -alpha), 1, len(path) - 1))
    share = (path.alphas[k - 1] - alpha) / (path.alphas[k - 1] - path.alphas[k])
    w = (1 - share) * path.coefs[k - 1] + share * path.coefs[k]
    intercept = (1 - share) * path.intercepts[k - 1] + share * path.intercepts[k]
    value = problem.loss_at(w, intercept) + alpha * problem.norm.value(w)
    return (value - problem.solve(alpha=alpha, tol=1e-10).certificate.dual) / problem.instance.scale


@pytest.mark.quick_cases(5)
@every_norm
@pytest.mark.parametrize("loss", RESPONSES)
def test_bound_lies_above_what_is_offered(loss: str, norm: Norm) -> None:
    problem = nb.Problem(DIABETES.X, RESPONSES[loss], loss=loss, norm=norm)
    path = problem.path(n_alphas=12, eps=1e-2)
    rng = np.random.default_rng(0)
    alphas = path.alphas[-1] * (path.alphas[0] / path.alphas[-1]) ** rng.random(8)
    bounds = path.bound(alphas)
    offered = np.array([offered_gap(problem, path, alpha) for alpha in alphas])
    assert (bounds >= offered - 1e-9).all()
    assert bounds.max() < 0.5
    widest = path._bounds.over_intervals()
    within = np.searchsorted(-path.alphas, -alphas) - 1
    assert (bounds <= widest[np.maximum(within, 0)] * (1 + 1e-9) + 1e-12).all()


def test_bound_is_rounding_where_the_path_is_linear() -> None:
    problem = nb.Problem(DIABETES.X, DIABETES.y)
    path = problem.path(n_alphas=200, eps=1e-2)
    middle = np.sqrt(path.alphas[:-1] * path.alphas[1:])
    supports = path.coefs != 0
    same = (supports[:-1] == supports[1:]).all(axis=1) & (path.n_nonzeros[1:] > 0)
    assert same.sum() > 100
    assert path.bound(middle)[same].max() < 1e-11


@pytest.mark.quick_cases(6)
@every_norm
@pytest.mark.parametrize("loss", ["squared_error", "logistic"])
def test_guarantee_holds_everywhere_with_few_alphas(loss: str, norm: Norm) -> None:
    problem = nb.Problem(DIABETES.X, RESPONSES[loss], loss=loss, norm=norm)
    path = problem.path(eps=1e-2, guarantee=1e-4)
    assert len(path) < 100
    alphas = np.geomspace(path.alphas[0], path.alphas[-1], 401)[1:-1]
    assert path.bound(alphas).max() <= 1e-4
    assert max(offered_gap(problem, path, alpha) for alpha in alphas[::40]) <= 1e-4


def test_bound_at_and_beyond_the_ends() -> None:
    problem = nb.Problem(DIABETES.X, DIABETES.y)
    path = problem.path(n_alphas=10)
    assert isinstance(path.bound(float(path.alphas[3])), float)
    assert path.bound(2 * path.alphas[0]) < 1e-12
    with pytest.raises(ValueError, match="alpha must lie within the path"):
        path.bound(0.5 * path.alphas[-1])
    with pytest.raises(ValueError, match="two alphas or more"):
        problem.path(n_alphas=1).bound(1.0)
    with pytest.raises(ValueError, match="guarantee must be above twice tol"):
        problem.path(guarantee=1e-9)
    with pytest.raises(ValueError, match="guarantee goes with alphas"):
        problem.path(budgets=[1.0], guarantee=1e-3)
