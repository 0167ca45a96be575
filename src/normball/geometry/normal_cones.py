"""Normal cones of the faces of the diamond and the cube: how many faces, and what angle each catches.

A level set whose normal direction is z touches the ball on the face whose normal cone holds
z. The cones of the vertices tile all directions; those of faces of dimension k have p - k
dimensions only, so that a random line in general position never has such a direction, but
within its own flat each has a share, the *external angle* of the face:

    L1    2^(k+1) C(p, k+1) faces,  gamma = int_0^inf phi(u) erf(u / sqrt(2 (k+1)))^(p - k - 1) du,
    LInf  2^(p-k) C(p, k) faces,    2^-(p - k), an orthant.

SLOPE's ball has 3^p - 1 vertices, sign vectors with 1 to p entries that are not zero; the
share of those with k entries is the odds of p - k zeros in `zero_odds("sorted_l1", p,
Equations(1))`, sampled. Sources: Affentranger, Schneider, Discrete & Computational Geometry
7 (1992), for the angles; Schneider, Tardivel, JMLR 23 (2022), for SLOPE's faces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..norms import Norm, get_norm
from ..parameters import read_count
from ..typing import Floats
from .angles import log_binomial, log_external_angles
from .descent_cones import is_plain_l1


@dataclass(frozen=True, eq=False)
class NormalCones:
    """Faces of a ball and their normal cones, by the dimension of the face; made by `normal_cones`.

    Attributes
    ----------
    norm : Norm
    n_features : p.
    log_counts : (p,) natural logarithm of the number of faces of dimension 0 (vertices) to p - 1 (facets).
    log_angles : (p,) of the share of the directions of its flat that one normal cone fills.
    """

    norm: Norm
    n_features: int
    log_counts: Floats
    log_angles: Floats

    @property
    def angles(self) -> Floats:
        """(p,) external angle of one face of each dimension; 1/2 for a facet: one ray of a line."""
        return np.exp(self.log_angles)

    @property
    def vertex_share(self) -> float:
        """Share of all directions that the vertices catch together: 1, whatever the norm."""
        return float(np.exp(self.log_counts[0] + self.log_angles[0]))


def normal_cones(norm: str | Norm, p: int) -> NormalCones:
    """Number of faces and external angles, exact.

    Parameters
    ----------
    norm : "l1" (without weights) or "linf"
    p : int, features.

    Raises
    ------
    ValueError
        For other norms.
    """
    norm, p = get_norm(norm), read_count(p, "p")
    k = np.arange(p)
    if is_plain_l1(norm, p):
        counts = (k + 1) * np.log(2) + log_binomial(p, k + 1)
        return NormalCones(norm, p, counts, log_external_angles(k + 1, p))
    if norm.name == "linf":
        return NormalCones(norm, p, log_binomial(p, k) + (p - k) * np.log(2), -(p - k) * np.log(2.0))
    raise ValueError(
        f"norm must be l1 without weights or linf, got {norm!r}; for the vertices of SLOPE use "
        "zero_odds('sorted_l1', p, Equations(1))."
    )
