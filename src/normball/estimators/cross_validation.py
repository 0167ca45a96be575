"""Cross-validation over the whole path: which alpha predicts unseen rows best.

Every fold fits the same alphas along one warm-started path to the rows that it trains on and
scores the rows that it holds out. Two choices are offered: the alpha of least mean loss, and
the largest alpha whose mean loss is within one standard error of it (Breiman, Friedman, Olshen,
Stone, "Classification and regression trees", 1984, section 3.4.3), which keeps fewer features.

Losses are half deviances: the loss less the least that it can be for these responses, which is
the term of y alone that a likelihood leaves out. That term changes no choice of the least loss,
but its spread between folds is that of y, and would drown the standard error.

With the weight s_k of the rows held out by fold k of K, and l_k their weighted mean loss,

    mean = sum_k s_k l_k / sum_k s_k,
    standard error = sqrt( sum_k s_k (l_k - mean)^2 / sum_k s_k / (K - 1) ),

half of `cvm` and `cvsd` of the R package glmnet 4.1, whose cv.glmnet weighs folds the same way.

A loss that ties samples to each other (Cox) has no loss of single rows. There a fold is scored by
what its rows add to the loss of those that it trains on, with the same coefficients, which needs
no events among them (Verweij, van Houwelingen, "Cross-validation in survival analysis",
Statistics in Medicine 12, 1993); the loss is per event, and s_k the weight of the events held out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from scipy.sparse import diags_array, vstack

from ..answers.path import Path
from ..inference.workers import each
from ..problem import Problem
from ..progress import Progress
from ..solvers.dispatch import LARGEST_GRAM
from ..solvers.instance import Instance
from ..solving_paths import alpha_grid, read_levels
from ..typing import ArrayLike, Floats
from .curve import CrossValidation, FoldScore
from .folds import Fold, folds_of, read_folds
from .preparation import Preparation


class ScoreOfFold(Protocol):
    """A score of the rows that a fold holds out, larger is better; NaN where it is undefined."""

    @property
    def name(self) -> str:
        """What the score is called."""

    def __call__(self, eta: Floats, fold: Fold) -> float:
        """From linear predictors (t,) or (t, K)."""


CANCELLED = 1e-4
"""Share of a column's variance in all rows below which its variance in some is computed from those."""


def cross_validate(
    problem: Problem,
    n_folds: int = 5,
    n_alphas: int = 50,
    eps: float = 1e-2,
    alphas: ArrayLike | None = None,
    seed: int = 0,
    tol: float = 1e-6,
    progress: Progress | None = None,
    folds: Iterable[Any] | None = None,
    n_jobs: int | None = None,
    prepare: Callable[[Problem], tuple[Problem, Floats]] = Preparation(),  # noqa: B008 - it is immutable
) -> CrossValidation:
    """Held-out loss of a problem along its path.

    Parameters
    ----------
    problem : Problem
    n_folds : int, default 5
    n_alphas, eps : as `Problem.path`; the grid of the whole data is used in every fold.
    alphas : (k,) array > 0, optional
        Instead of the grid.
    seed : int, default 0
        Of the random folds; the same seed gives the same folds.
    tol : float, default 1e-6
        Relative duality gap of each fit.
    progress : Progress, optional
        The bar that the folds advance; default: one of their own.
    folds : iterable of `Fold` or pairs (train, test), optional
        The rows that each fold trains on and holds out, as numbers or masks (n,), instead of
        random ones: what `split` of a scikit-learn splitter gives.
    n_jobs : int, optional
        Folds at once, through joblib (which scikit-learn brings); default one after the other.
    prepare : callable, optional
        From the problem on the rows of a fold to what is fitted there, and the scales (p,) that its
        coefficients are divided by; see `Preparation`. Default: as it is.

    Returns
    -------
    CrossValidation

    Raises
    ------
    TypeError, ValueError
        As `folds_of`, `read_folds` and `Problem.path`; where the rows of a fold admit no fit, with
        the name of the fold.
    """
    chosen = folds_of(problem, n_folds, seed) if folds is None else read_folds(folds, problem.n_samples)
    with nullcontext(progress) if progress else Progress(len(chosen), "cross-validation") as bar:
        scorer = PathScorer(problem, prepare, tol)
        grid = scorer.grid(n_alphas, eps) if alphas is None else read_levels(alphas, "alphas")
        scores = each(scorer, [(fold, grid) for fold in chosen], n_jobs, bar)
    return scorer.curve(grid, scores)


