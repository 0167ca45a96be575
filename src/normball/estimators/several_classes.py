"""Data of a multinomial regression: rows can be left out, and held-out rows be scored along the path."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from ..designs import Design
from ..norms.separable import Separable
from ..solvers.classes.multinomial import Multinomial
from ..typing import Floats, Indices
from .cross_validation import FoldScore
from .folds import Fold
from .preparation import standardised


@dataclass(frozen=True, eq=False)
class SeveralClasses:
    """Rows of positive weight.

    Attributes
    ----------
    design : Design (n, p) ; codes : (n,) class of each row ; n_classes : int
    weights : (n,) > 0, sums to 1
    fit_intercept : bool
    separable : Separable, of each column of W.
    """

    design: Design
    codes: Indices
    n_classes: int
    weights: Floats
    fit_intercept: bool
    separable: Separable

    def of_weight(self) -> SeveralClasses:
        """Without the rows of weight 0."""
        seen = np.flatnonzero(self.weights)
        return self if len(seen) == len(self.weights) else self.rows(seen)

    def rows(self, index: Indices) -> SeveralClasses:
        """Some of the rows; their weights are normalised anew."""
        weights = self.weights[index]
        return replace(
            self, design=self.design.rows(index), codes=self.codes[index], weights=weights / weights.sum()
        )

    def problem(self) -> Multinomial:
        """The solver of these rows.

        Raises
        ------
        ValueError
            If a class has no row.
        """
        return Multinomial(
            self.design, self.codes, self.n_classes, self.weights, self.fit_intercept, self.separable
        )

    def standardised(self) -> tuple[SeveralClasses, Floats]:
        """With columns of unit deviation, and what they were divided by (p,)."""
        design, scales = standardised(self.design, self.weights)
        return replace(self, design=design), scales

    def score_fold(self, fold: Fold, alphas: Floats, tol: float, standardize: bool) -> FoldScore:
        """How the path of the rows that a fold trains on, at decreasing alphas (k,), does on the others."""
        training, scales = self.rows(fold.train), np.ones(self.design.shape[1])
        if standardize:
            training, scales = training.standardised()
        problem, test = training.problem(), self.rows(fold.test)
        losses, wrong = np.zeros(len(alphas)), np.zeros(len(alphas))
        for k, alpha in enumerate(alphas.tolist()):
            found = problem.solve(alpha, tol)
            entered = np.flatnonzero(found.W.any(axis=1))
            eta = test.design.columns(entered) @ (found.W[entered] / scales[entered, None]) + found.b
            of_class = eta[np.arange(len(test.codes)), test.codes]
            losses[k] = test.weights @ (logsumexp(eta, axis=1) - of_class)
            wrong[k] = test.weights @ (eta.argmax(axis=1) != test.codes)
        weight = float(self.weights[fold.test].sum())
        return FoldScore(weight * losses, weight * wrong, weight)
