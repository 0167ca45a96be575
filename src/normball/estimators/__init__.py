"""Models in scikit-learn's interface, and choosing among them by cross-validation along the path."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .cross_validation import cross_validate
from .curve import CrossValidation
from .folds import Fold, folds_of

if TYPE_CHECKING:
    from .classifier import Classifier
    from .classifier_cv import ClassifierCV
    from .regressor import Regressor
    from .regressor_cv import RegressorCV
    from .table_encoder import TableEncoder

__all__ = [
    "Classifier",
    "ClassifierCV",
    "CrossValidation",
    "Fold",
    "Regressor",
    "RegressorCV",
    "TableEncoder",
    "cross_validate",
    "folds_of",
]

_NEED_SCIKIT_LEARN = {
    "Classifier": ".classifier",
    "ClassifierCV": ".classifier_cv",
    "Regressor": ".regressor",
    "RegressorCV": ".regressor_cv",
    "TableEncoder": ".table_encoder",
}


def __getattr__(name: str) -> Any:
    if name not in _NEED_SCIKIT_LEARN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_NEED_SCIKIT_LEARN[name], __name__), name)
