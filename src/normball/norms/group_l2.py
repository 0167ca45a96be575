"""Group L2 (group lasso): R(w) = sum_g weights_g |w_g|_2 over groups that partition the features.

Each group enters or stays out as a whole. Dual norm max_g |z_g| / weights_g. The prox
shrinks the length of each group; the projection on the ball soft-thresholds the vector
of group lengths, which is the weighted L1 projection. Source: Yuan, Lin, "Model
selection and estimation in regression with grouped variables", JRSS B 68 (2006).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..typing import Floats, Indices, Mask
from ..values import frozen_array
from .base import Norm
from .blocks import Blocks
from .face import Face, coordinate_face
from .l1 import L1
from .lengths import shrunk_length
from .projection import onto_boundary


@dataclass(frozen=True, eq=False, repr=False)
class GroupL2(Norm):
    """Weighted sum of the lengths of groups of coefficients.

    Parameters
    ----------
    groups : list of index arrays, or (p,) array of labels
        Index arrays must hold every feature 0..p-1 exactly once. Labels of any kind: equal
        labels make a group; groups are ordered by label.
    weights : (number of groups,) array of finite numbers > 0, optional
        Default: the square root of each group's size.
    """

    groups: Any
    weights: Floats | None = None

    name: ClassVar[str] = "group_l2"
    title: ClassVar[str] = "group L2"
    makes_zeros: ClassVar[bool] = True

    def __post_init__(self) -> None:
        labels = _labels(self.groups)
        labels.flags.writeable = False
        object.__setattr__(self, "groups", labels)
        n_groups = int(labels.max(initial=-1)) + 1
        if self.weights is None:
            weights = np.sqrt(np.bincount(labels, minlength=n_groups)).astype(np.float64)
            weights.flags.writeable = False
        else:
            weights = frozen_array(self.weights, "weights")
            if len(weights) != n_groups:
                raise ValueError(
                    f"weights has length {len(weights)} but there are {n_groups} groups; give one a group."
                )
            if not (np.isfinite(weights).all() and (weights > 0).all()):
                raise ValueError(f"weights of groups must be finite and > 0, got {weights.tolist()}.")
        object.__setattr__(self, "weights", weights)

    def check(self, n_features: int) -> None:
        if len(self.groups) != n_features:
            raise ValueError(
                f"groups cover {len(self.groups)} features but X has {n_features}; every feature needs one."
            )

    def blocks(self, n_features: int) -> Blocks:
        return Blocks(self.groups, self._prices())

    def restricted(self, index: Indices) -> GroupL2:
        labels = self.groups[index]
        return GroupL2(labels, self._prices()[np.unique(labels)])

    def _prices(self) -> Floats:
        return np.asarray(self.weights)  # set in __post_init__

    def lengths(self, w: Floats) -> Floats:
        """(number of groups,) Euclidean length of each group of w."""
        largest = np.abs(w).max(initial=0.0)
        if largest == 0:
            return np.zeros(len(self._prices()))
        squares = np.bincount(self.groups, weights=(w / largest) ** 2, minlength=len(self._prices()))
        return np.asarray(largest * np.sqrt(squares))

    @property
    def is_polyhedral(self) -> bool:  # type: ignore[override]
        """Flat sides: where every group has one member, this is a weighted L1 norm."""
        return len(np.unique(self.groups)) == len(self.groups)

    def value(self, w: Floats) -> float:
        return float(self._prices() @ self.lengths(w))

    def subgradient(self, w: Floats, direction: Floats) -> Floats:
        lengths = self.lengths(w)
        base = np.where((lengths > 0)[self.groups], w, direction)
        size = self.lengths(base)[self.groups]
        unit = np.divide(base, size, out=np.zeros(len(w)), where=size > 0)
        return np.asarray(self._prices()[self.groups] * unit)

    def dual_norm(self, z: Floats) -> float:
        return float((self.lengths(z) / self._prices()).max(initial=0.0))

    def prox(self, v: Floats, step: float) -> Floats:
        lengths = self.lengths(v)
        kept = np.maximum(lengths - step * self._prices(), 0.0)
        share = np.divide(kept, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
        return np.asarray(v * share[self.groups] + 0.0)

    def prox_in(self, v: Floats, step: float, metric: Floats) -> Floats:
        result = np.zeros(len(v))
        for group, price in enumerate(self._prices().tolist()):
            members = np.flatnonzero(self.groups == group)
            result[members] = shrunk_length(v[members], step * price, metric[members])
        return result

    def project_with_multiplier(self, v: Floats, radius: float) -> tuple[Floats, float]:
        _, mu = L1(self._prices()).project_with_multiplier(self.lengths(v), radius)
        if mu == 0:
            return np.array(v, dtype=np.float64), 0.0
        return onto_boundary(self, self.prox(v, mu), radius), mu

    def face(self, w: Floats) -> Face:
        lengths = self.lengths(w)
        active = np.flatnonzero(lengths > 0)
        index = np.flatnonzero((lengths > 0)[self.groups])
        group = self.groups[index]
        prices, size = self._prices()[group], lengths[group]
        unit = w[index] / size
        factors = np.zeros((len(index), len(active)))
        factors[np.arange(len(index)), np.searchsorted(active, group)] = unit
        return coordinate_face(
            w,
            index,
            prices * unit,
            curvature=prices / size,
            factors=factors,
            factor_weights=-self._prices()[active] / lengths[active],
        )

    def slack(self, w: Floats, z: Floats, alpha: float) -> Floats:
        # the largest s with |z_g + s sign(z_j) e_j| = alpha weight_g, for groups at zero
        allowed = alpha * self._prices()[self.groups]
        others = np.maximum(self.lengths(z)[self.groups] ** 2 - z**2, 0.0)
        room = np.sqrt(np.maximum(allowed**2 - others, 0.0)) - np.abs(z)
        outside = (self.lengths(w) > 0)[self.groups]
        return np.where(outside | (w != 0), 0.0, np.maximum(room, 0.0))

    def screen(self, z: Floats, margin: Floats, alpha: float) -> Mask:
        reach = self.lengths(np.abs(z) + margin)
        return np.asarray((reach < alpha * self._prices())[self.groups])


def _labels(groups: Any) -> np.ndarray:
    """(p,) group number of each feature, from index arrays or labels."""
    accepted = "a list of index arrays, such as [[0, 1], [2]], or one label a feature"
    if isinstance(groups, (str, bytes)) or not isinstance(groups, Iterable):
        raise TypeError(f"groups must be {accepted}; got {groups!r}.")
    items = list(groups)
    n_arrays = sum(isinstance(item, (list, tuple, range, np.ndarray)) for item in items)
    if n_arrays == 0:
        try:
            return np.unique(np.asarray(items), return_inverse=True)[1].astype(np.intp)
        except TypeError:
            raise TypeError(f"groups must be {accepted}; the labels given cannot be compared.") from None
    if n_arrays < len(items):
        raise TypeError(f"groups must be {accepted}; got a mixture of both.")
    return _numbers([np.asarray(item) for item in items])


def _numbers(members: list[np.ndarray]) -> np.ndarray:
    """(p,) number of the index array that holds each feature."""
    for member in members:
        if member.size == 0:
            raise ValueError("groups must not be empty; drop the empty index array.")
        if member.ndim != 1 or not np.issubdtype(member.dtype, np.integer):
            raise ValueError(f"groups must be arrays of whole feature positions, got {member.tolist()!r}.")
    every = np.concatenate(members)
    if every.min() < 0 or every.max() >= len(every):
        wrong = int(every.min() if every.min() < 0 else every.max())
        raise ValueError(
            f"groups must hold every feature 0 to p - 1 exactly once; they hold {len(every)} positions "
            f"and one of them is {wrong}."
        )
    counts = np.bincount(every, minlength=len(every))
    if (counts != 1).any():
        wrong = int((counts != 1).argmax())
        raise ValueError(
            f"groups must hold every feature 0 to p - 1 exactly once; feature {wrong} appears "
            f"{counts[wrong]} times."
        )
    labels = np.empty(len(every), dtype=np.intp)
    for number, member in enumerate(members):
        labels[member] = number
    return labels
