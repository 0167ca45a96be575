"""The three forms answered on the path of vertices, each with its certificate.

An answer that is not proved is one among others: the envelopes of `envelopes.py` are asked as well.
None leaves the form to them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..certificate import Certificate, certify_target, certify_term
from ..ends.fit_certificate import certify_fit, certify_unbound
from ..ends.smooth_fit import LeastFit, without_rounding
from ..generic.face_newton import Point
from ..instance import Instance
from ..terms import Ball, Condition, Penalty, Term
from ..workspace import Answer, Options, Workspace
from .box_certificate import certify_in_box
from .vertex_basis import LostVertexError
from .vertex_levels import meet
from .vertex_path import Vertex, VertexPath

PERFECT = 1e-12
"""Loss relative to that of the null model below which a fit is perfect."""

BEST = 1e-12
"""Gap, relative to the loss of the null model, that proves the least loss."""


def vertex_penalty(workspace: Workspace, alpha: float, options: Options) -> Answer | None:
    """Minimise f + alpha R for alpha > 0."""
    term = Penalty(workspace.instance.norm, alpha)

    def solve(path: VertexPath) -> Answer:
        answer = _certified(workspace.instance, term, path.at(alpha), options)
        if answer.certificate.is_met:
            return answer
        return _certified(workspace.instance, term, path.corrected(), options)

    return _on_path(workspace, solve)


def vertex_budget(workspace: Workspace, budget: float, options: Options) -> Answer | None:
    """Minimise f subject to R <= budget, for budget > 0; where that does not bind, the end of the path."""
    instance, term = workspace.instance, Ball(workspace.instance.norm, budget)

    def solve(path: VertexPath) -> Answer:
        vertex = meet(path, "budget", budget)
        if vertex is not None:
            return _certified(instance, term, vertex, options)
        path.end()
        answer = _certified(instance, term, path.free(), options)
        if answer.certificate.is_met or answer.certificate.infeasibility > 0:
            return answer
        # in a small unit R counts for the rounding of the large columns' pulls, in their deviations not
        w, eta = answer.point.w, instance.predictor(answer.point.w, answer.point.intercept)
        proof = certify_unbound(instance, term, w, eta, options.tolerance, path.free().theta)
        return min(answer, replace(answer, certificate=proof), key=lambda each: each.certificate.gap)

    return _on_path(workspace, solve)


def vertex_target(workspace: Workspace, target: float, options: Options) -> Answer | None:
    """Minimise R subject to f <= target, for targets between the null point and the end of the path."""

    def solve(path: VertexPath) -> Answer | None:
        vertex = meet(path, "target", target)
        return None if vertex is None else _certified_target(workspace.instance, target, vertex, options)

    return _on_path(workspace, solve)


def vertex_end(workspace: Workspace, options: Options) -> Answer | None:
    """The best fit of least norm; a perfect one with the certificate of its equations."""
    instance = workspace.instance

    def solve(path: VertexPath) -> Answer:
        vertex = path.end()
        w, b = vertex.w, vertex.intercept
        loss = instance.value(instance.predictor(w, b))
        if loss - instance.floor > PERFECT * instance.scale:
            answer = _certified_target(instance, loss, vertex, options)
        else:
            theta = vertex.theta / vertex.alpha
            answer = Answer(
                _point(vertex), certify_fit(instance, instance.y, w, b, theta, options.tolerance), 0
            )
        return replace(answer, point=Point(w, b, 0.0))

    return _on_path(workspace, solve)


def vertex_best_fit(workspace: Workspace) -> LeastFit | None:
    """The least loss at any price."""
    instance = workspace.instance

    def solve(path: VertexPath) -> Answer:
        path.end()
        vertex = path.free()
        eta = instance.predictor(vertex.w, vertex.intercept)
        ball = Ball(instance.norm, max(instance.norm.value(vertex.w), 1e-300))
        proof = certify_unbound(instance, ball, vertex.w, eta, BEST, vertex.theta)
        return Answer(_point(vertex), proof, 0)

    answer = _on_path(workspace, solve)
    if answer is None or not answer.certificate.is_met:
        return None
    eta = instance.predictor(answer.point.w, answer.point.intercept)
    return LeastFit(without_rounding(instance, instance.value(eta)), eta, True)


def _on_path(workspace: Workspace, solve: Callable[[VertexPath], Answer | None]) -> Answer | None:
    """What `solve` finds on the workspace's path, which goes on from the last answer."""
    instance = workspace.instance
    try:
        if workspace.vertices is None:
            separable = instance.norm.separable(instance.n_features)
            assert separable is not None
            workspace.vertices = VertexPath(instance, separable)
        before = workspace.vertices.n_pivots
        answer = solve(workspace.vertices)
        if answer is not None:
            answer.n_iterations = workspace.vertices.n_pivots - before
        return answer
    except LostVertexError:
        workspace.vertices = None  # the next call starts over
        return None


def _point(vertex: Vertex) -> Point:
    return Point(vertex.w, vertex.intercept, vertex.alpha)


def _certified(instance: Instance, term: Term, vertex: Vertex, options: Options) -> Answer:
    w, b = term.admit(vertex.w), vertex.intercept
    eta = instance.predictor(w, b)
    certificate = certify_term(instance, term, w, b, eta, options.tolerance, vertex.theta)
    return _in_box_too(instance, term.condition, Point(w, b, vertex.alpha), vertex, certificate)


def _certified_target(instance: Instance, target: float, vertex: Vertex, options: Options) -> Answer:
    eta = instance.predictor(vertex.w, vertex.intercept)
    certificate = certify_target(
        instance, target, vertex.w, vertex.intercept, eta, vertex.alpha, options.tolerance, vertex.theta
    )
    return _in_box_too(instance, Condition("target", target), _point(vertex), vertex, certificate)


def _in_box_too(
    instance: Instance, condition: Condition, point: Point, vertex: Vertex, certificate: Certificate
) -> Answer:
    """An answer with its certificate or, where that does not prove it, with the better of two."""
    if not certificate.is_met and vertex.alpha > 0:
        other = certify_in_box(
            instance, condition, point.w, point.intercept, vertex.alpha, vertex.theta, certificate.tolerance
        )
        certificate = min(certificate, other, key=lambda each: each.excess)
    return Answer(point, certificate, 0)
