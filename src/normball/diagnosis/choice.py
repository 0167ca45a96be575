"""The alpha that a diagnosis examines: by cross-validation, as far down the path as it needs to go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..answers.solution import Solution
from ..estimators.cross_validation import score_path, training_problem
from ..estimators.curve import CrossValidation, FoldScore
from ..estimators.folds import folds_of
from ..problem import Problem
from ..progress import Progress
from ..solvers.dispatch import BATCHES, solver_of
from ..solving_paths import alpha_grid
from ..typing import Floats
from .chance import expected_entries, noise_of

N_FOLDS = 5
MORE = 3
"""Alphas that every fold is scored at, at the least, between two looks."""
FINE, COARSE = (50, 1e-6), (12, 1e-3)
"""Alphas over two powers of ten, and the gap of their fits, where whole paths are quick; and elsewhere.

A gap of 1e-3 of the loss without columns, and steps of 1.5 in alpha, are well below the
standard error by which alpha is chosen; the fit that is examined has the usual gap.
"""
AFFORDABLE = 500
"""Columns kept beyond which a step is expensive, and that chance may add before the next look."""


def choose_alpha(problem: Problem, seed: int) -> CrossValidation:
    """Loss on unseen rows from alpha_max downwards, until it has risen by a standard error.

    The alphas are those of `cross_validate`, or fewer where every one is expensive (`COARSE`).
    Below the best of them the fit keeps ever more columns for nothing, which with many columns
    takes nearly all of the time, so the path is left there (at the first rise, if more than
    500 columns are kept); and where more than half as many columns are kept as there are rows,
    since no count of rows suffices for those.

    Raises
    ------
    ValueError
        If there are too few rows, or members of a class, for two folds.
    """
    n_folds = min(N_FOLDS, problem.n_samples)
    if problem.loss.is_classifier:
        n_folds = min(n_folds, int(np.bincount(problem.instance.y.astype(np.intp), minlength=2).min()))
    if n_folds < 2:
        raise ValueError(
            "X and y have too few rows (or rows of a class) to choose alpha by cross-validation; give alpha."
        )
    n_alphas, gap = FINE if solver_of(problem.instance) in BATCHES else COARSE
    grid, folds = alpha_grid(problem, n_alphas, 1e-2), folds_of(problem, n_folds, seed)
    training = [training_problem(problem, fold) for fold in folds]
    scores: list[FoldScore] = []
    start, end = 0, n_alphas // 5
    with Progress(n_folds * len(grid), "cross-validation") as progress:
        while True:
            block, further, last = grid[start:end], [], []
            for fold, others in zip(folds, training, strict=True):
                path = others.path(alphas=block, tol=gap, verbose=False)
                further.append(score_path(problem, fold, path))
                last.append(path[-1])
                progress(len(block))
            scores = [a.followed_by(b) for a, b in zip(scores, further, strict=True)] if scores else further
            comparable = scores if problem.loss.is_diagonal else _on_one_level(scores)
            found = CrossValidation.from_folds(grid[:end], comparable)
            if end == len(grid) or _is_past(found, last) or _is_full(last):
                return found
            start, end = end, _next_look(grid, end, last)


def _on_one_level(scores: list[FoldScore]) -> list[FoldScore]:
    """Scores whose losses start at their mean: of a partial likelihood only differences tell.

    Its level is that of the number at risk, which differs from fold to fold and would hide
    in the standard error what columns gain in every fold.
    """
    level = sum(score.total[0] for score in scores) / sum(score.weight for score in scores)
    return [replace(score, total=score.total - score.total[0] + score.weight * level) for score in scores]


def _is_past(found: CrossValidation, fits: list[Solution]) -> bool:
    """Whether the loss has risen since its best: by a standard error, or at all where steps are expensive."""
    best = found.best_index
    if max(len(fit.support) for fit in fits) > AFFORDABLE and best < len(found.alphas) - 1:
        return True
    return bool(found.mean_loss[-1] > found.mean_loss[best] + found.standard_error[best])


def _is_full(fits: list[Solution]) -> bool:
    """Whether more than half as many columns are kept as there are rows, and that is not all columns."""
    most = max(len(fit.support) for fit in fits)
    return fits[0].problem.n_samples < 2 * most < 2 * fits[0].problem.n_features


def _next_look(grid: Floats, start: int, fits: list[Solution]) -> int:
    """How far down the grid to go: as long as chance adds few columns, by the noise seen last."""
    noise = max(noise_of(fit) for fit in fits)
    few = min(AFFORDABLE, fits[0].problem.n_samples / 2)
    reach = int((expected_entries(grid, fits[0].problem, noise) <= few).sum())
    return min(max(reach, start + MORE), len(grid))