@dataclass(frozen=True, eq=False)
class FoldPath:
    """The path of the rows that a fold trains on, in the units of X.

    Attributes
    ----------
    coefs : (k, p) sparse ; intercepts : (k,)
    """

    coefs: Any
    intercepts: Floats

    @classmethod
    def of(cls, path: Path, scales: Floats) -> FoldPath:
        """Of a path whose coefficients are for columns divided by scales (p,)."""
        return cls(path.sparse_coefs @ diags_array(1.0 / scales), path.intercepts)

    def etas(self, instance: Instance) -> Floats:
        """Linear predictors (k, n) of an instance's rows."""
        entered = np.flatnonzero(np.diff(self.coefs.tocsc().indptr))
        return np.asarray(
            self.coefs[:, entered].toarray() @ instance.design.columns(entered).T + self.intercepts[:, None]
        )

    def followed_by(self, other: FoldPath) -> FoldPath:
        """With the coefficients of further alphas."""
        coefs = vstack([self.coefs, other.coefs], format="csr")
        return FoldPath(coefs, np.append(self.intercepts, other.intercepts))

    def at(self, index: int) -> FoldPath:
        """One of its steps."""
        return FoldPath(self.coefs[[index]], self.intercepts[[index]])


@dataclass(frozen=True, eq=False)
class PathScorer:
    """How a problem is fitted to the rows of a fold, and scored on those that it holds out.

    Attributes
    ----------
    problem : Problem, in the units of X.
    prepare : from the problem on the rows of a fold to what is fitted there, and the scales (p,).
    tol : float, relative duality gap of each fit.
    scoring : ScoreOfFold, optional
    table_of : callable, optional, the problem as what was learnt from the training rows of a fold makes it.
    """

    problem: Problem
    prepare: Callable[[Problem], tuple[Problem, Floats]]
    tol: float
    scoring: ScoreOfFold | None = None
    table_of: Callable[[Fold], Problem] | None = None

    def grid(self, n_alphas: int, eps: float) -> Floats:
        """Decreasing alphas of all rows."""
        return alpha_grid(self.prepare(self.problem)[0], n_alphas, eps)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.problem.n_samples, self.problem.n_features

    def problem_of(self, fold: Fold) -> Problem:
        """All rows as the training rows of a fold have them."""
        return self.problem if self.table_of is None else self.table_of(fold)

    def __call__(self, fold: Fold, alphas: Floats) -> FoldScore:
        """How the path of the rows that a fold trains on does on those that it holds out."""
        problem = self.problem_of(fold)
        try:
            training, scales = self.prepare(training_problem(problem, fold))
        except ValueError as error:
            raise ValueError(f"{fold.name} cannot be fitted: {error}") from error
        path = training.path(alphas=alphas, tol=self.tol, verbose=False)
        kept = FoldPath.of(path, scales)
        score = replace(score_path(problem, fold, path, scales), path=kept)
        if self.scoring is None:
            return score
        etas = kept.etas(problem.instance.rows(fold.test))
        return replace(score, scores=np.array([self.scoring(eta, fold) for eta in etas]))

    def curve(self, alphas: Floats, scores: Sequence[FoldScore]) -> CrossValidation:
        """The scores of all folds in one piece."""
        name = "deviance" if self.scoring is None else self.scoring.name
        loss = self.problem.loss
        return CrossValidation.from_folds(alphas, scores, loss.is_classifier, loss, name)

    def held_out(self, path: FoldPath, fold: Fold) -> Floats:
        """Linear predictors (t,) of the rows that a fold holds out, by a path of one step."""
        return path.etas(self.problem_of(fold).instance.rows(fold.test))[0]


