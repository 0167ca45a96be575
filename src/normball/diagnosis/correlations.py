"""Which columns resemble each other: coherence, and groups of near-duplicates.

Correlations are computed block by block among the columns that matter most, so that
memory stays at one block of rows of the correlation matrix. Cost: n m^2 for m columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ..problem import Problem
from ..typing import Floats, Indices

BLOCK = 512
"""Columns whose correlations with all others are held at a time."""
ENTRIES = 20_000_000
"""Numbers of X that are looked at most: memory, and seconds where rows are many."""


@dataclass(frozen=True, eq=False)
class Correlations:
    """What is known of the correlations among the columns looked at.

    Attributes
    ----------
    looked_at : (m,) positions of the columns, ascending.
    columns : (n, m) those columns, centred, of weighted length 1.
    coherence : float, the largest absolute correlation; 0 for fewer than two columns.
    pair : (int, int) or None, where it is.
    groups : list of arrays
        Columns linked by correlations of at least the threshold, as positions; largest first.
    similar : float, the threshold.
    """

    looked_at: Indices
    columns: Floats
    coherence: float
    pair: tuple[int, int] | None
    groups: list[Indices]
    similar: float

    def at(self, positions: Indices) -> Floats:
        """(n, k) the standardised columns at positions that were looked at."""
        return np.asarray(self.columns[:, np.searchsorted(self.looked_at, positions)])

    def doubles(self, position: int) -> tuple[Indices, Floats]:
        """Columns correlated with one by the threshold or more, and how much; nearest first."""
        group = next((group for group in self.groups if position in group), np.empty(0, dtype=np.intp))
        others = group[group != position]
        size = np.minimum(np.abs(self.at(others).T @ self.at(np.array([position]))[:, 0]), 1.0)
        order = np.argsort(-size, kind="stable")
        order = order[size[order] >= self.similar]
        return others[order], size[order]

    def partner(self, position: int) -> tuple[int, float]:
        """The other column most correlated with one, and that correlation's size."""
        size = np.abs(self.columns.T @ self.at(np.array([position]))[:, 0])
        size[np.searchsorted(self.looked_at, position)] = -1.0
        best = int(size.argmax())
        return int(self.looked_at[best]), float(min(size[best], 1.0))


def correlate(problem: Problem, kept: Indices, similar: float, max_columns: int) -> Correlations:
    """Correlations among the kept columns and the others most correlated with the response.

    Parameters
    ----------
    problem : Problem
    kept : (k,) positions that must be among the columns looked at.
    similar : float
        Absolute correlation from which two columns are linked.
    max_columns : int
        Columns looked at, at most.
    """
    instance = problem.instance
    means, deviations = instance.moments
    pull = np.abs(problem.gradient(np.zeros(problem.n_features), instance.null_intercept))
    usable = deviations > 0
    score = np.divide(pull, deviations, out=np.full(len(pull), -np.inf), where=usable)
    score[kept] = np.inf
    most = min(max_columns, max(ENTRIES // problem.n_samples, 200), int(usable.sum()))
    looked_at = np.sort(np.argsort(-score, kind="stable")[:most])
    root = np.sqrt(instance.sample_weight)[:, None]
    columns = root * (problem.design.columns(looked_at) - means[looked_at]) / deviations[looked_at]
    coherence, pair, links = 0.0, None, []
    for start in range(0, most, BLOCK):
        size = np.abs(columns[:, start : start + BLOCK].T @ columns)
        # each pair once: right of the diagonal
        size[np.arange(most) <= np.arange(start, start + len(size))[:, None]] = 0.0
        if size.size and size.max() > coherence:
            row, column = np.unravel_index(int(size.argmax()), size.shape)
            coherence = float(size[row, column])
            pair = int(looked_at[start + row]), int(looked_at[column])
        rows, others = np.nonzero(size >= similar)
        links.append(np.column_stack([rows + start, others]))
    return Correlations(
        looked_at,
        columns,
        min(coherence, 1.0),
        pair,
        _groups(np.concatenate([np.zeros((0, 2)), *links]), looked_at),
        similar,
    )


def _groups(links: Floats, looked_at: Indices) -> list[Indices]:
    """Connected columns, as positions; largest group first."""
    first, second = links.astype(np.intp).T
    size = len(looked_at)
    graph = sparse.coo_array((np.ones(len(first)), (first, second)), shape=(size, size))
    if not size:
        return []
    label = connected_components(graph, directed=False)[1]
    counts = np.bincount(label)
    large = np.flatnonzero(counts > 1)
    large = large[np.argsort(-counts[large], kind="stable")]
    return [looked_at[label == group] for group in large]
