"""What an estimator says of its fit, and of what the same data offer besides."""

from __future__ import annotations

import numpy as np

from ..answers.solution import Solution
from ..inference import criteria, degrees_of_freedom, relaxed
from ..inference.criteria import CRITERIA, check_likelihood


def report_lines(solution: Solution) -> list[str]:
    """The verdict on a solution, its degrees of freedom, the refit on its support, other choices."""
    verdict = [solution.verdict.text]
    if not solution.problem.norm.is_convex:
        return verdict
    return [*verdict, _freedom(solution), *_refit(solution), *_choices(solution)]


def _freedom(solution: Solution) -> str:
    return f"Degrees of freedom: {degrees_of_freedom(solution):.4g}."


def _refit(solution: Solution) -> list[str]:
    """What the chosen features could do without a price."""
    if len(solution.support) in (0, solution.problem.n_features) or solution.alpha == 0:
        return []
    try:
        free = relaxed(solution)
    except ValueError:  # without a price the loss has no least value, such as classes that are separated
        return ["Refitted on its features without a price, the loss has no least value."]
    count = len(solution.support)
    return [
        f"Refitted on its {count} feature{'s' if count > 1 else ''} without a price: "
        f"{free.quality.headline} instead of {solution.quality.headline}."
    ]


def _choices(solution: Solution) -> list[str]:
    """What AIC, BIC and EBIC would take along the path."""
    try:
        check_likelihood(solution.problem)
        found = criteria(solution.problem.path(verbose=False))
    except ValueError as error:
        return [f"No information criteria: {error}"]
    lines = []
    for name in CRITERIA:
        k = int(np.argmin(getattr(found, name)))
        path, df = found.path, found.degrees_of_freedom[k]
        lines.append(
            f"{name.upper()} would take alpha={path.alphas[k]:.4g} with {path.n_nonzeros[k]} non-zero "
            f"coefficients and {df:.4g} degrees of freedom."
        )
    return lines
