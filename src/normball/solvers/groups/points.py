"""What the path solvers of groups share: points and lengths of groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...norms.blocks import Blocks
from ...typing import Floats, Indices
from ..instance import Instance
from ..paths.restricted import Batch


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
