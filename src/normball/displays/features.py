"""Which two coefficients a picture shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..answers.solution import Solution


def pick_features(solution: Solution, features: Sequence[int | str] | None) -> tuple[int, int]:
    """Positions of the two coefficients to draw.

    Default: with two features both; else the largest coefficient (in units of its feature's
    deviation) and the zero nearest to entering; without zeros the two largest.

    Raises
    ------
    ValueError
        Fewer than two features in the problem, or features that are not two different
        known ones.
    """
    problem = solution.problem
    if problem.n_features < 2:
        raise ValueError("a picture of two coefficients needs two features, but X has 1.")
    if features is None:
        if problem.n_features == 2:
            return 0, 1
        size = np.abs(solution.coef) * problem.instance.moments[1]
        first = int(size.argmax())
        slack = np.where(solution.coef == 0, solution.contact.slack, np.inf)
        slack[first] = np.inf
        if np.isfinite(slack).any():
            return first, int(slack.argmin())
        size[first] = -1.0
        return first, int(size.argmax())
    chosen = [features] if isinstance(features, (str, int)) else list(features)
    if len(chosen) != 2:
        raise ValueError(
            "features must be two names or positions, such as features=(0, 1), "
            f"got {len(chosen)}: {features!r}."
        )
    first, second = (problem.feature_position(feature) for feature in chosen)
    if first == second:
        raise ValueError(
            f"features must be two different ones, got {problem.feature_names[first]!r} twice: {features!r}."
        )
    return first, second
