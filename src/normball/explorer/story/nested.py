"""Nested cross-validation: how well a model predicts rows that neither it nor its alpha has seen.

Each outer fold is set aside once. On the other rows, and on them only, the columns are
standardised, alpha is chosen by an inner cross-validation, and the model is fitted; then
it meets the rows set aside. Choosing alpha on the rows that are scored would flatter the
model (Varma, Simon, "Bias in error estimation when using cross-validation for model
selection", BMC Bioinformatics 7, 2006).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...datasets import Dataset
from ...designs import moments_of, scales_of
from ...estimators.cross_validation import cross_validate
from ...estimators.curve import CrossValidation
from ...estimators.folds import folds_of
from ...problem import Problem
from ...solving_paths import alpha_grid
from ...typing import Floats, Indices

TOLERANCE = 1e-5
"""Relative duality gap of the fits, far below what 100 patients can tell apart."""


@dataclass(frozen=True)
class Contestant:
    """A norm, and the alphas it chooses from: `n_alphas` down to `eps` of the largest; 0 is no penalty."""

    name: str
    norm: str
    n_alphas: int
    eps: float

    def alphas(self, problem: Problem) -> Floats:
        """(n_alphas,) decreasing, for the data of a problem."""
        if self.n_alphas == 0:
            return np.zeros(0)
        return alpha_grid(problem, self.n_alphas, self.eps)


L1 = Contestant("L1", "l1", 18, 3e-3)
SQUARED_L2 = Contestant("L2 (ridge)", "squared_l2", 10, 1e-5)
UNPENALISED = Contestant("least squares", "l1", 0, 1.0)


@dataclass(frozen=True, eq=False)
class Fit:
    """One model: weights in the units of the data, and the alpha that was chosen.

    Attributes
    ----------
    coef : (p,) for columns in their own units.
    intercept : float
    alpha : float
    """

    coef: Floats
    intercept: float
    alpha: float

    def predictor(self, X: Floats) -> Floats:
        """eta (n,) for rows in the units of the data."""
        return X @ self.coef + self.intercept


@dataclass(frozen=True, eq=False)
class Nested:
    """The outer folds of one contestant.

    Attributes
    ----------
    contestant : Contestant
    fits : one a fold.
    predictor : (n,) eta of each row by the model that had not seen it.
    mistakes : (n,) per row: 1 for a wrong class, or the squared error.
    """

    contestant: Contestant
    fits: tuple[Fit, ...]
    predictor: Floats
    mistakes: Floats

    @property
    def n_kept(self) -> Indices:
        """(folds,) features used by each model."""
        return np.array([np.count_nonzero(fit.coef) for fit in self.fits])

    @property
    def mean(self) -> float:
        """Mean of the mistakes over rows."""
        return float(self.mistakes.mean())


def nested_cross_validate(
    dataset: Dataset, loss: str, contestant: Contestant, n_outer: int, n_inner: int, seed: int
) -> Nested:
    """Every row predicted by a model chosen and fitted without it; all contestants meet the same folds."""
    problem = Problem(dataset.X, dataset.y, loss=loss)
    fits = []
    predictor = np.empty(problem.n_samples)
    for number, fold in enumerate(folds_of(problem, n_outer, seed)):
        training = replace(dataset, X=dataset.X[fold.train], y=dataset.y[fold.train])
        fits.append(choose_and_fit(training, loss, contestant, n_inner, seed + 1 + number))
        predictor[fold.test] = fits[-1].predictor(dataset.X[fold.test])
    if problem.loss.is_classifier:
        mistakes = ((predictor > 0) != (dataset.y > 0.5)).astype(np.float64)
    else:
        mistakes = (dataset.y - predictor) ** 2
    return Nested(contestant, tuple(fits), predictor, mistakes)


def choose_and_fit(dataset: Dataset, loss: str, contestant: Contestant, n_folds: int, seed: int) -> Fit:
    """Standardise, choose alpha by cross-validation on these rows, fit them all at that alpha."""
    centre, deviations = moments_of(dataset.X)
    scale = scales_of(centre, deviations)
    problem = Problem(
        (dataset.X - centre) / scale,
        dataset.y,
        loss=loss,
        norm=contestant.norm,
        feature_names=dataset.feature_names,
    )
    if np.ptp(dataset.y) == 0:  # nothing to explain, and no rounding that looks like an explanation
        w = np.zeros(problem.n_features)
        return Fit(w, float(dataset.y[0]), 0.0)
    alphas = contestant.alphas(problem)
    if len(alphas) == 0:
        solution = problem.solve(alpha=0.0)
        w, intercept, alpha = solution.coef, solution.intercept, 0.0
    else:
        curve = cross_validate(problem, n_folds, alphas=alphas, seed=seed, tol=TOLERANCE)
        alpha = _choice(curve)
        path = problem.path(alphas=alphas[alphas >= alpha], tol=TOLERANCE)
        w, intercept = path.coefs[-1], float(path.intercepts[-1])
    return Fit(w / scale, intercept - float(w @ (centre / scale)), alpha)


def _choice(curve: CrossValidation) -> float:
    """Least loss; for classes the fewest mistakes, and the largest alpha among equals."""
    if curve.mean_error is None:
        return curve.best_alpha
    return float(curve.alphas[int(np.argmin(curve.mean_error))])
