"""A norm of the length of w alone, on many columns in unlike units: the same problem in m <= n coordinates.

With T = B' V^1/2 X (m, p) from `sample_basis.py` and T T' = L L', every w splits into Q z, with the
orthonormal columns Q = T' L^-T, and a part that X does not see, which is 0 in the solution:

    X w = V^-1/2 B L z + 1 m'w,    |w| = |z|,

m the means of the columns. L knows the sizes of its rows, and a problem with fewer columns than
rows solves itself by a Cholesky factor, which does not mind them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from ...designs import DenseDesign
from ...typing import Floats
from ..generic.face_newton import Point
from ..instance import Instance
from .preconditioner import LARGEST_GRAM
from .sample_basis import SampleBasis
from .shifted_system import is_graded

RANK = 1e-13
"""Share of a row's own square that a new direction has to have."""


@dataclass(frozen=True, eq=False)
class Narrow:
    """The narrow instance, and the way to it and back.

    Attributes
    ----------
    instance : Instance with design (n, m).
    """

    instance: Instance
    _samples: SampleBasis
    _triangle: Floats
    _means: Floats

    def into(self, point: Point) -> Point:
        """Coordinates (m,) of the part of a point's weights that X sees."""
        seen = self._samples.predictors(point.w[:, None])
        z = linalg.solve_triangular(self._triangle, seen, lower=True)[:, 0]
        return Point(z, point.intercept + float(self._means @ point.w), point.alpha)

    def back(self, point: Point) -> Point:
        """Weights (p,) and intercept of coordinates."""
        turned = linalg.solve_triangular(self._triangle, point.w, lower=True, trans="T")
        w = self._samples.weights(turned[:, None])[:, 0]
        return Point(w, point.intercept - float(self._means @ w), point.alpha)


def narrow(instance: Instance) -> Narrow | None:
    """The narrow form of a problem; None where its columns are few or alike, or the samples too many."""
    (n, p), v = instance.design.shape, instance.sample_weight
    is_centred = instance.fit_intercept
    if not n <= p or n > LARGEST_GRAM or not is_graded(instance.mean_squares):
        return None
    means = instance.design.rmatvec(v) if is_centred else np.zeros(p)
    samples = SampleBasis(instance.design, v, means, is_centred)
    size = np.diagonal(samples.matrix)
    try:
        triangle = linalg.cholesky(samples.matrix, lower=True)
    except linalg.LinAlgError:  # dependent samples
        return None
    if not (np.diagonal(triangle) ** 2 > RANK * size).all():
        return None
    columns = samples.basis @ triangle / np.sqrt(v)[:, None]
    design = DenseDesign(np.asfortranarray(columns))
    return Narrow(replace(instance, design=design), samples, triangle, means)
