"""The finishing step of a loss with kinks: Newton's method on the face and on the kinks that were found.

A smooth envelope tells which samples lie on their kink, eta_i = y_i, and which on a line, where the
slope is known. On a face of R, with face coordinates z and the columns E = X B, the solution meets

    E'theta = alpha grad R(z),   sum theta = 0,   E_K z + b = y_K,   and R(z) = t for a budget,

theta_i = -v_i slope_i off the kinks: as many equations as unknowns (z, b, theta_K, and alpha for a
budget). Newton's method solves them, in one step where R is quadratic. A slope beyond its range
leaves the kinks, a sample on the wrong side of its response joins them, and it goes on (a
primal-dual active set: Hintermueller, Ito, Kunisch, SIAM J. Optim. 13, 2002). Candidates only:
the certificate decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...losses.piecewise_linear import PiecewiseLinear
from ...norms.face import Face
from ...typing import Floats, Mask
from ..generic.face_newton import Point, step_on_face
from ..instance import ColumnStore, Instance
from ..terms import Condition

MOST_STEPS = 20
MOST_SETS = 12
"""Sets of kinks that are tried."""

INSIDE = 1e-9
"""Share of the range of slopes by which one lies inside, or beyond it."""


@dataclass(frozen=True, eq=False)
class KinkPoint:
    """A point and the dual point theta (n,) that belongs to it."""

    point: Point
    theta: Floats


def solve_at_kinks(
    instance: Instance, store: ColumnStore, condition: Condition, start: Point, u: Floats
) -> Iterator[KinkPoint]:
    """Candidates for the solution on the face of `start`, first on the kinks that slopes u (n,) show."""
    assert isinstance(instance.loss, PiecewiseLinear)
    lower, upper = instance.loss.slopes
    room = INSIDE * (upper - lower)
    if not np.isfinite(u).all():
        return
    on_kink = np.asarray((u > lower + room) & (u < upper - room))
    seen: set[bytes] = set()
    slopes = np.clip(u, lower, upper)
    while len(seen) < MOST_SETS and on_kink.tobytes() not in seen:
        seen.add(on_kink.tobytes())
        found = _on_kinks(instance, store, condition, start, slopes, on_kink)
        if found is None:
            return
        u, start = -found.theta / instance.sample_weight, found.point
        yield KinkPoint(start, -instance.sample_weight * np.clip(u, lower, upper))
        residual = instance.predictor(start.w, start.intercept) - instance.y
        above, below = on_kink & (u > upper + room), on_kink & (u < lower - room)
        size = float(np.abs(residual).max(initial=0.0))
        crossed = ~on_kink & (np.where(slopes >= upper, -residual, residual) > 1e-13 * size)
        slopes = np.where(above, upper, np.where(below, lower, slopes))
        on_kink = (on_kink & ~above & ~below) | crossed


@np.errstate(over="ignore", invalid="ignore")
def _on_kinks(
    instance: Instance,
    store: ColumnStore,
    condition: Condition,
    start: Point,
    slopes: Floats,
    on_kink: Mask,
) -> KinkPoint | None:
    face = instance.norm.face(start.w)
    if face.n_coordinates == 0:
        return None
    E = face.restrict(store.take(face.index))
    theta = -instance.sample_weight * slopes
    intercept, alpha, result = start.intercept, start.alpha, None
    for _ in range(MOST_STEPS):
        step = _step(instance, condition, face, E, theta, intercept, alpha, on_kink)
        if step is None:
            return result
        moved = step_on_face(instance, face, face.coordinates, step[0])
        if moved is None:
            return result
        share, face = moved
        intercept, alpha = intercept + share * step[1], alpha + share * step[3]
        theta = theta.copy()
        theta[on_kink] += share * step[2]
        w = face.embed(face.coordinates)
        result = KinkPoint(Point(w, intercept, alpha), theta)
        size = np.abs(face.coordinates).max(initial=0.0)
        if share == 1 and np.abs(step[0]).max(initial=0.0) <= 1e-14 * size:
            break
    return result


def _step(
    instance: Instance,
    condition: Condition,
    face: Face,
    E: Floats,
    theta: Floats,
    intercept: float,
    alpha: float,
    on_kink: Mask,
) -> tuple[Floats, float, Floats, float] | None:
    """Changes of z (d,), b, theta_K and alpha; the equations in columns and rows of unit size."""
    d, k, z, g = face.n_coordinates, int(on_kink.sum()), face.coordinates, face.gradient
    free, priced = int(instance.fit_intercept), int(condition.form == "budget")
    E_K, total = E[on_kink], d + free + k + priced
    matrix, goal = np.zeros((total, total)), np.zeros(total)
    hessian = np.diag(face.curvature) + (face.factors * face.factor_weights) @ face.factors.T
    kinks = slice(d + free, d + free + k)
    matrix[:d, :d], matrix[:d, kinks] = -alpha * hessian, E_K.T
    goal[:d] = alpha * g - E.T @ theta
    matrix[kinks, :d] = E_K
    goal[kinks] = instance.y[on_kink] - E_K @ z - intercept
    if free:
        matrix[d, kinks], matrix[kinks, d] = 1.0, 1.0
        goal[d] = -theta.sum()
    if priced:
        matrix[:d, -1], matrix[-1, :d] = -g, g
        goal[-1] = condition.level - instance.norm.value(face.embed(z))
    if not (np.isfinite(matrix).all() and np.isfinite(goal).all()):
        return None
    columns = np.sqrt(np.einsum("ij,ij->j", E, E)) / np.sqrt(len(E))
    scale = np.ones(total)
    scale[:d] = 1 / np.where(columns > 0, columns, 1.0)  # z in units of eta; its equations in those of theta
    matrix = matrix * np.outer(scale, scale)
    goal = goal * scale
    rows = np.abs(matrix).max(axis=1, initial=0.0)
    rows[rows == 0] = 1.0
    x = np.linalg.lstsq(matrix / rows[:, None], goal / rows, rcond=1e-14)[0] * scale
    if not np.isfinite(x).all():
        return None
    change = float(x[-1]) if priced else 0.0
    return x[:d], float(x[d]) if free else 0.0, x[kinks], change
