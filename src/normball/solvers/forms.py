"""The three forms: penalty, budget, target, and how each is solved.

Where the path engine suits the problem, each form is a point of the path and the engine
finds it. Otherwise, and where its answer is not proved, the generic solvers take over:
penalty and budget go to the proximal Newton solver. The target form (least R subject to
f <= s) follows the frontier: its own dual bound at the current dual point is a budget
that cannot be too large,

    t = max_lambda lambda (-s - f*(-theta)) - R*(lambda z),

because the frontier is convex and the dual point gives one of its tangents. Solving
with that budget gives a new tangent, and so on: Newton's method on the frontier, from
the left, without overshooting (van den Berg, Friedlander, "Probing the Pareto frontier
for basis pursuit solutions", SIAM J. Sci. Comput. 31, 2008, for the L1 case). Each budget
solution is finished on its face with f = s as the closing equation.
"""

from __future__ import annotations

import numpy as np

from .certificate import Certificate, certify_target, certify_term, certify_unbound
from .engine import PathEngine, suits
from .face_newton import Point, solve_on_face
from .instance import Instance
from .least import best_fit, least_norm_fit
from .proximal_newton import Answer, Options, Workspace, solve_term
from .smooth_fit import LeastFit, null_point
from .terms import Ball, Condition, Penalty, Term

LARGEST_BUDGET = 1e8
"""In units of loss at w = 0 over alpha_max: a target that needs more is not attained."""


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
        return least_norm_fit(workspace, fit, options)
    term = Penalty(instance.norm, alpha)
    if suits(instance):
        answer = _certified(
            instance, term, PathEngine(instance, options.tolerance).solve(alpha, start), options
        )
        if answer.certificate.is_met:
            return answer
        start = answer.point
    return solve_term(workspace, term, start or null_point(instance), options)


def _certified(instance: Instance, term: Term, point: Point, options: Options) -> Answer:
    """A point of the engine with the certificate of its form."""
    w, intercept = term.admit(point.w), point.intercept
    eta = instance.predictor(w, intercept)
    certificate = certify_term(instance, term, w, intercept, eta, options.tolerance)
    return Answer(Point(w, intercept, point.alpha), certificate, 1)


def _on_path(workspace: Workspace, condition: Condition, options: Options) -> Point | None:
    """The point of the path that meets a budget or target, where the engine finds it."""
    instance = workspace.instance
    if not suits(instance):
        return None
    return PathEngine(instance, options.tolerance).meet(condition.form, condition.level)


def solve_budget(workspace: Workspace, budget: float, start: Point | None, options: Options) -> Answer:
    """Minimise f subject to R <= budget; if the budget does not bind, the least-norm best fit."""
    instance = workspace.instance
    term = Ball(instance.norm, budget)
    found = _on_path(workspace, term.condition, options) if budget > 0 else None
    if found is not None:
        answer = _certified(instance, term, found, options)
        if answer.certificate.is_met:
            return answer
    null = null_point(instance)
    answer = solve_term(workspace, term, start or null, options)
    scale = null.alpha if np.isfinite(null.alpha) else 1.0
    binds = answer.point.alpha > 1e-7 * scale and instance.norm.value(answer.point.w) > budget * (1 - 1e-9)
    if budget > 0 and not binds:
        free = _unbound(workspace, term, options)
        if free is not None:
            return free
    return answer


def _unbound(workspace: Workspace, term: Ball, options: Options) -> Answer | None:
    """The least-norm best fit if it lies within the ball."""
    instance = workspace.instance
    fit = best_fit(workspace)
    if not fit.is_attained:
        return None
    answer = least_norm_fit(workspace, fit, options)
    if instance.norm.value(answer.point.w) > term.radius * (1 + 1e-12):
        return None
    point = answer.point
    eta = instance.predictor(point.w, point.intercept)
    certificate = certify_unbound(instance, term, point.w, eta, options.tolerance)
    return Answer(Point(point.w, point.intercept, 0.0), certificate, answer.n_iterations)


def solve_target(workspace: Workspace, target: float, start: Point | None, options: Options) -> Answer:
    """Minimise R subject to f <= target.

    Raises
    ------
    ValueError
        If no weights attain the target; the sentence states the least attainable value.
    """
    instance = workspace.instance
    null = null_point(instance)
    certificate = _certify_target(instance, target, null, options)
    if certificate.infeasibility <= 1e-14 and certificate.primal == 0:
        return Answer(null, certificate, 0)
    found = _on_path(workspace, Condition("target", target), options)
    if found is not None:
        certificate_found = _certify_target(instance, target, found, options)
        if certificate_found.is_met:
            return Answer(found, certificate_found, 1)
    if instance.norm.is_one_sided:  # its best fit is a search of its own, made only if the frontier ends
        best = _follow_frontier(workspace, target, start or null, certificate, options)
        if best.certificate.is_met:
            return best
    fit = best_fit(workspace)
    _refuse_unattainable(instance, target, fit)
    if target - fit.loss <= 1e-15 * instance.scale:
        return least_norm_fit(workspace, fit, options)
    if not instance.norm.is_one_sided:
        best = _follow_frontier(workspace, target, start or null, certificate, options)
    return best


def _follow_frontier(
    workspace: Workspace, target: float, start: Point, certificate: Certificate, options: Options
) -> Answer:
    """Newton's method on the frontier from the left, `certificate` being that of w = 0."""
    instance = workspace.instance
    null = null_point(instance)
    best = Answer(null, certificate, 0)
    point, budget, stalled = start, certificate.dual, 0
    for iteration in range(1, options.max_iterations + 1):
        answer = solve_term(
            workspace, Ball(instance.norm, budget), point, Options(1e-2 * options.tolerance, 30)
        )
        point = answer.point
        candidates = [point]
        finished = solve_on_face(instance, workspace.store, Condition("target", target), point)
        if finished is not None:
            candidates.append(finished)
        improved = False
        for candidate in candidates:
            certificate = _certify_target(instance, target, candidate, options)
            budget = max(budget, certificate.dual)
            if certificate.excess < best.certificate.excess:
                improved = certificate.excess < 0.9 * best.certificate.excess
                best = Answer(candidate, certificate, iteration)
        stalled = 0 if improved else stalled + 1
        is_hopeless = LARGEST_BUDGET * instance.scale < budget * null.alpha < np.inf
        if best.certificate.is_met or stalled > 15 or is_hopeless:
            break
    return best


def _certify_target(instance: Instance, target: float, point: Point, options: Options) -> Certificate:
    eta = instance.predictor(point.w, point.intercept)
    return certify_target(instance, target, point.w, eta, point.alpha, options.tolerance)


def _refuse_unattainable(instance: Instance, target: float, fit: LeastFit) -> None:
    if target < fit.loss - 1e-10 * instance.scale:
        raise ValueError(
            f"target={target:.6g} is not attainable: the least attainable loss is {fit.loss:.10g}; "
            "give a target at or above it."
        )
    if not fit.is_attained and target <= fit.loss * (1 + 1e-9):
        raise ValueError(
            f"target={target:.6g} is approached but never reached: the least attainable loss {fit.loss:.6g} "
            "is a limit (separable classes or empty counts); give a larger target."
        )
