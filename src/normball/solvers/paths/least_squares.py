"""Squared error with a separable regulariser: exact pivoting from alpha to alpha.

With weights v (sum 1), centred y and X (an eliminated intercept), u = V (y - X w):

    f = u'V^-1 u / 2,     optimal if  x_j'u - alpha ridge_j w_j  is in  alpha price_j d|w_j|.

The pivoting itself is compiled (src/kernels/pivoting.hpp). Where p is small against n it
works on the Gram matrix, and u'V^-1 u = <y, y> - <c, w> - <z, w>.
"""

from __future__ import annotations

import numpy as np

from ..._kernels import ActiveSet
from ...norms.separable import Separable
from ...typing import Floats, Indices
from ..ends.fits import null_model
from ..instance import Instance
from .active_set import walk
from .candidates import Candidates
from .restricted import Batch, Restricted


class LeastSquaresPath(Restricted):
    """The exact path of squared error, restricted to candidates.

    Parameters
    ----------
    instance : Instance with squared error.
    separable : Separable
    on_gram : bool
        Work on the Gram matrix of all features instead of columns of candidates.
    """

    def __init__(self, instance: Instance, separable: Separable, on_gram: bool) -> None:
        v = instance.sample_weight
        self._instance, self._separable, self.knows_all = instance, separable, on_gram
        self._centre = float(v @ instance.y) if instance.fit_intercept else 0.0
        self._y = instance.y - self._centre
        self._b = v * self._y
        if instance.fit_intercept:  # the rounding of the centring
            self._b -= v * self._b.sum()
        self._size = float(self._b @ self._y)
        self._candidates: Candidates | None = None
        if on_gram:
            self._hold_gram()
        else:
            self._candidates = Candidates(instance.design, separable)
            self._active = self._candidates.active
            self._directions = np.stack([self._b, v])
        self._admit(np.flatnonzero(instance.unpenalised))
        free = self._slots(np.flatnonzero(instance.unpenalised))
        self._active.retarget(free, np.zeros(len(free)))

    def _hold_gram(self) -> None:
        instance = self._instance
        gram, mean = instance.gram
        free = instance.unpenalised.any()
        self._c = instance.design.rmatvec(self._b) if free else null_model(instance).pull
        self._active = ActiveSet(min(instance.n_features, 64) + 1)
        self._active.hold_gram(gram)
        separable = self._separable
        self._active.set_quadratic(
            None, None, mean, self._c, separable.price, separable.ridge, separable.is_one_sided
        )

    def _slots(self, features: Indices) -> Indices:
        return features if self._candidates is None else self._candidates.slots(features)

    def _features(self, slots: Indices) -> Indices:
        return slots if self._candidates is None else self._candidates.features(slots)

    def _admit(self, features: Indices) -> Indices:
        store = self._candidates
        if store is None:
            return features
        slots, new = store.admit(features)
        if len(new):
            found = self._active.inner_products(new, self._directions)
            store.c[new] = found[:, 0]
            store.mean[new] = found[:, 1]
        self._active.set_quadratic(
            self._b,
            self._instance.sample_weight,
            store.mean if self._instance.fit_intercept else None,
            store.c,
            store.price,
            store.ridge,
            self._separable.is_one_sided,
        )
        return slots

    def restore(self, features: Indices, weights: Floats, alpha: float) -> None:
        slots = self._admit(features)
        sign = np.where(self._separable.price[features] > 0, np.sign(weights), 0.0)
        self._active.retarget(slots, sign, alpha)

    def solve(self, candidates: Indices, alphas: Floats, alpha_before: float) -> Batch:
        slots = self._admit(candidates)
        found = walk(self._active, slots, alphas, alpha_before)
        slopes, cw, zw, priced, squared, shifts = found.figures
        if found.directions is None:
            residual = np.maximum(self._size - cw - zw, 0.0)
        else:
            residual = (found.directions**2) @ (1 / self._instance.sample_weight)
        return Batch(
            alphas=alphas[: len(found)],
            sizes=found.sizes,
            features=self._features(found.members),
            weights=found.weights,
            intercepts=self._centre - shifts,
            losses=0.5 * residual,
            norms=priced + squared,
            slopes=slopes,
        )
