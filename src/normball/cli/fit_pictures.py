"""The picture of cross-validation: held-out loss against alpha, with both choices marked."""

from __future__ import annotations

from ..displays import CVDisplay
from ..estimators import CrossValidation
from ..report.section import Picture, picture_from_figure


def choice_picture(choice: CrossValidation, alpha: float) -> Picture:
    """Mean held-out loss along the path, one standard error either way, and the alpha that was taken."""
    display = CVDisplay.from_curve(choice, alpha).plot()
    caption = (
        "Held-out loss along the path; the band is one standard error either way, the dotted line the alpha "
        "taken. "
        "Too little regularisation, at the right, fits noise; too much, at the left, ignores the data."
    )
    description = (
        f"Held-out loss falls from {choice.mean_loss[0]:.4g} to {choice.mean_loss.min():.4g} at alpha "
        f"{choice.best_alpha:.4g} and ends at {choice.mean_loss[-1]:.4g}."
    )
    return picture_from_figure(display.figure_, caption, description)
