"""`scoring=`: what cross-validation compares instead of the deviance, on the rows that a fold holds out.

Named scores are computed from linear predictors that are at hand. Those of scikit-learn are asked
with an estimator whose predictions for the held-out rows are those linear predictors.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.utils import _safe_indexing

from ..losses import Loss
from ..measures import ScoredRows, auc, quality_of
from ..parameters import shown
from ..typing import Floats, Indices
from .classifier import PredictsClasses
from .folds import Fold
from .regressor import PredictsNumbers

DEVIANCE = "deviance"
OF_NUMBERS = (DEVIANCE, "mse", "mae")
OF_TIMES = (DEVIANCE, "concordance")
OF_CLASSES = (DEVIANCE, "class_error", "auc")


@dataclass(frozen=True, eq=False)
class HeldRows:
    """What scores are computed from: rows of positive weight, as folds count them.

    Attributes
    ----------
    X, y : as given, these rows only.
    response : (n,) y as the loss takes it; positions of classes. `response_of_all` has all rows.
    weight : (n,) ; is_weighted : bool, whether weights were given.
    seen : (n,) their positions among all.
    loss : Loss ; classes : (K,) labels, or None for numbers.
    """

    X: Any
    y: Any
    response: Floats
    weight: Floats
    is_weighted: bool
    loss: Loss
    classes: np.ndarray | None
    response_of_all: Floats
    seen: Indices

    @classmethod
    def of(
        cls,
        X: Any,
        y: Any,
        response: Floats,
        sample_weight: Any,
        loss: Loss,
        classes: np.ndarray | None = None,
    ) -> HeldRows:
        """The rows of positive weight."""
        weight = np.ones(len(response)) if sample_weight is None else np.asarray(sample_weight, np.float64)
        seen = np.flatnonzero(weight > 0)
        if len(seen) < len(weight):
            X, y = (_safe_indexing(values, seen) for values in (X, y))
        is_weighted = sample_weight is not None
        return cls(X, y, response[seen], weight[seen], is_weighted, loss, classes, response, seen)


@dataclass(frozen=True, eq=False)
class NamedScore:
    """A score of `HeldRows` that has a name here; larger is better, so that errors are negative."""

    name: str
    rows: HeldRows

    def __call__(self, eta: Floats, fold: Fold) -> float:
        y, weight = self.rows.response[fold.test], self.rows.weight[fold.test]
        one_fold = np.zeros(len(y), dtype=np.intp)
        if self.name == "auc":
            return auc(eta, y, weight, one_fold)[0]
        if self.name == "concordance":
            rows = ScoredRows.of_one_model(eta, y, weight)
            return quality_of(self.rows.loss, rows)["concordance"].value
        if self.name == "class_error":
            chosen: Indices = (eta > 0).astype(np.intp) if eta.ndim == 1 else eta.argmax(axis=1)
            errors = (chosen != y).astype(np.float64)
        else:
            errors = np.abs(y - self.rows.loss.predict(eta))
            errors = errors**2 if self.name == "mse" else errors
        return -float(np.average(errors, weights=weight))


class KnownNumbers(PredictsNumbers, BaseEstimator):
    """Predicts what it was told, whatever the rows."""

    def __init__(self, eta: Any = None, loss: Any = None) -> None:
        self.eta = eta
        self.loss = loss

    def _eta(self, X: Any) -> Floats:
        return np.asarray(self.eta)

    def __sklearn_is_fitted__(self) -> bool:
        return True


class KnownClasses(PredictsClasses, BaseEstimator):
    """Predicts what it was told, whatever the rows."""

    def __init__(self, eta: Any = None, classes: Any = None) -> None:
        self.eta = eta
        self.classes = classes

    @property
    def classes_(self) -> np.ndarray:  # type: ignore[override]
        """(K,) labels."""
        return np.asarray(self.classes)

    def _eta(self, X: Any) -> Floats:
        eta = np.asarray(self.eta)
        return eta[:, None] if eta.ndim == 1 else eta

    def __sklearn_is_fitted__(self) -> bool:
        return True


@dataclass(frozen=True, eq=False)
class GivenScore:
    """A scorer of scikit-learn, or a function of (estimator, X, y), on `HeldRows`."""

    name: str
    scorer: Any
    rows: HeldRows

    def __call__(self, eta: Floats, fold: Fold) -> float:
        rows = self.rows
        X, y = (_safe_indexing(values, fold.test) for values in (rows.X, rows.y))
        known: Any = KnownNumbers(eta, rows.loss)
        if rows.classes is not None:
            known = KnownClasses(eta, rows.classes)
        weighted = {"sample_weight": rows.weight[fold.test]} if self._takes_weights else {}
        return float(self.scorer(known, X, y, **weighted))

    @property
    def _takes_weights(self) -> bool:
        function = getattr(self.scorer, "_score_func", self.scorer)
        return self.rows.is_weighted and "sample_weight" in inspect.signature(function).parameters


def read_scoring(scoring: Any, rows: HeldRows) -> NamedScore | GivenScore | None:
    """The score of a parameter `scoring`; None for the deviance.

    Raises
    ------
    TypeError, ValueError
        If it is neither a name nor a function, or a name that these responses have no score of.
    """
    if scoring is None or (isinstance(scoring, str) and scoring == DEVIANCE):
        return None
    if callable(scoring):
        return GivenScore(getattr(scoring, "__name__", str(scoring)), scoring, rows)
    if not isinstance(scoring, str):
        raise TypeError(f"scoring must be a name or a function of (estimator, X, y), got {shown(scoring)}.")
    ours: tuple[str, ...] = OF_CLASSES if rows.classes is not None else OF_NUMBERS
    if not rows.loss.is_diagonal:
        ours = OF_TIMES
    several = rows.classes is not None and len(rows.classes) > 2
    if scoring in ours and not (several and scoring == "auc"):
        return NamedScore(scoring, rows)
    if scoring in get_scorer_names() and rows.loss.is_diagonal:
        return GivenScore(scoring, get_scorer(scoring), rows)
    known = [name for name in ours if not (several and name == "auc")]
    raise ValueError(
        f"scoring={scoring!r} is no score of these responses; give one of {', '.join(known)}, a name of "
        "sklearn.metrics.get_scorer_names(), or a function of (estimator, X, y)."
    )
