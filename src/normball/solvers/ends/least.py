"""The least-norm weights among the best fits: the end of the path, alpha -> 0.

With the best predictor eta from `smooth_fit.py`, `least_norm_fit` finds min R(w) subject
to X w + b = eta. With squared error and p >= n this is minimum-norm interpolation: basis
pursuit for L1, the pseudo-inverse for L2.

The least-norm problem is reached along penalised squared-error problems with falling
alpha, whose face settles, and finished by Newton on that face. Where the ball is curved
the face is not enough: alpha stays and the remaining misfit is added back to the
response, the method of multipliers (Yin, Osher, Goldfarb, Darbon, "Bregman iterative
algorithms for l1-minimization", SIAM J. Imaging Sciences 1, 2008). The certificate is
the dual of basis pursuit (Chen, Donoho, Saunders, "Atomic decomposition by basis
pursuit", SIAM Review 43, 2001).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from ...losses.squared_error import SquaredError
from ...norms.l1 import L1
from ...typing import Floats
from ..dispatch import solver_of
from ..generic.face_newton import Point, fit_on_face
from ..generic.mean_row import far_columns
from ..generic.proximal_newton import is_unequal
from ..generic.solver import solve_term
from ..instance import Instance
from ..piecewise.vertex_forms import vertex_best_fit
from ..terms import Ball, Penalty
from ..workspace import Answer, Options, Workspace
from .corner import corner_coordinates
from .equations import Equations, as_given, equilibrated
from .fit_certificate import certify_fit, with_best_fit
from .fits import fit_span, least_fit, null_point
from .smooth_fit import LeastFit


def best_fit(workspace: Workspace) -> LeastFit:
    """The least loss that the regulariser's domain allows, at any price.

    Where some directions are forbidden (`positive`), it is found in balls that grow until
    they no longer bind.
    """
    instance = workspace.instance
    if instance.is_fitted_by_null:
        null = null_point(instance)
        eta = instance.predictor(null.w, null.intercept)
        return LeastFit(instance.value(eta), eta, True)
    proved = vertex_best_fit(workspace) if solver_of(instance) == "vertices" else None
    if proved is not None:
        return proved
    if not instance.norm.is_one_sided:
        return least_fit(instance)
    if not instance.loss.is_smooth:  # what is the best fit at any price is so at those of L1
        prices = np.where(instance.norm.excluded(instance.n_features), np.inf, 1.0)
        proved = vertex_best_fit(Workspace(replace(instance, norm=L1(prices, positive=True)), workspace.work))
        if proved is not None:
            return proved
    point = null_point(instance)
    if point.alpha == 0:
        eta = instance.predictor(point.w, point.intercept)
        return LeastFit(instance.value(eta), eta, True)
    radius, fit = 10 * instance.scale / point.alpha, None
    for _ in range(8):
        point = solve_term(workspace, Ball(instance.norm, radius), point, Options(1e-12, 30)).point
        if not instance.loss.is_smooth:
            if point.alpha * radius <= 1e-10 * instance.scale:
                eta = instance.predictor(point.w, point.intercept)
                return LeastFit(instance.value(eta), eta, True)
        elif point.alpha * radius <= 1e-6 * instance.scale:
            fit = _fit_support(instance, point, radius)
            if fit.is_attained:
                return fit
        radius *= 10
    return (
        fit
        if fit is not None
        else LeastFit(instance.floor, instance.predictor(point.w, point.intercept), False)
    )


def _fit_support(instance: Instance, point: Point, radius: float) -> LeastFit:
    """The free fit on the coefficients that moved, which is the best one if nothing pulls on the others."""
    columns = instance.design.columns(np.flatnonzero(point.w))
    if instance.fit_intercept:
        columns = np.column_stack([np.ones(instance.n_samples), columns])
    fit = fit_span(instance, columns)
    pull = instance.design.rmatvec(-instance.gradient(fit.eta)).max(initial=0.0)
    return replace(fit, is_attained=fit.is_attained and bool(pull * radius <= 1e-7 * instance.scale))


def least_norm_fit(workspace: Workspace, fit: LeastFit, options: Options) -> Answer:
    """min R(w) subject to X w + b = fit.eta; the certificate has form "fit"."""
    original = workspace.instance
    instance = replace(
        original,
        y=fit.eta,
        loss=SquaredError(),
        fit_intercept=original.is_centred,
        sample_weight=np.full(original.n_samples, 1 / original.n_samples),
    )
    answer = _unique_weights(original, instance, fit, options)
    if answer is None or not answer.certificate.is_met:
        inner = Workspace(instance, workspace.work)
        ways: list[Callable[[Instance], Equations | None]] = [as_given, partial(equilibrated, span=fit.span)]
        is_priced = instance.norm.separable(instance.n_features) is not None
        if is_priced and (is_unequal(instance) or far_columns(instance).any()):
            ways.reverse()
        for way in ways:
            equations = way(instance)
            if equations is not None and (answer is None or not answer.certificate.is_met):
                answer = _along_the_path(inner, equations, fit, options, answer)
    assert answer is not None
    if original.loss.is_shift_invariant:  # the constant that made the equations meet
        answer.point.intercept = 0.0
    proved = with_best_fit(original, answer.certificate, answer.point.w, answer.point.intercept)
    return replace(answer, certificate=proved)


def _unique_weights(original: Instance, instance: Instance, fit: LeastFit, options: Options) -> Answer | None:
    """The answer where independent columns leave no choice of weights; None where they do not.

    The multiplier in the span of the columns whose products with them are the gradient of R.
    """
    if fit.span is None or not fit.span.is_unique or original.norm.is_one_sided:
        return None
    index = np.flatnonzero(~original.norm.excluded(original.n_features))
    w = np.zeros(original.n_features)
    w[index] = fit.span.weights(fit.eta)
    intercept = float(np.mean(fit.eta - original.design.matvec(w))) if instance.fit_intercept else 0.0
    theta = fit.span.multiplier(original.norm.subgradient(w, w)[index])
    certificate = certify_fit(instance, fit.eta, w, intercept, theta, options.tolerance)
    return Answer(Point(w, intercept, 0.0), certificate, 1)


def _along_the_path(
    workspace: Workspace, equations: Equations, fit: LeastFit, options: Options, best: Answer | None
) -> Answer:
    """The least norm by penalised squared-error problems with falling alpha; `best` is to be beaten.

    The problems are those of the equations; what they find is certified for the columns as they are.
    """
    instance = workspace.instance
    null = null_point(instance)
    nothing = np.zeros(instance.n_samples)
    certificate = certify_fit(instance, fit.eta, null.w, null.intercept, nothing, options.tolerance)
    if best is None or certificate.excess < best.certificate.excess:
        best = Answer(Point(null.w, null.intercept, 0.0), certificate, 0)
    posed = equations.instance
    point = null_point(posed)
    alpha = point.alpha
    if not np.isfinite(alpha):
        alpha = float(posed.mean_squares.max(initial=0.0)) + float(alpha == 0)
    smallest = equations.smallest_share * alpha
    for iteration in range(1, equations.most_solves + 1):
        if best.certificate.is_met or alpha == 0:
            break
        falling = alpha > smallest
        alpha = max(0.1 * alpha, smallest)
        answer = solve_term(
            Workspace(posed, workspace.work), Penalty(posed.norm, alpha), point, Options(1e-14, 30)
        )
        if answer.certificate.gap > equations.worst_gap:
            break
        point = answer.point
        reached = posed.predictor(point.w, point.intercept)
        theta = equations.multiplier(-posed.gradient(reached) / alpha)
        for candidate, multiplier in _candidates(workspace, fit.eta, equations.point(point), theta):
            certificate = certify_fit(
                instance, fit.eta, candidate.w, candidate.intercept, multiplier, options.tolerance
            )
            if certificate.excess < best.certificate.excess:
                best = Answer(Point(candidate.w, candidate.intercept, 0.0), certificate, iteration)
        if not falling:  # add back what is still missing, which multiplies it by the order of alpha
            posed = replace(posed, y=posed.y + equations.instance.y - reached)
    return _at_corner(workspace, fit.eta, best, options)


def _at_corner(workspace: Workspace, eta: Floats, found: Answer, options: Options) -> Answer:
    """The same least norm with as few non-zeros as a corner has, where features are priced one by one."""
    instance = workspace.instance
    parts = instance.norm.separable(instance.n_features)
    face = instance.norm.face(found.point.w)
    if parts is None or parts.ridge is not None or not found.certificate.is_met or not face.n_coordinates:
        return found
    E = face.restrict(workspace.store.take(face.index))
    if instance.fit_intercept:
        E = E - E.mean(axis=0)
    z = corner_coordinates(E, face)
    if z is None:
        return found
    kept = z != 0
    goal = eta - eta.mean() if instance.fit_intercept else eta
    # what the movement has lost in digits
    z[kept] += np.linalg.lstsq(E[:, kept], goal - E[:, kept] @ z[kept], rcond=1e-15)[0]
    w = face.embed(z)
    intercept = float(np.mean(eta - instance.design.matvec(w))) if instance.fit_intercept else 0.0
    theta = found.certificate.theta
    certificate = certify_fit(instance, eta, w, intercept, theta, options.tolerance)
    return (
        replace(found, point=Point(w, intercept, 0.0), certificate=certificate)
        if certificate.is_met
        else found
    )


def _candidates(workspace: Workspace, eta: Floats, point: Point, theta: Floats) -> list[tuple[Point, Floats]]:
    """The penalised point itself, and the point finished on its face."""
    finished = fit_on_face(workspace.instance, workspace.store, eta, point, theta)
    return [(point, theta)] + ([] if finished is None else [finished])
