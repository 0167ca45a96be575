"""The boundary of balls for drawing, in the plane and in space."""

from __future__ import annotations

import numpy as np
import pytest

from normball.norms import L1, L2, ElasticNet, GroupL2, LInf, Lp, Norm, SortedL1, SquaredL2
from normball.norms.boundary import boundary, surface

PLANE: list[Norm] = [
    L1(),
    L1(weights=[1.0, 3.0]),
    L2(),
    LInf(),
    Lp(0.5),
    Lp(1.05),
    Lp(4 / 3),
    Lp(4.0),
    Lp(50.0),
    SquaredL2(),
    ElasticNet(),
    GroupL2([0, 0]),
    GroupL2([0, 1]),
    SortedL1(),
    SortedL1(weights=[1.0, 0.0]),
]
SPACE: list[Norm] = [
    L1(),
    L2(),
    LInf(),
    Lp(0.5),
    Lp(1.05),
    Lp(4.0),
    ElasticNet(),
    GroupL2([0, 0, 1]),
    SortedL1(),
]


def area(line: np.ndarray) -> float:
    x, y = line.T
    return 0.5 * float(x[:-1] @ y[1:] - x[1:] @ y[:-1])


def volume(vertices: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = (vertices[ends] for ends in triangles.T)
    return float((a * np.cross(b, c)).sum()) / 6


def has_point(points: np.ndarray, point: list[float]) -> bool:
    return bool((points == point).all(axis=1).any())


@pytest.mark.parametrize("radius", [1.0, 1e-6, 250.0])
@pytest.mark.parametrize("norm", PLANE, ids=repr)
def test_line_is_closed_and_on_the_boundary(norm: Norm, radius: float) -> None:
    line = boundary(norm, radius)
    np.testing.assert_array_equal(line[0], line[-1])
    assert line.shape[1] == 2
    np.testing.assert_allclose([norm.value(w) for w in line], radius, rtol=1e-12)
    turned = np.unwrap(np.arctan2(line[:, 1], line[:, 0]))
    assert (np.diff(turned) > 0).all()
    assert turned[-1] - turned[0] == pytest.approx(2 * np.pi)


@pytest.mark.parametrize("norm", PLANE, ids=repr)
def test_line_has_the_axes_and_the_diagonals_exactly(norm: Norm) -> None:
    line = boundary(norm, 2.0)
    assert int((line[:-1] == 0).any(axis=1).sum()) == 4
    assert int((np.abs(line[:-1, 0]) == np.abs(line[:-1, 1])).sum()) >= 4


@pytest.mark.parametrize("norm", PLANE, ids=repr)
@pytest.mark.parametrize("tolerance", [1e-3, 1e-5])
def test_line_is_as_close_as_promised(norm: Norm, tolerance: float) -> None:
    line = boundary(norm, tolerance=tolerance)
    share = np.random.default_rng(0).random((len(line) - 1, 1))
    between = line[:-1] + share * np.diff(line, axis=0)
    # the way to the boundary along the ray is longer than the nearest one, most of all along a cusp
    on_boundary = np.array([w * norm.reach(w, 1.0) for w in between])
    start, along = line[:-1], np.diff(line, axis=0)
    rest = on_boundary - start
    distance = np.abs(rest[:, 0] * along[:, 1] - rest[:, 1] * along[:, 0]) / np.linalg.norm(along, axis=1)
    assert distance.max() <= 2 * tolerance * np.abs(line).max()


def test_areas() -> None:
    assert area(boundary(L1())) == pytest.approx(2, rel=1e-14)
    assert area(boundary(LInf())) == pytest.approx(4, rel=1e-14)
    assert area(boundary(SortedL1(weights=[1.0, 0.0]))) == pytest.approx(4, rel=1e-14)
    assert area(boundary(L2(), tolerance=1e-6)) == pytest.approx(np.pi, rel=1e-5)
    assert area(boundary(Lp(0.5), tolerance=1e-6)) == pytest.approx(2 / 3, rel=1e-4)
    assert area(boundary(L1(positive=True), 2.0)) == pytest.approx(2, rel=1e-14)


def test_polygons_need_no_refinement() -> None:
    assert len(boundary(L1(), n_points=8)) == 9
    assert len(boundary(LInf(), n_points=8)) == 9


def test_unbounded_balls_are_cut_to_a_box() -> None:
    strip = boundary(L1(weights=[0.0, 2.0]), radius=1.0, limit=5.0)
    np.testing.assert_array_equal(np.abs(strip).max(axis=0), [5.0, 0.5])
    assert has_point(strip, [5.0, 0.5])
    assert area(strip) == pytest.approx(10.0)
    assert np.abs(boundary(L1(weights=[0.0, 2.0]))).max() == 1.5
    plane = boundary(L1(weights=[0.0, 0.0]), radius=2.0)
    assert area(plane) == pytest.approx(16.0)
    vertices, triangles = surface(L1(weights=[0.0, 1.0, 1.0]), limit=4.0, subdivisions=3)
    assert volume(vertices, triangles) == pytest.approx(2 * 8)


def test_flat_balls() -> None:
    segment = boundary(L1(weights=[np.inf, 1.0]))
    assert (segment[:, 0] == 0).all()
    assert segment[:, 1].min() == -1
    assert segment[:, 1].max() == 1
    vertices, triangles = surface(L1(positive=True), subdivisions=4)
    assert volume(vertices, triangles) == pytest.approx(1 / 6)
    assert (vertices >= 0).all()


@pytest.mark.parametrize("subdivisions", [1, 5])
@pytest.mark.parametrize("norm", SPACE, ids=repr)
def test_surface_is_closed_and_on_the_boundary(norm: Norm, subdivisions: int) -> None:
    vertices, triangles = surface(norm, 2.0, subdivisions)
    np.testing.assert_allclose([norm.value(w) for w in vertices], 2.0, rtol=1e-12)
    edges = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    forth = {tuple(edge) for edge in edges.tolist()}
    assert len(forth) == len(edges)  # each edge once in each direction: closed, consistently turned
    assert forth == {(b, a) for a, b in forth}
    assert len(vertices) - len(edges) // 2 + len(triangles) == 2
    assert len(triangles) == 48 * subdivisions**2
    a, b, c = (vertices[ends] for ends in triangles.T)
    assert ((a * np.cross(b, c)).sum(axis=1) > 0).all()


@pytest.mark.parametrize("norm", SPACE, ids=repr)
def test_triangles_do_not_cross_the_folds(norm: Norm) -> None:
    vertices, triangles = surface(norm, subdivisions=3)
    ends = vertices[triangles]
    folds = [ends[..., 0], ends[..., 1], ends[..., 2]]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        folds += [ends[..., i] - ends[..., j], ends[..., i] + ends[..., j]]
    for side in folds:
        assert ((side >= 0).all(axis=1) | (side <= 0).all(axis=1)).all()


def test_volumes() -> None:
    assert volume(*surface(L1())) == pytest.approx(4 / 3, rel=1e-13)
    assert volume(*surface(LInf())) == pytest.approx(8, rel=1e-13)
    assert volume(*surface(L2(), 2.0)) == pytest.approx(32 / 3 * np.pi, rel=5e-3)
    assert volume(*surface(Lp(0.5))) == pytest.approx(8 / 90, rel=2e-2)


def test_spikes_get_points() -> None:
    vertices, _ = surface(Lp(0.5), subdivisions=8)
    on_plane = vertices[(vertices[:, 2] == 0) & (vertices[:, 1] >= 0) & (vertices[:, 0] >= vertices[:, 1])]
    assert np.abs(np.diff(np.sort(on_plane[:, 0]))).max() < 0.2


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: boundary(L1(), 0.0), "radius must be a number > 0, got 0.0."),
        (lambda: boundary(L1(), np.inf), "radius must be a number > 0, got inf."),
        (lambda: boundary(L1(), n_points=4), "n_points must be at least 8"),
        (lambda: boundary(L1(), tolerance=0.0), "tolerance must be > 0, got 0.0."),
        (lambda: boundary(L1(), limit=-1.0), "limit must be a number > 0, got -1.0."),
        (lambda: boundary(L1(weights=[1.0, 1.0, 1.0])), "weights has length 3"),
        (lambda: surface(L1(), subdivisions=0), "subdivisions must be a whole number >= 1, got 0."),
        (lambda: surface(L1(), subdivisions=1.5), "subdivisions must be a whole number >= 1, got 1.5."),
        (lambda: surface(GroupL2([0, 1])), "groups cover 2 features"),
    ],
)
def test_bad_arguments(call, text: str) -> None:
    with pytest.raises(ValueError, match=text.replace("(", r"\(")):
        call()
