"""A comparison of two models that claims no more than the rows do."""

from __future__ import annotations

import numpy as np

from .nested import Nested


def compared(first: Nested, second: Nested, fewer: str) -> str:
    """Whether two contestants differ by more than chance, from the rows that both predicted.

    The same rows were predicted by both, so their mistakes are subtracted row by row; two
    standard errors of the mean difference count as more than chance.
    """
    difference = first.mistakes - second.mistakes
    mean = float(difference.mean())
    error = float(difference.std(ddof=1) / np.sqrt(len(difference)))
    names = first.contestant.name, second.contestant.name
    if not difference.any():
        return f"{names[0]} and {names[1]} predict equally well, row by row"
    if mean == 0:
        return f"{names[0]} and {names[1]} predict equally well overall"
    better, other = names if mean < 0 else names[::-1]
    if abs(mean) <= 2 * error:
        return f"{better} has {fewer} than {other}, but by no more than chance explains"
    return f"{better} has {fewer} than {other}, by more than chance explains"
