"""What a smooth loss says at many points (W, b) in one pass, and its Hessians at a few of them.

With theta = -v l'(eta) and h = v l''(eta) at eta = W'x + b, over rows of weights v,

    sum v l,   X'theta,   sum theta,   X'h,   sum h,   [X; 1] diag(h) [X; 1]'.

Hessians serve as models only: the first ones, of points that will move, are made of some of the blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..losses.base import SampleLoss
from ..typing import Floats, Indices
from .base import Block, Reduction

CHUNK = 2048
"""Rows whose predictors are held at once."""
ENOUGH_ROWS, MOST_EVERY = 100_000, 4
"""Rows that the first Hessians are made of where there are more, and the least share of them, inverted."""


class Points(Reduction):
    """Sums at K points.

    Parameters
    ----------
    loss : SampleLoss
    shift : (p,) taken out of the features.
    W, b : (p, K), (K,)
    anchors : positions of the points whose Hessians are wanted.
    members : (m,) features in the Hessians.
    every : int, blocks from one that is in the Hessians to the next.
    """

    def __init__(
        self,
        loss: SampleLoss,
        shift: Floats,
        W: Floats,
        b: Floats,
        anchors: Indices,
        members: Indices,
        every: int,
    ) -> None:
        self.loss, self.shift, self.b = loss, shift, b
        self.used = np.flatnonzero((W != 0).any(axis=1))
        self.W = np.ascontiguousarray(W[self.used].T)
        self.anchors, self.members, self.every = anchors, members, every

    def of_block(self, block: Block) -> tuple[Floats, ...]:
        X, y, v = block.features, block.values[-2], block.values[-1]
        X -= self.shift[:, None]
        K, p, m = len(self.b), len(X), len(self.members) + 1
        losses, totals, balances = np.zeros(K), np.zeros(K), np.zeros(K)
        pulls, sides = np.zeros((p, K)), np.zeros((p, K))
        is_taken = block.index % self.every == 0 and len(self.anchors) > 0
        hessians = np.zeros((len(self.anchors), m, m))
        for first in range(0, len(y), CHUNK):
            rows = slice(first, first + CHUNK)
            x = X[:, rows]
            eta = self.W @ x[self.used] + self.b[:, None]
            response, weight = np.broadcast_to(y[rows], eta.shape), v[rows]
            with np.errstate(over="ignore", invalid="ignore"):
                losses += self.loss.sample_values(eta, response) @ weight
                theta = -self.loss.sample_gradients(eta, response) * weight
                h = self.loss.sample_curvatures(eta, response) * weight
            pulls += x @ theta.T
            balances += theta.sum(axis=1)
            sides += x @ h.T
            totals += h.sum(axis=1)
            if is_taken:
                Z = np.vstack([x[self.members], np.ones(x.shape[1])])
                for i, k in enumerate(self.anchors):
                    root = Z * np.sqrt(h[k])
                    hessians[i] += root @ root.T
        weights = np.array([v.sum(), v.sum() if is_taken else 0.0])
        return losses, pulls, balances, sides, totals, hessians, weights


@dataclass(frozen=True, eq=False)
class PointSums:
    """What a pass of `Points` finds, over the sum of weights.

    Attributes
    ----------
    losses, balances, totals : (K,) ; pulls, sides : (p, K) X'theta and X'h.
    hessians : (J, m + 1, m + 1)
    """

    losses: Floats
    pulls: Floats
    balances: Floats
    sides: Floats
    totals: Floats
    hessians: Floats

    @classmethod
    def of(cls, sums: tuple[Floats, ...]) -> PointSums:
        """From the sums of a pass."""
        losses, pulls, balances, sides, totals, hessians, weights = sums
        n = weights[0]
        of_some = hessians / weights[1] if weights[1] else hessians
        return cls(losses / n, pulls / n, balances / n, sides / n, totals / n, of_some)


class Responses(Reduction):
    """(3,) sums of v, v y and v y log(y): what a constant fit of classes or counts needs."""

    def __init__(self, loss: SampleLoss) -> None:
        self.loss = loss

    def of_block(self, block: Block) -> tuple[Floats, ...]:
        y, v = block.values[-2], block.values[-1]
        self.loss.check_response(y)
        logs = y * np.log(y, out=np.zeros(len(y)), where=y > 0)
        return (np.array([v.sum(), v @ y, v @ logs]),)
