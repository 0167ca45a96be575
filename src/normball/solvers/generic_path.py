"""The generic solver among candidates: slower, and for every loss, regulariser and degeneracy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..norms.separable import Separable
from ..typing import Floats, Indices
from .certificate import dual_point
from .face_newton import Point
from .instance import Instance
from .proximal_newton import Options, Workspace, solve_term
from .restricted import Batch, Restricted
from .reweighted_path import certify_batch
from .terms import Penalty


class GenericPath(Restricted):
    """Solves one alpha at a time on the columns of the candidates.

    Parameters
    ----------
    instance : Instance
    separable : Separable
    start : (p,) weights and the intercept of the null point.
    tolerance : float, relative gap.
    """

    def __init__(
        self, instance: Instance, separable: Separable, start: tuple[Floats, float], tolerance: float
    ) -> None:
        self._instance, self._separable = instance, separable
        self._options = Options(tolerance)
        self._w, self._intercept = start[0].copy(), start[1]

    def restore(self, features: Indices, weights: Floats, alpha: float) -> None:
        self._w = np.zeros(self._instance.n_features)
        self._w[features] = weights

    def solve(self, candidates: Indices, alphas: Floats, alpha_before: float) -> Batch:
        whole = self._instance
        instance = replace(
            whole, design=whole.design.subset(candidates), norm=whole.norm.restricted(candidates)
        )
        workspace = Workspace(instance)
        alpha = float(alphas[0])
        start = Point(self._w[candidates], self._intercept, alpha)
        point = solve_term(workspace, Penalty(instance.norm, alpha), start, self._options).point
        eta = instance.predictor(point.w, point.intercept)
        direction, z = dual_point(instance, eta)
        used = np.flatnonzero(point.w)
        features = candidates[used]
        price = self._separable.price[candidates]
        if self._separable.ridge is not None:
            z = z - alpha * self._separable.ridge[candidates] * point.w
        pull = z[price > 0] / price[price > 0]
        largest = float((pull if self._separable.is_one_sided else np.abs(pull)).max(initial=0.0))
        self.restore(features, point.w[used], alpha)
        self._intercept = point.intercept
        return Batch(
            alphas=alphas[:1],
            sizes=np.array([len(used)]),
            features=features[None, :],
            weights=point.w[used][None, :],
            intercepts=np.array([point.intercept]),
            losses=np.array([instance.value(eta)]),
            norms=np.array([instance.norm.value(point.w)]),
            directions=direction[None, :],
            largest=np.array([largest]),
            slopes=np.zeros(1),
        )

    def certify(self, batch: Batch, largest: Floats) -> Floats:
        return certify_batch(self._instance, self._separable, batch, largest)
