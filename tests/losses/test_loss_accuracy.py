"""Losses and their slacks against 50 digits: what cancels in a formula must not cancel here."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp, mpf

from extended import EXTENDED_LOSSES, exactly, slack
from normball.losses import Gamma, Huber, Logistic, Poisson, SampleLoss, SquaredError, Tweedie
from normball.losses.log_link import exp_remainder, growth_conjugate

LOG_LINKS = [Poisson(), Gamma(), Tweedie(1.1), Tweedie(1.5), Tweedie(1.95)]


def test_the_remainder_of_the_exponential_keeps_its_digits() -> None:
    x = np.concatenate([-np.geomspace(1e-12, 700, 60), np.geomspace(1e-12, 700, 60)])
    right = np.array([float(mp.expm1(t) - t) for t in exactly(x)])
    np.testing.assert_allclose(exp_remainder(x), right, rtol=2e-15)
    assert exp_remainder(np.array([0.0, np.inf, -np.inf])).tolist() == [0.0, np.inf, np.inf]
    t = np.concatenate([-np.geomspace(1e-12, 1, 40), np.geomspace(1e-12, 1e12, 40)])
    right = np.array([float((1 + s) * mp.log1p(s) - s if s > -1 else mpf(1)) for s in exactly(t)])
    np.testing.assert_allclose(growth_conjugate(t), right, rtol=4e-15)


@pytest.mark.parametrize("loss", LOG_LINKS, ids=repr)
@pytest.mark.parametrize("size", [1e-60, 1e-3, 1.0, 1e3, 1e9, 1e12, 1e14, 1e60])
def test_deviances_keep_their_digits(loss: SampleLoss, size: float) -> None:
    """Near the saturated predictor too, up to what the rounding of eta and log y moves."""
    rng = np.random.default_rng(1)
    y = size * rng.gamma(2.0, 1.0, 30)
    d = rng.choice([-1, 1], 30) * 10.0 ** rng.uniform(-6, 1, 30)
    eta = np.log(y) + d
    value = EXTENDED_LOSSES[type(loss)][0]
    right = np.array(
        [[float(part) for part in value(loss, *pair)] for pair in zip(exactly(eta), exactly(y), strict=True)]
    ).T
    moved = 2e-16 * (4 + np.abs(eta) + np.abs(np.log(y)))
    error = np.abs(loss.sample_values(eta, y) - right[0])
    assert (error <= 1e-14 * right[0] + np.abs(right[1]) * moved + right[2] * moved**2).all()
    assert (
        np.abs(loss.sample_gradients(eta, y) - right[1]) <= 1e-14 * np.abs(right[1]) + right[2] * moved
    ).all()


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
    move = rng.choice([-1, 1], n) * 10.0 ** rng.uniform(-4, 0, n)
    eta = centre + move
    u = loss.sample_gradients(centre, y)
    right = np.array([float(slack(loss, *trio)) for trio in zip(eta, u, y, strict=True)])
    found = loss.sample_slacks(eta, u, y)
    # a relative rounding of eta, y and u moves the slack by its root, as every square
    moved = 4e-16 * loss.resolution(eta, y)
    unit = np.maximum(loss.sample_curvatures(eta, y), loss.sample_curvatures(centre, y))
    assert (found >= 0).all()
    assert (
        np.abs(found - right) <= 1e-12 * right + np.sqrt(2 * unit * right) * moved + unit * moved**2
    ).all()


@pytest.mark.parametrize("loss", [*LOG_LINKS, Logistic(), Huber(), SquaredError()], ids=repr)
def test_no_loss_is_below_its_saturated_model(loss: SampleLoss) -> None:
    y = np.array([1.0, 1.0, 0.0]) if isinstance(loss, Logistic) else np.array([3.0, 1e9, 1e-9])
    assert loss.conjugate(np.zeros(3), y, np.full(3, 1 / 3)) == 0.0
