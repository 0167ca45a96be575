"""Face angles and volumes: by hand, by identities, and against sampling."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf
from scipy.stats import norm as normal

from normball.geometry import (
    cone_volumes,
    face_shares,
    intrinsic_volumes,
    normal_cones,
    wilson_interval,
)
from normball.geometry.angles import log_external_angles, log_internal_angles, log_simplex_measures
from normball.geometry.quadrature import log_half_normal_density
from normball.norms import L1, SortedL1


@pytest.mark.parametrize(("p", "vertices"), [(2, 1), (3, 2), (10, 4), (50, 50), (50, 1)])
@pytest.mark.parametrize("offset", [0.0, 0.7, 5.0])
def test_external_angles_are_their_integral(p: int, vertices: int, offset: float) -> None:
    def integrand(u: float) -> float:
        return float(
            normal.pdf(u) * erf((u - offset / np.sqrt(vertices)) / np.sqrt(2 * vertices)) ** (p - vertices)
        )

    start = offset / np.sqrt(vertices)
    expected = sum(
        quad(integrand, start + a, start + a + 2, epsabs=0, epsrel=1e-12)[0] for a in range(0, 14, 2)
    )
    found = float(np.exp(log_external_angles(np.array([vertices]), p, offset))[0])
    assert found == pytest.approx(expected, rel=1e-9)


def test_internal_angles_known_by_hand() -> None:
    # at a vertex of a segment, triangle and tetrahedron; at an edge of a tetrahedron
    solid = (3 * np.arccos(1 / 3) - np.pi) / (4 * np.pi)
    assert np.exp(log_internal_angles(1, np.array([1, 2, 3, 4]))) == pytest.approx([1, 1 / 2, 1 / 6, solid])
    assert np.exp(log_internal_angles(2, np.array([4]))) == pytest.approx([np.arccos(1 / 3) / (2 * np.pi)])


def test_density_of_a_sum_of_half_normals() -> None:
    # one half-normal and a normal: a normal density times a probability
    x, v = 0.4, 2.0
    expected = normal.pdf(x, scale=np.sqrt(1 + v)) * normal.cdf(x / np.sqrt(v * (1 + v)))
    assert np.exp(log_half_normal_density([1], v, x)) == pytest.approx([expected], rel=1e-11)
    # three without a normal: by convolution, in the bulk and far out in both tails
    for x in (0.01, 2.0, 12.0):
        inner = quad(lambda a, x=x: _pair(a) * normal.pdf(x - a), 0, x, epsabs=0, epsrel=1e-11)[0]
        assert np.exp(log_half_normal_density([3], 0.0, x)) == pytest.approx([inner], rel=1e-8)


def _pair(a: float) -> float:
    """Density of |Z_1| + |Z_2| at a, over 4."""
    return float(normal.pdf(a / np.sqrt(2)) / np.sqrt(2) * (2 * normal.cdf(a / np.sqrt(2)) - 1))


def test_simplex_measures() -> None:
    radius = 1.3
    assert np.exp(log_simplex_measures(np.array([1, 2]), radius)) == pytest.approx([1.0, erf(radius / 2)])
    # far larger than the Gaussian, a face holds nearly all of it
    assert log_simplex_measures(np.array([3, 20]), 500.0) == pytest.approx([0, 0], abs=1e-12)


@pytest.mark.parametrize(
    ("p", "s"), [(1, 1), (2, 1), (3, 1), (7, 3), (100, 10), (100, 99), (100, 100), (1500, 40)]
)
def test_cone_volumes_sum_to_one_and_alternate_to_nothing(p: int, s: int) -> None:
    volumes = cone_volumes("l1", p, s)
    assert volumes.sum() == pytest.approx(1.0, abs=1e-12)
    # Gauss-Bonnet for cones that are no flats
    assert volumes[::2].sum() == pytest.approx(0.5, abs=1e-10)
    assert (volumes >= 0).all()
    assert not volumes[: s - 1].any()


def test_cone_volumes_known_by_hand() -> None:
    assert cone_volumes("l1", 2, 1) == pytest.approx([1 / 4, 1 / 2, 1 / 4])
    # an octahedron at a vertex: the solid angle by the spherical excess of its four faces
    dihedral = np.pi - np.arccos(1 / 3)
    assert cone_volumes("l1", 3, 1)[3] == pytest.approx((4 * dihedral - 2 * np.pi) / (4 * np.pi))
    assert cone_volumes("linf", 3, 0) == pytest.approx([1 / 8, 3 / 8, 3 / 8, 1 / 8])
    assert cone_volumes("l2", 3, 1) == pytest.approx([0, 0, 0.5, 0.5])
    assert cone_volumes("l1", 3, 0) == pytest.approx([1, 0, 0, 0])
    with pytest.raises(ValueError, match="statistical_dimension covers"):
        cone_volumes("sorted_l1", 3, 1)


def test_cone_volumes_are_the_shares_of_directions() -> None:
    # project Gaussians on the cone at (1, 0, ..., 0) by brute force: best over all of its faces
    p, trials, rng = 4, 4000, np.random.default_rng(0)
    rays = np.array([sign * np.eye(p)[j] - np.eye(p)[0] for j in range(1, p) for sign in (1, -1)])
    counts = np.zeros(p + 1)
    from scipy.optimize import nnls

    for g in rng.standard_normal((trials, p)):
        weights, _ = nnls(rays.T, g)
        point = rays.T @ weights
        active = np.abs(point[1:]) > 1e-9
        inside = np.abs(point[1:]).sum() < -point[0] - 1e-9
        counts[p if inside else active.sum()] += 1
    expected = cone_volumes("l1", p, 1)
    for k in range(p + 1):
        low, high = wilson_interval(int(counts[k]), trials, 0.9999)
        assert low <= expected[k] <= high


@pytest.mark.parametrize("norm", ["l1", "linf"])
@pytest.mark.parametrize("p", [1, 2, 3, 7, 300])
def test_normal_cones_of_vertices_tile_all_directions(norm: str, p: int) -> None:
    cones = normal_cones(norm, p)
    assert cones.vertex_share == pytest.approx(1.0)
    assert cones.angles[-1] == pytest.approx(0.5)  # a facet has one of the two rays of a line
    faces = np.exp(cones.log_counts)
    if p == 3:
        assert faces == pytest.approx([6, 12, 8] if norm == "l1" else [8, 12, 6])
    # Euler's formula
    if p <= 7:
        assert (faces * (-1.0) ** np.arange(p)).sum() == pytest.approx(1 - (-1) ** p)


def test_normal_cones_catch_their_share_of_directions() -> None:
    # normals at the face with vertices e_1..e_l: equal first entries, others no larger
    p, trials, rng = 6, 4000, np.random.default_rng(5)
    angles = normal_cones("l1", p).angles
    for n_vertices in range(1, p + 1):
        common = rng.standard_normal(trials) / np.sqrt(n_vertices)
        others = rng.standard_normal((trials, p - n_vertices))
        caught = int((np.abs(others).max(axis=1, initial=0.0) <= common).sum())
        low, high = wilson_interval(caught, trials, 0.9999)
        assert low <= angles[n_vertices - 1] <= high
    with pytest.raises(ValueError, match="l1 without weights or linf"):
        normal_cones("sorted_l1", 4)


def test_intrinsic_volumes() -> None:
    assert intrinsic_volumes("l1", 2) == pytest.approx([1, 2 * np.sqrt(2), 2])  # half the perimeter, area
    octahedron = intrinsic_volumes("l1", 3, radius=2.0)
    assert octahedron[0] == pytest.approx(1.0)
    assert octahedron[2] == pytest.approx(8 * np.sqrt(3) / 4 * 8 / 2)
    assert octahedron[3] == pytest.approx(4 / 3 * 8)
    assert intrinsic_volumes("linf", 3) == pytest.approx([1, 6, 12, 8])
    assert intrinsic_volumes("l2", 3) == pytest.approx([1, 4, 2 * np.pi, 4 / 3 * np.pi])
    assert intrinsic_volumes("l1", 400)[0] == pytest.approx(1.0)
    assert np.isinf(intrinsic_volumes("linf", 1000).max())  # without a warning
    with pytest.raises(ValueError, match="l1 without weights"):
        intrinsic_volumes(L1(weights=[1.0, 2.0]), 2)


@pytest.mark.parametrize("norm", ["l1", "linf"])
@pytest.mark.parametrize(("p", "spread"), [(2, 1.0), (6, 0.4), (12, 2.0)])
def test_face_shares_agree_with_projections(norm: str, p: int, spread: float) -> None:
    exact = face_shares(norm, p, spread)
    counted = face_shares(norm, p, spread, "sampling", trials=3000, seed=1)
    assert exact.is_exact
    assert not counted.is_exact
    assert exact.shares.sum() == pytest.approx(1.0)
    bounds = counted.intervals(0.9999)
    assert (bounds[:, 0] <= exact.shares).all()
    assert (exact.shares <= bounds[:, 1]).all()


def test_vertices_win_far_away_and_nothing_else_does_near() -> None:
    assert face_shares("l1", 100, 1e6).shares[0] == pytest.approx(1.0, abs=1e-3)
    assert face_shares("l1", 100, 1e-3).shares[-1] == pytest.approx(1.0)
    assert face_shares("l1", 100, 1e9).shares[:2] == pytest.approx([1.0, 2.747e-9], rel=1e-3)
    for spread in (0.01, 0.1, 1.0, 10.0, 1e4):
        assert face_shares("l1", 300, spread).shares.sum() == pytest.approx(1.0)


def test_slope_shares_lie_with_those_of_the_norms_that_it_contains() -> None:
    p, spread = 5, 0.8
    for weights, name in ((np.ones(p), "l1"), (np.eye(p)[0], "linf")):
        counted = face_shares(SortedL1(weights), p, spread, trials=2000)
        bounds = counted.intervals(0.9999)
        exact = face_shares(name, p, spread).shares
        assert ((bounds[:, 0] <= exact) & (exact <= bounds[:, 1])).all()
    assert face_shares("sorted_l1", p, spread, trials=200).shares.sum() == pytest.approx(1.0)


def test_face_shares_refuse() -> None:
    with pytest.raises(ValueError, match="polytope for ball"):
        face_shares("l2", 3, 1.0)
    with pytest.raises(ValueError, match="spread must be"):
        face_shares("l1", 3, 0.0)
    with pytest.raises(ValueError, match="'exact' covers"):
        face_shares("sorted_l1", 3, 1.0, "exact")
    with pytest.raises(ValueError, match="method must be"):
        face_shares("l1", 3, 1.0, "guess")
