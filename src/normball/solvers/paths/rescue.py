"""What takes an alpha over where the fast solvers give up: slower, and for every degeneracy.

Squared error is tried on orthogonal factors of the columns first; the generic solver is for
every loss and regulariser.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...typing import Floats, Indices
from ..certificate import certify_term
from ..generic.face_newton import Point
from ..generic.solver import solve_term
from ..instance import Instance
from ..terms import Penalty
from ..work import Work
from ..workspace import Options, Workspace
from .orthogonal import solve_on_factors
from .restricted import Batch, Restricted


class GenericPath(Restricted):
    """Solves one alpha at a time on the columns of the candidates.

    Parameters
    ----------
    instance : Instance
    start : (p,) weights and the intercept of the null point.
    tolerance : float, relative gap.
    work : Work, what all the alphas may cost together.
    """

    def __init__(self, instance: Instance, start: tuple[Floats, float], tolerance: float, work: Work) -> None:
        self._instance, self._work = instance, work
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
        alpha = float(alphas[0])
        point = self._find(instance, Point(self._w[candidates], self._intercept, alpha))
        eta = instance.predictor(point.w, point.intercept)
        used = np.flatnonzero(point.w)
        features = candidates[used]
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
            slopes=np.zeros(1),
        )

    def _find(self, instance: Instance, start: Point) -> Point:
        """The point at the alpha of `start`."""
        term, tolerance = Penalty(instance.norm, start.alpha), self._options.tolerance
        separable = instance.norm.separable(instance.n_features)
        if instance.loss.is_quadratic and separable is not None:
            point = solve_on_factors(instance, separable, start.alpha, start.w, self._work)
            eta = instance.predictor(point.w, point.intercept)
            if certify_term(instance, term, point.w, point.intercept, eta, tolerance).gap <= tolerance:
                return point
            start = point
        return solve_term(Workspace(instance, self._work), term, start, self._options).point
