"""Square roots of Hessians in eta: operators R with R'R = H, as Newton's method wants them.

A quadratic model <g, d> + d'H d / 2 is, up to a constant, |R d + r|^2 / 2 with R'r = g: least
squares. For a sum over samples R is diagonal.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from ..typing import Floats


class HessianRoot(ABC):
    """R, with as many rows as it likes."""

    @property
    @abstractmethod
    def total(self) -> float:
        """Sum of a diagonal that lies above H."""

    @abstractmethod
    def apply(self, values: Floats) -> Floats:
        """R values, for (n,) or (n, k)."""

    @abstractmethod
    def adjoint(self, rows: Floats) -> Floats:
        """R' rows (n,)."""

    @abstractmethod
    def solve(self, gradient: Floats) -> Floats:
        """Some r with R'r = gradient, for a gradient (n,) of the function whose Hessian this is."""


@dataclass(frozen=True, eq=False)
class DiagonalRoot(HessianRoot):
    """R = diag(root), root (n,)."""

    root: Floats

    @property
    def total(self) -> float:
        return float(self.root @ self.root)

    def apply(self, values: Floats) -> Floats:
        return np.asarray(self.root * values if values.ndim == 1 else self.root[:, None] * values)

    def adjoint(self, rows: Floats) -> Floats:
        return self.root * rows

    def solve(self, gradient: Floats) -> Floats:
        return gradient / self.root
