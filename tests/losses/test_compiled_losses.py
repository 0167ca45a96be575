"""The compiled forms of the losses say what the Python ones say, also far from zero."""

from __future__ import annotations

import numpy as np
import pytest

from normball.designs import as_design
from normball.losses import Huber, Logistic, Loss, Poisson
from normball.norms import L1
from normball.problem import Problem
from normball.solvers.compiled_loss import compiled
from normball.solvers.instance import Instance
from normball.typing import Floats

LOSSES = [Logistic(), Poisson(), Huber(), Huber(0.3)]


class OwnLogistic(Logistic):
    """States no compiled form, so its own methods are asked."""


class Broken(OwnLogistic):
    def sample_gradients(self, eta: Floats, y: Floats) -> Floats:
        raise RuntimeError("out of order")


def response(loss: Loss, n: int, generator: np.random.Generator) -> Floats:
    if isinstance(loss, Logistic):
        return generator.integers(0, 2, n).astype(float)
    return generator.poisson(2.0, n).astype(float) if isinstance(loss, Poisson) else generator.normal(size=n)


def instance_of(loss: Loss, n: int) -> Instance:
    generator = np.random.default_rng(5)
    weight = generator.uniform(0.5, 2.0, n)
    weight[0] = 0.0
    y = response(loss, n, generator)
    return Instance(as_design(np.zeros((n, 1))), y, loss, L1(), weight / weight.sum(), True)


@pytest.mark.parametrize("loss", [*LOSSES, OwnLogistic()], ids=repr)
@pytest.mark.parametrize("size", [1e-9, 1.0, 40.0, 600.0])
def test_value_and_derivatives(loss: Loss, size: float) -> None:
    instance = instance_of(loss, 1000)
    eta = size * np.random.default_rng(6).normal(size=1000).clip(-1.15, 1.15)
    value, gradient, curvature, majorant = compiled(instance).at(eta)
    assert value == pytest.approx(instance.value(eta), rel=1e-14)
    np.testing.assert_allclose(gradient, instance.gradient(eta), rtol=1e-14, atol=1e-18)
    np.testing.assert_allclose(curvature, instance.curvature(eta), rtol=1e-14)
    majorants = instance.sample_weight * loss.sample_majorants(eta, instance.y)
    np.testing.assert_allclose(majorant, majorants, rtol=1e-14)


@pytest.mark.parametrize("loss", [*LOSSES, OwnLogistic()], ids=repr)
@pytest.mark.parametrize("size", [0.0, 1e-6, 1.0, 800.0])
def test_slack(loss: Loss, size: float) -> None:
    instance = instance_of(loss, 700)
    generator = np.random.default_rng(7)
    eta, other = np.clip(size * generator.normal(size=(2, 700)), -900, 700)
    u = instance.gradient(other)
    assert compiled(instance).slack_at(eta, u) == pytest.approx(
        instance.slack(eta, u), rel=1e-13, abs=1e-15 * size
    )
    outside = u.copy()
    outside[1] = -1e3  # beyond the domain of every conjugate
    assert compiled(instance).slack_at(eta, outside) == np.inf
    unseen = u.copy()
    unseen[0] = 1e-9  # the sample of weight 0
    assert compiled(instance).slack_at(eta, unseen) == np.inf
    both = instance.slacks(np.stack([eta, eta]), np.stack([u, outside]))
    np.testing.assert_allclose(both, [instance.slack(eta, u), np.inf], rtol=1e-14)
    ends = instance.conjugates(np.stack([u, outside]))
    np.testing.assert_allclose(ends, [instance.conjugate(u), np.inf], rtol=1e-14)


def test_what_overflows_is_infinite_and_not_nan() -> None:
    eta = np.array([0.0, 800.0, -800.0, np.inf, -np.inf])
    for loss in (Logistic(), Poisson()):
        instance = Instance(as_design(np.zeros((5, 1))), np.zeros(5), loss, L1(), np.full(5, 0.2), True)
        value, gradient, curvature, _ = compiled(instance).at(eta)
        assert value == np.inf
        np.testing.assert_allclose(gradient, instance.gradient(eta), rtol=1e-15)
        np.testing.assert_allclose(curvature, instance.curvature(eta), rtol=1e-15)


def classes(n: int, p: int) -> tuple[Floats, Floats]:
    generator = np.random.default_rng(8)
    X = generator.normal(size=(n, p))
    return X, (X[:, :40].sum(axis=1) + generator.normal(size=n) > 0).astype(float)


def test_a_loss_of_ones_own_gives_the_same_path() -> None:
    X, y = classes(200, 300)
    paths = [Problem(X, y, loss=loss, norm=L1()).path() for loss in (Logistic(), OwnLogistic())]
    assert (paths[0].coefs[-1] != 0).sum() > 64  # the active set had to grow
    np.testing.assert_allclose(paths[0].coefs, paths[1].coefs, atol=1e-4)
    assert all((path.gaps <= 1e-9).all() for path in paths)


def test_an_error_in_a_loss_of_ones_own_comes_out() -> None:
    X, y = classes(50, 20)
    problem = Problem(X, y, loss=Broken(), norm=L1())
    with pytest.raises(RuntimeError, match="out of order"):
        problem.path()
