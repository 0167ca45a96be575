"""What the displays draw: paths, and what fitted estimators hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from ..answers.path import Path
from ..answers.solution import Solution
from ..parameters import shown
from ..problem import Problem

Kind = TypeVar("Kind")


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


def drawable(path: Any) -> Path:
    """The path itself.

    Raises
    ------
    TypeError
        If it is no `Path`.
    ValueError
        If it has fewer than two steps.
    """
    found = made_as(path, Path, "path", "problem.path()")
    if len(found) < 2:
        raise ValueError(f"path must have at least two steps to be drawn, got {len(found)}; raise n_alphas.")
    return found


def made_as(value: Any, kind: type[Kind], name: str, made: str) -> Kind:
    """The value itself.

    Raises
    ------
    TypeError
        If it is not of this kind; says how one is made.
    """
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, such as {made}, got {shown(value)}.")
    return value


def made_as_all(values: Any, kind: type[Kind], name: str, made: str) -> list[Kind]:
    """The entries of a list; raises as `made_as` if there is no list, or one entry is of another kind."""
    if not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a list of {kind.__name__}, such as [{made}], got {shown(values)}.")
    return [made_as(value, kind, f"each of {name}", made) for value in values]
