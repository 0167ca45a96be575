"""Losses without curvature: a sequence of smooth envelopes whose kinks are in the right place.

For f(eta) = sum_i v_i max(lower r_i, upper r_i), r = eta - y, the dual is a problem in the
slopes u (n,) in [lower, upper]. The proximal point method on it,

    u_{k+1} = argmax_u  dual(u) - sum_i v_i tau (u_i - u_{k,i})^2 / 2,

is the primal problem with every loss replaced by its `Envelope` around u_k: a smooth
problem, which the solvers for smooth losses finish to machine precision, and whose
gradient is u_{k+1}. Unlike a plain smoothing it is exact without tau -> 0: on a polyhedral
problem the method ends after finitely many steps (Rockafellar, "Monotone operators and the
proximal point algorithm", SIAM J. Control Optim. 14, 1976, section 5), on others an error
shrinks by a factor of the order of tau. tau falls by `SHRINKAGE` all the same, as fast as
the envelopes stay easy. Every u_k is a dual point of the loss itself, so the certificate
is that of the true problem.

With prices feature by feature the vertices of `vertex_path.py` come first, and with no price
at all (`fit_span_piecewise`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...designs.dense import DenseDesign
from ...losses.hessian_root import DiagonalRoot
from ...losses.piecewise_linear import PiecewiseLinear
from ...norms.l1 import L1
from ...norms.separable import Separable
from ...typing import Floats
from ..certificate import Certificate, certify_term, free_part_removed, made_orthogonal
from ..ends.smooth_fit import LeastFit, fit_columns, without_rounding
from ..generic.face_newton import Point
from ..generic.proximal_newton import solve_smooth
from ..instance import Instance
from ..terms import Term
from ..workspace import Answer, Options, Workspace
from .envelope import Envelope
from .kink_newton import solve_at_kinks
from .vertex_basis import LostVertexError
from .vertex_path import VertexPath

SHRINKAGE = 0.1
SMALLEST_WIDTH = 1e-6
"""Least width over the size of the residuals: below it rounding of eta shows in the slopes."""

MAX_ENVELOPES, MAX_STALLED = 40, 8


class Envelopes:
    """The smooth problems of one sequence.

    Parameters
    ----------
    instance : Instance with a `PiecewiseLinear` loss.
    eta : (n,) predictor whose residuals give the first width.
    centre : (n,) guess of the slopes, default 0.
    """

    def __init__(self, instance: Instance, eta: Floats, centre: Floats | None = None) -> None:
        assert isinstance(instance.loss, PiecewiseLinear)
        self._instance = instance
        self._lower, self._upper = instance.loss.slopes
        size = float(instance.sample_weight @ np.abs(eta - instance.y))
        self._size = size if size > 0 else max(float(np.abs(instance.y).max()), 1e-300)
        self.centre = np.zeros(instance.n_samples) if centre is None else centre
        # a guess from a neighbour is worth keeping, which a narrow envelope does
        self.width = self._size * (2.0 if centre is None else 0.1)

    @property
    def current(self) -> Instance:
        """The smooth problem around the present guess."""
        return replace(
            self._instance, loss=Envelope(self._lower, self._upper, self.centre.copy(), self.width)
        )

    def admit(self, theta: Floats) -> tuple[Floats, float]:
        """Slopes (n,) of a dual point theta (n,), and the share of it that lies within their range."""
        weight = self._instance.sample_weight
        u = np.divide(-theta, weight, out=np.zeros(len(theta)), where=weight > 0)
        if not np.isfinite(u).all():
            return u, 1.0
        over = max(float(u.max()) / self._upper, float(u.min()) / self._lower, 1.0)
        return u, 1.0 / over

    def precision(self, error: float) -> float:
        """Relative gap of an envelope that leaves at most `error` in the loss.

        A kink missed by d costs the loss d and its envelope d^2 / tau.
        """
        return float(np.clip(0.1 * error**2 * self._size / self.width, 1e-15, 1e-4))

    def advance(self, u: Floats, is_solved: bool) -> None:
        """The next guess, narrower if the last envelope was not too hard."""
        if np.isfinite(u).all():
            self.centre = np.clip(u, self._lower, self._upper)
        if is_solved:
            self.width = max(SHRINKAGE * self.width, SMALLEST_WIDTH * self._size)


def solve_piecewise(workspace: Workspace, term: Term, start: Point, options: Options) -> Answer:
    """Minimise f(X w + b) + h(w) from `start`; the certificate is that of f itself.

    `workspace.slopes` leaves the dual point to the next solve. Cost: a few smooth solves.
    """
    instance = workspace.instance
    point, best, iterations, gap, stalled = start, None, 0, 1.0, 0
    envelopes = Envelopes(instance, instance.predictor(start.w, start.intercept), workspace.slopes)
    for _ in range(MAX_ENVELOPES):
        smooth = Workspace(envelopes.current, workspace.work)
        smooth.store = workspace.store
        precision = envelopes.precision(max(1e-2 * gap, 0.1 * options.tolerance) * 0.1**stalled)
        answer = solve_smooth(smooth, term, point, replace(options, tolerance=precision))
        point, iterations = answer.point, iterations + answer.n_iterations
        u, certificate = _best_dual(workspace, envelopes, term, answer, options)
        if best is None or certificate.excess < best.certificate.excess:
            best, workspace.slopes = Answer(point, certificate, 0), envelopes.centre
        finished = None if certificate.is_met else _finished(workspace, term, point, u, options)
        if finished is not None and finished.certificate.excess < best.certificate.excess:
            best = finished
            if finished.certificate.is_met:
                workspace.slopes = -finished.certificate.theta / instance.sample_weight
                break
        if workspace.work.is_over:
            break
        if certificate.is_met:
            workspace.slopes = np.clip(u, *_ends(instance))
            break
        stalled = 0 if certificate.gap < 0.5 * gap else stalled + 1
        if stalled > MAX_STALLED:
            break
        gap = min(gap, certificate.gap)
        envelopes.advance(u, answer.certificate.gap <= max(precision, 1e-9))
    assert best is not None
    best.n_iterations = iterations
    return best


def _best_dual(
    workspace: Workspace, envelopes: Envelopes, term: Term, answer: Answer, options: Options
) -> tuple[Floats, Certificate]:
    """Slopes (n,) and certificate of a smooth answer: by its own dual point, or by that at eta alone."""
    instance, point = workspace.instance, answer.point
    eta = instance.predictor(point.w, point.intercept)

    def of(theta: Floats) -> tuple[Floats, Certificate]:
        theta = _freed(instance, theta)
        u, share = envelopes.admit(theta)
        tolerance = options.tolerance
        return u, certify_term(instance, term, point.w, point.intercept, eta, tolerance, share * theta)

    found = of(answer.certificate.theta)
    if found[1].is_met:
        return found
    other = of(free_part_removed(envelopes.current, eta, instance.free_columns))
    return min(found, other, key=lambda pair: pair[1].excess)


def _freed(instance: Instance, theta: Floats) -> Floats:
    """theta (n,) orthogonal to what carries no price, by slopes that have room within their range.

    The curvature 1 / width of an envelope shows the rounding of eta there.
    """
    if not np.isfinite(theta).all() or not instance.free_columns.shape[1]:
        return theta
    lower, upper = _ends(instance)
    u = -theta / instance.sample_weight
    room = instance.sample_weight * np.clip(np.minimum(u - lower, upper - u), 0.0, None)
    return made_orthogonal(theta, DiagonalRoot(np.sqrt(room)), instance.free_columns)


def _finished(workspace: Workspace, term: Term, point: Point, u: Floats, options: Options) -> Answer | None:
    """The answer on the face and the kinks that an envelope has found."""
    instance, best = workspace.instance, None
    for found in solve_at_kinks(instance, workspace.store, term.condition, point, u):
        workspace.work.spend()
        w, b = term.admit(found.point.w), found.point.intercept
        eta = instance.predictor(w, b)
        certificate = certify_term(instance, term, w, b, eta, options.tolerance, found.theta)
        if best is None or certificate.excess < best.certificate.excess:
            best = Answer(Point(w, b, found.point.alpha), certificate, 0)
        if certificate.is_met or workspace.work.is_over:
            break
    return best


def _ends(instance: Instance) -> tuple[float, float]:
    assert isinstance(instance.loss, PiecewiseLinear)
    return instance.loss.slopes


def fit_span_piecewise(instance: Instance, columns: Floats) -> tuple[LeastFit, Floats]:
    """Minimise f over the span of columns (n, k); the fit and the dual point theta (n,) that proves it.

    By vertices, by envelopes where those get lost.
    """
    try:
        return _fit_span_at_vertex(instance, columns)
    except LostVertexError:
        return _fit_span_by_envelopes(instance, columns)


def _fit_span_at_vertex(instance: Instance, columns: Floats) -> tuple[LeastFit, Floats]:
    k = columns.shape[1]
    spanned = replace(instance, design=DenseDesign(columns), norm=L1(np.zeros(k)), fit_intercept=False)
    vertex = VertexPath(spanned, Separable(np.zeros(k))).at(1.0)
    eta = spanned.predictor(vertex.w, 0.0)
    value = instance.value(eta)
    if not value + instance.conjugate(-vertex.theta) <= 1e-12 * instance.scale:
        raise LostVertexError("the fit is not proved")
    return LeastFit(without_rounding(instance, value), eta, True), vertex.theta


def _fit_span_by_envelopes(instance: Instance, columns: Floats) -> tuple[LeastFit, Floats]:
    eta = np.full(instance.n_samples, instance.null_intercept)
    envelopes = Envelopes(instance, eta)
    best: tuple[float, LeastFit, Floats] | None = None
    for _ in range(MAX_ENVELOPES):
        smooth = envelopes.current
        eta = fit_columns(smooth, columns).eta
        theta = free_part_removed(smooth, eta, columns)
        u, share = envelopes.admit(theta)
        value = instance.value(eta)
        gap = (value + instance.conjugate(-share * theta)) / instance.scale
        gap = gap if np.isfinite(gap) else np.inf
        if best is None or gap < best[0]:
            best = gap, LeastFit(value, eta, True), share * theta
        if gap <= 1e-13:
            break
        envelopes.advance(u, is_solved=bool(np.isfinite(u).all()))
    assert best is not None
    fit = replace(best[1], loss=without_rounding(instance, best[1].loss))
    return fit, best[2]
