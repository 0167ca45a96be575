"""Cross-validation of estimators whose coefficients are one vector: numbers, times, two classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..blocks.summary import Stored
from ..losses import Loss
from ..norms import Norm
from ..problem import Problem
from .chosen_by_cv import ChosenByCV
from .cross_validation import PathScorer
from .folds import Fold
from .scoring import HeldRows, read_scoring
from .stored_rows import problem_of, whole_folds


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

    def _choose_on_moments(self, stored: Stored, loss: Loss) -> None:
        """The same on few rows that stand for many, by folds whose moments are known."""
        problem = problem_of(self, stored, loss, self._norms()[0][0])
        assert problem.summary is not None

        def scorer_of(norm: Norm, ratio: float | None) -> PathScorer:
            return PathScorer(problem.with_norm(norm), self._preparation, self.tol)

        scorer, _ = self._search(scorer_of, whole_folds(problem))
        assert isinstance(scorer, PathScorer)
        path = self._prepared(scorer.problem).path(alphas=self.alphas_, tol=self.tol, verbose=False)
        self.n_nonzeros_ = path.n_nonzeros
        instance = problem.instance
        self._keep_held_out(instance.y, instance.sample_weight * instance.n_samples)
        self.held_out_ = self.held_out_.standing_for(problem.summary.n_rows)
        self._keep(path[self._chosen])
