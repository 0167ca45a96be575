"""Data of a multinomial regression: rows can be left out, and held-out rows be scored along the path."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp

from ..designs import Design
from ..norms.separable import Separable
from ..solvers.multinomial import Multinomial
from ..typing import Floats, Indices


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

    def score_fold(self, held_out: Indices, alphas: Floats, tol: float) -> tuple[Floats, Floats]:
        """Mean loss and share of wrong classes (k,) on the rows held out.

        Of the path on the others, at decreasing alphas (k,).
        """
        problem = self.rows(np.setdiff1d(np.arange(len(self.codes)), held_out)).problem()
        test = self.rows(held_out)
        losses, wrong = np.zeros(len(alphas)), np.zeros(len(alphas))
        for k, alpha in enumerate(alphas.tolist()):
            found = problem.solve(alpha, tol)
            entered = np.flatnonzero(found.W.any(axis=1))
            eta = test.design.columns(entered) @ found.W[entered] + found.b
            of_class = eta[np.arange(len(test.codes)), test.codes]
            losses[k] = test.weights @ (logsumexp(eta, axis=1) - of_class)
            wrong[k] = test.weights @ (eta.argmax(axis=1) != test.codes)
        return losses, wrong
