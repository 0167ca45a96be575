"""Several contacts side by side, and the two classic figures, computed afresh each time.

The diamond and the circle touched by one line stand in every lecture on sparsity; the
ellipses around the least-squares estimate are figure 2 of Tibshirani, "Regression
shrinkage and selection via the lasso", JRSS B 58 (1996). Here both are solved, not drawn:
the data are the only numbers given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..answers.solution import Solution
from ..inputs.tables import read_vector
from ..norms import Norm
from ..problem import Problem
from . import style
from .contact import ContactDisplay
from .level_sets import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMES = ("w₁", "w₂")


def contact_row(
    problem: Problem,
    norms: Sequence[str | Norm] = ("l1", "l2", "linf"),
    *,
    alpha: float | None = None,
    budget: float | None = None,
    target: float | None = None,
    features: Sequence[int | str] | None = None,
    window: Window | None = None,
    axes: Sequence[Axes] | None = None,
    **plot_arguments: Any,
) -> list[ContactDisplay]:
    """The same data and loss with several norms, side by side on the same axes.

    Parameters
    ----------
    problem : Problem
        Its own norm is not used.
    norms : sequence of str or Norm
    alpha, budget, target : float
        Exactly one, as `Problem.solve`.
    features : two names or positions, optional
        Default: those that `ContactDisplay` picks for the first norm.
    window : (left, right, bottom, top), optional
        Default: a square that shows all of every panel.
    axes : sequence of Axes, optional
        One for each norm; default a new figure with one panel a norm.
    **plot_arguments
        As `ContactDisplay.plot`.

    Returns
    -------
    list of ContactDisplay
        One for each norm, drawn, all with the same window.

    Raises
    ------
    ValueError
        As `Problem.solve` and `ContactDisplay.from_solution`; axes of another number.
    """
    solutions = [problem.with_norm(norm).solve(alpha=alpha, budget=budget, target=target) for norm in norms]
    return _row(solutions, features, window, axes, plot_arguments)


def _row(
    solutions: Sequence[Solution],
    features: Sequence[int | str] | None,
    window: Window | None,
    axes: Sequence[Axes] | None,
    plot_arguments: dict[str, Any],
) -> list[ContactDisplay]:
    if not solutions:
        raise ValueError("norms must name at least one norm, got none.")
    if axes is not None and len(axes) != len(solutions):
        raise ValueError(f"axes must hold one Axes for each of the {len(solutions)} norms, got {len(axes)}.")
    first = ContactDisplay.from_solution(solutions[0], features)
    same = features if features is not None else first.feature_names
    if window is None:
        drafts = [first, *(ContactDisplay.from_solution(solution, same) for solution in solutions[1:])]
        window = _union([display.window for display in drafts])
    displays = [ContactDisplay.from_solution(solution, same, window) for solution in solutions]
    if axes is None:
        axes = style.new_row(len(displays))[1]
    for display, ax in zip(displays, axes, strict=True):
        display.plot(ax, **plot_arguments)
    return displays


def _union(windows: Sequence[Window]) -> Window:
    """The smallest square around squares."""
    left, bottom = min(w[0] for w in windows), min(w[2] for w in windows)
    right, top = max(w[1] for w in windows), max(w[3] for w in windows)
    half = 0.5 * max(right - left, top - bottom)
    across, up = 0.5 * (left + right), 0.5 * (bottom + top)
    return (across - half, across + half, up - half, up + half)


def line_contact(
    a: Sequence[float],
    b: float,
    norms: str | Norm | Sequence[str | Norm] = ("l1", "l2"),
    axes: Axes | Sequence[Axes] | None = None,
    window: Window | None = None,
    **plot_arguments: Any,
) -> list[ContactDisplay]:
    """Smallest balls that touch the line a[0] w1 + a[1] w2 = b: one equation in two unknowns.

    Parameters
    ----------
    a : two numbers, not both 0
    b : float
    norms : norm or sequence of norms, default ("l1", "l2")
    axes : Axes, one a norm, optional
    window : (left, right, bottom, top), optional
    **plot_arguments
        As `ContactDisplay.plot`; `growing` and no `ticks` unless told otherwise.

    Returns
    -------
    list of ContactDisplay

    Raises
    ------
    ValueError
        If a is not two numbers of which one is not 0.
    """
    coefficients, b = read_vector(a, "a", None), float(read_vector([b], "b", 1)[0])
    if coefficients.shape != (2,) or not coefficients.any():
        raise ValueError(f"a must be two numbers of which one is not 0, got {a!r}.")
    names = [norms] if isinstance(norms, (str, Norm)) else list(norms)
    problem = Problem(coefficients[None], [b], fit_intercept=False, feature_names=NAMES)
    texts = {"level_set": _equation(coefficients, b), **plot_arguments.pop("labels", {})}
    plot_arguments = {"growing": True, "ticks": False, **plot_arguments, "labels": texts}
    chosen = None if axes is None else list(np.atleast_1d(np.asarray(axes, dtype=object)))
    solutions = [problem.with_norm(norm).solve(target=0.0) for norm in names]
    return _row(solutions, None, window, chosen, plot_arguments)


def _equation(a: Any, b: float) -> str:
    """Such as "w₁ + 2 w₂ = 2"."""
    text = ""
    for value, name in zip(a, NAMES, strict=True):
        if value == 0:
            continue
        size = "" if abs(value) == 1 else f"{style.number(abs(value))} "
        sign = style.MINUS if value < 0 else "+"
        sign = f" {sign} " if text else sign.strip("+")
        text += f"{sign}{size}{name}"
    return f"{text} = {style.number(b)}"


def classic_line(
    norms: Sequence[str | Norm] = ("l1", "l2"), axes: Sequence[Axes] | None = None, **plot_arguments: Any
) -> list[ContactDisplay]:
    """The lecture slide: the diamond and the circle touched by the same line, w₁ + 2 w₂ = 2.

    Parameters as `line_contact`.
    """
    return line_contact((1.0, 2.0), 2.0, norms, axes, **plot_arguments)


def classic_ellipse(
    norms: Sequence[str | Norm] = ("l1", "l2"), axes: Sequence[Axes] | None = None, **plot_arguments: Any
) -> list[ContactDisplay]:
    """Tibshirani's figure 2 of 1996: ellipses around the least-squares estimate touch diamond and circle.

    Three samples of two negatively correlated features, budget 1. Parameters as `contact_row`.
    """
    X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
    y = np.array([0.7, 2.5, -0.9])
    problem = Problem(X, y, fit_intercept=False, feature_names=("β₁", "β₂"))
    texts = {"best_fit": "β̂", "level_set": "", **plot_arguments.pop("labels", {})}
    arguments = {"ticks": False, **plot_arguments, "labels": texts}
    return contact_row(problem, norms, budget=1.0, axes=axes, **arguments)
