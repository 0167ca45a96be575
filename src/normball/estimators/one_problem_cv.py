"""Cross-validation of estimators whose coefficients are one vector: numbers, times, two classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..losses import Loss
from ..norms import Norm
from ..problem import Problem
from .chosen_by_cv import ChosenByCV
from .cross_validation import PathScorer
from .folds import Fold
from .scoring import HeldRows, read_scoring


class OneProblemCV(ChosenByCV):
    """For `RegressorCV`, and `ClassifierCV` with two classes."""

    def _choose(
        self, X: Any, rows: HeldRows, loss: str | Loss, sample_weight: Any, folds: list[Fold]
    ) -> None:
        """Cross-validate every l1_ratio, and keep the solution of the best at the alpha of the rule."""
        scoring = read_scoring(self.scoring, rows)

        def scorer_of(norm: Norm, ratio: float | None) -> PathScorer:
            problem = self._in_units_of_x(X, rows.response_of_all, loss, norm, sample_weight)

            def table_of(fold: Fold) -> Problem:
                encoded, encoder = self._encoded(fold, rows.X)
                weights = None if sample_weight is None else np.asarray(sample_weight)[rows.seen]
                return self._in_units_of_x(
                    encoded, rows.response, loss, self._norm_of(ratio, encoder), weights
                )

            own_table = None if self.encoder is None else table_of
            return PathScorer(problem, self._preparation, self.tol, scoring, own_table)

        scorer, _ = self._search(scorer_of, folds)
        assert isinstance(scorer, PathScorer)
        prepared = self._prepared(scorer.problem)
        path = prepared.path(alphas=self.alphas_, tol=self.tol, verbose=False)
        self.n_nonzeros_ = path.n_nonzeros
        self._keep_held_out(rows.response, rows.weight)
        self._keep(path[self._chosen])
