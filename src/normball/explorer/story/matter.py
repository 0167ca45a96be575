"""Step 9: how few weights do the work, on rows that the models had not seen.

Every budget, by its price on all rows, is scored by cross-validation: the rows are dealt into
folds, each is set aside once, columns are standardised and the model is fitted on the others.
Choosing the best of those scores flatters it a little; the comparison with L2 for the reader's own
table is nested instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from ...answers.path import Path
from ...datasets import Dataset, load_leukemia
from ...estimators.folds import folds_of
from ...problem import Problem
from ...typing import Floats
from ...warnings import quietly
from .comparison import compared
from .nested import L1, SQUARED_L2, UNPENALISED, Nested, nested_cross_validate
from .table import StoryTable, standardised

N_BUDGETS = 24
MOST_NAMES = 4

# Genes of probes of the chip HG-U95Av2, as Bioconductor's annotation (hgu95av2.db) gives them; only those
# that were looked up there.
GENES = {
    "38319_at": "CD3D",
    "38147_at": "SH2D1A",
    "35016_at": "CD74",
    "37039_at": "HLA-DRA",
    "1636_g_at": "ABL1",
    "39730_at": "ABL1",
    "1635_at": "ABL1",
    "1674_at": "YES1",
    "40504_at": "PON2",
    "37027_at": "AHNAK",
    "40202_at": "KLF9",
}

_ABOUT = {
    "lineage": "Blood of 128 leukaemia patients, read by 4,000 probes, each of which tells how active one "
    "gene is (those of highest variance among 12,625, over all patients). One question: T cells or B cells?",
    "molecular": "79 patients with B-cell leukaemia, the same 4,000 probes, and a harder question: does the "
    "patient carry BCR/ABL, two genes joined into one, or no known abnormality?",
}
_TITLES = {"lineage": "T or B", "molecular": "BCR/ABL or none"}


@dataclass(frozen=True)
class Task:
    """A table to be predicted, and what the page calls its parts."""

    id: str
    dataset: Dataset
    title: str
    about: str
    feature: str
    features: str
    row_name: str
    eps: float

    @property
    def loss(self) -> str:
        return "squared_error" if self.dataset.class_names is None else "logistic"


def make_matter(table: StoryTable, quick: bool, seed: int) -> list[dict[str, Any]]:
    """The payload of step 9: the reader's table where there is one, then the two leukaemia tasks."""
    own = [_scored(_own(table), quick, seed)] if table.is_own else []
    return [*own, _leukemia("lineage", quick, seed), _leukemia("molecular", quick, seed)]


@cache
def _leukemia(name: Literal["lineage", "molecular"], quick: bool, seed: int) -> dict[str, Any]:
    """One of the two tasks that every essay shows: computed once a process."""
    dataset = load_leukemia(name)
    return _scored(
        Task(name, dataset, _TITLES[name], _ABOUT[name], "probe", "probes", "patients", 5e-2), quick, seed
    )


def _own(table: StoryTable) -> Task:
    n, p = table.dataset.X.shape
    what = " or ".join(table.dataset.class_names[::-1]) if table.dataset.class_names else "its value"
    about = (
        f"Your table: {n:,} rows, {p:,} features, and {table.dataset.target_name} to be predicted ({what})."
    )
    return Task("own", table.dataset, "your table", about, "feature", "features", "rows", 1e-3)


