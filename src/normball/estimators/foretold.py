"""Rows predicted by models that had not seen them, at a level that is given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils import _safe_indexing

from ..inputs.reading import read_weights
from ..measures import ScoredRows
from ..typing import Floats
from .folds import read_folds


def foretold(
    estimator: Any, X: Any, y: Floats, sample_weight: Any, pairs: Iterable[tuple[Any, Any]]
) -> ScoredRows:
    """What copies of an estimator, each fitted to the training rows of a fold, predict for the others.

    Parameters
    ----------
    estimator : Regressor or Classifier (of two classes), fitted or not.
    X, y : table (n, p) and response (n,), as numbers.
    sample_weight : (n,) or None
    pairs : iterable of (train, test), as splitters give them.

    Raises
    ------
    ValueError
        As the estimator, with the name of the fold.
    """
    folds, weights = read_folds(pairs, len(y)), read_weights(sample_weight, len(y))
    etas, rows, numbers = [], [], []
    for number, fold in enumerate(folds):
        test = fold.test[weights[fold.test] > 0]
        if not len(test):
            continue
        given = None if sample_weight is None else weights[fold.train]
        try:
            model = clone(estimator).fit(_safe_indexing(X, fold.train), y[fold.train], given)
        except ValueError as error:
            raise ValueError(f"{fold.name} cannot be fitted: {error}") from error
        etas.append(np.ravel(model._eta(_safe_indexing(X, test), unknown_is_zero=True)))
        rows.append(test)
        numbers.append(np.full(len(test), number))
    index = np.concatenate(rows)
    found = ScoredRows(np.concatenate(etas), y[index], weights[index], np.concatenate(numbers))
    return found.reweighted(found.weight)
