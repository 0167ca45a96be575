"""Two features and a non-convex ball (Lp with p < 1): search the whole boundary.

The ball is star-shaped, so its boundary is one radius a direction. The loss along it is
sampled on a fine grid of angles, each local minimum is refined by golden section, and
the vertices on the axes are always candidates. No duality gap exists here: the
certificate's gap is NaN and says so.
"""

from __future__ import annotations

import numpy as np

from ...typing import Floats
from ..certificate import Certificate
from ..ends.fits import least_fit
from ..instance import Instance
from ..line_search import golden
from ..root import bisected
from ..workspace import Answer
from .face_newton import Point

N_ANGLES = 1440


def solve_planar(instance: Instance, form: str, level: float) -> Answer:
    """Best point of the form for two features, by exhaustive search.

    Raises
    ------
    ValueError
        If a target is below the least attainable loss.
    """
    if form == "budget":
        point = _best_in_ball(instance, level)
    elif form == "target":
        point = _least_norm(instance, level)
    else:
        point = _penalised(instance, level)
    loss = _loss(instance, point.w)[0]
    value = instance.norm.value(point.w)
    primal = {"budget": loss, "target": value, "penalty": loss + level * value}[form]
    certificate = Certificate(
        form, primal, np.nan, np.nan, instance.scale, 0.0, np.zeros(instance.n_samples), 0.0
    )
    return Answer(point, certificate, 1)


def _loss(instance: Instance, w: Floats) -> tuple[float, float]:
    """Loss with the best intercept, and that intercept."""
    linear = instance.design.matvec(w)
    intercept = instance.best_intercept(linear, instance.null_intercept)
    return instance.value(linear + intercept), intercept


def _free_minimiser(instance: Instance) -> Floats:
    """Weights (2,) of the best fit without a ball, the shortest if there are several."""
    fit = least_fit(instance)
    columns = instance.design.columns(np.arange(2))
    eta = fit.eta
    if instance.fit_intercept:
        columns, eta = columns - columns.mean(axis=0), eta - eta.mean()
    return np.asarray(np.linalg.lstsq(columns, eta, rcond=1e-12)[0], dtype=np.float64)


def _point(instance: Instance, w: Floats) -> Point:
    """Point priced by the slope of the frontier at it."""
    _, intercept = _loss(instance, w)
    gradient = instance.design.rmatvec(instance.gradient(instance.predictor(w, intercept)))
    alpha = 0.0
    if w.any():
        # along the ray of w the norm grows by R(w) a unit
        alpha = max(float(-gradient @ w) / instance.norm.value(w), 0.0)
    return Point(w, intercept, alpha)


def _best_in_ball(instance: Instance, budget: float) -> Point:
    free = _free_minimiser(instance)
    if instance.norm.value(free) <= budget:
        point = _point(instance, free)
        return Point(point.w, point.intercept, 0.0)
    if budget == 0:
        return _point(instance, np.zeros(2))
    losses = _Losses(instance)

    def at(angles: Floats) -> Floats:
        directions = np.column_stack([np.cos(angles), np.sin(angles)])
        return np.asarray(directions * [[instance.norm.reach(d, budget)] for d in directions])

    angles = np.linspace(0, 2 * np.pi, N_ANGLES, endpoint=False)
    around = losses.at(at(angles))
    low = angles[(around <= np.roll(around, 1)) & (around <= np.roll(around, -1))]
    refined = golden(lambda a: losses.at(at(a)), low - angles[1], low + angles[1])
    axes = np.vstack([np.eye(2), -np.eye(2)])  # exact zeros at the vertices
    points = np.vstack([at(refined), axes * [[instance.norm.reach(axis, budget)] for axis in axes]])
    values = losses.at(points)
    # a vertex that ties with a refined angle wins, because its zero is exact
    chosen = np.flatnonzero(values <= values.min() + 1e-12 * instance.scale)[-1]
    return _point(instance, points[chosen])


class _Losses:
    """f with the best intercept at many weights (k, 2)."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._columns = instance.design.columns(np.arange(2))
        self._intercept = instance.null_intercept
        self._linear, self._square = np.zeros(2), np.zeros((2, 2))
        if instance.loss.is_quadratic:  # then three numbers say it all
            weight = instance.sample_weight
            columns, y = self._columns, instance.y
            if instance.fit_intercept:
                columns, y = columns - weight @ columns / weight.sum(), y - weight @ y / weight.sum()
            self._linear, self._square = columns.T @ (weight * y), columns.T @ (weight[:, None] * columns)

    def at(self, points: Floats) -> Floats:
        instance = self._instance
        if instance.loss.is_quadratic:
            curved = 0.5 * np.einsum("ki,ij,kj->k", points, self._square, points)
            return np.asarray(curved - points @ self._linear)
        etas = points @ self._columns.T
        if instance.fit_intercept:
            for eta in etas:  # neighbours have almost the same intercept
                self._intercept = instance.best_intercept(eta, self._intercept)
                eta += self._intercept
        return instance.loss.values(etas, instance.y, instance.sample_weight)


def _least_norm(instance: Instance, target: float) -> Point:
    """Smallest budget whose ball reaches the target, by bisection (the best loss falls with the budget)."""
    null = np.zeros(2)
    if _loss(instance, null)[0] <= target:
        return _point(instance, null)
    free = _free_minimiser(instance)
    least = _loss(instance, free)[0]
    if target < least - 1e-10 * instance.scale:
        raise ValueError(
            f"target={target:.6g} is not attainable: the least attainable loss is {least:.10g}; "
            "give a target at or above it."
        )
    target += 1e-15 * instance.scale  # rounding must not hide a point that is on the level set
    largest = instance.norm.value(free)

    def is_small(budget: float) -> bool:
        return _loss(instance, _best_in_ball(instance, budget).w)[0] > target

    budget = bisected(is_small, 0.0, largest, 45)[1]
    return _point(instance, free) if budget == largest else _best_in_ball(instance, budget)


def _penalised(instance: Instance, alpha: float) -> Point:
    """Least f + alpha R over a grid of budgets, refined around the best."""
    largest = instance.norm.value(_free_minimiser(instance))

    def cost(budget: float) -> float:
        point = _best_in_ball(instance, budget)
        return _loss(instance, point.w)[0] + alpha * instance.norm.value(point.w)

    budgets = np.linspace(0.0, largest, 41)
    costs = [cost(budget) for budget in budgets]
    k = int(np.argmin(costs))
    refined = float(
        golden(lambda at: np.array([cost(at[0])]), budgets[[max(k - 1, 0)]], budgets[[min(k + 1, 40)]])[0]
    )
    best = min((costs[k], budgets[k]), (cost(refined), refined))
    point = _best_in_ball(instance, best[1])
    return Point(point.w, point.intercept, alpha)
