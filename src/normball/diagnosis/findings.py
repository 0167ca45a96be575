"""Findings in plain words: what was looked at, how it stands, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..answers.solution import Solution
from ..geometry.measurements import largest_sparsity, measurements_needed
from ..typing import Floats, Indices
from .chance import EVEN, without_chance
from .conditions import Conditions
from .correlations import Correlations

GOOD, CAREFUL, BAD = "good", "careful", "bad"
LIMIT = 1 - 1e-9
"""Of the irrepresentable condition; a copy of a column kept is at 1 but for rounding."""
NEAR = 0.9
"""From here the condition is met too narrowly to rely on, as it is evaluated on an estimate."""
SURE = 0.95
"""Odds of success that count as enough measurements."""
WIDER, TOO_WIDE = 2.0, 5.0
"""Error of a mixture of coefficients over that with independent columns: from these, careful and bad."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    title : str
    state : "good", "careful" or "bad"
    text : str, what was found.
    fix : str, what to do; empty where nothing needs doing.
    concern : str, what is wrong in two or three words; empty where nothing is.
    """

    title: str
    state: str
    text: str
    fix: str = ""
    concern: str = ""


def find_all(solution: Solution, correlations: Correlations, conditions: Conditions) -> list[Finding]:
    """All findings, the most useful first."""
    if not len(solution.support):
        return [_nothing(solution)]
    found = [_false(solution, conditions), _similar(solution, correlations)]
    if solution.problem.n_features > 1:
        found.append(_irrepresentable(solution, correlations, conditions))
    if len(solution.support) > 1:
        found.append(_eigenvalue(solution, conditions))
    return [*found, _rows(solution), _coherence(solution, correlations, conditions)]


def _nothing(solution: Solution) -> Finding:
    problem = solution.problem
    n, p = problem.n_samples, problem.n_features
    most = largest_sparsity(p, min(n, p), SURE)
    reach = f"at most {_count(most, 'column')} of {p:,}, and that without noise" if most else "none for sure"
    return Finding(
        "Rows",
        CAREFUL,
        f"No column predicts rows that the fit has not seen. {_count(n, 'row')} can find {reach}.",
        "Collect more rows, or measure fewer columns that are nearer to the cause.",
        "nothing was kept",
    )


def _false(solution: Solution, conditions: Conditions) -> Finding:
    title, count = "False selections", conditions.false_selections
    if conditions.noise == 0:
        return Finding(title, GOOD, "The fit leaves no residual, so there is no noise to select by mistake.")
    s, p = len(solution.support), solution.problem.n_features
    text = (
        "Had no column anything to do with y, this alpha would still keep "
        f"{_rounded(min(count, p))} of {p:,} by chance; it kept {s:,}."
    )
    if count <= EVEN:
        return Finding(title, GOOD, text)
    careful = without_chance(solution)
    left = len(careful.support)
    if left:
        fix = (
            f"Take diagnosis.solution.problem.solve(alpha={careful.alpha:.3g}), which keeps {left:,}: odds "
            "are even that chance has no part in it."
        )
    else:
        fix = "Take nothing for found: at the alpha that keeps chance out with even odds, no column is left."
    if count < 0.5 * s:
        return Finding(title, CAREFUL, text, fix, "some kept by chance")
    return Finding(title, BAD, text, fix, "columns kept by chance")


def _similar(solution: Solution, correlations: Correlations) -> Finding:
    title, similar = "Similar columns", correlations.similar
    if not correlations.groups:
        return Finding(title, GOOD, f"No two columns are correlated {similar:g} or more.")
    total = sum(len(group) for group in correlations.groups)
    in_all = f"{total:,} columns form {_count(len(correlations.groups), 'group')}"
    doubles = {int(j): correlations.doubles(int(j)) for j in solution.support}
    doubles = {j: found for j, found in doubles.items() if len(found[0])}
    if not doubles:
        text = (
            f"{in_all} of near-duplicates (correlated {similar:g} or more), but no column kept is among them."
        )
        return Finding(title, GOOD, text)
    have = "has near-duplicates" if len(doubles) == 1 else "have near-duplicates"
    return Finding(
        title,
        BAD,
        f"{len(doubles):,} of the {_count(len(solution.support), 'column')} kept {have} (correlated "
        f"{similar:g} or more), and which of them is kept is arbitrary: {_examples(solution, doubles)}. "
        f"In all, {in_all}.",
        "Report near-duplicates together: norm 'elastic_net' or 'sorted_l1' (SLOPE) keeps them side by side, "
        "GroupL2(diagnosis.grouping) keeps or drops each group whole; or leave only one of each in the data.",
        "near-duplicates",
    )


def _examples(solution: Solution, doubles: dict[int, tuple[Indices, Floats]], most: int = 3) -> str:
    """Columns kept and those that might stand in their place, the nearest pairs first."""
    parts: list[str] = []
    named: set[int] = set()
    for j in sorted(doubles, key=lambda j: -doubles[j][1][0]):
        others, size = doubles[j]
        if len(parts) == most or j in named:
            continue
        first, how_much = solution.feature_names[others[0]], f"correlated {_correlation(size[0])}"
        if solution.coef[others[0]] != 0:
            parts.append(f"{solution.feature_names[j]!r} and {first!r} are both kept ({how_much})")
            named.add(int(others[0]))
            continue
        more = f" or {len(others) - 1:,} more" if len(others) > 1 else ""
        parts.append(f"{solution.feature_names[j]!r} could be {first!r} ({how_much}){more}")
    return "; ".join(parts)


def _irrepresentable(solution: Solution, correlations: Correlations, conditions: Conditions) -> Finding:
    title, value = "Irrepresentable condition", conditions.irrepresentable
    inside = np.isin(correlations.looked_at, solution.support)
    doubles = np.concatenate([correlations.doubles(int(j))[0] for j in solution.support])
    # a double of a column kept is at the limit by itself, which is said elsewhere
    apart = ~np.isin(correlations.looked_at, doubles) | inside
    suspects = correlations.looked_at[inside & (value >= LIMIT)]
    outside = correlations.looked_at[~inside & apart & (value >= LIMIT)]
    worst = float(value[apart].max())
    if not len(suspects) and not len(outside):
        which = "another column that is no double" if len(doubles) else "another column"
        text = f"the columns kept imitate {which} to {worst:.2f} at most (1 is the limit)"
        if worst < NEAR:
            return Finding(title, GOOD, f"Met: {text}, so that none is kept for what another does.")
        return Finding(title, CAREFUL, f"Met, but narrowly: {text}.", "", "a condition narrowly met")
    parts = []
    if len(suspects):
        parts.append(
            f"{names(solution, suspects, 3)} would have been kept even without an effect, because the other "
            "columns kept pull the same way"
        )
    if len(outside):
        order = np.argsort(-value[np.searchsorted(correlations.looked_at, outside)], kind="stable")
        enters = "it enters" if len(outside) == 1 else "they enter"
        parts.append(
            f"the columns kept imitate {_count(len(outside), 'other')} "
            f"({names(solution, outside[order], 3)}; up to {worst:.2f}, 1 is the "
            f"limit), so that at a smaller alpha {enters} without need"
        )
    return Finding(
        title,
        BAD,
        "Not met: " + "; ".join(parts) + ".",
        "Trust only columns that keep coming back on random halves of the rows: "
        "nb.inference.stability_selection(diagnosis.solution.problem). Do not read the others as causes.",
        "misleading correlations",
    )


def _eigenvalue(solution: Solution, conditions: Conditions) -> Finding:
    title, (low, high), own = (
        "Restricted eigenvalue",
        conditions.eigenvalue_bounds,
        conditions.kept_eigenvalue,
    )
    s = len(solution.support)
    fix = (
        "Read predictions rather than single coefficients, or add a ridge part (elastic net) to steady them."
    )
    if own < 1e-8:
        text = (
            "Some mixture of the columns kept has no effect at all, so that its coefficients are arbitrary."
        )
        return Finding(title, BAD, text, fix, "coefficients not determined")
    wider = float(1 / np.sqrt(own))
    how_much = f"{wider:.2g} times" if wider >= 1.05 else "no more than"
    text = (
        f"The error of the worst mixture of the {s:,} coefficients is {how_much} what independent columns "
        f"would give (least eigenvalue {own:.2g}). For the worst {s:,} of all columns the eigenvalue lies "
    )
    text += f"between {low:.2g} and {high:.2g}." if high > low + 1e-6 else f"at {high:.2g}."
    if wider < WIDER:
        return Finding(title, GOOD, text)
    return Finding(title, CAREFUL if wider < TOO_WIDE else BAD, text, fix, "unsteady coefficients")


def _rows(solution: Solution) -> Finding:
    title, problem, s = "Rows", solution.problem, len(solution.support)
    n, p = problem.n_samples, problem.n_features
    even, sure = measurements_needed("l1", p, s), measurements_needed("l1", p, s, SURE)
    text = (
        f"To find {s:,} of {_count(p, 'independent column')} without noise takes {_count(even, 'row')} for "
        f"even odds and {sure:,} for {SURE:.0%}; there are {n:,}."
    )
    if problem.loss.is_classifier:
        text += " Two classes tell less than numbers, so that it takes more."
    if n >= 2 * sure or n > p:
        return Finding(title, GOOD, text)
    if n >= sure:
        return Finding(title, CAREFUL, text + " Noise and correlation need more.", "", "few rows to spare")
    most = largest_sparsity(p, n, SURE)
    enough = (
        f"{n:,} rows are enough for {_count(most, 'column')}" if most else f"{n:,} rows are enough for none"
    )
    return Finding(
        title,
        BAD,
        text,
        f"Keep fewer columns by a larger alpha ({enough}), drop some without looking at y, or collect rows.",
        "too few rows",
    )


def _coherence(solution: Solution, correlations: Correlations, conditions: Conditions) -> Finding:
    title, mu = "Coherence", correlations.coherence
    if correlations.pair is None:
        return Finding(title, GOOD, "There is no second column to be mistaken for.")
    if mu < 1e-12:
        return Finding(title, GOOD, "The columns are orthogonal: L1 decides on each by itself.")
    pair = " and ".join(repr(solution.feature_names[j]) for j in correlations.pair)
    text = f"The largest correlation is {_correlation(mu)} ({pair})."
    if conditions.guaranteed >= len(solution.support):
        features = _count(conditions.guaranteed, "column")
        return Finding(title, GOOD, f"{text} That alone guarantees finding {features}, whichever they are.")
    covers = f"only {conditions.guaranteed}" if conditions.guaranteed else "none"
    return Finding(
        title,
        CAREFUL,
        f"{text} A guarantee against the worst case needs it small and covers {covers} of the "
        f"{len(solution.support):,} here. Real data seldom has it; the findings above count for more.",
        "",
        "no guarantee",
    )


def names(solution: Solution, positions: Indices, most: int) -> str:
    """Names in quotes, the first few."""
    shown: Sequence[str] = [repr(solution.feature_names[j]) for j in positions[:most]]
    more = len(positions) - most
    if more > 0:
        return ", ".join(shown) + f" and {more:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _correlation(size: float) -> str:
    """Rounded down, so that only copies are said to be at 1."""
    return "1" if size > 1 - 1e-9 else f"{np.floor(size * 1000) / 1000:.3g}"


def _rounded(value: float) -> str:
    if value < 0.01:
        return "fewer than 0.01"
    return f"{value:,.0f}" if value >= 10 else f"{value:.1g}" if value < 0.1 else f"{value:.1f}"
