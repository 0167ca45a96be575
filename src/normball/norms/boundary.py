"""The boundary of a ball for drawing: a closed line in the plane, triangles in space.

Every ball here is star-shaped around 0, so its boundary is one point a direction, and
directions are taken on the surface of the cube |d|_inf = 1. The boundary bends sharply
only where a weight vanishes or two weights tie in size, w_i = 0 or |w_i| = |w_j|. These
planes cut the cube into the chambers of its symmetry group (8 in the plane, 48 in
space: Humphreys, "Reflection groups and Coxeter groups", 1990), all images of the one
with the corners (1, 0, 0), (1, 1, 0), (1, 1, 1). Chambers are divided, never crossed, so
that every corner and edge of the ball is hit exactly.

A ball is unbounded along the features that R does not see; it is drawn as the product of
the ball in the other features and a box. A ball with 0 on its boundary (`positive=True`)
has reach 0 outside the orthant, which folds the rest of the cube onto its flat sides.
"""

from __future__ import annotations

from itertools import pairwise, permutations, product

import numpy as np

from ..parameters import read_positive
from ..typing import Floats, Indices
from .base import Norm

MAX_ROUNDS = 2000
"""Halvings of a segment: enough to follow the cusp of p = 1/20 down to the smallest float."""


def boundary(
    norm: Norm,
    radius: float = 1.0,
    n_points: int = 72,
    tolerance: float = 1e-4,
    limit: float | None = None,
) -> Floats:
    """Boundary of the ball {R <= radius} in the plane, counter-clockwise.

    Parameters
    ----------
    norm : Norm
        Fit for two features: parameters that have a length have length 2.
    radius : float > 0, default 1
    n_points : int >= 8, default 72
        Segments to begin with; they are halved until they are flat to `tolerance`.
    tolerance : float > 0, default 1e-4
        Distance between a segment and the boundary, as a share of the size of the ball.
    limit : float > 0, optional
        Largest |w_j| along features that R does not see; default three times the reach of
        the others (the radius if there are none).

    Returns
    -------
    (m, 2) array
        First and last point are equal. Points on the axes and the diagonals are among
        them, and their zeros and ties are exact.

    Raises
    ------
    ValueError
        If radius, n_points, tolerance or limit is out of range, or the norm does not fit.
    """
    limit = _check(norm, 2, radius, limit)
    if not n_points >= 8:
        raise ValueError(f"n_points must be at least 8, one an octant, got {n_points!r}.")
    if not tolerance > 0:
        raise ValueError(f"tolerance must be > 0, got {tolerance!r}.")
    corners = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0)]
    share = np.linspace(0.0, 1.0, int(np.ceil(n_points / 8)) + 1)[:-1, None]
    sides = [(1 - share) * np.array(start) + share * np.array(end) for start, end in pairwise(corners)]
    directions = np.vstack([*sides, corners[-1:]])
    points = _refine(norm, directions, radius, limit, tolerance)[1]
    repeated = np.append(False, (np.diff(points, axis=0) == 0).all(axis=1))
    return np.asarray(points[~repeated])


def surface(
    norm: Norm, radius: float = 1.0, subdivisions: int = 12, limit: float | None = None
) -> tuple[Floats, Indices]:
    """Boundary of the ball {R <= radius} in space, as triangles.

    Parameters
    ----------
    norm : Norm
        Fit for three features: parameters that have a length have length 3.
    radius : float > 0, default 1
    subdivisions : int >= 1, default 12
        Each of the 48 chambers gets its square number of triangles, spread by arc length.
    limit : float > 0, optional
        As for `boundary`.

    Returns
    -------
    vertices : (k, 3) array, all different
    triangles : (m, 3) array of positions in `vertices`, counter-clockwise seen from outside

    Raises
    ------
    ValueError
        If radius, subdivisions or limit is out of range, or the norm does not fit.
    """
    limit = _check(norm, 3, radius, limit)
    if isinstance(subdivisions, bool) or subdivisions != int(subdivisions) or subdivisions < 1:
        raise ValueError(f"subdivisions must be a whole number >= 1, got {subdivisions!r}.")
    lattice, triangles = _cube(int(subdivisions))
    ratios = _even_ratios(norm, radius, limit, int(subdivisions))
    directions = np.sign(lattice) * ratios[np.abs(lattice)]
    placed = np.array([_place(norm, direction, radius, limit) for direction in directions])
    # parts of the cube that fold onto one point (see the module docstring) leave no triangle
    vertices, inverse = np.unique(placed, axis=0, return_inverse=True)
    triangles = inverse.reshape(-1)[triangles]
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (c != a)]
    used, inverse = np.unique(triangles, return_inverse=True)
    return vertices[used], inverse.reshape(-1, 3).astype(np.intp)


def _check(norm: Norm, n_features: int, radius: float, limit: float | None) -> float:
    """Refuse bad arguments; the limit to draw with."""
    norm.check(n_features)
    read_positive(radius, "radius")
    if limit is not None:
        return read_positive(limit, "limit")
    reaches = np.array([norm.reach(axis, radius) for axis in np.eye(n_features)])
    return 3 * float(reaches[np.isfinite(reaches)].max(initial=0.0)) or float(radius)


