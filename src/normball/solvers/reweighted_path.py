"""Any loss with a curvature and a separable regulariser: proximal Newton on an active set.

At the predictor eta the loss is replaced by its quadratic model with gradient g and
curvatures h (n,),

    <g, X w + b - eta> + sum_i h_i (X w + b - eta)_i^2 / 2,

whose intercept is eliminated by centring X with the weights h. Pivoting solves it exactly
among the candidates (src/kernels/pivoting.hpp), an Armijo search on the true objective
takes the step, and the next alpha starts from the support and the predictor of the last.
The inverse on the support is kept from model to model as the preconditioner of conjugate
gradients, and computed anew when the curvatures have moved too far; a model is solved only
as precisely as the point deserves, and only over features that pull almost hard enough.
Source for the outer iteration: Lee, Sun, Saunders, SIAM J. Optim. 24 (2014); for inexact
models: Byrd, Nocedal, Oztoprak, Math. Program. 157 (2016).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .._kernels import COUNTERS
from ..norms.separable import Separable
from ..typing import Floats, Indices
from .active_set import walk
from .candidates import Candidates
from .instance import Instance
from .restricted import Batch, Restricted, certify_batch, separable_gap

MAX_MODELS = 40
NEAR = 0.7
"""Share of its price from which a feature takes part in a model."""
SHARE_OF_ERROR = 0.03
"""To which share of the present error a model is solved."""
MANY_GRADIENTS = 20
"""Conjugate gradient steps in one model after which the inverse is computed anew."""
GRADIENTS = COUNTERS.index("gradients")


@dataclass(eq=False)
class _Point:
    """Weights at slots, the predictor with its intercept, and the objective there."""

    slots: Indices
    weights: Floats
    intercept: float
    eta: Floats


class ReweightedPath(Restricted):
    """The path of a smooth loss, restricted to candidates.

    Parameters
    ----------
    instance : Instance
    separable : Separable
    start : (p,) weights of unpenalised features and their intercept at the null point.
    tolerance : float, relative gap among the candidates to stop at.
    """

    def __init__(
        self, instance: Instance, separable: Separable, start: tuple[Floats, float], tolerance: float
    ) -> None:
        self._instance, self._separable, self._tolerance = instance, separable, tolerance
        self._store = Candidates(instance.design, separable)
        self._active = self._store.active
        self._caution = 1.0
        self._slope = 0.0
        self._is_worn = True
        self._metric = np.zeros(0)
        self._metric_mean = np.zeros(0)
        self._has_metric_mean = np.zeros(0, dtype=bool)
        self._held = np.zeros(instance.n_features)
        free = np.flatnonzero(separable.price == 0)
        weights, intercept = start
        slots = self._store.admit(free)[0]
        self._point = _Point(slots, weights[free], intercept, instance.predictor(weights, intercept))

    def restore(self, features: Indices, weights: Floats, alpha: float) -> None:
        slots = self._store.admit(features)[0]
        linear = self._active.combination(slots, np.ascontiguousarray(weights))
        intercept = self._instance.best_intercept(linear, self._point.intercept)
        self._point = _Point(slots, np.array(weights), intercept, linear + intercept)

    def solve(self, candidates: Indices, alphas: Floats, alpha_before: float) -> Batch:
        slots = self._store.admit(candidates)[0]
        points, directions, largest, slopes = [], [], [], []
        for alpha in alphas:
            found = self._solve_one(slots, float(alpha))
            if found is None:
                break
            points.append(self._point)
            directions.append(found[0])
            largest.append(found[1])
            slopes.append(found[2])
        return self._batch(alphas, points, np.array(directions), np.array(largest), np.array(slopes))

    def _batch(
        self, alphas: Floats, points: list[_Point], directions: Floats, largest: Floats, slopes: Floats
    ) -> Batch:
        K = len(points)
        sizes = np.array([len(point.slots) for point in points], dtype=np.int64)
        room = int(sizes.max(initial=0))
        features, weights = np.zeros((K, room), dtype=np.int64), np.zeros((K, room))
        for k, point in enumerate(points):
            features[k, : sizes[k]] = self._store.features(point.slots)
            weights[k, : sizes[k]] = point.weights
        losses = [self._instance.value(point.eta) for point in points]
        norms = [sum(self._norm(point.slots, point.weights)) for point in points]
        return Batch(
            alphas=alphas[:K],
            sizes=sizes,
            features=features,
            weights=weights,
            intercepts=np.array([point.intercept for point in points]),
            losses=np.array(losses),
            norms=np.array(norms),
            directions=directions,
            largest=largest,
            slopes=slopes,
        )

    def _norm(self, slots: Indices, weights: Floats) -> tuple[float, float]:
        """Linear and quadratic part of R."""
        store = self._store
        linear = float(store.price[slots] @ np.abs(weights))
        return linear, 0.0 if store.ridge is None else 0.5 * float(store.ridge[slots] @ weights**2)

    def _solve_one(self, slots: Indices, alpha: float) -> tuple[Floats, float, float] | None:
        """Move `_point` to the optimum at alpha; -grad f there, the largest pull over price, -dR/dalpha."""
        instance = self._instance
        best, n_stalled = np.inf, 0
        for _ in range(MAX_MODELS):
            gradient = instance.gradient(self._point.eta)
            curvature = self._curvature()
            direction = self._without_free_part(-gradient, curvature)
            pull, held = self._pulls(slots, direction, alpha)
            largest = float(pull.max(initial=0.0))
            gap = self._gap(alpha, direction, largest)
            n_stalled = 0 if gap < 0.5 * best else n_stalled + 1
            best = min(gap, best)
            if gap <= self._tolerance or (n_stalled >= 3 and gap <= 1e3 * self._tolerance):
                return direction, largest, self._slope
            if n_stalled > 8 or not np.isfinite(self._point.eta).all():
                return None
            near = slots[(held != 0) | (pull > NEAR * alpha) | (self._store.price[slots] == 0)]
            unmet = np.where(held != 0, np.abs(pull - alpha), np.maximum(pull - alpha, 0.0)).max(initial=0.0)
            goal = self._minimise_model(near, gradient, curvature, alpha, float(unmet) / alpha)
            if goal is None and self._caution < 1:  # too wild a model: one that keeps more of the majorant
                self._caution = min(max(100 * self._caution, 1e-2), 1.0)
                continue
            if goal is None:
                return None
            self._slope = goal[1]
            if not self._search(goal[0], gradient, alpha):
                n_stalled += 1
        return None

    def _without_free_part(self, direction: Floats, curvature: Floats) -> Floats:
        """The direction (n,) made orthogonal to the unpenalised columns, weighted by the curvature."""
        free = self._instance.free_columns
        if free.shape[1] == 0:
            return direction
        if free.shape[1] == 1 and self._instance.fit_intercept:
            return np.asarray(direction - curvature * (direction.sum() / curvature.sum()))
        weighted = curvature[:, None] * free
        shares = np.linalg.lstsq(free.T @ weighted, free.T @ direction, rcond=1e-14)[0]
        return np.asarray(direction - weighted @ shares)

    def _curvature(self) -> Floats:
        """Curvatures (n,) of the model: the loss's own, with a share of the majorant where it is straight."""
        instance, eta = self._instance, self._point.eta
        curvature = instance.curvature(eta)
        majorant = instance.sample_weight * instance.loss.sample_majorants(eta, instance.y)
        curvature = np.maximum(curvature, self._caution * majorant)
        return np.asarray(np.maximum(curvature, 1e-12 * curvature.max(initial=1e-300)))

    def _pulls(self, slots: Indices, direction: Floats, alpha: float) -> tuple[Floats, Floats]:
        """Pull over price (0 for unpenalised features) and weight, of features at slots."""
        store = self._store
        z = self._active.inner_products(slots, direction[None, :])[:, 0]
        self._held[self._point.slots] = self._point.weights
        held = self._held[slots]
        self._held[self._point.slots] = 0.0
        if store.ridge is not None:
            z -= alpha * store.ridge[slots] * held
        price = store.price[slots]
        pull = np.divide(z, price, out=np.zeros(len(z)), where=price > 0)
        return (pull if self._separable.is_one_sided else np.abs(pull)), held

    def _gap(self, alpha: float, direction: Floats, largest: float) -> float:
        point = self._point
        sums, squares = self._norm(point.slots, point.weights)
        loss = self._instance.value(point.eta)
        return separable_gap(self._instance, alpha, loss, sums, squares, direction, largest)

    def _minimise_model(
        self, slots: Indices, gradient: Floats, curvature: Floats, alpha: float, unmet: float
    ) -> tuple[_Point, float] | None:
        """Minimum of the quadratic model over features at slots, and -dR/dalpha there."""
        store, point, instance = self._store, self._point, self._instance
        target = curvature * point.eta - gradient
        total = float(curvature.sum())
        shift = float(target.sum()) / total if instance.fit_intercept else 0.0
        mean = None
        if instance.fit_intercept:
            store.mean[slots] = self._active.inner_products(slots, curvature[None, :])[:, 0] / total
            mean = store.mean
        self._quadratic = (target - curvature * shift, curvature)
        self._active.set_quadratic(
            *self._quadratic, mean, store.c, store.price, store.ridge, self._separable.is_one_sided
        )
        self._set_metric(slots, curvature, float(np.clip(min(SHARE_OF_ERROR * unmet, unmet**2), 1e-15, 1e-2)))
        sign = np.where(store.price[point.slots] > 0, np.sign(point.weights), 0.0)
        self._active.retarget(point.slots, sign, alpha, rebuild=self._is_worn)
        self._held[point.slots] = point.weights
        start = self._held[self._active.members]
        self._held[point.slots] = 0.0
        before = self._active.counters[GRADIENTS]
        step = walk(self._active, slots, np.array([alpha]), -1.0, start)
        self._is_worn = self._active.counters[GRADIENTS] - before > MANY_GRADIENTS
        if len(step) == 0:
            self._is_worn = True
            return None
        size = step.sizes[0]
        members, weights = step.members[0, :size], step.weights[0, :size]
        kept = (weights != 0) | (store.price[members] == 0)
        members, weights = members[kept], weights[kept]
        linear = self._active.combination(members, weights)
        intercept = shift - float(store.mean[members] @ weights) if instance.fit_intercept else 0.0
        return _Point(members, weights, intercept, linear + intercept), float(step.slopes[0])

    def _set_metric(self, slots: Indices, curvature: Floats, precision: float) -> None:
        """Precondition with the curvatures of an earlier model, or with these where those are worn."""
        store, fits = self._store, self._instance.fit_intercept
        if self._is_worn:
            self._metric = curvature.copy()
            self._metric_mean = store.mean.copy()
            self._has_metric_mean = np.zeros(len(store.mean), dtype=bool)
            self._has_metric_mean[slots] = True
        elif fits:
            if len(self._metric_mean) < len(store.mean):
                more = len(store.mean) - len(self._metric_mean)
                self._metric_mean = np.pad(self._metric_mean, (0, more))
                self._has_metric_mean = np.pad(self._has_metric_mean, (0, more))
            new = slots[~self._has_metric_mean[slots]]
            found = self._active.inner_products(new, self._metric[None, :])[:, 0]
            self._metric_mean[new] = found / float(self._metric.sum())
            self._has_metric_mean[new] = True
        self._active.set_metric(self._metric, self._metric_mean if fits else None, precision)

    def _search(self, goal: _Point, gradient: Floats, alpha: float) -> bool:
        """Armijo search from the point to the goal, the full step first; False if nothing descends."""
        instance, point = self._instance, self._point
        norm_before, norm_goal = (
            sum(self._norm(point.slots, point.weights)),
            sum(self._norm(goal.slots, goal.weights)),
        )
        before = instance.value(point.eta) + alpha * norm_before
        move = goal.eta - point.eta
        slope = float(gradient @ move) + alpha * (norm_goal - norm_before)
        rounding = 1e-15 * (abs(before) + instance.scale)
        share = 1.0
        for _ in range(40):
            # R is convex: its value on the way is at most the interpolated one
            norm = (1 - share) * norm_before + share * norm_goal
            value = instance.value(point.eta + share * move) + alpha * norm
            if value <= before + 1e-4 * share * min(slope, 0.0) + rounding:
                break
            share *= 0.5
        else:
            return False
        self._caution = max(0.1 * self._caution, 1e-6) if share == 1 else min(10 * self._caution, 1.0)
        self._point = goal if share == 1 else self._between(goal, share)
        return True

    def _between(self, goal: _Point, share: float) -> _Point:
        point = self._point
        slots = np.union1d(point.slots, goal.slots)
        weights = np.zeros(len(slots))
        weights[np.searchsorted(slots, point.slots)] += (1 - share) * point.weights
        weights[np.searchsorted(slots, goal.slots)] += share * goal.weights
        intercept = (1 - share) * point.intercept + share * goal.intercept
        return _Point(slots, weights, intercept, (1 - share) * point.eta + share * goal.eta)

    def certify(self, batch: Batch, largest: Floats) -> Floats:
        return certify_batch(self._instance, self._separable, batch, largest)
