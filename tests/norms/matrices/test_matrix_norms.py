"""Laws of the matrix norms, and values from definitions of their own."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import pytest

from normball.norms.matrices import MATRIX_NORMS, MatrixNorm

RNG = np.random.default_rng(0)
MATRICES = {
    "tall": RNG.standard_normal((5, 3)),
    "wide": RNG.standard_normal((2, 6)),
    "rank one": np.outer(RNG.standard_normal(4), RNG.standard_normal(3)),
    "column": RNG.standard_normal((4, 1)),
    "sparse": np.diag([3.0, 0.0, -1.0]),
}
BY_CVXPY = {
    "nuclear": cp.normNuc,
    "spectral": cp.sigma_max,
    "entrywise_l1": lambda L: cp.sum(cp.abs(L)),
    "entrywise_max": lambda L: cp.max(cp.abs(L)),
    "column_l2": lambda L: cp.sum(cp.norm(L, axis=0)),
}
every_norm = pytest.mark.parametrize("norm", [cls() for cls in MATRIX_NORMS.values()], ids=list(MATRIX_NORMS))
every_matrix = pytest.mark.parametrize("W", MATRICES.values(), ids=list(MATRICES))


@every_norm
@every_matrix
def test_value_prox_and_projection_against_cvxpy(norm: MatrixNorm, W: np.ndarray) -> None:
    L = cp.Variable(W.shape)
    of = BY_CVXPY[norm.name]
    assert norm.value(W) == pytest.approx(float(of(cp.Constant(W)).value), rel=1e-9)
    cp.Problem(cp.Minimize(cp.sum_squares(L - W) / 2 + 0.4 * of(L))).solve(solver=cp.CLARABEL)
    np.testing.assert_allclose(norm.prox(W, 0.4), L.value, atol=1e-4)
    radius = 0.6 * norm.value(W)
    cp.Problem(cp.Minimize(cp.sum_squares(L - W)), [of(L) <= radius]).solve(solver=cp.CLARABEL)
    np.testing.assert_allclose(norm.project(W, radius), L.value, atol=1e-4)


@every_norm
@pytest.mark.parametrize("seed", range(50))
def test_random_matrices_against_cvxpy(norm: MatrixNorm, seed: int) -> None:
    rng = np.random.default_rng(seed)
    m, n = rng.integers(1, 7, 2)
    W, step = 10 ** rng.uniform(-1, 1) * rng.standard_normal((m, n)), 10 ** rng.uniform(-1, 0.5)
    L, of = cp.Variable(W.shape), BY_CVXPY[norm.name]

    problem = cp.Problem(cp.Minimize(cp.sum_squares(L - W) / 2 + step * of(L)))
    problem.solve(solver=cp.CLARABEL)
    found = norm.prox(W, step)
    value = ((found - W) ** 2).sum() / 2 + step * norm.value(found)
    assert value == pytest.approx(problem.value, rel=1e-5)

    radius = rng.uniform(0.1, 0.9) * norm.value(W)
    problem = cp.Problem(cp.Minimize(cp.norm(L - W, "fro")), [of(L) <= radius])
    problem.solve(solver=cp.CLARABEL)
    found = norm.project(W, radius)
    assert norm.value(found) <= radius * (1 + 1e-12)
    assert np.linalg.norm(found - W) == pytest.approx(problem.value, rel=1e-5)


@every_norm
@every_matrix
def test_laws(norm: MatrixNorm, W: np.ndarray) -> None:
    other = np.random.default_rng(1).standard_normal(W.shape)
    assert norm.value(W + other) <= norm.value(W) + norm.value(other) + 1e-12
    assert norm.value(-2 * W) == pytest.approx(2 * norm.value(W))
    assert np.vdot(W, other) <= norm.value(W) * norm.dual_norm(other) + 1e-12
    # Moreau: the prox is what the projection on the dual ball leaves
    shrunk = norm.prox(W, 0.3)
    rest = (W - shrunk) / 0.3
    assert norm.dual_norm(rest) <= 1 + 1e-9
    if shrunk.any():
        assert norm.normal_cone_contains(shrunk, rest)
        assert not norm.normal_cone_contains(shrunk, -rest)
    projected = norm.project(W, 0.5 * norm.value(W))
    assert norm.value(projected) == pytest.approx(0.5 * norm.value(W))
    np.testing.assert_array_equal(norm.project(W, 2 * norm.value(W)), W)


FACES = {
    "nuclear": (np.outer([1.0, 2, 0], [1.0, 0, 3, 1]), 0, MATRICES["sparse"], 2),
    "spectral": (np.outer([1.0, 2, 0], [1.0, 0, 3, 1]), 6, np.eye(3), 0),
    "entrywise_l1": (np.outer([1.0, 0, 0], [0.0, 0, 3, 0]), 0, MATRICES["sparse"], 1),
    "entrywise_max": (np.outer([1.0, 2, 0], [0.0, 0, 3, 0]), 11, np.ones((2, 2)), 0),
    "column_l2": (np.outer([1.0, 2, 0], [0.0, 0, 3, 0]), 0, MATRICES["sparse"], 1),
}


@every_norm
def test_faces(norm: MatrixNorm) -> None:
    first, first_dimension, second, second_dimension = FACES[norm.name]
    for W, dimension in ((first, first_dimension), (second, second_dimension)):
        found = norm.face(W)
        assert found.rank == np.linalg.matrix_rank(W)
        assert found.n_zeros == (W == 0).sum()
        assert found.dimension == dimension
        np.testing.assert_allclose(found.U @ (found.U.T @ W @ found.V) @ found.V.T, W, atol=1e-12)


def test_the_face_of_the_nuclear_ball_is_flat() -> None:
    """U H V' with H positive semidefinite and the same trace stays on the boundary, and no further."""
    norm, W = MATRIX_NORMS["nuclear"](), MATRICES["sparse"]
    face = norm.face(W)
    H = face.U.T @ W @ face.V
    for turn in (np.array([[0.0, 0.3], [0.3, 0.0]]), np.diag([0.2, -0.2])):
        for sign in (1, -1):
            moved = face.U @ (H + sign * turn) @ face.V.T
            assert norm.value(moved) == pytest.approx(norm.value(W), rel=1e-12)
    skew = np.array([[0.0, 0.3], [-0.3, 0.0]])
    assert norm.value(face.U @ (H + skew) @ face.V.T) > norm.value(W) + 1e-3


def test_zero_and_bad_shapes() -> None:
    for cls in MATRIX_NORMS.values():
        norm = cls()
        zero = np.zeros((3, 2))
        assert norm.value(zero) == norm.dual_norm(zero) == 0
        np.testing.assert_array_equal(norm.prox(zero, 1.0), zero)
        assert (norm.face(zero).rank, norm.face(zero).dimension) == (0, -1)
        with pytest.raises(ValueError, match=r"needs a matrix with at least one entry, got shape \(3,\)"):
            norm.value(np.ones(3))
        assert norm == cls()
        assert repr(norm) == f"{cls.__name__}()"
