"""The HTML report of `normball fit`: what was found, how alpha was chosen, pictures, reasons, settings."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..answers.solution import Solution
from ..answers.verdict import UNITS
from ..displays import ContactDisplay, FrontierDisplay, PathDisplay
from ..norms import GroupL2
from ..report.page import render_page
from ..report.section import Block, Paragraph, Picture, Row, Section, Table, Takeaway, picture_from_figure
from .coding import joined
from .fit_pictures import choice_picture
from .fitting import N_ALPHAS, Fit
from .report_findings import MOST_ROWS, coefficients_table, quality_section, survival_section
from .terminal import (
    Progress,
    caveat_lines,
    choice_lines,
    counts_line,
)

MODELS = {
    "squared_error": "linear model",
    "huber": "linear model with Huber's loss",
    "logistic": "logistic regression",
    "poisson": "Poisson regression",
    "gamma": "gamma regression",
    "tweedie": "Tweedie regression",
    "quantile": "quantile regression",
    "cox": "proportional hazards (Cox) model",
    "stratified_cox": "proportional hazards (Cox) model with strata",
}
"""What a model with each loss is called."""
N_EXPLAINED = 4
"""Coefficients explained on either side: the largest, and the zeros nearest to entering."""


def fit_report(fit: Fit, progress: Progress) -> str:
    """The report as HTML text; `progress` is called with (sections done, sections in all)."""
    makers: list[Callable[[Fit], Section | None]] = [
        quality_section,
        _found,
        survival_section,
        _choice,
        _path,
        _frontier,
        _contact,
        _reasons,
        _settings,
    ]
    sections = []
    for done, make in enumerate(makers, start=1):
        section = make(fit)
        if section is not None:
            sections.append(section)
        progress(done, len(makers))
    problem = fit.solution.problem
    lead = (
        f"{fit.table.source}: {problem.n_samples} rows, {problem.n_features} features. A "
        f"{MODELS.get(problem.loss.name, problem.loss.title + ' model')} regularised by {problem.norm.title}."
    )
    return render_page(f"What predicts {fit.table.target_name}", lead, sections)


def _found(fit: Fit) -> Section:
    solution = fit.solution
    kept, total = len(fit.order), len(solution.coef)
    names = joined([fit.table.feature_names[j] for j in fit.order[:3]])
    if not kept:
        answer = f"No feature is worth its price: all {total} coefficients are exactly zero."
    else:
        answer = f"{kept} of {total} features are used, {names} most of all."
    blocks: list[Block] = []
    if kept:
        blocks.append(coefficients_table(fit))
    blocks.append(Paragraph(counts_line(fit, MOST_ROWS)))
    blocks += [Paragraph(line) for line in caveat_lines(fit)]
    blocks += [Paragraph(note) for note in fit.table.notes]
    return Section("What was found", answer, blocks)


def _choice(fit: Fit) -> Section | None:
    choice = fit.choice
    if choice is None:
        return None
    answer = (
        f"Alpha {fit.solution.alpha:.4g} was chosen by predicting rows that the fit had not seen, in "
        f"{fit.settings.folds} turns."
    )
    blocks: list[Block] = [Paragraph(line) for line in choice_lines(fit)[1:]]
    blocks.insert(0, Row((choice_picture(choice, fit.solution.alpha),)))
    return Section("How much regularisation?", answer, blocks)


def _path(fit: Fit) -> Section:
    path, names = fit.path, fit.table.feature_names
    entries = path.entries()
    first = [names[feature] for feature, _ in entries[:3]]
    answer = (
        f"As the ball grows, features come in one after another, {joined(first)} first."
        if fit.solution.problem.norm.makes_zeros and first
        else "As the ball grows, all coefficients grow with it: this norm makes no zeros."
    )
    display = PathDisplay.from_path(path, in_deviations=True).plot()
    picture = picture_from_figure(
        display.figure_,
        "Coefficients against the size of the ball. At the left everything is zero; further right the data "
        "have "
        "more to say and the norm less.",
        f"Paths of {len(entries)} coefficients for {len(path)} values of alpha.",
    )
    return Section("How do the coefficients come in?", answer, [Row((picture,))])


def _units(fit: Fit) -> list[Block]:
    if not fit.settings.standardize:
        return []
    return [
        Paragraph(
            "Coefficients and prices in this section are those of one standard deviation of each column."
        )
    ]


def _frontier(fit: Fit) -> Section:
    solution = fit.solution
    answer = (
        f"At this solution one more unit of norm would lower the loss by {solution.alpha:.4g}: that is alpha."
        if solution.alpha > 0
        else "At this solution more norm would lower the loss by nothing: alpha is 0."
    )
    display = FrontierDisplay.from_path(fit.path, at=solution).plot()
    picture = picture_from_figure(
        display.figure_,
        "Every point of the curve is a best trade: no weights have less loss for their norm. Its slope is "
        "the price.",
        f"Loss falls from {fit.path.losses[0]:.4g} to {fit.path.losses[-1]:.4g} as the norm grows to "
        f"{fit.path.norms[-1]:.4g}.",
    )
    return Section("What does a unit of norm buy?", answer, [Row((picture,))])


def _contact(fit: Fit) -> Section | None:
    solution = fit.solution
    if solution.problem.n_features < 2 or solution.norm == 0:
        return None
    pairs: list[tuple[int, int] | None] = [(fit.order[0], fit.order[1])] if len(fit.order) > 1 else []
    if solution.n_zeros and solution.problem.n_features > 2:
        pairs.append(None)  # the display's own choice: the largest and the zero nearest to entering
    pictures = [_contact_picture(solution, pair) for pair in pairs or [None]]
    blocks: list[Block] = [Row(tuple(pictures))]
    if solution.problem.n_features > 2:
        blocks.append(
            Paragraph(
                "Each picture is the plane of two coefficients, all others held at the solution. The ball's "
                "slice "
                "is where two coefficients may be for this norm; the thick level set joins those that fit "
                "as well "
                "as the solution."
            )
        )
    blocks += _units(fit)
    return Section("Where does the level set touch the ball?", solution.contact.sentence, blocks)


def _contact_picture(solution: Solution, pair: tuple[int, int] | None) -> Picture:
    display = ContactDisplay.from_solution(solution, pair).plot()
    first, second = display.feature_names
    values = ", ".join(
        f"{name} = {value:.4g}" for name, value in zip((first, second), display.contact_point, strict=True)
    )
    return picture_from_figure(
        display.figure_,
        f"{first} and {second}: the smallest level set that still meets the ball touches it at {values}.",
        f"Ball and level sets in the plane of {first} and {second}, touching at {values}.",
    )


def _reasons(fit: Fit) -> Section:
    solution = fit.solution
    chosen = [*fit.order[:N_EXPLAINED], *_nearest_zeros(fit)]
    explained = [solution.why(j) for j in chosen]
    zeros = [item for item in explained if item.coef == 0]
    answer = (
        f"A coefficient leaves zero when what it buys in loss exceeds what it costs in norm; "
        f"{zeros[0].feature!r} comes closest without getting there."
        if zeros
        else "A coefficient grows until the last unit buys just what it costs."
    )
    rows = tuple(
        (item.feature, f"{item.coef:.4g}", f"{item.benefit:.4g}", f"{item.price:.4g}") for item in explained
    )
    table = Table(
        ("feature", "value", "saves", "costs"),
        rows,
        "The largest coefficients, then the zeros that are nearest to entering: what one more unit of the "
        "coefficient would save in loss, and what it would cost.",
        (False, True, True, True),
    )
    sentences: list[Block] = [Takeaway(item.sentence) for item in (explained[:1] + zeros[:1])]
    return Section("Why these features and not others?", answer, [table, *sentences, *_units(fit)])


def _nearest_zeros(fit: Fit) -> list[int]:
    """Zeros by how much of their price the data already pay, most first."""
    solution = fit.solution
    zeros = solution.contact.zeros
    if not len(zeros) or not solution.problem.norm.makes_zeros or solution.alpha == 0:
        return []
    pull, slack = np.abs(solution.contact.normal[zeros]), solution.contact.slack[zeros]
    total = pull + slack
    share = np.divide(pull, total, out=np.zeros(len(zeros)), where=np.isfinite(total) & (total > 0))
    return [int(j) for j in zeros[np.argsort(-share, kind="stable")][:N_EXPLAINED]]


def _settings(fit: Fit) -> Section:
    solution, settings = fit.solution, fit.settings
    certificate = solution.certificate
    chosen = {
        "loss": repr(solution.problem.loss),
        "norm": _norm_text(fit),
        "intercept": "fitted, never penalised" if settings.fit_intercept else "none",
        "columns": "divided by their deviations" if settings.standardize else "as they are in the file",
        UNITS[solution.form]: repr(solution.level),
        "price of a unit": repr(solution.alpha),
        "relative duality gap": f"{certificate.gap:.2e} (asked for: {settings.tol:.0e})",
        "iterations": str(solution.n_iterations),
        "path": f"{len(fit.path)} alphas (about {N_ALPHAS} on a logarithmic scale)",
    }
    table = Table(
        ("setting", "value"),
        tuple(chosen.items()),
        "Fitting the same file with these settings gives the same coefficients.",
    )
    answer = (
        "The answer is proved to the tolerance that was asked for."
        if solution.converged
        else "The tolerance was not met; the advice stands below."
    )
    return Section(
        "Settings and proof", answer, [*(Paragraph(line) for line in str(solution).splitlines()), table]
    )


def _norm_text(fit: Fit) -> str:
    norm = fit.solution.problem.norm
    if norm.name == GroupL2.name:
        count = len({coding.name for coding in fit.table.codings})
        return f"{norm.title}, one group for the features of each column of the file ({count} groups)"
    return repr(norm)
