"""Fits without a price, of any loss: by Newton's method where it is smooth, else by vertices or envelopes."""

from __future__ import annotations

import numpy as np

from ...typing import Floats
from ..generic.face_newton import Point
from ..instance import Instance
from ..piecewise.envelopes import fit_span_piecewise
from ..piecewise.null import null_dual
from .smooth_fit import LeastFit, NullModel, fit_columns, fit_on, kept_null, smooth_null
from .span import span_of


def least_fit(instance: Instance) -> LeastFit:
    """Minimise f over everything that weights and intercept can reach.

    `is_attained` is False when f keeps falling while the predictor runs away
    (separable classes, groups of zero counts). O(n p min(n, p)).
    """
    index = np.flatnonzero(~instance.norm.excluded(instance.n_features))
    if instance.loss.is_smooth:
        return fit_on(instance, span_of(instance, index))
    columns = instance.design.columns(index)
    if instance.fit_intercept:
        columns = np.column_stack([np.ones(instance.n_samples), columns])
    return fit_span(instance, columns)


def null_model(instance: Instance) -> NullModel:
    """Penalised coefficients 0, the rest fitted; its alpha is alpha_max. One pass over X, the first time.

    Raises
    ------
    ValueError
        If the unpenalised features alone have no best fit (they separate the classes).
    """
    return smooth_null(instance) if instance.loss.is_smooth else kept_null(instance, fit_span, null_dual)


def null_point(instance: Instance) -> Point:
    """The point of `null_model`."""
    return null_model(instance).point


def fit_span(instance: Instance, columns: Floats) -> LeastFit:
    """Minimise f over the span of columns (n, k), the ones among them where there is an intercept."""
    if instance.loss.is_smooth:
        return fit_columns(instance, columns)
    return fit_span_piecewise(instance, columns)[0]
