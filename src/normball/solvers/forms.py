"""The three forms: penalty, budget, target, and how each is solved.

Where the path engine suits the problem, each form is a point of the path and the engine
finds it. Otherwise, and where its answer is not proved, the generic solvers take over:
penalty and budget go to the proximal Newton solver, a target is met along the frontier
(`generic/frontier.py`) or, near the least loss, from its end.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .certificate import Certificate, certify_term
from .ends.fit_certificate import certify_unbound
from .ends.fits import null_model, null_point
from .ends.least import best_fit, least_norm_fit
from .ends.smooth_fit import LeastFit
from .generic.face_newton import Point, solve_on_face
from .generic.frontier import CLOSE, certify_null, certify_point, excess_of, follow_frontier
from .generic.penalised import budget_by_alphas, target_by_alphas
from .generic.proximal_newton import is_unequal
from .generic.solver import solve_term
from .instance import Instance
from .paths.engine import PathEngine, suits
from .piecewise.vertex_forms import has_vertices, vertex_budget, vertex_end, vertex_penalty, vertex_target
from .smooth.forms import RidgePath, ridge_prices
from .smooth.ridge_path import ridge_point
from .terms import Ball, Condition, Penalty, Term
from .threads import is_small
from .workspace import Answer, Options, Workspace

AT_FLOOR = 1e-15
"""Distance from the least loss, over that at w = 0, that is rounding."""

INDISTINCT = 1e-10
"""Difference of losses that makes no difference: a target so close to the least loss is the least loss."""

NEAR_END = 1e-2
"""Distance of a target from the least loss from which the end of the frontier is a good start."""

NEGLIGIBLE = 1e-12
"""Share of alpha_max from which on alpha may be lost in the rounding of the gradient."""


def solve_penalty(workspace: Workspace, alpha: float, start: Point | None, options: Options) -> Answer:
    """Minimise f + alpha R; alpha = 0 gives the least-norm best fit, the limit alpha -> 0."""
    instance = workspace.instance
    if alpha == 0:
        fit = best_fit(workspace)
        if not fit.is_attained:
            raise ValueError(
                f"alpha=0 has no answer here: the loss falls towards {fit.loss:.4g} without reaching it "
                "(separable classes or empty counts); give alpha > 0."
            )
        return _least_norm(workspace, fit, options)
    term = Penalty(instance.norm, alpha)
    met = _on_ridge_path(workspace, term.condition, start, options)
    if met is not None:
        answer = _certified(instance, term, met, options)
        if answer.certificate.is_met or not is_small(instance.design.shape):
            return answer
        start = answer.point
    if not instance.loss.is_smooth and alpha >= null_point(instance).alpha:
        return _null_answer(instance, term, options)
    if has_vertices(instance):
        proved = vertex_penalty(workspace, alpha, options)
        if proved is not None:
            return proved
    if suits(instance):
        engine = PathEngine(instance, options.tolerance, options.max_iterations)
        answer = _certified(instance, term, engine.solve(alpha, start), options)
        if answer.certificate.is_met:
            return answer
        start = answer.point
    answer = solve_term(workspace, term, start or null_point(instance), options)
    is_negligible = alpha <= NEGLIGIBLE * null_point(instance).alpha < np.inf and instance.loss.is_smooth
    if is_negligible and not answer.certificate.is_met:
        answer = _unbound(workspace, term, best_fit(workspace), answer, options) or answer
    return answer


def _null_answer(instance: Instance, term: Term, options: Options) -> Answer:
    """The null point, proved by its own dual point; many slopes at the kinks would fail to."""
    null = null_model(instance)
    is_penalty = term.condition.form == "penalty"
    point = Point(
        null.point.w, null.point.intercept, term.condition.level if is_penalty else null.point.alpha
    )
    eta = instance.predictor(point.w, point.intercept)
    certificate = certify_term(instance, term, point.w, point.intercept, eta, options.tolerance, null.theta)
    return Answer(point, certificate, 0)


def _least_norm(workspace: Workspace, fit: LeastFit, options: Options) -> Answer:
    """The least norm at the least attainable loss.

    Best fits of a smooth loss share one predictor; those of a loss with straight pieces do
    not, unless they are perfect, and are searched along the frontier.
    """
    instance = workspace.instance
    if instance.loss.is_smooth:
        return least_norm_fit(workspace, fit, options)
    end = vertex_end(workspace, options) if has_vertices(instance) else None
    if end is not None:
        return end
    if fit.loss - instance.floor <= 1e-12 * instance.scale:
        return least_norm_fit(workspace, replace(fit, eta=instance.y), options)
    null = null_point(instance)
    # at the very end of the frontier rounding would decide its slope
    target = fit.loss + float(np.clip(0.1 * options.tolerance, 1e-12, CLOSE)) * instance.scale
    certificate = certify_null(instance, target, options)
    best = Answer(null, certificate, 0)
    # f is polyhedral, so a price small enough but not nil leaves it at its least value
    alpha, point = null.alpha if np.isfinite(null.alpha) else instance.scale, null
    for iteration in range(1, 9):
        if best.certificate.is_met:
            break
        alpha *= 0.1
        found = solve_term(workspace, Penalty(instance.norm, alpha), point, Options(1e-13, 30))
        point = found.point
        certificate = certify_point(instance, target, point, options, found.certificate.theta)
        if certificate.excess < best.certificate.excess:
            best = Answer(point, certificate, iteration)
    if not best.certificate.is_met:
        other = follow_frontier(workspace, target, null, best.certificate, options)
        best = min(best, other, key=excess_of)
    return replace(best, point=Point(best.point.w, best.point.intercept, 0.0))


def _certified(instance: Instance, term: Term, point: Point, options: Options) -> Answer:
    """A point of the engine with the certificate of its form."""
    w, intercept = term.admit(point.w), point.intercept
    eta = instance.predictor(w, intercept)
    certificate = certify_term(instance, term, w, intercept, eta, options.tolerance)
    return Answer(Point(w, intercept, point.alpha), certificate, 1)


def _on_ridge_path(
    workspace: Workspace, condition: Condition, start: Point | None, options: Options
) -> Point | None:
    """The point that meets a condition, where R sees the length of w alone and f is smooth."""
    instance = workspace.instance
    if condition.form == "penalty" and condition.level >= null_point(instance).alpha:
        return null_point(instance)
    if condition.form == "penalty" and workspace.ridge is None:
        direct = ridge_point(instance, condition.level)
        if direct is not None:
            return direct
    if workspace.ridge is None:
        prices = ridge_prices(instance)
        if prices is None:
            return None
        workspace.ridge = RidgePath(instance, prices)
        if start is not None and start.w.any():
            workspace.ridge.start(start)
    return workspace.ridge.meet(condition, options.tolerance, options.max_iterations)


def _on_path(workspace: Workspace, condition: Condition, options: Options) -> Point | None:
    """The point of the path that meets a budget or target, where the engine finds it."""
    instance = workspace.instance
    if ridge_prices(instance) is not None:
        return _on_ridge_path(workspace, condition, None, options)
    if not suits(instance):
        return None
    engine = PathEngine(instance, options.tolerance, options.max_iterations)
    return engine.meet(condition.form, condition.level)


def solve_budget(workspace: Workspace, budget: float, start: Point | None, options: Options) -> Answer:
    """Minimise f subject to R <= budget; if the budget does not bind, the least-norm best fit."""
    instance = workspace.instance
    term = Ball(instance.norm, budget)
    found = _on_path(workspace, term.condition, options) if budget > 0 else None
    if found is None:
        return _budget_off_path(workspace, term, start, options)
    by_path = _certified(instance, term, found, options)
    if by_path.certificate.is_met:
        return by_path
    return min(by_path, _budget_off_path(workspace, term, _sound(by_path), options), key=excess_of)


def _sound(answer: Answer) -> Point | None:
    """A point to start from, unless the path ran into overflow there."""
    return answer.point if np.isfinite(answer.certificate.excess) else None


def _budget_off_path(workspace: Workspace, term: Ball, start: Point | None, options: Options) -> Answer:
    """A budget where the engine's path does not prove it."""
    instance, budget = workspace.instance, term.radius
    if budget > 0 and has_vertices(instance):
        proved = vertex_budget(workspace, budget, options)
        if proved is not None:
            return proved
    null = null_point(instance)
    if budget > 0 and instance.loss.is_smooth and not instance.norm.is_one_sided:
        fit = best_fit(workspace)
        if fit.is_attained and fit.span is not None and fit.span.is_unique:  # then its weights cost little
            free = _unbound(workspace, term, fit, None, options)
            if free is not None:
                return free
    if not instance.loss.is_smooth:
        nothing = _null_answer(instance, term, options)
        if nothing.certificate.is_met:  # no ball is large enough for columns that say nothing
            return nothing
    if budget > 0 and is_unequal(instance):
        answer = budget_by_alphas(workspace, term, (start or null).alpha, options)
        if answer.certificate.is_met:
            return answer
    else:
        answer = solve_term(workspace, term, start or null, options)
    scale = null.alpha if np.isfinite(null.alpha) else 1.0
    binds = answer.point.alpha > 1e-7 * scale and instance.norm.value(answer.point.w) > budget * (1 - 1e-9)
    if budget > 0 and not binds:
        free = _unbound(workspace, term, best_fit(workspace), answer, options)
        # a price may be small for the units of the columns alone: then the ball binds, and that was no fit
        if free is not None and (free.certificate.is_met or not answer.certificate.is_met):
            return free
    return answer


