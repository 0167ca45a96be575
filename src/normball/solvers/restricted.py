"""Two sides of batch screening: a solver that sees only candidates, a judge that sees all features."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from itertools import accumulate
from typing import Any

import numpy as np

from ..designs.base import Scan
from ..norms.separable import Separable
from ..typing import Floats, Indices, Mask
from .instance import Instance


@dataclass(eq=False)
class Batch:
    """K points of a path, optimal among the candidates.

    Attributes
    ----------
    alphas : (K,)
    sizes : (K,) number of features in the support.
    features, weights : (K, m) the support and its weights in the first `sizes[k]` places of row k; 0 beyond.
    intercepts, losses, norms : (K,)
    directions : (K, n) -grad f at the points, free directions removed; None if the solver
        knows every feature and none is left to be checked.
    largest : (K,) largest |x_j'u - ridge part| / price among the candidates.
    slopes : (K,) -dR/dalpha along the path.
    facts : (K, m) what else the solver needs to certify them, or None.
    """

    alphas: Floats
    sizes: Indices
    features: Indices
    weights: Floats
    intercepts: Floats
    losses: Floats
    norms: Floats
    directions: Floats | None
    largest: Floats
    slopes: Floats
    facts: Floats | None = None

    def __len__(self) -> int:
        return len(self.sizes)

    def support(self, k: int) -> tuple[Indices, Floats]:
        """Features and weights of point k."""
        return self.features[k, : self.sizes[k]], self.weights[k, : self.sizes[k]]

    def part(self, points: slice | Indices) -> Batch:
        """Some of the points."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        chosen: dict[str, Any] = {k: None if v is None else v[points] for k, v in values.items()}
        return Batch(**chosen)

    @staticmethod
    def join(batches: list[Batch]) -> Batch:
        """Points of several batches in one, in their order."""
        room = max(batch.features.shape[1] for batch in batches)

        def joined(name: str) -> Floats | None:
            parts = [getattr(batch, name) for batch in batches]
            if parts[0] is None:
                return None
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

    @abstractmethod
    def certify(self, batch: Batch, largest: Floats) -> Floats:
        """Relative duality gaps (K,) of a batch, given the dual norms (K,) over all features."""


def separable_gap(
    instance: Instance,
    alpha: float,
    loss: float,
    sums: float,
    squares: float,
    direction: Floats,
    largest: float,
) -> float:
    """Relative duality gap for a separable regulariser.

    A ridge term is a loss on more rows, so that its dual entries are those of the weights
    and scale with the dual point (see `least_squares_path`).

    Parameters
    ----------
    loss, sums, squares : f, sum_j price_j |w_j| and sum_j ridge_j w_j^2 / 2 at the point.
    direction : (n,) -grad f there, free directions removed.
    largest : largest |x_j'direction - alpha ridge_j w_j| / price_j over all features.
    """
    scaling = alpha / max(largest, alpha)
    dual = -instance.conjugate(-scaling * direction) - scaling**2 * alpha * squares
    gap = loss + alpha * (sums + squares) - dual
    return max(gap, 0.0) / instance.scale if np.isfinite(gap) else np.inf


def certify_batch(instance: Instance, separable: Separable | None, batch: Batch, largest: Floats) -> Floats:
    """Relative gaps (K,) of points with directions; `separable` is None for a norm of another kind."""
    assert batch.directions is not None
    if len(batch) == 0:
        return np.zeros(0)
    squares = np.zeros(len(batch))
    if separable is not None and separable.ridge is not None:
        squares = 0.5 * (separable.ridge[batch.features] * batch.weights**2).sum(axis=1)
    scaling = batch.alphas / np.maximum(largest, batch.alphas)
    duals = -instance.conjugates(-scaling[:, None] * batch.directions) - scaling**2 * batch.alphas * squares
    gaps = batch.losses + batch.alphas * batch.norms - duals
    return np.where(np.isfinite(gaps), np.maximum(gaps, 0.0), np.inf) / instance.scale


class Judge(ABC):
    """Knows what all features ask of a point.

    Attributes
    ----------
    always, allowed : (p,) flags: unpenalised features, and those that may enter at all.
    """

    always: Mask
    allowed: Mask
    fewest_candidates: int = 1000
    """Features beyond those that ever entered among which a batch is solved: few make batches end early."""
    is_frugal: bool = False
    """Candidates cost much: only features that are expected to enter become some."""

    @abstractmethod
    def first_score(self) -> Floats:
        """(p,) what each feature pulls at the null point, over its price."""

    @abstractmethod
    def check(self, batch: Batch, candidates: Indices) -> Scan:
        """First violations, dual norms over the other features, and pulls over prices at the last points."""

    def size(self, pull: Floats) -> Floats:
        """(p,) by how much a pull over price (p,) counts: its absolute value, or what is positive of it."""
        return np.abs(pull)

    def complete(self, chosen: Mask) -> Indices:
        """The candidates, given those that were chosen."""
        return np.flatnonzero(chosen)


class SeparableJudge(Judge):
    """One fused pass over X for a regulariser that is a sum over the features."""

    def __init__(self, instance: Instance, separable: Separable, pull: Floats) -> None:
        self._instance, self._separable = instance, separable
        self._inverse_price = separable.inverse_price
        self.allowed = np.isfinite(separable.price)
        self.always = separable.price == 0
        self._pull = pull if self._inverse_price is None else pull * self._inverse_price

    def first_score(self) -> Floats:
        return self.size(self._pull)

    def size(self, pull: Floats) -> Floats:
        return pull if self._separable.is_one_sided else np.abs(pull)

    def check(self, batch: Batch, candidates: Indices) -> Scan:
        K, p = len(batch), self._instance.n_features
        if batch.directions is None:
            unknown = np.zeros(p)
            return Scan(np.full(p, K, dtype=np.int32), np.zeros(K), unknown, unknown)
        skip = np.zeros(p, dtype=bool)
        skip[candidates] = True
        return self._instance.design.scan(
            batch.directions,
            batch.alphas,
            self._inverse_price,
            skip,
            self._separable.is_one_sided,
            max(K - 2, 0),
            K - 1,
        )
