"""Balls so large that the loss comes down to its limit, which no weights attain.

Separable classes and empty counts let the loss fall for ever while the predictor runs away. In a ball
that holds weights whose loss is at its floor up to the tolerance, those are an answer, and the floor
itself, -f*(0), is the bound that proves it: it needs no price, no face and no step towards infinity.
"""

from __future__ import annotations

import numpy as np

from ..certificate import certify_term
from ..generic.face_newton import Point
from ..terms import Ball
from ..workspace import Answer, Options, Workspace
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
