"""Squared error with groups: block coordinate descent on the Gram matrix of the groups met so far.

With weights v (sum 1) and X, y centred by them (an eliminated intercept),

    f = |V^1/2 (y - X w)|^2 / 2,   G = X'VX,   c = X'V y,   r = c - G w = X'(-grad f).

G is kept among the groups that were ever expected to enter, and grows with the candidates
(`groups/entered.py`): no point looks at X, and the residuals of a batch of points come together.

One alpha starts from the secant of the last two points, extrapolated in log(alpha); the compiled
descent (src/kernels/block_descent.hpp) settles all groups of G. Where descent is slow, steps of
Newton's method on the groups that are not zero (Hessian
G + alpha price_g / |w_g| (I - w_g w_g' / |w_g|^2)) carry it further.
"""

from __future__ import annotations

import numpy as np

from ...norms.blocks import Blocks
from ...typing import Floats, Indices
from ..instance import Instance
from ..paths.restricted import Batch, Restricted
from .entered import EnteredGroups
from .points import GroupPoint, group_batch, lengths, sums

COARSE, FINEST = 1e-3, 1e-14
"""Change of the pulls, relative to alpha, that is certainly too large, and that is rounding."""
SHARE_OF_GAP = 0.5
"""A gap is at most R alpha times the unmet condition; it is asked to be this share of the tolerance."""
LONGEST_STEP = 2.0
"""Of an extrapolation, in steps between the last two points."""


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
        self._entered = EnteredGroups(
            instance.design, instance.y[:, None], instance.sample_weight, instance.fit_intercept, blocks
        )
        self._earlier: tuple[Floats, Floats, float] | None = None

    def restore(self, features: Indices, weights: Floats, alpha: float) -> None:
        entered = self._entered
        entered.enter(np.unique(self._blocks.label[features]))
        held = np.zeros(self._instance.n_features)
        held[features] = weights
        entered.set_feature_weights(held[None, entered.features])
        self._earlier = None

    def solve(self, candidates: Indices, alphas: Floats, alpha_before: float) -> Batch:
        entered = self._entered
        entered.enter(np.unique(self._blocks.label[candidates]))
        if self._earlier is not None:  # of the groups that entered just now too
            weights = np.zeros_like(entered.weights)
            weights[:, : self._earlier[0].shape[1]] = self._earlier[0]
            self._earlier = (weights, entered.pulls_of(weights), self._earlier[2])
        found: list[Floats] = []
        for alpha in alphas.tolist():
            weights, pulls = entered.weights.copy(), entered.pulls.copy()
            if self._earlier is not None:
                self._extrapolate(*self._earlier, alpha_before, alpha)
            is_solved = self._solve_one(alpha)
            self._earlier = (weights, pulls, alpha_before) if is_solved and alpha_before > alpha else None
            if not is_solved:
                break
            alpha_before = alpha
            found.append(entered.weights[0].copy())
        return self._batch(alphas, found)

    def _extrapolate(
        self, earlier: Floats, pulls_earlier: Floats, alpha_earlier: float, alpha_now: float, alpha: float
    ) -> None:
        """Move along the secant from earlier weights, if that lowers the objective at alpha."""
        entered = self._entered
        weights, pulls, before = entered.weights, entered.pulls, entered.excess(alpha)
        steps = min(np.log(alpha_now / alpha) / np.log(alpha_earlier / alpha_now), LONGEST_STEP)
        proposal = weights + steps * (weights - earlier)
        # a group that would turn round is about to leave
        turns = sums((weights * proposal).sum(axis=0), entered.sizes) <= 0
        left = np.flatnonzero(np.repeat(turns, entered.sizes) & proposal.any(axis=0))
        entered.pulls = pulls + steps * (pulls - pulls_earlier) + proposal[:, left] @ entered.gram()[left]
        proposal[:, left] = 0.0
        entered.weights = proposal
        if not entered.excess(alpha) < before:
            entered.weights, entered.pulls = weights, pulls

    def _solve_one(self, alpha: float) -> bool:
        """Bring the weights to alpha; whether that succeeded."""
        entered, precision = self._entered, 10 * COARSE
        while True:
            reach = max(alpha * entered.norm(), 1e-300)
            wanted = SHARE_OF_GAP * self._tolerance * self._instance.scale / reach
            precision = max(min(wanted, 0.1 * precision), FINEST)
            is_finest = precision <= FINEST
            if not entered.settle(alpha, precision) and not is_finest:
                return False
            entered.refresh()
            largest = entered.largest()
            gap = entered.gap(alpha, largest) / self._instance.scale
            if gap <= self._tolerance or (is_finest and gap <= 1e3 * self._tolerance):
                return True
            if is_finest:
                return False

    def _batch(self, alphas: Floats, found: list[Floats]) -> Batch:
        """The points, given their weights in the groups' own coordinates."""
        blocks, entered = self._blocks, self._entered
        W = np.array(found).reshape(len(found), len(entered.means))
        residuals = entered.residual(W)
        held, sizes = entered.feature_weights(W), blocks.sizes(entered.groups)
        intercepts, predictors = entered.intercepts(W), entered.predictor(residuals)
        points = []
        for k in range(len(found)):
            is_in = lengths(W[k], entered.sizes) > 0
            weights = held[k, np.repeat(is_in, sizes)]
            points.append(GroupPoint(entered.groups[is_in], weights, float(intercepts[k]), predictors[:, k]))
        return group_batch(self._instance, blocks, alphas, points)
