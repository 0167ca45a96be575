"""Cross-validation over the whole path: which alpha predicts unseen rows best.

Every fold fits the same alphas along one warm-started path and scores the rows it did
not see. Two choices are offered: the alpha of least mean loss, and the largest alpha
whose mean loss is within one standard error of it (Breiman, Friedman, Olshen, Stone,
"Classification and regression trees", 1984, section 3.4.3), which keeps fewer features.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np

from ..inference.workers import each
from ..parameters import read_count
from ..path import Path
from ..path_solver import alpha_grid
from ..problem import Problem
from ..progress import Progress
from ..solvers.engine import LARGEST_GRAM
from ..tables import read_vector
from ..typing import ArrayLike, Floats, Indices

CANCELLED = 1e-4
"""Share of a column's variance in all rows below which its variance in some of them is computed anew."""


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """Held-out loss along the path; made by `cross_validate`.

    Attributes
    ----------
    alphas : (k,) decreasing.
    fold_losses : (n_folds, k) mean loss on the rows that a fold did not see.
    mean_loss : (k,) their mean over folds.
    standard_error : (k,) of that mean.
    mean_error : (k,) share of wrong classes on unseen rows, or None for regression.
    """

    alphas: Floats
    fold_losses: Floats
    mean_loss: Floats
    standard_error: Floats
    mean_error: Floats | None

    @classmethod
    def from_folds(
        cls, alphas: Floats, fold_losses: Floats, shares: Floats, fold_errors: Floats | None = None
    ) -> CrossValidation:
        """From losses and errors (n_folds, k) of folds that hold these shares (n_folds,) of the weight."""
        return cls(
            alphas=alphas,
            fold_losses=fold_losses,
            mean_loss=shares @ fold_losses / shares.sum(),
            standard_error=_standard_error(fold_losses),
            mean_error=None if fold_errors is None else shares @ fold_errors / shares.sum(),
        )

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

    def __repr__(self) -> str:
        return (
            f"CrossValidation({len(self.fold_losses)} folds, {len(self.alphas)} alphas: least loss "
            f"{self.mean_loss[self.best_index]:.6g} at alpha={self.best_alpha:.6g}, "
            f"one standard error at alpha={self.one_se_alpha:.6g})"
        )


def folds_of(problem: Problem, n_folds: int, seed: int) -> list[Indices]:
    """Held-out rows of each fold: random, and in proportion to the classes for a classifier.

    Raises
    ------
    ValueError
        If there are fewer than 2 folds, more folds than rows, or than members of a class.
    """
    n = problem.n_samples
    if read_count(n_folds, "n_folds", 2) > n:
        raise ValueError(f"n_folds must lie between 2 and the number of rows ({n}), got {n_folds!r}.")
    rng = np.random.default_rng(read_count(seed, "seed", 0))
    assigned = np.empty(n, dtype=np.intp)
    y = problem.instance.y
    classes = np.unique(y) if problem.loss.is_classifier else [None]
    dealt = 0
    for label in classes:
        members = rng.permutation(np.arange(n) if label is None else np.flatnonzero(y == label))
        if len(members) < n_folds:
            raise ValueError(
                f"class {label:g} has {len(members)} rows, fewer than n_folds={n_folds}; use fewer folds."
            )
        # go on dealing where the last class stopped, so that the folds stay of equal size
        assigned[members] = (dealt + np.arange(len(members))) % n_folds
        dealt += len(members)
    return [np.flatnonzero(assigned == fold) for fold in range(n_folds)]


