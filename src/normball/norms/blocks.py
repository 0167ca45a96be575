"""Regularisers that are sums of lengths of groups, as the path engine reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..cached import cached_property
from ..typing import Floats, Indices


@dataclass(frozen=True, eq=False)
class Blocks:
    """R(w) = sum_g price_g |w_g|_2 over groups that partition the features.

    Attributes
    ----------
    label : (p,) group of each feature.
    price : (G,) > 0.
    """

    label: Indices
    price: Floats

    @cached_property
    def _order(self) -> tuple[Indices, Indices]:
        order = np.argsort(self.label, kind="stable")
        return order, np.searchsorted(self.label[order], np.arange(len(self.price) + 1))

    def members(self, groups: Indices) -> Indices:
        """Features of the groups, group after group."""
        order, starts = self._order
        sizes = starts[groups + 1] - starts[groups]
        ends = np.cumsum(sizes)
        places = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes, sizes)
        return np.asarray(order[np.repeat(starts[groups], sizes) + places])

    def sizes(self, groups: Indices) -> Indices:
        """Number of features in each of the groups."""
        starts = self._order[1]
        return starts[groups + 1] - starts[groups]

    def norms(self, features: Indices, W: Floats) -> Floats:
        """R (K,) of weights W (m, K) of some features, the others being 0."""
        squares = np.zeros((len(self.price), W.shape[1]))
        np.add.at(squares, self.label[features], W**2)
        return np.asarray(self.price @ np.sqrt(squares))

    def ratios(self, Z: Floats) -> Floats:
        """|z_g| / price_g of every group, (G, K) for Z (p, K)."""
        order, starts = self._order
        squares = np.add.reduceat(Z[order] ** 2, starts[:-1], axis=0)
        return np.asarray(np.sqrt(squares) / self.price[:, None])
