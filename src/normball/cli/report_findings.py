"""The first sections of the report of a fit: how good it predicts, its coefficients, times of events."""

from __future__ import annotations

from collections.abc import Sequence

from ..displays import SurvivalDisplay
from ..losses import BaselineHazard
from ..report.section import Block, Paragraph, Row, Section, Table, picture_from_figure
from .fitting import Fit
from .quality_words import NO_USE, is_of_no_use, quality_sentence, ratio_name
from .terminal import coefficient_header, coefficient_rows

MOST_ROWS = 100
"""Coefficients in the table."""


def quality_section(fit: Fit) -> Section:
    """How good the predictions are, on held-out rows and on those of the fit."""
    quality = fit.quality
    answer = quality_sentence(quality, fit.table.target_name, fit.solution.problem.loss)
    if is_of_no_use(quality):
        answer += " " + NO_USE
    head, *rows = [tuple(_unbroken(cell) for cell in row) for row in quality.table]
    blocks: list[Block] = [
        Table(("figure", *head[1:]), tuple(rows), " ".join(quality.notes), _to_the_right(head))
    ]
    if quality.confusion_table:
        head, *rows = [tuple(_unbroken(cell) for cell in row) for row in quality.confusion_table]
        caption = "Rows by their class and the class that they are predicted to have."
        blocks.append(Table(head, tuple(rows), caption, _to_the_right(head)))
    blocks += [Paragraph(line[0].upper() + line[1:]) for line in quality.meanings]
    return Section("How good are the predictions?", answer, blocks)


def _unbroken(cell: str) -> str:
    """A figure that breaks before its standard error and nowhere else."""
    space = "\N{NO-BREAK SPACE}"
    return cell.replace(" %", f"{space}%").replace("± ", f"±{space}")


def _to_the_right(head: Sequence[str]) -> tuple[bool, ...]:
    return (False, *(True for _ in head[1:]))


ADDED_TO = {
    "logistic": "the log-odds",
    "poisson": "the logarithm of the rate",
    "gamma": "the logarithm of the mean",
    "tweedie": "the logarithm of the mean",
    "cox": "the logarithm of the hazard",
    "stratified_cox": "the logarithm of the hazard",
}
MULTIPLIED = {
    "logistic": "the odds",
    "poisson": "the rate",
    "gamma": "the mean",
    "tweedie": "the mean",
    "cox": "the hazard",
    "stratified_cox": "the hazard",
}


def coefficients_table(fit: Fit) -> Table:
    """Coefficients that are not zero, with their ratios; largest effect first."""
    loss = fit.solution.problem.loss
    what = ADDED_TO.get(loss.name, "the prediction")
    if fit.table.class_names is not None:
        what += f" of {fit.table.class_names[1]}"
    ratio = ratio_name(loss)
    means = "" if ratio is None else f"the {ratio} is what one unit multiplies {MULTIPLIED[loss.name]} by; "
    header = coefficient_header(fit)
    return Table(
        header=header,
        rows=tuple(coefficient_rows(fit, MOST_ROWS, digits=4)),
        caption=(
            f"The coefficient is what one unit of the column adds to {what}; {means}the last column is what "
            "one standard deviation adds, which can be compared between columns. Largest first."
        ),
        numeric=_to_the_right(header),
    )


def survival_section(fit: Fit) -> Section | None:
    """Survival of thirds of the rows by predicted hazard; None but for times of events."""
    if not isinstance(getattr(fit.model, "baseline_hazard_", None), BaselineHazard):
        return None
    display = SurvivalDisplay.from_estimator(fit.model)
    at_end = [shares[-1] for _, shares in display.predicted]
    listing = ", ".join(
        f"{100 * share:.0f} % ({name})" for share, name in zip(at_end, display.names, strict=True)
    )
    picture = picture_from_figure(
        display.figure_,
        "Rows of the fit in thirds by their predicted hazard: the share without the event as the model "
        "predicts it (lines) and as it was observed (dashes, Kaplan and Meier). Dashes near their lines: the "
        "predicted shares can be taken at their word.",
        f"Curves that fall from 100 % to {listing}.",
    )
    answer = f"Predicted to be without the event at the last one observed: {listing}."
    return Section("How long until the event?", answer, [Row((picture,))])
