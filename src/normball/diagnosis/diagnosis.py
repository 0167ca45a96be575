"""The diagnosis: numbers, findings, and how they are printed."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np

from ..answers.solution import Solution
from ..estimators.curve import CrossValidation
from ..inputs.alpha_scale import Fraction
from ..losses import Loss, get_loss
from ..norms import L1
from ..parameters import read_count
from ..problem import Problem
from ..typing import ArrayLike, Indices
from .choice import choose_alpha
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
    validation : CrossValidation or None
        Loss on unseen rows, by which alpha was chosen; None if alpha was given.
    correlations : Correlations
    conditions : Conditions
    findings : list of Finding
        The most useful first.
    """

    solution: Solution
    validation: CrossValidation | None = field(repr=False)
    correlations: Correlations = field(repr=False)
    conditions: Conditions = field(repr=False)
    findings: list[Finding]

    @property
    def verdict(self) -> str:
        """The answer in one sentence."""
        if not len(self.solution.support):
            return "L1 keeps nothing here: at this alpha no column is worth its price."
        bad = [finding.concern for finding in self.findings if finding.state == BAD]
        if bad:
            return f"Do not trust which columns L1 keeps here: {', '.join(bad)}. It may still predict well."
        careful = [finding.concern for finding in self.findings if finding.state == CAREFUL]
        if careful:
            return f"L1 probably finds the right columns here, with reservations: {', '.join(careful)}."
        return "L1 finds the right columns here, as far as the data can tell."

    @property
    def subject(self) -> str:
        """What was examined, in a few sentences."""
        problem, solution = self.solution.problem, self.solution
        seen, validation = len(self.correlations.looked_at), self.validation
        size = f"{_count(problem.n_samples, 'row')}, {_count(problem.n_features, 'column')}"
        chosen = f"alpha = {solution.alpha:.3g}"
        if validation is not None:
            chosen += ", the largest within one standard error of the best in cross-validation,"
        text = (
            f"{size}, {problem.loss.title}. L1 at {chosen} keeps {_count(len(solution.support), 'column')} "
            "(each in units of its spread)."
        )
        if validation is not None and len(solution.support):
            loss, without = validation.mean_loss[validation.one_se_index], validation.mean_loss[0]
            text += f" Loss on unseen rows {loss:.3g}, without any column {without:.3g}."
        if seen < problem.n_features:
            text += f" Correlations are among {seen:,} columns: those kept and those most related to y."
        return text

    @property
    def advice(self) -> list[str]:
        """What to do, the most useful first; empty where nothing needs doing."""
        return [finding.fix for finding in self.findings if finding.fix]

    @property
    def grouping(self) -> Indices:
        """(p,) label of each column: near-duplicates share one, as `GroupL2` takes it."""
        label = np.arange(self.solution.problem.n_features)
        for group in self.correlations.groups:
            label[group] = group[0]
        return np.unique(label, return_inverse=True)[1]

    @property
    def pair(self) -> tuple[int, int] | None:
        """The two columns that L1 tells apart worst: one of them kept where any is."""
        if not len(self.solution.support) or len(self.correlations.looked_at) < 2:
            return self.correlations.pair
        partners = {int(j): self.correlations.partner(int(j)) for j in self.solution.support}
        first = max(partners, key=lambda j: partners[j][1])
        return first, partners[first][0]

    def __str__(self) -> str:
        lines = [*textwrap.wrap(self.verdict, WIDTH), *textwrap.wrap(self.subject, WIDTH)]
        if self.advice:
            lines += ["", "What to do"]
        for number, fix in enumerate(self.advice, 1):
            lines += textwrap.wrap(f"{number}.  {fix}", WIDTH, subsequent_indent="    ")
        lines += ["", "What was found"]
        for finding in self.findings:
            text = f"{MARKS[finding.state]}  {finding.title}. {finding.text}"
            lines += textwrap.wrap(text, WIDTH, subsequent_indent="    ")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The same for notebooks, the findings as a table."""
        rows = [
            f"<tr style='vertical-align:top'><td style='color:{COLOURS[finding.state]}'>"
            f"<b>{finding.state}</b></td>"
            f"<th scope='row' style='text-align:left'>{escape(finding.title)}</th>"
            f"<td style='text-align:left'>{escape(finding.text)}</td></tr>"
            for finding in self.findings
        ]
        head = f"<p><b>{escape(self.verdict)}</b></p><p>{escape(self.subject)}</p>"
        if self.advice:
            items = "".join(f"<li>{escape(fix)}</li>" for fix in self.advice)
            head += f"<p>What to do</p><ol>{items}</ol>"
        return f"{head}<table><tbody>{''.join(rows)}</tbody></table>"


def diagnose(
    X: ArrayLike,
    y: ArrayLike,
    loss: str | Loss | None = None,
    alpha: float | Fraction | None = None,
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
        Numbers, or two classes with any labels.
    loss : str or Loss, optional
        Default: logistic if y has two different values or labels, else squared error.
    alpha : float > 0 or `fraction`, optional
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
        As `Problem`; a threshold out of range; no column that varies, or a y that does not;
        more than two classes.

    Notes
    -----
    One cross-validation, then n m^2 for the correlations of m columns. The conditions are
    those of the fitted support, which stands for the unknown true one.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((300, 8))
    >>> diagnosis = diagnose(X, 2 * X[:, 0] - X[:, 3] + 0.5 * rng.standard_normal(300))
    >>> diagnosis.verdict
    'L1 finds the right columns here, as far as the data can tell.'
    """
    if not 0 < similar <= 1:
        raise ValueError(f"similar must be a correlation, above 0 and at most 1, got {similar!r}.")
    max_columns = read_count(max_columns, "max_columns", 2)
    y, loss = _response(y, loss)
    plain = Problem(X, y, loss, sample_weight=sample_weight, feature_names=feature_names)
    if plain.n_samples < 2:
        raise ValueError(f"X must have two or more rows, got {plain.n_samples}.")
    deviations = plain.instance.moments[1]
    if not deviations.any():
        raise ValueError("X must have a column that varies; it has none, or all are constant.")
    # prices equal to the deviations are the same as columns in units of them; constants stay out
    problem = plain.with_norm(L1(weights=np.where(deviations > 0, deviations, np.inf)))
    if problem.alpha_max == 0:
        raise ValueError("y must vary, and with some column of X; L1 keeps nothing here at any alpha.")
    validation = None
    if alpha is None:
        validation = choose_alpha(problem, seed)
        alpha = validation.one_se_alpha
    solution = problem.solve(alpha=alpha)
    correlations = correlate(problem, solution.support, similar, max_columns)
    conditions = evaluate(solution, correlations)
    return Diagnosis(
        solution, validation, correlations, conditions, find_all(solution, correlations, conditions)
    )


def _response(y: ArrayLike, loss: str | Loss | None) -> tuple[ArrayLike, str | Loss]:
    """The response as `Problem` takes it, and its loss: two values of any kind are classes."""
    if isinstance(loss, Loss):
        return loss.encode_response(y), loss
    if loss is not None and loss != "logistic":
        return get_loss(loss).encode_response(y), loss
    values = np.asarray(y)
    if values.dtype.kind == "O":  # numbers where all are, else labels
        try:
            values = values.astype(np.float64)
        except (TypeError, ValueError):
            values = values.astype(str)
    if values.ndim != 1 or (values.dtype.kind == "f" and not np.isfinite(values).all()):
        return y, loss or "squared_error"  # Problem says what is wrong
    labels, codes = np.unique(values, return_inverse=True)
    if len(labels) == 2:
        return codes, "logistic"
    if len(labels) > 2 and (loss == "logistic" or labels.dtype.kind not in "biuf"):
        raise ValueError(
            f"y must be numbers or two classes, got {len(labels):,} classes; diagnose one class against the "
            f"others, such as y == {labels[0].item()!r}."
        )
    return y, loss or "squared_error"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
