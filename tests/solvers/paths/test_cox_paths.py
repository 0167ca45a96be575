"""Cox on the path engine: the generic solver's values, in few models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from normball import Problem
from normball.losses import Cox
from normball.norms import L1, ElasticNet, Norm
from normball.solvers.certificate import free_part_removed
from normball.solvers.dispatch import BATCHES, solver_of
from normball.solvers.ends.fits import null_point
from normball.solvers.far_means import about_means
from normball.solvers.generic.face_newton import Point
from normball.solvers.generic.solver import solve_term
from normball.solvers.paths.engine import PathEngine
from normball.solvers.terms import Penalty
from normball.solvers.workspace import Options, Workspace
from normball.typing import Floats

SHARES = np.array([0.9, 0.4, 0.1])


def data(n: int, p: int, mean: float = 0.0, seed: int = 0) -> tuple[Floats, Floats, Floats]:
    """X (n, p), signed times in whole days and weights."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + mean * rng.standard_normal(p)
    death = np.ceil(6 * rng.exponential(np.exp(-(X - X.mean(axis=0))[:, :3] @ [1.0, -1.0, 0.5])))
    leaving = np.ceil(8 * rng.exponential(size=n))
    return X, np.where(death <= leaving, death, -leaving), rng.uniform(0.5, 2.0, n)


def thin(X: Floats) -> Any:
    return sparse.csr_array(X * (np.random.default_rng(1).random(X.shape) < 0.3))


def one_event(y: Floats, time: float) -> Floats:
    y = -np.abs(y)
    y[5] = time
    return y


def problem(name: str, ties: str) -> Problem:
    free = L1(weights=np.r_[0.0, 0.0, np.ones(18)])
    cases: dict[str, tuple[Any, Norm, Any, Any]] = {
        "ties": (data(60, 20), L1(), None, None),
        "weights": (data(60, 20), ElasticNet(0.6), "weights", None),
        "wide": (data(50, 120), ElasticNet(0.8), "weights", None),
        "positive": (data(60, 20), L1(positive=True), None, None),
        "unpenalised": (data(80, 20, 3.0), free, "weights", None),
        "means": (data(60, 20, 30.0), L1(), None, None),
        "far means": (data(60, 20, 1e5), L1(), None, None),
        "sparse": (data(80, 30), L1(), "weights", thin),
        "one event, late": (data(60, 20), L1(), None, 3.0),
        "one event, first": (data(60, 20), L1(), None, 0.5),
    }
    (X, y, weight), norm, weighted, more = cases[name]
    if isinstance(more, float):
        y = one_event(y, more)
    X = more(X) if callable(more) else X
    return Problem(X, y, loss=Cox(ties), norm=norm, sample_weight=weight if weighted else None)


NAMES = ["ties", "weights", "wide", "positive", "unpenalised", "means", "far means", "sparse"]
NAMES += ["one event, late", "one event, first"]


@pytest.mark.parametrize("ties", ["breslow", "efron"])
@pytest.mark.parametrize("name", NAMES)
def test_the_engine_finds_what_the_generic_solver_finds(name: str, ties: str) -> None:
    p = problem(name, ties)
    assert solver_of(p.instance) == "reweighting"
    alphas = p.alpha_max * SHARES
    path = p.path(alphas=alphas, tol=1e-10)
    assert path.profile["rescue"] == 0
    instance = about_means(p.instance).instance
    workspace = Workspace(instance)
    start: Point = null_point(instance)
    for k, alpha in enumerate(alphas):
        found = solve_term(workspace, Penalty(p.norm, float(alpha)), start, Options(1e-11))
        start = found.point
        eta = instance.predictor(start.w, start.intercept)
        least = instance.value(eta) + alpha * p.norm.value(start.w)
        reached = path.losses[k] + alpha * path.norms[k]
        assert reached == pytest.approx(least, abs=1e-9 * instance.scale)


@pytest.mark.parametrize("name", ["ties", "wide", "means", "sparse"])
def test_newtons_method_needs_few_models(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a wrong Hessian the gap would be asked for many times an alpha."""
    asked = []
    slack = Cox.slack
    monkeypatch.setattr(Cox, "slack", lambda *given: asked.append(1) or slack(*given))
    p = problem(name, "efron")
    alphas = p.alpha_max * np.geomspace(0.95, 0.1, 20)
    passes = p.design.n_passes
    p.path(alphas=alphas, tol=1e-8)
    assert len(asked) <= 4 * len(alphas) + 4  # one of them by the certificate
    assert p.design.n_passes - passes <= 2 * len(alphas)


@pytest.mark.parametrize("name", ["ties", "weights", "positive", "wide"])
@pytest.mark.parametrize("form", ["budget", "target"])
def test_levels_are_met_on_the_path(name: str, form: str) -> None:
    p = problem(name, "breslow")
    path = p.path(alphas=p.alpha_max * SHARES, tol=1e-10)
    levels = path.norms if form == "budget" else path.losses
    trail = PathEngine(p.instance, 1e-8).at_levels(form, levels)
    assert trail is not None
    np.testing.assert_allclose(trail.losses, path.losses, rtol=1e-8)
    np.testing.assert_allclose(trail.norms, path.norms, rtol=1e-7)


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_dual_points_stay_in_the_domain_without_free_columns(ties: str) -> None:
    """Moved by the diagonal above the Hessian they would not sum to 0."""
    instance = problem("unpenalised", ties).instance
    eta = 0.1 * np.random.default_rng(2).standard_normal(instance.n_samples)
    theta = free_part_removed(instance, eta, instance.free_columns)
    np.testing.assert_allclose(instance.free_columns.T @ theta, 0.0, atol=1e-12)
    assert abs(theta.sum()) <= 1e-14 < abs(instance.gradient(eta) @ instance.free_columns).max()


class OwnCox(Cox):
    """Another loss perhaps, whatever it inherits."""


def test_a_subclass_is_evaluated_by_its_own_methods() -> None:
    X, y, _ = data(40, 6)
    own, given = (Problem(X, y, loss=loss, norm=L1()) for loss in (OwnCox(), Cox()))
    assert solver_of(own.instance) not in BATCHES
    alpha = 0.3 * given.alpha_max
    np.testing.assert_allclose(own.solve(alpha).coef, given.solve(alpha).coef, atol=1e-7)
