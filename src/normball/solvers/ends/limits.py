"""Balls so large that they hold a best fit, or weights whose loss is down at its limit.

Separable classes and empty counts let the loss fall for ever while the predictor runs away. In a ball
that holds weights whose loss is at its floor up to the tolerance, those are an answer, and the floor
itself, -f*(0), is the bound that proves it: it needs no price, no face and no step towards infinity.
"""

from __future__ import annotations

import numpy as np

from ..certificate import certify_term
from ..generic.face_newton import Point
from ..piecewise.envelopes import fit_span_piecewise
from ..terms import Ball
from ..workspace import Answer, Options, Workspace
from .fit_certificate import certify_unbound
from .smooth_fit import LeastFit

ROOM = 1 - 1e-12
"""Share of the radius that rounding leaves."""


def limit_in_ball(workspace: Workspace, term: Ball, fit: LeastFit, options: Options) -> Answer | None:
    """Weights in the ball at which f is at its floor; None where those that are tried do not prove it."""
    instance = workspace.instance
    if fit.span is None or fit.loss - instance.floor > options.tolerance * instance.scale:
        return None
    index = np.flatnonzero(~instance.norm.excluded(instance.n_features))
    w = np.zeros(instance.n_features)
    w[index] = fit.span.weights(fit.eta)
    value = instance.norm.value(w)
    if not (np.isfinite(value) and np.isfinite(w).all()):
        return None
    intercept = float(np.mean(fit.eta - instance.design.matvec(w))) if instance.fit_intercept else 0.0
    share = min(1.0, ROOM * instance.norm.reach(w, term.radius)) if value > 0 else 1.0
    w, intercept = share * w, share * intercept
    eta = instance.predictor(w, intercept)
    with np.errstate(over="ignore", invalid="ignore"):
        certificate = certify_term(instance, term, w, intercept, eta, options.tolerance)
    return Answer(Point(w, intercept, 0.0), certificate, 1, "best fit") if certificate.is_met else None


def kinked_fit_in_ball(workspace: Workspace, term: Ball, options: Options) -> Answer | None:
    """A best fit of a loss with kinks that lies in the ball, by the dual point of its vertex; None if none.

    Columns are counted in units of their own; of the weights that give its predictor, those are tried
    that are least in these units.
    """
    instance = workspace.instance
    index = np.flatnonzero(~instance.norm.excluded(instance.n_features))
    columns = instance.design.columns(index)
    if instance.fit_intercept:
        columns = np.column_stack([np.ones(instance.n_samples), columns])
    sizes = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    sizes[sizes == 0] = 1.0
    fit, theta = fit_span_piecewise(instance, columns / sizes)
    coefficients = np.linalg.lstsq(columns / sizes, fit.eta, rcond=1e-15)[0] / sizes
    w, intercept = np.zeros(instance.n_features), 0.0
    if instance.fit_intercept:
        intercept, coefficients = float(coefficients[0]), coefficients[1:]
    w[index] = coefficients
    if not instance.norm.value(w) <= term.radius:
        return None
    eta = instance.predictor(w, intercept)
    certificate = certify_unbound(instance, term, w, eta, options.tolerance, theta)
    return Answer(Point(w, intercept, 0.0), certificate, 1, "best fit") if certificate.is_met else None
