"""What every question of the tour starts from: one table, one problem, one seed.

The questions that are asked of data use the diabetes table or the reader's own. Its
columns are standardised (mean 0, standard deviation 1), because a norm adds up
coefficients, and they can be added up only where a unit means the same for each: one
standard deviation of the feature.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np

from ...datasets import Dataset, load_diabetes
from ...designs import moments_of, scales_of
from ...problem import Problem
from ...typing import Floats


@dataclass(frozen=True, eq=False)
class TourContext:
    """Data and settings of one run of the tour.

    Attributes
    ----------
    problem : Problem
        Squared error with the L1 norm on standardised columns, `feature_names` set.
    dataset : Dataset
        The table as it came, in its own units (constant columns left out).
    is_own_data : bool
        Whether the reader brought the table; else it is diabetes.
    quick : bool
        Fewer samples and folds, for a look in seconds.
    seed : int
        Of everything that is drawn at random.
    """

    problem: Problem
    dataset: Dataset
    is_own_data: bool
    quick: bool
    seed: int = 0

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return self.problem.feature_names

    @property
    def target_name(self) -> str:
        """Name of what is predicted."""
        return self.dataset.target_name

    @property
    def data_name(self) -> str:
        """How a sentence calls the table: "the diabetes data" or "your table"."""
        return "your table" if self.is_own_data else "the diabetes data"

    @property
    def n_folds(self) -> tuple[int, int]:
        """Groups of the outer and of the inner cross-validation."""
        return (3, 3) if self.quick else (5, 5)

    def rng(self, question: str) -> np.random.Generator:
        """Random numbers for one question, the same whatever the other questions drew."""
        return np.random.default_rng([self.seed, zlib.crc32(question.encode())])


def make_context(dataset: Dataset | None = None, quick: bool = False, seed: int = 0) -> TourContext:
    """The context of a run on the given table, or on diabetes if there is none.

    Raises
    ------
    ValueError
        If fewer than two columns vary, there are fewer than 10 rows, or the target is constant
        or uncorrelated with every column.
    """
    # a column called "target" would be mistaken for a target loss
    table = dataset if dataset is not None else replace(load_diabetes(), target_name="disease progression")
    table = _varying(table)
    problem = Problem(standardised(table.X), table.y, feature_names=table.feature_names)
    if problem.alpha_max <= 1e-12 * table.y.std():
        raise ValueError(
            f"target {table.target_name!r} is uncorrelated with every column, so no ball ever leaves 0; "
            "choose another target or add columns."
        )
    return TourContext(problem, table, dataset is not None, quick, seed)


def standardised(X: Floats) -> Floats:
    """Copy of X (n, p) with columns of mean 0 and standard deviation 1; constant columns become 0."""
    means, deviations = moments_of(X)
    return np.where(deviations > 0, X - means, 0.0) / scales_of(means, deviations)


def _varying(table: Dataset) -> Dataset:
    n = len(table.y)
    if n < 10:
        raise ValueError(f"the tour needs at least 10 rows, but the table has {n}; use a longer table.")
    if np.ptp(table.y) == 0:
        raise ValueError(
            f"target {table.target_name!r} has the same value in every row; choose another target."
        )
    keep = np.flatnonzero(moments_of(table.X)[1])
    if len(keep) < 2:
        raise ValueError(
            "the tour needs at least 2 columns that vary besides the target, but the table has "
            f"{len(keep)}; add columns."
        )
    if len(keep) == table.X.shape[1]:
        return table
    return replace(table, X=table.X[:, keep], feature_names=tuple(table.feature_names[j] for j in keep))
