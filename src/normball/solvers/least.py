"""The least-norm weights among the best fits: the end of the path, alpha -> 0.

With the best predictor eta from `smooth_fit.py`, `least_norm_fit` finds min R(w) subject
to X w + b = eta. With squared error and p >= n this is minimum-norm interpolation: basis
pursuit for L1, the pseudo-inverse for L2.

The least-norm problem is reached along penalised squared-error problems with falling
alpha, whose face settles, and finished by Newton on that face; its certificate is the
dual of basis pursuit (Chen, Donoho, Saunders, "Atomic decomposition by basis pursuit",
SIAM Review 43, 2001).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..losses.squared_error import SquaredError
from ..typing import Floats
from .certificate import certify_fit
from .face_newton import Point, fit_on_face
from .proximal_newton import Answer, Options, Workspace, solve_term
from .smooth_fit import LeastFit, null_point
from .terms import Penalty


def least_norm_fit(workspace: Workspace, fit: LeastFit, options: Options) -> Answer:
    """min R(w) subject to X w + b = fit.eta; the certificate has form "fit"."""
    original = workspace.instance
    instance = replace(
        original,
        y=fit.eta,
        loss=SquaredError(),
        sample_weight=np.full(original.n_samples, 1 / original.n_samples),
    )
    workspace = Workspace(instance)
    zero = null_point(instance)
    best = Answer(
        zero,
        certify_fit(instance, fit.eta, zero.w, zero.intercept, np.zeros(instance.n_samples), options.tolerance),
        0,
    )
    alpha = zero.alpha
    if not np.isfinite(alpha):
        alpha = float(instance.moments[1].max(initial=0.0)) ** 2 + instance.scale
    point = zero
    for iteration in range(1, 13):
        if best.certificate.is_met or alpha == 0:
            break
        alpha *= 0.1
        answer = solve_term(workspace, Penalty(instance.norm, alpha), point, Options(1e-13, 30))
        point = answer.point
        eta = instance.predictor(point.w, point.intercept)
        theta = -instance.gradient(eta) / alpha
        for candidate, multiplier in _candidates(workspace, fit.eta, point, theta):
            certificate = certify_fit(
                instance, fit.eta, candidate.w, candidate.intercept, multiplier, options.tolerance
            )
            if certificate.excess < best.certificate.excess:
                best = Answer(Point(candidate.w, candidate.intercept, 0.0), certificate, iteration)
    return best


def _candidates(
    workspace: Workspace, eta: Floats, point: Point, theta: Floats
) -> list[tuple[Point, Floats]]:
    """The penalised point itself, and the point finished on its face."""
    finished = fit_on_face(workspace.instance, workspace.store, eta, point, theta)
    return [(point, theta)] + ([] if finished is None else [finished])
