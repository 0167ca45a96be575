"""Groups with any smooth loss: squared error again and again, by descent on the groups met so far.

At a predictor eta with gradient g and curvatures h the loss is replaced by its quadratic model, squared
error with weights h and responses eta - g / h; `entered.py` settles its groups by block coordinate
descent and Newton's method, and an Armijo search on the true objective takes the step (Meier, van de
Geer, Buhlmann, JRSS B 70, 2008; Lee, Sun, Saunders, SIAM J. Optim. 24, 2014). Gradients are exact at
every step, while the curvatures, and with them the Gram matrix of the groups, stay as long as they
halve the gap.
"""

from __future__ import annotations

import numpy as np

from ...norms.blocks import Blocks
from ...norms.separable import Separable
from ...typing import Floats, Indices
from ..instance import Instance
from ..line_search import armijo
from ..paths.candidates import Candidates
from ..paths.restricted import Batch, Restricted
from .entered import EnteredGroups
from .points import GroupPoint, group_batch, lengths

MOST_STEPS = 100
MOST_STALLED = 10
NEAR = 0.95
"""Share of alpha from which on a group that pulls takes part in a model."""
FAST = 0.3
"""Ratio of gaps above which the curvatures are taken afresh."""
LEAST_CURVED = 1e-3
"""Share of the majorant that a curvature has at least."""
ROUNDING = 1e-14
"""Relative difference of objectives that is none: at the end steps promise less."""
COARSE, FINEST = 1e-3, 1e-14
"""Change of the pulls, relative to alpha, at which a model is settled."""


class GroupReweighting(Restricted):
    """The path of a smooth loss with groups, restricted to candidates.

    Parameters
    ----------
    instance : Instance
    blocks : Blocks
    intercept : float, of the null point.
    tolerance : float, relative gap among the candidates to stop at.
    """

    def __init__(self, instance: Instance, blocks: Blocks, intercept: float, tolerance: float) -> None:
        self._instance, self._blocks, self._tolerance = instance, blocks, tolerance
        self._store = Candidates(instance.design, Separable(np.ones(instance.n_features)))
        self._w, self._intercept = np.zeros(instance.n_features), intercept
        self._eta = np.full(instance.n_samples, intercept)
        self._model: EnteredGroups | None = None
        self._bend = np.zeros(0)

    def restore(self, features: Indices, weights: Floats, alpha: float) -> None:
        self._w = np.zeros(self._instance.n_features)
        self._w[features] = weights
        linear = self._instance.design.columns(features) @ weights
        self._intercept = self._instance.best_intercept(linear, self._intercept)
        self._eta, self._model = linear + self._intercept, None

    def solve(self, candidates: Indices, alphas: Floats, alpha_before: float) -> Batch:
        groups = np.unique(self._blocks.label[candidates])
        members = self._blocks.members(groups)
        self._store.admit(members)
        points = []
        for alpha in alphas.tolist():
            if not self._solve_one(groups, members, alpha):
                break
            points.append(self._point())
        return group_batch(self._instance, self._blocks, alphas, points)

    def _point(self) -> GroupPoint:
        groups = np.unique(self._blocks.label[np.flatnonzero(self._w)])
        return GroupPoint(groups, self._w[self._blocks.members(groups)], self._intercept, self._eta)

    def _solve_one(self, groups: Indices, members: Indices, alpha: float) -> bool:
        """Move to the optimum at alpha; whether that succeeded."""
        instance, price = self._instance, self._blocks.price[groups]
        slots, sizes = self._store.slots(members), self._blocks.sizes(groups)
        best, before, n_stalled = np.inf, np.inf, 0
        for _ in range(MOST_STEPS):
            gradient, curvature = instance.gradient(self._eta), self._curvature()
            if not (np.isfinite(gradient).all() and 0 < curvature.sum() < np.inf):
                return False
            direction = -gradient
            if instance.fit_intercept:
                direction = direction - curvature * (direction.sum() / curvature.sum())
            z = self._store.active.inner_products(slots, direction[None, :])[:, 0]
            ratio = lengths(z, sizes) / price
            gap = self._gap(alpha, direction, float(ratio.max(initial=0.0)))
            n_stalled = 0 if gap < 0.5 * best else n_stalled + 1
            best = min(gap, best)
            if gap <= self._tolerance or (n_stalled >= 4 and gap <= 1e3 * self._tolerance):
                return True
            if n_stalled > MOST_STALLED:
                return False
            near = groups[ratio > NEAR * alpha]
            if self._model is None or gap > FAST * before:
                self._take_curvature(curvature, near)
            self._model_step(near, gradient, alpha, best)
            before = gap
        return False

    def _gap(self, alpha: float, direction: Floats, largest: float) -> float:
        """Relative gap among the candidates, given -grad f and the largest |z_g| / price_g of them."""
        instance, eta = self._instance, self._eta
        scaling = alpha / max(largest, alpha)
        centre = instance.sample_weight @ eta if instance.is_centred else 0.0
        worth = scaling * float(direction @ (eta - centre))
        gap = instance.slack(eta, -scaling * direction) - worth + alpha * instance.norm.value(self._w)
        return abs(gap) / instance.scale if np.isfinite(gap) else np.inf

    def _curvature(self) -> Floats:
        instance = self._instance
        return np.maximum(instance.curvature(self._eta), LEAST_CURVED * instance.majorant(self._eta))

    def _take_curvature(self, curvature: Floats, near: Indices) -> None:
        """A model with these curvatures (n,), of the groups that are in or nearly so."""
        instance, present = self._instance, self._blocks.label[np.flatnonzero(self._w)]
        self._bend = np.maximum(curvature, 1e-300)
        weights = self._bend / self._bend.sum()
        nothing = np.zeros((instance.n_samples, 1))
        model = EnteredGroups(instance.design, nothing, weights, instance.fit_intercept, self._blocks)
        model.enter(np.union1d(present, near))
        self._model = model

    def _model_step(self, near: Indices, gradient: Floats, alpha: float, gap: float) -> None:
        """Minimise the model at the present point, and search along the step."""
        instance, model, total = self._instance, self._model, float(self._bend.sum())
        assert model is not None
        model.enter(near)
        model.set_target((self._eta - gradient / self._bend)[:, None])
        model.set_feature_weights(self._w[None, model.features])
        norm_before = instance.norm.value(self._w)
        reach = max(alpha * max(norm_before, model.norm()), 1e-300)
        precision = float(np.clip(1e-2 * gap * instance.scale / reach, FINEST, COARSE))
        model.settle(alpha / total, precision)
        goal = np.zeros_like(self._w)
        goal[model.features] = model.feature_weights(model.weights)[0]
        move = goal - self._w
        shift = model.predictor(model.residual(model.weights))[:, 0] - self._eta
        norm_after = instance.norm.value(goal)
        before = instance.value(self._eta) + alpha * norm_before
        slope = float(gradient @ shift) + alpha * (norm_after - norm_before)

        def at(share: float) -> tuple[float, tuple[Floats, Floats]]:
            w, eta = (goal if share == 1 else self._w + share * move), self._eta + share * shift
            return instance.value(eta) + alpha * instance.norm.value(w), (w, eta)

        found = armijo(at, before, slope, ROUNDING * (abs(before) + instance.scale))
        if found is not None:
            share, _, (self._w, self._eta) = found
            self._intercept += share * (float(model.intercepts(model.weights)[0]) - self._intercept)