def _place(norm: Norm, direction: Floats, radius: float, limit: float) -> Floats:
    """Boundary point of a direction with |d|_inf = 1: on the box along unpenalised features."""
    free = norm.unpenalised(len(direction))
    paid = np.where(free, 0.0, direction)
    point = np.where(free, limit * direction, 0.0)
    if paid.any():
        point = point + paid * (norm.reach(paid, radius) * np.abs(paid).max())
    return np.asarray(point + 0.0)


def _refine(
    norm: Norm, directions: Floats, radius: float, limit: float, tolerance: float
) -> tuple[Floats, Floats]:
    """Directions (m, p) along a line on the cube, and their points; segments are halved until flat.

    A piece of boundary that bends to one side only is flat if its middle is.
    """
    points = np.array([_place(norm, direction, radius, limit) for direction in directions])
    allowed = tolerance * np.abs(points).max()
    bent = np.ones(len(points) - 1, dtype=bool)  # segments not yet known to be flat
    for _ in range(MAX_ROUNDS):
        start = np.flatnonzero(bent)
        middles = 0.5 * (directions[start] + directions[start + 1])
        new = (middles != directions[start]).any(axis=1) & (middles != directions[start + 1]).any(axis=1)
        start, middles = start[new], middles[new]
        placed = np.array([_place(norm, middle, radius, limit) for middle in middles]).reshape(middles.shape)
        far = _distances(placed, points[start], points[start + 1]) > allowed
        start, middles, placed = start[far], middles[far], placed[far]
        if len(start) == 0:
            break
        bent = np.zeros(len(bent), dtype=bool)
        bent[start] = True
        bent = np.insert(bent, start + 1, True)
        directions = np.insert(directions, start + 1, middles, axis=0)
        points = np.insert(points, start + 1, placed, axis=0)
    return directions, points


def _distances(points: Floats, starts: Floats, ends: Floats) -> Floats:
    """(m,) distance of each point to the line through its start and end."""
    along, rest = ends - starts, points - starts
    squares = (along**2).sum(axis=1)
    share = np.divide((rest * along).sum(axis=1), squares, out=np.zeros(len(points)), where=squares > 0)
    return np.asarray(np.linalg.norm(rest - share[:, None] * along, axis=1))


def _even_ratios(norm: Norm, radius: float, limit: float, subdivisions: int) -> Floats:
    """(subdivisions + 1,) from 0 to 1: sizes of a smaller coordinate that spread points evenly.

    Even steps on the cube would leave the spikes of p < 1 without points. The arc length
    between an axis and a diagonal, averaged over the six such arcs in the first octant,
    is divided evenly instead; one scale for all keeps the chambers matching.
    """
    even = np.linspace(0.0, 1.0, subdivisions + 1)
    fine, share = [], []
    for first, second in permutations(range(3), 2):
        directions = np.zeros((9, 3))
        directions[:, first], directions[:, second] = 1.0, np.linspace(0.0, 1.0, 9)
        directions, points = _refine(norm, directions, radius, limit, 1e-3)
        lengths = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1)))
        fine.append(directions[:, second])
        share.append(lengths / lengths[-1] if lengths[-1] > 0 else fine[-1])
    ratios = np.unique(np.concatenate(fine))
    average = np.mean([np.interp(ratios, f, s) for f, s in zip(fine, share, strict=True)], axis=0)
    result = np.interp(even, average, ratios)
    result[0], result[-1] = 0.0, 1.0
    # a pointed spike may want all points at 0; they must stay apart to make triangles
    return np.asarray(np.maximum(result, 1e-12 * even))


def _cube(n: int) -> tuple[Indices, Indices]:
    """Points (k, 3) with whole coordinates on the surface of the cube |d|_inf = n, and triangles (m, 3)."""
    # the chamber n >= i >= j >= 0, in unit squares that are cut along i - j = constant
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    below, inside = j <= i, j < i
    offsets = [(below, [(0, 0), (1, 0), (1, 1)]), (inside, [(0, 0), (1, 1), (0, 1)])]
    halves = [
        [np.stack([np.full(kept.sum(), n), i[kept] + di, j[kept] + dj], axis=1) for di, dj in ends]
        for kept, ends in offsets
    ]
    chamber = np.concatenate([np.stack(half, axis=1) for half in halves])  # (n^2, 3 ends, 3 coordinates)
    images = []
    for order in permutations(range(3)):
        for signs in product((1, -1), repeat=3):
            image = chamber[:, :, order] * np.array(signs)
            turn = np.linalg.det(np.eye(3)[list(order)]) * np.prod(signs)
            images.append(image if turn > 0 else image[:, ::-1])
    corners = np.concatenate(images).reshape(-1, 3)
    lattice, inverse = np.unique(corners, axis=0, return_inverse=True)
    return lattice.astype(np.intp), inverse.reshape(-1, 3).astype(np.intp)
