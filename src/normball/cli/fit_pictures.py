"""The picture of cross-validation: held-out loss against alpha, with both choices marked."""

from __future__ import annotations

import numpy as np

from ..displays.style import BALL, CONTACT, LEVEL_SET, figure_of, new_axes, plain_axes
from ..estimators import CrossValidation
from ..report.section import Picture, picture_from_figure


def choice_picture(choice: CrossValidation, alpha: float) -> Picture:
    """Mean held-out loss along the path, one standard error either way, and the alpha that was taken."""
    ax = new_axes(size=(4.6, 3.4))
    plain_axes(ax)
    low, high = choice.mean_loss - choice.standard_error, choice.mean_loss + choice.standard_error
    ax.fill_between(choice.alphas, low, high, color=BALL, alpha=0.18, linewidth=0)
    ax.plot(choice.alphas, choice.mean_loss, color=BALL, linewidth=1.6)
    ax.set_xscale("log")
    ax.invert_xaxis()
    marks = (
        (choice.best_index, CONTACT, "o", "least loss"),
        (choice.one_se_index, LEVEL_SET, "s", "one standard error"),
    )
    for index, color, marker, label in marks:
        ax.plot(
            choice.alphas[index],
            choice.mean_loss[index],
            marker,
            color=color,
            markersize=7,
            label=label,
            linestyle="",
        )
    ax.axvline(alpha, color=CONTACT, linewidth=0.9, linestyle=(0, (2, 2)))
    ax.set_ylim(*_window(choice.mean_loss, low, high))
    ax.set_xlabel("alpha (weaker regularisation to the right)")
    ax.set_ylabel("loss on rows not seen")
    ax.legend(frameon=False, fontsize=9)
    caption = (
        "Held-out loss along the path; the band is one standard error either way, the dotted line the alpha "
        "taken. "
        "Too little regularisation, at the right, fits noise; too much, at the left, ignores the data."
    )
    description = (
        f"Held-out loss falls from {choice.mean_loss[0]:.4g} to {choice.mean_loss.min():.4g} at alpha "
        f"{choice.best_alpha:.4g} and ends at {choice.mean_loss[-1]:.4g}."
    )
    return picture_from_figure(figure_of(ax), caption, description)


def _window(mean: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[float, float]:
    """Limits that hold the curve up to its start; an end that shoots far above is cut off."""
    top = min(float(high.max()), float(high[0] + 0.5 * (mean[0] - mean.min()) + 1e-12))
    bottom = float(low.min())
    margin = 0.06 * (top - bottom) or 1.0
    return bottom - margin, top + margin
