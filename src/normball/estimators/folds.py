"""Folds: which rows train a model, and which score it. A splitter's word is taken for both.

The rows that train are not always the rest: a splitter in time leaves out the future, another
one a gap around the rows held out, a third takes a sample. So a fold holds both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..parameters import read_count
from ..problem import Problem
from ..typing import Floats, Indices


@dataclass(frozen=True, eq=False)
class Fold:
    """Rows that a model is fitted to, and rows that it is scored on.

    Attributes
    ----------
    train, test : (m,), (t,) positions of rows; one that is named twice counts twice.
    name : str, such as "fold 2 of 5", for messages.
    """

    train: Indices
    test: Indices
    name: str


def folds_of(problem: Problem, n_folds: int, seed: int) -> list[Fold]:
    """Folds that hold out every row once: at random, and in proportion to the classes for a classifier.

    Raises
    ------
    ValueError
        If there are fewer than 2 folds, more folds than rows, or than members of a class.
    """
    n = problem.n_samples
    if problem.summary is not None:
        raise problem.summary.no_rows("folds of single rows")
    if read_count(n_folds, "n_folds", 2) > n:
        raise ValueError(f"n_folds must lie between 2 and the number of rows ({n}), got {n_folds!r}.")
    rng = np.random.default_rng(read_count(seed, "seed", 0))
    assigned = np.empty(n, dtype=np.intp)
    y = problem.instance.y
    classes = np.unique(y) if problem.loss.is_classifier else [None]
    dealt = 0
    for label in classes:
        members = rng.permutation(np.arange(n) if label is None else np.flatnonzero(y == label))
        if len(members) < n_folds:
            raise ValueError(
                f"class {label:g} has {len(members)} rows, fewer than n_folds={n_folds}; use fewer folds."
            )
        # go on dealing where the last class stopped, so that the folds stay of equal size
        assigned[members] = (dealt + np.arange(len(members))) % n_folds
        dealt += len(members)
    pairs = [(np.flatnonzero(assigned != fold), np.flatnonzero(assigned == fold)) for fold in range(n_folds)]
    return read_folds(pairs, n)


def read_folds(pairs: Iterable[Any], n_samples: int) -> list[Fold]:
    """Folds from pairs (train, test), each of row numbers or of n flags, as splitters give them.

    A `Fold` stays as it is.

    Raises
    ------
    TypeError, ValueError
        If there is no pair, or one is no pair, names no row, or a row that is not there.
    """
    given = list(pairs)
    if not given:
        raise ValueError("cv gives no folds; it must give one pair (train, test) of rows or more.")
    folds = []
    for number, pair in enumerate(given, start=1):
        if isinstance(pair, Fold):
            folds.append(pair)
            continue
        name = f"fold {number} of {len(given)}"
        try:
            first, second = pair
        except (TypeError, ValueError):
            raise TypeError(
                f"{name} must be a pair (train, test) of row numbers or masks, got {pair!r}."
            ) from None
        train, test = read_rows(first, n_samples, name), read_rows(second, n_samples, name)
        if len(train) == 0 or len(test) == 0:
            raise ValueError(f"{name} {'trains on' if len(train) == 0 else 'holds out'} no row.")
        folds.append(Fold(train, test, name))
    return folds


def read_rows(rows: Any, n_samples: int, name: str) -> Indices:
    """Positions (m,) from row numbers, counted from the end where negative, or from flags (n,).

    Raises
    ------
    TypeError, ValueError
        If they are neither, or a row is not there.
    """
    index = np.asarray(rows)
    if index.size == 0:
        return np.zeros(0, dtype=np.intp)
    if index.ndim != 1 or index.dtype.kind not in "iub":
        raise TypeError(f"{name} must name rows by whole numbers or by one mask, got {rows!r}.")
    if index.dtype.kind == "b":
        if len(index) != n_samples:
            raise ValueError(f"{name} has a mask of {len(index)} flags where there are {n_samples} rows.")
        return np.flatnonzero(index)
    index = index.astype(np.intp)
    outside = (index < -n_samples) | (index >= n_samples)
    if outside.any():
        raise ValueError(f"{name} names row {index[outside][0]}, but there are {n_samples} rows.")
    return np.where(index < 0, index + n_samples, index)


def among_weighted(folds: Sequence[Fold], weights: Floats) -> list[Fold]:
    """The folds, counted among the rows of positive weight (a problem has no others).

    One that holds out no weight has nothing to score, and is left out.

    Raises
    ------
    ValueError
        If a fold has no weight to train on, or none holds out any.
    """
    seen = weights > 0
    position = np.cumsum(seen) - 1
    kept = []
    for fold in folds:
        train, test = (position[rows[seen[rows]]] for rows in (fold.train, fold.test))
        if len(test) == 0:
            continue
        if len(train) == 0:
            raise ValueError(
                f"{fold.name} trains on no row of positive weight: all of sample_weight is on the rows that "
                "it holds out; spread the weight over the folds, or choose them with cv=."
            )
        kept.append(Fold(train, test, fold.name))
    if not kept:
        raise ValueError("no fold holds out a row of positive weight.")
    return kept


def check_classes(folds: Sequence[Fold], codes: Indices, labels: np.ndarray) -> None:
    """Raise ValueError if a fold trains without a class: of codes (n,) into labels (K,)."""
    for fold in folds:
        counts = np.bincount(codes[fold.train], minlength=len(labels))
        if not counts.all():
            raise ValueError(
                f"{fold.name} trains on no row of class {labels.tolist()[int(counts.argmin())]!r}; use fewer "
                "folds, or a splitter in proportion to the classes such as StratifiedKFold."
            )
