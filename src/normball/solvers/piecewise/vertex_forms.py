"""The three forms answered on the path of vertices, each with its certificate.

What is returned is proved; None leaves the form to the envelopes of `envelopes.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..certificate import certify_target, certify_term
from ..ends.fit_certificate import certify_fit
from ..ends.smooth_fit import LeastFit, without_rounding
from ..generic.face_newton import Point
from ..instance import Instance
from ..terms import Ball, Penalty, Term
from ..workspace import Answer, Options, Workspace
from .vertex_basis import LostVertexError
from .vertex_levels import meet
from .vertex_path import Vertex, VertexPath

PERFECT = 1e-12
"""Loss relative to that of the null model below which a fit is perfect."""


def vertex_penalty(workspace: Workspace, alpha: float, options: Options) -> Answer | None:
    """Minimise f + alpha R for alpha > 0."""
    term = Penalty(workspace.instance.norm, alpha)

    def solve(path: VertexPath) -> Answer:
        answer = _certified(workspace.instance, term, path.at(alpha), options)
        if answer.certificate.is_met:
            return answer
        return _certified(workspace.instance, term, path.corrected(), options)

    return _proved(workspace, solve)


def vertex_budget(workspace: Workspace, budget: float, options: Options) -> Answer | None:
    """Minimise f subject to R <= budget, for budget > 0; where that does not bind, the end of the path."""
    instance, term = workspace.instance, Ball(workspace.instance.norm, budget)

    def solve(path: VertexPath) -> Answer:
        vertex = meet(path, "budget", budget)
        if vertex is None:
            path.end()
            vertex = path.free()
        return _certified(instance, term, vertex, options)

    return _proved(workspace, solve)


def vertex_target(workspace: Workspace, target: float, options: Options) -> Answer | None:
    """Minimise R subject to f <= target, for targets between the null point and the end of the path."""

    def solve(path: VertexPath) -> Answer | None:
        vertex = meet(path, "target", target)
        return None if vertex is None else _certified_target(workspace.instance, target, vertex, options)

    return _proved(workspace, solve)


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

    return _proved(workspace, solve)


def vertex_best_fit(workspace: Workspace) -> LeastFit | None:
    """The least loss at any price."""
    instance = workspace.instance

    def solve(path: VertexPath) -> Answer:
        path.end()
        vertex = path.free()
        ball = Ball(instance.norm, max(instance.norm.value(vertex.w), 1e-300))
        return _certified(instance, ball, vertex, Options(1e-12))

    answer = _proved(workspace, solve)
    if answer is None:
        return None
    eta = instance.predictor(answer.point.w, answer.point.intercept)
    return LeastFit(without_rounding(instance, instance.value(eta)), eta, True)


def _proved(workspace: Workspace, solve: Callable[[VertexPath], Answer | None]) -> Answer | None:
    """What `solve` finds on the workspace's path, which goes on from the last answer, if it is proved."""
    instance = workspace.instance
    try:
        if workspace.vertices is None:
            separable = instance.norm.separable(instance.n_features)
            assert separable is not None
            workspace.vertices = VertexPath(instance, separable)
        before = workspace.vertices.n_pivots
        answer = solve(workspace.vertices)
        if answer is None or not answer.certificate.is_met:
            return None
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
    return Answer(Point(w, b, vertex.alpha), certificate, 0)


def _certified_target(instance: Instance, target: float, vertex: Vertex, options: Options) -> Answer:
    eta = instance.predictor(vertex.w, vertex.intercept)
    certificate = certify_target(
        instance, target, vertex.w, vertex.intercept, eta, vertex.alpha, options.tolerance, vertex.theta
    )
    return Answer(_point(vertex), certificate, 0)
