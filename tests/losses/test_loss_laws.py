"""What every loss must satisfy, for every example in the registry."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from inspect import isabstract

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normball import losses
from normball.losses import LOSSES, Loss, SampleLoss
from normball.typing import Floats
from registry_losses import CONJUGATE_ENDS, LOSS_EXAMPLES, RESPONSES

EXAMPLES = [loss for examples in LOSS_EXAMPLES.values() for loss in examples]
every_loss = pytest.mark.parametrize("loss", EXAMPLES, ids=repr)
SEEDS = st.integers(0, 2**32 - 1)
SPREADS = st.sampled_from([1e-3, 1.0, 10.0])


def drawn(check: Callable[..., None]) -> Callable[..., None]:
    """Run a test on 25 drawn seeds and spreads of eta."""
    return settings(max_examples=25, deadline=None, derandomize=True)(
        given(seed=SEEDS, spread=SPREADS)(check)
    )


def draw(
    loss: SampleLoss, seed: int, spread: float, n: int = 12
) -> tuple[Floats, Floats, Floats, np.random.Generator]:
    """Linear predictor, response and weights (sum 1)."""
    rng = np.random.default_rng(seed)
    y = RESPONSES[loss.name](rng, n)
    weight = rng.random(n) + 0.01
    return spread * rng.standard_normal(n), y, weight / weight.sum(), rng


def test_every_loss_is_registered_with_examples() -> None:
    def found(parent: type[Loss]) -> set[type[Loss]]:
        children = [
            kind for kind in parent.__subclasses__() if kind.__module__.startswith("normball.losses.")
        ]
        return set(children).union(*map(found, children))

    assert {kind for kind in found(Loss) if not isabstract(kind)} == set(LOSSES.values())
    of_samples = {name: kind for name, kind in LOSSES.items() if issubclass(kind, SampleLoss)}
    assert set(LOSSES) - set(of_samples) == {"cox", "stratified_cox"}  # which have laws of their own
    assert set(LOSS_EXAMPLES) == set(RESPONSES) == set(of_samples)
    for name, kind in LOSSES.items():
        assert kind.name == name
        assert kind.__name__ in losses.__all__
        assert kind.title
    for name, kind in of_samples.items():
        assert LOSS_EXAMPLES[name]
        assert all(type(example) is kind for example in LOSS_EXAMPLES[name])
        assert any(type(end[0]) is kind for end in CONJUGATE_ENDS)


@every_loss
def test_value_semantics(loss: SampleLoss) -> None:
    assert pickle.loads(pickle.dumps(loss)) == loss
    assert eval(repr(loss), vars(losses)) == loss
    assert hash(eval(repr(loss), vars(losses))) == hash(loss)
    assert losses.get_loss(loss) is loss


@every_loss
@drawn
def test_gradient_matches_differences(loss: SampleLoss, seed: int, spread: float) -> None:
    eta, y, _, _ = draw(loss, seed, spread)
    step = 1e-6 * np.maximum(1.0, np.abs(eta))
    slope = (loss.sample_values(eta + step, y) - loss.sample_values(eta - step, y)) / (2 * step)
    scale = 1 + np.abs(loss.sample_values(eta, y))
    assert np.all(np.abs(slope - loss.sample_gradients(eta, y)) <= 1e-8 * scale)


@every_loss
@drawn
def test_curvature_matches_differences(loss: SampleLoss, seed: int, spread: float) -> None:
    eta, y, _, _ = draw(loss, seed, spread)
    step = 1e-6 * np.maximum(1.0, np.abs(eta))
    low, curvature, high = (loss.sample_curvatures(eta + shift, y) for shift in (-step, 0.0, step))
    smooth = np.maximum(abs(low - curvature), abs(high - curvature)) <= 1e-3 * (curvature + 1e-9)
    slope = (loss.sample_gradients(eta + step, y) - loss.sample_gradients(eta - step, y)) / (2 * step)
    scale = 1 + np.abs(loss.sample_gradients(eta, y)) + np.abs(y)
    assert np.all(np.abs(slope - curvature)[smooth] <= 1e-8 * scale[smooth])
    assert (curvature >= 0).all()
    assert (curvature <= loss.curvature_bound).all()


@every_loss
@drawn
def test_fenchel_young_equality_at_the_gradient(loss: SampleLoss, seed: int, spread: float) -> None:
    eta, y, weight, _ = draw(loss, seed, spread)
    gradient = loss.gradient(eta, y, weight)
    value, conjugate = loss.value(eta, y, weight), loss.conjugate(gradient, y, weight)
    scale = abs(value) + abs(conjugate) + weight @ np.abs(y * eta) + abs(gradient @ eta)
    assert abs(value + conjugate - gradient @ eta) <= 1e-14 * (1.0 + scale)


@every_loss
@drawn
def test_fenchel_young_inequality_elsewhere(loss: SampleLoss, seed: int, spread: float) -> None:
    eta, y, _, rng = draw(loss, seed, spread)
    other = spread * rng.standard_normal(len(eta))
    for u in (loss.sample_gradients(other, y), rng.uniform(-2, 2, len(eta))):
        left = loss.sample_values(eta, y) + loss.sample_conjugates(u, y)
        assert np.all(left >= u * eta - 1e-13 * (1 + np.abs(u * eta) + np.abs(y * eta)))


@every_loss
def test_conjugate_leaves_out_samples_of_weight_zero(loss: SampleLoss) -> None:
    eta, y, weight, _ = draw(loss, 3, 1.0)
    weight[4] = 0.0
    gradient = loss.gradient(eta, y, weight)
    assert np.isfinite(loss.conjugate(gradient, y, weight))
    gradient[4] = 1e-3
    assert loss.conjugate(gradient, y, weight) == np.inf


@every_loss
def test_conjugate_forgives_rounding_at_the_ends(loss: SampleLoss) -> None:
    rng = np.random.default_rng(0)
    y = RESPONSES[loss.name](rng, 5000)
    weight = rng.random(5000)
    weight /= weight.sum()
    for eta in (np.full(5000, -1e3), np.full(5000, 1e3)):
        gradient = loss.gradient(eta, y, weight)
        assert np.isfinite(loss.conjugate(gradient, y, weight)) or not np.isfinite(gradient).all()


@pytest.mark.parametrize(("loss", "u", "y", "expected"), CONJUGATE_ENDS)
def test_conjugate_at_the_ends_of_its_domain(loss: SampleLoss, u: float, y: float, expected: float) -> None:
    found = loss.sample_conjugates(np.array([u]), np.array([y]))
    np.testing.assert_allclose(found, [expected], rtol=1e-15, atol=0)


@every_loss
@drawn
def test_convexity(loss: SampleLoss, seed: int, spread: float) -> None:
    eta, y, _, rng = draw(loss, seed, spread)
    other, share = spread * rng.standard_normal(len(eta)), rng.random(len(eta))
    ends = share * loss.sample_values(eta, y) + (1 - share) * loss.sample_values(other, y)
    between = loss.sample_values(share * eta + (1 - share) * other, y)
    assert np.all(between <= ends + 1e-12 * (1 + np.abs(ends)))


@every_loss
@drawn
def test_majorants_lie_above(loss: SampleLoss, seed: int, spread: float) -> None:
    eta, y, _, rng = draw(loss, seed, spread)
    other = eta + spread * rng.standard_normal(len(eta))
    bounds = [np.full(len(eta), loss.curvature_bound)]
    if type(loss).sample_majorants is not SampleLoss.sample_majorants:
        bounds.append(loss.sample_majorants(eta, y))
        assert (bounds[-1] > 0).all()
    for bound in bounds:
        move = other - eta
        parabola = loss.sample_values(eta, y) + loss.sample_gradients(eta, y) * move + 0.5 * bound * move**2
        assert np.all(loss.sample_values(other, y) <= parabola + 1e-12 * (1 + np.abs(parabola)))


@every_loss
@drawn
def test_constant_fit_is_optimal(loss: SampleLoss, seed: int, spread: float) -> None:
    _, y, weight, _ = draw(loss, seed, spread)
    y = y * spread if loss.name in ("squared_error", "huber", "quantile") else y
    best = loss.constant_fit(y, weight)
    if loss.is_smooth:
        pull = loss.gradient(np.full(len(y), best), y, weight)
        assert abs(pull.sum()) <= 1e-14 * max(1.0, np.abs(pull).sum())
    for shift in (-1e-2, 1e-2):
        assert loss.value(np.full(len(y), best + shift), y, weight) >= loss.value(
            np.full(len(y), best), y, weight
        )


@every_loss
@drawn
def test_integer_weights_equal_repeated_rows(loss: SampleLoss, seed: int, spread: float) -> None:
    eta, y, _, rng = draw(loss, seed, spread)
    counts = rng.integers(1, 4, len(eta))
    weight, equal = counts / counts.sum(), np.full(counts.sum(), 1 / counts.sum())
    repeated, responses = np.repeat(eta, counts), np.repeat(y, counts)
    np.testing.assert_allclose(loss.value(eta, y, weight), loss.value(repeated, responses, equal), rtol=1e-12)
    fits = loss.constant_fit(y, weight), loss.constant_fit(responses, equal)
    ours, theirs = (loss.value(np.full(len(y), fit), y, weight) for fit in fits)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    u = loss.gradient(eta, y, weight)
    np.testing.assert_allclose(
        loss.conjugate(u, y, weight),
        loss.conjugate(np.repeat(u / counts, counts), responses, equal),
        rtol=1e-10,
        atol=1e-12,
    )


@every_loss
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [0.0, 40.0, 700.0, 1e4, -40.0, -700.0, -1e4])
def test_extreme_predictors(loss: SampleLoss, size: float) -> None:
    y = RESPONSES[loss.name](np.random.default_rng(0), 8)
    eta = np.full(8, size)
    for result in (loss.sample_values, loss.sample_gradients, loss.sample_curvatures, loss.sample_majorants):
        assert not np.isnan(result(eta, y)).any()
    assert not np.isnan(loss.predict(eta)).any()
    gradient = loss.sample_gradients(eta, y)
    seen = np.isfinite(gradient)
    values, conjugates = loss.sample_values(eta, y)[seen], loss.sample_conjugates(gradient, y)[seen]
    left, right = values + conjugates, (gradient * eta)[seen]
    np.testing.assert_allclose(left, right, rtol=1e-11, atol=1e-11 * (1 + np.abs(values).max(initial=0.0)))
    assert seen.all() or loss.curvature_bound == np.inf


@every_loss
def test_results_have_the_right_dtype_and_inputs_stay(loss: SampleLoss) -> None:
    eta, y, weight, _ = draw(loss, 1, 1.0)
    before = eta.copy(), y.copy(), weight.copy()
    for array in (eta, y, weight):
        array.flags.writeable = False
    loss.check_response(y)
    for name in ("values", "gradients", "curvatures", "majorants", "conjugates"):
        result = getattr(loss, f"sample_{name}")(eta, y)
        assert result.dtype == np.float64
        assert result.shape == y.shape
    assert isinstance(loss.constant_fit(y, weight), float)
    assert all(np.array_equal(old, new) for old, new in zip(before, (eta, y, weight), strict=True))
