"""Second moments of rows: everything that squared error needs to know of them.

With z = [x - a, y - a_y, 1] and weights v, a pass gives M_f = sum_i v_i z_i z_i' over the rows of each
fold f. The shift a is the mean of the rows at the start, so that products do not cancel where a column
lies far from 0: m rows of n that lie apart from the rest widen a column by at least (m / n) times the
square of how far, hence taking the mean out later loses a factor of n / m at the very most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..designs.parallel import for_each
from ..typing import Floats, Indices
from .base import Block, Blocks, Reduction
from .folds import fold_of

LARGE = 1000
"""Columns beyond which there is one matrix of sums, filled panel by panel."""
PANEL = 256
"""Rows of such a panel."""


class Moments(Reduction):
    """(F, p + 2, p + 2) M_f, and (F,) rows of each fold.

    Parameters
    ----------
    shift : (p + 1,) taken out of features and response.
    n_folds, seed : as `fold_of`.
    """

    def __init__(self, shift: Floats, n_folds: int = 1, seed: int = 0) -> None:
        self.shift, self.n_folds, self.seed = shift, n_folds, seed
        self.is_large = len(shift) > LARGE

    def _folds(self, block: Block) -> list[Floats]:
        """Weighted z (p + 2, r) of the rows of each fold."""
        Z = block.values
        Z[:-1] -= self.shift[:, None]
        if (Z[-1] != 1.0).any():
            np.sqrt(Z[-1], out=Z[-1])
            Z[:-1] *= Z[-1]
        if self.n_folds == 1:
            return [Z]
        fold = fold_of(block.numbers, self.n_folds, self.seed)
        return [Z[:, fold == number] for number in range(self.n_folds)]

    def of_block(self, block: Block) -> tuple[Floats, ...]:
        parts = self._folds(block)
        counts = np.array([float(part.shape[1]) for part in parts])
        return np.stack([part @ part.T for part in parts]), counts

    def accumulate(self, block: Block, total: tuple[Floats, ...] | None) -> tuple[Floats, ...]:
        parts, size = self._folds(block), len(self.shift) + 1
        if total is None:
            total = np.zeros((self.n_folds, size, size)), np.zeros(self.n_folds)
        sums, counts = total
        panels = range(0, size, PANEL)

        def add(task: int) -> None:
            fold, start = divmod(task, len(panels))
            first, Z = panels[start], parts[fold]
            sums[fold, first : first + PANEL, first:] += Z[first : first + PANEL] @ Z[first:].T

        for_each(self.n_folds * len(panels), add)
        counts += [part.shape[1] for part in parts]
        return total


@dataclass(frozen=True, eq=False)
class MomentSums:
    """What the pass of `Moments` finds.

    Attributes
    ----------
    sums : (F, p + 2, p + 2) ; counts : (F,) ; shift : (p + 1,)
    """

    sums: Floats
    counts: Indices
    shift: Floats

    @classmethod
    def of(
        cls,
        blocks: Blocks,
        n_folds: int = 1,
        seed: int = 0,
        report: Callable[[int], None] = lambda rows: None,
    ) -> MomentSums:
        """One pass over some rows.

        Raises
        ------
        ValueError
            If there is nothing to fit, a fold has no row, or squares are beyond floats.
        """
        head = blocks.head()[:-1]
        if not head.shape[1]:
            raise ValueError(f"{blocks.title} has no rows to fit; every one was left out or there are none.")
        first = head[:, :1]
        shift = (first + (head - first).mean(axis=1, keepdims=True))[:, 0]  # exact for a constant
        reduction = Moments(shift, n_folds, seed)
        with np.errstate(over="ignore", invalid="ignore"):
            sums, counts = blocks.sums(reduction, report)
        if reduction.is_large:
            for of_fold in sums:
                _mirror(of_fold)
        if not np.isfinite(sums).all():
            column = int((~np.isfinite(sums)).any(axis=(0, 1)).argmax())
            name = (*blocks.names, blocks.target)[column]
            raise ValueError(f"column {name!r} has entries whose squares overflow; divide it by a constant.")
        if not counts.all():
            raise ValueError(
                f"fold {int((counts == 0).argmax()) + 1} of {n_folds} has none of the {int(counts.sum())} "
                "rows; use fewer folds."
            )
        return cls(sums, counts.astype(np.intp), shift)

    def centred(self, fold: int | None = None) -> tuple[Floats, Floats, float]:
        """Covariance (p + 1, p + 1) and means (p + 1,) of features and response, and the sum of weights.

        Of one fold, or of all rows.
        """
        M = self.sums.sum(axis=0) if fold is None else self.sums[fold]
        weight = float(M[-1, -1])
        mean = M[:-1, -1] / weight
        covariance = M[:-1, :-1] / weight
        covariance -= np.outer(mean, mean)
        return covariance, self.shift + mean, weight


def _mirror(matrix: Floats) -> None:
    """Copy what is above the diagonal below it, panel by panel."""
    for first in range(0, len(matrix), PANEL):
        last = min(first + PANEL, len(matrix))
        matrix[first:last, :first] = matrix[:first, first:last].T
        square = matrix[first:last, first:last]
        square[:] = np.triu(square) + np.triu(square, 1).T
