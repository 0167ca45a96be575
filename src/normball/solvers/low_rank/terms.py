"""The problem of principal component pursuit: the matrix, its prices, and what was observed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...typing import Mask
from .spectrum import Centred, Matrix


@dataclass(frozen=True)
class Terms:
    """Tall M (m, n), held as deviations from one column; entries that are not observed are 0 in it.

    Attributes
    ----------
    M : Centred
    lam : float > 0, price of an entry of S.
    nu : float >= 0, inverse weight of the dense noise (0: none).
    observed : (m, n) flags, or None for all.
    """

    M: Centred
    lam: float
    nu: float = 0.0
    observed: Mask | None = None

    def misfit(self, residual: Matrix, rows: slice) -> float:
        """Sum of h over a block of M - L: the least lam |s| + (r - s)^2 / (2 nu)."""
        size = np.abs(residual)
        if self.observed is not None:
            size *= self.observed[rows]
        if self.nu == 0:
            return self.lam * float(size.sum(dtype=np.float64))
        small = np.minimum(size, self.lam * self.nu)
        linear = float((size - small).sum(dtype=np.float64))
        return self.lam * linear + float((small * small).sum(dtype=np.float64)) / (2 * self.nu)

    def inner(self, Y: Matrix, rows: slice) -> float:
        """<Y, M> over a block of rows, Y being 0 where nothing was observed."""
        centre = self.M.centre[rows].astype(np.float64)
        return float(np.vdot(Y, self.M.deviations[rows])) + float(centre @ Y.sum(axis=1))
