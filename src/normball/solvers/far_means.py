"""Columns whose means are so far from zero that products with X cancel: the problem about its means.

With an intercept, X w + b = (X - 1 m') w + (b + m'w): the same problem, whose columns are small
where those of X are large with little spread. It costs a copy of X, and is taken only where
rounding of the means would be seen in the gradient. A sparse X would not stay sparse, and is
left as it is. The intercept that is returned belongs to X as given; it is rounded to the digits
that m'w leaves, and what that rounding does to the loss is part of the certificate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..designs.dense import DenseDesign
from ..typing import Floats
from .certificate import Certificate, certify_target, certify_term
from .face_newton import Point
from .instance import Instance
from .proximal_newton import Answer
from .smooth_fit import null_model
from .terms import Ball, Penalty

FAR = 3e-14
"""Rounding of x_j'u over alpha_max, due to the means of the columns, from which on they are centred."""


@dataclass(frozen=True, eq=False)
class AboutMeans:
    """A problem about the means (p,) of its columns; None where it is the problem as given."""

    instance: Instance
    means: Floats | None

    def point(self, given: Point | None) -> Point | None:
        """A point of the problem as given."""
        if given is None or self.means is None:
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
                return certify_target(instance, level, point.w, eta, point.alpha, earlier.tolerance)
            term = Penalty(instance.norm, level) if form == "penalty" else Ball(instance.norm, level)
            return certify_term(instance, term, point.w, point.intercept, eta, earlier.tolerance)
        before = instance.value(instance.predictor(point.w, found.point.intercept))
        more = max(instance.value(eta) - before, 0.0)
        if form == "target":
            return replace(earlier, infeasibility=earlier.infeasibility + more / instance.scale)
        return replace(earlier, primal=earlier.primal + more, gap=earlier.gap + more / instance.scale)


def about_means(instance: Instance) -> AboutMeans:
    """The problem about the means of its columns, where X loses its digits without."""
    if not (instance.fit_intercept and isinstance(instance.design, DenseDesign)):
        return AboutMeans(instance, None)
    null = null_model(instance)
    if null.theta is None:
        return AboutMeans(instance, None)
    size = null.point.alpha if np.isfinite(null.point.alpha) else float(np.abs(null.pull).max(initial=0.0))
    rounding = np.finfo(float).eps * float(np.abs(instance.means).max(initial=0.0) * np.abs(null.theta).sum())
    if not rounding > FAR * size:
        return AboutMeans(instance, None)
    return AboutMeans(replace(instance, design=instance.design.centred(instance.means)), instance.means)
