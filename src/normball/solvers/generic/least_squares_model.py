"""The quadratic model of a loss, least squares with the intercept and unpenalised columns taken out.

    |c - A w|^2 / 2,      A = Pi diag(sqrt(d)) X,

as `proximal_point.py` minimises it with a regularising term: products with A, its columns along a
face, and Newton's direction in the dual.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...losses.hessian_root import HessianRoot
from ...norms.face import Face
from ...typing import Floats, Indices
from ..instance import ColumnStore, Instance
from ..terms import Term
from .newton_system import NewtonSystem

DEPENDENT = 1e-13
"""Share of the largest singular value below which unpenalised columns depend on each other."""

EPS = float(np.finfo(np.float64).eps)


@dataclass
class LeastSquaresModel:
    """The quadratic model of a loss: A and c, never formed."""

    instance: Instance
    store: ColumnStore
    root: HessianRoot
    """Root of the Hessian of the model in eta, diag(sqrt(d)) for a sum over samples."""
    c: Floats
    metric: Floats | None = None
    """(p,) > 0, how the features count in the distance of a proximal step; None: all the same."""

    def __post_init__(self) -> None:
        self._prepare()
        self._goal = self._plain(self.c)
        self._free = np.flatnonzero(self.instance.unpenalised)
        self._is_free = self.instance.unpenalised
        if len(self._free):
            columns = self._columns_at(self._free)
            sizes = np.sqrt(np.einsum("ij,ij->j", columns, columns))
            sizes[sizes == 0] = 1.0
            self._free_columns = columns / sizes
            left, values, turned = np.linalg.svd(self._free_columns, full_matrices=False)
            kept = values > DEPENDENT * values.max(initial=0.0)
            self._left, self._inverse = left[:, kept], turned[kept] / values[kept, None]
            self._free_sizes = sizes
        self.c = self.centre(self._goal)

    def _prepare(self) -> None:
        """What `_plain` and `_columns_at` work with."""
        self._unit = None
        if self.instance.fit_intercept:
            constant = self.root.apply(np.ones(self.instance.n_samples))
            size = float(np.linalg.norm(constant))
            self._unit = constant / size if size > 0 else None

    def _plain(self, values: Floats) -> Floats:
        """Values (n,) or (n, k) without an intercept's part."""
        return values if self._unit is None else without_part(self._unit, values)

    def _columns_at(self, index: Indices) -> Floats:
        """Columns (n, m) of A before unpenalised ones are taken out."""
        return self._plain(self.root.apply(self.store.take(index)))

    def _columns_along(self, face: Face) -> Floats:
        """Those of a face's coordinates (n, d): ties first, which leaves fewer to be weighted."""
        return self._plain(self.root.apply(face.restrict(self.store.take(face.index))))

    def _product(self, w: Floats) -> Floats:
        """A w (n,) before that."""
        return self._plain(self.root.apply(self.instance.design.matvec(w)))

    def _adjoint(self, u: Floats) -> Floats:
        """A'u (p,) for u without those parts."""
        return self.instance.design.rmatvec(self.root.adjoint(u))

    def centre(self, values: Floats) -> Floats:
        """Pi r, of (n,) or (n, k)."""
        values = self._plain(values)
        if len(self._free):
            for _ in range(2):  # by products with the columns themselves, whose entries may differ in size
                missed = self._inverse @ (self._free_columns.T @ values)
                values = values - self._left @ missed
        return values

    def matvec(self, w: Floats) -> Floats:
        """A w, (n,)."""
        return self.centre(self._product(np.where(self._is_free, 0.0, w)))

    def rmatvec(self, u: Floats) -> Floats:
        """A' u, (p,)."""
        return np.where(self._is_free, 0.0, self._adjoint(self.centre(u)))

    def rounding(self, w: Floats) -> float:
        """What rounding leaves of c - A w."""
        return EPS * float(np.linalg.norm(self._goal))

    def dual(self, u: Floats) -> Floats:
        """The dual point (n,) of the loss that u is for the model."""
        return self.root.adjoint(self.centre(u))

    def completed(self, w: Floats) -> Floats:
        """w (p,) with the best unpenalised weights beside the others."""
        if not len(self._free):
            return w
        w = np.where(self._is_free, 0.0, w)
        left = self._goal - self._product(w)
        w[self._free] = self._inverse.T @ (self._left.T @ left) / self._free_sizes
        return w

    def face_columns(self, face: Face) -> Floats:
        """E = A B, (n, d)."""
        columns = self._columns_along(face)
        return self.centre(columns) if len(self._free) else columns

    def newton_direction(self, term: Term, w: Floats, mu: float, sigma: float, residual: Floats) -> Floats:
        """-(I + sigma A P A')^-1 residual, through the face.

        It is -residual + E y with (K / sigma + E'E) y = E' residual, K = B'MB + mu H.
        """
        face = term.face(w, mu)
        if face.n_coordinates == 0:
            return -residual
        E = self.face_columns(face)
        system = NewtonSystem(
            (face.sizes_in(self.metric) + mu * face.curvature) / sigma,
            E,
            face.factors,
            mu / sigma * face.factor_weights,
        )
        border = term.border(face, mu)
        rhs = E.T @ residual
        y = system.solve(rhs) if border is None else system.solve_bordered(border, rhs, 0.0)[0]
        return np.asarray(E @ y - residual)


def without_part(unit: Floats, values: Floats) -> Floats:
    """Values (n,) or (n, k) without their part along a unit vector (n,)."""
    along = unit @ values
    return np.asarray(values - (unit * along if values.ndim == 1 else np.outer(unit, along)))
