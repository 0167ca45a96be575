"""What the path solvers of groups share: the judge over all groups, points, lengths of groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..designs.base import SLACK, Scan
from ..norms.blocks import Blocks
from ..typing import Floats, Indices
from .instance import Instance
from .restricted import Batch, Judge


class GroupJudge(Judge):
    """One pass over X for a sum of lengths of groups; scores are those of the feature's group."""

    fewest_candidates = 500
    is_frugal = True

    def __init__(self, instance: Instance, blocks: Blocks, pull: Floats) -> None:
        self._instance, self._blocks = instance, blocks
        p = instance.n_features
        self.always, self.allowed = np.zeros(p, dtype=bool), np.ones(p, dtype=bool)
        self._first = blocks.ratios(pull[:, None])[:, 0]

    def first_score(self) -> Floats:
        return self._first[self._blocks.label]

    def check(self, batch: Batch, candidates: Indices) -> Scan:
        assert batch.directions is not None
        ratios = self._blocks.ratios(self._instance.design.products(batch.directions))
        others = ratios.copy()
        others[np.unique(self._blocks.label[candidates])] = 0.0
        violated = others > batch.alphas * (1 + SLACK)
        first = np.where(violated.any(axis=1), violated.argmax(axis=1), len(batch)).astype(np.int32)
        label, K = self._blocks.label, len(batch)
        return Scan(first[label], others.max(axis=0), ratios[label, max(K - 2, 0)], ratios[label, K - 1])

    def complete(self, chosen: np.ndarray) -> Indices:
        return np.sort(self._blocks.members(np.unique(self._blocks.label[chosen])))


@dataclass(eq=False)
class GroupPoint:
    """Active groups, their weights group after group, the predictor, the intercept."""

    groups: Indices
    weights: Floats
    intercept: float
    eta: Floats


def group_batch(
    instance: Instance,
    blocks: Blocks,
    alphas: Floats,
    points: list[GroupPoint],
    directions: Floats,
    largest: Floats,
) -> Batch:
    """The batch of the points at the first alphas."""
    K = len(points)
    sizes = np.array([len(point.weights) for point in points], dtype=np.int64)
    room = int(sizes.max(initial=0))
    features, weights = np.zeros((K, room), dtype=np.int64), np.zeros((K, room))
    norms = np.zeros(K)
    for k, point in enumerate(points):
        features[k, : sizes[k]] = blocks.members(point.groups)
        weights[k, : sizes[k]] = point.weights
        norms[k] = blocks.price[point.groups] @ lengths(point.weights, blocks.sizes(point.groups))
    return Batch(
        alphas=alphas[:K],
        sizes=sizes,
        features=features,
        weights=weights,
        intercepts=np.array([point.intercept for point in points]),
        losses=np.array([instance.value(point.eta) for point in points]),
        norms=norms,
        directions=directions,
        largest=largest,
        slopes=np.zeros(K),
    )


def sums(values: Floats, sizes: Indices) -> Floats:
    """Sum of each run of `sizes` values."""
    if len(sizes) == 0:
        return np.zeros(0)
    return np.asarray(np.add.reduceat(values, np.cumsum(sizes) - sizes))


def lengths(values: Floats, sizes: Indices) -> Floats:
    """Length of each run of `sizes` values."""
    return np.asarray(np.sqrt(sums(values**2, sizes)))
