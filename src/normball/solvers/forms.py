"""The three forms: penalty, budget, target, and how each is solved.

`dispatch.py` says which solver a problem takes. Where it has no fast one, and where the answer of that
is not proved, the generic solvers take over: penalty and budget go to the proximal Newton solver, a
target is met along the frontier (`generic/frontier.py`) or, near the least loss, from its end.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .certificate import Certificate, certify_term
from .dispatch import BATCHES, RIDGE, solver_of
from .ends.fit_certificate import certify_unbound
from .ends.fits import null_model, null_point
from .ends.least import best_fit, least_norm_fit
from .ends.limits import kinked_fit_in_ball, limit_in_ball
from .ends.smooth_fit import LeastFit
from .generic.face_newton import Point, solve_on_face
from .generic.frontier import CLOSE, certify_null, certify_point, excess_of, follow_frontier
from .generic.penalised import budget_by_alphas, target_by_alphas
from .generic.proximal_newton import is_unequal
from .generic.solver import solve_term
from .instance import Instance
from .paths.engine import PathEngine
from .paths.pursuit import interpolated
from .piecewise.vertex_forms import vertex_budget, vertex_end, vertex_penalty, vertex_target
from .smooth.forms import RidgePath
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
    solver = solver_of(instance, levels=[alpha])
    if solver in ("homotopy", "best fit"):
        pursued = _pursued(instance, solver, options)
        if pursued is not None:
            return pursued
        fit = best_fit(workspace)
        if not fit.is_attained:
            raise ValueError(
                f"alpha=0 has no answer here: the loss falls towards {fit.loss:.4g} without reaching it "
                "(separable classes or empty counts); give alpha > 0."
            )
        return _taken_over(instance, _least_norm(workspace, fit, options), solver)
    term = Penalty(instance.norm, alpha)
    if not instance.loss.is_smooth and alpha >= null_point(instance).alpha:
        return _null_answer(instance, term, options)
    fast = _by_fast_solver(workspace, solver, term.condition, start, options)
    if fast is not None:
        if fast.certificate.is_met or (solver in RIDGE and not is_small(instance.design.shape)):
            return fast
        start = fast.point
    answer = solve_term(workspace, term, start or null_point(instance), options)
    is_negligible = alpha <= NEGLIGIBLE * null_point(instance).alpha < np.inf and instance.loss.is_smooth
    if is_negligible and not answer.certificate.is_met:
        free = _unbound(workspace, term, best_fit(workspace), answer, options)
        answer = answer if free is None else min(free, answer, key=excess_of)
    answer = _taken_over(instance, answer, solver)
    return answer if fast is None else min(fast, answer, key=excess_of)


def _pursued(instance: Instance, solver: str, options: Options) -> Answer | None:
    """The least norm among perfect fits, where homotopy is the solver of alpha = 0 and gets there."""
    found = interpolated(instance, options) if solver == "homotopy" else None
    return None if found is None else replace(found, solver=solver)


def _taken_over(instance: Instance, answer: Answer, solver: str) -> Answer:
    """An answer that a generic solver gave: the problem's own, or in place of one that did not prove it."""
    found = answer.solver or ("proximal Newton" if instance.loss.is_smooth else "envelopes")
    return replace(answer, solver=found if found == solver else f"{solver}, then {found}")


def _by_fast_solver(
    workspace: Workspace, solver: str, condition: Condition, start: Point | None, options: Options
) -> Answer | None:
    """The answer of a fast solver; None where this is none, or does not reach the level."""
    instance, form, level = workspace.instance, condition.form, condition.level
    if solver == "vertices":
        solve = {"penalty": vertex_penalty, "budget": vertex_budget, "target": vertex_target}[form]
        answer = solve(workspace, level, options)
    else:
        point = _point_by_fast_solver(workspace, solver, condition, start, options)
        answer = None if point is None else _certified(instance, condition, point, options)
    return None if answer is None else replace(answer, solver=solver)


