"""From any least-L1 answer of equations to one with as many zeros as a corner has.

Where columns repeat or depend on each other the least norm is attained on a whole side of
the ball, and a solver may stop in its midst, with far more non-zeros than equations. On
that side the norm is linear. If the columns of the non-zeros satisfy E dz = 0 for some
dz != 0, then moving along dz keeps the equations, and the norm as well, or one of the two
directions would lower it. Going on until a coefficient is zero, and again, ends where the
columns are independent: a corner, with at most rank(E) non-zeros (Caratheodory's argument;
Tibshirani, "The lasso problem and uniqueness", Electronic Journal of Statistics 7, 2013,
for the lasso). Cost: one singular value decomposition of the columns of the non-zeros.
"""

from __future__ import annotations

import numpy as np

from ...norms.face import Face
from ...typing import Floats

RANK = 1e-10
"""Singular values below this share of the largest are dependence, not noise."""


def corner_coordinates(columns: Floats, face: Face) -> Floats | None:
    """(d,) coordinates of a corner of the side that a point lies on; None where it is one already.

    Parameters
    ----------
    columns : (n, d) E, the columns of the coordinates that are not zero, centred if an intercept is fitted.
    face : Face
        Of the point; one coordinate a feature and no curvature, as L1 has.
    """
    n_coordinates = face.n_coordinates
    if len(columns) > n_coordinates:  # the triangle has the same null space and as many rows as columns
        columns = np.asarray(np.linalg.qr(columns, mode="r"))
    singular, right = np.linalg.svd(columns)[1:]
    rank = int((singular > RANK * singular.max(initial=0.0)).sum())
    null = right[rank:].T
    if not null.shape[1]:
        return None
    z = face.coordinates.copy()
    fixed = face.gradient == 0  # what has no price may stay, so that it is no bar to the movement
    bars = ~fixed
    while null.shape[1] and bars.any():
        direction = null[:, 0]
        moves = bars & (np.abs(direction) > RANK * np.abs(direction).max())
        if not moves.any():
            null = null[:, 1:]
            continue
        steps = np.full(n_coordinates, np.inf)
        steps[moves] = -z[moves] / direction[moves]
        first = int(np.abs(steps).argmin())
        z = z + steps[first] * direction
        z[first] = 0.0
        bars[first] = False
        # the directions left keep this coordinate at zero
        null = null[:, 1:] - np.outer(direction, null[first, 1:] / direction[first])
        null[first] = 0.0
    return z
