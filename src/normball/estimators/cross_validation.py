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

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..answers.path import Path
from ..inference.workers import each
from ..problem import Problem
from ..progress import Progress
from ..solvers.instance import Instance
from ..solvers.paths.engine import LARGEST_GRAM
from ..solving_paths import alpha_grid, read_levels
from ..typing import ArrayLike, Floats
from .folds import Fold, folds_of, read_folds
from .preparation import Preparation

CANCELLED = 1e-4
"""Share of a column's variance in all rows below which its variance in some is computed from those."""


@dataclass(frozen=True, eq=False)
class FoldScore:
    """How the path of one fold does on the rows that it holds out.

    Attributes
    ----------
    total : (k,) sum of weight times loss.
    wrong : (k,) weight of the rows given a wrong class, 0 for regression.
    weight : float, of the rows, or of the events for Cox.
    """

    total: Floats
    wrong: Floats
    weight: float

    def followed_by(self, other: FoldScore) -> FoldScore:
        """With the scores of further alphas on the same rows."""
        total, wrong = np.append(self.total, other.total), np.append(self.wrong, other.wrong)
        return FoldScore(total, wrong, self.weight)


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """Held-out loss along the path; made by `cross_validate`.

    Attributes
    ----------
    alphas : (k,) decreasing.
    fold_losses : (n_folds, k) mean loss on the rows that a fold held out, as half a deviance; NaN for a
        fold without an event (Cox).
    mean_loss : (k,) their mean, weighted by the rows (events for Cox) held out.
    standard_error : (k,) of that mean; NaN from a single fold.
    mean_error : (k,) share of wrong classes on rows held out, or None for regression.
    """

    alphas: Floats
    fold_losses: Floats
    mean_loss: Floats
    standard_error: Floats
    mean_error: Floats | None

    @classmethod
    def from_folds(
        cls, alphas: Floats, scores: Iterable[FoldScore], is_classifier: bool = False
    ) -> CrossValidation:
        """From the score of every fold at the alphas (k,)."""
        found = list(scores)
        weights = np.array([score.weight for score in found])
        counted = weights > 0
        totals = np.array([score.total for score in found])
        losses = np.divide(
            totals, weights[:, None], out=np.full(totals.shape, np.nan), where=counted[:, None]
        )
        mean = totals.sum(axis=0) / weights.sum()
        error = np.full(len(mean), np.nan)
        if counted.sum() > 1:
            spread = weights[counted] @ (losses[counted] - mean) ** 2 / weights.sum()
            error = np.sqrt(spread / (counted.sum() - 1))
        wrong = sum(score.wrong for score in found) / weights.sum() if is_classifier else None
        return cls(alphas, losses, mean, error, wrong)

    @property
    def best_index(self) -> int:
        """Position of the least mean loss; the largest alpha among equals."""
        return int(np.argmin(self.mean_loss))

    @property
    def one_se_index(self) -> int:
        """Position of the largest alpha within one standard error of the best, or of the best itself."""
        best = self.best_index
        if np.isnan(self.standard_error[best]):
            return best
        return int(np.argmax(self.mean_loss <= self.mean_loss[best] + self.standard_error[best]))

    @property
    def best_alpha(self) -> float:
        """Alpha of the least mean loss."""
        return float(self.alphas[self.best_index])

    @property
    def one_se_alpha(self) -> float:
        """Largest alpha within one standard error of the best."""
        return float(self.alphas[self.one_se_index])

    @property
    def has_standard_error(self) -> bool:
        """Whether there are folds enough for one."""
        return not np.isnan(self.standard_error[self.best_index])

    def __repr__(self) -> str:
        return (
            f"CrossValidation({len(self.fold_losses)} folds, {len(self.alphas)} alphas: least loss "
            f"{self.mean_loss[self.best_index]:.6g} at alpha={self.best_alpha:.6g}, "
            f"one standard error at alpha={self.one_se_alpha:.6g})"
        )


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
    given = None if alphas is None else read_levels(alphas, "alphas")
    grid = alpha_grid(prepare(problem)[0], n_alphas, eps) if given is None else given
    chosen = folds_of(problem, n_folds, seed) if folds is None else read_folds(folds, problem.n_samples)
    with nullcontext(progress) if progress else Progress(len(chosen), "cross-validation") as bar:
        tasks = [(problem, fold, grid, tol, prepare) for fold in chosen]
        scores = each(score_fold, tasks, n_jobs, bar)
    return CrossValidation.from_folds(grid, scores, problem.loss.is_classifier)


def score_fold(
    problem: Problem,
    fold: Fold,
    alphas: Floats,
    tol: float,
    prepare: Callable[[Problem], tuple[Problem, Floats]],
) -> FoldScore:
    """How the path of the rows that a fold trains on does on those that it holds out."""
    try:
        training, scales = prepare(training_problem(problem, fold))
    except ValueError as error:
        raise ValueError(f"{fold.name} cannot be fitted: {error}") from error
    return score_path(problem, fold, training.path(alphas=alphas, tol=tol, verbose=False), scales)


def score_path(problem: Problem, fold: Fold, path: Path, scales: Floats | float = 1.0) -> FoldScore:
    """The same for a path that is at hand, of coefficients for columns divided by `scales`."""
    instance = problem.instance
    weight = instance.sample_weight[fold.test]
    if not problem.loss.is_diagonal:
        counted = problem.loss.is_counted(instance.y[fold.test])
        added = _added(instance, fold, path, scales)
        return FoldScore(added, np.zeros(len(added)), float(weight[counted].sum()))
    held_out, total = instance.rows(fold.test), float(weight.sum())
    etas = _etas(held_out, path, scales)
    floor = held_out.floor if np.isfinite(held_out.floor) else 0.0
    wrong = np.zeros(len(etas))
    if problem.loss.is_classifier:
        wrong = ((etas > 0) != (held_out.y > 0.5)) @ weight
    return FoldScore(total * (_losses(held_out, etas) - floor), wrong, total)


def _added(instance: Instance, fold: Fold, path: Path, scales: Floats | float) -> Floats:
    """What the rows held out add to the loss (k,) of those that a fold trains on, a sum over weights."""
    rows, n_train = np.concatenate([fold.train, fold.test]), len(fold.train)
    both, weight = instance.rows(rows), instance.sample_weight[rows]
    etas = _etas(both, path, scales)
    before = weight[:n_train].sum() * _losses(instance.rows(fold.train), etas[:, :n_train])
    return np.asarray(weight.sum() * _losses(both, etas) - before)


def _etas(instance: Instance, path: Path, scales: Floats | float) -> Floats:
    """Linear predictors (k, n) of an instance's rows along a path."""
    coefs = path.sparse_coefs
    entered = np.flatnonzero(np.diff(coefs.tocsc().indptr))
    chosen = coefs[:, entered].toarray() / np.broadcast_to(scales, coefs.shape[1])[entered]
    return np.asarray(chosen @ instance.design.columns(entered).T + path.intercepts[:, None])


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
    if not (instance.loss.is_quadratic and instance.n_features <= min(kept.n_samples, LARGEST_GRAM)):
        return kept
    out = np.setdiff1d(np.arange(problem.n_samples), fold.train)
    share = float(instance.sample_weight[out].sum())
    # a row that is there twice is in no sum of single rows
    if len(out) + len(fold.train) != problem.n_samples or not 0 < share <= 0.5:
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
