"""What `Problem.solve` returns: the coefficients, the proof, the contact, and plain words."""

from __future__ import annotations

from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from ..blocks.scan import is_stored
from ..cached import cached_property
from ..measures import Quality, ScoredRows, quality_of
from ..solvers.certificate import Certificate
from ..solvers.workspace import Answer
from ..typing import Floats, Indices, Mask
from ..warnings import warn_unconverged
from .contact import Contact, find_contact
from .explanation import Explanation, explain
from .screening import prove_zeros
from .verdict import UNITS, Verdict, verdict_of

if TYPE_CHECKING:
    from ..problem import Problem


@dataclass(frozen=True, eq=False)
class Solution:
    """A solved problem. Made by `Problem.solve`, `Path.at` and `Problem.cheaper`.

    Attributes
    ----------
    problem : Problem
        What was solved; `problem.feature_names` names the coefficients.
    coef : (p,) float64
        Coefficients w; zeros are exact.
    intercept : float
        b; 0.0 without an intercept.
    alpha : float
        Price of a unit of norm: given (penalty form) or found (the slope of the frontier).
    norm : float
        R(coef).
    loss : float
        Mean loss f at the solution.
    form : str
        "penalty", "budget" or "target".
    level : float
        The alpha, budget or target that was asked for.
    certificate : Certificate
        Primal and dual value; `certificate.gap` is relative (see `Certificate`).
    n_iterations : int
        Outer iterations of the solver.
    solver : str
        Which solver gave it: a solver of the table in docs/engine.md.
    """

    problem: Problem = field(repr=False)
    coef: Floats
    intercept: float
    alpha: float
    norm: float
    loss: float
    form: str
    level: float
    certificate: Certificate
    n_iterations: int
    solver: str = ""

    @property
    def converged(self) -> bool:
        """Whether the certificate meets the tolerance that was asked for."""
        return self.certificate.is_met

    @property
    def support(self) -> Indices:
        """Positions of the non-zero coefficients."""
        return np.flatnonzero(self.coef)

    @property
    def n_zeros(self) -> int:
        """Number of coefficients that are exactly zero."""
        return int((self.coef == 0).sum())

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features, from the data frame or x0, x1, ..."""
        return self.problem.feature_names

    @cached_property
    def predictor(self) -> Floats:
        """eta = X w + b (n,) on the data of the problem.

        Raises
        ------
        ValueError
            If its rows are not in memory.
        """
        if self.problem.summary is not None:
            raise self.problem.summary.no_rows("the predictor of each row")
        return self._predictor

    @cached_property
    def _predictor(self) -> Floats:
        """(q,) on the rows that the problem holds."""
        return self.problem.instance.predictor(self.coef, self.intercept)

    @cached_property
    def quality(self) -> Quality:
        """How well the rows of the fit are predicted, in the figures usual for such responses."""
        instance = self.problem.instance
        weight = instance.sample_weight * instance.n_samples
        rows = ScoredRows.of_one_model(self._predictor, instance.y, weight)
        if self.problem.summary is not None:
            rows = rows.standing_for(self.problem.summary.n_rows)
        return quality_of(self.problem.loss, rows, "y")

    @cached_property
    def contact(self) -> Contact:
        """Where the level set touches the ball; see `Contact`."""
        if self.is_exact_fit:
            normal = self.problem.design.rmatvec(self.certificate.theta)
            normal[self.problem.instance.unpenalised] = 0.0
            return find_contact(self.problem.norm, self.coef, normal, 1.0, is_interior=False)
        return find_contact(self.problem.norm, self.coef, self._pull, self.alpha, self.is_interior)

    @property
    def _pull(self) -> Floats:
        """(p,) X'(-grad f); of many subgradients the one that the certificate proves."""
        if self.problem.loss.is_smooth:
            return -self.problem.gradient(self.coef, self.intercept)
        # the target form's dual point is scaled to price 1
        units = self.alpha if self.certificate.form == "target" else 1.0
        return units * self.problem.design.rmatvec(self.certificate.theta)

    @property
    def is_exact_fit(self) -> bool:
        """Whether this is the least norm at the least attainable loss (interpolation, basis pursuit)."""
        return self.form == "target" and self.certificate.form == "fit" and self.norm > 0

    @property
    def is_interior(self) -> bool:
        """Whether the price is nil: the ball (or the target) does not bind."""
        if self.form == "budget":
            return self.norm < self.level * (1 - 1e-9) or self.alpha == 0
        return self.alpha == 0 and not self.is_exact_fit

    @cached_property
    def proved_zero(self) -> Mask | None:
        """(p,) features proved zero in *every* solution, by the safe sphere rule; None where no rule applies.

        The dual optimum lies within sqrt(2 c gap) of our dual point, c the curvature bound
        of the loss, so |X_j' theta*| is known up to that radius times the length of column
        j (Ndiaye, Fercoq, Gramfort, Salmon, "Gap safe screening rules", JMLR 18, 2017). In
        the target form the statement is about the budget R(w) that was reached.
        """
        return prove_zeros(self.problem.instance, self)

    @cached_property
    def verdict(self) -> Verdict:
        """What was found and how sure it is, in plain words."""
        return verdict_of(self)

    def why(self, feature: int | str) -> Explanation:
        """Why this coefficient is zero, or is not: what it would buy and what it costs.

        Parameters
        ----------
        feature : int or str
            Position or name.

        Returns
        -------
        Explanation
            Numbers and one sentence; `print` shows the sentence.

        Raises
        ------
        ValueError
            Unknown name (with the close match) or position out of range.
        """
        return explain(self, self.problem.feature_position(feature))

    def predict(self, X: object, to: str | PathLike[str] | None = None) -> Floats | None:
        """Mean response (n,) at new rows X (n, p): value, probability or rate.

        Parameters
        ----------
        X : as `Problem`; or a path or `nb.scan` with the columns of the fit, whose rows are read in blocks.
        to : path of a .parquet file, optional
            For a path or scan: written there block by block, and None is returned.

        Raises
        ------
        ValueError
            If X has another number of features, or other names than the fitted data.
        """
        if is_stored(X):
            from ..blocks.predicting import predict_stored

            loss, coef = self.problem.loss, self.coef
            names = self.feature_names
            return predict_stored(X, names, lambda rows: loss.predict(rows @ coef + self.intercept), to)
        if to is not None:
            raise TypeError("to goes with rows that are read in blocks, from a path or nb.scan.")
        eta = self.problem.design_of(X).matvec(self.coef) + self.intercept
        return self.problem.loss.predict(eta)

    def table(self) -> list[tuple[str, float]]:
        """(name, coefficient) of the non-zero coefficients, largest first."""
        order = self.support[np.argsort(-np.abs(self.coef[self.support]), kind="stable")]
        return [(self.feature_names[j], float(self.coef[j])) for j in order]

    def __str__(self) -> str:
        return self.verdict.text

    def __repr__(self) -> str:
        return (
            f"Solution({self.form}={self.level:.6g}: alpha={self.alpha:.6g}, norm={self.norm:.6g}, "
            f"{self.quality.headline}, {len(self.support)} of {len(self.coef)} non-zero, "
            f"gap={self.certificate.gap:.1e}, solver={self.solver!r})"
        )

    def _repr_html_(self) -> str:
        """Verdict and the table of non-zero coefficients, for notebooks."""
        from html import escape

        rows = "".join(
            f"<tr><th scope='row'>{escape(name)}</th><td style='text-align:right'>{value:.6g}</td></tr>"
            for name, value in self.table()[:50]
        )
        more = len(self.support) - 50
        rows += f"<tr><td colspan='2'>and {more} more</td></tr>" if more > 0 else ""
        text = escape(self.verdict.text).replace("\n", "<br>")
        head = "<tr><th scope='col'>feature</th><th scope='col'>coefficient</th></tr>"
        return f"<p>{text}</p><table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def solution_of(problem: Problem, form: str, level: float, answer: Answer) -> Solution:
    """What a solver found as a solution of a problem."""
    point, instance = answer.point, problem.instance
    return Solution(
        problem=problem,
        coef=point.w,
        intercept=point.intercept,
        alpha=point.alpha,
        norm=problem.norm.value(point.w),
        loss=instance.value(instance.predictor(point.w, point.intercept)),
        form=form,
        level=level,
        certificate=answer.certificate,
        n_iterations=answer.n_iterations,
        solver=answer.solver,
    )


def warn_if_loose(solution: Solution) -> None:
    """ConvergenceWarning where a solution did not reach its tolerance."""
    if not solution.converged and solution.problem.norm.is_convex:
        warn_unconverged(
            f"{UNITS[solution.form]} {solution.level:.6g}, {solution.n_iterations} iterations: "
            f"{solution.verdict.advice}",
            stacklevel=3,
        )
