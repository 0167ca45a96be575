"""How a data matrix X (n, p) is held, and the few products that solvers ask of it.

Solvers meet data only through a `Design`. It never centres, scales or copies the matrix:
centring is a rank-one term that the solver adds in sample space. Every product is
computed and returned in float64 whatever the storage (a float32 matrix is widened block
by block), and `n_passes` counts how often the whole matrix was read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .._kernels import DataMatrix
from ..cached import cached_property
from ..typing import Floats, Indices, Mask
from .stopping import stop_if_asked

SLACK = 1e-11
"""Relative excess of a gradient over its price that counts as rounding."""

CANCELLED: Final = 1e-2
"""Share of a column's square, below which its variance is computed from centred columns."""

GATHERED_ENTRIES: Final = 2**22
"""Numbers in a block of columns that are gathered for a product."""


@dataclass(frozen=True, eq=False)
class Scan:
    """What one pass over X tells of K points of a path.

    Attributes
    ----------
    first : (p,) the first point whose optimality condition the feature violates, K if none.
    largest : (K,) largest |x_j'u| / price_j over the features that were not skipped.
    early, late : (p,) x_j'u / price_j at two of the points.
    """

    first: NDArray[np.int32]
    largest: Floats
    early: Floats
    late: Floats


class Design(ABC):
    """A matrix X with n samples and p features.

    Attributes
    ----------
    shape : (int, int)
    n_passes : float, number of times the whole of X has been read so far; products with
        m of the p columns count m / p.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = shape
        self.n_passes = 0.0

    @abstractmethod
    def matvec(self, w: Floats) -> Floats:
        """X w (n,). Columns where w is zero are skipped."""

    @abstractmethod
    def rmatvec(self, u: Floats) -> Floats:
        """X' u (p,)."""

    def predictors(self, W: Floats) -> Floats:
        """X W (n, K) for weights W (p, K) of which few are zero."""
        return np.stack([self.matvec(w) for w in W.T], axis=1)

    @abstractmethod
    def mean_squares(self, sample_weight: Floats) -> Floats:
        """sum_i v_i x_ij^2 (p,) of each column, about 0."""

    @abstractmethod
    def columns(self, index: Indices) -> Floats:
        """X[:, index] as a dense float64 array (n, m)."""

    @abstractmethod
    def gather(self, index: Indices) -> Floats | sparse.csc_array:
        """X[:, index] in float64, in the storage of the design: an (n, m) array by columns, or CSC."""

    @abstractmethod
    def subset(self, index: Indices) -> Design:
        """The columns X[:, index] as a design of their own, in float64."""

    @abstractmethod
    def centred(self, means: Floats) -> Design:
        """X less the means (p,) of its columns, copied; a mean of 0 leaves a sparse column as it is."""

    @abstractmethod
    def columns_in_place(self) -> Floats | sparse.csc_array | None:
        """X itself if its columns can be read where they lie (float64 columns, CSC with int32), else None."""

    @abstractmethod
    def gram(
        self,
        sample_weight: Floats,
        centre: bool,
        means: Floats | None = None,
        index: Indices | None = None,
    ) -> tuple[Floats, Floats]:
        """X'VX (p, p) with V = diag(sample_weight), and the weighted means (p,); of the columns in `index`.

        With `centre` the columns are centred by their weighted means first, without cancellation;
        whoever knows the means saves a pass by giving them.
        """

    @abstractmethod
    def sample_gram(self, feature_weight: Floats) -> Floats:
        """X diag(q) X' (n, n) for weights q (p,) >= 0 of the features."""

    @abstractmethod
    def rows(self, index: Indices) -> Design:
        """The rows X[index] as a design of their own, in the same storage."""

    @abstractmethod
    def divided(self, scales: Floats) -> Design:
        """X with every column divided by its scale (p,), copied, in the same storage."""

    @abstractmethod
    def column_moments(self, sample_weight: Floats) -> tuple[Floats, Floats]:
        """Weighted means (p,) and standard deviations (p,) of the columns; weights sum to 1.

        The deviation of a column that is constant up to rounding is exactly 0 (`constant.py`).
        """

    @abstractmethod
    def _readable(self) -> DataMatrix | None:
        """X as the compiled kernels read it; None if its memory layout does not allow that."""

    @cached_property
    def _matrix(self) -> DataMatrix | None:
        return self._readable()

    def _count(self, n_columns: int) -> None:
        """Note that this many columns are read, which is where a thread stops that is asked to."""
        stop_if_asked()
        self.n_passes += n_columns / max(self.shape[1], 1)

    def __getstate__(self) -> dict[str, object]:
        """What is pickled: not the kernels' view of the memory, which is made again."""
        return {name: value for name, value in self.__dict__.items() if name != "_matrix"}

    def _gathered(self, index: Indices) -> Iterator[tuple[slice, Floats | sparse.csc_array]]:
        """X[:, index] block by block, and which of the index each holds."""
        size = max(GATHERED_ENTRIES // max(self.shape[0], 1), 16)
        for start in range(0, len(index), size):
            part = slice(start, min(start + size, len(index)))
            yield part, self.gather(index[part])

    def combinations(self, index: Indices, W: Floats) -> Floats:
        """X[:, index] W (n, K) for W (m, K)."""
        result = np.zeros((self.shape[0], W.shape[1]))
        for part, columns in self._gathered(index):
            result += columns @ W[part]
        return result

    def inner_products(self, index: Indices, U: Floats) -> Floats:
        """x_j'u (m, K) of the columns in the index with each row u of U (K, n)."""
        result = np.zeros((len(index), len(U)))
        for part, columns in self._gathered(index):
            result[part] = columns.T @ U.T
        return result

    def products(self, U: Floats) -> Floats:
        """X'u for each row u of U (K, n), as (p, K), in one pass over X."""
        if self._matrix is None:
            return np.stack([self.rmatvec(u) for u in U], axis=1)
        self._count(self.shape[1])
        return np.asarray(self._matrix.products(U))

    def scan(
        self,
        U: Floats,
        alphas: Floats,
        inverse_price: Floats | None,
        skip: Mask,
        is_one_sided: bool,
        early: int,
        late: int,
    ) -> Scan:
        """Check the optimality of K points in one pass: |x_j'u_k| <= alphas[k] * price_j.

        Parameters
        ----------
        U : (K, n)
            -grad f at the points.
        alphas : (K,)
        inverse_price : (p,) >= 0, optional
            1 / price_j; 0 where nothing is to be checked. Default 1.
        skip : (p,) flags
            Features known to be optimal.
        is_one_sided : bool
            Only x_j'u_k <= ... is asked (`positive=True`).
        early, late : int
            The points whose gradients are returned.
        """
        if self._matrix is not None:
            self._count(self.shape[1])
            alphas = np.ascontiguousarray(alphas)
            return Scan(*self._matrix.scan(U, alphas, inverse_price, skip, is_one_sided, SLACK, early, late))
        Z: NDArray[Any] = self.products(U)
        if inverse_price is not None:
            Z = Z * inverse_price[:, None]
        pull = np.where(skip[:, None], 0.0, Z if is_one_sided else np.abs(Z))
        violated = ~(pull <= alphas * (1 + SLACK))
        first = np.where(violated.any(axis=1), violated.argmax(axis=1), len(U)).astype(np.int32)
        return Scan(first, pull.max(axis=0, initial=0.0), Z[:, early].copy(), Z[:, late].copy())
