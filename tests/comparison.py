"""One problem solved twice, by the package and by the reference, and what the two differ in."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from problems import RandomProblem

LARGEST_DIFFERENCE = 1e-6
LARGEST_ADVANTAGE = 1e-5
"""How far below the reference's objective ours may lie and the reference still count as accurate: ours is
the value of a point that meets its constraint, so that it is the reference that has not got there."""
LARGEST_EXCESS = 1e-9
LARGEST_GAP = 1e-8


@dataclass(frozen=True)
class Comparison:
    """What `compare` measured.

    Attributes
    ----------
    difference : float, our objective minus the reference's, relative (`Objective.scale`).
    excess : float, how far our answer breaks the constraint of its form, relative.
    gap : float, the certificate's duality gap.
    overclaim : float, how far the certificate's lower bound lies above the reference's
        objective, relative; above rounding the certificate is false.
    mistake : float, how far the certificate's primal value is from the objective, relative.
    is_accurate : bool, whether the reference met its own tolerance, and ours is no better.
    seconds, reference_seconds : float
    """

    difference: float
    excess: float
    gap: float
    overclaim: float
    mistake: float
    is_accurate: bool
    seconds: float
    reference_seconds: float

    def failures(self) -> list[str]:
        """What is wrong, one sentence each.

        Where the reference is not accurate it may be worse than ours, not better, and our
        own gap stands for the proof; where it found nothing, the gap alone does.
        """
        limits = {
            "our answer breaks its constraint": (self.excess, LARGEST_EXCESS),
            "our duality gap is too large": (self.gap, LARGEST_GAP),
            "the certificate's primal value is not the objective": (self.mistake, LARGEST_EXCESS),
        }
        if np.isfinite(self.difference):
            limits["our objective lies above the reference's"] = (self.difference, LARGEST_DIFFERENCE)
            limits["our lower bound lies above the reference's objective"] = (
                self.overclaim,
                LARGEST_DIFFERENCE,
            )
        return [
            f"{sentence} ({measured:.1e}, allowed {limit:.0e})"
            for sentence, (measured, limit) in limits.items()
            if not measured <= limit
        ]


def compare(problem: RandomProblem, tol: float = LARGEST_GAP) -> Comparison:
    """Solve a problem both ways."""
    objective, form, level = problem.objective, problem.axes.form, problem.level
    start = perf_counter()
    solution = problem.solve(tol=tol)
    middle = perf_counter()
    reference = problem.reference
    end = perf_counter()
    ours = objective.value(form, solution.coef, solution.intercept, level)
    scale = objective.scale(form, reference.objective if np.isfinite(reference.objective) else ours)
    certificate = solution.certificate
    difference = (ours - reference.objective) / scale
    return Comparison(
        difference=difference,
        excess=objective.excess(form, solution.coef, solution.intercept, level),
        gap=certificate.gap,
        overclaim=(certificate.dual - reference.objective) / scale,
        mistake=abs(certificate.primal - ours) / scale,
        is_accurate=reference.is_accurate and not difference < -LARGEST_ADVANTAGE,
        seconds=middle - start,
        reference_seconds=end - middle,
    )
