"""Several responses that share their features: squared error with |W|_21, and with a ridge.

    |V^1/2 (Y - X W)|_F^2 / 2 + alpha (r sum_j |W_j|_2 + (1 - r) |W|_F^2 / 2)

over W (p, k), W_j its rows. Block coordinate descent on the Gram matrix of the features met
so far (`groups/entered.py`). Features enter by one pass over X, which certifies as well, from the
weights of the features and nothing else that the descent holds: a ridge term is squared error on
more rows, so that with u = V (Y - X W), s = min(1, alpha / max_j |X_j'u
- alpha (1 - r) W_j| / r) the dual value is  s <Y, u> - s^2 (f + ridge term).
Source: Obozinski, Taskar, Jordan, "Joint covariate selection and joint subspace selection for
multiple classification problems", Statistics and Computing 20 (2010).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...designs.base import SLACK, Design
from ...norms.blocks import Blocks
from ...typing import Floats
from .entered import EnteredGroups

MOST_ROUNDS = 200
COARSE, FINEST = 1e-3, 1e-14
"""Change of the pulls, relative to alpha, at which the first look is taken, and that is rounding."""
FEWEST_ENTRIES = 100
"""Violating features that may enter at once; more where more are in."""


@dataclass(frozen=True, eq=False)
class MultitaskPath:
    """Solutions at alphas (m,): coefs (m, k, p), gaps (m,) relative to f at W = 0, rounds (m,)."""

    alphas: Floats
    coefs: Floats
    gaps: Floats
    rounds: list[int]


class Multitask:
    """Paths of one problem.

    Parameters
    ----------
    design : Design (n, p) ; Y : (n, k)
    sample_weight : (n,) > 0, sums to 1
    fit_intercept : bool
    l1_ratio : float in (0, 1], r.
    """

    def __init__(
        self, design: Design, Y: Floats, sample_weight: Floats, fit_intercept: bool, l1_ratio: float
    ) -> None:
        p = design.shape[1]
        self._design, self._ratio, self._v = design, l1_ratio, sample_weight
        self._is_centred = fit_intercept
        self._means = design.rmatvec(sample_weight) if fit_intercept else np.zeros(p)
        self._Y = Y - sample_weight @ Y if fit_intercept else Y
        blocks = Blocks(np.arange(p), np.full(p, float(l1_ratio)))
        self._entered = EnteredGroups(design, Y, sample_weight, fit_intercept, blocks)
        self._scale = 0.5 * float((self._entered.target**2).sum())
        self._tiny = self._scale <= 1e-300
        self.alpha_max = float(self._certify(0.0)[1].max(initial=0.0))

    @property
    def target(self) -> Floats:
        """V^1/2 Y, centred, (n, k)."""
        return self._entered.target

    @property
    def scale(self) -> float:
        """f at W = 0."""
        return self._scale

    def follow(
        self, alphas: Floats, tolerance: float, start: Floats | None = None, loose: float | None = None,
        report: Callable[[int], None] = lambda count: None,
    ) -> MultitaskPath:  # fmt: skip
        """Solutions at decreasing alphas > 0; a `start` (k, p) with a gap below `loose` is kept as it is."""
        k, p = len(self._entered.c), self._design.shape[1]
        coefs, gaps, rounds = np.zeros((len(alphas), k, p)), np.zeros(len(alphas)), []
        if start is not None and start.any():
            self._entered.enter(np.flatnonzero(start.any(axis=0)))
            self._entered.set_feature_weights(np.asarray(start, dtype=np.float64)[:, self._entered.features])
        for row, alpha in enumerate(alphas.tolist()):
            gaps[row], count = self._solve_one(alpha, tolerance, loose if row == 0 else None)
            coefs[row][:, self._entered.features] = self._entered.feature_weights(self._entered.weights)
            rounds.append(count)
            report(1)
        return MultitaskPath(alphas, coefs, gaps, rounds)

    def _solve_one(self, alpha: float, tolerance: float, loose: float | None) -> tuple[float, int]:
        """Move to the solution at alpha; its relative gap and how many looks at X it took."""
        entered, precision, gap, n_at_end = self._entered, COARSE, np.inf, 0
        entered.set_ridge(alpha * (1 - self._ratio))
        for count in range(1, MOST_ROUNDS + 1):
            if count > 1 or loose is None:
                entered.settle(alpha, precision)
            gap, ratio = self._certify(alpha)
            if gap <= (loose if count == 1 and loose is not None else tolerance):
                break
            violators = np.flatnonzero(ratio > alpha * (1 + SLACK))
            n_at_end += precision <= FINEST and not len(violators)
            if n_at_end > 2:
                break
            most = max(FEWEST_ENTRIES, len(entered.groups))
            if len(violators) > most:
                violators = violators[np.argpartition(-ratio[violators], most)[:most]]
            entered.enter(violators)
            reach = max(alpha * entered.norm(), 1e-300)
            precision = max(min(0.5 * tolerance * self._scale / reach, 0.1 * precision), FINEST)
        return gap, count

    def _certify(self, alpha: float) -> tuple[float, Floats]:
        """Relative gap of the weights at alpha, and |X_j'u - ridge W_j| / r (p,)."""
        features = self._entered.features
        W = self._entered.feature_weights(self._entered.weights)
        used = np.flatnonzero(W.any(axis=0))
        features, W, ridge = features[used], W[:, used], alpha * (1 - self._ratio)
        residual = self._Y - self._design.combinations(features, W.T) + W @ self._means[features]
        U = np.ascontiguousarray((self._v[:, None] * residual).T)
        if self._is_centred:
            U -= U.sum(axis=1, keepdims=True) * self._v
        Z = self._design.products(U)
        Z = Z - self._means[:, None] * U.sum(axis=1)
        Z[features] -= ridge * W.T
        ratio = np.sqrt((Z**2).sum(axis=1)) / self._ratio
        smooth = 0.5 * float(self._v @ (residual**2).sum(axis=1)) + 0.5 * ridge * float((W**2).sum())
        priced = alpha * self._ratio * float(np.sqrt((W**2).sum(axis=0)).sum())
        scaling = alpha / max(float(ratio.max(initial=0.0)), alpha, 1e-300)
        dual = scaling * float((U * self._Y.T).sum()) - scaling**2 * smooth
        gap = max(smooth + priced - dual, 0.0)
        return 0.0 if self._tiny else gap / self._scale, ratio
