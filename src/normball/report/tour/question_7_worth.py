"""The part of question 7 that is true of any data: rows needed, and what zeros save."""

from __future__ import annotations

import numpy as np

from ...displays import WorthDisplay
from ...displays.style import CURVES, DASHES, NORMAL, SMALL, TITLE, figure_of, new_axes, plain_axes
from ...geometry import Worth, measurements_needed, success_curve, worth_of_zeros
from ..section import Block, Paragraph, Picture, Row, picture_from_figure
from .context import TourContext
from .wording import listed

P = 100
SPARSITIES = (5, 10, 20)
SIZES = (100, 1_000, 10_000, 100_000)
KEPT = 50


def worth_blocks(context: TourContext) -> list[Block]:
    """How many rows a sparse truth costs, and memory, bits and time over the number of features."""
    even = [measurements_needed("l1", P, s) for s in SPARSITIES]
    sure = measurements_needed("l1", P, SPARSITIES[1], 0.95)
    worths = _worths(context)
    return [
        Paragraph(
            f"Sparsity also saves *rows*. To find the one answer that has s non-zero weights among {P}, from "
            f"exact random equations, L1 needs {listed([f'{m}' for m in even])} of them for even odds at s = "
            f"{listed([f'{s}' for s in SPARSITIES])}, and {sure} for 95 % at s = {SPARSITIES[1]}. L2, which "
            f"knows nothing of zeros, needs all {P}. These odds are exact; noise needs more."
        ),
        Row((_rows_picture(), _worth_picture(worths))),
    ]


def _rows_picture() -> Picture:
    ax = new_axes(size=(4.4, 3.3))
    plain_axes(ax)
    m = np.arange(P + 1)
    curves = {f"L1, s = {s}": success_curve("l1", P, s) for s in SPARSITIES}
    curves["L2, any s"] = success_curve("l2", P, SPARSITIES[0])
    for number, (label, odds) in enumerate(curves.items()):
        ax.plot(m, odds, color=CURVES[number], linestyle=DASHES[number], linewidth=2, label=label)
    ax.set_xlabel(f"random equations, for {P} unknowns", fontsize=NORMAL)
    ax.set_ylabel("odds of finding the true weights", fontsize=NORMAL)
    ax.set_ylim(-0.03, 1.05)
    ax.set_title("How many rows does the truth take?", fontsize=TITLE)
    ax.legend(frameon=False, fontsize=SMALL, loc="center right", bbox_to_anchor=(0.94, 0.5))
    return picture_from_figure(
        figure_of(ax),
        "Odds, exact, that the answer of smallest norm is the true one, whose s weights are not zero. "
        "The change from never to always takes a few equations only.",
        "; ".join(f"{label}: even odds at {int((odds >= 0.5).argmax())}" for label, odds in curves.items())
        + ".",
    )


def _worths(context: TourContext) -> list[Worth]:
    rng = context.rng("worth")
    worths = []
    for p in SIZES[:-1] if context.quick else SIZES:
        coef = np.zeros(p)
        coef[rng.choice(p, KEPT, replace=False)] = 1.0
        worths.append(worth_of_zeros(coef, n_rows=20, repeats=10))
    return worths


def _worth_picture(worths: list[Worth]) -> Picture:
    display = WorthDisplay.from_worths(worths).plot(new_axes(size=(4.4, 3.3)))
    last = worths[-1]
    return picture_from_figure(
        display.figure_,
        f"A model that keeps {KEPT} of p weights against the same kept dense: memory and bits are counted, "
        "the time to predict was measured in this run. Below the line the dense one is cheaper.",
        f"At p = {last.n_features:,}: {last.dense_bytes / last.sparse_bytes:,.0f} times less memory, "
        f"{last.dense_seconds / last.sparse_seconds:,.0f} times less time.",
    )
