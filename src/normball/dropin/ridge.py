"""scikit-learn's ridge regression on this engine: one factorisation for all targets and strengths.

scikit-learn's objective is sum_i v_i (y_i - x_i'w - b)^2 + alpha |w|^2; with S = sum v_i this is
2 S (f + (alpha / S) |w|^2 / 2) for the mean loss f, so that the engine's alpha is alpha / S.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse
from sklearn import linear_model
from sklearn.linear_model import _ridge
from sklearn.utils.validation import validate_data

from ..designs import as_design
from ..problem import Problem
from ..solvers.certificate import certify_term
from ..solvers.in_turn import solve_one
from ..solvers.paths.orthogonal import solve_on_factors
from ..solvers.smooth.ridge_path import RidgeFactors
from ..solvers.terms import Penalty
from ..solvers.threads import suitable_threads
from ..solvers.workspace import Options
from ..typing import Floats
from .paths import TOLERANCE, enet_norm, warn_of_gaps
from .replaced import with_replaced
from .ridge_folds import SharedFolds
from .sound_data import with_sound_data


def _regression(
    X: Any,
    y: Any,
    alpha: Any,
    sample_weight: Any = None,
    solver: str = "auto",
    positive: bool = False,
    fit_intercept: bool = False,
    return_intercept: bool = False,
    **unused: Any,
) -> tuple[Any, ...]:
    """Coefficients of y, centred by the caller, as scikit-learn's function of the same task returns them."""
    Y = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
    alphas = np.ravel(np.asarray(alpha, dtype=np.float64))
    if alphas.size not in (1, Y.shape[1]):
        raise ValueError(
            f"Number of targets and number of penalties do not correspond: {alphas.size} != {Y.shape[1]}"
        )
    weights = np.ones(len(Y)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    seen = np.flatnonzero(weights)
    if len(seen) < len(weights):
        X, Y, weights = X[seen], Y[seen], weights[seen]
    total = float(weights.sum())
    strengths = np.broadcast_to(alphas / total, Y.shape[1]).astype(np.float64)
    centre = fit_intercept or return_intercept
    with suitable_threads(X.shape):
        design = as_design(X)
        factors = RidgeFactors(design, weights / total, centre)
        W = factors.fit(Y, strengths)
        gaps = factors.excesses(Y, W, strengths)
        if positive:
            starts = np.maximum(W, 0.0)
            found = [
                _one_sided(X, target, weights, strength, centre, start)
                for target, strength, start in zip(Y.T, strengths, starts, strict=True)
            ]
            W, gaps = np.stack([w for w, _ in found]), np.array([gap for _, gap in found])
    warn_of_gaps(gaps, 0.5 * (weights / total) @ Y**2)
    coef = (W if len(W) > 1 else W[0]).astype(X.dtype)
    if return_intercept:
        return coef, None, -(W @ _means(X, weights / total)).squeeze(), solver
    return coef, None, solver


def _one_sided(
    X: Any, y: Floats, weights: Floats, alpha: float, centre: bool, start: Floats
) -> tuple[Floats, float]:
    """Coefficients >= 0 and their gap; `start` (p,) guesses which are not 0."""
    norm = enet_norm(0.0, positive=True)
    instance = Problem(X, y, norm=norm, fit_intercept=centre, sample_weight=weights).instance
    separable = norm.separable(instance.n_features)
    if alpha > 0 and separable is not None:
        point = solve_on_factors(instance, separable, alpha, start)
        eta = instance.predictor(point.w, point.intercept)
        found = certify_term(instance, Penalty(norm, alpha), point.w, point.intercept, eta, TOLERANCE)
        if found.is_met:
            return point.w, found.gap * instance.scale
    answer = solve_one(instance, "penalty", alpha, Options(TOLERANCE))
    return answer.point.w, answer.certificate.excess * instance.scale


def _means(X: Any, weights: Floats) -> Floats:
    return np.asarray(X.T @ weights, dtype=np.float64)


@with_sound_data
class Ridge(linear_model.Ridge):
    """As `sklearn.linear_model.Ridge`: every `solver` is an exact factorisation here.

    `tol`, `max_iter` and `random_state` are accepted; the solution does not depend on them.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Ridge:
        """Fit to X (n, p) and y (n,) or (n, k).

        Raises
        ------
        ValueError
            As scikit-learn.
        """
        self._validate_params()
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=_ridge._get_valid_accept_sparse(sparse.issparse(X), self.solver),
            dtype=[np.float64, np.float32],
            multi_output=True,
            y_numeric=True,
        )
        _fit(self, X, y, sample_weight=sample_weight)
        return self


_fit = with_replaced(_ridge._BaseRidge.fit, _ridge_regression=_regression)


class _LeaveOneOut(_ridge._RidgeGCV):
    """scikit-learn's leave-one-out choice with the factorisation replaced."""

    def _factorise(self, X: Any, X_mean: Any, y: Any, sqrt_sw: Any) -> tuple[Any, ...]:
        # dense columns come centred and scaled by the weights' roots, sparse ones only scaled
        weights = np.asarray(sqrt_sw, dtype=np.float64) ** 2
        seen = np.flatnonzero(weights)
        root = np.asarray(sqrt_sw)[seen]
        Y = np.asarray(y).reshape(len(weights), -1)[seen] / root[:, None]
        rows: Any = X[seen]
        rows = sparse.diags_array(1 / root) @ rows if sparse.issparse(X) else rows / root[:, None]
        total = float(weights.sum())
        factors = RidgeFactors(as_design(rows), weights[seen] / total, bool(self.fit_intercept))
        return factors, Y, seen, total

    def _solve(
        self, alpha: float, y: Any, sqrt_sw: Any, factors: RidgeFactors, Y: Floats, seen: Any, total: float
    ) -> tuple[Floats, Floats]:
        residuals, W = factors.left_out(Y, alpha / total)
        warn_of_gaps(
            factors.excesses(Y, W, np.full(len(W), alpha / total)), 0.5 * factors.sample_weight @ Y**2
        )
        errors = np.zeros((len(sqrt_sw), Y.shape[1]))
        errors[seen] = residuals * np.asarray(sqrt_sw)[seen, None]
        return (errors, W.T) if np.ndim(y) > 1 else (errors[:, 0], W[0])

    _eigen_decompose_gram = _eigen_decompose_covariance = _svd_decompose_design_matrix = _factorise
    _solve_eigen_gram = _solve_eigen_covariance = _solve_svd_design_matrix = _solve


@with_sound_data
class RidgeCV(linear_model.RidgeCV):
    """As `sklearn.linear_model.RidgeCV`; `gcv_mode` is accepted, the factorisation is chosen by shape."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> RidgeCV:
        """Choose alpha by leave-one-out or `cv` and fit to all samples.

        Raises
        ------
        ValueError
            As scikit-learn.
        """
        self._validate_params()
        _cv_fit(self, X, y, sample_weight=sample_weight, **params)
        return self


_cv_fit = with_replaced(
    _ridge._BaseRidgeCV.fit, _RidgeGCV=_LeaveOneOut, Ridge=Ridge, GridSearchCV=SharedFolds
)
