"""What is special to single losses, and every refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from normball.losses import Huber, Logistic, Poisson, SquaredError, get_loss


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
