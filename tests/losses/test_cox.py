"""The partial likelihood against its definition, and the laws that every loss obeys."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from normball.losses import Cox, get_loss
from normball.typing import Floats

both_counts = pytest.mark.parametrize("loss", [Cox(), Cox("efron")], ids=repr)
SEEDS = range(12)


def draw(seed: int, n: int | None = None) -> tuple[Floats, Floats, Floats]:
    """Predictor, signed times with many ties (one event at least), and weights (sum 1)."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 14)) if n is None else n
    time = rng.integers(1, 2 + n // 2, n).astype(float)
    is_event = rng.random(n) < 0.6
    is_event[rng.integers(n)] = True
    weight = rng.random(n) + 0.05
    eta = float(rng.choice([0.1, 1.0, 6.0])) * rng.standard_normal(n)
    return eta, np.where(is_event, time, -time), weight / weight.sum()


def by_definition(loss: Cox, eta: Floats, y: Floats, weight: Floats) -> float:
    """Minus the log partial likelihood, counted from that of the saturated model."""
    time, is_event, hazard = np.abs(y), y > 0, weight * np.exp(eta)
    total = -float((weight * is_event) @ eta)
    for moment in np.unique(time[is_event]):
        dying, at_risk = is_event & (time == moment), time >= moment
        mass, count = weight[dying].sum(), int(dying.sum())
        for k in range(count):
            share = k / count if loss.ties == "efron" else 0.0
            sum_at_risk = hazard[at_risk].sum() - share * hazard[dying].sum()
            total += mass / count * np.log(sum_at_risk / (mass * (1 - share)))
    return total


@both_counts
@pytest.mark.parametrize("seed", SEEDS)
def test_value_gradient_and_hessian(loss: Cox, seed: int) -> None:
    eta, y, weight = draw(seed)
    assert loss.value(eta, y, weight) == pytest.approx(
        by_definition(loss, eta, y, weight), rel=1e-12, abs=1e-14
    )
    unit, step = np.eye(len(eta)), 1e-6
    slopes = [
        (by_definition(loss, eta + step * e, y, weight) - by_definition(loss, eta - step * e, y, weight))
        / (2 * step)
        for e in unit
    ]
    np.testing.assert_allclose(loss.gradient(eta, y, weight), slopes, atol=1e-9)
    root = loss.hessian_root(eta, y, weight)
    rows = root.apply(unit)
    hessian = rows.T @ rows
    changes = [
        (loss.gradient(eta + step * e, y, weight) - loss.gradient(eta - step * e, y, weight)) / (2 * step)
        for e in unit
    ]
    np.testing.assert_allclose(hessian, changes, atol=1e-9)
    assert np.linalg.eigvalsh(np.diag(loss.curvature(eta, y, weight)) - hessian).min() >= -1e-12
    rng = np.random.default_rng(seed)
    u = rng.standard_normal(len(rows))
    np.testing.assert_allclose(root.adjoint(u), rows.T @ u, atol=1e-14)
    np.testing.assert_array_equal(root.apply(unit[0]), rows[:, 0])
    np.testing.assert_allclose(root.apply(np.ones(len(eta))), 0.0, atol=1e-14)
    gradient = loss.gradient(eta, y, weight)
    np.testing.assert_allclose(root.adjoint(root.solve(gradient)), gradient, atol=1e-13)
    assert root.total == pytest.approx(np.trace(np.diag(loss.curvature(eta, y, weight))), rel=1e-12)


@both_counts
@pytest.mark.parametrize("seed", SEEDS)
def test_conjugate_is_the_supremum(loss: Cox, seed: int) -> None:
    eta, y, weight = draw(seed)
    gradient = loss.gradient(eta, y, weight)
    size = abs(loss.value(eta, y, weight)) + np.abs(gradient) @ np.abs(eta) + 1
    equality = loss.value(eta, y, weight) + loss.conjugate(gradient, y, weight) - gradient @ eta
    assert abs(equality) <= 1e-13 * size
    for share in (0.0, 0.4, 0.9):  # shrunk gradients are what a certificate needs
        u = share * gradient

        def excess(point: Floats, u: Floats = u) -> tuple[float, Floats]:
            return loss.value(point, y, weight) - u @ point, loss.gradient(point, y, weight) - u

        conjugate = loss.conjugate(u, y, weight)
        rng = np.random.default_rng(seed)
        assert all(excess(4 * rng.standard_normal(len(eta)))[0] >= -conjugate - 1e-12 for _ in range(20))
        found = minimize(excess, eta, jac=True, method="BFGS", options={"gtol": 1e-10, "maxiter": 2000})
        assert -found.fun == pytest.approx(conjugate, abs=1e-5 if share == 0 else 1e-7)
    assert loss.conjugate(0 * gradient, y, weight) == pytest.approx(0.0, abs=1e-14)


@both_counts
def test_domain_of_the_conjugate(loss: Cox) -> None:
    y, weight = np.array([1.0, -2.0, 3.0, -0.5]), np.full(4, 0.25)
    events = np.where(y > 0, weight, 0.0)
    # all events served by the sample that leaves last: the end of the domain
    assert np.isfinite(loss.conjugate(np.array([0.0, 0.0, 0.5, 0.0]) - events, y, weight))
    for served in (
        [0.3, 0.0, 0.2, 0.0],
        [0.25, 0.0, 0.2, 0.05],
        [0.25, 0.0, 0.3, 0.0],
        [0.3, -0.05, 0.25, 0.0],
    ):
        assert loss.conjugate(np.array(served) - events, y, weight) == np.inf
    assert loss.conjugate(np.full(4, np.nan), y, weight) == np.inf


@both_counts
@pytest.mark.parametrize("seed", SEEDS)
def test_constants_and_order_of_samples_do_not_matter(loss: Cox, seed: int) -> None:
    eta, y, weight = draw(seed)
    shuffled = np.random.default_rng(seed).permutation(len(eta))
    value, gradient = loss.value(eta, y, weight), loss.gradient(eta, y, weight)
    assert loss.value(eta + 7, y, weight) == pytest.approx(value, rel=1e-12, abs=1e-13)
    np.testing.assert_allclose(loss.gradient(eta + 7, y, weight), gradient, atol=1e-14)
    assert abs(gradient.sum()) <= 1e-15
    np.testing.assert_allclose(
        loss.gradient(eta[shuffled], y[shuffled], weight[shuffled]), gradient[shuffled], atol=1e-15
    )
    assert loss.value(eta, 3 * y, weight) == value


@pytest.mark.parametrize("seed", SEEDS)
def test_breslow_weights_equal_repeated_rows(seed: int) -> None:
    eta, y, _ = draw(seed)
    counts = np.random.default_rng(seed).integers(1, 4, len(eta))
    many = np.full(counts.sum(), 1 / counts.sum())
    loss, rows = Cox(), np.repeat(np.arange(len(eta)), counts)
    weighted = loss.value(eta, y, counts / counts.sum())
    assert weighted == pytest.approx(loss.value(eta[rows], y[rows], many), rel=1e-12, abs=1e-14)
    u = 0.8 * loss.gradient(eta, y, counts / counts.sum())
    repeated = loss.conjugate((u / counts)[rows], y[rows], many)
    assert loss.conjugate(u, y, counts / counts.sum()) == pytest.approx(repeated, rel=1e-12, abs=1e-13)


@both_counts
def test_weight_zero_is_absence(loss: Cox) -> None:
    eta, y, weight = draw(3, 10)
    weight[[2, 5]] = 0.0
    kept = weight > 0
    gradient = loss.gradient(eta, y, weight)
    assert not gradient[~kept].any()
    assert loss.value(eta, y, weight) == loss.value(eta[kept], y[kept], weight[kept])
    assert np.isfinite(loss.conjugate(gradient, y, weight))
    gradient[2] = 1e-3
    assert loss.conjugate(gradient, y, weight) == np.inf


def test_counts_differ_at_ties_only() -> None:
    eta, _, weight = draw(0, 9)
    time = np.arange(1.0, 10.0)
    assert Cox("efron").value(eta, time, weight) == pytest.approx(Cox().value(eta, time, weight), rel=1e-14)
    time[3] = time[4]
    assert Cox("efron").value(eta, time, weight) != pytest.approx(Cox().value(eta, time, weight), rel=1e-6)


@both_counts
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1e2, 1e3, -1e3])
def test_extreme_predictors(loss: Cox, size: float) -> None:
    eta, y, weight = draw(1, 12)
    eta = size * eta
    gradient, curvature = loss.gradient(eta, y, weight), loss.curvature(eta, y, weight)
    assert np.isfinite(loss.value(eta, y, weight))
    assert (curvature >= 0).all()
    assert (curvature <= weight[y > 0].sum() * (1 + 1e-12)).all()
    root = loss.hessian_root(eta, y, weight)
    assert np.isfinite(root.apply(np.eye(12))).all()
    assert np.isfinite(root.adjoint(root.solve(gradient))).all()
    equality = loss.value(eta, y, weight) + loss.conjugate(gradient, y, weight) - gradient @ eta
    assert abs(equality) <= 1e-12 * abs(size)


