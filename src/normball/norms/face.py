"""The piece of a ball's boundary on which a point lies.

A regulariser R is smooth along a *face*: the points that share the zeros, signs and
ties of w. In face coordinates z (length d) the weights are

    w[index[k]] = sign[k] * z[cluster[k]],        all other w = 0,

which covers every regulariser here: for L1 a coordinate is one non-zero feature, for
LInf and SortedL1 one coordinate may move a whole tied cluster, for L2 each feature is
its own coordinate. Along the face R has the gradient `gradient` and the Hessian

    diag(curvature) + factors @ diag(factor_weights) @ factors.T .

The face is what makes Newton's method possible on a non-smooth problem, and it gives
the generalised Jacobian of the prox: P = B (B'B + step * Hessian)^-1 B' with B the map
above (implicit differentiation of the optimality condition on the face).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..cached import cached_property
from ..typing import Floats, Indices


@dataclass(frozen=True, eq=False)
class Face:
    """Face of a ball, in coordinates; see the module docstring for the notation.

    Attributes
    ----------
    n_features : int
    index : (m,) features that may move along the face.
    cluster : (m,) the face coordinate that moves each of them.
    sign : (m,) with which sign it does.
    coordinates : (d,) z of the point itself.
    gradient : (d,) gradient of R in z; 0 for unpenalised coordinates.
    curvature : (d,) diagonal part of the Hessian of R in z, >= 0.
    factors : (d, r) low-rank part of the Hessian.
    factor_weights : (r,) its weights, any sign.
    n_unpenalised : int, coordinates that R does not see.
    """

    n_features: int
    index: Indices
    cluster: Indices
    sign: Floats
    coordinates: Floats
    gradient: Floats
    curvature: Floats
    factors: Floats
    factor_weights: Floats
    n_unpenalised: int = 0

    @property
    def n_coordinates(self) -> int:
        """d, the number of directions along the face, radial one included."""
        return len(self.coordinates)

    @property
    def dimension(self) -> int:
        """Dimension of the face within the boundary of the ball: 0 for a vertex, -1 for the centre."""
        return self.n_coordinates - self.n_unpenalised - 1

    @cached_property
    def is_clustered(self) -> bool:
        """Whether coordinates are anything else than the features of `index` one by one."""
        if self.n_coordinates != len(self.index) or (self.sign < 0).any():
            return True
        return not np.array_equal(self.cluster, np.arange(self.n_coordinates))

    @property
    def sizes(self) -> Floats:
        """(d,) number of features that each coordinate moves: the diagonal of B'B."""
        return np.bincount(self.cluster, minlength=self.n_coordinates).astype(np.float64)

    def sizes_in(self, metric: Floats | None) -> Floats:
        """(d,) the same with features counted by metric (p,): the diagonal of B'MB."""
        if metric is None:
            return self.sizes
        return np.bincount(self.cluster, metric[self.index], self.n_coordinates).astype(np.float64)

    def embed(self, coordinates: Floats) -> Floats:
        """Weights (p,) of face coordinates (d,): B z."""
        weights = np.zeros(self.n_features)
        weights[self.index] = self.sign * coordinates[self.cluster]
        return weights

    def pull_back(self, gradient: Floats) -> Floats:
        """Face gradient (d,) of a gradient in the weights (p,): B' g."""
        pulled = self.sign * gradient[self.index]
        return np.bincount(self.cluster, weights=pulled, minlength=self.n_coordinates).astype(np.float64)

    def restrict(self, columns: Floats) -> Floats:
        """Columns (n, d) of X B, given the columns X[:, index] (n, m)."""
        if not self.is_clustered:
            return columns
        result = np.zeros((columns.shape[0], self.n_coordinates), order="F")
        sizes = np.bincount(self.cluster, minlength=self.n_coordinates)
        alone = np.flatnonzero(sizes[self.cluster] == 1)
        result[:, self.cluster[alone]] = columns[:, alone] * self.sign[alone]
        for k in np.flatnonzero(sizes > 1):
            members = self.cluster == k
            if sizes[k] * 4 > len(members):  # a product with all columns costs less than copies of many
                result[:, k] = columns @ (self.sign * members)
            else:
                result[:, k] = columns[:, members] @ self.sign[members]
        return result

    def hessian_product(self, direction: Floats) -> Floats:
        """Hessian of R along the face times a direction (d,)."""
        return self.curvature * direction + self.factors @ (
            self.factor_weights * (self.factors.T @ direction)
        )


def coordinate_face(
    w: Floats,
    index: Indices,
    gradient: Floats,
    curvature: Floats | None = None,
    factors: Floats | None = None,
    factor_weights: Floats | None = None,
    n_unpenalised: int = 0,
) -> Face:
    """Face whose coordinates are the features `index` themselves (no ties)."""
    size = len(index)
    return Face(
        n_features=len(w),
        index=index,
        cluster=np.arange(size),
        sign=np.ones(size),
        coordinates=w[index].astype(np.float64),
        gradient=gradient,
        curvature=np.zeros(size) if curvature is None else curvature,
        factors=np.zeros((size, 0)) if factors is None else factors,
        factor_weights=np.zeros(0) if factor_weights is None else factor_weights,
        n_unpenalised=n_unpenalised,
    )
