"""The cylinder of symmetric 2 x 2 matrices agrees with the norm, and the picture shows what was computed."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from normball import NuclearBallDisplay
from normball.displays.nuclear_ball import to_matrix, to_space
from normball.norms.matrices import Nuclear


def test_the_surface_is_the_boundary_of_the_ball() -> None:
    display = NuclearBallDisplay.from_matrix([[2.0, 0.3], [0.3, 0.1]], radius=1.5)
    norm = Nuclear()
    middles = display.vertices[display.triangles].mean(axis=1)
    for point in [*display.vertices, *middles]:
        # the facets of a polygon with 96 corners lie a little inside the round side
        assert norm.value(to_matrix(point)) == pytest.approx(1.5, rel=2e-3)
    for rim in display.rims:
        for point in rim:
            assert np.linalg.matrix_rank(to_matrix(point), tol=1e-9) == 1
    matrix = np.array([[1.0, -0.4], [-0.4, 3.0]])
    np.testing.assert_allclose(to_matrix(to_space(matrix)), matrix)
    assert np.linalg.norm(to_space(matrix)) == pytest.approx(np.linalg.norm(matrix))


@pytest.mark.parametrize(
    ("target", "rank", "words"),
    [
        ([[2.0, 0.3], [0.3, 0.1]], 1, "contact of rank 1: nearest to the target \N{MULTIPLICATION SIGN}"),
        ([[2.0, 0.0], [0.0, 1.9]], 2, "contact of rank 2: nearest to the target \N{MULTIPLICATION SIGN}"),
        ([[0.2, 0.1], [0.1, 0.3]], 2, "inside the ball, rank 2"),
    ],
)
def test_contact(target: list[list[float]], rank: int, words: str) -> None:
    display = NuclearBallDisplay.from_matrix(target).plot()
    assert display.rank == rank
    assert words in [text.get_text() for text in display.ax_.texts]
    display.figure_.canvas.draw()
    plt.close(display.figure_)


@pytest.mark.parametrize("target", [[[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0], [[np.nan, 0.0], [0.0, 1.0]]])
def test_bad_matrices(target: list) -> None:
    with pytest.raises(ValueError, match="target must be a symmetric 2 x 2 matrix"):
        NuclearBallDisplay.from_matrix(target)


def test_bad_radius_and_flat_axes() -> None:
    with pytest.raises(ValueError, match="radius must be a number > 0, got 0"):
        NuclearBallDisplay.from_matrix(np.eye(2), radius=0)
    figure, ax = plt.subplots()
    with pytest.raises(ValueError, match="three-dimensional"):
        NuclearBallDisplay.from_matrix(np.eye(2)).plot(ax)
    plt.close(figure)
