"""The equations X w + b = eta of a least norm, as they are given or with rows that are orthonormal.

With the span of the columns in units of their own, (X - means) D^-1 = U S V', the same weights solve

    X w + b = eta     and     V' D w = S^-1 U' eta.

Where columns lie far from zero, or nearly depend on each other, the first are ill-conditioned: a
penalised problem of theirs sees the directions of small singular values only at an alpha that is
lost in the rounding of the large ones. Those of the second are as well conditioned as D allows.
A multiplier theta of the second is U S^-1 theta of the first, since both have the same X'theta.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...designs.dense import DenseDesign
from ...typing import Floats
from ..generic.face_newton import Point
from ..instance import Instance
from .span import SMALL, DenseSpan, Span, WideSpan, span_of


@dataclass(frozen=True, eq=False)
class Equations:
    """A squared-error problem whose perfect fits are the weights that meet the equations.

    Attributes
    ----------
    instance : Instance; its y is the right-hand side.
    multiplier : theta of these equations -> theta (n,) of those of X.
    point : their point -> one of X, with its intercept.
    smallest_share : where alpha stops falling, as a share of alpha_max.
    most_solves : how many alphas are tried.
    worst_gap : of a penalised problem, from which on smaller alphas are not worth their work.
    """

    instance: Instance
    multiplier: Callable[[Floats], Floats]
    point: Callable[[Point], Point]
    smallest_share: float = 1e-4
    most_solves: int = 25
    worst_gap: float = float("inf")


def as_given(instance: Instance) -> Equations:
    """X w + b = y."""
    return Equations(instance, lambda theta: theta, lambda point: point)


def equilibrated(instance: Instance, span: Span | None) -> Equations | None:
    """V' D w = S^-1 U'y, from the span of all columns that may be used where it is known.

    None for a large sparse X, which has no such decomposition.
    """
    index = np.flatnonzero(~instance.norm.excluded(instance.n_features))
    # a one-sided fit knows the span of the columns that it uses
    is_whole = span is not None and not instance.norm.is_one_sided
    if not is_whole and instance.n_samples * len(index) <= SMALL:
        span = span_of(instance, index)
    if not isinstance(span, DenseSpan) or isinstance(span, WideSpan) or span.n_columns != len(index):
        return None
    rows, towards = span.orthonormal_rows()
    if not len(rows):
        return None
    X = np.zeros((len(rows), instance.n_features), order="F")
    X[:, index] = rows
    n_rows = len(rows)
    posed = replace(
        instance,
        design=DenseDesign(X),
        y=towards.T @ instance.y,
        fit_intercept=False,
        sample_weight=np.full(n_rows, 1 / n_rows),
    )

    def point(found: Point) -> Point:
        rest = instance.y - instance.design.matvec(found.w)
        return replace(found, intercept=float(rest.mean()) if instance.fit_intercept else 0.0)

    return Equations(posed, lambda theta: np.asarray(towards @ theta), point, 1e-16, 40, 1e-6)
