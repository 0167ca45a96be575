"""A budget or a target met by penalised solves: what any norm and any units of the columns allow.

Along the path R grows and f falls as alpha falls. The alpha of a level is bracketed and narrowed by
the secant in log alpha, each solve from the last; the point found is brought to the level by
Newton's method on its face, and a certificate of the form that was asked for ends the search as
soon as the face is the right one. Where the path has a straight piece at one alpha the point is
between the ends of the bracket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from ...typing import Floats
from ..certificate import certify_target, certify_term
from ..ends.fits import null_model, null_point
from ..instance import Instance
from ..piecewise.kink_newton import solve_at_kinks
from ..root import between_alphas, bisected
from ..terms import Ball, Condition, Penalty
from ..workspace import Answer, Options, Workspace
from .face_newton import Point, solve_on_face
from .solver import solve_term

Certify = Callable[[Point, Floats | None], Answer]
"""A point in the form that is asked for, certified; with a dual point where eta alone gives none."""

FALL = 0.1
"""Ratio of alphas while a bracket is looked for."""
SMALLEST_SHARE = 1e-60
"""Of the first alpha; a point that far down is the end of the path, and proved before."""
MOST_SOLVES = 60
MOST_MODELS = 30
"""Of one solve."""
MOST_IDLE = 6
"""Solves within a bracket after which nothing better is expected."""
CLOSED = 1e-10
"""Relative width of a bracket from which on its ends are one alpha."""


def budget_by_alphas(workspace: Workspace, term: Ball, hint: float, options: Options) -> Answer:
    """Minimise f in a ball, from a hint of the price."""
    instance = workspace.instance

    def certify(point: Point, theta: Floats | None) -> Answer:
        w = term.admit(point.w)
        eta = instance.predictor(w, point.intercept)
        certificate = certify_term(instance, term, w, point.intercept, eta, options.tolerance, theta)
        return Answer(Point(w, point.intercept, point.alpha), certificate, 0)

    return _meet(workspace, term.condition, certify, hint, options)


def target_by_alphas(workspace: Workspace, target: float, hint: float, options: Options) -> Answer:
    """Minimise R subject to f <= target, from a hint of the price."""
    instance = workspace.instance

    def certify(point: Point, theta: Floats | None) -> Answer:
        eta = instance.predictor(point.w, point.intercept)
        tolerance = options.tolerance
        certificate = certify_target(
            instance, target, point.w, point.intercept, eta, point.alpha, tolerance, theta
        )
        return Answer(point, certificate, 0)

    return _meet(workspace, Condition("target", target), certify, hint, options)


def _meet(
    workspace: Workspace, condition: Condition, certify: Certify, hint: float, options: Options
) -> Answer:
    """The point of the path at a level, or the nearest to it that was found, from a hint of its alpha."""
    instance, null = workspace.instance, null_point(workspace.instance)
    first = null.alpha
    if not np.isfinite(first):  # no alpha makes w zero: where every direction is shrunk by half and more
        first = _first_of_ridge(instance, instance.predictor(null.w, null.intercept))
    alpha = hint if 0 < hint < first else FALL * first
    high = (first, null, -_missing(workspace, condition, null))
    best = certify(null, None if instance.loss.is_smooth else null_model(instance).theta)
    low: End | None = None
    point, idle, reserve = null, 0, workspace.work.left // 2  # for other ways, should this one fail
    for n_solves in range(1, MOST_SOLVES + 1):
        term = Penalty(instance.norm, alpha)
        found = solve_term(workspace, term, point, Options(1e-3 * options.tolerance, MOST_MODELS))
        point = found.point
        value = -_missing(workspace, condition, point)
        if value < 0:
            high = (alpha, point, value)
        else:
            low = (alpha, point, value)
        before = best.certificate.excess
        smooth = instance.loss.is_smooth
        tried = [(candidate, None) for candidate in _candidates(workspace, condition, point, high, low)]
        theta = found.certificate.theta
        pairs = tried if smooth else [(candidate, theta) for candidate, _ in tried]
        for candidate, dual in [*pairs, *_at_kinks(workspace, condition, point, theta)]:
            if not (np.isfinite(candidate.w).all() and np.isfinite(candidate.intercept)):
                continue
            answer = certify(candidate, dual)
            if answer.certificate.excess < best.certificate.excess:
                best = replace(answer, n_iterations=n_solves)
        idle = 0 if low is None or best.certificate.excess < 0.5 * before else idle + 1
        if best.certificate.is_met or idle > MOST_IDLE or workspace.work.left < reserve:
            break
        if low is None:
            alpha *= FALL
            if alpha < SMALLEST_SHARE * first:
                break
        elif low[0] >= high[0] * (1 - 1e-15):
            break
        else:
            margin = 0.05 if n_solves % 3 else 0.5
            price = best.point.alpha  # of a point at the level, which was found on its face
            is_new = best.n_iterations == n_solves and low[0] * (1 + CLOSED) < price < high[0] * (1 - CLOSED)
            alpha = price if is_new else between_alphas(high[0], low[0], high[2], low[2], margin)
    return best


def _at_kinks(
    workspace: Workspace, condition: Condition, point: Point, theta: Floats
) -> list[tuple[Point, Floats]]:
    """A budget of a loss with kinks, on the face and the kinks that a penalised solve has found."""
    instance = workspace.instance
    if instance.loss.is_smooth or condition.form != "budget":
        return []
    u = -theta / instance.sample_weight
    found = solve_at_kinks(instance, workspace.store, condition, point, u)
    return [(each.point, each.theta) for each in found]


def _first_of_ridge(instance: Instance, eta: Floats) -> float:
    """An alpha that shrinks every direction by half and more; without curvature 4 |grad f|^2 / f.

    There a step of 1 / alpha along the gradient saves at most a quarter of the loss.
    """
    curvature = float(instance.curvature(eta).sum())
    if curvature > 0:
        return float(instance.mean_squares.sum()) * curvature
    slope = instance.design.rmatvec(instance.gradient(eta))
    return 4 * float(slope @ slope) / max(instance.value(eta), 1e-300)


End = tuple[float, Point, float]
"""Alpha, its point, and how far beyond the level that lies."""


def _missing(workspace: Workspace, condition: Condition, point: Point) -> float:
    """How much of the level is not reached: of R, or of the fall of f."""
    instance = workspace.instance
    if condition.form == "budget":
        return condition.level - instance.norm.value(point.w)
    return instance.value(instance.predictor(point.w, point.intercept)) - condition.level


def _candidates(
    workspace: Workspace, condition: Condition, point: Point, high: End, low: End | None
) -> Iterator[Point]:
    """The point itself, on its face at the level, and between the ends of a closed bracket."""
    yield point
    instance = workspace.instance
    if instance.loss.is_smooth:
        finished = solve_on_face(instance, workspace.store, condition, point)
        if finished is not None:
            yield finished
    if low is not None and high[0] - low[0] <= CLOSED * high[0]:
        alpha, start, end = low[0], high[1], low[1]

        def between(share: float) -> Point:
            w = (1 - share) * start.w + share * end.w
            return Point(w, (1 - share) * start.intercept + share * end.intercept, alpha)

        yield between(
            bisected(lambda share: _missing(workspace, condition, between(share)) > 0, 0.0, 1.0, 60)[1]
        )
