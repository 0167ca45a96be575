"""The part of question 4 on chance: how many zeros noise leaves, as a law and counted."""

from __future__ import annotations

import numpy as np

from ...displays import ZeroOddsDisplay
from ...displays.style import new_axes
from ...geometry import GaussianDesign, OrthonormalDesign, universal_alpha, zero_odds
from ..section import Block, Paragraph, Row, picture_from_figure
from .context import TourContext

P, N, N_TRUE = 100, 200, 10
SIZE_OF_EFFECT = 1.0


def zero_count_blocks(context: TourContext) -> list[Block]:
    """Law of the number of zeros at two prices, and a count with correlated columns."""
    signal = np.where(np.arange(P) < N_TRUE, SIZE_OF_EFFECT, 0.0)
    high = universal_alpha(N, P)
    low = high / 2
    exact = {price: zero_odds("l1", P, OrthonormalDesign(N, price, signal=signal)) for price in (low, high)}
    counted = zero_odds(
        "l1",
        P,
        GaussianDesign(N, high, signal=signal, correlation=0.5),
        trials=64 if context.quick else 192,
        seed=context.seed,
        verbose=False,
    )
    ridge = zero_odds("l2", P, OrthonormalDesign(N, high, signal=signal))
    laws = {
        f"alpha = {low:.2f}": exact[low],
        f"alpha = {high:.2f}": exact[high],
        f"alpha = {high:.2f}, correlated": counted,
    }
    display = ZeroOddsDisplay.from_odds(laws).plot(new_axes(size=(5.2, 3.4)))
    picture = picture_from_figure(
        display.figure_,
        f"Odds of each number of zeros with L1: {P} features, {N_TRUE} of which matter, {N} rows, noise of "
        "size 1. Lines are exact for uncorrelated columns; points are counted, with their 95 % intervals, "
        "where neighbouring columns are correlated 0.5.",
        f"Laws of the number of zeros among {P}: mean {exact[low].mean:.1f} at the lower price, "
        f"{exact[high].mean:.1f} at the higher, {counted.mean:.1f} counted with correlated columns.",
    )
    return [
        Paragraph(
            f"How many zeros, were the data drawn anew? With {P - N_TRUE} features that do nothing, a price "
            f"of alpha = {high:.2f}, which keeps noise out, gives {exact[high].mean:.1f} zeros on average; "
            f"half of it gives {exact[low].mean:.1f}, since noise gets in. With L2 the odds of even one zero "
            f"are {_percent(ridge.at_least_one)}."
        ),
        Row((picture,)),
    ]


def _percent(odds: float) -> str:
    return f"{odds:.0%}" if odds > 0.005 or odds == 0 else "below 1%"
