"""The target form by Newton's method on the frontier of norm and loss.

The dual bound of the target form at the current dual point is a budget that cannot be too large,

    t = max_lambda lambda (-s - f*(-theta)) - R*(lambda z),

because the frontier is convex and the dual point gives one of its tangents. Solving with that
budget gives a new tangent, and so on, from the left, without overshooting (van den Berg,
Friedlander, "Probing the Pareto frontier for basis pursuit solutions", SIAM J. Sci. Comput. 31,
2008, for the L1 case). Each budget solution is finished on its face with f = s as the closing
equation.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...typing import Floats
from ..certificate import Certificate, certify_target
from ..ends.fits import null_model, null_point
from ..instance import Instance
from ..terms import Ball, Condition
from ..workspace import Answer, Options, Workspace
from .face_newton import Point, solve_on_face
from .solver import solve_term

LARGEST_BUDGET = 1e8
"""In units of loss at w = 0 over alpha_max: a target that needs more is not attained."""

FINEST = 1e-15
"""Smallest relative gap that a solve along the frontier is asked for."""

CLOSE = 1e-10
"""Relative excess over a target up to which the steps along the frontier go on."""


def excess_of(answer: Answer) -> float:
    """What answers are compared by."""
    return answer.certificate.excess


def follow_frontier(
    workspace: Workspace, target: float, start: Point, certificate: Certificate, options: Options
) -> Answer:
    """Newton's method on the frontier from the left, `certificate` being that of w = 0."""
    instance = workspace.instance
    null = null_point(instance)
    best = Answer(null, certificate, 0)
    point, budget, stalled = start, certificate.dual, 0
    for iteration in range(1, options.max_iterations + 1):
        # what the loss may be off costs its share of alpha R
        worth = (
            min(best.point.alpha * best.certificate.primal / instance.scale, 1.0) if iteration > 1 else 1.0
        )
        precision = max(1e-2 * options.tolerance * worth, FINEST)
        answer = solve_term(workspace, Ball(instance.norm, budget), point, Options(precision, 30))
        point = answer.point
        improved = False
        for candidate, theta in _candidates(workspace, target, answer):
            certificate = certify_point(instance, target, candidate, options, theta)
            budget = max(budget, certificate.dual)
            if certificate.excess < best.certificate.excess:
                improved = certificate.excess < 0.9 * best.certificate.excess
                best = Answer(candidate, certificate, iteration)
        stalled = 0 if improved else stalled + 1
        is_hopeless = LARGEST_BUDGET * instance.scale < budget * null.alpha < np.inf
        # without a face to finish on, f comes down to the target by these steps alone
        is_close = instance.loss.is_smooth or best.certificate.infeasibility <= CLOSE
        if (best.certificate.is_met and is_close) or stalled > 15 or is_hopeless:
            break
    return best


def _candidates(workspace: Workspace, target: float, answer: Answer) -> Iterator[tuple[Point, Floats | None]]:
    """A budget's answer, finished on its face; each with its dual point where eta alone does not give it."""
    instance, point = workspace.instance, answer.point
    if not instance.loss.is_smooth:
        yield point, answer.certificate.theta
        return
    yield point, None
    finished = solve_on_face(instance, workspace.store, Condition("target", target), point)
    if finished is not None:
        yield finished, None


def certify_point(
    instance: Instance,
    target: float,
    point: Point,
    options: Options,
    theta: Floats | None = None,
) -> Certificate:
    """Certificate of the target form at a point."""
    eta = instance.predictor(point.w, point.intercept)
    return certify_target(
        instance, target, point.w, point.intercept, eta, point.alpha, options.tolerance, theta
    )


def certify_null(instance: Instance, target: float, options: Options) -> Certificate:
    """Certificate of the target form at the null point."""
    null = null_model(instance)
    theta = None if instance.loss.is_smooth else null.theta
    return certify_point(instance, target, null.point, options, theta)