def _point_by_fast_solver(
    workspace: Workspace, solver: str, condition: Condition, start: Point | None, options: Options
) -> Point | None:
    instance, form, level = workspace.instance, condition.form, condition.level
    if solver in RIDGE:
        if form == "penalty" and level >= null_point(instance).alpha:
            return null_point(instance)
        if solver == "ridge factors":
            return ridge_point(instance, level)
        if workspace.ridge is None:
            workspace.ridge = RidgePath(instance)
            if start is not None and start.w.any():
                workspace.ridge.start(start)
        return workspace.ridge.meet(condition, options.tolerance, options.max_iterations)
    if solver in BATCHES:
        engine = PathEngine(instance, options.tolerance, options.max_iterations)
        return engine.solve(level, start) if form == "penalty" else engine.meet(form, level)
    return None


def _null_answer(instance: Instance, term: Term, options: Options) -> Answer:
    """The null point, proved by its own dual point; many slopes at the kinks would fail to."""
    null = null_model(instance)
    is_penalty = term.condition.form == "penalty"
    point = Point(
        null.point.w, null.point.intercept, term.condition.level if is_penalty else null.point.alpha
    )
    eta = instance.predictor(point.w, point.intercept)
    certificate = certify_term(instance, term, point.w, point.intercept, eta, options.tolerance, null.theta)
    return Answer(point, certificate, 0, "null model")


def _least_norm(workspace: Workspace, fit: LeastFit, options: Options) -> Answer:
    return replace(_least_norm_at(workspace, fit, options), solver="best fit")


def _least_norm_at(workspace: Workspace, fit: LeastFit, options: Options) -> Answer:
    """The least norm at the least attainable loss.

    Best fits of a smooth loss share one predictor; those of a loss with straight pieces do
    not, unless they are perfect, and are searched along the frontier.
    """
    instance = workspace.instance
    if instance.loss.is_smooth:
        return least_norm_fit(workspace, fit, options)
    end = vertex_end(workspace, options) if solver_of(instance) == "vertices" else None
    if end is not None and end.certificate.is_met:
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
    best = best if end is None else min(end, best, key=excess_of)
    return replace(best, point=Point(best.point.w, best.point.intercept, 0.0))


def _certified(instance: Instance, condition: Condition, point: Point, options: Options) -> Answer:
    """A point of a fast solver with the certificate of its form."""
    form, level = condition.form, condition.level
    if form == "target":
        return Answer(point, certify_point(instance, level, point, options), 1)
    term = Penalty(instance.norm, level) if form == "penalty" else Ball(instance.norm, level)
    w, intercept = term.admit(point.w), point.intercept
    eta = instance.predictor(w, intercept)
    certificate = certify_term(instance, term, w, intercept, eta, options.tolerance)
    return Answer(Point(w, intercept, point.alpha), certificate, 1)


def solve_budget(workspace: Workspace, budget: float, start: Point | None, options: Options) -> Answer:
    """Minimise f subject to R <= budget; if the budget does not bind, the least-norm best fit."""
    instance = workspace.instance
    term, solver = Ball(instance.norm, budget), solver_of(instance, "budget")
    fast = _by_fast_solver(workspace, solver, term.condition, None, options) if budget > 0 else None
    if fast is not None and fast.certificate.is_met:
        return fast
    start = start if fast is None else _sound(fast)
    answer = _taken_over(instance, _budget_without_fast_solver(workspace, term, start, options), solver)
    return answer if fast is None else min(fast, answer, key=excess_of)


def _sound(answer: Answer) -> Point | None:
    """A point to start from, unless the path ran into overflow there."""
    return answer.point if np.isfinite(answer.certificate.excess) else None


