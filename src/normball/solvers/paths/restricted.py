"""A solver that sees only candidate features, and the points of a path that it hands over."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from itertools import accumulate
from typing import Any

import numpy as np

from ...typing import Floats, Indices


@dataclass(eq=False)
class Batch:
    """K points of a path, optimal among the candidates.

    Attributes
    ----------
    alphas : (K,)
    sizes : (K,) number of features in the support.
    features, weights : (K, m) the support and its weights in the first `sizes[k]` places of row k; 0 beyond.
    intercepts : (K,)
    losses, norms : (K,) f and R, as the solver has them.
    slopes : (K,) -dR/dalpha along the path.
    """

    alphas: Floats
    sizes: Indices
    features: Indices
    weights: Floats
    intercepts: Floats
    losses: Floats
    norms: Floats
    slopes: Floats

    def __len__(self) -> int:
        return len(self.sizes)

    def support(self, k: int) -> tuple[Indices, Floats]:
        """Features and weights of point k."""
        return self.features[k, : self.sizes[k]], self.weights[k, : self.sizes[k]]

    def part(self, points: slice | Indices) -> Batch:
        """Some of the points."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return Batch(**{name: value[points] for name, value in values.items()})

    def on_union(self) -> tuple[Indices, Floats]:
        """The union (m,) of the supports, ascending, and the weights (m, K) on it."""
        places = np.flatnonzero(self.weights)
        features = self.features.ravel()[places]
        row = np.zeros(int(features.max(initial=-1)) + 1, dtype=np.int64)
        row[features] = 1
        used = np.flatnonzero(row)
        row[used] = np.arange(len(used))
        W = np.zeros((len(used), len(self)))
        W[row[features], places // self.weights.shape[1]] = self.weights.ravel()[places]
        return used, W

    @staticmethod
    def join(batches: list[Batch]) -> Batch:
        """Points of several batches in one, in their order."""
        room = max(batch.features.shape[1] for batch in batches)

        def joined(name: str) -> Floats:
            parts = [getattr(batch, name) for batch in batches]
            if name not in ("features", "weights"):
                return np.concatenate(parts)
            rows = np.zeros((sum(map(len, parts)), room), dtype=parts[0].dtype)
            for end, part in zip(accumulate(map(len, parts)), parts, strict=True):
                rows[end - len(part) : end, : part.shape[1]] = part
            return rows

        values: dict[str, Any] = {field.name: joined(field.name) for field in fields(Batch)}
        return Batch(**values)


class Restricted(ABC):
    """A solver over candidate features that carries its support from alpha to alpha."""

    knows_all: bool = False
    """Every feature is to be a candidate: the solver leaves nothing to be checked."""

    @abstractmethod
    def solve(self, candidates: Indices, alphas: Floats, alpha_before: float) -> Batch:
        """Points for decreasing alphas, restricted to the candidates (the support is among them).

        Fewer points than alphas come back where the solver gives up on an alpha.
        `alpha_before` is the alpha of the present support, negative if there is none.
        """

    @abstractmethod
    def restore(self, features: Indices, weights: Floats, alpha: float) -> None:
        """Go back (or over) to the support of a point that is optimal at alpha."""
