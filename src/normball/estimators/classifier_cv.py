"""`ClassifierCV`: a `Classifier` whose alpha is chosen by cross-validation along the whole path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..inputs.tables import read_table
from ..losses import get_loss
from ..norms import Norm
from ..typing import Indices
from .classifier import ClassEstimator
from .folds import Fold
from .one_problem_cv import OneProblemCV
from .scoring import HeldRows, read_scoring
from .several_classes import ClassScorer, SeveralClasses


class ClassifierCV(ClassEstimator, OneProblemCV):
    """`Classifier` with alpha chosen by cross-validation along the whole path.

    Parameters and attributes as `RegressorCV`, and `class_weight` as `Classifier`; what is compared on
    the rows held out is the mean of -log(probability of their class) unless `scoring` says otherwise,
    `classes_` holds the labels, and folds are in proportion to the classes. More than two classes go
    with norms that are sums over the coefficients.
    """

    def __init__(
        self,
        norm: str | Norm = "l1",
        *,
        l1_ratio: float | Sequence[float] | None = None,
        n_alphas: int = 100,
        eps: float | None = None,
        alphas: Any = None,
        cv: Any = 5,
        scoring: Any = None,
        rule: str = "min",
        class_weight: Any = None,
        fit_intercept: bool = True,
        standardize: bool = False,
        positive: bool = False,
        feature_weights: Any = None,
        tol: float = 1e-8,
        max_iter: int = 100,
        n_jobs: int | None = None,
        encoder: Any = None,
    ) -> None:
        super().__init__(
            norm,
            l1_ratio=l1_ratio,
            n_alphas=n_alphas,
            eps=eps,
            alphas=alphas,
            cv=cv,
            scoring=scoring,
            rule=rule,
            fit_intercept=fit_intercept,
            standardize=standardize,
            positive=positive,
            feature_weights=feature_weights,
            tol=tol,
            max_iter=max_iter,
            n_jobs=n_jobs,
            encoder=encoder,
        )
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> ClassifierCV:
        """Choose alpha on folds of X (n, p) and labels y (n,), then fit to all rows.

        Parameters and errors as `RegressorCV.fit`; a fold has to train on rows of every class.
        """
        given = X
        X, y = self._read(X, y)
        codes = self._codes(y)
        folds = self._folds(X, codes, sample_weight, params, self.classes_)
        rows = HeldRows.of(
            given, y, codes.astype(np.float64), sample_weight, get_loss("logistic"), self.classes_
        )
        weights = self._with_class_weights(codes, sample_weight)
        if len(self.classes_) > 2:
            self._choose_several(X, codes, rows, weights, folds)
        else:
            self._choose(X, rows, "logistic", weights, folds)
        return self

    def _choose_several(
        self, X: Any, codes: Indices, rows: HeldRows, sample_weight: Any, folds: list[Fold]
    ) -> None:
        scoring, tolerance = read_scoring(self.scoring, rows), self._tolerance_of_several

        def scorer_of(norm: Norm, ratio: float | None) -> ClassScorer:
            data = self._several(X, codes, norm, sample_weight)

            def table_of(fold: Fold) -> SeveralClasses:
                encoded, encoder = self._encoded(fold, rows.X)
                weights = None if sample_weight is None else np.asarray(sample_weight)[rows.seen]
                values = read_table(encoded).design
                return self._several(values, codes[rows.seen], self._norm_of(ratio, encoder), weights)

            own_table = None if self.encoder is None else table_of
            return ClassScorer(data, tolerance, bool(self.standardize), scoring, own_table)

        scorer, norm = self._search(scorer_of, folds)
        assert isinstance(scorer, ClassScorer)
        prepared = self._prepared_several(scorer.data)
        problem = prepared.problem()
        path = [problem.solve(alpha, tolerance) for alpha in self.alphas_.tolist()]
        self.n_nonzeros_ = np.array([int(found.W.any(axis=1).sum()) for found in path])
        self._keep_held_out(rows.response, rows.weight)
        found = path[self._chosen]
        self._keep_several(found, float(self.alphas_[self._chosen]), problem.scale, norm, prepared)