def score_path(problem: Problem, fold: Fold, path: Path, scales: Floats | float = 1.0) -> FoldScore:
    """The same for a path that is at hand, of coefficients for columns divided by `scales`."""
    instance = problem.instance
    weight = instance.sample_weight[fold.test]
    if not problem.loss.is_diagonal:
        counted = problem.loss.is_counted(instance.y[fold.test])
        added = _added(instance, fold, path, scales)
        return FoldScore(added, np.zeros(len(added)), float(weight[counted].sum()))
    held_out, total = instance.rows(fold.test), float(weight.sum())
    etas = FoldPath.of(path, _full(scales, path)).etas(held_out)
    floor = held_out.floor if np.isfinite(held_out.floor) else 0.0
    wrong = np.zeros(len(etas))
    if problem.loss.is_classifier:
        wrong = ((etas > 0) != (held_out.y > 0.5)) @ weight
    return FoldScore(total * (_losses(held_out, etas) - floor), wrong, total)


def _added(instance: Instance, fold: Fold, path: Path, scales: Floats | float) -> Floats:
    """What the rows held out add to the loss (k,) of those that a fold trains on, a sum over weights."""
    rows, n_train = np.concatenate([fold.train, fold.test]), len(fold.train)
    both, weight = instance.rows(rows), instance.sample_weight[rows]
    etas = FoldPath.of(path, _full(scales, path)).etas(both)
    before = weight[:n_train].sum() * _losses(instance.rows(fold.train), etas[:, :n_train])
    return np.asarray(weight.sum() * _losses(both, etas) - before)


def _full(scales: Floats | float, path: Path) -> Floats:
    return np.broadcast_to(scales, path.sparse_coefs.shape[1])


def _losses(instance: Instance, etas: Floats) -> Floats:
    return np.array([instance.value(eta) for eta in etas])


def training_problem(problem: Problem, fold: Fold) -> Problem:
    """The problem on the rows that a fold trains on; a Gram matrix is taken from that of all rows.

    With the weight a of the rows left out, their means m_h and Gram matrix G_h, those of the
    others are G_k = (G - a G_h - a (1 - a) d d') / (1 - a), d = m_k - m_h (centred; without
    the last term if not): every fold costs what the rows cost that it leaves out.

    Raises
    ------
    ValueError
        If no model can be fitted to the rows: a single class, no event, no count.
    """
    kept = problem.rows(fold.train)
    if problem.loss.is_shift_invariant:  # with an intercept the problem has asked for it
        problem.loss.constant_fit(kept.instance.y, kept.instance.sample_weight)
    instance = problem.instance
    if not (instance.loss.is_quadratic and instance.n_features <= min(kept.instance.n_samples, LARGEST_GRAM)):
        return kept
    out = np.setdiff1d(np.arange(instance.n_samples), fold.train)
    share = float(instance.sample_weight[out].sum())
    # a row that is there twice is in no sum of single rows
    if len(out) + len(fold.train) != instance.n_samples or not 0 < share <= 0.5:
        return kept
    gram, means = instance.gram
    gram_out, means_out = instance.design.rows(out).gram(
        instance.sample_weight[out] / share, instance.fit_intercept
    )
    rest = gram - share * gram_out
    means_kept = (means - share * means_out) / (1 - share)
    if instance.fit_intercept:
        apart = means_kept - means_out
        rest -= share * (1 - share) * np.outer(apart, apart)
    rest /= 1 - share
    # a column that hardly varies in the rows kept would be known by cancellation only
    if (np.diagonal(rest) <= CANCELLED * np.diagonal(gram)).any():
        return kept
    kept.instance.keep_gram(rest, means_kept)
    return kept