def _unbound(
    workspace: Workspace, term: Term, fit: LeastFit, found: Answer | None, options: Options
) -> Answer | None:
    """The least-norm best fit if it lies within the ball; `found` has the dual point where f has kinks."""
    instance = workspace.instance
    if not fit.is_attained:
        return None
    answer = _least_norm(workspace, fit, options)
    if term.excess(answer.point.w) > 1e-12:
        return None
    point = answer.point
    eta = instance.predictor(point.w, point.intercept)
    if instance.loss.is_smooth:
        certificate = certify_unbound(instance, term, point.w, eta, options.tolerance)
    else:  # a dual point bounds f from below for any weights
        assert found is not None
        theta = found.certificate.theta
        certificate = certify_term(instance, term, point.w, point.intercept, eta, options.tolerance, theta)
        if not certificate.is_met:
            return None
    alpha = term.condition.level if term.condition.form == "penalty" else 0.0
    return Answer(Point(point.w, point.intercept, alpha), certificate, answer.n_iterations)


def solve_target(workspace: Workspace, target: float, start: Point | None, options: Options) -> Answer:
    """Minimise R subject to f <= target.

    Raises
    ------
    ValueError
        If no weights attain the target; the sentence states the least attainable value.
    """
    instance = workspace.instance
    null = null_point(instance)
    certificate = certify_null(instance, target, options)
    if certificate.infeasibility <= 1e-14 and certificate.primal == 0:
        return Answer(null, certificate, 0)
    # no loss is lower than the floor, which the path only tends to: it would be walked in vain
    is_above = target - instance.floor > AT_FLOOR * instance.scale
    found = _on_path(workspace, Condition("target", target), options) if is_above else None
    if found is None:
        return _target_off_path(workspace, target, start or null, certificate, options)
    by_path = Answer(found, certify_point(instance, target, found, options), 1)
    if by_path.certificate.is_met:
        return by_path
    start = _sound(by_path) or start or null
    return min(by_path, _target_off_path(workspace, target, start, certificate, options), key=excess_of)


