"""Any loss with a curvature and a separable regulariser: proximal Newton on an active set.

At the predictor eta the loss is replaced by its quadratic model with gradient g and
curvatures h (n,),

    <g, X w + b - eta> + sum_i h_i (X w + b - eta)_i^2 / 2,

whose intercept is eliminated by centring X with the weights h. Pivoting solves it among
the candidates, an Armijo search on the true objective takes the step, and the next alpha
starts from the support and the secant of the last two points. The whole of it is compiled
(src/kernels/reweighting.hpp), with the losses that name a compiled form; any other loss is
evaluated by its own methods.
"""

from __future__ import annotations

import numpy as np

from ..._kernels import NEEDS_CAPACITY, Reweighting
from ...norms.separable import Separable
from ...typing import Floats, Indices
from ..compiled_loss import compiled
from ..instance import Instance
from .candidates import Candidates
from .restricted import Batch, Restricted

_Point = tuple[Indices, Floats, float]
"""Slots, their weights, the intercept."""


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
        self._instance, self._separable = instance, separable
        self._store = Candidates(instance.design, separable)
        self._solver = Reweighting(
            self._store.active, compiled(instance), instance.fit_intercept, instance.scale, tolerance
        )
        free = np.flatnonzero(separable.price == 0)
        weights, intercept = start
        self._free = self._store.admit(free)[0]
        self._point: _Point = (self._free, weights[free], intercept)
        self._earlier, self._alpha_earlier = self._point, -1.0

    def restore(self, features: Indices, weights: Floats, alpha: float) -> None:
        slots = self._store.admit(features)[0]
        weights = np.array(weights)
        linear = self._store.active.combination(slots, weights)
        self._point = (slots, weights, self._instance.best_intercept(linear, self._point[2]))
        self._alpha_earlier = -1.0

    def solve(self, candidates: Indices, alphas: Floats, alpha_before: float) -> Batch:
        store, parts, status = self._store, [], NEEDS_CAPACITY
        slots = store.admit(candidates)[0]
        alphas = np.ascontiguousarray(alphas)
        while status == NEEDS_CAPACITY:
            store.active.set_quadratic(
                None, None, None, store.c, store.price, store.ridge, self._separable.is_one_sided
            )
            status, done, sizes, members, weights, numbers = self._solver.solve(
                slots,
                self._free,
                store.inverse_price,
                store.mean,
                alphas,
                alpha_before,
                self._point,
                self._earlier,
                self._alpha_earlier,
            )
            for k in range(max(done - 2, 0), done):
                if alphas[k] < alpha_before:
                    self._earlier, self._alpha_earlier = self._point, alpha_before
                else:
                    self._alpha_earlier = -1.0
                self._point = (members[k, : sizes[k]], weights[k, : sizes[k]], float(numbers[0, k]))
                alpha_before = float(alphas[k])
            parts.append(self._batch(alphas, sizes[:done], members, weights, numbers))
            alphas = alphas[done:]
            if status == NEEDS_CAPACITY:
                store.active.grow(2 * store.active.capacity)
        return parts[0] if len(parts) == 1 else Batch.join(parts)

    def _batch(
        self, alphas: Floats, sizes: Indices, members: Indices, weights: Floats, numbers: Floats
    ) -> Batch:
        K, room = len(sizes), int(sizes.max(initial=0))
        features = self._store.features(members[:K, :room])
        features[np.arange(room) >= sizes[:, None]] = 0
        intercepts, losses, norms, slopes = numbers[:, :K]
        return Batch(
            alphas=alphas[:K],
            sizes=sizes,
            features=features,
            weights=weights[:K, :room],
            intercepts=intercepts,
            losses=losses,
            norms=norms,
            slopes=slopes,
        )
