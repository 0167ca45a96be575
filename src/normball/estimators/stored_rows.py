"""Estimators on rows that are read in blocks: files, folders, and arrays on disk."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from ..blocks.scan import is_stored
from ..blocks.stored import read_stored
from ..blocks.summary import Stored
from ..losses import Loss
from ..norms import Norm
from ..problem import Problem
from .folds import Fold

if TYPE_CHECKING:
    from .linear import LinearEstimator

OF_MOMENTS = (None, "deviance", "mse")
"""What cross-validation can compare without the rows; for squared error they choose alike."""

__all__ = ["is_stored", "open_rows", "problem_of", "read_folds_of_blocks", "table_of", "whole_folds"]


def open_rows(
    estimator: LinearEstimator, X: Any, y: Any, loss: Loss, sample_weight: Any, n_folds: int = 1
) -> Stored:
    """The rows of a source, or few with their moments, in `n_folds` folds; their features are noted.

    Raises
    ------
    TypeError, ValueError
        As `read_stored`; or if the estimator has an encoder.
    """
    estimator.check_parameters()
    if estimator.encoder is not None:
        raise ValueError("encoder goes with a table in memory, not with rows that are read in blocks.")
    stored = read_stored(X, y, loss, sample_weight, n_folds=n_folds)
    estimator.n_features_in_ = len(stored.names)
    estimator.feature_names_in_ = np.array(stored.names, dtype=object)
    return stored


def table_of(stored: Stored, X: Any) -> Any:
    """Rows that are all in memory as estimators take them, with the names that a file has."""
    source = getattr(X, "source", X)
    if hasattr(source, "shape"):  # an array has no names
        return stored.X
    import pyarrow as pa

    return pa.table({name: stored.X[:, j] for j, name in enumerate(stored.names)})


def problem_of(estimator: LinearEstimator, stored: Stored, loss: Loss, norm: Norm) -> Problem:
    """The problem on few rows with the moments of many, in the units of X."""
    return Problem(stored, None, loss, norm, fit_intercept=estimator.fit_intercept)


def read_folds_of_blocks(cv: Any, scoring: Any) -> int:
    """Number of folds whose moments are kept apart.

    Raises
    ------
    TypeError, ValueError
        If `cv` is a splitter, which sees rows, or `scoring` needs them.
    """
    if isinstance(cv, bool) or not isinstance(cv, Integral) or cv < 2:
        raise TypeError(f"rows that are read in blocks take a number of folds >= 2 as cv, got {cv!r}.")
    if scoring not in OF_MOMENTS:
        raise ValueError(
            f"rows that are read in blocks are compared by scoring='mse' or 'deviance', got {scoring!r}."
        )
    return int(cv)


def whole_folds(problem: Problem) -> list[Fold]:
    """Folds that each hold out one set of the rows that stand for those of a source."""
    assert problem.summary is not None
    found, every = problem.summary.folds, np.arange(problem.summary.starts[-1])
    return [
        Fold(np.setdiff1d(every, rows), rows, f"fold {number} of {len(found)}")
        for number, rows in enumerate(found, start=1)
    ]
