"""Models in scikit-learn's interface, and choosing among them by cross-validation along the path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .cross_validation import CrossValidation, cross_validate, folds_of

if TYPE_CHECKING:
    from .classifier import Classifier
    from .regressor import Regressor

__all__ = ["Classifier", "CrossValidation", "Regressor", "cross_validate", "folds_of"]


def __getattr__(name: str) -> Any:
    # cross-validation itself needs no scikit-learn
    if name == "Regressor":
        from .regressor import Regressor

        return Regressor
    if name == "Classifier":
        from .classifier import Classifier

        return Classifier
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
