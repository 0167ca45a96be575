"""Findings in plain words: what was looked at, how it stands, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..geometry.measurements import largest_sparsity, measurements_needed
from ..geometry.noise import universal_alpha
from ..solution import Solution
from ..typing import Indices
from .conditions import Conditions
from .correlations import Correlations

GOOD, CAREFUL, BAD = "good", "careful", "bad"
LIMIT = 1 - 1e-9
"""Of the irrepresentable condition; a copy of a column kept is at 1 but for rounding."""
SURE = 0.95
"""Odds of success that count as enough measurements."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    title : str
    state : "good", "careful" or "bad"
    text : str, what was found.
    fix : str, what to do; empty where nothing needs doing.
    """

    title: str
    state: str
    text: str
    fix: str = ""


def find_all(
    solution: Solution, correlations: Correlations, conditions: Conditions, similar: float
) -> list[Finding]:
    """All findings, in the order in which they are read."""
    if not len(solution.support):
        return [_rows(solution), _false(solution, conditions)]
    return [
        _rows(solution),
        _similar(solution, correlations, similar),
        _coherence(solution, correlations, conditions),
        _irrepresentable(solution, correlations, conditions),
        _eigenvalue(solution, conditions),
        _false(solution, conditions),
    ]


def _rows(solution: Solution) -> Finding:
    problem, s = solution.problem, len(solution.support)
    n, p = problem.n_samples, problem.n_features
    if not s:
        most = largest_sparsity(p, min(n, p), SURE)
        return Finding(
            "Rows",
            CAREFUL,
            f"Nothing was kept: no column predicts. {n:,} rows suffice to find at most "
            f"{_count(most, 'column')} of {p:,}, and that without noise.",
            "Collect more rows, or measure fewer columns that are nearer to the cause.",
        )
    even, sure = measurements_needed("l1", p, s), measurements_needed("l1", p, s, SURE)
    text = (
        f"To find {s:,} of {p:,} independent columns without noise takes {even:,} rows for even odds and "
        f"{sure:,} for {SURE:.0%}; there are {n:,}."
    )
    if problem.loss.is_classifier:
        text += " A response of two classes tells less than a number, so that it takes more."
    if n >= 2 * sure or n > p:
        return Finding("Rows", GOOD, text)
    if n >= sure:
        return Finding("Rows", CAREFUL, text + " Noise and correlation need more.")
    return Finding(
        "Rows", BAD, text, "Collect more rows, raise alpha to keep fewer columns, or drop columns beforehand."
    )


def _similar(solution: Solution, correlations: Correlations, similar: float) -> Finding:
    title = "Similar columns"
    is_kept = solution.coef != 0
    touching = [group for group in correlations.groups if is_kept[group].any()]
    if not correlations.groups:
        return Finding(title, GOOD, f"No two columns are correlated {similar:g} or more.")
    total = sum(len(group) for group in correlations.groups)
    groups = _count(len(correlations.groups), "group")
    text = f"{total:,} columns form {groups} of near-duplicates (correlated {similar:g} or more)"
    if not touching:
        return Finding(title, GOOD, f"{text}, but none of the columns kept is among them.")
    within = sum(int(is_kept[group].sum()) for group in touching)
    text += (
        f"; of the {_count(len(solution.support), 'column')} kept, {within} "
        f"{'has such a double' if within == 1 else 'have such doubles'}. Which member of a group is kept is "
        f"arbitrary: {_example(solution, touching[0])}."
    )
    return Finding(
        title,
        BAD,
        text,
        "Use the elastic net or SLOPE, which keep doubles together, group them (GroupL2), or drop all "
        "but one.",
    )


def _example(solution: Solution, group: Indices) -> str:
    """Who of a group was kept, and who might have been."""
    is_kept = solution.coef[group] != 0
    if is_kept.all():
        return f"{names(solution, group, 4)} were all kept and tell nearly the same"
    kept, others = group[is_kept], group[~is_kept]
    verb = "was" if len(kept) == 1 else "were"
    tell = "tells" if len(others) == 1 else "tell"
    return f"{names(solution, kept, 3)} {verb} kept, but {names(solution, others, 3)} {tell} nearly the same"


def _coherence(solution: Solution, correlations: Correlations, conditions: Conditions) -> Finding:
    title, mu = "Coherence", correlations.coherence
    if correlations.pair is None or mu < 1e-12:
        return Finding(title, GOOD, "The columns are orthogonal: L1 judges each by itself.")
    pair = " and ".join(repr(solution.feature_names[j]) for j in correlations.pair)
    text = f"The largest correlation is {mu:.3g} ({pair})."
    if conditions.guaranteed >= len(solution.support):
        features = _count(conditions.guaranteed, "feature")
        return Finding(title, GOOD, f"{text} That alone guarantees finding {features}, whichever they are.")
    enough = f"no more than {conditions.guaranteed}" if conditions.guaranteed else "not even one"
    return Finding(
        title,
        CAREFUL,
        f"{text} That alone guarantees finding {enough} of the {len(solution.support)} kept. But it is a "
        "guarantee for the worst pair, so the next two lines count for more.",
    )


def _irrepresentable(solution: Solution, correlations: Correlations, conditions: Conditions) -> Finding:
    title, value = "Irrepresentable condition", conditions.irrepresentable
    inside = np.isin(correlations.looked_at, solution.support)
    suspects = correlations.looked_at[inside & (value >= LIMIT)]
    outside = correlations.looked_at[~inside & (value >= LIMIT)]
    worst = float(value.max())
    if worst < LIMIT:
        return Finding(
            title, GOOD, f"Met: the columns kept imitate no other column beyond {worst:.2f} (1 is the limit)."
        )
    parts = []
    if len(outside):
        order = np.argsort(-value[np.searchsorted(correlations.looked_at, outside)], kind="stable")
        parts.append(
            f"{_count(len(outside), 'column')} not kept can be imitated by those kept (up to {worst:.2f}, "
            f"the limit is 1; {names(solution, outside[order], 3)}): "
            f"at a smaller alpha {'it enters' if len(outside) == 1 else 'they enter'} without need"
        )
    if len(suspects):
        parts.append(
            f"{names(solution, suspects, 3)} would have been kept even without an effect, because the others "
            "kept pull the same way"
        )
    return Finding(
        title,
        BAD,
        "Not met: " + "; ".join(parts) + ".",
        "Do not read the columns kept as causes. Trust those that are kept again and again on random halves "
        "of the rows (nb.inference.stability_selection), or use the elastic net.",
    )


def _eigenvalue(solution: Solution, conditions: Conditions) -> Finding:
    title, (low, high) = "Restricted eigenvalue", conditions.eigenvalue_bounds
    s = len(solution.support)
    span = f"between {low:.2g} and {high:.2g}" if high > low + 1e-6 else f"{round(high, 6):.2g}"
    text = (
        f"What a combination of {_count(s, 'column')} still moves, as a share of what independent columns "
        f"would: at worst {span} (1 is ideal, 0 is hopeless)"
    )
    if low > 0:
        return Finding(title, GOOD, text + ", so that the error of the coefficients is bounded by theory.")
    if high > 0.1:
        return Finding(title, CAREFUL, text + ": the columns kept are told apart well, others may not be.")
    return Finding(
        title,
        BAD,
        text + ": some combination has almost no effect, so that its coefficients are not determined.",
        "Add a ridge part (elastic net), or drop one of the similar columns.",
    )


def _false(solution: Solution, conditions: Conditions) -> Finding:
    title, count = "False selections", conditions.false_selections
    problem = solution.problem
    if conditions.noise == 0:
        return Finding(title, GOOD, "The fit leaves no residual, so there is no noise to select by mistake.")
    s = len(solution.support)
    if not s:
        return Finding(title, GOOD, "Nothing was kept, so nothing was kept by mistake.")
    careful = universal_alpha(problem.n_samples, problem.n_features, conditions.noise, 0.5)
    text = (
        f"Were all other columns pure noise, alpha = {solution.alpha:.3g} would let in {_rounded(count)} of "
        f"them on average; {s} {'was' if s == 1 else 'were'} kept."
    )
    if count < 0.5:
        return Finding(title, GOOD, text)
    if count >= s:
        text += " So all that was kept may be chance."
    state = BAD if count >= 0.5 * s else CAREFUL
    return Finding(title, state, text, f"alpha = {careful:.3g} lets none in with even odds.")


def names(solution: Solution, positions: Indices, most: int) -> str:
    """Names in quotes, the first few."""
    shown: Sequence[str] = [repr(solution.feature_names[j]) for j in positions[:most]]
    more = len(positions) - most
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _rounded(value: float) -> str:
    if value < 0.01:
        return "fewer than 0.01"
    return f"{value:,.0f}" if value >= 10 else f"{value:.1g}" if value < 0.1 else f"{value:.1f}"
