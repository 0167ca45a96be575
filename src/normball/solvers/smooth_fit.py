"""Fits without a price: the best predictor in the span of some columns, and the null model.

Newton's method in an orthonormal basis of the span. The null model holds only what
carries no price (intercept, unpenalised features); where it stands decides alpha_max.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ..typing import Floats
from .face_newton import Point
from .instance import Instance

SUFFICIENT = 1e-4
"""Share of the slope's promise that a step must keep (Armijo)."""


@dataclass(frozen=True, eq=False)
class LeastFit:
    """Best attainable loss, the predictor (n,) that attains it, and whether any weights do."""

    loss: float
    eta: Floats
    is_attained: bool


def without_rounding(instance: Instance, loss: float) -> float:
    """The loss of a best fit by straight pieces: the floor itself where the fit is perfect up to rounding."""
    return instance.floor if loss - instance.floor <= 1e-13 * instance.scale else loss


def least_fit(instance: Instance) -> LeastFit:
    """Minimise f over everything that weights and intercept can reach.

    `is_attained` is False when f keeps falling while the predictor runs away
    (separable classes, groups of zero counts). O(n p min(n, p)).
    """
    columns = instance.design.columns(np.flatnonzero(~instance.norm.excluded(instance.n_features)))
    if instance.fit_intercept:
        columns = np.column_stack([np.ones(instance.n_samples), columns])
    return fit_span(instance, columns)


@dataclass(frozen=True, eq=False)
class NullModel:
    """What carries no price, fitted; `pull` (p,) is X'(-grad f) there, 0 for unpenalised features.

    `theta` (n,) is that -grad f; None where nothing pulls.
    """

    point: Point
    pull: Floats
    theta: Floats | None = None


def null_model(instance: Instance) -> NullModel:
    """Penalised coefficients 0, the rest fitted; its alpha is alpha_max. One pass over X, the first time.

    Raises
    ------
    ValueError
        If the unpenalised features alone have no best fit (they separate the classes).
    """
    if instance.null is None:
        object.__setattr__(instance, "null", _fit_null_model(instance))
    assert isinstance(instance.null, NullModel)
    return instance.null


def null_point(instance: Instance) -> Point:
    """The point of `null_model`."""
    return null_model(instance).point


def _fit_null_model(instance: Instance) -> NullModel:
    w, intercept = np.zeros(instance.n_features), instance.null_intercept
    if instance.unpenalised.any():
        fit = fit_span(instance, instance.free_columns)
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
    theta = _null_dual(instance, w, eta)
    z = instance.design.rmatvec(theta)
    z[instance.unpenalised] = 0.0
    if not instance.loss.is_smooth:  # whose dual point may balance every column exactly
        means, deviations = instance.moments
        z[np.abs(z) <= 1e-14 * np.hypot(means, deviations) * np.abs(theta).sum()] = 0.0
    return NullModel(Point(w, intercept, instance.norm.critical_alpha(z)), z, theta)


def _null_dual(instance: Instance, w: Floats, eta: Floats) -> Floats:
    """-grad f (n,) at the null point, or the subgradient of least dual norm.

    What rounding leaves of its sum, seen through columns far from 0, would be a pull of its own.
    """
    if instance.loss.is_smooth:
        theta, curvature = -instance.gradient(eta), instance.curvature(eta)
        total = float(curvature.sum()) if instance.fit_intercept else 0.0
        return theta - curvature * (float(theta.sum()) / total) if total > 0 else theta
    from .piecewise_null import null_dual  # which fits smooth losses in turn

    return null_dual(instance, w, eta)


def _orthonormal_basis(columns: Floats) -> Floats:
    """Basis (n, r) of the span of columns (n, k), found by a singular value decomposition of unit columns."""
    size = np.linalg.norm(columns, axis=0)
    columns = columns[:, size > 0] / size[size > 0]
    if columns.shape[1] == 0:
        return columns
    vectors, values, _ = linalg.svd(columns, full_matrices=False)
    rank = int((values > values[0] * max(columns.shape) * np.finfo(float).eps).sum())
    return vectors[:, :rank]


def fit_span(instance: Instance, columns: Floats) -> LeastFit:
    """Minimise f over the span of columns (n, k) by Newton's method with a halving line search."""
    if not instance.loss.is_smooth:
        from .piecewise_linear import fit_span_piecewise  # which fits smooth losses in turn

        return fit_span_piecewise(instance, columns)[0]
    if instance.loss.is_shift_invariant:
        columns = columns - columns.mean(axis=0)
    basis = _orthonormal_basis(columns)
    eta = np.full(instance.n_samples, instance.null_intercept)
    if basis.shape[1] == 0:
        return LeastFit(instance.value(eta), eta, True)
    value = instance.value(eta)
    for _ in range(200):
        direction = _newton_direction(instance, basis, eta)
        step_size = float(np.abs(direction).max())
        if step_size <= 1e-12 * (1 + np.abs(eta).max()):
            break
        slope = float(instance.gradient(eta) @ direction)
        share = 1.0
        while share > 1e-10:
            proposal = instance.value(eta + share * direction)
            # a share of what the slope promises: steps to and fro across a valley gain less and less
            if proposal <= value + min(SUFFICIENT * share * slope, 0.0) or (
                proposal <= value and -share * slope <= 1e-15 * instance.scale
            ):
                break
            share *= 0.5
        else:
            break
        gained = value - proposal
        eta, value = eta + share * direction, proposal
        if gained <= 1e-16 * instance.scale and share * step_size < 1e-6 * (1 + np.abs(eta).max()):
            break
    is_attained = not _runs_away(instance, basis, eta)
    if not is_attained and value - instance.floor <= 1e-9 * instance.scale:
        value = instance.floor
    return LeastFit(value, eta, is_attained)


def _runs_away(instance: Instance, basis: Floats, eta: Floats) -> bool:
    """Whether some direction has lost its curvature because eta went off to infinity along it."""
    smallest = linalg.eigvalsh(_working_hessian(instance, basis, eta), subset_by_index=[0, 0])[0]
    return bool(smallest < 1e-9 * instance.sample_weight[instance.sample_weight > 0].min())


def _working_curvature(instance: Instance, eta: Floats) -> Floats:
    """Curvature (n,) in which the majorant fills in where the loss is straight."""
    curvature = instance.curvature(eta)
    return np.where(curvature > 0, curvature, 1e-3 * instance.majorant(eta))


def _working_hessian(instance: Instance, basis: Floats, eta: Floats) -> Floats:
    """Hessian (r, r) of f along an orthonormal basis (n, r), with that curvature."""
    if instance.loss.is_diagonal:
        return (basis.T * _working_curvature(instance, eta)) @ basis
    rows = instance.hessian_root(eta).apply(basis)
    return rows.T @ rows


def _newton_direction(instance: Instance, basis: Floats, eta: Floats) -> Floats:
    """Newton step in the predictor."""
    rhs = -(basis.T @ instance.gradient(eta))
    return basis @ linalg.lstsq(_working_hessian(instance, basis, eta), rhs, cond=1e-14)[0]
