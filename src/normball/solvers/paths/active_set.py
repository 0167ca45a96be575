"""The compiled active set with room that grows as it asks for more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..._kernels import NEEDS_CAPACITY, ActiveSet
from ...typing import Floats, Indices


@dataclass(eq=False)
class Walk:
    """Points of an active set at k alphas.

    Attributes
    ----------
    sizes : (k,) members of the support.
    members, weights : (k, m) stored columns and their weights, 0 beyond `sizes`.
    directions : (k, n) b - h X w, or None on a Gram matrix.
    figures : (6, k) see `_kernels.FIGURES`.
    """

    sizes: Indices
    members: Indices
    weights: Floats
    directions: Floats | None
    figures: Floats

    def __len__(self) -> int:
        return len(self.sizes)


def walk(
    active: ActiveSet, slots: Indices, alphas: Floats, alpha_before: float, start: Floats | None = None
) -> Walk:
    """Solve as many of the decreasing alphas as the active set can, from the first on."""
    parts: list[Walk] = []
    done_before = 0
    members, sign = active.members, active.sign
    while True:
        status, done, sizes, found, weights, directions, figures = active.solve(
            slots, alphas[done_before:], alpha_before, start
        )
        solved = None if directions is None else directions[:done]
        parts.append(Walk(sizes[:done], found[:done], weights[:done], solved, figures[:, :done]))
        done_before += done
        if status != NEEDS_CAPACITY:
            return _joined(parts, active.capacity)
        if done:
            size = sizes[done - 1]
            members, alpha_before = found[done - 1, :size], float(alphas[done_before - 1])
            sign, start = np.sign(weights[done - 1, :size]), weights[done - 1, :size]
        active.grow(2 * active.capacity)
        active.retarget(members, sign)
        if start is not None:  # members may stand in another order now
            held = dict(zip(members.tolist(), start.tolist(), strict=True))
            start = np.array([held.get(member, 0.0) for member in active.members.tolist()])


def _joined(parts: list[Walk], width: int) -> Walk:
    if len(parts) == 1:
        return parts[0]
    members, weights = (
        np.concatenate([np.pad(values, ((0, 0), (0, width - values.shape[1]))) for values in column])
        for column in ([part.members for part in parts], [part.weights for part in parts])
    )
    directions = [part.directions for part in parts if part.directions is not None]
    return Walk(
        np.concatenate([part.sizes for part in parts]),
        members,
        weights,
        np.concatenate(directions) if directions else None,
        np.concatenate([part.figures for part in parts], axis=1),
    )
