"""Tall data: few turns on all rows, the points of the path engine's other way, and certified."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from threadpoolctl import threadpool_limits

from normball import Problem
from normball.losses import Gamma, Logistic, Loss, Poisson, Tweedie
from normball.norms import L1, ElasticNet, Norm
from normball.solvers import dispatch
from normball.solvers.ends.fits import null_model
from normball.solvers.paths import engine
from normball.solvers.paths.growing_samples import GrowingSamples
from normball.solvers.paths.tall import TallPath

LOSSES: list[Loss] = [Logistic(), Poisson(), Gamma(), Tweedie(1.4)]
NORMS: dict[str, Norm] = {
    "L1": L1(),
    "elastic net": ElasticNet(0.4),
    "prices": L1(np.array([0.0, 1.0, 2.0, 0.5, np.inf, 1.0, 1.0, 3.0])),
    "positive": L1(positive=True),
}


def _response(loss: Loss, eta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    rate = np.exp(eta)
    match loss.name:
        case "logistic":
            return (rng.random(len(eta)) < rate / (1 + rate)).astype(float)
        case "poisson":
            return rng.poisson(rate).astype(float)
        case "gamma":
            return rng.gamma(2.0, rate / 2)
        case _:
            return rng.poisson(rate) * rng.gamma(1.0, 1.0, len(eta))


def _problem(
    loss: Loss, norm: Norm, n: int, p: int = 8, shift: float = 0.0, make: Any = np.asfortranarray, **rest: Any
) -> Problem:
    rng = np.random.default_rng(n + p)
    X = rng.normal(size=(n, p))
    X[:, 1] += 0.7 * X[:, 0]
    w = 0.3 * rng.normal(size=p)
    y = _response(loss, X @ w - 0.3, rng)
    return Problem(make(X + shift), y, loss=loss, norm=norm, **rest)


def _other_way(monkeypatch: Any) -> None:
    rest = tuple(row for row in dispatch.TABLE if row.solver != dispatch.ON_SAMPLES)
    monkeypatch.setattr(dispatch, "TABLE", rest)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_single_fits_are_those_of_the_other_way(loss: Loss, norm: str, monkeypatch: Any) -> None:
    problem = _problem(loss, NORMS[norm], 9_000)
    assert dispatch.solver_of(problem.instance) == dispatch.ON_SAMPLES
    alpha = 0.05 * problem.alpha_max
    found = problem.solve(alpha=alpha, tol=1e-12)
    assert found.converged
    _other_way(monkeypatch)
    other = _problem(loss, NORMS[norm], 9_000).solve(alpha=alpha, tol=1e-13)
    assert other.solver == "reweighting"
    np.testing.assert_allclose(found.coef, other.coef, atol=1e-9)
    assert np.array_equal(found.coef == 0, other.coef == 0)
    objectives = [each.loss + alpha * each.norm for each in (found, other)]
    assert objectives[0] == pytest.approx(objectives[1], rel=1e-12)


@pytest.mark.quick_cases(5)
@pytest.mark.parametrize("norm", ["L1", "elastic net"])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_paths_are_those_of_the_other_way(loss: Loss, norm: str, monkeypatch: Any) -> None:
    problem = _problem(loss, NORMS[norm], 9_000)
    path = problem.path(12, 1e-2, tol=1e-11, verbose=False)
    assert path.gaps.max() <= 1e-11
    assert "sampling" in path.profile
    _other_way(monkeypatch)
    other = _problem(loss, NORMS[norm], 9_000).path(12, 1e-2, tol=1e-12, verbose=False)
    np.testing.assert_allclose(path.coefs, other.coefs, atol=1e-8)
    objectives = [each.losses + each.alphas * each.norms for each in (path, other)]
    np.testing.assert_allclose(*objectives, rtol=1e-11)


@pytest.mark.parametrize("n_alphas", [1, 20])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_few_turns_read_all_rows(loss: Loss, n_alphas: int) -> None:
    problem = _problem(loss, L1(), 40_000)
    instance = problem.instance
    null = null_model(instance)
    growing = GrowingSamples(instance, L1().separable(8), (null.point.w, null.point.intercept), 1e-8)
    alphas = null.point.alpha * np.geomspace(0.8, 0.01, n_alphas)[::-1][:n_alphas][::-1]
    start = None
    if n_alphas > 1:
        sample = growing.first_sample
        assert sample is not None
        assert sample.n_samples == 1_000
        trail = engine.PathEngine(sample, 1e-5).follow(alphas)
        start = (trail.coefs.toarray().T, trail.intercepts)
    before = problem.design.n_passes
    assert growing.solve(alphas, start) is not None
    assert growing.n_turns <= 6
    assert problem.design.n_passes - before <= 2.2 * growing.n_turns + 6 * max(n_alphas / 4, 1)


CASES = ("no intercept", "weights", "rows together", "float32", "sparse", "far means", "rare class", "sorted")


@pytest.mark.parametrize("case", [*CASES, "constant"])
def test_data_of_all_kinds_are_proved(case: str) -> None:
    rng = np.random.default_rng(3)
    rest: dict[str, Any] = {}
    make: Any = np.asfortranarray
    if case == "no intercept":
        rest["fit_intercept"] = False
    elif case == "weights":
        rest["sample_weight"] = np.exp(2 * rng.normal(size=6_000)) * (rng.random(6_000) < 0.8)
    elif case == "rows together":
        make = np.ascontiguousarray
    elif case == "float32":
        make = lambda X: X.astype(np.float32)  # noqa: E731
    elif case == "sparse":
        make = lambda X: sparse.csc_array(np.where(np.abs(X) > 1, X, 0.0))  # noqa: E731
    elif case == "constant":
        make = lambda X: np.column_stack([X[:, :7], np.ones(len(X))])  # noqa: E731
    problem = _problem(Logistic(), L1(), 6_000, shift=1e5 if case == "far means" else 0.0, make=make, **rest)
    if case in ("rare class", "sorted"):
        X = rng.normal(size=(6_000, 8))
        y = np.zeros(6_000)
        y[:5] = 1
        if case == "sorted":
            y = (np.arange(6_000) < 3_000).astype(float)
            X[:3_000] += 0.5
        problem = Problem(X, y, loss="logistic")
    path = problem.path(10, 1e-2, verbose=False)
    assert path.gaps.max() <= 1e-8
    found = problem.solve(alpha=0.02 * problem.alpha_max)
    assert found.converged


def test_what_is_not_proved_goes_the_other_way(monkeypatch: Any) -> None:
    problem = _problem(Poisson(), L1(), 5_000)
    monkeypatch.setattr(TallPath, "_proved", lambda self, batch: None)
    found = problem.solve(alpha=0.1 * problem.alpha_max)
    assert found.converged
    assert problem.path(5, 0.1, verbose=False).gaps.max() <= 1e-8


@pytest.mark.parametrize("n_alphas", [1, 5])
def test_equal_bits_on_one_thread_and_two(n_alphas: int) -> None:
    problem, found = _problem(Logistic(), L1(), 20_000), []
    alphas = problem.alpha_max * np.geomspace(0.5, 0.05, n_alphas)
    for n_threads in (1, 2):
        with threadpool_limits(n_threads):
            found.append(problem.path(alphas=alphas, verbose=False).coefs)
    np.testing.assert_array_equal(*found)
