"""Ridge regression over folds: one factorised fold serves all strengths.

scikit-learn's `RidgeCV(cv=...)` fits each of k strengths on each fold separately. The equations of a
fold do not depend on the strength, so that they are set up once, n p^2 operations a fold, and a
strength costs p^3 / 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import _ridge
from sklearn.metrics import check_scoring
from sklearn.model_selection import GridSearchCV, check_cv
from sklearn.utils import indexable
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.validation import validate_data

from ..designs import as_design
from ..solvers.smooth.ridge_path import RidgeFactors
from ..solvers.threads import suitable_threads
from ..typing import Floats
from .paths import warn_of_gaps


class SharedFolds:
    """scikit-learn's search over a grid of one parameter, alpha, for its ridge regression.

    Attributes
    ----------
    best_estimator_ : the estimator at the strength of the best mean score, fitted to all samples.
    best_score_ : float
    """

    def __init__(self, estimator: Any, grid: dict[str, Any], *, cv: Any, scoring: Any) -> None:
        self._estimator, self._alphas = estimator, np.ravel(grid["alpha"])
        self._cv, self._scoring = cv, scoring

    def fit(self, X: Any, y: Any, **params: Any) -> SharedFolds:
        """Choose and refit; what is routed to scorers and splitters goes through scikit-learn's search."""
        if params:
            search = GridSearchCV(
                self._estimator, {"alpha": self._alphas}, cv=self._cv, scoring=self._scoring
            ).fit(X, y, **params)
            self.best_estimator_, self.best_score_ = search.best_estimator_, float(search.best_score_)
            return self
        X, y = indexable(X, y)
        cv, scorer = check_cv(self._cv, y), check_scoring(self._estimator, self._scoring)
        scores = np.array([self._scores(scorer, X, y, *split) for split in cv.split(X, y)]).mean(axis=0)
        best = int(np.argmax(np.where(np.isnan(scores), -np.inf, scores)))
        self.best_score_ = float(scores[best])
        self.best_estimator_ = self._at(self._alphas[best]).fit(X, y)
        return self

    def _at(self, alpha: Any) -> Any:
        return clone(self._estimator).set_params(alpha=alpha)

    def _scores(self, scorer: Any, X: Any, y: Any, train: Any, test: Any) -> list[float]:
        """Scores (k,) on one fold of the fits to the others."""
        model = clone(self._estimator)
        rows, responses = _safe_split(model, X, y, train)
        held_out, targets = _safe_split(model, X, y, test, train)
        rows, responses = validate_data(
            model,
            rows,
            responses,
            accept_sparse=_ridge._get_valid_accept_sparse(sparse.issparse(X), model.solver),
            dtype=[np.float64, np.float32],
            multi_output=True,
            y_numeric=True,
        )
        W, intercepts = _fits(rows, responses, self._alphas, model.fit_intercept)
        scores = []
        for alpha, coef, intercept in zip(self._alphas, W, intercepts, strict=True):
            model.alpha = alpha
            model.coef_, model.intercept_ = coef, intercept
            scores.append(scorer(model, held_out, targets))
        return scores


def _fits(X: Any, y: Any, alphas: Floats, fit_intercept: bool) -> tuple[Any, Any]:
    """Coefficients (k, p) or (k, q, p) for responses (n, q), and the intercepts (k,) or (k, q)."""
    Y = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
    n, q = Y.shape
    weights, k, p = np.full(n, 1 / n), len(alphas), X.shape[1]
    centres = weights @ Y if fit_intercept else np.zeros(q)
    targets = np.tile(Y - centres, k)
    strengths = np.repeat(alphas / n, q).astype(np.float64)
    with suitable_threads(X.shape):
        factors = RidgeFactors(as_design(X), weights, fit_intercept)
        W = factors.fit(targets, strengths)
        gaps = factors.excesses(targets, W, strengths)
    warn_of_gaps(gaps, np.tile(0.5 * weights @ Y**2, k))
    W = W.astype(X.dtype)
    intercepts = (np.tile(centres, k) - W @ factors.means).astype(X.dtype)
    if np.ndim(y) > 1:
        return W.reshape(k, q, p), intercepts.reshape(k, q)
    return W, intercepts
