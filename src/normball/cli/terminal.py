"""What `normball fit` prints: notes on the data, the choice of alpha, coefficients, verdict; and progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from ..estimators.chosen_by_cv import end_lines
from ..parameters import printable
from .fitting import Fit
from .quality_words import NO_USE, is_of_no_use, quality_sentence, ratio_name, ratios_of

if TYPE_CHECKING:
    from rich.console import Console

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all)."""

MOST_ROWS = 30
UNEQUAL = 10.0
"""Ratio of the largest to the smallest deviation of the columns from which --no-standardize is doubted."""


@contextmanager
def progress_bars() -> Iterator[Callable[[str], Progress]]:
    """A function that opens a bar on stderr for a piece of work; bars vanish at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda work: lambda done, total: None  # bars of some releases of rich leave an empty line there
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bars(*columns, console=console, transient=True) as bars:

        def open_bar(work: str) -> Progress:
            task = bars.add_task(work, total=None)
            return lambda done, total: bars.update(task, completed=done, total=total)

        yield open_bar


def print_fit(fit: Fit, console: Console) -> None:
    """The result of a fit."""
    from rich.markup import escape
    from rich.padding import Padding
    from rich.table import Table

    def say(text: str) -> None:
        lines = (printable(line) for line in text.splitlines())
        console.print(escape("\n".join(lines)), soft_wrap=True, highlight=False)

    problem, table = fit.solution.problem, fit.table
    say(
        f"{table.source}: {problem.n_samples} rows, {problem.n_features} "
        f"{'feature' if problem.n_features == 1 else 'features'}, target "
        f"{table.target_name!r}, "
        f"loss {problem.loss.title}, norm {problem.norm.title}."
    )
    for note in table.notes:
        say(f"Note: {note}")
    console.print()
    say(quality_sentence(fit.quality, table.target_name, problem.loss))
    if is_of_no_use(fit.quality):
        say(NO_USE)
    console.print()
    for line in str(fit.quality).splitlines():
        say(f"  {line}" if line.startswith(" ") or "  " in line else line)
    console.print()
    for line in choice_lines(fit):
        say(line)
    if fit.order:
        console.print()
        grid = Table(box=None, pad_edge=False, header_style="bold")
        for position, name in enumerate(coefficient_header(fit)):
            grid.add_column(name, justify="right" if position else "left", overflow="fold")
        for name, *numbers in coefficient_rows(fit, MOST_ROWS):
            grid.add_row(escape(printable(name)), *numbers)
        console.print(Padding(grid, (0, 0, 0, 2)), highlight=False)
    say(counts_line(fit))
    console.print()
    say(str(fit.solution))
    for line in caveat_lines(fit):
        say(line)


def coefficient_header(fit: Fit) -> tuple[str, ...]:
    """Names of the columns of `coefficient_rows`."""
    ratio = ratio_name(fit.solution.problem.loss)
    return ("feature", "coefficient", *(() if ratio is None else (ratio,)), "per deviation")


def coefficient_rows(fit: Fit, most: int, digits: int = 6) -> list[tuple[str, ...]]:
    """Feature, coefficient, its ratio if it has one, and what one deviation changes; largest first."""
    names, chosen = fit.table.feature_names, fit.order[:most]
    ratios = ratios_of(fit.coef[chosen]) if ratio_name(fit.solution.problem.loss) else None
    return [
        (
            names[j],
            f"{fit.coef[j]:.{digits}g}",
            *(() if ratios is None else (ratios[k],)),
            f"{fit.effects[j]:.4g}",
        )
        for k, j in enumerate(chosen)
    ]


def counts_line(fit: Fit, most: int = MOST_ROWS) -> str:
    """Intercept, and how many coefficients are shown, hidden and zero."""
    hidden = max(len(fit.order) - most, 0)
    more = f"{hidden} more non-zero coefficients are in coefficients.csv. " if hidden else ""
    zeros = fit.solution.n_zeros
    what = "coefficient is" if zeros == 1 else "coefficients are"
    has_intercept = fit.solution.problem.fit_intercept
    intercept = f"Intercept {fit.solution.intercept:.6g}; " if has_intercept else ""
    return f"{more}{intercept}{zeros} {what} exactly zero."


def choice_lines(fit: Fit) -> list[str]:
    """How alpha was chosen, where it was chosen by cross-validation."""
    choice, settings = fit.choice, fit.settings
    if choice is None:
        return []
    rule = "min" if settings.rule == "min" else "1se"
    taken = {"min": "the best", "1se": "the one-standard-error rule"}[rule]
    other = {"min": "--rule 1se takes the other", "1se": "--rule min takes the other"}[rule]
    best, thrifty = choice.best_index, choice.one_se_index
    lines = [
        f"No --alpha, --budget or --target-loss given: alpha chosen by {settings.folds}-fold "
        f"cross-validation (seed {settings.seed}), compared by {choice.in_units()[0]}.",
        f"Best: held-out {choice.in_words(best)} at alpha {choice.best_alpha:.6g}; within one standard error "
        f"up to alpha {choice.one_se_alpha:.6g}, held-out {choice.in_words(thrifty)}. Taken: {taken}; "
        f"{other}.",
    ]
    lines += end_lines(choice)
    if best == 0:
        lines.append(
            "The best is at the largest alpha that was tried, where no feature counts: on rows it has not "
            "seen, no model on the path predicts better than a constant."
        )
    return lines


def caveat_lines(fit: Fit) -> list[str]:
    """What else a reader of the verdict must know."""
    lines = []
    if fit.settings.standardize:
        lines.append(
            "Columns were divided by their standard deviations for the fit: norm, alpha and budget count "
            "standard "
            "deviations; the coefficients above are in the file's units."
        )
    else:
        lines += _scale_lines(fit)
    if fit.missed:
        lines.append(f"{fit.missed} of the fits of cross-validation and path missed their tolerance.")
    return lines


def _scale_lines(fit: Fit) -> list[str]:
    """A hint where the columns' sizes differ so much that one price for all of them is hard to defend."""
    deviations, names = fit.solution.problem.instance.moments[1], fit.table.feature_names
    varying = np.flatnonzero(deviations > 0)
    if len(varying) < 2:
        return []
    small, large = varying[deviations[varying].argmin()], varying[deviations[varying].argmax()]
    if deviations[large] < UNEQUAL * deviations[small]:
        return []
    return [
        f"The columns' standard deviations range from {deviations[small]:.3g} ({names[small]!r}) to "
        f"{deviations[large]:.3g} ({names[large]!r}), and the norm charges a unit of every "
        "coefficient the same; without --no-standardize it compares them per standard deviation."
    ]
