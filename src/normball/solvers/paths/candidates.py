"""The features that a restricted solver may read, stored where the kernels want their columns.

Where X lies by float64 columns (or is CSC) its columns are read in place and a slot is a
feature. Otherwise the columns of the candidates are gathered, and a slot is the order in
which they came: memory for the candidates only, never for the whole of X.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ..._kernels import ActiveSet
from ...designs.base import Design
from ...norms.separable import Separable
from ...typing import Floats, Indices


class Candidates:
    """Stored columns, their prices and targets, and the active set over them.

    Attributes
    ----------
    active : ActiveSet
    price, inverse_price, ridge, mean, c : (m,) per slot; `ridge` is None without one,
        `inverse_price` is 0 for unpenalised features.
    """

    def __init__(self, design: Design, separable: Separable) -> None:
        self.active = ActiveSet(64)
        self._design, self._separable = design, separable
        p = design.shape[1]
        in_place = design.columns_in_place()
        self._is_in_place = in_place is not None
        self._features: Indices = np.arange(p) if self._is_in_place else np.zeros(0, dtype=np.intp)
        self._slots: Indices = np.arange(p) if self._is_in_place else np.full(p, -1)
        self._count = len(self._features)
        self._size(max(self._count, 64))
        self._known = np.zeros(p, dtype=bool)
        self._pieces: list[sparse.csc_array] = []
        self._buffer: Floats | None = None
        if in_place is not None:
            self._hold(in_place)
            self._price(slice(0, p), self._features)

    def _size(self, capacity: int) -> None:
        old = self._count if hasattr(self, "price") else 0

        def grown(values: Floats | None) -> Floats:
            result = np.zeros(capacity)
            if values is not None:
                result[:old] = values[:old]
            return result

        self.price = grown(getattr(self, "price", None))
        self.inverse_price = grown(getattr(self, "inverse_price", None))
        self.ridge = None if self._separable.ridge is None else grown(getattr(self, "ridge", None))
        self.mean, self.c = grown(getattr(self, "mean", None)), grown(getattr(self, "c", None))

    def _price(self, slots: slice, features: Indices) -> None:
        price = self._separable.price[features]
        self.price[slots] = price
        self.inverse_price[slots] = np.divide(1.0, price, out=np.zeros(len(price)), where=price > 0)
        if self.ridge is not None and self._separable.ridge is not None:
            self.ridge[slots] = self._separable.ridge[features]

    def _hold(self, columns: Floats | sparse.csc_array) -> None:
        if isinstance(columns, np.ndarray):
            self.active.hold_dense(columns, self._count)
        else:
            self.active.hold_sparse(columns.data, columns.indices, columns.indptr, columns.shape[0])

    def admit(self, features: Indices) -> tuple[Indices, Indices]:
        """Slots of these features, and those of them that were not admitted before."""
        if not self._is_in_place:
            missing = features[self._slots[features] < 0]
            if len(missing):
                self._gather(missing)
        slots = self._slots[features]
        new = slots[~self._known[slots]] if self._is_in_place else slots[~self._known[features]]
        self._known[self._features[new]] = True
        return slots, new

    def features(self, slots: Indices) -> Indices:
        """Features stored at slots."""
        return self._features[slots]

    def slots(self, features: Indices) -> Indices:
        """Slots of admitted features."""
        return self._slots[features]

    def _gather(self, features: Indices) -> None:
        columns = self._design.gather(features)
        start, self._count = self._count, self._count + len(features)
        if self._count > len(self.price):
            previous, self._count = self._count, start
            self._size(2 * previous)
            self._count = previous
        self._slots[features] = np.arange(start, self._count)
        self._features = np.concatenate([self._features, features])
        self._price(slice(start, self._count), features)
        if isinstance(columns, np.ndarray):
            if self._buffer is None or self._count > self._buffer.shape[1]:
                room = max(self._count, min(self._count + self._count // 2, self._design.shape[1]))
                buffer = np.empty((columns.shape[0], room), order="F")
                if self._buffer is not None:
                    buffer[:, :start] = self._buffer[:, :start]
                self._buffer = buffer
            self._buffer[:, start : self._count] = columns
            self._hold(self._buffer)
        else:
            self._pieces = [sparse.hstack([*self._pieces, columns], format="csc")]
            self._hold(self._pieces[0])
