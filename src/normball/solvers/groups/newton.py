"""Groups that enter and leave as a whole: Newton's method on the active groups.

Where w_g != 0 the objective is smooth, with gradient -z_g + alpha price_g w_g / |w_g| and
Hessian X'HX + alpha price_g / |w_g| (I - w_g w_g' / |w_g|^2) (Meier, van de Geer, Buhlmann,
JRSS B 70, 2008, for the penalty; the Newton system is solved by conjugate gradients with
an earlier factorisation as the preconditioner). A group enters with a proximal step of its
own and leaves when Newton's step carries it through zero; an Armijo search on the true
objective makes every step a descent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from ...norms.blocks import Blocks
from ...norms.separable import Separable
from ...typing import Floats, Indices
from ..instance import Instance
from ..line_search import armijo
from ..paths.candidates import Candidates
from ..paths.restricted import Batch, Restricted
from .points import GroupPoint, group_batch, lengths, sums

MAX_STEPS = 60
MANY_GRADIENTS = 12
"""Conjugate gradient steps after which the preconditioner is computed anew."""


@dataclass(eq=False)
class _Preconditioner:
    """Cholesky factor of the Hessian at an earlier point, and the features that it belongs to."""

    features: Indices
    factor: tuple[Floats, bool]


class GroupPath(Restricted):
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
        self._active = self._store.active
        none = np.zeros(0, dtype=np.intp)
        self._point = GroupPoint(none, np.zeros(0), intercept, np.full(instance.n_samples, intercept))
        self._earlier: _Preconditioner | None = None

    def restore(self, features: Indices, weights: Floats, alpha: float) -> None:
        groups = np.unique(self._blocks.label[features])
        members = self._blocks.members(groups)
        held = np.zeros(self._instance.n_features)
        held[features] = weights
        linear = self._combination(members, held[members])
        intercept = self._instance.best_intercept(linear, self._point.intercept)
        self._point = GroupPoint(groups, held[members], intercept, linear + intercept)

    def solve(self, candidates: Indices, alphas: Floats, alpha_before: float) -> Batch:
        groups = np.unique(self._blocks.label[candidates])
        members = self._blocks.members(groups)
        self._store.admit(members)
        points = []
        for alpha in alphas:
            if not self._solve_one(groups, members, float(alpha)):
                break
            points.append(self._point)
        return group_batch(self._instance, self._blocks, alphas, points)

    def _solve_one(self, groups: Indices, members: Indices, alpha: float) -> bool:
        """Move `_point` to the optimum at alpha; whether that succeeded."""
        instance, blocks = self._instance, self._blocks
        slots, sizes = self._store.slots(members), blocks.sizes(groups)
        best, n_stalled = np.inf, 0
        for _ in range(MAX_STEPS):
            point = self._point
            gradient = instance.gradient(point.eta)
            curvature = self._curvature(point.eta)
            if not (np.isfinite(gradient).all() and 0 < curvature.sum() < np.inf):
                return False
            direction = -gradient
            if instance.fit_intercept:
                direction = direction - curvature * (direction.sum() / curvature.sum())
            z = self._active.inner_products(slots, direction[None, :])[:, 0]
            ratio = lengths(z, sizes) / blocks.price[groups]
            gap = self._gap(alpha, direction, float(ratio.max(initial=0.0)))
            n_stalled = 0 if gap < 0.5 * best else n_stalled + 1
            best = min(gap, best)
            if gap <= self._tolerance or (n_stalled >= 4 and gap <= 1e3 * self._tolerance):
                return True
            if n_stalled > 10:
                return False
            self._enter(groups, sizes, z, ratio, gradient, curvature, alpha)
            self._newton(alpha)
        return False

    def _gap(self, alpha: float, direction: Floats, largest: float) -> float:
        """Relative gap among the candidates, given -grad f and the largest |z_g| / price_g of them."""
        instance, point = self._instance, self._point
        scaling = alpha / max(largest, alpha)
        centre = instance.sample_weight @ point.eta if instance.is_centred else 0.0
        worth = scaling * float(direction @ (point.eta - centre))
        gap = instance.slack(point.eta, -scaling * direction) - worth
        gap += alpha * self._norm(point.groups, point.weights)
        return abs(gap) / instance.scale if np.isfinite(gap) else np.inf

    def _enter(
        self,
        groups: Indices,
        sizes: Indices,
        z: Floats,
        ratio: Floats,
        gradient: Floats,
        curvature: Floats,
        alpha: float,
    ) -> None:
        """Give violating groups a first weight: a proximal step of each by itself, with a search along it."""
        point, blocks = self._point, self._blocks
        is_new = (ratio > alpha * (1 + 1e-9)) & ~np.isin(groups, point.groups)
        if not is_new.any():
            return
        new = groups[is_new]
        features = blocks.members(new)
        pulls = z[np.repeat(is_new, sizes)]
        new_sizes = sizes[is_new]
        # the trace bounds the curvature of a group from above
        columns = self._columns(features)
        traces = np.add.reduceat(curvature @ columns**2, np.cumsum(new_sizes) - new_sizes)
        share = (1 - alpha / ratio[is_new]) / np.maximum(traces, 1e-300)
        weights = np.repeat(share, new_sizes) * pulls
        merged = np.union1d(point.groups, new)
        held, step = np.zeros(self._instance.n_features), np.zeros(self._instance.n_features)
        held[blocks.members(point.groups)] = point.weights
        step[features] = weights / len(new)
        linear = columns @ step[features]
        shift = -float(gradient.sum() + curvature @ linear) / float(curvature.sum())
        shift = shift if self._instance.fit_intercept else 0.0
        everywhere = blocks.members(merged)
        self._point = GroupPoint(merged, held[everywhere], point.intercept, point.eta)
        stay = np.zeros(len(merged), dtype=bool)
        self._search(step[everywhere], linear + shift, shift, blocks.sizes(merged), stay, gradient, alpha)

    def _newton(self, alpha: float) -> None:
        """One Newton step on the active groups, with a search along it."""
        point, blocks, instance = self._point, self._blocks, self._instance
        if len(point.groups) == 0:
            intercept = instance.best_intercept(np.zeros(instance.n_samples), point.intercept)
            eta = np.full(instance.n_samples, intercept)
            self._point = GroupPoint(point.groups, point.weights, intercept, eta)
            return
        sizes = blocks.sizes(point.groups)
        features = blocks.members(point.groups)
        gradient = instance.gradient(point.eta)
        curvature = self._curvature(point.eta)
        length = lengths(point.weights, sizes)
        unit = point.weights / np.repeat(length, sizes)
        stiffness = np.repeat(alpha * blocks.price[point.groups] / length, sizes)
        rhs = self._inner(features, -gradient)
        total = float(curvature.sum())
        if not 0 < total < np.inf:
            return
        mean_gradient = float(gradient.sum()) if instance.fit_intercept else 0.0
        if instance.fit_intercept:
            rhs += self._inner(features, curvature) * (mean_gradient / total)
        rhs -= stiffness * point.weights

        def hessian(d: Floats) -> Floats:
            moved = curvature * self._combination(features, d)
            if instance.fit_intercept:
                moved -= curvature * (moved.sum() / total)
            radial = np.repeat(sums(unit * d, sizes), sizes)
            return self._inner(features, moved) + stiffness * (d - unit * radial)

        step = self._conjugate_gradients(hessian, rhs, features, curvature, unit, stiffness, sizes)
        leaves = sums((point.weights + step) * point.weights, sizes) <= 0
        step = np.where(np.repeat(leaves, sizes), -point.weights, step)
        linear = self._combination(features, step)
        shift = 0.0
        if instance.fit_intercept:
            shift = -(mean_gradient + float(curvature @ linear)) / total
        self._search(step, linear + shift, shift, sizes, leaves, gradient, alpha)

    def _search(
        self,
        step: Floats,
        move: Floats,
        shift: float,
        sizes: Indices,
        leaves: np.ndarray,
        gradient: Floats,
        alpha: float,
    ) -> None:
        instance, point = self._instance, self._point
        norm_before = self._norm(point.groups, point.weights)
        before = instance.value(point.eta) + alpha * norm_before
        slope = float(gradient @ move) + alpha * (
            self._norm(point.groups, point.weights + step) - norm_before
        )
        rounding = 1e-15 * (abs(before) + instance.scale)

        def at(share: float) -> tuple[float, tuple[Floats, Floats]]:
            weights, eta = point.weights + share * step, point.eta + share * move
            return instance.value(eta) + alpha * self._norm(point.groups, weights), (weights, eta)

        found = armijo(at, before, slope, rounding)
        share, _, (weights, eta) = found or (0.0, before, (point.weights, point.eta))
        groups = point.groups
        stays = ~leaves if share == 1.0 else np.ones(len(groups), dtype=bool)
        stays &= lengths(weights, sizes) > 0
        self._point = GroupPoint(
            groups[stays], weights[np.repeat(stays, sizes)], point.intercept + share * shift, eta
        )

    def _conjugate_gradients(
        self,
        hessian: Callable[[Floats], Floats],
        rhs: Floats,
        features: Indices,
        curvature: Floats,
        unit: Floats,
        stiffness: Floats,
        sizes: Indices,
    ) -> Floats:
        for attempt in range(2):
            if self._earlier is None or attempt:
                self._factorise(features, curvature, unit, stiffness, sizes)
            solution, count = self._descend(hessian, rhs, features)
            if count <= MANY_GRADIENTS:
                break
        return solution

    def _descend(
        self, hessian: Callable[[Floats], Floats], rhs: Floats, features: Indices
    ) -> tuple[Floats, int]:
        precondition = self._preconditioner(features)
        solution, residual = np.zeros(len(rhs)), rhs.copy()
        goal = 1e-3 * min(1.0, float(np.abs(rhs).max()) * 10) * float(np.linalg.norm(rhs))
        search, before = np.zeros(len(rhs)), 1.0
        for count in range(200):
            if np.linalg.norm(residual) <= max(goal, 1e-300) or count > MANY_GRADIENTS:
                return solution, count
            better = precondition(residual)
            along = float(residual @ better)
            if along <= 0:
                return solution, count
            search = better + (along / before if count else 0.0) * search
            before = along
            bent = hessian(search)
            bend = float(search @ bent)
            if bend <= 0:
                return solution, count
            solution += along / bend * search
            residual -= along / bend * bent
        return solution, count

    def _factorise(
        self, features: Indices, curvature: Floats, unit: Floats, stiffness: Floats, sizes: Indices
    ) -> None:
        columns = np.sqrt(curvature)[:, None] * self._columns(features)
        if self._instance.fit_intercept:
            root = np.sqrt(curvature / curvature.sum())
            columns -= np.outer(root, root @ columns)
        H = columns.T @ columns
        ends = np.cumsum(sizes)
        for start, end in zip(ends - sizes, ends, strict=True):
            part = slice(start, end)
            H[part, part] += stiffness[start] * (np.eye(end - start) - np.outer(unit[part], unit[part]))
        diagonal = np.maximum(np.diagonal(H), 1e-300)
        for damping in (1e-12, 1e-8, 1e-4, 1.0):  # the last makes H dominated by its diagonal, or nearly
            H[np.diag_indices_from(H)] = diagonal * (1 + damping)
            try:
                factor = cho_factor(H, lower=True, check_finite=False)
            except np.linalg.LinAlgError:
                continue
            self._earlier = _Preconditioner(features, factor)
            return
        self._earlier = _Preconditioner(features, (np.diag(np.sqrt(diagonal)), True))

    def _preconditioner(self, features: Indices) -> Callable[[Floats], Floats]:
        """The earlier inverse on the features that it knows, the mean of its diagonal on others."""
        earlier = self._earlier
        assert earlier is not None
        if len(earlier.features) == len(features) and (earlier.features == features).all():
            return lambda r: np.asarray(cho_solve(earlier.factor, r, check_finite=False))
        held = np.zeros(self._instance.n_features)
        is_known = np.isin(features, earlier.features)
        typical = 1 / float(np.mean(np.diagonal(earlier.factor[0]) ** 2))

        def apply(r: Floats) -> Floats:
            held[features] = r
            inside = held[earlier.features]
            held[features] = 0.0
            held[earlier.features] = cho_solve(earlier.factor, inside, check_finite=False)
            result = np.where(is_known, held[features], typical * r)
            held[earlier.features] = 0.0
            return result

        return apply

    def _curvature(self, eta: Floats) -> Floats:
        instance = self._instance
        curvature = instance.curvature(eta)
        majorant = instance.majorant(eta)
        return np.asarray(np.maximum(curvature, 1e-3 * majorant))

    def _norm(self, groups: Indices, weights: Floats) -> float:
        return float(self._blocks.price[groups] @ lengths(weights, self._blocks.sizes(groups)))

    def _columns(self, features: Indices) -> Floats:
        return self._instance.design.columns(features)

    def _inner(self, features: Indices, u: Floats) -> Floats:
        return np.asarray(self._active.inner_products(self._store.slots(features), u[None, :])[:, 0])

    def _combination(self, features: Indices, w: Floats) -> Floats:
        return np.asarray(self._active.combination(self._store.slots(features), np.ascontiguousarray(w)))
