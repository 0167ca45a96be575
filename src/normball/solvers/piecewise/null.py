"""The null model of a piecewise linear loss: where it stands, and the least alpha that keeps it there.

What carries no price may fit several samples exactly, and then many subgradients belong to
the null point. alpha_max is the least dual norm among their pulls, which is how steeply the
loss falls from the null point per unit of norm:

    alpha_max = max {-f'(eta_0; X w + b) : R(w) <= 1}.

With prices feature by feature it is the first breakpoint of the path of vertices. Otherwise
the loss is straight near eta_0, and this is a budget problem with the samples off their kink
moved so far away that they stay on their line.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...norms.base import Norm
from ...norms.l1 import L1
from ...typing import Floats
from ..generic.face_newton import Point
from ..instance import Instance
from ..terms import Ball
from ..workspace import Options, Workspace
from .envelopes import fit_span_piecewise, solve_piecewise
from .kinks import kink_dual, on_kink
from .vertex_basis import LostVertexError
from .vertex_levels import first_vertex
from .vertex_path import VertexPath

FAR = 100.0
"""How far the straight samples are moved, in units of what the ball can reach on average."""


def null_dual(instance: Instance, w: Floats, eta: Floats) -> Floats:
    """theta (n,) of least dual norm at the null point of weights w (p,) and predictor eta (n,)."""
    found = _first_vertex(instance)
    if found is not None:
        return found
    kinks = on_kink(instance, eta)
    free = instance.free_columns
    theta = kink_dual(instance, w, eta, 0.0)
    if np.isnan(theta).any():
        theta = fit_span_piecewise(instance, free)[1]
    held = free[kinks]
    if int(kinks.sum()) > (np.linalg.matrix_rank(held) if held.size else 0):  # NumPy 1 wants an entry
        found = _steepest(instance, eta)
        theta = theta if found is None else found
    return theta


def _first_vertex(instance: Instance) -> Floats | None:
    """theta where the path of vertices leaves the null point; None where there is no such path."""
    norm = _slope_at_zero(instance.norm, instance.n_features)
    separable = None if norm is None else norm.separable(instance.n_features)
    if separable is None or instance.n_features == 0:
        return None
    try:
        return first_vertex(VertexPath(instance, separable)).theta
    except LostVertexError:
        return None


def _steepest(instance: Instance, eta: Floats) -> Floats | None:
    """theta of the steepest descent from eta; None where the regulariser has no slope at 0."""
    norm = _slope_at_zero(instance.norm, instance.n_features)
    means, deviations = instance.moments
    reach = np.hypot(deviations, 0.0 if instance.fit_intercept else means)
    reach[instance.unpenalised | instance.norm.excluded(instance.n_features)] = 0.0
    if norm is None or not reach.any():
        return None
    ball = Ball(norm, 1 / norm.dual_norm(reach))
    kinks, far = on_kink(instance, eta), FAR
    for _ in range(8):
        y = np.where(kinks, 0.0, far * np.sign(instance.y - eta))
        local = replace(instance, y=y, norm=norm)
        start = Point(np.zeros(instance.n_features), 0.0, 0.0)
        answer = solve_piecewise(Workspace(local), ball, start, Options(1e-13))
        moved = local.predictor(answer.point.w, answer.point.intercept)
        if (np.abs(moved[~kinks]) < far).all():
            return answer.certificate.theta
        far *= 10.0
    return None


def _slope_at_zero(norm: Norm, n_features: int) -> Norm | None:
    """The norm with the directional derivatives of R at 0."""
    if norm.is_homogeneous:
        return norm
    separable = norm.separable(n_features)
    if separable is None or not separable.price.any():
        return None
    return L1(separable.price, positive=separable.is_one_sided)
