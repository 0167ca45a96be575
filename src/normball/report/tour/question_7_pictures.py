"""Pictures of question 7: the weights of all probes, and mistakes against the number of probes kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...datasets import Dataset
from ...displays.style import BALL, LEVEL_SET, NORMAL, QUIET, TITLE, figure_of, new_axes, plain_axes
from ..section import Picture, picture_from_figure
from .nested import Fit

if TYPE_CHECKING:
    from .question_7 import Result

SIZE = (4.0, 3.3)


def coefficient_pictures(sparse: Fit, dense: Fit, dataset: Dataset) -> tuple[Picture, Picture]:
    """Weights against the position of the probe, one panel for each norm."""
    return _coefficients(sparse, "L1", BALL, dataset), _coefficients(dense, "L2", LEVEL_SET, dataset)


def _coefficients(fit: Fit, name: str, color: str, dataset: Dataset) -> Picture:
    w, kept = fit.coef_standardised, fit.kept
    ax = new_axes(size=SIZE)
    plain_axes(ax)
    ax.axhline(0, color=QUIET, linewidth=0.8)
    ax.vlines(kept, 0, w[kept], color=color, linewidth=2.0 if len(kept) < 100 else 0.4)
    if len(kept) < 100:
        ax.plot(kept, w[kept], "o", color=color, markersize=4.5)
    ax.set_xlim(-20, len(w) + 20)
    ax.set_xlabel(f"probe, 1 to {len(w):,}", fontsize=NORMAL)
    ax.set_ylabel("weight per standard deviation", fontsize=NORMAL)
    ax.set_title(f"{name}: {len(kept):,} of {len(w):,} weights are not zero", fontsize=TITLE)
    largest = float(np.abs(w).max(initial=0.0))
    zeros = len(w) - len(kept)
    rest = f"{zeros:,} are exactly zero" if zeros else "none is exactly zero"
    caption = f"{name} fitted to all {len(dataset.y)} patients: the largest weight is {largest:.2g}; {rest}."
    description = f"Weights of {len(w)} probes under {name}: {len(kept)} not zero, the largest {largest:.2g}."
    return picture_from_figure(figure_of(ax), caption, description)


def mistakes_picture(results: Sequence[Result]) -> Picture:
    """Mistakes on held-out patients against the number of probes that the L1 model keeps, for each task."""
    ax = new_axes(size=SIZE)
    plain_axes(ax)
    said = []
    for result, color, mark in zip(results[::2], (BALL, LEVEL_SET), ("o-", "s--"), strict=True):
        curve = result.final.curve
        if curve is None or curve.mean_error is None:
            continue
        kept = result.final.problem.path(alphas=curve.alphas, tol=1e-5).n_nonzeros
        ax.plot(kept, 100 * curve.mean_error, mark, color=color, markersize=4, label=result.label)
        said.append(
            f"{result.label}: {100 * curve.mean_error[0]:.0f} % wrong with {kept[0]} probes, "
            f"at best {100 * curve.mean_error.min():.1f} %"
        )
    ax.set_ylim(bottom=0)
    ax.set_xlabel("probes kept by L1 on all patients", fontsize=NORMAL)
    ax.set_ylabel("wrong on patients not seen, per cent", fontsize=NORMAL)
    ax.set_title("How many probes are needed?", fontsize=TITLE)
    ax.legend(frameon=False, fontsize=NORMAL)
    caption = (
        "Share of wrong answers as alpha falls and probes enter (one cross-validation; the table above "
        "is stricter). Where the curve is flat, more probes buy nothing."
    )
    return picture_from_figure(figure_of(ax), caption, "; ".join(said) + ".")
