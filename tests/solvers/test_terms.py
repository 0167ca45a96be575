"""The generalised Jacobian of the projection on a ball, where the ball does not bind."""

from __future__ import annotations

import numpy as np
import pytest

from normball.norms import L1, ElasticNet, Norm
from normball.solvers.terms import Ball

WEIGHTS = np.array([0.0, np.inf, 1.0, 2.0, np.inf, 0.5])


@pytest.mark.parametrize(
    "norm",
    [L1(WEIGHTS), ElasticNet(0.5, WEIGHTS), L1(positive=True), L1(WEIGHTS + 1, positive=True)],
    ids=repr,
)
def test_inside_the_ball_only_what_may_move_moves(norm: Norm) -> None:
    term, v = Ball(norm, 1e3), np.array([0.3, 0.4, -0.2, 0.1, -0.5, 0.6])
    w, mu = term.prox(v, 1.0)
    assert mu == 0
    face = term.face(w, mu)
    for j, step in enumerate(1e-6 * np.eye(6)):
        moved = term.prox(v + step, 1.0)[0] - w
        assert (j in face.index) == bool(moved.any())
