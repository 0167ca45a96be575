"""Which slopes at the kinks prove a point: the subgradient of a piecewise linear loss.

Away from a kink the slope of a sample is known. At a kink (eta_i = y_i) it is any number
between the slopes of the two lines, and the right ones satisfy the equations of the face,

    B' X' (-v u) = alpha g,     sum_i v_i u_i = 0,

with g the gradient of R in face coordinates: a least-squares problem with bounds in as
many unknowns as there are kinks, and alpha one more where it is not given.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from ...losses.piecewise_linear import PiecewiseLinear
from ...typing import Floats, Mask
from ..instance import Instance

NEAR = 1e-7
"""Residual over the mean size of residuals up to which a sample counts as lying on its kink."""


def on_kink(instance: Instance, eta: Floats) -> Mask:
    """Samples (n,) whose predictor is their response, up to rounding."""
    distance = np.abs(eta - instance.y)
    size = float(instance.sample_weight @ distance)
    return np.asarray(distance <= NEAR * size + 1e-13 * (np.abs(eta) + np.abs(instance.y)))


def kink_dual(instance: Instance, w: Floats, eta: Floats, alpha: float | None) -> Floats:
    """theta (n,) = -v u at weights w (p,) of predictor eta (n,) and price alpha, None if unknown.

    NaN where no slopes meet the equations of the intercept and the unpenalised features.
    """
    from scipy.optimize import lsq_linear  # a slow import that smooth losses do without

    assert isinstance(instance.loss, PiecewiseLinear)
    lower, upper = instance.loss.slopes
    weight = instance.sample_weight
    is_kink = on_kink(instance, eta)
    theta = np.where(is_kink, 0.0, -instance.gradient(eta))
    face = instance.norm.face(w)
    columns = face.restrict(instance.design.columns(face.index))
    gradient = face.gradient
    if instance.fit_intercept:
        columns, gradient = np.column_stack([columns, np.ones(len(eta))]), np.append(gradient, 0.0)
    kinks = np.flatnonzero(is_kink)
    if len(kinks) and columns.shape[1]:
        system = -(weight[kinks, None] * columns[kinks]).T
        rhs = -(columns.T @ theta)
        low, high = np.full(len(kinks), lower), np.full(len(kinks), upper)
        if alpha is None:
            system = np.column_stack([system, -gradient])
            low, high = np.append(low, 0.0), np.append(high, np.inf)
        else:
            rhs = rhs + alpha * gradient
        size = np.linalg.norm(system, axis=1)
        size[size == 0] = 1.0
        method: Literal["bvls", "trf"] = "bvls" if len(low) <= 500 else "trf"
        with np.errstate(over="ignore", invalid="ignore"):  # it may run away, which the last line finds out
            found = lsq_linear(system / size[:, None], rhs / size, (low, high), method=method, tol=1e-14)
        theta[kinks] = -weight[kinks] * np.clip(found.x[: len(kinks)], lower, upper)
    free = instance.free_columns
    rounding = 1e-12 * (np.abs(free).T @ weight) * max(upper, -lower)
    return theta if (np.abs(free.T @ theta) <= rounding).all() else np.full(len(theta), np.nan)
