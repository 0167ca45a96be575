"""scikit-learn's estimators, asked only about sparse matrices whose index lies within their shape."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from ..designs import check_index

Class = TypeVar("Class", bound=type)

METHODS = ("fit", "predict", "decision_function")
"""What takes X; the other methods come through these."""


def with_sound_index(estimator: Class) -> Class:
    """Class decorator: methods refuse a sparse X that scikit-learn would read beyond its end."""
    for name in METHODS:
        if hasattr(estimator, name):
            setattr(estimator, name, _checked(getattr(estimator, name)))
    return estimator


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def checked(self: Any, X: Any, *arguments: Any, **options: Any) -> Any:
        check_index(X)
        return method(self, X, *arguments, **options)

    return checked
