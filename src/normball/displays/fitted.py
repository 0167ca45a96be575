"""What the displays take from a fitted estimator."""

from __future__ import annotations

from typing import Any

from ..problem import Problem
from ..solution import Solution


def solution_of(estimator: Any) -> Solution:
    """The solution of a fitted `Regressor`, `Classifier` or their CV forms.

    Raises
    ------
    TypeError
        If the estimator has none: not fitted, loaded without its data, several classes, or another kind.
    """
    solution = getattr(estimator, "solution_", None)
    if not isinstance(solution, Solution):
        raise TypeError(
            f"a picture needs an estimator of normball fitted to its data, got {type(estimator).__name__} "
            "without a solution; call fit (one that was pickled has left its data behind, and several "
            "classes have no single contact)."
        )
    return solution


def problem_of(estimator: Any) -> Problem:
    """The problem that it solved."""
    return solution_of(estimator).problem
