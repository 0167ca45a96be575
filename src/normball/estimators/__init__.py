"""Choosing a model: cross-validation along the path."""

from .cross_validation import CrossValidation, cross_validate, folds_of

__all__ = ["CrossValidation", "cross_validate", "folds_of"]
