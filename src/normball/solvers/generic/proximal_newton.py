"""Penalty and budget forms for any smooth loss and any regulariser: proximal Newton with a finishing step.

At the current weights the loss is replaced by its quadratic model (exact for squared
error, otherwise with the loss's own majorant or curvature), the model plus the
regularising term is minimised by the semismooth Newton method of `proximal_point.py`, a
line search on the true objective takes the step, and Newton on the face that was found
(`face_newton.py`) finishes to machine precision. After every step a duality gap decides;
the best point by that gap is kept and returned. Source for the outer iteration: Lee,
Sun, Saunders, "Proximal Newton-type methods for minimizing composite functions",
SIAM J. Optim. 24 (2014).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...losses.hessian_root import DiagonalRoot, HessianRoot
from ...typing import Floats
from ..certificate import certify_term
from ..ends.smooth_fit import smooth_null
from ..instance import Instance
from ..line_search import armijo
from ..terms import Term
from ..workspace import Answer, Options, Workspace
from .face_newton import Point, price_on_face, solve_on_face
from .least_squares_model import LeastSquaresModel
from .mean_row import MeanRowModel, far_columns, mean_row
from .proximal_point import ProximalPointState, minimise_model

RESTART = 0.01
"""Share of the last proximal step that another solve begins with."""

UNEQUAL = 1e3
"""Ratio of column sizes from which on every feature has a unit of its own."""

ROUNDING = 1e-15
"""Share of the loss's scale below which differences of objectives are rounding."""


def solve_smooth(workspace: Workspace, term: Term, start: Point, options: Options) -> Answer:
    """Minimise f(X w + b) + h(w) from `start`, f smooth, where h is the penalty or the ball.

    Returns the point with the smallest certified gap; the caller looks at
    `certificate.is_met` to see whether the tolerance was reached.
    """
    instance, condition = workspace.instance, term.condition
    w = start.w if np.isfinite(instance.norm.value(start.w)) else np.zeros(instance.n_features)
    best = _certify(instance, term, Point(term.prox(w, 0.0)[0], start.intercept, start.alpha), options)
    if not best.certificate.is_final and best.point.w.any():
        # a start from a neighbour often lies on the right face already
        finished = solve_on_face(instance, workspace.store, condition, best.point)
        if finished is not None:
            best = min(best, _certify(instance, term, finished, options), key=_excess)
    if workspace.state is not None:  # steps that suit the end of one solve are too long for the next
        workspace.state.sigma *= RESTART
    current, stalled, iteration, precision = best, 0, 0, 1e-2
    work = workspace.work
    while not best.certificate.is_final and iteration < options.max_iterations and stalled < 6:
        if work.is_over:
            break
        work.spend()
        iteration += 1
        moved = _model_step(workspace, term, current, options, precision)
        candidates = [moved]
        finished = solve_on_face(instance, workspace.store, condition, moved.point)
        if finished is not None:
            candidates.append(_certify(instance, term, finished, options))
        before = current.certificate.primal
        current = _choose(candidates, instance.scale)
        nearest = min(candidates, key=_excess)
        improved = nearest.certificate.excess < 0.5 * best.certificate.excess
        # the gap may rise on the way while the objective still falls
        descends = (
            current.certificate.primal < before - max(1e-3 * options.tolerance, ROUNDING) * instance.scale
        )
        stalled = 0 if improved or descends else stalled + 1
        if not improved:  # the certificate asks more of the model's solution than its own gap shows
            precision = max(1e-3 * precision, 1e-14)
        best = min(best, nearest, key=_excess)
    best = _without_dust(instance, term, best, options)
    best.n_iterations = iteration
    return best


def _excess(answer: Answer) -> float:
    return answer.certificate.excess


def _choose(candidates: list[Answer], scale: float) -> Answer:
    """The candidate of least objective; among equals the one with the smaller gap."""
    least = min(answer.certificate.primal for answer in candidates)
    level = [answer for answer in candidates if answer.certificate.primal <= least + 1e-13 * scale]
    return min(level or candidates, key=_excess)  # none is level where all have overflowed


def _without_dust(instance: Instance, term: Term, answer: Answer, options: Options) -> Answer:
    """Set rounding remainders to exact zeros where the certificate is as good without them."""
    w = answer.point.w
    size = np.abs(w)
    dust = (size > 0) & (size <= 1e-11 * size.max(initial=0.0)) & ~instance.unpenalised
    if not (instance.norm.makes_zeros and dust.any()):
        return answer
    point = Point(np.where(dust, 0.0, w), answer.point.intercept, answer.point.alpha)
    cleaned = _certify(instance, term, point, options)
    is_as_good = cleaned.certificate.is_met or cleaned.certificate.excess <= answer.certificate.excess
    return cleaned if is_as_good else answer


def _certify(instance: Instance, term: Term, point: Point, options: Options) -> Answer:
    """Certificate of a point brought into the domain; its price is the slope of the frontier there."""
    w, intercept = term.admit(point.w), point.intercept
    if w is not point.w:
        intercept = instance.best_intercept(instance.design.matvec(w), intercept)
    eta = instance.predictor(w, intercept)
    certificate = certify_term(instance, term, w, intercept, eta, options.tolerance)
    if term.condition.form == "penalty":
        return Answer(Point(w, intercept, term.condition.level), certificate, 0)
    face = instance.norm.face(w)
    if face.n_coordinates == 0:
        return Answer(Point(w, intercept, smooth_null(instance).point.alpha), certificate, 0)
    with np.errstate(over="ignore", invalid="ignore"):  # a point in overflow has no price, and no proof
        price = price_on_face(face, face.pull_back(instance.design.rmatvec(-instance.gradient(eta))))
    return Answer(Point(w, intercept, price), certificate, 0)