def test_only_event_at_the_end_says_nothing() -> None:
    y, weight = np.array([-1.0, -2.0, 3.0]), np.full(3, 1 / 3)
    eta = np.array([1.0, -2.0, 5.0])
    assert Cox().value(eta, y, weight) == pytest.approx(0.0, abs=1e-15)
    np.testing.assert_allclose(Cox().gradient(eta, y, weight), 0.0, atol=1e-15)


def test_encoding_of_responses() -> None:
    pairs = np.array([[2.0, 1], [3.0, 0], [1.0, 1]])
    np.testing.assert_array_equal(Cox().encode_response(pairs), [2.0, -3.0, 1.0])
    fields = np.array([(True, 2.0), (False, 3.0), (True, 1.0)], dtype=[("event", bool), ("time", float)])
    np.testing.assert_array_equal(Cox().encode_response(fields), [2.0, -3.0, 1.0])
    # a death on day 0: ranks, whose order is that of the times
    np.testing.assert_array_equal(
        Cox().encode_response([[0.0, 1], [5.0, 0], [0.0, 0], [2.5, 1]]), [1, -3, -1, 2]
    )
    signed = [2.0, -3.0, 1.0]
    assert Cox().encode_response(signed) is signed


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: Cox("exact"), "ties must be 'breslow' or 'efron', got 'exact'."),
        (
            lambda: Cox().check_response(np.array([1.0, 0.0])),
            "got 0 at position 1; pass times and events as pairs",
        ),
        (lambda: Cox().check_response(np.array([-1.0, -2.0])), "y holds no event, only censored times"),
        (
            lambda: Cox().constant_fit(np.array([1.0, -2.0]), np.array([0.0, 1.0])),
            "no event among the samples",
        ),
        (lambda: Cox().encode_response([[1.0, 2.0]]), "events coded 0 (censored) and 1 in its second column"),
        (lambda: Cox().encode_response([[np.nan, 1.0]]), "y must hold finite times, got nan"),
        (
            lambda: Cox().encode_response(np.zeros(2, dtype=[("a", float), ("b", float)])),
            "two fields for the Cox loss, a boolean event and a time",
        ),
    ],
)
def test_refusals(call: Callable[[], Any], text: str) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


