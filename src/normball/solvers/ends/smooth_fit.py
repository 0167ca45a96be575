"""Smooth losses without a price: the best predictor in the span of some columns, and the null model.

Newton's method in the coordinates of the span. The null model holds only what
carries no price (intercept, unpenalised features); where it stands decides alpha_max.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ...typing import Floats
from ..generic.face_newton import Point
from ..instance import Instance
from .span import DenseSpan, Span

MOST_STEPS = 200

LEAST_CAUTION = 1e-12
"""Share of the majorant that stays where the loss is straight."""

ROUNDING = 1e-16
"""Share of the loss's scale below which differences of losses are rounding."""

VANISHING = 1e-140
"""Gradients below this share of what pulls are near the end of floats, or beyond it."""

SUFFICIENT = 1e-4
"""Share of the slope's promise that a step must keep (Armijo)."""


@dataclass(frozen=True, eq=False)
class LeastFit:
    """Best attainable loss, the predictor (n,) that attains it, whether any weights do, and in what span."""

    loss: float
    eta: Floats
    is_attained: bool
    span: Span | None = None
    doubt: float = 0.0
    """What one more step promises to take off the loss."""


def without_rounding(instance: Instance, loss: float) -> float:
    """The loss of a best fit by straight pieces: the floor itself where the fit is perfect up to rounding."""
    return instance.floor if loss - instance.floor <= 1e-13 * instance.scale else loss


@dataclass(frozen=True, eq=False)
class NullModel:
    """What carries no price, fitted; `pull` (p,) is X'(-grad f) there, 0 for unpenalised features.

    `theta` (n,) is that -grad f; None where nothing pulls.
    """

    point: Point
    pull: Floats
    theta: Floats | None = None


FitColumns = Callable[[Instance, Floats], LeastFit]
NullDual = Callable[[Instance, Floats, Floats], Floats]


def smooth_null(instance: Instance) -> NullModel:
    """The null model of a smooth loss; see `fits.null_model`."""
    return kept_null(instance, fit_columns, _null_dual)


def kept_null(instance: Instance, fit: FitColumns, dual: NullDual) -> NullModel:
    """What the instance keeps of its null model, fitted the first time.

    Parameters
    ----------
    fit : of columns (n, k) without a price.
    dual : theta (n,) at weights (p,) and predictor (n,) of the null point.
    """
    found = instance.kept.get("null")
    if found is None:
        found = instance.kept["null"] = _fit_null_model(instance, fit, dual)
    assert isinstance(found, NullModel)
    return found


def _fit_null_model(instance: Instance, fit_free: FitColumns, dual: NullDual) -> NullModel:
    w, intercept = np.zeros(instance.n_features), instance.null_intercept
    if instance.unpenalised.any():
        fit = fit_free(instance, instance.free_columns)
        if not fit.is_attained:
            raise ValueError(
                "the unpenalised features alone fit y without limit (separable classes or empty counts); "
                "give them a positive weight."
            )
        coefficients = np.linalg.lstsq(instance.free_columns, fit.eta, rcond=1e-14)[0]
        if instance.fit_intercept:
            intercept, coefficients = float(coefficients[0]), coefficients[1:]
        w[instance.unpenalised] = coefficients
    if instance.is_fitted_by_null:  # what is left of y is rounding, nothing pulls
        return NullModel(Point(w, intercept, 0.0), np.zeros(instance.n_features))
    eta = instance.predictor(w, intercept) if w.any() else np.full(instance.n_samples, intercept)
    theta = dual(instance, w, eta)
    z = instance.design.rmatvec(theta)
    z[instance.unpenalised] = 0.0
    if np.abs(z).max(initial=0.0) <= VANISHING * np.abs(theta).sum():
        _ = instance.moments  # refuses columns that are too small to be seen, rather than orthogonal
    if not instance.loss.is_smooth:  # whose dual point may balance every column exactly
        means, deviations = instance.moments
        z[np.abs(z) <= 1e-14 * np.hypot(means, deviations) * np.abs(theta).sum()] = 0.0
    return NullModel(Point(w, intercept, instance.norm.critical_alpha(z)), z, theta)


def _null_dual(instance: Instance, w: Floats, eta: Floats) -> Floats:
    """-grad f (n,) at the null point.

    What rounding leaves of its sum, seen through columns far from 0, would be a pull of its own.
    """
    theta, curvature = -instance.gradient(eta), instance.curvature(eta)
    total = float(curvature.sum()) if instance.is_centred else 0.0
    return theta - curvature * (float(theta.sum()) / total) if total > 0 else theta


