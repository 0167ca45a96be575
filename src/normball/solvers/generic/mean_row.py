"""Columns far from zero without an intercept: least squares with their means as a row of its own.

X = C + 1 m', where m are the means of the columns that are far from zero for their spread. Without an
intercept nothing takes m out, and a predictor X w is C w beside m'w, which is what is left of terms
1e8 times its size. In a basis of the samples whose first vector is root / |root|, root (n,) that of
the Hessian, A = diag(root) X has the rows

    a = |root| m + C'root / |root| * root,    and what C has beside it:

one row that is large, and others that do not know of it. The dual point then has an entry of its own for that
row, as small as the row is large, with all its digits. Newton's system I + sigma A P A' in this
basis is graded, and scaled to unit diagonal it is harmless.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from ...designs.base import Design
from ...norms.face import Face
from ...typing import Floats, Indices
from ..instance import ColumnStore, Instance
from ..terms import Term
from .least_squares_model import EPS, LeastSquaresModel, without_part

FAR = 100.0
"""Mean over deviation from which the means are a row of their own: at most 1e-4 of a column are zeros."""


@dataclass(frozen=True, eq=False)
class MeanRow:
    """Means (p,), 0 for columns that are not far, and the design C without them."""

    means: Floats
    design: Design
    store: ColumnStore


def mean_row(instance: Instance) -> MeanRow | None:
    """The means of an instance without an intercept; None where no column is far."""
    if instance.is_centred or min(instance.design.shape) == 0 or not instance.loss.is_diagonal:
        return None
    is_far = far_columns(instance)
    if not is_far.any():
        return None
    means = np.where(is_far, instance.moments[0], 0.0)
    design = instance.design.centred(means)
    return MeanRow(means, design, ColumnStore(design))


def far_columns(instance: Instance) -> Floats:
    """(p,) flags of columns that are far from zero for their spread, which is more than rounding."""
    means, deviations = instance.moments
    return np.asarray((np.abs(means) > FAR * deviations) & (deviations > 0))


@dataclass
class MeanRowModel(LeastSquaresModel):
    """The model in that basis; its vectors have an entry for the row of means first, (n + 1,)."""

    split: MeanRow | None = None

    def _prepare(self) -> None:
        assert self.split is not None
        ones = self.root.apply(np.ones(self.instance.n_samples))
        size = float(np.linalg.norm(ones))
        self._first = ones / size
        along = self.split.design.rmatvec(self.root.adjoint(self._first))
        self._row = size * self.split.means + along
        self.c = np.append(float(self._first @ self.c), self.c)

    def _plain(self, values: Floats) -> Floats:
        rest = without_part(self._first, values[1:])
        return np.append(values[0], rest) if values.ndim == 1 else np.vstack([values[:1], rest])

    def _columns_at(self, index: Indices) -> Floats:
        assert self.split is not None
        columns = without_part(self._first, self.root.apply(self.split.store.take(index)))
        return np.vstack([self._row[None, index], columns])

    def _columns_along(self, face: Face) -> Floats:
        assert self.split is not None
        small = face.restrict(self.split.store.take(face.index))
        columns = without_part(self._first, self.root.apply(small))
        return np.vstack([face.restrict(self._row[None, face.index]), columns])

    def _product(self, w: Floats) -> Floats:
        assert self.split is not None
        across = without_part(self._first, self.root.apply(self.split.design.matvec(w)))
        return np.append(float(self._row @ w), across)

    def _adjoint(self, u: Floats) -> Floats:
        assert self.split is not None
        return np.asarray(self._row * u[0] + self.split.design.rmatvec(self.root.adjoint(u[1:])))

    def rounding(self, w: Floats) -> float:
        return super().rounding(w) + EPS * float(np.abs(self._row) @ np.abs(w))

    def dual(self, u: Floats) -> Floats:
        u = self.centre(u)
        return self.root.adjoint(u[1:] + u[0] * self._first)

    def newton_direction(self, term: Term, w: Floats, mu: float, sigma: float, residual: Floats) -> Floats:
        face = term.face(w, mu)
        if face.n_coordinates == 0:
            return -residual
        E = self.face_columns(face)
        inverse = _Inverse((face.sizes_in(self.metric) + mu * face.curvature) / sigma, face, mu / sigma)
        spread = inverse.apply(E.T)
        border = term.border(face, mu)
        if border is not None:
            along = inverse.apply(border)
            spread = spread - np.outer(along, (border @ spread) / float(border @ along))
        system = E @ spread
        system = 0.5 * (system + system.T) + np.eye(len(E))
        size = np.sqrt(np.maximum(np.diagonal(system), 1.0))
        scaled = system / np.outer(size, size)
        try:
            factor = cho_factor(scaled, lower=True, check_finite=False)
            return np.asarray(-cho_solve(factor, residual / size, check_finite=False) / size)
        except np.linalg.LinAlgError:
            return np.asarray(-np.linalg.lstsq(scaled, residual / size, rcond=1e-14)[0] / size)


class _Inverse:
    """(diag(d) + t F S F')^-1 for the Hessian of a face."""

    def __init__(self, diagonal: Floats, face: Face, share: float) -> None:
        self._diagonal, self._factors = diagonal, face.factors
        weights = share * face.factor_weights
        self._weights = weights
        if len(weights):
            spread = self._factors / diagonal[:, None]
            self._inner = np.eye(len(weights)) + (self._factors.T @ spread) * weights

    def apply(self, values: Floats) -> Floats:
        diagonal = self._diagonal if values.ndim == 1 else self._diagonal[:, None]
        first = values / diagonal
        if not len(self._weights):
            return np.asarray(first)
        inner = np.linalg.lstsq(self._inner, self._factors.T @ first, rcond=None)[0]
        weights = self._weights if values.ndim == 1 else self._weights[:, None]
        return np.asarray(first - (self._factors @ (weights * inner)) / diagonal)