@both_counts
def test_value_semantics(loss: Cox) -> None:
    assert pickle.loads(pickle.dumps(loss)) == loss
    assert eval(repr(loss), {"Cox": Cox}) == loss
    assert get_loss("cox") == Cox()
    np.testing.assert_allclose(loss.predict(np.array([0.0, 1.0])), [1.0, np.e])
    etas = np.random.default_rng(0).standard_normal((3, 9))
    _, y, weight = draw(0, 9)
    np.testing.assert_array_equal(loss.values(etas, y, weight), [loss.value(eta, y, weight) for eta in etas])


@both_counts
@pytest.mark.parametrize("seed", SEEDS)
def test_slack_is_the_sum_of_its_terms_and_keeps_its_digits(loss: Cox, seed: int) -> None:
    eta, y, weight = draw(seed)
    other = eta + np.random.default_rng(seed + 50).standard_normal(len(eta))
    u = 0.7 * loss.gradient(other, y, weight)
    terms = loss.value(eta, y, weight) + loss.conjugate(u, y, weight) - u @ eta
    assert loss.slack(eta, u, y, weight) == pytest.approx(terms, abs=1e-13 * (1 + np.abs(u) @ np.abs(eta)))
    assert loss.slack(eta, loss.gradient(eta, y, weight), y, weight) <= 1e-24
    near = eta + 1e-7 * (other - eta)  # where the three terms cancel to nothing
    half = 0.5 * np.sum(loss.hessian_root(eta, y, weight).apply(near - eta) ** 2)
    assert loss.slack(near, loss.gradient(eta, y, weight), y, weight) == pytest.approx(
        half, rel=1e-5, abs=1e-25
    )
    assert loss.slack(eta, u + np.eye(len(eta))[0], y, weight) == np.inf
