"""Faces: coordinates, gradient, curvature, and the Jacobian of the prox that they give."""

from __future__ import annotations

import numpy as np
import pytest

from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Lp, SortedL1
from normball.norms.projection import radial_slope
from registry import NORM_EXAMPLES, NormExample

every_norm = pytest.mark.parametrize("example", NORM_EXAMPLES, ids=lambda example: example.label)


def points(example: NormExample, number: int = 20) -> list[tuple[np.ndarray, float, np.ndarray]]:
    """(v, step, w = prox(v, step)) with w on faces of all kinds."""
    rng = np.random.default_rng(4)
    result = []
    for k in range(number):
        v, step = rng.standard_normal(example.n_features) * 2, rng.random()
        v = v if k % 2 else np.round(v)  # with zeros and ties
        result.append((v, step, example.norm.prox(v, step)))
    return result


@every_norm
def test_embedding_reproduces_the_point(example: NormExample) -> None:
    for _, _, w in points(example):
        face = example.norm.face(w)
        np.testing.assert_allclose(face.embed(face.coordinates), w, atol=1e-140)
        g = np.arange(1.0, len(w) + 1)
        direction = np.linspace(-1, 1, face.n_coordinates)
        assert face.pull_back(g) @ direction == pytest.approx(g @ face.embed(direction), abs=1e-12)
        X = np.random.default_rng(0).standard_normal((3, len(w)))
        np.testing.assert_allclose(
            face.restrict(X[:, face.index]) @ direction, X @ face.embed(direction), atol=1e-12
        )


@every_norm
def test_gradient_and_curvature_along_the_face(example: NormExample) -> None:
    norm, rng = example.norm, np.random.default_rng(8)
    for _, _, w in points(example):
        face = norm.face(w)
        if face.n_coordinates == 0 or face.n_coordinates == face.n_unpenalised:
            continue
        z = face.coordinates
        direction = rng.standard_normal(len(z))
        priced = np.abs(z[face.gradient != 0])
        step = 1e-4 * min(1.0, priced.min() if len(priced) else 1.0)
        if norm.name == "linf":  # stay away from the next tie
            step = min(step, 1e-2 * np.min(np.abs(z[0] - np.abs(z[1:])), initial=1.0))
        if norm.name == "sorted_l1":
            levels = np.unique(np.append(z, 0.0))
            step = min(step, 1e-2 * np.diff(levels).min())
        if step < 1e-7:
            continue
        values = [norm.value(face.embed(z + k * step * direction)) for k in (-1, 0, 1)]
        slope = (values[2] - values[0]) / (2 * step)
        assert slope == pytest.approx(face.gradient @ direction, rel=1e-5, abs=1e-6)
        bend = (values[2] - 2 * values[1] + values[0]) / step**2
        expected = direction @ face.hessian_product(direction)
        assert bend == pytest.approx(expected, rel=2e-2, abs=1e-15 * values[1] / step**2 + 1e-4)


@every_norm
def test_face_gives_the_jacobian_of_the_prox(example: NormExample) -> None:
    norm, rng = example.norm, np.random.default_rng(9)
    for v, step, w in points(example, 12):
        face = norm.face(w)
        direction = rng.standard_normal(len(v))
        h = 1e-6
        ahead, behind = norm.prox(v + h * direction, step), norm.prox(v - h * direction, step)
        if norm.face(ahead).n_coordinates != face.n_coordinates:
            continue  # the prox has a kink here
        if norm.face(behind).n_coordinates != face.n_coordinates:
            continue
        K = np.diag(face.sizes + step * face.curvature)
        K += step * (face.factors * face.factor_weights) @ face.factors.T
        moved = face.embed(np.linalg.solve(K, face.pull_back(direction))) if len(K) else np.zeros(len(v))
        np.testing.assert_allclose((ahead - behind) / (2 * h), moved, rtol=1e-4, atol=1e-6)


@every_norm
def test_radial_slope_is_the_derivative_of_the_norm_of_the_prox(example: NormExample) -> None:
    norm = example.norm
    for v, step, w in points(example, 12):
        h = 1e-6 * (step + 1e-3)
        ahead = norm.value(norm.prox(v, step + h))
        behind = norm.value(norm.prox(v, step - h))
        kinds = {norm.face(norm.prox(v, s)).n_coordinates for s in (step - h, step, step + h)}
        if len(kinds) == 1 and norm.value(w) > 0:
            slope = radial_slope(norm.face(w), step)
            assert (behind - ahead) / (2 * h) == pytest.approx(slope, rel=1e-4, abs=1e-6)


def test_dimensions_by_hand() -> None:
    vertex = np.array([0.0, 2.0, 0.0])
    assert L1().face(vertex).dimension == 0
    assert L1().face(np.array([1.0, -2.0, 0.0])).dimension == 1
    assert L1(weights=[0.0, 1.0, 1.0]).face(vertex).dimension == 0
    assert L2().face(vertex).dimension == 2
    assert LInf().face(np.array([1.0, -1.0, 1.0])).dimension == 0
    assert LInf().face(np.array([1.0, 0.3, -1.0])).dimension == 1
    assert Lp(3.0).face(vertex).dimension == 2
    assert ElasticNet().face(vertex).dimension == 0
    assert GroupL2([[0, 1], [2]]).face(np.array([1.0, 2.0, 0.0])).dimension == 1
    slope = SortedL1(weights=[3.0, 2.0, 1.0])
    assert slope.face(np.array([1.0, -1.0, 1.0])).dimension == 0
    assert slope.face(np.array([2.0, -1.0, 1.0])).dimension == 1
    # ranks of equal weight make no edge: this is L1, then the cube
    assert SortedL1(weights=[1.0, 1.0, 1.0]).face(np.array([1.0, -1.0, 1.0])).dimension == 2
    assert SortedL1(weights=[1.0, 0.0, 0.0]).face(np.array([2.0, 1.0, 1.0])).dimension == 2
    assert SortedL1(weights=[1.0, 0.0, 0.0]).face(np.array([2.0, 1.0, 0.0])).dimension == 2
    assert SortedL1(weights=[2.0, 1.0, 0.0]).face(np.array([2.0, 0.0, 0.0])).dimension == 0
    for norm in (L1(), L2(), LInf(), Lp(3.0), ElasticNet(), slope):
        assert norm.face(np.zeros(3)).dimension == -1


def test_normal_rays_of_corner_and_side() -> None:
    first, second = L1().normal_rays(np.array([1.0, 0.0]))
    np.testing.assert_allclose(sorted([first[1], second[1]]), [-np.sqrt(0.5), np.sqrt(0.5)])
    first, second = L1().normal_rays(np.array([0.5, 0.5]))
    np.testing.assert_allclose(first, second)
    first, second = LInf().normal_rays(np.array([1.0, 1.0]))
    np.testing.assert_allclose(np.sort(np.vstack([first, second]), axis=0), [[0, 0], [1, 1]])
    with pytest.raises(ValueError, match="non-zero point of the plane"):
        L1().normal_rays(np.zeros(2))
