"""Quantile fits that begin at a vertex near the solution: few pivots, and the answers of before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import QuantileRegressor

from normball import Problem
from normball.losses import Quantile
from normball.norms import L1
from normball.solvers.piecewise import vertex_path
from normball.solvers.piecewise.vertex_basis import LostVertexError, VertexBasis
from normball.solvers.piecewise.vertex_path import VertexPath

N, P = 600, 60


def _data(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, P)) * rng.uniform(0.5, 2, P) + rng.normal(size=P)
    w = np.where(np.arange(P) < 15, rng.normal(size=P), 0.0)
    return X, X @ w + rng.standard_t(3, N)


def _from_nothing(monkeypatch: Any) -> None:
    monkeypatch.setattr(vertex_path, "near_vertex", lambda *arguments: None)


CASES: dict[str, dict[str, Any]] = {
    "median": {},
    "ninth decile": {"loss": Quantile(0.9)},
    "no intercept": {"fit_intercept": False},
    "weights": {"sample_weight": np.linspace(0.1, 2, N)},
    "prices": {"norm": L1(np.where(np.arange(P) < 2, 0.0, np.linspace(0.5, 2, P)))},
    "closed": {"norm": L1(np.where(np.arange(P) == 3, np.inf, 1.0))},
    "positive": {"norm": L1(positive=True)},
}


@pytest.mark.parametrize("case", CASES)
def test_few_pivots_lead_to_the_answer_from_nothing(case: str, monkeypatch: Any) -> None:
    rest = {"loss": Quantile(0.5), **CASES[case]}
    problem = Problem(*_data(), **rest)
    alpha = 0.02 * problem.alpha_max
    found = problem.solve(alpha=alpha)
    assert found.converged
    assert found.solver == "vertices"
    _from_nothing(monkeypatch)
    other = Problem(*_data(), **rest).solve(alpha=alpha)
    assert found.n_iterations <= 0.75 * other.n_iterations
    objectives = [each.loss + alpha * each.norm for each in (found, other)]
    assert objectives[0] == pytest.approx(objectives[1], rel=1e-10)
    np.testing.assert_allclose(found.coef, other.coef, atol=1e-9)


def test_the_answer_is_that_of_a_linear_program() -> None:
    X, y = _data(1)
    found = Problem(X, y, loss="quantile").solve(alpha=0.01)
    theirs = QuantileRegressor(quantile=0.5, alpha=0.01, solver="highs").fit(X, y)
    np.testing.assert_allclose(found.coef, theirs.coef_, atol=1e-7)


@pytest.mark.parametrize("kind", ["twins", "few values", "constant", "exact fit", "ties"])
def test_degenerate_data_are_answered(kind: str) -> None:
    X, y = _data(2)
    if kind == "twins":
        X[:, 30:] = X[:, :30]
    elif kind == "few values":
        X, y = np.sign(X), np.round(y)
    elif kind == "constant":
        X[:, 5] = 1.0
    elif kind == "exact fit":
        y = X[:, :3].sum(axis=1)
    else:
        X[300:], y[300:] = X[:300], y[:300]
    problem = Problem(X, y, loss="quantile")
    found = problem.solve(alpha=0.05 * problem.alpha_max)
    assert found.converged


def test_a_start_that_leads_nowhere_is_left(monkeypatch: Any) -> None:
    def lost(self: VertexBasis, *arguments: Any) -> None:
        raise LostVertexError("lost")

    monkeypatch.setattr(VertexBasis, "adopt", lost)
    found = Problem(*_data(), loss="quantile").solve(alpha=0.01)
    assert found.converged


def test_paths_begin_near_their_first_alpha_only_where_that_is_far(monkeypatch: Any) -> None:
    asked: list[float] = []
    near = vertex_path.near_vertex
    monkeypatch.setattr(vertex_path, "near_vertex", lambda *a: asked.append(a[-1]) or near(*a))
    problem = Problem(*_data(), loss="quantile")
    problem.path(5, 0.5, verbose=False)
    assert not asked
    problem.path(alphas=[0.03 * problem.alpha_max, 0.02 * problem.alpha_max], verbose=False)
    assert len(asked) == 1
    instance = problem.instance
    separable = instance.norm.separable(P)
    assert separable is not None
    path = VertexPath(instance, separable)
    path.at(0.02 * problem.alpha_max)
    path.at(0.01 * problem.alpha_max)
    assert len(asked) == 2
