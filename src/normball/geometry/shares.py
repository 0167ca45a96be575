"""Which face a random point projects on: the share of vertices, edges, ..., facets.

With circles for level sets the contact is the point of the ball nearest to the circles'
centre. A centre drawn as sigma times a standard normal projects on a face of dimension k
(0 a vertex, 1 an edge, p - 1 a facet, p the inside) with a probability that is the product
of the face's Gaussian measure and that of its normals: for the L1 ball two integrals, for
the LInf ball a binomial law. Near the ball (sigma small) sides are touched, but far away
the vertices have it all: a vertex owns a solid cone of directions, a side only a strip.

Sharing out a shell of thickness r around the ball instead gives Steiner's formula: a face
of dimension k has V_k kappa_{p-k} r^{p-k} of its volume, V_k the intrinsic volumes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..norms import Norm, get_norm
from ..parameters import read_count, read_positive, read_seed
from ..progress import Progress
from ..typing import Floats, Indices
from .angles import (
    ball_intrinsic_volumes,
    cross_polytope_intrinsic_volumes,
    cross_polytope_shares,
    cube_intrinsic_volumes,
    cube_shares,
)
from .descent_cones import is_plain_l1
from .odds import wilson_interval

EDGE_OF_BALL = 1e-12
"""A point is outside a ball if its norm exceeds the radius by this share."""


@dataclass(frozen=True, eq=False)
class FaceShares:
    """Odds of touching a face, by the dimension of the face.

    Attributes
    ----------
    norm : Norm
    n_features : p.
    spread : float, deviation of the centre over the radius of the ball.
    shares : (p + 1,) odds of a face of dimension 0 (vertex) .. p - 1 (facet), p (inside); sum 1.
    counts : (p + 1,) how often each was seen, or None where the shares are exact.
    """

    norm: Norm
    n_features: int
    spread: float
    shares: Floats
    counts: Indices | None

    @property
    def is_exact(self) -> bool:
        """Whether the shares are computed, not counted."""
        return self.counts is None

    def intervals(self, confidence: float = 0.95) -> Floats:
        """(p + 1, 2) Wilson intervals of the shares; of no width where they are exact."""
        if self.counts is None:
            return np.column_stack([self.shares, self.shares])
        trials = int(self.counts.sum())
        return np.array([wilson_interval(int(count), trials, confidence) for count in self.counts])


def face_shares(
    norm: str | Norm,
    p: int,
    spread: float,
    method: str = "auto",
    *,
    trials: int = 10_000,
    seed: int = 0,
    verbose: bool | None = None,
) -> FaceShares:
    """Odds that circles around a random centre touch the unit ball on a vertex, an edge, ..., a facet.

    Parameters
    ----------
    norm : str or Norm
        With a polytope for ball: L1, LInf, SLOPE.
    p : int, features.
    spread : float > 0
        The centre is `spread` times a standard normal vector; the ball has radius 1.
    method : "auto", "exact" or "sampling"
        "auto" is exact for L1 without weights and LInf, sampling for the others.
    trials, seed : int
        For sampling: one projection a trial.
    verbose : bool, optional
        Progress bar; see `Progress`.

    Returns
    -------
    FaceShares

    Raises
    ------
    ValueError
        If the ball is no polytope, a number is out of range, or the method does not exist
        for the norm.
    """
    norm, p, spread = get_norm(norm), read_count(p, "p"), read_positive(spread, "spread")
    norm.check(p)
    if not norm.is_polyhedral:
        raise ValueError(f"norm must have a polytope for ball (l1, linf, sorted_l1), got {norm.title}.")
    if method not in ("auto", "exact", "sampling"):
        raise ValueError(f"method must be 'auto', 'exact' or 'sampling', got {method!r}.")
    if method != "sampling":
        if is_plain_l1(norm, p):
            return FaceShares(norm, p, spread, cross_polytope_shares(p, 1 / spread), None)
        if norm.name == "linf":
            return FaceShares(norm, p, spread, cube_shares(p, 1 / spread), None)
        if method == "exact":
            raise ValueError(f"method 'exact' covers L1 without weights and LInf, not {norm!r}.")
    counts = _count(norm, p, spread, read_count(trials, "trials"), seed, verbose)
    return FaceShares(norm, p, spread, counts / counts.sum(), counts)


def _count(norm: Norm, p: int, spread: float, trials: int, seed: int, verbose: bool | None) -> Indices:
    rng = read_seed(seed)
    counts = np.zeros(p + 1, dtype=np.intp)
    with Progress(trials, "faces", verbose) as progress:
        for _ in range(trials):
            centre = spread * rng.standard_normal(p)
            if norm.value(centre) <= 1 + EDGE_OF_BALL:
                dimension = p
            else:
                # the face's coordinates include the way outwards
                dimension = len(norm.face(norm.project(centre, 1.0)).coordinates) - 1
            counts[dimension] += 1
            progress()
    return counts


_VOLUMES: dict[str, Callable[[int, float], Floats]] = {
    "l1": cross_polytope_intrinsic_volumes,
    "l2": ball_intrinsic_volumes,
    "linf": cube_intrinsic_volumes,
}


def intrinsic_volumes(norm: str | Norm, p: int, radius: float = 1.0) -> Floats:
    """Intrinsic volumes V_0..V_p (p + 1,) of a ball: V_p its volume, V_{p-1} half its surface, V_0 = 1.

    Parameters
    ----------
    norm : "l1" (without weights), "l2" or "linf"
    p : int, features.
    radius : float > 0, default 1

    Returns
    -------
    (p + 1,) array
        Infinite where beyond 1e308, as for the cube of 1,000 dimensions.

    Raises
    ------
    ValueError
        For other norms.
    """
    norm, p = get_norm(norm), read_count(p, "p")
    if norm.name not in _VOLUMES or (norm.name == "l1" and not is_plain_l1(norm, p)):
        raise ValueError(f"norm must be l1 without weights, l2 or linf, got {norm!r}.")
    with np.errstate(over="ignore"):
        return _VOLUMES[norm.name](p, read_positive(radius, "radius"))