def fit_columns(instance: Instance, columns: Floats) -> LeastFit:
    """`fit_on` for columns (n, k), the ones among them where there is an intercept."""
    return fit_on(instance, DenseSpan(columns, instance.is_centred, instance.fit_intercept))


def fit_on(instance: Instance, span: Span) -> LeastFit:
    """Minimise a smooth f over a span by Newton's method, its steps as long as they pay.

    Where the loss is straight, its curvature is helped out by a share of the majorant: all of it
    always descends (iteratively reweighted least squares), a little is nearly Newton's method.
    The share falls while steps are as good as their model and rises where they are not
    (Levenberg, Quart. Appl. Math. 2, 1944; Marquardt, SIAM J. Appl. Math. 11, 1963).
    """
    eta = np.full(instance.n_samples, instance.null_intercept)
    if span.n_directions == 0:
        return LeastFit(instance.value(eta), eta, True, span)
    value, caution, doubt = instance.value(eta), 1.0, np.inf
    for _ in range(MOST_STEPS):
        direction, caution = _step(instance, span, eta, value, caution)
        doubt = abs(float(instance.gradient(eta) @ direction))
        share = _share(instance, eta, value, direction)
        if share == 0:
            break
        proposal = instance.value(eta + share * direction)
        step_size = float(np.abs(direction).max())
        gained = value - proposal
        eta, value = eta + share * direction, proposal
        if gained <= 1e-16 * instance.scale and share * step_size < 1e-6 * (1 + np.abs(eta).max()):
            break
    is_attained = not _runs_away(instance, span, eta)
    if not is_attained and value - instance.floor <= 1e-9 * instance.scale:
        value = instance.floor
    return LeastFit(value, eta, is_attained, span, doubt)


def _step(instance: Instance, span: Span, eta: Floats, value: float, caution: float) -> tuple[Floats, float]:
    """A step (n,) whose model holds, and the share of the majorant for the next one."""
    gradient, curvature = instance.gradient(eta), instance.curvature(eta)
    slope = -span.adjoint(gradient)
    if not instance.loss.is_diagonal:
        assert isinstance(span, DenseSpan)
        return _solved(span, span.root_hessian(instance.hessian_root(eta)), slope), caution
    missing = np.maximum(instance.majorant(eta) - curvature, 0.0)
    has_lines = bool(missing.any())
    while True:
        weights = curvature + caution * missing
        direction = _solved(span, span.hessian(weights), slope)
        promised = float(gradient @ direction) + 0.5 * float(weights @ direction**2)
        if not has_lines or caution >= 1:
            break
        if instance.value(eta + direction) <= value + 0.25 * promised + ROUNDING * instance.scale:
            break
        caution = min(10 * caution, 1.0)
    return direction, max(0.1 * caution, LEAST_CAUTION)


def _solved(span: Span, hessian: Floats, slope: Floats) -> Floats:
    """The step (n,) of a Hessian (r, r), each direction in units of its own curvature."""
    size = np.sqrt(np.maximum(np.diagonal(hessian), 1e-300))
    scaled = hessian / np.outer(size, size)
    return span.apply(linalg.lstsq(scaled, slope / size, cond=1e-14)[0] / size)


def _share(instance: Instance, eta: Floats, value: float, direction: Floats) -> float:
    """How much of a step to take: halved until it keeps a share of its promise, doubled while it gains."""
    if float(np.abs(direction).max()) <= 1e-12 * (1 + np.abs(eta).max()):
        return 0.0
    slope, share = float(instance.gradient(eta) @ direction), 1.0
    while share > 1e-10:
        proposal = instance.value(eta + share * direction)
        # a share of what the slope promises: steps to and fro across a valley gain less and less
        if proposal <= value + min(SUFFICIENT * share * slope, 0.0) or (
            proposal <= value and -share * slope <= 1e-15 * instance.scale
        ):
            break
        share *= 0.5
    else:
        return 0.0
    while share >= 1 and share < 1e6:
        further = instance.value(eta + 2 * share * direction)
        if not further < proposal:
            break
        share, proposal = 2 * share, further
    return share


def _runs_away(instance: Instance, span: Span, eta: Floats) -> bool:
    """Whether some direction has lost its curvature because eta went off to infinity along it."""
    if instance.loss.is_diagonal:
        curvature = instance.curvature(eta)
        hessian = span.hessian(np.where(curvature > 0, curvature, 1e-3 * instance.majorant(eta)))
    else:
        assert isinstance(span, DenseSpan)
        hessian = span.root_hessian(instance.hessian_root(eta))
    smallest = linalg.eigvalsh(hessian, subset_by_index=[0, 0])[0]
    return bool(smallest < 1e-9 * instance.sample_weight[instance.sample_weight > 0].min())