def _model_step(
    workspace: Workspace, term: Term, current: Answer, options: Options, precision: float
) -> Answer:
    """Minimise the quadratic model at the current point, to a share of the gap, and search along the step."""
    instance, point = workspace.instance, current.point
    eta = instance.predictor(point.w, point.intercept)
    gradient = instance.gradient(eta)
    curvature = np.maximum(instance.curvature(eta), workspace.caution * instance.majorant(eta))
    curvature = np.maximum(curvature, 1e-12 * curvature.max(initial=1e-300))
    root = DiagonalRoot(np.sqrt(curvature)) if instance.loss.is_diagonal else instance.hessian_root(eta)
    least, most, metric = _steps(instance, root, term)
    centre = root.apply(eta) - root.solve(gradient)
    model = _model(workspace, root, centre, metric)
    state = workspace.state
    if state is None:
        state = ProximalPointState(model.c - model.matvec(point.w), 0.0)
        workspace.state = state
    if state.sigma == 0.0 or not np.isfinite(state.u).all():
        state.u = model.c - model.matvec(point.w)
    # where directions differ, the step that the last model ended with is the one that got anywhere
    state.sigma = float(np.clip(state.sigma, least, max(most, state.reach)))
    goal = precision * min(current.certificate.gap, 1.0)
    goal = max(goal, min(precision, 0.1) * options.tolerance, 0.1 * ROUNDING) * instance.scale
    w = minimise_model(model, term, point.w, state, goal, workspace.work)
    intercept = 0.0
    linear = instance.design.matvec(w)
    if instance.fit_intercept:
        intercept = float(curvature @ (eta - linear) - gradient.sum()) / float(curvature.sum())
    goal_point = Point(w, intercept, point.alpha)
    moved, share = _line_search(instance, term, point, goal_point, eta, linear + intercept)
    workspace.caution = max(0.1 * workspace.caution, 1e-6) if share == 1 else min(10 * workspace.caution, 1.0)
    answer = _certify(instance, term, moved, options)
    if answer.certificate.is_final or share < 1 or answer.point.w is not w:
        return answer
    # the model's own dual point meets its equations with digits that eta may have lost
    theta, tolerance = model.dual(state.u), options.tolerance
    eta = instance.predictor(w, moved.intercept)
    with np.errstate(over="ignore", invalid="ignore"):
        other = certify_term(instance, term, w, moved.intercept, eta, tolerance, theta)
    return replace(answer, certificate=min(answer.certificate, other, key=lambda proof: proof.gap))


def _model(
    workspace: Workspace, root: HessianRoot, centre: Floats, metric: Floats | None
) -> LeastSquaresModel:
    """The least squares problem of a Hessian's root and a goal (n,)."""
    if workspace.has_mean_row is None:
        workspace.mean_row = mean_row(workspace.instance)
        workspace.has_mean_row = workspace.mean_row is not None
    if workspace.mean_row is None:
        return LeastSquaresModel(workspace.instance, workspace.store, root, centre, metric)
    return MeanRowModel(workspace.instance, workspace.store, root, centre, metric, workspace.mean_row)


def _steps(instance: Instance, root: HessianRoot, term: Term) -> tuple[float, float, Floats | None]:
    """Shortest and longest first proximal step, and a metric where columns differ much.

    In units of the mean squared column norm of A: about the means, where these have a row of their own.
    """
    squares, whole = _squares(instance), instance.mean_squares
    mean = float(squares.mean()) if len(squares) else 1.0
    full = float(whole.mean()) if len(whole) else 1.0
    metric = np.where(squares > 0, squares / mean, 1.0) if term.has_metric and is_unequal(instance) else None
    total = root.total
    return 10 / max(full * total, 1e-300), 1e4 / max(mean * total, 1e-300), metric


def _squares(instance: Instance) -> Floats:
    """(p,) mean squares of the columns; of those with a row for their means, about these."""
    if instance.is_centred:
        return instance.mean_squares
    return np.where(far_columns(instance), instance.moments[1] ** 2, instance.mean_squares)


def is_unequal(instance: Instance) -> bool:
    """Whether columns differ so much in size that one unit for all features fails some."""
    squares = _squares(instance)
    present = squares[squares > 0]
    return bool(len(present) and present.min() * UNEQUAL**2 < present.max())


def _line_search(
    instance: Instance, term: Term, point: Point, goal: Point, eta: Floats, eta_goal: Floats
) -> tuple[Point, float]:
    """Armijo search on the true objective from `point` to `goal`, the full step first; also its share."""
    if instance.loss.is_quadratic:
        return goal, 1.0
    before = instance.value(eta) + term.value(point.w)
    slope = float(instance.gradient(eta) @ (eta_goal - eta)) + term.value(goal.w) - term.value(point.w)
    rounding = ROUNDING * (abs(before) + instance.scale)

    def at(share: float) -> tuple[float, Floats]:
        w = goal.w if share == 1.0 else point.w + share * (goal.w - point.w)
        return instance.value(eta + share * (eta_goal - eta)) + term.value(w), w

    share, _, w = armijo(at, before, slope, rounding) or (0.0, before, point.w)
    intercept = point.intercept + share * (goal.intercept - point.intercept)
    return Point(w, intercept, point.alpha), share
