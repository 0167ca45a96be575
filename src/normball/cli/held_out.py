"""Folds of a table, and how well its held-out rows are predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
)

from ..estimators.foretold import foretold
from ..measures import PredictiveQuality, Quality
from .tables import DataTable

if TYPE_CHECKING:
    from .fitting import Estimator

LEVELS = "give one of --alpha, --budget and --target-loss, which need no folds."


def make_splitter(table: DataTable, n_folds: int, seed: int, is_classifier: bool) -> Any:
    """Random folds, in proportion to the classes; by group, or forward in time where that was asked for."""
    if table.is_timed:
        return TimeSeriesSplit(n_folds)
    kind: Any = StratifiedKFold if is_classifier else KFold
    if table.fold_by is not None:
        kind = StratifiedGroupKFold if is_classifier else GroupKFold
    return kind(n_folds, shuffle=True, random_state=seed)


def check_folds(table: DataTable, n_folds: int) -> None:
    """Refuse a number of folds that the rows, groups or classes do not allow.

    Raises
    ------
    ValueError
    """
    n, what = len(table.y), "rows"
    if table.fold_by is not None:
        n, what = int(table.fold_by.max()) + 1, "groups of --fold-by"
    most = n - 1 if table.is_timed else n
    if not 2 <= n_folds <= most:
        raise ValueError(
            f"--folds must lie between 2 and the number of {what} ({most}), got {n_folds}; choose a number "
            f"there, or {LEVELS}"
        )
    if table.class_names is not None:
        counts = np.bincount(table.y.astype(np.intp), minlength=2)
        small = int(counts.argmin())
        if counts[small] < n_folds:
            raise ValueError(
                f"the class {table.class_names[small]!r} has only {counts[small]} of {n} rows, too few for "
                f"--folds {n_folds}; use fewer folds, or {LEVELS}"
            )


def quality_of_fit(model: Estimator, table: DataTable, n_folds: int, seed: int) -> PredictiveQuality:
    """On the rows of the fit and on held-out rows, from the folds that chose alpha or from others."""
    is_classifier, unit = table.class_names is not None, table.unit
    if hasattr(model, "held_out_"):
        return model.quality(unit, table.class_names)
    try:
        check_folds(table, n_folds)
        splitter = make_splitter(table, n_folds, seed, is_classifier)
        pairs = splitter.split(table.y[:, None], table.y, groups=table.fold_by)
        rows = foretold(model, table.columns, table.y, table.weight, pairs)
    except ValueError as error:
        how = f"There are no held-out figures: {' '.join(str(error).split())}"
        return model.quality(unit, table.class_names, how=how)
    how = (
        f"Held-out rows were predicted in {n_folds}-fold cross-validation (seed {seed}), by models at the "
        "same level that had not seen them; the level was given and not chosen on these rows."
    )
    return model.quality(unit, table.class_names, held_out=rows, how=how)


def quality_facts(quality: PredictiveQuality) -> dict[str, Any]:
    """The figures as JSON values."""

    def figures(found: Quality) -> dict[str, Any]:
        return {
            item.name: {
                key: value if np.isfinite(value) else None
                for key, value in (
                    ("value", item.value),
                    ("standard_error", item.standard_error),
                    ("without_features", item.baseline),
                )
            }
            for item in found.measures
        }

    return {
        "training": figures(quality.training),
        "held_out": None if quality.held_out is None else figures(quality.held_out),
        "how": quality.how,
    }
