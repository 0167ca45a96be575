"""What is claimed of an answer, and what is true of the claim."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from normball import ConvergenceWarning, Path, Solution

EPS = float(np.finfo(np.float64).eps)
FACTOR = 10.0
"""How much larger than claimed a gap may be."""


@dataclass(frozen=True, eq=False)
class Claim:
    """An answer and what is said of it.

    Attributes
    ----------
    form : "penalty", "budget", "target" or "fit".
    level : the alpha, budget or target.
    w, b : (p,) and number.
    alpha : price at the answer, a hint.
    gap, infeasibility : what the package claims, relative.
    theta : (n,) dual point behind it, of the rows with weight; None where none is returned.
    hints : other dual points (n,), in units of the loss, where some are known.
    """

    form: str
    level: float
    w: Any
    b: float
    alpha: float
    gap: float
    infeasibility: float = 0.0
    theta: Any = None
    hints: tuple[Any, ...] = ()

    @classmethod
    def of(cls, solution: Solution) -> Claim:
        """What a solution says of itself."""
        proof = solution.certificate
        return cls(
            form=proof.form,
            # the least norm of a loss with kinks is proved as that of the loss that was reached
            level=solution.level if proof.form in (solution.form, "fit") else solution.loss,
            w=solution.coef,
            b=solution.intercept,
            alpha=solution.alpha,
            gap=proof.gap,
            infeasibility=proof.infeasibility,
            theta=proof.theta,
        )

    @classmethod
    def of_path(cls, path: Path, k: int, form: str, level: float) -> Claim:
        """What a path says of its k-th point, an "alpha", "budget" or "target" of this level.

        Its dual points are not kept, and constraints are met within its tolerance. Some are found anew: by
        the certificate of the point and, where that proves less or the point lies on kinks, by solves.
        """
        problem, alpha = path.problem, float(path.alphas[k])
        hints = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            if has_price := 0 < alpha < np.inf:
                found = path[k].certificate
                hints.append(found.theta)
                if found.gap > FACTOR * max(float(path.gaps[k]), EPS) and problem.loss.is_smooth:
                    hints.append(problem.solve(alpha=alpha, tol=path.tolerance).certificate.theta)
            if not problem.loss.is_smooth:
                asked = [{form: level}] + ([{"alpha": alpha}] if has_price and form != "alpha" else [])
                # as the path did it; to the last digit where that shows less than is claimed
                tries = [(each, 1e-14) for each in asked]
                tries = tries if form == "target" else [(asked[0], path.tolerance), *tries]
                for each, tol in tries:
                    proof = problem.solve(**each, tol=tol).certificate
                    hints.append(proof.theta)
                    if form != "target" and proof.gap <= FACTOR * max(float(path.gaps[k]), EPS):
                        break
        return cls(
            form={"alpha": "penalty"}.get(form, form),
            level=level,
            w=path.sparse_coefs[[k]].toarray()[0],
            b=float(path.intercepts[k]),
            alpha=alpha,
            gap=float(path.gaps[k]),
            infeasibility=path.tolerance,
            hints=tuple(hints),
        )


@dataclass(frozen=True)
class Finding:
    """What is true of a claim, in its units: relative to the loss without features, or to R(w).

    Attributes
    ----------
    gap : least gap that any dual point proves here.
    theta_gap : gap that the returned dual point proves; `gap` where none was returned.
    infeasibility : what is broken of the constraint, priced.
    allowance : what float64 leaves open in the gap, and in the constraint.
    """

    claim: Claim = field(repr=False)
    gap: float
    theta_gap: float
    infeasibility: float
    allowance: float
    slack: float

    def contradictions(self) -> list[str]:
        """Where the claim is not true, one sentence each."""
        if not np.isfinite(self.claim.gap):
            return []
        most = FACTOR * self.claim.gap + self.allowance
        broken = FACTOR * max(self.claim.infeasibility, self.claim.gap) + self.slack
        sentences = {
            "the gap is larger than claimed": (self.gap, most),
            "the returned dual point does not prove the claimed gap": (self.theta_gap, most),
            "the constraint is broken by more than claimed": (self.infeasibility, broken),
        }
        return [
            f"{sentence} ({found:.1e}; claimed {self.claim.gap:.1e} and {self.claim.infeasibility:.1e}, "
            f"float64 allows {limit:.1e})"
            for sentence, (found, limit) in sentences.items()
            if not found <= limit
        ]
