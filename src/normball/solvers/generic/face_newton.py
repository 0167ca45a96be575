"""Newton's method on a face: the finishing step that brings a found face to machine precision.

On its face the regulariser is smooth, so the solution satisfies equations in the face
coordinates z, the intercept b and the price alpha:

    B' X' grad f(eta) + alpha g(z) = 0,   sum grad f(eta) = 0,   and one of
    alpha given (penalty),   R = t (budget),   f = s (target).

Newton's method solves them quadratically; the intercept is eliminated exactly and the
third equation is a border of the Newton system. `fit_on_face` does the same for
min R subject to X w + b = eta. The result is only a candidate: the caller keeps it if
its certificate is better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...losses.hessian_root import HessianRoot
from ...norms.face import Face
from ...typing import Floats
from ..instance import ColumnStore, Instance
from ..terms import Condition
from .newton_system import NewtonSystem


@dataclass
class Point:
    """Weights (p,), intercept and price."""

    w: Floats
    intercept: float
    alpha: float


def price_on_face(face: Face, pull: Floats) -> float:
    """alpha with <-grad f, w> = alpha <grad R, w> along the face, given pull = B' X'(-grad f) (d,).

    Weighing by the coordinates lets the large coefficients decide, not a rounding remainder.
    """
    priced = face.gradient * face.coordinates
    length = float(priced.sum())
    return max(float(pull[priced != 0] @ face.coordinates[priced != 0]) / length, 0.0) if length > 0 else 0.0


def solve_on_face(
    instance: Instance, store: ColumnStore, condition: Condition, start: Point, max_iterations: int = 30
) -> Point | None:
    """Solve the optimality conditions on the face of `start`; None where there is no such solution nearby."""
    face = instance.norm.face(start.w)
    if face.n_coordinates == 0:
        return None
    E = face.restrict(store.take(face.index))
    if instance.loss.is_shift_invariant:
        E = E - instance.sample_weight @ E
    z, intercept, alpha = face.coordinates, start.intercept, start.alpha
    best: tuple[float, Point] | None = None
    n_worse = 0
    for _ in range(max_iterations):
        eta = E @ z + intercept
        with np.errstate(over="ignore", invalid="ignore"):
            gradient, curvature = instance.gradient(eta), instance.curvature(eta)
        if not max(np.abs(gradient).max(), curvature.max()) < 1e100:  # a step into overflow
            break
        residual = E.T @ gradient + alpha * face.gradient
        balance = float(gradient.sum()) if instance.fit_intercept else 0.0
        excess = _excess(instance, condition, face, z, eta)
        size = _residual_size(instance, condition, face, alpha, gradient, E, residual, balance, excess)
        n_worse = 0 if best is None or size < 0.5 * best[0] else n_worse + 1
        if best is None or size < best[0]:
            best = (size, Point(face.embed(z), intercept, alpha))
        if n_worse > 2 or best[0] < 3e-15 or (n_worse and best[0] < 1e-13):
            break
        root = instance.hessian_root(eta)
        step = _newton_step(instance, condition, face, E, curvature, root, alpha, residual, balance, excess)
        if step is None:
            break
        moved = step_on_face(instance, face, z, step[0])
        if moved is None:
            break
        share, face = moved
        z = face.coordinates
        intercept, alpha = intercept + share * step[1], alpha + share * step[2]
        if alpha < 0:
            break
    return best[1] if best is not None else None


def _excess(instance: Instance, condition: Condition, face: Face, z: Floats, eta: Floats) -> float:
    """By how much the closing equation is missed."""
    if condition.form == "budget":
        return instance.norm.value(face.embed(z)) - condition.level
    if condition.form == "target":
        return instance.value(eta) - condition.level
    return 0.0


def _residual_size(
    instance: Instance,
    condition: Condition,
    face: Face,
    alpha: float,
    gradient: Floats,
    E: Floats,
    residual: Floats,
    balance: float,
    excess: float,
) -> float:
    """How far the equations are from holding, relative to their terms."""
    terms = np.sqrt(np.einsum("ij,ij->j", E, E)) * np.linalg.norm(gradient) + 1e-300
    scale = max(condition.level, 1e-300)
    if condition.form == "target":  # as in the certificate, a missed target counts as the norm it costs
        scale = max(alpha * float(face.gradient @ face.coordinates), 1e-12 * instance.scale)
    closing = abs(excess) / scale if condition.form != "penalty" else 0.0
    size = (np.abs(residual) / terms).max(initial=0.0) + closing  # each column in its own unit
    return float(size + abs(balance) / (np.abs(gradient).sum() + 1e-300))


def _newton_step(
    instance: Instance,
    condition: Condition,
    face: Face,
    E: Floats,
    curvature: Floats,
    root: HessianRoot,
    alpha: float,
    residual: Floats,
    balance: float,
    excess: float,
) -> tuple[Floats, float, float] | None:
    """(dz, d intercept, d alpha) of one Newton step."""
    total = float(curvature.sum())
    rhs = -residual
    along = E.T @ curvature
    weighted = E
    if instance.fit_intercept:
        if total <= 0:
            return None
        weighted = E - along / total  # the intercept takes up the weighted mean of each column
        rhs = rhs + along * (balance / total)
    weighted = root.apply(weighted)
    try:
        system = NewtonSystem(alpha * face.curvature, weighted, face.factors, alpha * face.factor_weights)
        change = 0.0
        if condition.form == "penalty":
            step = system.solve(rhs)
        else:
            # along the frontier d f = -alpha d R, so the target closes the system through the same border
            corner = -excess if condition.form == "budget" else excess / max(alpha, 1e-300)
            step, change = system.solve_bordered(face.gradient, rhs, corner)
    except (np.linalg.LinAlgError, ValueError):
        return None
    if not np.isfinite(step).all():
        return None
    shift = -(balance + float(along @ step)) / total if instance.fit_intercept else 0.0
    return step, shift, change


def step_on_face(instance: Instance, face: Face, z: Floats, step: Floats) -> tuple[float, Face] | None:
    """Largest share of the step (1, 1/2, ...) after which w still lies on a face of the same shape."""
    if np.abs(step).max(initial=0.0) > 1e8 * (np.abs(z).max(initial=0.0) + 1e-300):
        return None  # a singular system, not a step
    share = 1.0
    for _ in range(8):
        w = face.embed(z + share * step)
        if np.isfinite(instance.norm.value(w)):
            moved = instance.norm.face(w)
            same = len(moved.index) == len(face.index) and np.array_equal(moved.index, face.index)
            if same and np.array_equal(moved.cluster, face.cluster):
                return share, moved
        share *= 0.5
    return None


def fit_on_face(
    instance: Instance, store: ColumnStore, eta: Floats, start: Point, theta: Floats
) -> tuple[Point, Floats] | None:
    """min R(w) subject to X w + b = eta, on the face of `start`; the point and its multiplier theta (n,).

    Newton on grad R(z) = E' theta, E z = eta, where multiples of E'E are added to the
    Hessian of R (they vanish on the feasible set) so that it can be inverted.
    """
    face = instance.norm.face(start.w)
    if face.n_coordinates == 0:
        return None
    E = face.restrict(store.take(face.index))
    goal = eta
    if instance.fit_intercept:
        E, goal, theta = E - E.mean(axis=0), eta - eta.mean(), theta - theta.mean()
    rows: Floats | None = None
    if len(E) > E.shape[1]:  # as many equations as unknowns say the same
        rows, E = np.linalg.qr(E)
        goal, theta = rows.T @ goal, rows.T @ theta
    weight = max(1.0, float(np.abs(face.curvature).max(initial=0.0))) / max(
        float(np.einsum("ij,ij->j", E, E).mean()), 1e-300
    )
    z, result = face.coordinates, None
    for _ in range(30):
        try:
            system = NewtonSystem(face.curvature, np.sqrt(weight) * E, face.factors, face.factor_weights)
            misfit = goal - E @ z
            force = E.T @ theta - face.gradient + weight * (E.T @ misfit)
            direct = system.solve(force)
            response = system.solve(E.T)
            schur = E @ response
            change = np.linalg.lstsq(schur, misfit - E @ direct, rcond=1e-13)[0]
        except (np.linalg.LinAlgError, ValueError):
            return result
        step = direct + response @ change
        moved = step_on_face(instance, face, z, step) if np.isfinite(step).all() else None
        if moved is None:
            return result
        share, face = moved
        theta = theta + share * change
        # the equations once more without squaring the condition of E, for nearly dependent columns
        repair: Floats = np.asarray(
            np.linalg.lstsq(E, goal - E @ face.coordinates, rcond=1e-15)[0], dtype=np.float64
        )
        moved = step_on_face(instance, face, face.coordinates, repair)
        face = moved[1] if moved is not None else face
        z = face.coordinates
        # and the multiplier that fits this gradient best
        theta = theta + np.linalg.lstsq(E.T, face.gradient - E.T @ theta, rcond=1e-15)[0]
        w = face.embed(z)
        intercept = float(np.mean(eta - instance.design.matvec(w))) if instance.fit_intercept else 0.0
        result = (Point(w, intercept, 0.0), theta.copy() if rows is None else rows @ theta)
        if np.abs(share * step).max(initial=0.0) <= 1e-15 * np.abs(z).max(initial=0.0):
            break
    return result
