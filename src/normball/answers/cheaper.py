"""A cheaper point than the one you have: question five of the picture.

A line that cuts the ball's side can be slid inwards until it only touches. For any
weights w, either some w' has the same norm and a lower loss (or the same loss and a
lower norm), or w is optimal, and then a dual point proves it: the loss cannot fall below
its dual value within the ball through w.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..solvers.certificate import Certificate, certify_term
from ..solvers.terms import Ball
from ..typing import Floats

if TYPE_CHECKING:
    from ..problem import Problem
    from .solution import Solution


@dataclass(frozen=True, eq=False)
class Cheaper:
    """A better point than the given one, or the proof that there is none.

    Attributes
    ----------
    is_optimal : bool
        Whether the given weights cannot be improved (to the tolerance of the proof).
    keep : str
        What was kept: "norm" or "loss".
    coef, intercept : the better weights (p,) and intercept; the given ones if optimal.
    loss_before, loss_after, norm_before, norm_after : float
    saved : float
        Loss saved at the same norm, or norm saved at the same loss; 0 if optimal.
    certificate : Certificate
        Proof that the given weights are optimal in the ball through them, or that the
        better ones are in their own form (budget or target).
    sentence : str
    solution : Solution
        The optimal point, with contact and path of proof.
    """

    is_optimal: bool
    keep: str
    coef: Floats
    intercept: float
    loss_before: float
    loss_after: float
    norm_before: float
    norm_after: float
    saved: float
    certificate: Certificate
    sentence: str
    solution: Solution = field(repr=False)

    def __str__(self) -> str:
        return self.sentence


def find_cheaper(problem: Problem, w: Floats, intercept: float, keep: str) -> Cheaper:
    """See `Problem.cheaper`."""
    if keep not in ("norm", "loss"):
        raise ValueError(f"keep must be 'norm' or 'loss', got {keep!r}.")
    instance, tolerance = problem.instance, 1e-9
    norm_before = problem.norm.value(w)
    if not np.isfinite(norm_before):
        raise ValueError(
            "w lies outside the domain of the norm (a coefficient that may not move is not zero)."
        )
    eta = instance.predictor(w, intercept)
    loss_before = instance.value(eta)
    solution = problem.solve(budget=norm_before, tol=tolerance)
    given = certify_term(instance, Ball(problem.norm, norm_before), w, intercept, eta, tolerance)
    # the solution's dual value bounds every point of the ball, the given one included
    bound = max(given.dual, solution.certificate.dual)
    excess = loss_before - bound
    spends = norm_before - solution.norm > 1e-9 * max(norm_before, 1e-300)
    if excess <= 1e-7 * instance.scale and not (spends and solution.is_interior):
        proof = Certificate(
            "budget",
            loss_before,
            bound,
            max(excess, 0.0) / instance.scale,
            instance.scale,
            0.0,
            solution.certificate.theta,
            tolerance,
        )
        sentence = (
            f"Nothing is cheaper: with norm {norm_before:.6g} no weights reach a loss below {bound:.10g}, "
            f"and these have {loss_before:.10g} (proved by a dual point, within {proof.gap:.1e})."
        )
        return Cheaper(
            True,
            keep,
            w,
            intercept,
            loss_before,
            loss_before,
            norm_before,
            norm_before,
            0.0,
            proof,
            sentence,
            solution,
        )
    if keep == "norm":
        saved = loss_before - solution.loss
        sentence = (
            f"Yes: weights of norm {solution.norm:.6g} (yours: {norm_before:.6g}) have loss "
            f"{solution.loss:.6g} instead of {loss_before:.6g}, "
            f"which saves {saved:.4g} ({_percent(saved, loss_before)})."
        )
        return _better(keep, solution, loss_before, norm_before, saved, sentence)
    shrunk = problem.solve(target=loss_before, tol=tolerance)
    saved = norm_before - shrunk.norm
    sentence = (
        f"Yes: the loss {loss_before:.6g} is reached with norm {shrunk.norm:.6g} "
        f"instead of {norm_before:.6g}, which saves {saved:.4g} ({_percent(saved, norm_before)})."
    )
    return _better(keep, shrunk, loss_before, norm_before, saved, sentence)


def _better(
    keep: str, solution: Solution, loss_before: float, norm_before: float, saved: float, sentence: str
) -> Cheaper:
    """The answer that a solution is better, proved by the solution's own certificate."""
    return Cheaper(
        is_optimal=False,
        keep=keep,
        coef=solution.coef,
        intercept=solution.intercept,
        loss_before=loss_before,
        loss_after=solution.loss,
        norm_before=norm_before,
        norm_after=solution.norm,
        saved=saved,
        certificate=solution.certificate,
        sentence=sentence,
        solution=solution,
    )


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.3g} %" if whole > 0 else "all of it"
