"""Where the level set touches the ball: the geometry of a solution.

At a solution the normal z = -grad f(w) of the touching level set lies in the normal cone
of the ball at w: z = alpha * (a subgradient of R). What follows from that:

* which face of the ball is touched, and its dimension (a vertex has dimension 0);
* which coefficients are zero, and how much harder the data would have to pull on each
  before it moved (its slack);
* ties: zeros whose slack is nil, which an arbitrarily small change of the data may move.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..norms.base import Norm
from ..typing import Floats, Indices

TIE = 1e-7
"""A zero whose slack is below this share of the price counts as tied."""


@dataclass(frozen=True, eq=False)
class Contact:
    """The touching point of ball and level set.

    Attributes
    ----------
    kind : str
        "vertex" (a corner: nothing can move along the boundary), "face" (a flat or curved
        piece with some coefficients zero or tied), "smooth" (a round part of the ball,
        one normal only), "interior" (the ball is larger than needed: price 0).
    dimension : int
        Dimension of the piece of the ball's boundary that is touched: 0 for a vertex,
        p - 1 for a facet or a smooth boundary, p in the interior.
    normal : (p,) outward normal of the touching level set: -grad f(w), with price alpha.
        Where the fit is perfect (a target at the least loss) the gradient vanishes; the
        normal is then X' theta of the certificate's dual point, with price 1.
    zeros : (k,) positions of the coefficients that are exactly zero.
    slack : (p,) how much harder the data could pull on each zero before it moved, in
        units of the normal; 0 for non-zeros.
    price : float, what the normal is measured against: z = price * (a subgradient of R).
    ties : positions of the zeros with no slack: degenerate, they may enter as well as not.
    """

    kind: str
    dimension: int
    normal: Floats
    zeros: Indices
    slack: Floats
    ties: Indices
    price: float

    @property
    def is_degenerate(self) -> bool:
        """Whether some zero has no slack."""
        return len(self.ties) > 0

    @property
    def sentence(self) -> str:
        """The contact in plain words."""
        size = len(self.normal)
        zeros = f"{len(self.zeros)} of {size} coefficients are exactly zero"
        texts = {
            "vertex": f"The level set touches the ball at a vertex: {zeros}.",
            "face": f"The level set touches the ball on a piece of dimension {self.dimension}: {zeros}.",
            "smooth": f"The level set touches a round part of the ball, which favours no zeros: {zeros}.",
            "interior": f"The best fit lies inside the ball, so the ball costs nothing: {zeros}.",
        }
        tied = f" {len(self.ties)} of these zeros are on the brink (no slack)." if self.is_degenerate else ""
        return texts[self.kind] + tied


def find_contact(norm: Norm, w: Floats, normal: Floats, alpha: float, is_interior: bool) -> Contact:
    """Contact at the weights w (p,) with normal z = -grad f (p,) and price alpha.

    `is_interior` says that the budget does not bind.
    """
    zeros = np.flatnonzero(w == 0)
    face = norm.face(w) if norm.is_convex else None
    n_priced = len(w) - int(norm.unpenalised(len(w)).sum())
    if is_interior:
        kind, dimension = "interior", len(w)
    else:
        dimension = max(face.dimension, 0) if face is not None else (0 if len(zeros) else n_priced - 1)
        if dimension == 0 and n_priced > 1:
            kind = "vertex"
        elif dimension == n_priced - 1 and not norm.is_polyhedral:
            kind = "smooth"
        else:
            kind = "face"
    if face is None or is_interior:
        return Contact(kind, dimension, normal, zeros, np.zeros(len(w)), np.zeros(0, dtype=np.intp), alpha)
    slack = norm.slack(w, normal, alpha)
    may_tie = norm.makes_zeros and alpha > 0
    ties = zeros[slack[zeros] <= TIE * alpha] if may_tie else np.zeros(0, dtype=np.intp)
    return Contact(kind, dimension, normal, zeros, slack, ties, alpha)