def _target_off_path(
    workspace: Workspace, target: float, start: Point, certificate: Certificate, options: Options
) -> Answer:
    """A target where the engine's path does not prove it; `certificate` is that of w = 0."""
    instance = workspace.instance
    if has_vertices(instance):
        proved = vertex_target(workspace, target, options)
        if proved is not None:
            return proved
    if target - instance.floor > AT_FLOOR * instance.scale and is_unequal(instance):
        met = target_by_alphas(workspace, target, start.alpha, options)
        if met.certificate.is_met:
            return met
    # without vertices its best fit is a search of its own, made only if the frontier ends
    is_search = instance.norm.is_one_sided and not has_vertices(instance)
    if is_search:
        best = follow_frontier(workspace, target, start, certificate, options)
        if best.certificate.is_met:
            return best
    fit = best_fit(workspace)
    _refuse_unattainable(instance, target, fit)
    if target - fit.loss <= AT_FLOOR * instance.scale:
        return _least_norm(workspace, fit, options)
    if is_search:
        return best
    is_near = target - fit.loss <= NEAR_END * instance.scale and instance.loss.is_smooth and fit.is_attained
    by_end: Answer | None = None
    if is_near and fit.span is not None and fit.span.is_unique:  # whose end costs little
        by_end = _before_the_end(workspace, target, fit, options)
        if by_end.certificate.is_met:
            return by_end
    best = follow_frontier(workspace, target, start, certificate, options)
    if is_near and not best.certificate.is_met:
        best = min(best, by_end or _before_the_end(workspace, target, fit, options), key=excess_of)
    return best


def _before_the_end(workspace: Workspace, target: float, fit: LeastFit, options: Options) -> Answer:
    """A target just above the least loss, from the end of the frontier on the face that it ends on.

    With theta the multiplier of the least norm and C the curvature, X w moves by -alpha C^-1 theta
    and f rises by alpha^2 theta' C^-1 theta / 2, which gives the alpha to begin with.
    """
    instance = workspace.instance
    end = _least_norm(workspace, fit, options)
    if target - fit.loss <= INDISTINCT * instance.scale:
        return end
    theta, eta = end.certificate.theta, instance.predictor(end.point.w, end.point.intercept)
    curvature = np.maximum(instance.curvature(eta), 1e-3 * instance.majorant(eta))
    rise = 0.5 * float((theta**2 / np.maximum(curvature, 1e-300)).sum())
    alpha = float(np.sqrt(max(target - fit.loss, 0.0) / rise)) if rise > 0 else 0.0
    start = replace(end.point, alpha=alpha)
    point = solve_on_face(instance, workspace.store, Condition("target", target), start) or start
    return Answer(point, certify_point(instance, target, point, options), end.n_iterations)


def _refuse_unattainable(instance: Instance, target: float, fit: LeastFit) -> None:
    if target < fit.loss - INDISTINCT * instance.scale - 10 * fit.doubt:
        raise ValueError(
            f"target={target:.6g} is not attainable: the least attainable loss is {fit.loss:.10g}; "
            "give a target at or above it."
        )
    if not fit.is_attained and target <= fit.loss * (1 + 1e-9):
        raise ValueError(
            f"target={target:.6g} is approached but never reached: the least attainable loss {fit.loss:.6g} "
            "is a limit (separable classes or empty counts); give a larger target."
        )
