"""Rows with their responses and what a model predicts for them: what every figure is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..typing import Floats, Indices


@dataclass(frozen=True, eq=False)
class ScoredRows:
    """Rows and the predictions of models that may have seen them or not.

    Attributes
    ----------
    eta : (m,) linear predictors, or (m, K) for K > 2 classes.
    y : (m,) responses as the loss takes them; positions of classes for K > 2.
    weight : (m,) > 0.
    fold : (m,) which fold's model predicts the row; equal rows of two folds count twice.
    n_rows : int, how many rows these stand for, with the same sums of squares; None where they are the rows.
    """

    eta: Floats
    y: Floats
    weight: Floats
    fold: Indices
    n_rows: int | None = None

    @classmethod
    def of_one_model(cls, eta: Floats, y: Floats, weight: Floats) -> ScoredRows:
        """All rows predicted by the same model."""
        return cls(eta, y, weight, np.zeros(len(y), dtype=np.intp))

    def reweighted(self, weight: Floats) -> ScoredRows:
        """The same rows with other weights (m,), as a sum of as many rows."""
        return replace(self, weight=weight * (len(weight) / weight.sum()))

    def standing_for(self, n_rows: int) -> ScoredRows:
        """The same, of which sums of squares alone say something."""
        return replace(self, n_rows=n_rows)

    @property
    def share(self) -> Floats:
        """Weights (m,) that sum to 1."""
        share: Floats = self.weight / self.weight.sum()
        return share
