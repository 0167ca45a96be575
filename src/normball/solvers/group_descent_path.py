"""Squared error with groups: block coordinate descent on the Gram matrix of the groups met so far.

With weights v (sum 1) and X, y centred by them (an eliminated intercept),

    f = |V^1/2 (y - X w)|^2 / 2,   G = X'VX,   c = X'V y,   r = c - G w = X'(-grad f).

G is kept among the groups that ever entered, and grows as they enter (`entered_groups`).

One alpha starts from the secant of the last two points, extrapolated in log(alpha); the compiled
descent (src/kernels/block_descent.hpp) settles the groups that are in, a look at the candidates
finds those that are to enter. Where descent is slow, steps of Newton's method on the groups that
are not zero (Hessian G + alpha price_g / |w_g| (I - w_g w_g' / |w_g|^2)) carry it further.
"""

from __future__ import annotations

import numpy as np

from ..norms.blocks import Blocks
from ..norms.separable import Separable
from ..typing import Floats, Indices
from .candidates import Candidates
from .entered_groups import EnteredGroups
from .groups import GroupPoint, group_batch, lengths, sums
from .instance import Instance
from .restricted import Batch, Restricted, certify_batch, separable_gap

MOST_ROUNDS = 60
COARSE = 1e-3
"""Change of the pulls, relative to alpha, at which a first look is taken at what is to enter."""
NEAR = 0.7
"""Share of its price from which a group is looked at before the others have settled."""
FINEST = 1e-14
"""Change of the pulls, relative to alpha, that is rounding."""
SHARE_OF_GAP = 0.5
"""A gap is at most R alpha times the unmet condition; it is asked to be this share of the tolerance."""


class GroupDescentPath(Restricted):
    """The path of squared error with groups, restricted to candidates.

    Parameters
    ----------
    instance : Instance with squared error.
    blocks : Blocks
    tolerance : float, relative gap among the candidates to stop at.
    """

    def __init__(self, instance: Instance, blocks: Blocks, tolerance: float) -> None:
        self._instance, self._blocks, self._tolerance = instance, blocks, tolerance
        self._store = Candidates(instance.design, Separable(np.ones(instance.n_features)))
        self._entered = EnteredGroups(
            instance.design, instance.y[:, None], instance.sample_weight, instance.fit_intercept, blocks
        )
        self._earlier: tuple[Floats, float] | None = None
        self._near: Indices = np.zeros(0, dtype=np.intp)

    def restore(self, features: Indices, weights: Floats, alpha: float) -> None:
        entered = self._entered
        entered.enter(np.unique(self._blocks.label[features]))
        held = np.zeros(self._instance.n_features)
        held[features] = weights
        entered.set_feature_weights(held[None, entered.features])
        self._earlier = None

    def solve(self, candidates: Indices, alphas: Floats, alpha_before: float) -> Batch:
        groups = np.unique(self._blocks.label[candidates])
        self._store.admit(self._blocks.members(groups))
        self._near = groups
        points, directions, largest = [], [], []
        for alpha in alphas.tolist():
            weights = self._entered.weights.copy()
            if self._earlier is not None:
                self._extrapolate(*self._earlier, alpha_before, alpha)
            found = self._solve_one(groups, alpha)
            self._earlier = (weights, alpha_before) if found is not None and alpha_before > alpha else None
            if found is None:
                break
            alpha_before = alpha
            points.append(found[0])
            directions.append(found[1])
            largest.append(found[2])
        return group_batch(
            self._instance, self._blocks, alphas, points, np.array(directions), np.array(largest)
        )

    def certify(self, batch: Batch, largest: Floats) -> Floats:
        return certify_batch(self._instance, None, batch, largest)

    def _extrapolate(self, earlier: Floats, alpha_earlier: float, alpha_now: float, alpha: float) -> None:
        """Move along the secant from earlier weights, if that lowers the objective at alpha."""
        entered = self._entered
        weights, pulls, before = entered.weights, entered.pulls, entered.excess(alpha)
        steps = min(np.log(alpha_now / alpha) / np.log(alpha_earlier / alpha_now), 2.0)
        known = np.zeros_like(weights)
        known[:, : earlier.shape[1]] = earlier
        proposal = weights + steps * (weights - known)
        # a group that would turn round is about to leave
        stays = sums((weights * proposal).sum(axis=0), entered.sizes) > 0
        entered.weights = proposal * np.repeat(stays, entered.sizes)
        entered.refresh()
        if not entered.excess(alpha) < before:
            entered.weights, entered.pulls = weights, pulls

    def _solve_one(self, groups: Indices, alpha: float) -> tuple[GroupPoint, Floats, float] | None:
        """The point at alpha, -grad f there, and the largest pull over price among the candidates."""
        instance, entered = self._instance, self._entered
        looked_at, precision = self._near, COARSE
        for _ in range(MOST_ROUNDS):
            if not entered.settle(alpha, precision) and precision > FINEST:
                return None
            residual = entered.residual()
            direction = entered.direction(residual)[0]
            ratio = self._ratios(looked_at, direction)
            norm, is_whole = entered.norm(), looked_at is groups
            if is_whole:
                self._near = groups[ratio > NEAR * alpha]
                largest = float(ratio.max(initial=0.0))
                loss = 0.5 * float((residual**2).sum())
                gap = separable_gap(instance, alpha, loss, norm, 0.0, direction, largest)
                if gap <= self._tolerance or (precision <= FINEST and gap <= 1e3 * self._tolerance):
                    return self._point(residual), direction, largest
                if precision <= FINEST:
                    return None
            entered.enter(looked_at[ratio > alpha])
            wanted = SHARE_OF_GAP * self._tolerance * instance.scale / max(alpha * norm, 1e-300)
            precision = max(min(wanted, 0.1 * precision), FINEST)
            looked_at = groups
        return None

    def _ratios(self, groups: Indices, direction: Floats) -> Floats:
        """Pull over price of candidate groups; those that entered have theirs at hand."""
        blocks, entered = self._blocks, self._entered
        pulled = entered.pulled_groups()[groups]
        others = np.flatnonzero(np.isnan(pulled))
        slots = self._store.slots(blocks.members(groups[others]))
        z = self._store.active.inner_products(slots, direction[None, :])[:, 0]
        pulled[others] = lengths(z, blocks.sizes(groups[others]))
        return np.asarray(pulled / blocks.price[groups])

    def _point(self, residual: Floats) -> GroupPoint:
        instance, entered = self._instance, self._entered
        is_in = entered.lengths() > 0
        order = np.argsort(entered.groups[is_in])
        groups = entered.groups[is_in][order]
        held = np.zeros(instance.n_features)
        held[entered.features] = entered.feature_weights()[0]
        weights = held[self._blocks.members(groups)]
        return GroupPoint(groups, weights, float(entered.intercepts()[0]), entered.predictor(residual)[:, 0])
