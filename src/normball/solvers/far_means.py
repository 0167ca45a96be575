"""Columns whose means are so far from zero that products with X cancel: the problem about its means.

With an intercept, X w + b = (X - 1 m') w + (b + m'w): the same problem, whose columns are small
where those of X are large with little spread. So it is without an intercept for a loss that does
not see a constant. It costs a copy of X, and is taken only where rounding of the means would be
seen in the gradient. Of a sparse X only the columns that are far are moved: m times the spread
from 0, a column has at most a share of 1 / m^2 of zeros to be filled in. The intercept that is
returned belongs to X as given; it is rounded to the digits that m'w leaves, and what that
rounding does to the loss is part of the certificate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..designs.base import Design
from ..designs.dense import DenseDesign
from ..typing import Floats, Mask
from .certificate import Certificate, certify_target, certify_term
from .ends.fits import null_model
from .generic.face_newton import Point
from .instance import Instance, sound_moments
from .terms import Ball, Penalty
from .workspace import Answer

FAR = 3e-14
"""Rounding of x_j'u over alpha_max, due to the means of the columns, from which on they are centred."""

NEARLY_FULL = 10.0
"""Mean over deviation from which a sparse column is centred: at most 1 % of it are zeros."""


@dataclass(frozen=True, eq=False)
class AboutMeans:
    """A problem about the means (p,) of its columns; None where weights and intercept are those as given."""

    instance: Instance
    means: Floats | None

    def point(self, given: Point) -> Point:
        """A point of the problem as given."""
        if self.means is None:
            return given
        return replace(given, intercept=given.intercept + float(self.means @ given.w))

    def answer(self, found: Answer, form: str, level: float) -> Answer:
        """An answer for X as given, certified with the intercept that is returned."""
        if self.means is None:
            return found
        shift = self.means.astype(np.longdouble) @ found.point.w.astype(np.longdouble)
        intercept = float(found.point.intercept - shift)
        seen = float(np.longdouble(intercept) + shift)
        certificate = self._certificate(replace(found.point, intercept=seen), found, form, level)
        return replace(found, point=replace(found.point, intercept=intercept), certificate=certificate)

    def _certificate(self, point: Point, found: Answer, form: str, level: float) -> Certificate:
        """That of `found`, for another intercept."""
        instance, earlier = self.instance, found.certificate
        if point.intercept == found.point.intercept or earlier.form != form:
            return earlier
        eta = instance.predictor(point.w, point.intercept)
        if instance.loss.is_smooth and point.alpha > 0:
            if form == "target":
                return certify_target(
                    instance, level, point.w, point.intercept, eta, point.alpha, earlier.tolerance
                )
            term = Penalty(instance.norm, level) if form == "penalty" else Ball(instance.norm, level)
            return certify_term(instance, term, point.w, point.intercept, eta, earlier.tolerance)
        before = instance.value(instance.predictor(point.w, found.point.intercept))
        more = max(instance.value(eta) - before, 0.0)
        if form == "target":
            return replace(earlier, infeasibility=earlier.infeasibility + more / instance.scale)
        return replace(earlier, primal=earlier.primal + more, gap=earlier.gap + more / instance.scale)


def about_means(instance: Instance) -> AboutMeans:
    """The problem about the means of its columns, where X loses its digits without."""
    design, as_given = instance.design, AboutMeans(instance, None)
    if not instance.is_centred or min(design.shape) == 0:
        return as_given
    null = null_model(instance)
    if null.theta is None:
        return as_given
    size = null.point.alpha if np.isfinite(null.point.alpha) else float(np.abs(null.pull).max(initial=0.0))
    is_far = _are_far(instance.means, float(np.abs(null.theta).sum()), size)
    means = _to_take(design, instance.means, is_far, lambda: instance.moments[1])
    if means is None:
        return as_given
    moved = replace(instance, design=design.centred(means))
    return AboutMeans(moved, means if instance.fit_intercept else None)


def classes_about_means(
    design: Design, sample_weight: Floats, residual: Floats, Z: Floats
) -> tuple[Design, Floats | None]:
    """The same for several classes with intercepts: X about the means (p,), and those.

    `residual` (n, K) is -grad f without features, Z (p, K) what X makes of it.
    """
    means = design.rmatvec(sample_weight)
    pull, size = float(np.abs(residual).sum(axis=0).max()), float(np.abs(Z).max(initial=0.0))
    taken = _to_take(
        design, means, _are_far(means, pull, size), lambda: sound_moments(design, sample_weight)[1]
    )
    return (design, None) if taken is None else (design.centred(taken), taken)


def _are_far(means: Floats, pull: float, size: float) -> Mask:
    """(p,) whether the rounding of a mean is seen beside gradients of this size, `pull` = sum |theta|."""
    return np.asarray(np.finfo(float).eps * pull * np.abs(means) > FAR * size)


def _to_take(design: Design, means: Floats, is_far: Mask, deviations: Callable[[], Floats]) -> Floats | None:
    """What to take off the columns (p,) where some are far; None where nothing."""
    if not is_far.any():
        return None
    if not isinstance(design, DenseDesign):
        means = np.where(is_far & (np.abs(means) > NEARLY_FULL * deviations()), means, 0.0)
    return means if means.any() else None
