"""Random ellipses around a random best fit, in any number of dimensions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..norms import Norm
from ..problem import Problem
from ..typing import Floats
from .level_sets import LevelSetLaw
from .odds import read_elongation


@dataclass(frozen=True, eq=False, repr=False)
class RotatedEllipse(LevelSetLaw):
    """Ellipses (w - centre)' G (w - centre) = constant that grow until they touch the ball of radius 1.

    The axes are turned at random (Haar). The centre lies in a random direction, 1 to 3 times
    as far as the boundary of the ball there. The law of `ellipse_odds`, which counts in the
    plane without a solver.

    Parameters
    ----------
    elongation : (float, float), default (1, 10)
        Bounds of the longest axis over the shortest, drawn uniformly in the logarithm; the
        other axes lie between, evenly in the logarithm. Equal bounds fix it; (1, 1) are spheres.
    """

    elongation: tuple[float, float] = (1.0, 10.0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "elongation", read_elongation(self.elongation))

    def exact(self, norm: Norm, p: int) -> Floats | None:
        return None

    def sample(self, norm: Norm, p: int, size: int, rng: np.random.Generator) -> Floats:
        shortest, longest = np.log(self.elongation)
        answers = np.empty((size, p))
        for number in range(size):
            ratio = np.exp(rng.uniform(shortest, longest))
            # columns of Q with signs of R made positive: the uniform law of rotations
            Q, R = np.linalg.qr(rng.standard_normal((p, p)))
            axes = Q * np.sign(np.diag(R))
            root = ratio ** np.linspace(0, 1, p)[:, None] * axes.T
            ray = rng.standard_normal(p)
            centre = ray * (norm.reach(ray, 1.0) * rng.uniform(1.0, 3.0))
            if ratio == 1:
                answers[number] = norm.project(centre, 1.0)
            else:
                problem = Problem(root, root @ centre, norm=norm, fit_intercept=False)
                answers[number] = problem.solve(budget=1.0).coef
        return answers
