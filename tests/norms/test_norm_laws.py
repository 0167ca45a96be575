"""Laws that every regulariser obeys, on every example of the registry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from normball.norms import NORMS, Norm
from registry import NORM_EXAMPLES, NormExample

every_norm = pytest.mark.parametrize("example", NORM_EXAMPLES, ids=lambda example: example.label)
entries = st.one_of(
    st.floats(-10, 10, allow_nan=False),
    st.sampled_from([0.0, 1.0, -1.0, 2.0, 1e-8, -1e8]),
    st.integers(-3, 3),
)


def representable(number: float) -> float:
    """Zero where the square would be below the smallest float."""
    return float(number) if abs(number) > 1e-100 else 0.0


def vectors(example: NormExample) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float64, example.n_features, elements=entries.map(representable))


def into_domain(norm: Norm, v: np.ndarray) -> np.ndarray:
    return norm.prox(v, 0.0)


def pairs_of(data: st.DataObject, example: NormExample) -> tuple[np.ndarray, np.ndarray]:
    return data.draw(vectors(example)), data.draw(vectors(example))


def tangible(norm: Norm, z: np.ndarray) -> np.ndarray:
    """z without its part on unpenalised features, where the dual is infinite."""
    return np.where(norm.unpenalised(len(z)), 0.0, z)


def test_every_class_has_examples() -> None:
    covered = {type(example.norm) for example in NORM_EXAMPLES}
    assert covered == set(NORMS.values())


@every_norm
@given(data=st.data())
def test_value_is_a_gauge_or_says_so(example: NormExample, data: st.DataObject) -> None:
    norm = example.norm
    a, b = pairs_of(data, example)
    a, b = into_domain(norm, a), into_domain(norm, b)
    assert norm.value(np.zeros(len(a))) == 0.0
    assert norm.value(a) >= 0.0
    middle = norm.value(0.3 * a + 0.7 * b)
    assert middle <= (0.3 * norm.value(a) + 0.7 * norm.value(b)) * (1 + 1e-12) + 1e-300
    if norm.is_homogeneous:
        assert norm.value(3.0 * a) == pytest.approx(3.0 * norm.value(a), rel=1e-13)
        assert norm.value(a + b) <= (norm.value(a) + norm.value(b)) * (1 + 1e-12)


@every_norm
@given(data=st.data())
def test_support_function_bounds_and_is_attained(example: NormExample, data: st.DataObject) -> None:
    norm = example.norm
    v, z = pairs_of(data, example)
    w, z = into_domain(norm, v), tangible(norm, z)
    radius = norm.value(w)
    assert z @ w <= norm.support(z, radius) * (1 + 1e-9) + 1e-9 * np.abs(z * w).sum()
    if norm.is_homogeneous:
        # a subgradient is a dual point of length at most 1 that attains the value
        s = norm.subgradient(w, np.zeros(len(w)))
        assert s @ w == pytest.approx(norm.value(w), rel=1e-12, abs=1e-300)
        assert norm.dual_norm(tangible(norm, s)) <= 1 + 1e-12


@every_norm
def test_dual_norm_is_the_sampled_maximum(example: NormExample) -> None:
    norm, rng = example.norm, np.random.default_rng(3)
    for _ in range(3):
        z = tangible(norm, rng.standard_normal(example.n_features))
        best = -np.inf
        centre = z
        for spread in (2.0, 0.5, 0.1, 0.02, 0.004):
            points = centre + spread * rng.standard_normal((40, len(z)))
            points = [norm.project(point * 10, 1.0) for point in np.vstack([points, centre])]
            values = [z @ point for point in points]
            best = max(best, *values)
            centre = points[int(np.argmax(values))]
        # a projection of a long multiple of z tends to the maximiser itself
        best = max(best, z @ norm.project(1e7 * z, 1.0))
        assert best <= norm.dual_norm(z) * (1 + 1e-9) + 1e-12
        assert best >= norm.dual_norm(z) * (1 - 1e-5) - 1e-12


@every_norm
@given(data=st.data(), step=st.floats(1e-6, 1e3))
def test_prox_satisfies_its_optimality_condition(
    example: NormExample, data: st.DataObject, step: float
) -> None:
    """(v - w) / step is a subgradient at w, by Fenchel-Young with equality: a certificate, not a sample."""
    norm = example.norm
    v = data.draw(vectors(example))
    w = norm.prox(v, step)
    z = tangible(norm, v - w)
    size = np.abs(v).max(initial=0.0)
    gap = step * norm.value(w) - z @ w
    if norm.is_homogeneous:
        assert norm.dual_norm(z) <= step * (1 + 1e-13) + 1e-13 * size
        assert abs(gap) <= 1e-13 * (size**2 + step * size)
    else:
        gap += norm.conjugate(z, step)
        assert abs(gap) <= 1e-13 * (size**2 + step * size)


@every_norm
@given(data=st.data(), step=st.floats(1e-3, 1e2), spread=st.sampled_from([0.0, 3.0, 8.0]))
def test_prox_in_a_metric_satisfies_its_optimality_condition(
    example: NormExample, data: st.DataObject, step: float, spread: float
) -> None:
    """metric (v - w) / step is a subgradient at w, for units that differ by 10^spread either way."""
    norm, v = example.norm, data.draw(vectors(example))
    metric = 10.0 ** np.random.default_rng(len(v)).uniform(-spread, spread, len(v))
    w = norm.prox_in(v, step, metric)
    z = tangible(norm, metric * (v - w))
    size = (metric * np.abs(v)).max(initial=0.0)
    gap = step * norm.value(w) - z @ w
    if norm.is_homogeneous:
        assert norm.dual_norm(z) <= step * (1 + 1e-12) + 1e-13 * size
    else:
        gap += norm.conjugate(z, step)
    assert abs(gap) <= 1e-12 * (metric @ v**2 + step * norm.value(np.where(w != 0, v, 0.0)))
    if spread == 0:
        np.testing.assert_allclose(norm.prox_in(v, step, np.ones(len(v))), norm.prox(v, step), atol=1e-12)


@every_norm
@given(data=st.data(), step=st.floats(1e-3, 1e2))
def test_prox_beats_every_neighbour(example: NormExample, data: st.DataObject, step: float) -> None:
    norm = example.norm
    v = data.draw(vectors(example))
    w = norm.prox(v, step)
    best = 0.5 * (w - v) @ (w - v) + step * norm.value(w)
    rng = np.random.default_rng(0)
    for scale in (1.0, 1e-2, 1e-4):
        for _ in range(10):
            other = into_domain(norm, w + scale * rng.standard_normal(len(w)))
            value = 0.5 * (other - v) @ (other - v) + step * norm.value(other)
            assert value >= best - 1e-10 * (1 + abs(best))


@every_norm
@given(data=st.data(), radius=st.floats(1e-4, 1e3))
def test_projection_lands_on_the_ball_and_is_nearest(
    example: NormExample, data: st.DataObject, radius: float
) -> None:
    norm = example.norm
    v = data.draw(vectors(example))
    w, mu = norm.project_with_multiplier(v, radius)
    # subtracting a multiplier as large as v leaves the rounding of v
    rounding = 1e-11 * radius + 1e-14 * np.abs(v).max()
    assert norm.value(w) <= radius + rounding
    inside = into_domain(norm, v)
    if norm.value(inside) <= radius:
        np.testing.assert_allclose(w, inside, rtol=1e-12, atol=1e-150)
        return
    assert norm.value(w) == pytest.approx(radius, rel=0, abs=rounding)
    # nearest: v - w is normal to the ball at w, so no point of the ball reaches further along it
    z = tangible(norm, v - w)
    reach = norm.support(z, radius)
    assert reach - z @ w <= 1e-8 * (np.linalg.norm(z) * max(np.linalg.norm(w), radius) + 1e-300)
    np.testing.assert_allclose(norm.prox(v, mu), w, rtol=1e-6, atol=1e-8 * np.abs(v).max())
    np.testing.assert_allclose(norm.project(w, radius), w, rtol=1e-9, atol=3 * rounding)


@every_norm
@given(data=st.data(), places=st.integers(-3, 4))
def test_a_point_on_the_ball_but_for_rounding_stays(
    example: NormExample, data: st.DataObject, places: int
) -> None:
    norm = example.norm
    w = into_domain(norm, data.draw(vectors(example)))
    radius = norm.value(w) * (1 - places * np.finfo(np.float64).eps)
    if not radius > 1e-100:
        return
    projected, multiplier = norm.project_with_multiplier(w, radius)
    assert multiplier >= 0
    np.testing.assert_allclose(projected, w, rtol=1e-7, atol=1e-12 * np.abs(w).max())


@every_norm
@given(data=st.data(), step=st.floats(1e-3, 1e2))
def test_moreau_identity(example: NormExample, data: st.DataObject, step: float) -> None:
    """The prox and the projection on the polar ball add up to v: v - prox(v) is nearest to v there."""
    norm = example.norm
    if not norm.is_homogeneous:
        return
    v = data.draw(vectors(example))
    rest = tangible(norm, v - norm.prox(v, step))
    rng = np.random.default_rng(1)
    distance = np.linalg.norm(tangible(norm, v) - rest)
    for _ in range(10):
        other = tangible(norm, rng.standard_normal(len(v)))
        dual = norm.dual_norm(other)
        if dual > 0:
            other *= step / dual * rng.random()
            assert np.linalg.norm(tangible(norm, v) - other) >= distance - 1e-9 * (1 + np.abs(v).max())


@every_norm
@given(data=st.data())
def test_directional_derivative_matches_differences(example: NormExample, data: st.DataObject) -> None:
    norm = example.norm
    rng = np.random.default_rng(7)
    w = into_domain(norm, np.round(data.draw(vectors(example)), 1))
    w = np.clip(w, -10, 10)
    direction = rng.integers(-2, 3, len(w)).astype(float)
    derivative = norm.directional_derivative(w, direction)
    step = 1e-7
    ahead = norm.value(w + step * direction)
    if not np.isfinite(ahead):
        assert derivative == np.inf
        return
    slope = (ahead - norm.value(w)) / step
    if "lp" in norm.name:  # curvature may be unbounded at zero: the derivative bounds the slope from below
        assert derivative <= slope + 1e-5 * (1 + abs(slope))
    else:
        assert slope == pytest.approx(derivative, rel=1e-4, abs=1e-4)


@every_norm
@given(data=st.data(), step=st.floats(1e-2, 10))
def test_normal_cone_holds_what_the_prox_removes(
    example: NormExample, data: st.DataObject, step: float
) -> None:
    norm = example.norm
    v = data.draw(vectors(example))
    w = norm.prox(v, step)
    z = tangible(norm, v - w)
    rounding = 1e-14 * np.linalg.norm(v) / max(float(np.linalg.norm(z)), 1e-300)
    assert norm.normal_cone_contains(w, z, 1e-9 + rounding)
    if w.any() and np.linalg.norm(z) > 1e-6 and norm.value(w) > 1e-6:
        assert not norm.normal_cone_contains(w, -z, 1e-7) or norm.support(-z, norm.value(w)) <= 1e-6


@every_norm
def test_screen_never_drops_a_feature_that_may_enter(example: NormExample) -> None:
    norm, rng = example.norm, np.random.default_rng(11)
    n_proved = 0
    for k in range(200):
        v = rng.standard_normal(example.n_features) * 10.0 ** rng.uniform(-3, 0.5)
        alpha = rng.random() * 2 + 0.05
        w = norm.prox(v, alpha)
        z = tangible(norm, v - w)  # in alpha dR(w)
        margin = rng.random(len(v)) * 0.3 * (k % 4)
        noisy = tangible(norm, z + margin * rng.uniform(-1, 1, len(v)))
        price = alpha * (1 - 0.2 * rng.random())  # proved at a price means proved above it
        proved = norm.screen(noisy, margin, price)
        assert (w[proved] == 0).all()
        n_proved += int((proved & ~norm.unpenalised(len(v))).sum())
    if norm.makes_zeros and not norm.unpenalised(example.n_features).all():
        assert n_proved > 0


def still_subgradient(norm: Norm, w: np.ndarray, z: np.ndarray, alpha: float) -> bool:
    """Whether z, moved only where w is zero from a point of alpha dR(w), is still there."""
    if norm.is_homogeneous:
        return norm.dual_norm(z) <= alpha * (1 + 1e-12)
    return bool(np.abs(norm.prox(w + z, alpha) - w).max() <= 1e-9)


@every_norm
def test_slack_is_the_room_that_the_dual_point_has(example: NormExample) -> None:
    norm, rng = example.norm, np.random.default_rng(5)
    checked = 0
    for k in range(60):
        v = rng.standard_normal(example.n_features)
        if k % 3 == 0:
            v = np.round(v)  # with zeros and ties
        alpha = rng.random() * 1.5 + 0.2
        w = norm.prox(v, alpha)
        z = tangible(norm, v - w)
        slack = norm.slack(w, z, alpha)
        assert slack.shape == w.shape
        assert (slack >= 0).all()
        assert (slack[w != 0] == 0).all()
        if norm.name == "lp" and w.any():
            continue  # near a zero of a smooth ball with p near 1 the dual norm does not change visibly
        for j in np.flatnonzero(np.isfinite(slack) & (w == 0) & ~norm.unpenalised(len(w))):
            side = 1.0 if norm.is_one_sided else np.sign(z[j]) or 1.0
            for distance, allowed in ((slack[j] * 0.999, True), (slack[j] * 1.01 + 1e-3, False)):
                moved = z.copy()
                moved[j] += side * distance
                assert still_subgradient(norm, w, moved, alpha) == allowed, (j, slack[j], distance)
            checked += 1
    if norm.makes_zeros and example.n_features > 1 and not norm.unpenalised(example.n_features).all():
        assert checked > 0


@settings(max_examples=15)
@given(exponent=st.integers(-8, 8))
@every_norm
def test_scale_does_not_matter_to_homogeneous_norms(example: NormExample, exponent: int) -> None:
    norm = example.norm
    if not norm.is_homogeneous:
        return
    scale, rng = 10.0**exponent, np.random.default_rng(2)
    v = rng.standard_normal(example.n_features)
    radius = 0.3 * norm.value(into_domain(norm, np.abs(v))) + 0.01
    np.testing.assert_allclose(
        norm.prox(scale * v, scale * 0.2), scale * norm.prox(v, 0.2), rtol=1e-9, atol=0
    )
    np.testing.assert_allclose(
        norm.project(scale * v, scale * radius),
        scale * norm.project(v, radius),
        rtol=1e-9,
        atol=1e-14 * scale,
    )
