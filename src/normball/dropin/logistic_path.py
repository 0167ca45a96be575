"""Logistic regression at one or many strengths, as scikit-learn's classes need it: one call a path."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ..designs import as_design
from ..norms import Norm
from ..problem import Problem
from ..solvers.classes.multinomial import Multinomial
from ..solvers.in_turn import solve_one
from ..solvers.threads import suitable_threads
from ..solvers.workspace import Options
from ..typing import Floats, Indices
from ..warnings import quietly
from .paths import warn_if_loose

TOLERANCE = 1e-14
"""Relative gap that is aimed at, whatever `tol` asks: coefficients are then right to about 1e-7."""

SMALLEST_ALPHA = 1e-10
"""Strength that stands for none where classes can be separated, and with several classes."""

NEVER = 50.0
"""How far the intercept of a class without weight is below all others."""


class Fits(NamedTuple):
    """Fits at k strengths, with m = 1 row for two classes and one a class for more.

    Attributes
    ----------
    W : (k, m, p) ; b : (k, m)
    gaps : (k,) duality gaps of the mean loss plus alpha times the norm.
    """

    W: Floats
    b: Floats
    gaps: Floats


def logistic_fits(
    X: Any,
    codes: Indices,
    n_classes: int,
    weights: Floats,
    norm: Norm,
    alphas: Floats,
    fit_intercept: bool,
    intercept_scaling: float | None = None,
    *,
    tolerance: float,
) -> Fits:
    """Fits for alphas (k,) >= 0, in any order, on the scale of the weighted mean loss.

    Parameters
    ----------
    X : (n, p) array or sparse matrix
    codes : (n,) class of each sample, 0 to n_classes - 1
    weights : (n,) >= 0
    norm : Norm, L1, squared L2 or elastic net
    intercept_scaling : float, optional
        The intercept is the weight of one more column of this value, and penalised, as
        liblinear has it; two classes only.
    tolerance : float
        Share of the loss without features from which on a gap is warned of, if it could be less.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
    """
    with suitable_threads(X.shape):
        if n_classes > 2:
            fits, scale = _several(X, codes, n_classes, weights, norm, alphas, fit_intercept)
            warn_if_loose(fits.gaps, tolerance, scale)
            return fits
        present = np.unique(codes[weights > 0])
        if len(present) == 1 and fit_intercept:  # as a fold may be: the other class never comes
            k = len(alphas)
            certain = NEVER if present[0] else -NEVER
            return Fits(np.zeros((k, 1, X.shape[1])), np.full((k, 1), certain), np.zeros(k))
        penalises = fit_intercept and intercept_scaling is not None
        if penalises:
            ones: Any = np.full((X.shape[0], 1), intercept_scaling, dtype=X.dtype)
            X = _beside(X, ones)
        problem = Problem(
            X,
            codes.astype(np.float64),
            loss="logistic",
            norm=norm,
            fit_intercept=fit_intercept and not penalises,
            sample_weight=weights,
        )
        W, b, gaps = _two(problem, alphas)
        warn_if_loose(gaps, tolerance, problem.instance.scale)
    if penalises:
        assert intercept_scaling is not None
        return Fits(W[:, None, :-1], W[:, -1:] * intercept_scaling, gaps)
    return Fits(W[:, None, :], b[:, None], gaps)


def _two(problem: Problem, alphas: Floats) -> tuple[Floats, Floats, Floats]:
    """Coefficients (k, p), intercepts (k,) and gaps (k,) of one problem."""
    p = problem.n_features
    W, b, gaps = np.zeros((len(alphas), p)), np.zeros(len(alphas)), np.zeros(len(alphas))
    strengths, place = np.unique(alphas[alphas > 0], return_inverse=True)
    if len(strengths) > 1:
        with quietly():  # the gaps are reported
            path = problem.path(alphas=strengths, tol=TOLERANCE, verbose=False)
        row = len(strengths) - 1 - place  # the path falls
        W[alphas > 0], b[alphas > 0] = path.coefs[row], path.intercepts[row]
        gaps[alphas > 0] = path.gaps[row]
    for k in np.flatnonzero(alphas == 0) if len(strengths) > 1 else range(len(alphas)):
        W[k], b[k], gaps[k] = _one(problem, float(alphas[k]))
    return W, b, gaps * problem.instance.scale


def _one(problem: Problem, alpha: float) -> tuple[Floats, float, float]:
    try:
        answer = solve_one(problem.instance, "penalty", alpha, Options(TOLERANCE))
    except ValueError:
        if alpha > 0:
            raise
        # separable classes: no best fit, and scikit-learn stops somewhere on the way to it
        answer = solve_one(problem.instance, "penalty", SMALLEST_ALPHA, Options(TOLERANCE))
    return answer.point.w, answer.point.intercept, answer.certificate.gap


def _several(
    X: Any,
    codes: Indices,
    n_classes: int,
    weights: Floats,
    norm: Norm,
    alphas: Floats,
    fit_intercept: bool,
) -> tuple[Fits, float]:
    """And the loss without features."""
    seen = np.flatnonzero(weights)
    design, share = as_design(X), weights[seen] / weights.sum()
    if len(seen) < len(weights):
        design = design.rows(seen)
    separable = norm.separable(X.shape[1])
    assert separable is not None
    # with an intercept a class without weight never comes; without one it has its share at X w = 0
    present = np.unique(codes[seen]) if fit_intercept else np.arange(n_classes)
    k = len(alphas)
    fits = Fits(np.zeros((k, n_classes, X.shape[1])), np.zeros((k, n_classes)), np.zeros(k))
    if len(present) == 1:
        fits.b[:] = -NEVER
        fits.b[:, present] = 0.0
        return fits, 0.0
    problem = Multinomial(
        design, np.searchsorted(present, codes[seen]), len(present), share, fit_intercept, separable
    )
    for k in np.argsort(-alphas, kind="stable").tolist():  # each from the last, from strong to weak
        # no strength is the limit of little ridge, which picks the smallest among equal fits
        found = problem.solve(float(alphas[k]) or SMALLEST_ALPHA, TOLERANCE)
        # a class without weight is left with a probability that rounds to 0
        fits.b[k] = found.b.min() - NEVER if fit_intercept else 0.0
        fits.W[k, present], fits.b[k, present] = found.W.T, found.b
        fits.gaps[k] = found.gap * problem.scale
    return fits, problem.scale


def _beside(X: Any, column: Any) -> Any:
    """X with one more column."""
    if sparse.issparse(X):
        parts: Any = [X, column]
        return sparse.hstack(parts).tocsc()
    return np.hstack([X, column])
