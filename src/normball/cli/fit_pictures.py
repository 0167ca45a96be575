"""The picture of cross-validation: held-out loss against alpha, with both choices marked."""

from __future__ import annotations

from ..displays import CVDisplay
from ..estimators import CrossValidation
from ..report.section import Picture, picture_from_figure


def choice_picture(choice: CrossValidation, alpha: float) -> Picture:
    """What cross-validation compared along the path, one standard error either way, and the alpha taken."""
    display = CVDisplay.from_curve(choice, alpha).plot()
    caption = (
        f"{display.title} on held-out rows along the path; the band is one standard error (over folds) "
        "either way, the dotted line the alpha taken. Too little regularisation, at the right, fits noise; "
        "too much, at the left, ignores the data."
    )
    mean = display.mean
    description = (
        f"{display.title} on held-out rows goes from {mean[0]:.4g} to {mean[choice.best_index]:.4g} at alpha "
        f"{choice.best_alpha:.4g} and ends at {mean[-1]:.4g}."
    )
    return picture_from_figure(display.figure_, caption, description)
