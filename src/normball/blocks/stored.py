"""From a source of rows to what a problem holds: the rows themselves, or few with the same moments."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..losses import Loss
from ..progress import Progress
from ..typing import Floats
from .base import Block, Blocks, Reduction
from .equal_rows import equal_rows
from .moments import MomentSums
from .scan import Scan, scan
from .summary import Stored, Summary


def read_stored(
    X: Any, y: Any, loss: Loss, sample_weight: Any = None, names: Any = None, n_folds: int = 1, seed: int = 0
) -> Stored:
    """Read a source: whole where it fits in half of the memory, else the moments of its rows.

    Parameters
    ----------
    X : path or Scan
    y, sample_weight : name of a column of a file, or arrays (n,) beside an array.
    loss : Loss
    names : of the features of an array, optional.
    n_folds, seed : folds whose moments are kept apart, where there are moments only.

    Raises
    ------
    ValueError
        If the loss is not squared error and the rows do not fit, or their moments do not; as `Blocks`.
    """
    source = X if isinstance(X, Scan) else scan(X)
    blocks, share = open_blocks(source, y, sample_weight, names)
    n, p = blocks.shape
    fits = share <= WHOLE
    if not fits and not loss.is_quadratic:
        needed = 16 * n * (p + 2)
        raise ValueError(
            f"{blocks.title} has {n:,} rows of {p:,} columns, which do not fit in half of the memory of "
            f"{source.memory / 1e9:.2g} GB; only squared error, logistic and Poisson are fitted in blocks, "
            f"got {loss!r}: give "
            f"nb.scan(..., memory='{needed / 1e9:.2g}GB'), or load a sample of the rows."
        )
    needed = 8 * (2 * n_folds + 3) * (p + 2) ** 2
    if not fits and needed > source.memory:
        raise ValueError(
            f"the moments of {p:,} columns in {n_folds} folds need {needed / 1e9:.2g} GB of the "
            f"{source.memory / 1e9:.2g} GB there are; give a larger memory=, or leave columns out with drop=."
        )
    with_fill(blocks)
    return _whole(blocks) if fits else _summed(blocks, n_folds, seed)


WHOLE = 0.5
"""Share of the memory up to which rows are read as they are."""


def open_blocks(X: Any, y: Any, sample_weight: Any = None, names: Any = None) -> tuple[Blocks, float]:
    """The rows of a source, and what share of the memory they would fill.

    Raises
    ------
    TypeError, ValueError, FileNotFoundError
        As `Scan.blocks`; if there are no rows.
    """
    source = X if isinstance(X, Scan) else scan(X)
    blocks = source.blocks(y, sample_weight, names)
    n, p = blocks.shape
    if n == 0:
        raise ValueError(f"{blocks.title} has columns but no rows.")
    return blocks, 8 * n * (p + 2) / source.memory


def with_fill(blocks: Blocks) -> Blocks:
    """Rows whose missing values have means to stand for them, where that was asked for; one pass."""
    if blocks.missing == "mean":
        blocks.fill = _column_means(blocks)
    return blocks


class _Means(Reduction):
    """(p,) sums of weight times value, and of weights, where there is a value."""

    def of_block(self, block: Block) -> tuple[Floats, ...]:
        weight = block.values[-1]
        there = ~np.isnan(block.features)
        return np.where(there, block.features, 0.0) @ weight, there @ weight


def _column_means(blocks: Blocks) -> Floats:
    """(p,) means of what is there; one pass.

    Raises
    ------
    ValueError
        If a column has no value at all.
    """
    with Progress(blocks.shape[0], f"means of {blocks.title}") as bar:
        total, weight = blocks.sums(_Means(), bar)
    if not weight.all():
        name = blocks.names[int((weight == 0).argmax())]
        raise ValueError(
            f"column {name!r} of {blocks.title} has no value in any row; leave it out with drop=."
        )
    return np.asarray(total / weight)


def _whole(blocks: Blocks) -> Stored:
    """All rows, each column together."""
    n, p = blocks.shape
    values = np.empty((p + 2, n))
    count = 0
    with Progress(n, f"reading {blocks.title}") as bar:
        for block in blocks.blocks():
            values[:, count : count + len(block.numbers)] = block.values
            count += len(block.numbers)
            bar(len(block.numbers))
    if not count:
        raise ValueError(f"{blocks.title} has no rows to fit; every one was left out.")
    values = values[:, :count]
    weight = None if (values[-1] == 1.0).all() else values[-1]
    return Stored(values[:-2].T, values[-2], weight, blocks.names)


def _summed(blocks: Blocks, n_folds: int, seed: int) -> Stored:
    """Few rows with the moments of all, a set for each fold."""
    with Progress(blocks.shape[0], f"pass 1 of 1 over {blocks.title}") as bar:
        moments = MomentSums.of(blocks, n_folds, seed, bar)
    rows, weights = [], []
    for fold in range(n_folds):
        covariance, mean, weight = moments.centred(fold)
        rows.append(equal_rows(covariance, mean))
        weights.append(np.full(len(rows[-1]), weight / len(rows[-1])))
    covariance, mean, _ = moments.centred()
    starts = np.concatenate([[0], np.cumsum([len(part) for part in rows])])
    table = np.vstack(rows)
    return Stored(
        np.asfortranarray(table[:, :-1]),
        table[:, -1].copy(),
        np.concatenate(weights),
        blocks.names,
        Summary(
            blocks.title,
            int(moments.counts.sum()),
            starts,
            moments.counts,
            blocks.n_passes,
            round(blocks.n_passes * blocks.bytes_per_pass),
        ),
        covariance[:-1, :-1].copy(),
        mean[:-1].copy(),
    )
