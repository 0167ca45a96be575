"""A verdict instead of a warning: what was found, how sure it is, and what to do if it is not.

The gap bounds how far the objective is from its optimum; minus its decimal logarithm is
the number of digits that can be trusted. If the tolerance was missed, the likely cause is
looked for in the data: two nearly equal columns, columns of very different size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..problem import Problem
    from .solution import Solution

UNITS = {"penalty": "alpha", "budget": "budget", "target": "target loss"}


@dataclass(frozen=True)
class Verdict:
    """What was found, in sentences.

    Attributes
    ----------
    found : str
        Coefficients kept, and how well they predict the rows of the fit, in usual units.
    proof : str
        The gap and how many digits it proves.
    zeros : str
        How many features are proved zero, or that no rule applies.
    cost : str
        Objective, norm and price of a unit of norm.
    advice : str
        Empty if the tolerance was met, else the likely cause and one remedy.
    """

    found: str
    proof: str
    zeros: str
    cost: str
    advice: str

    @property
    def text(self) -> str:
        parts = (self.found, self.proof, self.zeros, self.cost, self.advice)
        return "\n".join(part for part in parts if part)


def verdict_of(solution: Solution) -> Verdict:
    """The verdict on a solution."""
    return Verdict(_found(solution), _proof(solution), _zeros(solution), _cost(solution), _advice(solution))


def _found(solution: Solution) -> str:
    problem = solution.problem
    asked = f"{problem.norm.title} with {UNITS[solution.form]} {solution.level:.6g}"
    kept = f"{len(solution.support)} of {len(solution.coef)} coefficients are non-zero"
    return f"{asked}: {kept}; on the rows of the fit {solution.quality.headline}."


def _cost(solution: Solution) -> str:
    loss, null = solution.problem.loss, solution.problem.instance.null_loss
    return (
        f"Loss ({loss.measured_as}) {solution.loss:.6g} (from {null:.6g} without features), norm "
        f"{solution.norm:.6g}, price of a unit of norm {solution.alpha:.4g}."
    )


def _proof(solution: Solution) -> str:
    certificate = solution.certificate
    if not solution.problem.norm.is_convex:
        return (
            "The ball is not convex, so no duality gap exists: the answer is the best point found by "
            "searching the whole boundary."
        )
    if not np.isfinite(certificate.gap):
        return "Not proved: no dual point was found, so nothing bounds the distance to the optimum."
    return proof_of(
        certificate.gap, "norm" if certificate.form in ("target", "fit") else "loss without features"
    )


def proof_of(gap: float, of_what: str) -> str:
    """What a finite gap, relative to the norm or loss named, proves."""
    if gap < 1e-15:
        return f"Proved to the last digit: the duality gap is below 1e-15 of the {of_what}."
    digits = int(np.clip(np.floor(-np.log10(gap)), 0, 15))
    return (
        f"Proved within {100 * gap:.2g} % of the {of_what} (relative duality gap {gap:.1e}): {digits} digits "
        "of the objective can be trusted."
    )


def _zeros(solution: Solution) -> str:
    if not solution.problem.norm.makes_zeros or solution.alpha == 0:
        return ""
    proved = solution.proved_zero
    if proved is None or solution.n_zeros == 0:
        return ""
    count, proven = solution.n_zeros, int(proved.sum())
    which = "The one zero is" if proven == count == 1 else f"{proven} of the {count} zeros are"
    these = "this feature" if proven == count == 1 else "these features"
    return f"{which} proved: no solution of this problem has {these}."


def _advice(solution: Solution) -> str:
    if solution.converged or not solution.problem.norm.is_convex:
        return ""
    certificate = solution.certificate
    missed = f"relative gap {certificate.gap:.1e}"
    if certificate.infeasibility > certificate.gap:
        missed = f"the condition is missed by {certificate.infeasibility:.1e}"
    is_rounding = np.isfinite(certificate.gap) and 2 * certificate.rounding >= certificate.excess
    cause = likely_cause(solution.problem, bool(is_rounding))
    return f"The tolerance {certificate.tolerance:.1e} was not met ({missed}). {cause}"


def likely_cause(problem: Problem, is_rounding: bool = False) -> str:
    """The likeliest reason for a slow solve, found in the data, and one remedy.

    `is_rounding` says that rounding makes up what was missed.
    """
    means, deviations = problem.instance.moments
    if not problem.instance.is_centred and (deviations > 0).any():
        far = np.divide(np.abs(means), deviations, out=np.zeros(len(means)), where=deviations > 0)
        worst = int(far.argmax())
        if far[worst] > 1e4:
            return (
                f"Column {problem.feature_names[worst]!r} lies {far[worst]:.0e} times its spread from 0; "
                "fit an intercept or subtract its mean."
            )
    spread = deviations if problem.instance.is_centred else np.hypot(deviations, means)
    positive = spread > 0
    if positive.sum() >= 2:
        large = int(np.argmax(spread))
        ratio = float(spread[large] / np.median(spread[positive]))
        small = int(np.argmin(np.where(positive, spread, np.inf)))
        inverse = float(np.median(spread[positive]) / spread[small])
        names = problem.feature_names
        if ratio > 1e4:
            return f"Column {names[large]!r} is scaled {ratio:.0e} times the others; divide it by that."
        if inverse > 1e4:
            return (
                f"Column {names[small]!r} is scaled {1 / inverse:.0e} times the others; multiply it by that."
            )
        pair = most_correlated_pair(problem)
        if pair is not None and pair[2] > 0.999:
            return (
                f"Columns {names[pair[0]]!r} and {names[pair[1]]!r} are correlated {pair[2]:.6f}; "
                "drop one of them or use the elastic net."
            )
    if is_rounding:
        return "Rounding is what is left, and more iterations do not help; raise the tolerance."
    return "Too few iterations for this problem; raise max_iterations or the tolerance."


def most_correlated_pair(problem: Problem, n_columns: int = 500) -> tuple[int, int, float] | None:
    """Positions and absolute correlation of the most correlated pair among the first columns with spread.

    Looks at the `n_columns` columns of largest absolute gradient at w = 0, the ones that a
    solver meets; O(n m^2) for m columns.
    """
    instance = problem.instance
    means, deviations = instance.moments
    pull = np.abs(problem.gradient(np.zeros(instance.n_features), instance.null_intercept))
    score = np.where(deviations > 0, pull / np.where(deviations > 0, deviations, 1.0), -1.0)
    index = np.sort(np.argsort(-score, kind="stable")[:n_columns])
    index = index[deviations[index] > 0]
    if len(index) < 2:
        return None
    columns = (instance.design.columns(index) - means[index]) / deviations[index]
    correlation = np.abs((columns.T * instance.sample_weight) @ columns)
    np.fill_diagonal(correlation, 0.0)
    first, second = sorted(divmod(int(correlation.argmax()), len(index)))
    return int(index[first]), int(index[second]), min(float(correlation[first, second]), 1.0)
