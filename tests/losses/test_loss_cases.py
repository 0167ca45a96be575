"""What is special to single losses, and every refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import mean_tweedie_deviance

from normball.losses import (
    Gamma,
    Huber,
    Logistic,
    Poisson,
    Quantile,
    SampleLoss,
    SquaredError,
    Tweedie,
    get_loss,
)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: get_loss("logistik"), ValueError, "did you mean 'logistic'?"),
        (lambda: get_loss("Huber"), ValueError, "did you mean 'huber'?"),
        (lambda: get_loss("xyz"), ValueError, "'squared_error', 'huber', 'logistic', 'poisson'"),
        (lambda: get_loss(3), TypeError, "loss must be one of"),  # type: ignore[arg-type]
        (lambda: get_loss(Huber), TypeError, "write Huber()"),  # type: ignore[arg-type]
        (lambda: Huber(0.0), ValueError, "delta must be a finite number > 0, got 0.0."),
        (lambda: Huber(float("nan")), ValueError, "delta must be a finite number > 0, got nan."),
        (lambda: Huber(float("inf")), ValueError, "delta must be a finite number > 0, got inf."),
        (lambda: Huber("1"), TypeError, "delta must be a number > 0, got '1'."),  # type: ignore[arg-type]
        (lambda: Huber(True), TypeError, "delta must be a number > 0, got True."),
        (lambda: Logistic().check_response(np.array([1.0, 2.0, 1.0])), ValueError, "got the values 1, 2;"),
        (lambda: Logistic().check_response(np.arange(9.0)), ValueError, "0, 1, 2, 3, 4, 5, ...;"),
        (lambda: Poisson().check_response(np.array([1.0, -2.0])), ValueError, "got -2 at position 1"),
        (lambda: Logistic().constant_fit(np.ones(2), np.full(2, 0.5)), ValueError, "only the class 1"),
        (lambda: Logistic().constant_fit(np.array([0.0, 1.0]), np.array([1.0, 0.0])), ValueError, "class 0"),
        (lambda: Poisson().constant_fit(np.zeros(2), np.full(2, 0.5)), ValueError, "best Poisson rate is 0"),
        (
            lambda: Gamma().check_response(np.array([1.0, 0.0])),
            ValueError,
            "y must be > 0 for the gamma loss",
        ),
        (lambda: Tweedie().check_response(np.array([1.0, -2.0])), ValueError, "got -2 at position 1"),
        (lambda: Tweedie().constant_fit(np.zeros(2), np.full(2, 0.5)), ValueError, "best Tweedie mean is 0"),
        (lambda: Quantile(1.0), ValueError, "q must lie between 0 and 1, both excluded, got 1.0."),
        (lambda: Quantile(float("nan")), ValueError, "both excluded, got nan."),
        (lambda: Quantile("0.5"), TypeError, "q must be a number between 0 and 1, got '0.5'."),  # type: ignore[arg-type]
        (lambda: Tweedie(1), ValueError, "between 1 and 2, both excluded, got 1; use Poisson()."),
        (lambda: Tweedie(2.0), ValueError, "got 2.0; use Gamma()."),
        (lambda: Tweedie(3.0), ValueError, "above 2 a log link is not convex"),
        (lambda: Tweedie(float("nan")), ValueError, "between 1 and 2, both excluded, got nan"),
        (lambda: Tweedie("1.5"), TypeError, "power must be a number between 1 and 2, got '1.5'."),  # type: ignore[arg-type]
    ],
)
def test_refusals(call: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    message = str(caught.value)
    assert text in message
    assert "\n" not in message


def test_huber_with_a_wide_delta_is_squared_error() -> None:
    rng = np.random.default_rng(0)
    eta, y = rng.standard_normal((2, 50))
    np.testing.assert_allclose(
        Huber(1e3).sample_values(eta, y), SquaredError().sample_values(eta, y), rtol=1e-12
    )
    np.testing.assert_array_equal(
        Huber(1e3).sample_gradients(eta, y), SquaredError().sample_gradients(eta, y)
    )


def test_huber_location_withstands_an_outlier() -> None:
    y = np.array([0.0, 1.0, 2.0, 1e12])
    location = Huber(1.0).constant_fit(y, np.full(4, 0.25))
    # within delta of 1 and 2, beyond it below 0: (b - 1) + (b - 2) + 1 - 1 = 0
    assert location == pytest.approx(1.5, rel=1e-15)


@pytest.mark.parametrize("delta", [1e-6, 1e-3, 0.5, 20.0, 1e6])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_huber_location_in_many_regimes(delta: float, offset: float) -> None:
    rng = np.random.default_rng(7)
    for _ in range(10):
        y = offset + rng.standard_cauchy(201)
        weight = rng.random(201)
        weight /= weight.sum()
        loss = Huber(delta)
        best = loss.constant_fit(y, weight)
        nearest = [loss.gradient(np.full(201, best + shift), y, weight).sum() for shift in (-1e-8, 0.0, 1e-8)]
        assert nearest[0] <= 1e-15 * delta
        assert nearest[2] >= -1e-15 * delta


def test_huber_location_of_equal_and_single_responses() -> None:
    assert Huber().constant_fit(np.array([3.0]), np.ones(1)) == 3.0
    assert Huber().constant_fit(np.full(5, -2.5), np.full(5, 0.2)) == -2.5
    # two heaps far apart: every point of the flat piece between them is optimal
    middle = Huber(1.0).constant_fit(np.array([0.0, 100.0]), np.array([0.5, 0.5]))
    assert 1.0 <= middle <= 99.0


def test_logistic_is_exact_far_out() -> None:
    loss, eta = Logistic(), np.array([1e4, -1e4, 40.0, -40.0])
    np.testing.assert_array_equal(loss.sample_values(eta, np.ones(4))[:2], [0.0, 1e4])
    np.testing.assert_allclose(loss.sample_values(eta, np.ones(4))[2], np.exp(-40.0), rtol=1e-15)
    np.testing.assert_allclose(loss.predict(eta), [1.0, 0.0, 1.0, np.exp(-40.0)], rtol=1e-15)
    np.testing.assert_allclose(loss.sample_gradients(eta, np.ones(4))[2], -np.exp(-40.0), rtol=1e-15)


@pytest.mark.filterwarnings("error")
def test_poisson_at_infinity_is_never_nan() -> None:
    eta, y = np.array([np.inf, -np.inf, np.inf, -np.inf, 800.0]), np.array([0.0, 0.0, 2.0, 2.0, 5.0])
    np.testing.assert_array_equal(Poisson().sample_values(eta, y), [np.inf, 0.0, np.inf, np.inf, np.inf])
    np.testing.assert_array_equal(Poisson().sample_gradients(eta, y), [np.inf, 0.0, np.inf, -2.0, np.inf])


def test_constant_fits_in_closed_form() -> None:
    y, weight = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.1, 0.2, 0.4, 0.3])
    assert Logistic().constant_fit(y, weight) == pytest.approx(np.log(0.6 / 0.4), rel=1e-14)
    assert Poisson().constant_fit(y, weight) == pytest.approx(np.log(0.6), rel=1e-14)
    assert SquaredError().constant_fit(y, weight) == pytest.approx(0.6, rel=1e-15)


@pytest.mark.parametrize(("power", "limit"), [(1 + 1e-9, Poisson()), (2 - 1e-9, Gamma())])
def test_tweedie_ends_in_poisson_and_gamma(power: float, limit: SampleLoss) -> None:
    rng = np.random.default_rng(0)
    eta, y = rng.standard_normal(40), rng.gamma(2.0, 1.0, 40)
    tweedie = Tweedie(power)
    np.testing.assert_allclose(
        tweedie.sample_values(eta, y), limit.sample_values(eta, y), rtol=1e-7, atol=1e-7
    )
    u = limit.sample_gradients(eta, y)
    np.testing.assert_allclose(
        tweedie.sample_conjugates(u, y), limit.sample_conjugates(u, y), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("loss", [Poisson(), Gamma(), Tweedie(1.2), Tweedie(1.8)], ids=repr)
def test_deviances_are_those_of_scikit_learn(loss: SampleLoss) -> None:
    rng = np.random.default_rng(1)
    eta, y = rng.standard_normal(50), rng.gamma(2.0, 1.0, 50)
    power = {"poisson": 1, "gamma": 2}.get(loss.name, getattr(loss, "power", 0))
    deviance = mean_tweedie_deviance(y, np.exp(eta), power=power) / 2
    assert loss.sample_values(eta, y).mean() == pytest.approx(deviance, rel=1e-12)


@pytest.mark.parametrize("power", [1.001, 1.3, 1.7, 1.999])
def test_tweedie_conjugate_finds_its_root_everywhere(power: float) -> None:
    """u from the gradient at known eta, whose root must come back, over 300 orders of magnitude of y."""
    loss = Tweedie(power)
    d, y = np.meshgrid(np.linspace(-60, 60, 81), np.geomspace(1e-150, 1e150, 61))
    d, y = d.ravel(), y.ravel()
    eta = d + np.log(y)
    u = loss.sample_gradients(eta, y)
    terms = y ** (2 - power) * (np.exp((2 - power) * d) + np.exp(-(power - 1) * d))
    # where the two exponentials cancel, u tells less about eta
    found = loss._distances(u, y)[0] + np.log(y)
    error = np.abs(loss.sample_gradients(found, y) - u)
    assert (error <= 1e-13 * (1 + np.abs(eta)) * terms).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("loss", [Gamma(), Tweedie(1.5)], ids=repr)
def test_log_links_at_infinity_are_never_nan(loss: SampleLoss) -> None:
    eta, y = np.array([np.inf, -np.inf, 800.0, -800.0]), np.array([2.0, 2.0, 5.0, 5.0])
    assert (loss.sample_values(eta, y)[:2] == np.inf).all()
    for result in (loss.sample_gradients, loss.sample_curvatures):
        assert not np.isnan(result(eta, y)).any()


def test_quantile_constant_is_the_quantile() -> None:
    y = np.array([5.0, 1.0, 3.0, 2.0, 4.0])
    even = np.full(5, 0.2)
    assert [Quantile(q).constant_fit(y, even) for q in (0.1, 0.2, 0.3, 0.5, 0.6, 0.99)] == [1, 1, 2, 3, 3, 5]
    assert Quantile(0.5).constant_fit(y, np.array([0.7, 0.1, 0.1, 0.05, 0.05])) == 5.0
    rng = np.random.default_rng(0)
    for q in (0.05, 0.37, 0.9):
        draws = rng.standard_normal(201)
        assert Quantile(q).constant_fit(draws, np.full(201, 1 / 201)) == np.quantile(
            draws, q, method="inverted_cdf"
        )


def test_median_is_half_the_absolute_error() -> None:
    eta, y = np.random.default_rng(0).standard_normal((2, 30))
    np.testing.assert_allclose(Quantile(0.5).sample_values(eta, y), 0.5 * np.abs(eta - y), rtol=1e-15)
