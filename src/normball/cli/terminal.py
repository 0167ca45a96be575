"""What `normball fit` prints: notes on the data, the choice of alpha, coefficients, verdict; and progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from ..parameters import printable
from .fitting import Fit

if TYPE_CHECKING:
    from rich.console import Console

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all)."""

MOST_ROWS = 30
UNEQUAL = 10.0
"""Ratio of the largest to the smallest deviation of the columns from which --standardize is suggested."""


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
        f"{table.source}: {problem.n_samples} rows, {problem.n_features} features, target "
        f"{table.target_name!r}, "
        f"loss {problem.loss.title}, norm {problem.norm.title}."
    )
    for note in table.notes:
        say(f"Note: {note}")
    for line in choice_lines(fit):
        say(line)
    console.print()
    if fit.order:
        grid = Table(box=None, pad_edge=False, header_style="bold")
        grid.add_column("feature", overflow="fold")
        grid.add_column("coefficient", justify="right")
        grid.add_column("per deviation", justify="right")
        for name, coefficient, effect in coefficient_rows(fit, MOST_ROWS):
            grid.add_row(escape(printable(name)), coefficient, effect)
        console.print(Padding(grid, (0, 0, 0, 2)), highlight=False)
    say(counts_line(fit))
    console.print()
    say(str(fit.solution))
    for line in caveat_lines(fit):
        say(line)


def coefficient_rows(fit: Fit, most: int) -> list[tuple[str, str, str]]:
    """Feature, coefficient, and what one standard deviation of it changes; largest effect first."""
    names = fit.table.feature_names
    return [(names[j], f"{fit.coef[j]:.6g}", f"{fit.effects[j]:.4g}") for j in fit.order[:most]]


def counts_line(fit: Fit, most: int = MOST_ROWS) -> str:
    """Intercept, and how many coefficients are shown, hidden and zero."""
    hidden = max(len(fit.order) - most, 0)
    more = f"{hidden} more non-zero coefficients are in coefficients.csv. " if hidden else ""
    zeros = fit.solution.n_zeros
    what = "coefficient is" if zeros == 1 else "coefficients are"
    return f"{more}Intercept {fit.solution.intercept:.6g}; {zeros} {what} exactly zero."


def choice_lines(fit: Fit) -> list[str]:
    """How alpha was chosen, where it was chosen by cross-validation."""
    choice, settings = fit.choice, fit.settings
    if choice is None:
        return []
    taken = {"min": "the least held-out loss", "1se": "the one-standard-error rule"}[settings.rule]
    other = {"min": "--rule 1se takes the other", "1se": "--rule min takes the other"}[settings.rule]
    lines = [
        f"No --alpha, --budget or --target-loss given: alpha chosen by {settings.folds}-fold "
        "cross-validation "
        f"(seed {settings.seed}).",
        f"Least held-out loss {choice.mean_loss[choice.best_index]:.6g} at alpha {choice.best_alpha:.6g}; "
        f"within one standard error up to alpha {choice.one_se_alpha:.6g}, held-out loss "
        f"{choice.mean_loss[choice.one_se_index]:.6g}. Taken: {taken}; {other}.",
    ]
    if choice.mean_error is not None:
        lines.append(
            f"Wrong classes on held-out rows: {100 * choice.mean_error[choice.best_index]:.3g} % at the "
            "least loss, "
            f"{100 * choice.mean_error[choice.one_se_index]:.3g} % at one standard error."
        )
    if choice.best_index == len(choice.alphas) - 1:
        lines.append(
            "The least held-out loss is at the smallest alpha tried; a smaller --alpha may do as well."
        )
    if choice.best_index == 0:
        lines.append(
            "The least held-out loss is at the largest alpha that was tried, where no feature counts: on "
            "rows it has "
            "not seen, no model on the path predicts better than a constant."
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
        "coefficient the same; --standardize compares them per standard deviation instead."
    ]
