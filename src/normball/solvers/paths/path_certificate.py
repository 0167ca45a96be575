"""Certificates of many points of a path at once, and what those points say of every feature.

A restricted solver hands over alphas, weights and intercepts, and nothing else of what it
computed is believed. At a point (w, b) of alpha, with prices c_j and ridges r_j,

    eta = X w + b,   theta = -grad f(eta) without its part along what carries no price,
    q_j = (x_j'theta - alpha r_j w_j) / c_j,   s = min(1, alpha / max_j |q_j|),

where the maximum is over all features (over groups: q_g = |X_g'theta| / c_g). A ridge term is a
loss on more rows, whose dual entries alpha r_j w_j are scaled with theta, so that weak duality
gives

    gap = f(eta) + alpha R(w) + f*(-s theta) + s^2 alpha sum_j r_j w_j^2 / 2  >=  0,

the first and the third by the slack of the loss (see `certificate.py`). The same pass over X
tells which features violate their condition |q_j| <= alpha, and by how much each falls short of
it. It costs 2 n p operations a point, and 2 n |S| for eta.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...designs.base import SLACK
from ...norms.blocks import Blocks
from ...norms.separable import Separable
from ...typing import Floats, Indices, Mask
from ..certificate import free_part_removed
from ..instance import Instance
from .restricted import Batch


@dataclass(frozen=True, eq=False)
class Findings:
    """What is true of K points.

    Attributes
    ----------
    first : (p,) the first point that a feature beside the candidates violates, K if none.
    gaps : (K,) relative duality gaps, inf where there is no dual point.
    rounding : (K,) the part of them that rounding alone leaves open.
    losses, norms : (K,) f and R.
    early, late : (p,) q_j at the last point but one and at the last.
    """

    first: NDArray[np.int32]
    gaps: Floats
    rounding: Floats
    losses: Floats
    norms: Floats
    early: Floats
    late: Floats

    def are_loose(self, tolerance: float) -> Mask:
        """(K,) whether a better solver may find a smaller gap than this."""
        return self.gaps > np.maximum(tolerance, 2 * self.rounding)


@dataclass(frozen=True, eq=False)
class Points:
    """K points as they were handed over.

    Attributes
    ----------
    used, W : (m,) union of the supports, and the weights (m, K) on it.
    etas, thetas, curvatures : (K, n); the last (1, n) where it is the same at all.
    losses : (K,) f.
    """

    used: Indices
    W: Floats
    etas: Floats
    losses: Floats
    thetas: Floats
    curvatures: Floats


class PathCertifier(ABC):
    """Certifies points of a path of one problem, and knows which features may be in it.

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

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        # with unpenalised features the part that they see is taken out of dual points as well
        self._compiled = None if instance.unpenalised.any() else instance.compiled_loss

    @property
    def shape(self) -> tuple[int, int]:
        """Samples and features."""
        return self._instance.design.shape

    @abstractmethod
    def first_score(self) -> Floats:
        """(p,) q_j at the null point."""

    @abstractmethod
    def check(self, batch: Batch, candidates: Indices) -> Findings:
        """Certify a batch of a solver that saw the candidates."""

    def size(self, ratio: Floats) -> Floats:
        """(p,) by how much q_j counts: its absolute value, or what is positive of it."""
        return np.abs(ratio)

    def complete(self, chosen: Mask) -> Indices:
        """The candidates, given those that were chosen."""
        return np.flatnonzero(chosen)

    def _gaps(self, gaps: Floats, rounding: Floats) -> Floats:
        """Relative gaps; a difference below 0 is rounding, and of that size at least."""
        gaps = np.abs(gaps) + rounding
        return np.where(np.isfinite(gaps), gaps, np.inf) / self._instance.scale

    def _both_losses(self, batch: Batch, points: Points, scaling: Floats) -> tuple[Floats, Floats]:
        """f(eta) + f*(-s theta) (K,), which is the slack of the loss - s <theta, eta>, and its rounding."""
        instance, thetas = self._instance, scaling[:, None] * points.thetas
        centres = points.etas @ instance.sample_weight if instance.is_centred else np.zeros(len(batch))
        worth = np.einsum("ij,ij->i", thetas, points.etas) - centres * thetas.sum(axis=1)
        sums = instance.slacks(points.etas, -thetas) - worth
        return sums, instance.uncertainties(points.etas, thetas, batch.intercepts, points.curvatures)

    def _evaluate(self, batch: Batch) -> Points:
        instance = self._instance
        used, W = batch.on_union()
        etas = np.ascontiguousarray(instance.design.combinations(used, W).T)
        etas += batch.intercepts[:, None]
        if self._compiled is not None:
            found = self._compiled.duals(etas, instance.fit_intercept, instance.loss.has_units)
            losses, thetas, curvatures = found
        else:
            losses = instance.loss.values(etas, instance.y, instance.sample_weight)
            thetas, curvatures = self._duals(etas), instance.curvatures(etas)
        return Points(used, W, etas, losses, thetas, curvatures)

    def _duals(self, etas: Floats) -> Floats:
        """-grad f (K, n), free directions removed; NaN where that cannot be done."""
        instance, columns = self._instance, self._instance.free_columns
        if columns.shape[1] > 1 or (columns.shape[1] and not instance.loss.is_diagonal):
            return np.array([free_part_removed(instance, eta, columns) for eta in etas]).reshape(etas.shape)
        is_quadratic, v = instance.loss.is_quadratic, instance.sample_weight
        if is_quadratic:
            thetas = v * (instance.y - etas)
        else:
            thetas = np.array([-instance.gradient(eta) for eta in etas])
        if columns.shape[1]:  # the same for one column and many points
            column = columns[:, 0]
            curvature = instance.curvatures(etas)
            along = curvature * column
            with np.errstate(divide="ignore", invalid="ignore"):  # without curvature there is no dual point
                for _ in range(2):
                    thetas = thetas - (thetas @ column / (along @ column))[:, None] * along
            noise = 1e-12 * np.abs(thetas) + 1e-14 * curvature * instance.loss.resolution(etas, instance.y)
            thetas[np.abs(thetas @ column) > noise @ np.abs(column) + 1e-300] = np.nan
        return np.ascontiguousarray(thetas.reshape(etas.shape))


