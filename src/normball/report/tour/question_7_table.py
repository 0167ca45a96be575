"""The part of question 7 on a table of quantities: diabetes, or the reader's own."""

from __future__ import annotations

import numpy as np

from ..section import Block, Paragraph, Table
from .context import TourContext
from .nested import L1, SQUARED_L2, UNPENALISED, nested_cross_validate
from .wording import compared, count, span


def compare_on_table(context: TourContext) -> tuple[list[Block], str]:
    """Blocks of the report, and one sentence on what they show."""
    dataset = context.dataset
    n, p = dataset.X.shape
    n_outer, n_inner = context.n_folds
    # without a norm there must be more rows than features, or the best fit is not unique
    contestants = [L1, SQUARED_L2, *([UNPENALISED] if p + 1 < n * (1 - 1 / n_outer) else [])]
    nested = [
        nested_cross_validate(dataset, "squared_error", contestant, n_outer, n_inner, context.seed)
        for contestant in contestants
    ]
    typical = float(dataset.y.std())
    rows = tuple(
        (
            each.contestant.name,
            span(each),
            f"{np.sqrt(each.mean):.4g} ± {each.standard_error / (2 * np.sqrt(each.mean)):.2g}",
            f"{100 * (1 - each.mean / typical**2):.1f} %",
        )
        for each in nested
    )
    first = nested[0]
    middle = int(np.median(first.n_kept))
    sentence = (
        f"On {context.data_name} ({n:,} rows, {p:,} features), L1 kept {count(middle, 'feature')} in the "
        f"median; {compared(first, nested[1], 'a smaller error')}"
    )
    sentence += f", and {compared(first, nested[2], 'a smaller error')}." if len(nested) > 2 else "."
    start = (
        f"How well a model does is told by rows that it has not seen: the rows are dealt into {n_outer} "
        "groups, each is set aside once, and everything (scaling, the choice of alpha, the fit) is done "
        f"on the others. On {context.data_name}"
        if context.is_own_data
        else f"The same game on {context.data_name}"
    )
    lead = (
        f"{start}: {n:,} rows, {p:,} features, and {dataset.target_name!r} to be predicted. Always "
        f"guessing the average would be off by {typical:.4g} (root mean square)."
    )
    table = Table(
        ("norm", "features kept", "typical error", "variance explained"),
        rows,
        f"Features kept: median over {n_outer} groups (smallest to largest). Typical error: root mean "
        "square on rows not seen, with its standard error, in units of the target.",
        (False, True, True, True),
    )
    return [Paragraph(lead), table], sentence
