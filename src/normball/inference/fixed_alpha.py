"""What `selective` and `debiased` ask of a solution: a likelihood or squared error, L1, a fixed alpha."""

from __future__ import annotations

from ..answers.solution import Solution
from ..norms import L1


def check_fixed_alpha(solution: Solution, level: float, caller: str, with_cox: bool, others: str) -> None:
    """Refuse what has no intervals.

    Parameters
    ----------
    solution : Solution
    level : float
        To lie strictly between 0 and 1.
    caller : str
        Name of the function, for the sentence.
    with_cox : bool
        Whether losses that tie samples to each other are taken.
    others : str
        What to use for other losses and norms, a clause.

    Raises
    ------
    TypeError, ValueError
    """
    if not isinstance(solution, Solution):
        raise TypeError(f"solution must be a Solution, as Problem.solve returns it, got {solution!r}.")
    problem = solution.problem
    has_noise = problem.loss.is_quadratic or problem.loss.is_likelihood
    if not (has_noise and (with_cox or problem.loss.is_diagonal) and isinstance(problem.norm, L1)):
        losses = (
            "squared error, logistic, Poisson or Cox" if with_cox else "squared error, logistic or Poisson"
        )
        raise ValueError(
            f"{caller} needs {losses} with the L1 norm, got {problem.loss!r} with {problem.norm!r}; {others}."
        )
    if solution.form != "penalty" or solution.alpha <= 0:
        raise ValueError(
            f"{caller} needs a solution at a fixed alpha > 0, got {solution.form} = {solution.level:g}; "
            "solve with alpha=."
        )
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level!r}.")
