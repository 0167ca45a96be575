"""scikit-learn's estimators, given only data that it reads as they are.

It reads a sparse matrix whose index was edited beyond its shape past its end, what lies beneath a
mask as if it were data, and stops in the middle of its own code at integers that no float holds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

import numpy as np

from ..designs import check_storage
from ..values import refuse_masked, within_floats

Class = TypeVar("Class", bound=type)

METHODS = ("fit", "predict", "decision_function")
"""What takes X; the other methods come through these."""


def with_sound_data(estimator: Class) -> Class:
    """Class decorator: methods refuse such data in one sentence."""
    for name in METHODS:
        if hasattr(estimator, name):
            setattr(estimator, name, _checked(getattr(estimator, name)))
    return estimator


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    takes = signature(method)

    @wraps(method)
    def checked(self: Any, X: Any, *arguments: Any, **options: Any) -> Any:
        check_storage(X)
        given = takes.bind_partial(self, X, *arguments, **options).arguments
        refuse_masked(given.get("y"), "y")
        check_weights(given.get("sample_weight"))
        try:
            return method(self, X, *arguments, **options)
        except OverflowError:
            raise within_floats("X, y, sample_weight and the parameters") from None

    return checked


def check_weights(sample_weight: Any) -> None:
    """Refuse masked weights, and weights whose sum is beyond floats.

    Raises
    ------
    ValueError
    """
    refuse_masked(sample_weight, "sample_weight")
    if isinstance(sample_weight, np.ndarray) and sample_weight.dtype.kind == "f":
        with np.errstate(over="ignore"):
            is_beyond = np.isinf(sample_weight.sum()) and np.isfinite(sample_weight).all()
        if is_beyond:
            raise ValueError("sample_weight has a sum beyond floats; divide it by a constant.")
