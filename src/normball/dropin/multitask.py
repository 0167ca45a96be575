"""scikit-learn's multi-task lasso and elastic net on this engine."""

from __future__ import annotations

from numbers import Number
from typing import Any, ClassVar

import numpy as np
from sklearn import linear_model
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import _check_sample_weight, validate_data

from .paths import enet_path, lasso_path, warn_if_loose
from .several_responses import multitask
from .sound_data import with_sound_data


@with_sound_data
class MultiTaskElasticNet(linear_model.MultiTaskElasticNet):
    """As `sklearn.linear_model.MultiTaskElasticNet`, with every solution certified."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> MultiTaskElasticNet:
        """Fit W (n_tasks, p) to y (n, n_tasks); `sample_weight` (n,) or None.

        Raises
        ------
        ValueError
            As scikit-learn, among them a y with one dimension.
        """
        self._validate_params()
        X_options = {"accept_sparse": "csc", "dtype": [np.float64, np.float32], "order": "F"}
        y_options = {"dtype": [np.float64, np.float32], "ensure_2d": False, "order": "F"}
        X, y = validate_data(self, X, y, validate_separately=(X_options, y_options))
        check_consistent_length(X, y)
        if y.ndim == 1:
            family = (
                "ElasticNet" if hasattr(self, "l1_ratio") and "l1_ratio" in self.get_params() else "Lasso"
            )
            raise ValueError(f"For mono-task outputs, use {family}")
        if isinstance(sample_weight, Number):
            sample_weight = None
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=X.dtype)
        start: Any = self.coef_ if self.warm_start and hasattr(self, "coef_") else None
        alphas = np.array([float(self.alpha)])
        _, coefs, gaps, rounds = multitask(
            X, y, self.l1_ratio, lambda _: alphas, start, self.tol, sample_weight, self.fit_intercept
        )
        warn_if_loose(gaps, self.tol, float((y.astype(np.float64) ** 2).sum()) / len(y))
        self.coef_: Any = np.asfortranarray(coefs[:, :, 0], dtype=X.dtype)
        self.dual_gap_, self.n_iter_, self.eps_ = float(gaps[0]), rounds[0], self.tol
        self.intercept_: Any = 0.0
        if self.fit_intercept:
            weight = np.ones(len(y)) if sample_weight is None else sample_weight
            means = np.asarray(X.T @ weight).ravel() / weight.sum()
            self.intercept_ = np.average(y, axis=0, weights=weight) - self.coef_ @ means
        return self


@with_sound_data
class MultiTaskLasso(MultiTaskElasticNet, linear_model.MultiTaskLasso):
    """As `sklearn.linear_model.MultiTaskLasso`, with every solution certified."""

    __init__ = linear_model.MultiTaskLasso.__init__


@with_sound_data
class MultiTaskElasticNetCV(linear_model.MultiTaskElasticNetCV):
    """As `sklearn.linear_model.MultiTaskElasticNetCV`, on this engine."""

    path: ClassVar[Any] = staticmethod(enet_path)

    def _get_estimator(self) -> MultiTaskElasticNet:
        return MultiTaskElasticNet()


@with_sound_data
class MultiTaskLassoCV(linear_model.MultiTaskLassoCV):
    """As `sklearn.linear_model.MultiTaskLassoCV`, on this engine."""

    path: ClassVar[Any] = staticmethod(lasso_path)

    def _get_estimator(self) -> MultiTaskLasso:
        return MultiTaskLasso()
