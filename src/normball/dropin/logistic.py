"""scikit-learn's logistic regression on this engine, two classes or more."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn import linear_model
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, validate_data

from .logistic_path import logistic_fits
from .paths import enet_norm
from .sound_data import with_sound_data


@with_sound_data
class LogisticRegression(linear_model.LogisticRegression):
    """As `sklearn.linear_model.LogisticRegression`, with every solution certified.

    One solver serves all penalties; `solver` says only what scikit-learn's solvers differ in:
    "liblinear" penalises the intercept (with `intercept_scaling`), the others do not. `tol`,
    `max_iter`, `dual` and `random_state` are accepted; the solution does not depend on them. A
    duality gap above `tol` times the loss without features is warned of.

    Attributes
    ----------
    dual_gap_ : float, duality gap on the scale of scikit-learn's objective (C times the sum of
        the losses plus the penalty); beside scikit-learn's own attributes.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LogisticRegression:
        """Fit to X (n, p) and labels y (n,); `sample_weight` (n,) or None.

        Raises
        ------
        ValueError
            As scikit-learn.
        """
        self._validate_params()
        ratio, C = self._penalty_and_strength()
        X, y = validate_data(self, X, y, accept_sparse=["csc", "csr"], dtype=[np.float64, np.float32])
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                "This solver needs samples of at least 2 classes in the data, but the data contains "
                f"only one class: {self.classes_[0]!r}"
            )
        weights = np.asarray(_check_sample_weight(sample_weight, X, dtype=np.float64))
        if self.class_weight is not None:
            weights = weights * compute_sample_weight(self.class_weight, y)
        alpha = 0.0 if np.isinf(C) else 1 / (C * float(weights.sum()))
        is_liblinear = self.solver == "liblinear"
        if is_liblinear and len(self.classes_) > 2:
            raise ValueError(NOT_SEVERAL)
        fits = logistic_fits(
            X,
            codes,
            len(self.classes_),
            weights,
            enet_norm(ratio, positive=False),
            np.array([alpha]),
            self.fit_intercept,
            self.intercept_scaling if is_liblinear else None,
            tolerance=self.tol,
        )
        kept = np.float64 if is_liblinear else X.dtype  # as scikit-learn's solvers have it
        self.coef_, self.intercept_ = fits.W[0].astype(kept), fits.b[0].astype(kept)
        gap = float(fits.gaps[0])
        self.dual_gap_ = gap / alpha if alpha > 0 else gap
        self.n_iter_ = np.array([1], dtype=np.int32)
        return self

    def _penalty_and_strength(self) -> tuple[float, float]:
        """l1_ratio and C, from `penalty` too where an older script gives it."""
        ratio = 0.0 if self.l1_ratio is None else float(self.l1_ratio)
        if self.penalty == "deprecated":
            return ratio, float(self.C)
        warnings.warn(
            "'penalty' was deprecated in version 1.8 and will be removed in 1.10 of scikit-learn; "
            "give l1_ratio, or C=np.inf instead of penalty=None.",
            FutureWarning,
            stacklevel=3,
        )
        if self.penalty is None:
            if self.C != 1.0:
                warnings.warn(
                    "Setting penalty=None will ignore the C and l1_ratio parameters; leave C out.",
                    UserWarning,
                    stacklevel=3,
                )
            return 0.0, np.inf
        return {"l1": 1.0, "l2": 0.0, "elasticnet": ratio}[self.penalty], float(self.C)


NOT_SEVERAL = (
    "The 'liblinear' solver does not support multiclass classification (n_classes >= 3). Leave "
    "solver at its default, or wrap the estimator in a OneVsRestClassifier."
)
