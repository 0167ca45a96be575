"""scikit-learn's logistic regression on this engine, two classes or more."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy import sparse
from sklearn import linear_model
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, validate_data

from ..designs import as_design
from ..norms import Norm
from ..problem import Problem
from ..solvers.forms import solve_penalty
from ..solvers.multinomial import Multinomial
from ..solvers.proximal_newton import Options, Workspace
from ..solvers.threads import suitable_threads
from ..typing import Floats, Indices
from .paths import enet_norm

TOLERANCE = 1e-12
"""Relative gap that is aimed at, whatever `tol` asks."""

SMALLEST_ALPHA = 1e-10
"""Strength that stands for none where classes can be separated, and with several classes."""

NEVER = 50.0
"""How far the intercept of a class without weight is below all others."""


class LogisticRegression(linear_model.LogisticRegression):
    """As `sklearn.linear_model.LogisticRegression`, with every solution certified.

    One solver serves all penalties; `solver` says only what scikit-learn's solvers differ in:
    "liblinear" penalises the intercept (with `intercept_scaling`), the others do not. `tol`,
    `max_iter`, `dual` and `random_state` are accepted; the solution does not depend on them.

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
            raise ValueError(
                "The 'liblinear' solver does not support multiclass classification (n_classes >= 3). Leave "
                "solver at its default, or wrap the estimator in a OneVsRestClassifier."
            )
        norm = enet_norm(ratio, positive=False)
        with suitable_threads(X.shape):
            if len(self.classes_) == 2:
                W, b, gap = self._fit_two(X, codes, weights, norm, alpha, is_liblinear)
            else:
                W, b, gap = self._fit_several(X, codes, weights, norm, alpha)
        self.coef_, self.intercept_ = W.astype(X.dtype), b.astype(X.dtype)
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
            return 0.0, np.inf
        return {"l1": 1.0, "l2": 0.0, "elasticnet": ratio}[self.penalty], float(self.C)

    def _fit_two(
        self, X: Any, codes: Indices, weights: Floats, norm: Norm, alpha: float, is_liblinear: bool
    ) -> tuple[Floats, Floats, float]:
        penalises = is_liblinear and self.fit_intercept
        if penalises:
            ones: Any = np.full((X.shape[0], 1), self.intercept_scaling, dtype=X.dtype)
            X = _beside(X, ones)
        problem = Problem(
            X,
            codes.astype(np.float64),
            loss="logistic",
            norm=norm,
            fit_intercept=self.fit_intercept and not penalises,
            sample_weight=weights,
        )
        try:
            answer = solve_penalty(Workspace(problem.instance), alpha, None, Options(TOLERANCE))
        except ValueError:
            if alpha > 0:
                raise
            # separable classes: no best fit, and scikit-learn stops somewhere on the way to it
            answer = solve_penalty(Workspace(problem.instance), SMALLEST_ALPHA, None, Options(TOLERANCE))
        gap = answer.certificate.gap * problem.instance.scale
        w, intercept = answer.point.w, answer.point.intercept
        if penalises:
            w, intercept = w[:-1], float(w[-1]) * self.intercept_scaling
        return w[None, :], np.array([intercept]), gap

    def _fit_several(
        self, X: Any, codes: Indices, weights: Floats, norm: Norm, alpha: float
    ) -> tuple[Floats, Floats, float]:
        seen = np.flatnonzero(weights)
        design, share = as_design(X), weights[seen] / weights.sum()
        if len(seen) < len(weights):
            design = design.rows(seen)
        separable = norm.separable(X.shape[1])
        assert separable is not None
        if alpha == 0:  # the limit of little ridge, which picks the smallest among equal fits
            alpha = SMALLEST_ALPHA
        present, codes = np.unique(codes[seen], return_inverse=True)
        problem = Multinomial(design, codes, len(present), share, self.fit_intercept, separable)
        found = problem.solve(alpha, TOLERANCE)
        # a class without weight is left with a probability that rounds to 0
        W = np.zeros((len(self.classes_), X.shape[1]))
        b = np.full(len(self.classes_), found.b.min() - NEVER if self.fit_intercept else 0.0)
        W[present], b[present] = found.W.T, found.b
        return W, b, found.gap * problem.scale


def _beside(X: Any, column: Any) -> Any:
    """X with one more column."""
    if sparse.issparse(X):
        parts: Any = [X, column]
        return sparse.hstack(parts).tocsc()
    return np.hstack([X, column])
