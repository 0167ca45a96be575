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
The first point at an alpha is the secant of the last two, extrapolated in log(alpha), where
that lowers the objective: it is a Newton step ahead of the last point itself.
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
WORTH_A_GAP = 30.0
"""Multiple of the tolerance below which an estimate of the gap is worth the gap's evaluation."""
SETTLED = 1e-6
"""Descent, relative to the scale of the loss, below which it is evaluated in any case."""
SHARE_OF_ERROR = 0.03
"""To which share of the present error a model is solved."""
MANY_GRADIENTS = 20
"""Conjugate gradient steps in one model after which the inverse is computed anew."""
GRADIENTS = COUNTERS.index("gradients")


@dataclass(eq=False)
class _Point:
    """Weights at slots, the predictor with its intercept, the loss and both parts of R there."""

    slots: Indices
    weights: Floats
    intercept: float
    eta: Floats
    loss: float
    sums: float
    squares: float

    def objective(self, alpha: float) -> float:
        return self.loss + alpha * (self.sums + self.squares)


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
        self._near = np.zeros(0, dtype=np.intp)
        self._earlier: tuple[_Point, float] | None = None
        free = np.flatnonzero(separable.price == 0)
        weights, intercept = start
        slots = self._store.admit(free)[0]
        self._point = self._at(slots, weights[free], intercept, instance.predictor(weights, intercept))

    def restore(self, features: Indices, weights: Floats, alpha: float) -> None:
        slots = self._store.admit(features)[0]
        linear = self._active.combination(slots, np.ascontiguousarray(weights))
        intercept = self._instance.best_intercept(linear, self._point.intercept)
        self._point = self._at(slots, np.array(weights), intercept, linear + intercept)
        self._earlier = None

    def _at(self, slots: Indices, weights: Floats, intercept: float, eta: Floats) -> _Point:
        store = self._store
        sums = float(store.price[slots] @ np.abs(weights))
        squares = 0.0 if store.ridge is None else 0.5 * float(store.ridge[slots] @ weights**2)
        return _Point(slots, weights, intercept, eta, self._instance.value(eta), sums, squares)

    def solve(self, candidates: Indices, alphas: Floats, alpha_before: float) -> Batch:
        slots = self._store.admit(candidates)[0]
        points, directions, largest, slopes = [], [], [], []
        self._near = slots
        for alpha in alphas.tolist():
            start = self._point
            if self._earlier is not None:
                self._extrapolate(*self._earlier, alpha_before, alpha)
            found = self._solve_one(slots, alpha)
            if found is None:
                self._earlier = None
                break
            self._earlier = (start, alpha_before) if alpha_before > alpha else None
            alpha_before = alpha
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
        return Batch(
            alphas=alphas[:K],
            sizes=sizes,
            features=features,
            weights=weights,
            intercepts=np.array([point.intercept for point in points]),
            losses=np.array([point.loss for point in points]),
            norms=np.array([point.sums + point.squares for point in points]),
            directions=directions,
            largest=largest,
            slopes=slopes,
        )

    def _extrapolate(self, earlier: _Point, alpha_earlier: float, alpha_now: float, alpha: float) -> None:
        """Move `_point` along the secant from an earlier point, if that lowers the objective at alpha."""
        now, store, held = self._point, self._store, self._held
        if not alpha_earlier > alpha_now > alpha > 0 or len(now.slots) == 0:
            return
        steps = min(np.log(alpha_now / alpha) / np.log(alpha_earlier / alpha_now), 2.0)
        held[earlier.slots] = earlier.weights
        weights = now.weights + steps * (now.weights - held[now.slots])
        held[earlier.slots] = 0.0
        # a weight that would cross zero is about to leave
        crosses = (weights * now.weights <= 0) & (store.price[now.slots] > 0)
        weights[crosses] = 0.0
        slots, weights = now.slots[~crosses], weights[~crosses]
        intercept = now.intercept + steps * (now.intercept - earlier.intercept)
        proposal = self._at(slots, weights, intercept, self._active.combination(slots, weights) + intercept)
        if proposal.objective(alpha) < now.objective(alpha):
            self._point = proposal

    def _solve_one(self, slots: Indices, alpha: float) -> tuple[Floats, float, float] | None:
        """Move `_point` to the optimum at alpha; -grad f there, the largest pull over price, -dR/dalpha.

        Features that do not pull almost hard enough are looked at when the others have settled.
        """
        best, lowered, n_stalled = np.inf, np.inf, 0
        looked_at = self._near
        for _ in range(MAX_MODELS):
            gradient = self._instance.gradient(self._point.eta)
            curvature = self._curvature()
            direction = self._without_free_part(-gradient, curvature)
            pull, held, unmet = self._pulls(looked_at, direction, alpha)
            is_close = self._is_close(unmet, lowered, alpha)
            if is_close and looked_at is not slots:
                looked_at = slots
                pull, held, unmet = self._pulls(slots, direction, alpha)
                is_close = self._is_close(unmet, lowered, alpha)
            largest, gap = float(pull.max(initial=0.0)), np.inf
            if is_close:
                gap = self._gap(alpha, direction, largest)
                n_stalled = 0 if gap < 0.5 * best else n_stalled + 1
                best = min(gap, best)
            if looked_at is slots:
                self._near = self._near_entry(slots, pull, held, alpha)
            if gap <= self._tolerance or (n_stalled >= 3 and gap <= 1e3 * self._tolerance):
                return direction, largest, self._slope
            looked_at = self._near
            if n_stalled > 8 or not np.isfinite(self._point.eta).all():
                return None
            goal = self._minimise_model(self._near, gradient, curvature, alpha, unmet)
            if goal is None and self._caution < 1:  # too wild a model: one that keeps more of the majorant
                self._caution = min(max(100 * self._caution, 1e-2), 1.0)
                continue
            if goal is None:
                return None
            self._slope = goal[1]
            before = self._point.objective(alpha)
            if not self._search(goal[0], gradient, alpha):
                n_stalled += 1
            lowered = before - self._point.objective(alpha)
        return None

    def _is_close(self, unmet: float, lowered: float, alpha: float) -> bool:
        """Whether the gap may be small enough: to first order it is at most unmet alpha R."""
        point, scale = self._point, self._instance.scale
        estimate = unmet * alpha * (point.sums + point.squares)
        return estimate <= WORTH_A_GAP * self._tolerance * scale or lowered <= SETTLED * scale

    def _near_entry(self, slots: Indices, pull: Floats, held: Floats, alpha: float) -> Indices:
        """The slots that a model is to know."""
        return np.asarray(slots[(held != 0) | (pull > NEAR * alpha) | (self._store.price[slots] == 0)])

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

    def _pulls(self, slots: Indices, direction: Floats, alpha: float) -> tuple[Floats, Floats, float]:
        """Pull over price (0 for unpenalised features), weight, and the largest unmet condition."""
        store, point = self._store, self._point
        z = self._active.inner_products(slots, direction[None, :])[:, 0]
        self._held[point.slots] = point.weights
        held = self._held[slots]
        self._held[point.slots] = 0.0
        if store.ridge is not None:
            z -= alpha * store.ridge[slots] * held
        inverse_price = store.inverse_price[slots]
        pull = z * inverse_price
        if not self._separable.is_one_sided:
            np.abs(pull, out=pull)
        short = pull - alpha
        of_support = np.abs(short[(held != 0) & (inverse_price > 0)])
        unmet = max(float(short.max(initial=0.0)), float(of_support.max(initial=0.0)))
        return pull, held, unmet / alpha

    def _gap(self, alpha: float, direction: Floats, largest: float) -> float:
        point = self._point
        return separable_gap(self._instance, alpha, point.loss, point.sums, point.squares, direction, largest)

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
        return self._at(members, weights, intercept, linear + intercept), float(step.slopes[0])

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
        norm_before, norm_goal = point.sums + point.squares, goal.sums + goal.squares
        before = point.objective(alpha)
        move = goal.eta - point.eta
        slope = float(gradient @ move) + alpha * (norm_goal - norm_before)
        rounding = 1e-15 * (abs(before) + instance.scale)
        share = 1.0
        for _ in range(40):
            # R is convex: its value on the way is at most the interpolated one
            norm = (1 - share) * norm_before + share * norm_goal
            loss = goal.loss if share == 1 else instance.value(point.eta + share * move)
            value = loss + alpha * norm
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
        return self._at(slots, weights, intercept, (1 - share) * point.eta + share * goal.eta)

    def certify(self, batch: Batch, largest: Floats) -> Floats:
        return certify_batch(self._instance, self._separable, batch, largest)
