"""Data of a multinomial regression: rows can be left out, and held-out rows be scored along the path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.special import logsumexp

from ..designs import Design
from ..norms.separable import Separable
from ..solvers.classes.multinomial import Multinomial
from ..solving_paths import grid_shares, no_grid
from ..typing import Floats, Indices
from .cross_validation import ScoreOfFold
from .curve import CrossValidation, FoldScore
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
        """Some of the rows; their weights are normalised again."""
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


@dataclass(frozen=True, eq=False)
class ClassPath:
    """Coefficients and intercepts of a fold's models at decreasing alphas, in the units of X.

    Attributes
    ----------
    models : list of (W (p, K) sparse, b (K,))
    """

    models: list[tuple[Any, Floats]]

    def at(self, index: int) -> ClassPath:
        """One of its steps."""
        return ClassPath([self.models[index]])

    def followed_by(self, other: ClassPath) -> ClassPath:
        """With the models of further alphas."""
        return ClassPath([*self.models, *other.models])

    def etas(self, design: Design) -> Floats:
        """Linear predictors (k, n, K) of rows."""
        found = []
        for W, b in self.models:
            entered = np.flatnonzero(np.diff(W.indptr))
            found.append(design.columns(entered) @ W[entered].toarray() + b)
        return np.array(found)


@dataclass(frozen=True, eq=False)
class ClassScorer:
    """How several classes are fitted to the rows of a fold, and scored on those that it holds out.

    Attributes
    ----------
    data : SeveralClasses ; tol : float ; standardize : bool
    scoring : ScoreOfFold, optional
    table_of : callable, optional, the data as what was learnt from the training rows of a fold makes them.
    """

    data: SeveralClasses
    tol: float
    standardize: bool
    scoring: ScoreOfFold | None = None
    table_of: Callable[[Fold], SeveralClasses] | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.data.design.shape

    def grid(self, n_alphas: int, eps: float) -> Floats:
        """Decreasing alphas of all rows."""
        whole = self.data.standardised()[0] if self.standardize else self.data
        shares, largest = grid_shares(n_alphas, eps), whole.problem().alpha_max
        separable = self.data.separable
        is_free = separable.ridge is None and not separable.price.any()
        if largest == 0 or is_free:
            raise no_grid(is_free, bool(np.isinf(separable.price).all()))
        return np.asarray((largest if np.isfinite(largest) else 1.0) * shares)

    def data_of(self, fold: Fold) -> SeveralClasses:
        """All rows as the training rows of a fold have them."""
        return self.data if self.table_of is None else self.table_of(fold)

    def __call__(self, fold: Fold, alphas: Floats) -> FoldScore:
        """How the path of the rows that a fold trains on, at decreasing alphas (k,), does on the others."""
        data = self.data_of(fold)
        training, scales = data.rows(fold.train), np.ones(data.design.shape[1])
        if self.standardize:
            training, scales = training.standardised()
        problem, test = training.problem(), data.rows(fold.test)
        found = [problem.solve(alpha, self.tol) for alpha in alphas.tolist()]
        path = ClassPath([(csr_array(one.W / scales[:, None]), one.b) for one in found])
        etas = path.etas(test.design)
        of_class = etas[:, np.arange(len(test.codes)), test.codes]
        losses = (logsumexp(etas, axis=2) - of_class) @ test.weights
        wrong = (etas.argmax(axis=2) != test.codes) @ test.weights
        weight = float(self.data.weights[fold.test].sum())
        scores = None
        if self.scoring is not None:
            scores = np.array([self.scoring(eta, fold) for eta in etas])
        return FoldScore(weight * losses, weight * wrong, weight, scores, path)

    def curve(self, alphas: Floats, scores: Sequence[FoldScore]) -> CrossValidation:
        """The scores of all folds in one piece."""
        name = "deviance" if self.scoring is None else self.scoring.name
        return CrossValidation.from_folds(alphas, scores, True, None, name)

    def held_out(self, path: ClassPath, fold: Fold) -> Floats:
        """Linear predictors (t, K) of the rows that a fold holds out, by a path of one step."""
        return path.etas(self.data_of(fold).design.rows(fold.test))[0]
