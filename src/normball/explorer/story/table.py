"""The table that the essay's data steps are about: diabetes, or the reader's own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...datasets import Dataset, load_diabetes
from ...designs import moments_of, scales_of
from ...problem import Problem
from ...typing import Floats, Indices

FEWEST_ROWS = 20


@dataclass(frozen=True, eq=False)
class StoryTable:
    """A table of rows to learn from and to test on.

    Attributes
    ----------
    dataset : Dataset
        In its own units, columns that do not vary left out.
    is_own : bool
        Whether the reader brought it.
    notes : sentences on what was done to its columns and rows.
    """

    dataset: Dataset
    is_own: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def default(cls) -> StoryTable:
        """442 diabetes patients."""
        return cls(replace(load_diabetes(), target_name="disease score"))

    @classmethod
    def own(cls, dataset: Dataset, notes: tuple[str, ...] = ()) -> StoryTable:
        """The reader's table, checked.

        Raises
        ------
        ValueError
            If it has fewer than 20 rows or 2 columns that vary, or a target that is constant, has a
            class of fewer than 10 rows, or is uncorrelated with every column.
        """
        table = cls(_varying(dataset), True, notes)
        _refuse_uncorrelated(table)
        return table

    @property
    def loss(self) -> str:
        """`"logistic"` for two classes, else `"squared_error"`."""
        return "squared_error" if self.dataset.class_names is None else "logistic"

    @property
    def is_classes(self) -> bool:
        """Whether the target is one of two classes."""
        return self.dataset.class_names is not None


def standardised(X: Floats, rows: Indices | None = None) -> Floats:
    """X with columns of mean 0 and deviation 1 over `rows` (default all); constant ones become 0."""
    means, deviations = moments_of(X if rows is None else X[rows])
    return np.where(deviations > 0, X - means, 0.0) / scales_of(means, deviations)


def _varying(dataset: Dataset) -> Dataset:
    n = len(dataset.y)
    if n < FEWEST_ROWS:
        raise ValueError(
            f"the tour needs at least {FEWEST_ROWS} rows, to learn from some and test on others, but the "
            f"table has {n}; use a longer table."
        )
    if np.ptp(dataset.y) == 0:
        raise ValueError(
            f"target {dataset.target_name!r} has the same value in every row; choose another target."
        )
    if dataset.class_names is not None:
        counts = [int((dataset.y == k).sum()) for k in (0, 1)]
        if min(counts) < 10:
            rare = dataset.class_names[int(np.argmin(counts))]
            raise ValueError(
                f"target {dataset.target_name!r} is {rare!r} in {min(counts)} rows only; the tour needs 10 "
                "of each class, to learn from some and test on others."
            )
    keep = np.flatnonzero(moments_of(dataset.X)[1])
    if len(keep) < 2:
        raise ValueError(
            "the tour needs at least 2 columns that vary besides the target, but the table has "
            f"{len(keep)}; add columns."
        )
    return replace(dataset, X=dataset.X[:, keep], feature_names=tuple(dataset.feature_names[j] for j in keep))


def _refuse_uncorrelated(table: StoryTable) -> None:
    dataset = table.dataset
    problem = Problem(standardised(dataset.X), dataset.y, loss=table.loss)
    if problem.alpha_max <= 1e-12 * dataset.y.std():
        raise ValueError(
            f"target {dataset.target_name!r} is uncorrelated with every column, so no budget is ever spent; "
            "choose another target or add columns."
        )
