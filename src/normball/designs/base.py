"""How a data matrix X (n, p) is held, and the few products that solvers ask of it.

Solvers meet data only through a `Design`. It never centres, scales or copies the matrix:
centring is a rank-one term that the solver adds in sample space. Every product is
computed and returned in float64 whatever the storage (a float32 matrix is widened block
by block), and `n_passes` counts how often the whole matrix was read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from ..typing import Floats, Indices


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

    @abstractmethod
    def columns(self, index: Indices) -> Floats:
        """X[:, index] as a dense float64 array (n, m)."""

    @abstractmethod
    def rows(self, index: Indices) -> Design:
        """The rows X[index] as a design of their own, in the same storage."""

    @abstractmethod
    def column_moments(self, sample_weight: Floats) -> tuple[Floats, Floats]:
        """Weighted means (p,) and standard deviations (p,) of the columns; weights sum to 1."""
