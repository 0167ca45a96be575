"""Losses and their slacks in extended precision: what cancels in a formula must not cancel here."""

from __future__ import annotations

import numpy as np
import pytest

from extended_losses import extended
from extended_samples import Samples
from normball.losses import Gamma, Huber, Logistic, Poisson, SampleLoss, SquaredError, Tweedie
from normball.losses.log_link import exp_remainder, growth_conjugate
from normball.typing import Floats

LOG_LINKS = [Poisson(), Gamma(), Tweedie(1.1), Tweedie(1.5), Tweedie(1.95)]
EPS = float(np.finfo(np.float64).eps)


def in_extended(loss: SampleLoss, y: Floats) -> Samples:
    return Samples(loss, extended(y), extended(np.ones(len(y))))


def test_the_remainder_of_the_exponential_keeps_its_digits() -> None:
    x = np.geomspace(1e-5, 700, 60)
    x = np.concatenate([-x, x])
    right = (np.expm1(extended(x)) - extended(x)).astype(float)  # longdouble has 5 digits more
    np.testing.assert_allclose(exp_remainder(x), right, rtol=1e-13)
    tiny = np.array([-1e-9, 1e-9, 1e-200])
    np.testing.assert_allclose(exp_remainder(tiny), tiny**2 / 2 * (1 + tiny / 3), rtol=4 * EPS)
    assert exp_remainder(np.array([0.0, np.inf, -np.inf])).tolist() == [0.0, np.inf, np.inf]
    t = np.concatenate([-np.geomspace(1e-5, 0.999, 40), np.geomspace(1e-5, 1e12, 40)])
    exact = extended(t)
    right = ((1 + exact) * np.log1p(exact) - exact).astype(float)
    np.testing.assert_allclose(growth_conjugate(t), right, rtol=1e-13)
    assert growth_conjugate(np.array([-1.0, 0.0])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("loss", LOG_LINKS, ids=repr)
@pytest.mark.parametrize("size", [1e-60, 1e-3, 1.0, 1e3, 1e9, 1e12, 1e14, 1e60])
def test_deviances_keep_their_digits(loss: SampleLoss, size: float) -> None:
    """Near the saturated predictor too, up to what the rounding of eta and log y moves."""
    rng = np.random.default_rng(1)
    y = size * rng.gamma(2.0, 1.0, 30)
    d = rng.choice([-1, 1], 30) * 10.0 ** rng.uniform(-5, 1, 30)
    eta = np.log(y) + d
    f, at = in_extended(loss, y), extended(eta)
    value = f.loss.deviance(at, f.y).astype(float)
    slope, curvature = f.loss.slope(at, f.y).astype(float), f.loss.curvature(at, f.y).astype(float)
    moved = EPS * (4 + np.abs(eta) + np.abs(np.log(y)))
    error = np.abs(loss.sample_values(eta, y) - value)
    assert (error <= 1e-12 * value + np.abs(slope) * moved + curvature * moved**2).all()
    error = np.abs(loss.sample_gradients(eta, y) - slope)
    assert (error <= 1e-14 * np.abs(slope) + curvature * moved).all()


@pytest.mark.parametrize("loss", [*LOG_LINKS, Logistic(), Huber(0.7), SquaredError()], ids=repr)
@pytest.mark.parametrize("size", [1.0, 1e6, 1e12])
def test_slacks_keep_their_digits(loss: SampleLoss, size: float) -> None:
    """Between a predictor and one that is off by a little, where value, conjugate and product cancel."""
    rng = np.random.default_rng(2)
    n = 24
    if isinstance(loss, Logistic):
        y, centre = rng.integers(0, 2, n).astype(float), np.log(size) * rng.uniform(-1, 1, n)
    elif loss.has_units:
        y = size + rng.standard_normal(n)
        centre = y + rng.standard_normal(n)
    else:
        y = size * rng.gamma(2.0, 1.0, n)
        centre = np.log(y) + 0.5 * rng.standard_normal(n)
    eta = centre + rng.choice([-1, 1], n) * 10.0 ** rng.uniform(-4, 0, n)
    u = loss.sample_gradients(centre, y)
    f = in_extended(loss, y)
    right = f.loss.divergence(extended(eta), f.y, extended(u)).astype(float)
    found = loss.sample_slacks(eta, u, y)
    # a rounding of eta, y and u moves the slack by its root, as every square
    moved = 2 * EPS * loss.resolution(eta, y)
    bend = np.maximum(loss.sample_curvatures(eta, y), loss.sample_curvatures(centre, y))
    assert (found >= 0).all()
    assert (
        np.abs(found - right) <= 1e-11 * right + np.sqrt(2 * bend * right) * moved + bend * moved**2
    ).all()


@pytest.mark.parametrize("loss", [*LOG_LINKS, Logistic(), Huber(), SquaredError()], ids=repr)
def test_no_loss_is_below_its_saturated_model(loss: SampleLoss) -> None:
    y = np.array([1.0, 1.0, 0.0]) if isinstance(loss, Logistic) else np.array([3.0, 1e9, 1e-9])
    assert loss.conjugate(np.zeros(3), y, np.full(3, 1 / 3)) == 0.0