def _budget_without_fast_solver(
    workspace: Workspace, term: Ball, start: Point | None, options: Options
) -> Answer:
    """A budget where the fast solver does not prove it."""
    instance, budget = workspace.instance, term.radius
    null = null_point(instance)
    if budget > 0 and instance.loss.is_smooth and not instance.norm.is_one_sided:
        fit = best_fit(workspace)
        if fit.is_attained and fit.span is not None and fit.span.is_unique:  # then its weights cost little
            free = _unbound(workspace, term, fit, None, options)
            if free is not None:
                return free
        at_limit = None if fit.is_attained else limit_in_ball(workspace, term, fit, options)
        if at_limit is not None:
            return at_limit
    if not instance.loss.is_smooth:
        nothing = _null_answer(instance, term, options)
        if nothing.certificate.is_met:  # no ball is large enough for columns that say nothing
            return nothing
        free = None
        if budget > 0 and is_unequal(instance) and not instance.norm.is_one_sided:
            free = kinked_fit_in_ball(workspace, term, options)
        if free is not None:
            return free
    if budget > 0 and is_unequal(instance):
        answer = budget_by_alphas(workspace, term, (start or null).alpha, options)
        if answer.certificate.is_met:
            return answer
    else:
        answer = solve_term(workspace, term, start or null, options)
    scale = null.alpha if np.isfinite(null.alpha) else 1.0
    binds = answer.point.alpha > 1e-7 * scale and instance.norm.value(answer.point.w) > budget * (1 - 1e-9)
    if budget > 0 and not binds:
        fit = best_fit(workspace)
        if answer.certificate.is_met and _is_above(instance, answer, fit, options):
            return answer
        free = _unbound(workspace, term, fit, answer, options)
        # a price may be small for the units of the columns alone: then the ball binds, and that was no fit
        if free is not None and (free.certificate.is_met or not answer.certificate.is_met):
            return free if free.certificate.is_met else min(free, answer, key=excess_of)
    return answer


def _is_above(instance: Instance, answer: Answer, fit: LeastFit, options: Options) -> bool:
    """Whether the loss of a proved answer is above the least one: then its ball binds, at any alpha."""
    loss = instance.value(instance.predictor(answer.point.w, answer.point.intercept))
    return loss - fit.loss > 10 * options.tolerance * instance.scale


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
    return Answer(Point(point.w, point.intercept, alpha), certificate, answer.n_iterations, "best fit")


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
        return Answer(null, certificate, 0, "null model")
    solver = solver_of(instance, "target")
    # no loss is lower than the floor, which a path only tends to: it would be walked in vain
    is_walked = solver == "vertices" or target - instance.floor > AT_FLOOR * instance.scale
    fast = (
        _by_fast_solver(workspace, solver, Condition("target", target), None, options) if is_walked else None
    )
    if fast is not None and fast.certificate.is_met:
        return fast
    if abs(target - instance.floor) <= AT_FLOOR * instance.scale:
        pursued = _pursued(instance, solver_of(instance, levels=[0.0]), options)
        if pursued is not None:
            return pursued
    start = (None if fast is None else _sound(fast)) or start or null
    answer = _target_without_fast_solver(workspace, target, start, certificate, options)
    answer = _taken_over(instance, answer, solver)
    return answer if fast is None else min(fast, answer, key=excess_of)


def _target_without_fast_solver(
    workspace: Workspace, target: float, start: Point, certificate: Certificate, options: Options
) -> Answer:
    """A target where the fast solver does not prove it; `certificate` is that of w = 0."""
    instance, met = workspace.instance, None
    if target - instance.floor > AT_FLOOR * instance.scale and is_unequal(instance):
        met = target_by_alphas(workspace, target, start.alpha, options)
        if met.certificate.is_met:
            return met
    answer = _target_by_frontier(workspace, target, start, certificate, options)
    return answer if met is None else min(answer, met, key=excess_of)


def _target_by_frontier(
    workspace: Workspace, target: float, start: Point, certificate: Certificate, options: Options
) -> Answer:
    """A target met along the frontier, or from its end."""
    instance = workspace.instance
    # without vertices its best fit is a search of its own, made only if the frontier ends
    is_search = instance.norm.is_one_sided and solver_of(instance) != "vertices"
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
