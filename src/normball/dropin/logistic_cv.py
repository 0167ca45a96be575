"""scikit-learn's cross-validated logistic regression on this engine.

scikit-learn's class calls two functions of its module for every fold: one follows the
strengths, one scores what was found. Both run here as scikit-learn wrote them, with the first
replaced, so that folds, scores, attributes and warnings are its own.
"""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from sklearn import linear_model
from sklearn.linear_model import _logistic
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import _check_sample_weight

from .logistic import NOT_SEVERAL
from .logistic_path import logistic_fits
from .paths import enet_norm
from .replaced import with_replaced
from .sound_data import with_sound_data


def _path(
    X: Any,
    y: Any,
    *,
    classes: Any,
    Cs: Any,
    l1_ratio: float | None,
    fit_intercept: bool,
    solver: str,
    penalty: str | None,
    class_weight: Any,
    sample_weight: Any,
    intercept_scaling: float = 1.0,
    tol: float = 1e-4,
    **unused: Any,
) -> tuple[Any, Any, Any]:
    """Coefficients, strengths and iterations, as scikit-learn's function of the same task returns them."""
    Cs = np.logspace(-4, 4, Cs) if isinstance(Cs, Integral) else np.asarray(Cs, dtype=np.float64)
    if solver == "liblinear" and len(classes) > 2:
        raise ValueError(NOT_SEVERAL)
    weights = np.asarray(_check_sample_weight(sample_weight, X, dtype=np.float64))
    if class_weight is not None:
        weights = weights * compute_sample_weight(class_weight, y)
    ratio = {"l1": 1.0, "l2": 0.0, None: 0.0}.get(penalty, 0.0 if l1_ratio is None else float(l1_ratio))
    strengths = np.zeros(len(Cs)) if penalty is None else 1 / (Cs * float(weights.sum()))
    fits = logistic_fits(
        X,
        np.searchsorted(classes, y),
        len(classes),
        weights,
        enet_norm(ratio, positive=False),
        strengths,
        fit_intercept,
        intercept_scaling if solver == "liblinear" else None,
        tolerance=tol,
    )
    coefs = np.concatenate([fits.W, fits.b[:, :, None]], axis=2) if fit_intercept else fits.W
    return list(coefs[:, 0] if len(classes) == 2 else coefs), Cs, np.ones(len(Cs), dtype=np.int32)


_scored_path = with_replaced(_logistic._log_reg_scoring_path, _logistic_regression_path=_path)


def _score_fold(*arguments: Any, **options: Any) -> Any:
    """One fold: its path and its scores; by name, so that processes of joblib find it."""
    return _scored_path(*arguments, **options)


_fit = with_replaced(
    linear_model.LogisticRegressionCV.fit,
    _logistic_regression_path=_path,
    _log_reg_scoring_path=_score_fold,
)


@with_sound_data
class LogisticRegressionCV(linear_model.LogisticRegressionCV):
    """As `sklearn.linear_model.LogisticRegressionCV`: every fit of every fold is this engine's.

    `tol`, `max_iter` and `random_state` are accepted; the solutions do not depend on them. A
    duality gap above `tol` times the loss without features is warned of.
    `solver` says only whether the intercept is penalised ("liblinear"), as in
    `LogisticRegression`.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> LogisticRegressionCV:
        """Choose C (and l1_ratio) by cross-validation and fit to all samples.

        Raises
        ------
        ValueError
            As scikit-learn.
        """
        self._validate_params()
        _fit(self, X, y, sample_weight=sample_weight, **params)
        return self