def cross_validate(
    problem: Problem,
    n_folds: int = 5,
    n_alphas: int = 50,
    eps: float = 1e-2,
    alphas: ArrayLike | None = None,
    seed: int = 0,
    tol: float = 1e-6,
    progress: Progress | None = None,
    folds: Sequence[Indices] | None = None,
    n_jobs: int | None = None,
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
    folds : list of index arrays, optional
        The rows that each fold holds out, instead of random ones.
    n_jobs : int, optional
        Folds at once, through joblib (which scikit-learn brings); default one after the other.

    Returns
    -------
    CrossValidation

    Raises
    ------
    ValueError
        As `folds_of` and `Problem.path`.
    """
    if alphas is None:
        grid = alpha_grid(problem, n_alphas, eps)
    else:
        grid = np.sort(read_vector(alphas, "alphas", len(np.atleast_1d(np.asarray(alphas)))))[::-1]
    held_out = folds_of(problem, n_folds, seed) if folds is None else list(folds)
    share = np.array([problem.instance.sample_weight[rows].sum() for rows in held_out])
    with nullcontext(progress) if progress else Progress(len(held_out), "cross-validation") as bar:
        tasks = [(problem, rows, grid, tol) for rows in held_out]
        found = each(score_fold, tasks, n_jobs, bar)
    losses, wrong = (np.array(part) for part in zip(*found, strict=True))
    return CrossValidation.from_folds(grid, losses, share, wrong if problem.loss.is_classifier else None)


def _standard_error(losses: Floats) -> Floats:
    """Of the mean over folds (n_folds, k); unknown (NaN) from a single fold."""
    if len(losses) < 2:
        return np.full(losses.shape[1], np.nan)
    return np.asarray(losses.std(axis=0, ddof=1) / np.sqrt(len(losses)))


def score_fold(problem: Problem, held_out: Indices, alphas: Floats, tol: float) -> tuple[Floats, Floats]:
    """Mean loss and share of wrong classes (k,) on the rows held out, of the path on the others.

    Where a loss ties samples to each other (Cox), the rows held out are scored by what they add
    to the loss of all rows, which needs no events among them (Verweij and van Houwelingen,
    "Cross-validation in survival analysis", Statistics in Medicine 12, 1993).
    """
    path = without_rows(problem, held_out).path(alphas=alphas, tol=tol, verbose=False)
    return score_path(problem, held_out, path)


def score_path(problem: Problem, held_out: Indices, path: Path) -> tuple[Floats, Floats]:
    """The same for a path that is at hand."""
    if not problem.loss.is_diagonal:
        share = float(problem.instance.sample_weight[held_out].sum())
        losses = _losses(problem, _etas(problem, path)) - (1 - share) * path.losses
        return losses / share, np.zeros(len(losses))
    test = problem.rows(held_out)
    etas = _etas(test, path)
    wrong = ((etas > 0) != (test.instance.y > 0.5)) @ test.instance.sample_weight
    return _losses(test, etas), wrong


def _etas(problem: Problem, path: Path) -> Floats:
    """Linear predictors (k, n) of a problem's rows along a path."""
    coefs = path.sparse_coefs
    entered = np.flatnonzero(np.diff(coefs.tocsc().indptr))
    design = problem.instance.design
    return np.asarray(coefs[:, entered].toarray() @ design.columns(entered).T + path.intercepts[:, None])


def _losses(problem: Problem, etas: Floats) -> Floats:
    return np.array([problem.instance.value(eta) for eta in etas])


def without_rows(problem: Problem, held_out: Indices) -> Problem:
    """The problem on the other rows; a Gram matrix is taken from that of all rows.

    With the weight a of the rows held out, their means m_h and Gram matrix G_h, those of the
    others are G_k = (G - a G_h - a (1 - a) d d') / (1 - a), d = m_k - m_h (centred; without
    the last term if not): every fold costs what its own rows cost.
    """
    instance = problem.instance
    kept = problem.rows(np.setdiff1d(np.arange(problem.n_samples), held_out))
    if not (instance.loss.is_quadratic and instance.n_features <= min(len(kept.instance.y), LARGEST_GRAM)):
        return kept
    gram, means = instance.gram
    share = float(instance.sample_weight[held_out].sum())
    if not 0 < share <= 0.5:
        return kept
    weight = instance.sample_weight[held_out] / share
    gram_held, means_held = instance.design.rows(held_out).gram(weight, instance.fit_intercept)
    rest = gram - share * gram_held
    means_kept = (means - share * means_held) / (1 - share)
    if instance.fit_intercept:
        apart = means_kept - means_held
        rest -= share * (1 - share) * np.outer(apart, apart)
    rest /= 1 - share
    # a column that hardly varies in the rows kept would be known by cancellation only
    if (np.diagonal(rest) <= CANCELLED * np.diagonal(gram)).any():
        return kept
    kept.instance.__dict__["gram"] = (np.ascontiguousarray(rest), means_kept)
    return kept
