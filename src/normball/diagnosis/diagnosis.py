"""The diagnosis: numbers, findings, and how they are printed."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np

from ..estimators import cross_validate
from ..losses import Loss
from ..norms import L1
from ..problem import Problem
from ..solution import Solution
from ..tables import read_count, read_positive
from ..typing import ArrayLike
from .conditions import Conditions, evaluate
from .correlations import Correlations, correlate
from .findings import BAD, CAREFUL, GOOD, Finding, find_all

WIDTH = 96
"""Of the printed report."""
MARKS = {GOOD: "ok", CAREFUL: "! ", BAD: "!!"}
COLOURS = {GOOD: "#00805E", CAREFUL: "#9A6A00", BAD: "#B34700"}


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """Whether L1 can find the right features in these data; made by `diagnose`.

    Attributes
    ----------
    solution : Solution
        The fit that was examined: L1 in units of each column's standard deviation.
    chosen_by : str
        How its alpha was chosen.
    correlations : Correlations
    conditions : Conditions
    findings : list of Finding
    """

    solution: Solution
    chosen_by: str
    correlations: Correlations = field(repr=False)
    conditions: Conditions = field(repr=False)
    findings: list[Finding]

    @property
    def verdict(self) -> str:
        """The answer in one sentence."""
        if not len(self.solution.support):
            return "L1 keeps nothing here: at this alpha no column predicts better than the mean."
        bad = [finding.title.lower() for finding in self.findings if finding.state == BAD]
        if bad:
            return (
                f"Do not trust which features L1 keeps here ({', '.join(bad)}); its predictions may be fine."
            )
        if any(finding.state == CAREFUL for finding in self.findings):
            return "L1 probably finds the right features here, but nothing guarantees it."
        return "L1 finds the right features here, as far as the data can tell."

    @property
    def subject(self) -> str:
        """What was examined, in one sentence."""
        problem, solution = self.solution.problem, self.solution
        seen = len(self.correlations.looked_at)
        part = "" if seen == problem.n_features else f" Correlations are among {seen:,} columns."
        return (
            f"{problem.n_samples:,} rows, {problem.n_features:,} columns, {problem.loss.title}: L1 at "
            f"alpha = {solution.alpha:.3g} ({self.chosen_by}; columns in units of their spread) keeps "
            f"{len(solution.support):,}.{part}"
        )

    @property
    def pair(self) -> tuple[int, int] | None:
        """The two columns that L1 tells apart worst: one of them kept where any is."""
        if not len(self.solution.support) or len(self.correlations.looked_at) < 2:
            return self.correlations.pair
        partners = {int(j): self.correlations.partner(int(j)) for j in self.solution.support}
        first = max(partners, key=lambda j: partners[j][1])
        return first, partners[first][0]

    def __str__(self) -> str:
        lines = [*textwrap.wrap(self.verdict, WIDTH), *textwrap.wrap(self.subject, WIDTH), ""]
        for finding in self.findings:
            text = f"{MARKS[finding.state]}  {finding.title}. {finding.text}"
            lines += textwrap.wrap(text, WIDTH, subsequent_indent="    ")
            if finding.fix:
                lines += textwrap.wrap(f"    -> {finding.fix}", WIDTH, subsequent_indent="       ")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The same as a table, for notebooks."""
        rows = []
        for finding in self.findings:
            fix = f"<br><b>Fix:</b> {escape(finding.fix)}" if finding.fix else ""
            rows.append(
                f"<tr style='vertical-align:top'><td style='color:{COLOURS[finding.state]}'>"
                f"<b>{finding.state}</b></td>"
                f"<th scope='row' style='text-align:left'>{escape(finding.title)}</th>"
                f"<td style='text-align:left'>{escape(finding.text)}{fix}</td></tr>"
            )
        head = f"<p><b>{escape(self.verdict)}</b></p><p>{escape(self.subject)}</p>"
        return f"{head}<table><tbody>{''.join(rows)}</tbody></table>"


def diagnose(
    X: ArrayLike,
    y: ArrayLike,
    loss: str | Loss | None = None,
    alpha: float | None = None,
    *,
    sample_weight: ArrayLike | None = None,
    feature_names: Any = None,
    similar: float = 0.95,
    max_columns: int = 5000,
    seed: int = 0,
) -> Diagnosis:
    """Can L1 find the right features in these data? Conditions from theory, in plain words, with the fix.

    Parameters
    ----------
    X : (n, p) array, sparse matrix or data frame
    y : (n,) response
    loss : str or Loss, optional
        Default: logistic if y is 0 and 1 only, else squared error.
    alpha : float > 0, optional
        Price for columns in units of their standard deviation. Default: the largest within
        one standard error of the best in five-fold cross-validation.
    sample_weight, feature_names : as `Problem`.
    similar : float, 0 < similar <= 1, default 0.95
        Absolute correlation from which two columns count as near-duplicates.
    max_columns : int, default 5000
        Correlations are looked at among the columns kept and those most correlated with y.
    seed : int, default 0
        Of the folds.

    Returns
    -------
    Diagnosis
        `print` it; it also shows in a notebook. `DiagnosisDisplay` draws it.

    Raises
    ------
    TypeError, ValueError
        As `Problem`; a threshold out of range; no column that varies.

    Notes
    -----
    One cross-validation, then n m^2 for the correlations of m columns. The conditions are
    those of the fitted support, which stands for the unknown true one.
    """
    if not 0 < similar <= 1:
        raise ValueError(f"similar must be a correlation, above 0 and at most 1, got {similar!r}.")
    max_columns = read_count(max_columns, "max_columns", 2)
    if loss is None:
        loss = "logistic" if _is_binary(y) else "squared_error"
    plain = Problem(X, y, loss, sample_weight=sample_weight, feature_names=feature_names)
    deviations = plain.instance.moments[1]
    if not deviations.any():
        raise ValueError("X must have a column that varies; all of its columns are constant.")
    # prices equal to the deviations are the same as columns in units of them; constants stay out
    problem = plain.with_norm(L1(weights=np.where(deviations > 0, deviations, np.inf)))
    if alpha is None:
        level, chosen_by = _chosen(problem, seed)
    else:
        level, chosen_by = read_positive(alpha, "alpha"), "as given"
    solution = problem.solve(alpha=level)
    correlations = correlate(problem, solution.support, similar, max_columns)
    conditions = evaluate(solution, correlations)
    findings = find_all(solution, correlations, conditions, similar)
    return Diagnosis(solution, chosen_by, correlations, conditions, findings)


def _chosen(problem: Problem, seed: int) -> tuple[float, str]:
    n_folds = min(5, problem.n_samples)
    if problem.loss.is_classifier:
        n_folds = min(n_folds, int(np.bincount(problem.instance.y.astype(np.intp)).min()))
    if n_folds < 2:
        raise ValueError("alpha must be given where there are too few rows to cross-validate.")
    validation = cross_validate(problem, n_folds, seed=seed)
    return validation.one_se_alpha, f"largest within one standard error in {n_folds}-fold cross-validation"


def _is_binary(y: ArrayLike) -> bool:
    values = np.unique(np.asarray(y))
    return len(values) == 2 and values.dtype.kind in "bifu" and bool((values == [0, 1]).all())