def _scored(task: Task, quick: bool, seed: int) -> dict[str, Any]:
    dataset = task.dataset
    problem = Problem(standardised(dataset.X), dataset.y, loss=task.loss)
    n_folds = 5 if quick else 10
    with quietly():  # 1e-5 of the loss moves no patient
        path = _evenly(problem, task.eps)
        scores = _held_out(problem, dataset, path.alphas, n_folds, seed)
        dense = nested_cross_validate(dataset, task.loss, SQUARED_L2, *_folds(quick), seed)
    is_classes = dataset.class_names is not None
    n = len(dataset.y)
    entries = [_entry(0.0, np.zeros(dataset.X.shape[1]), _base(dataset), dataset)]
    entries += [
        _entry(budget, coef, score, dataset)
        for budget, coef, score in zip(path.norms, path.coefs, scores, strict=True)
    ]
    right = int((dense.mistakes == 0).sum()) if is_classes else float(np.sqrt(dense.mean))
    return {
        "id": task.id,
        "kind": "classes" if is_classes else "quantity",
        "title": task.title,
        "about": task.about,
        "feature": task.feature,
        "features": task.features,
        "rowName": task.row_name,
        "rows": n,
        "total": dataset.X.shape[1],
        "base": _base(dataset),
        "dense": {"score": right},
        "budgets": entries,
        "verdict": _verdict(task, dense, quick, seed) if task.id == "own" else None,
    }


def _evenly(problem: Problem, eps: float) -> Path:
    """The path down to `eps` of the largest price, at prices whose budgets are about evenly spaced."""
    fine = problem.path(n_alphas=100, eps=eps, tol=1e-5)
    budgets = np.linspace(0, float(fine.norms[-1]), N_BUDGETS)[1:]
    return problem.path(alphas=np.interp(budgets, fine.norms, fine.alphas), tol=1e-5)


def _folds(quick: bool) -> tuple[int, int]:
    """Groups of the outer and of the inner cross-validation."""
    return (3, 3) if quick else (5, 5)


def _base(dataset: Dataset) -> float | int:
    """What always saying the same scores: rows of the larger class, or the deviation of the response."""
    if dataset.class_names is None:
        return float(dataset.y.std())
    return int(max((dataset.y == 0).sum(), (dataset.y == 1).sum()))


def _entry(budget: float, coef: Floats, score: float, dataset: Dataset) -> dict[str, Any]:
    kept = np.flatnonzero(coef)
    largest = kept[np.argsort(-np.abs(coef[kept]), kind="stable")][:MOST_NAMES]
    names = [_named(dataset.feature_names[j]) for j in largest]
    return {"budget": float(budget), "kept": kept.tolist(), "score": score, "names": names}


def _named(probe: str) -> str:
    return f"{probe}, gene {GENES[probe]}" if probe in GENES else probe


def _held_out(problem: Problem, dataset: Dataset, alphas: Floats, n_folds: int, seed: int) -> list[float]:
    """The score of every price on rows that its models had not seen."""
    eta = np.empty((len(dataset.y), len(alphas)))
    for fold in folds_of(problem, n_folds, seed):
        Z = standardised(dataset.X, fold.train)
        path = Problem(Z[fold.train], dataset.y[fold.train], loss=problem.loss).path(alphas=alphas, tol=1e-5)
        eta[fold.test] = Z[fold.test] @ path.coefs.T + path.intercepts
    if dataset.class_names is not None:
        return [int(x) for x in ((eta > 0) == (dataset.y > 0.5)[:, None]).sum(axis=0)]
    return [float(x) for x in np.sqrt(((eta - dataset.y[:, None]) ** 2).mean(axis=0))]


def _verdict(task: Task, dense: Nested, quick: bool, seed: int) -> str:
    """The nested comparison on the reader's table, in one sentence."""
    n, p = task.dataset.X.shape
    n_outer, n_inner = _folds(quick)
    # without a norm there must be more rows than features, and classes that cannot be separated perfectly
    has_best_fit = task.dataset.class_names is None and p + 1 < n * (1 - 1 / n_outer)
    first = nested_cross_validate(task.dataset, task.loss, L1, n_outer, n_inner, seed)
    fewer = "fewer mistakes" if task.dataset.class_names else "a smaller error"
    parts = [compared(first, dense, fewer)]
    if has_best_fit:
        plain = nested_cross_validate(task.dataset, task.loss, UNPENALISED, n_outer, n_inner, seed)
        parts.append(compared(first, plain, fewer))
    middle = int(np.median(first.n_kept))
    return (
        f"With every choice made on other rows (nested cross-validation), L1 kept {middle} of {p} in the "
        f"median; {', and '.join(parts)}."
    )
