"""One answer against the reference and against its extended certificate, and what they say of it.

Two second opinions: an interior-point solver finds another answer (`reference.py`), and a
certificate in extended precision examines ours (`extended_certificate.py`). Where the two
disagree the certificate decides, which needs no other answer: a solver may be inaccurate. But
no proof stands above a better answer that meets the constraint.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from extended_certificate import ExtendedProblem
from extended_claims import Claim, Finding
from problems import RandomProblem

LARGEST_DIFFERENCE = 1e-6
LARGEST_EXCESS = 1e-9
LARGEST_GAP = 1e-8


@dataclass(frozen=True)
class Comparison:
    """What `compare` measured at one point.

    Attributes
    ----------
    difference : float, our objective minus the reference's, relative (`Objective.scale`).
    gap : float, the gap that is claimed.
    overclaim : float, how far the claimed lower bound lies above the reference's objective.
    mistake : float, how far the claimed primal value is from the objective.
    finding : Finding, what extended precision says.
    unproved : float, the difference that its gap leaves possible, relative like `difference`.
    reference_excess : float, how far the reference breaks the constraint, relative.
    met_its_tolerance : bool, whether the reference says so.
    seconds, reference_seconds : float
    """

    difference: float
    gap: float
    overclaim: float
    mistake: float
    finding: Finding
    unproved: float
    reference_excess: float
    met_its_tolerance: bool
    seconds: float
    reference_seconds: float

    @property
    def is_proved(self) -> bool:
        """Whether extended precision proves the answer within what is compared here."""
        return self.finding.gap <= 0.1 * LARGEST_DIFFERENCE and self.is_feasible

    @property
    def is_feasible(self) -> bool:
        """Whether the answer meets its constraint, within the tolerance and what float64 allows."""
        return self.finding.infeasibility <= LARGEST_GAP + self.finding.slack

    @property
    def is_accurate(self) -> bool:
        """Whether the reference is as good as what is proved."""
        return self.met_its_tolerance and not (
            self.is_proved and not abs(self.difference) <= 10 * LARGEST_DIFFERENCE
        )

    def failures(self) -> list[str]:
        """What is wrong, one sentence each."""
        found = self.finding
        limits = {
            "our duality gap is too large": (self.gap, LARGEST_GAP + found.allowance),
            "our answer breaks its constraint": (found.infeasibility, LARGEST_GAP + found.slack),
        }
        if not self.is_proved and np.isfinite(self.difference):
            limits["our objective lies above the reference's"] = (
                self.difference,
                LARGEST_DIFFERENCE + found.allowance,
            )
        if not self.is_proved and np.isfinite(self.overclaim):
            limits["our lower bound lies above the reference's objective"] = (
                self.overclaim,
                LARGEST_DIFFERENCE + found.allowance,
            )
        if self.is_proved and self.reference_excess <= LARGEST_EXCESS:
            limits["a better answer stands against the proof"] = (
                self.difference,
                LARGEST_DIFFERENCE + self.unproved,
            )
        if np.isfinite(self.mistake):
            limits["the claimed primal value is not the objective"] = (
                self.mistake,
                LARGEST_EXCESS + found.slack + found.allowance,
            )
        return found.contradictions() + [
            f"{sentence} ({measured:.1e}, allowed {limit:.1e})"
            for sentence, (measured, limit) in limits.items()
            if not measured <= limit
        ]


def compare(problem: RandomProblem, tol: float = LARGEST_GAP) -> list[Comparison]:
    """Solve a problem, or its whole path, and look at every point."""
    start = perf_counter()
    exact = ExtendedProblem(**problem.arguments)
    if problem.is_path:
        return _compare_path(problem, tol, exact, start)
    solution = problem.solve(tol=tol)
    seconds = perf_counter() - start
    values = solution.certificate.primal, solution.certificate.dual
    return [_compare(problem, exact, exact.examine(Claim.of(solution)), *values, seconds)]


def _compare_path(
    problem: RandomProblem, tol: float, exact: ExtendedProblem, start: float
) -> list[Comparison]:
    path = problem.path(tol=tol)
    seconds = (perf_counter() - start) / len(path)
    return [
        _compare(
            point,
            exact,
            exact.examine(Claim.of_path(path, k, point.axes.form, point.level)),
            np.nan,
            np.nan,
            seconds,
        )
        for k, point in enumerate(problem.points)
    ]


def _compare(
    problem: RandomProblem,
    exact: ExtendedProblem,
    finding: Finding,
    primal: float,
    dual: float,
    seconds: float,
) -> Comparison:
    objective, form, level = problem.objective, problem.axes.form, problem.level
    start, claim = perf_counter(), finding.claim
    reference = problem.reference
    end = perf_counter()
    ours = objective.value(form, claim.w, claim.b, level)
    scale = objective.scale(form, reference.objective if np.isfinite(reference.objective) else ours)
    difference = np.nan
    if np.isfinite(reference.objective):  # far from 0, rounding of eta hides differences from float64
        theirs = exact.objective(form, level, reference.coef, reference.intercept)
        difference = float(exact.objective(form, level, claim.w, claim.b) - theirs) / scale
    return Comparison(
        difference=difference,
        gap=claim.gap,
        overclaim=(dual - reference.objective) / scale,
        mistake=abs(primal - ours) / scale,
        finding=finding,
        unproved=finding.gap * (ours if form == "target" else float(exact.scale)) / scale,
        reference_excess=objective.excess(form, reference.coef, reference.intercept, level)
        if np.isfinite(reference.objective)
        else np.inf,
        met_its_tolerance=reference.is_accurate,
        seconds=seconds,
        reference_seconds=end - start,
    )