class SeparableCertifier(PathCertifier):
    """For a regulariser that is a sum over the features."""

    def __init__(self, instance: Instance, separable: Separable, gradient: Floats) -> None:
        """`gradient` (p,) is X'(-grad f) at the null point."""
        super().__init__(instance)
        self._separable, self._inverse = separable, separable.inverse_price
        self.allowed = np.isfinite(separable.price)
        self.always = separable.price == 0
        self._first = gradient if self._inverse is None else gradient * self._inverse

    def first_score(self) -> Floats:
        return self.size(self._first)

    def size(self, ratio: Floats) -> Floats:
        return ratio if self._separable.is_one_sided else np.abs(ratio)

    def check(self, batch: Batch, candidates: Indices) -> Findings:
        instance, alphas, K = self._instance, batch.alphas, len(batch)
        points = self._evaluate(batch)
        used, W, thetas = points.used, points.W, points.thetas
        linear, squares = self._norm_parts(used, W)
        is_apart = np.zeros(instance.n_features, dtype=bool)
        has_ridge = self._separable.ridge is not None
        is_apart[used] = has_ridge  # whose condition has a part in w
        scan = instance.design.scan(
            thetas, alphas, self._inverse, is_apart, self._separable.is_one_sided, max(K - 2, 0), K - 1
        )
        first, early, late, largest = scan.first, scan.early, scan.late, scan.largest
        if has_ridge and len(used):
            ratios = self._ratios(used, W, instance.design.inner_products(used, thetas), alphas)
            early[used], late[used] = ratios[:, max(K - 2, 0)], ratios[:, K - 1]
            largest = np.maximum(largest, self.size(ratios).max(axis=0))
        first[candidates] = K
        norms = linear + squares
        scaling = alphas / np.maximum(largest, alphas)
        sums, rounding = self._both_losses(batch, points, scaling)
        gaps = self._gaps(sums + alphas * (norms + scaling**2 * squares), rounding)
        return Findings(first, gaps, rounding / instance.scale, points.losses, norms, early, late)

    def _norm_parts(self, used: Indices, W: Floats) -> tuple[Floats, Floats]:
        """sum_j c_j |w_j| and sum_j r_j w_j^2 / 2, (K,)."""
        ridge = self._separable.ridge
        squares = np.zeros(W.shape[1]) if ridge is None else 0.5 * (ridge[used] @ W**2)
        return self._separable.price[used] @ np.abs(W), squares

    def _ratios(self, used: Indices, W: Floats, Z: Floats, alphas: Floats) -> Floats:
        """q_j (m, K) of some features, 0 for those without price."""
        if self._separable.ridge is not None:
            Z = Z - alphas * self._separable.ridge[used, None] * W
        return Z if self._inverse is None else Z * self._inverse[used, None]


class GroupCertifier(PathCertifier):
    """For a sum of lengths of groups; what is said of a feature is that of its group."""

    fewest_candidates = 500
    is_frugal = True

    def __init__(self, instance: Instance, blocks: Blocks, gradient: Floats) -> None:
        """`gradient` (p,) is X'(-grad f) at the null point."""
        super().__init__(instance)
        self._blocks = blocks
        p = instance.n_features
        self.always, self.allowed = np.zeros(p, dtype=bool), np.ones(p, dtype=bool)
        self._first = blocks.ratios(gradient[:, None])[:, 0]

    def first_score(self) -> Floats:
        return self._first[self._blocks.label]

    def check(self, batch: Batch, candidates: Indices) -> Findings:
        instance, alphas, K, label = self._instance, batch.alphas, len(batch), self._blocks.label
        points = self._evaluate(batch)
        ratios = self._blocks.ratios(instance.design.products(points.thetas))
        violated = ratios > alphas * (1 + SLACK)
        violated[np.unique(label[candidates])] = False
        first = np.where(violated.any(axis=1), violated.argmax(axis=1), K).astype(np.int32)
        norms = self._blocks.norms(points.used, points.W)
        scaling = alphas / np.maximum(ratios.max(axis=0, initial=0.0), alphas)
        sums, rounding = self._both_losses(batch, points, scaling)
        gaps = self._gaps(sums + alphas * norms, rounding)
        rounding = rounding / instance.scale
        return Findings(
            first[label],
            gaps,
            rounding,
            points.losses,
            norms,
            ratios[label, max(K - 2, 0)],
            ratios[label, K - 1],
        )

    def complete(self, chosen: Mask) -> Indices:
        return np.sort(self._blocks.members(np.unique(self._blocks.label[chosen])))
