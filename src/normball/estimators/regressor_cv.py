"""`RegressorCV`: a `Regressor` whose alpha is chosen by cross-validation along the whole path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..losses import Loss, get_loss
from ..norms import Norm
from .one_problem_cv import OneProblemCV
from .regressor import PredictsNumbers, read_numbers
from .scoring import HeldRows
from .stored_rows import is_stored, open_rows, read_folds_of_blocks, table_of
from .survival import PredictsSurvival


class RegressorCV(PredictsSurvival, PredictsNumbers, OneProblemCV):
    """`Regressor` with alpha chosen by cross-validation along the whole path.

    Parameters
    ----------
    norm, fit_intercept, standardize, positive, feature_weights, tol, max_iter
        As `Regressor`. What `standardize` and "adaptive" learn from rows, each fold learns from those
        that it trains on.
    loss : str or Loss, default "squared_error"
        Also what is compared on the rows held out, as half a deviance: the loss less the least that it
        can be for these responses; unless `scoring` says otherwise.
    l1_ratio : float or list of floats in (0, 1], optional
        Of norm="elastic_net"; of several the one with the least held-out loss.
    n_alphas, eps : int, float, optional
        100 alphas down to this share of the largest. Default: 1e-4, or 1e-2 where there are no more
        rows than features; and further down while the best alpha is the last one.
    alphas : (k,) array, optional, instead of that grid.
    cv : int, splitter or iterable of pairs (train, test), default 5; as in scikit-learn, and a model is
        fitted to the training rows that it names and no others.
    scoring : str or callable, optional
        What is compared instead of the loss: "mse", "mae", for Cox "concordance", for classes
        "class_error" and "auc", any name of `sklearn.metrics.get_scorer_names()`, or a function of
        (estimator, X, y) of which more is better.
    rule : "min" or "one_se"
        The alpha of least mean loss (or best mean score), or the largest within one standard error of it.
    n_jobs : int, optional
        Folds at once, through joblib.
    encoder : transformer, optional
        Fitted to the training rows of every fold, then to all rows, and asked at each prediction: such as
        `TableEncoder(missing="mean")` for tables with texts, dates and missing values. With it
        norm="group_l2" takes the features of each column as a group.

    Attributes
    ----------
    alpha_, l1_ratio_ : what was chosen.
    alphas_ : (k,) ; mean_loss_, standard_error_ : (k,) ; fold_losses_ : (n_folds, k)
    n_nonzeros_ : (k,) features of the fit to all rows at each alpha.
    best_index_, one_se_index_ : int, what either rule takes.
    cross_validation_ : CrossValidation, the same in one piece, for classes with the share of wrong ones,
        and with the scores of `scoring`.
    held_out_ : ScoredRows, what each row was predicted to be by the model that had not seen it, at alpha_;
        `quality()` says how good that is.
    coef_, intercept_, norm_, loss_, gap_, dual_gap_, n_iter_, solution_, ... as `Regressor`.
    """

    def __init__(
        self,
        norm: str | Norm = "l1",
        loss: str | Loss = "squared_error",
        *,
        l1_ratio: float | Sequence[float] | None = None,
        n_alphas: int = 100,
        eps: float | None = None,
        alphas: Any = None,
        cv: Any = 5,
        scoring: Any = None,
        rule: str = "min",
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
        self.loss = loss

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> RegressorCV:
        """Choose alpha on folds of X (n, p) and y (n,), then fit to all rows.

        Parameters
        ----------
        X, y, sample_weight : as `Regressor.fit`; the weights count in training and in scores. Rows that are
            read in blocks are divided into `cv` folds by a hash of their numbers, in the same pass.
        **params
            `groups` (n,) for splitters by group, and whatever else metadata routing brings them.

        Raises
        ------
        TypeError, ValueError
            As `Regressor.fit`; and with the name of the fold, if it has no row to train on or to hold
            out, names rows that are not there, or admits no fit (a single class, no event).
        """
        loss, response_given = get_loss(self.loss), y
        if is_stored(X):
            stored = open_rows(self, X, y, loss, sample_weight, read_folds_of_blocks(self.cv, self.scoring))
            if stored.summary is not None:
                self._choose_on_moments(stored, loss)
                return self
            X, y, sample_weight = table_of(stored, X), stored.y, stored.sample_weight
            response_given = y
        given = X
        X, y = self._read(X, read_numbers(loss, y), y_numeric=True)
        self._note_times(loss, response_given)
        if loss.is_classifier:
            raise ValueError(f"loss={loss.name!r} is for classes; use ClassifierCV.")
        response = np.asarray(y, dtype=np.float64)
        folds = self._folds(X, response, sample_weight, params)
        rows = HeldRows.of(given, response, response, sample_weight, loss)
        self._choose(X, rows, loss, sample_weight, folds)
        return self
