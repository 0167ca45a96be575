"""Few rows that stand for many: which of them, for how many, and what cannot be asked of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..typing import Floats, Indices


@dataclass(frozen=True, eq=False)
class Summary:
    """What few rows stand for.

    Attributes
    ----------
    title : str, the source.
    n_rows : int, rows of positive weight that were read.
    starts : (F + 1,) where the rows of each fold begin among the few, and their number.
    counts : (F,) rows that each fold stands for.
    n_passes : float ; bytes_read : int
    """

    title: str
    n_rows: int
    starts: Indices
    counts: Indices
    n_passes: float
    bytes_read: int

    @property
    def folds(self) -> list[Indices]:
        """Positions of the rows of each fold."""
        pairs = zip(self.starts[:-1], self.starts[1:], strict=True)
        return [np.arange(start, stop) for start, stop in pairs]

    def of_rows(self, index: Indices) -> Summary:
        """The summary of some whole folds.

        Raises
        ------
        ValueError
            If a fold is not whole, or a row named twice.
        """
        single = self.no_rows("what takes single rows (subsamples, folds of your own)")
        if not len(index) or index.min() < 0 or index.max() >= self.starts[-1]:
            raise single
        chosen = np.zeros(self.starts[-1], dtype=bool)
        chosen[index] = True
        whole = np.array([chosen[rows].all() for rows in self.folds])
        sizes = np.diff(self.starts)
        if sizes[whole].sum() != len(index) or not np.array_equal(np.sort(index), index):
            raise single
        starts = np.concatenate([[0], np.cumsum(sizes[whole])])
        counts = self.counts[whole]
        return Summary(self.title, int(counts.sum()), starts, counts, self.n_passes, self.bytes_read)

    def no_rows(self, what: str) -> ValueError:
        """The error of what asks for the rows themselves."""
        return ValueError(
            f"the {self.n_rows:,} rows of {self.title} are not in memory, only their moments are; {what} "
            "needs them: give nb.scan(..., memory=...) twice their size, or load a sample."
        )


@dataclass(frozen=True, eq=False)
class Stored:
    """What a problem is made of.

    Attributes
    ----------
    X : (q, p) ; y, sample_weight : (q,) ; names : (p,)
    summary : Summary, or None where the rows are all there.
    gram, means : (p, p), (p,) covariance and means of the features of all rows, with a summary.
    """

    X: Floats
    y: Floats
    sample_weight: Floats | None
    names: tuple[str, ...]
    summary: Summary | None = None
    gram: Floats | None = None
    means: Floats | None = None

    def moments(self, is_centred: bool) -> tuple[Floats, Floats]:
        """Gram matrix (p, p) of the features of all rows, about their means or about 0, and the means."""
        assert self.gram is not None and self.means is not None  # noqa: PT018 - they come together
        return self.gram if is_centred else self.gram + np.outer(self.means, self.means), self.means
