"""Compiled losses, what certificates ask of them, and the rounding of gaps, against NumPy."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from normball import Problem
from normball._kernels import roundings
from normball.losses import Gamma, Huber, Logistic, Loss, Poisson, Tweedie
from normball.losses.base import SampleLoss
from normball.solvers.compiled_loss import compiled, compiled_form
from normball.solvers.instance import SPREAD_OF_ROUNDING, Instance
from normball.typing import Floats

LOSSES: list[SampleLoss] = [
    Logistic(),
    Poisson(),
    Huber(1.3),
    Gamma(),
    Tweedie(1.5),
    Tweedie(1.1),
    Tweedie(1.9),
]
K, N = 3, 400


def _instance(loss: Loss, fit_intercept: bool = True) -> Instance:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N, 3))
    responses = {
        "logistic": (X[:, 0] > 0) * 1.0,
        "poisson": rng.poisson(2, N) * 1.0,
        "gamma": rng.gamma(1, 1, N) + 1e-3,
        "tweedie": rng.poisson(1, N) * rng.gamma(1, 1, N),
    }
    y = responses.get(loss.name, X[:, 0])
    weights = rng.uniform(0.5, 2, N)
    problem: Any = Problem(X, y, loss=loss, fit_intercept=fit_intercept, sample_weight=weights)
    return problem.instance


def _etas() -> Floats:
    draw = np.random.default_rng(1).normal(size=(K, N))
    return np.ascontiguousarray(draw * np.array([[1.0], [5.0], [0.01]]))


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_values_duals_and_slacks(loss: SampleLoss, fit_intercept: bool) -> None:
    assert compiled_form(loss)
    instance, etas = _instance(loss, fit_intercept), _etas()
    kernel = compiled(instance)
    values, thetas, curvatures = kernel.duals(etas, fit_intercept, loss.has_units)
    np.testing.assert_allclose(values, loss.values(etas, instance.y, instance.sample_weight), rtol=1e-14)
    np.testing.assert_allclose(curvatures, instance.curvatures(etas), rtol=1e-12, atol=1e-300)
    for eta, theta, curvature in zip(etas, thetas, curvatures, strict=True):
        expected = -instance.gradient(eta)
        if fit_intercept:
            expected -= curvature * (expected.sum() / curvature.sum())
            assert abs(theta.sum()) <= 1e-14 * np.abs(theta).sum()
        np.testing.assert_allclose(theta, expected, atol=1e-14 * np.abs(expected).max())
    for scaling in (0.999, 0.9, 0.3):
        u, y, v = -scaling * thetas, instance.y, instance.sample_weight
        found, expected = kernel.slacks(etas, u), loss.slacks(etas, u, y, v)
        assert np.array_equal(instance.slacks(etas, u), found)
        np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert (kernel.slacks(etas, -thetas) <= 1e-15 * (1 + np.abs(values))).all() or fit_intercept


@pytest.mark.parametrize("loss", [Gamma(), Tweedie(1.5), Tweedie(1.2)], ids=repr)
@pytest.mark.parametrize("u", [-np.inf, -1e3, -1.0, -1e-12, 0.0, 1e-12, 0.5, 1.0, 1.0 + 1e-12, 1e3, np.nan])
def test_slacks_at_ends_of_domains(loss: SampleLoss, u: float) -> None:
    instance = _instance(loss)
    y, eta = instance.y, _etas()[0]
    v = instance.sample_weight
    kernel, U = compiled(instance), (np.full(N, u) * v)
    with np.errstate(all="ignore"):
        expected = float(v @ loss.sample_slacks(eta, U / v, y))
    assert kernel.slack_at(eta, U) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("size", [1.0, 1e-200, 1e200])
def test_rounding_of_gaps(size: float) -> None:
    rng = np.random.default_rng(2)
    etas, U, curvatures = _etas(), size * rng.normal(size=(K, N)), rng.uniform(size=(K, N))
    means, levels, resolution = rng.normal(size=K), rng.uniform(size=K), rng.uniform(size=N)
    about = etas - means[:, None]
    moved = size * curvatures * (np.abs(etas) + levels[:, None] + resolution) * about
    errors = np.hypot(moved, U * (np.abs(about) + levels[:, None])) / size
    found = roundings(etas, U, size * curvatures, means, levels, resolution)
    np.testing.assert_allclose(found / size, np.linalg.norm(errors, axis=1), rtol=1e-13)
    shared = roundings(etas, U, size * curvatures[:1], means, levels, resolution)
    assert shared[0] == found[0]
    assert SPREAD_OF_ROUNDING > 0


def test_what_kernels_refuse() -> None:
    kernel, etas = compiled(_instance(Gamma())), _etas()
    with pytest.raises(ValueError, match="columns of etas must be 400, got 399"):
        kernel.duals(np.ascontiguousarray(etas[:, 1:]), True, False)
    with pytest.raises(ValueError, match="rows of U must be 3, got 2"):
        kernel.slacks(etas, np.ascontiguousarray(etas[:2]))
    with pytest.raises(ValueError, match="means must be 3, got 2"):
        roundings(etas, etas, etas, np.zeros(2), np.zeros(3), np.zeros(N))


def test_a_problem_that_was_solved_can_be_pickled_and_copied() -> None:
    rng = np.random.default_rng(4)
    problem: Any = Problem(rng.normal(size=(60, 5)), rng.poisson(2, 60) * 1.0, loss="poisson")
    found = problem.solve(alpha=0.1)
    assert "compiled_loss" in vars(problem.instance)
    for other in (pickle.loads(pickle.dumps(problem)), copy.deepcopy(problem)):
        np.testing.assert_array_equal(other.solve(alpha=0.1).coef, found.coef)
