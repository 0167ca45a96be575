"""The quality of predictions in sentences for those who asked for them, and ratios beside coefficients."""

from __future__ import annotations

import numpy as np

from ..losses import Loss
from ..measures import Measure, PredictiveQuality
from ..typing import Floats


def ratio_name(loss: Loss) -> str | None:
    """What exp(coefficient) is called for this loss; None where that is nothing."""
    return loss.ratio_name or None


def ratios_of(coef: Floats) -> list[str]:
    """exp(coefficient) as a person reads it."""
    with np.errstate(over="ignore"):
        return [f"{ratio:.4g}" for ratio in np.exp(coef).tolist()]


def quality_sentence(quality: PredictiveQuality, target: str, loss: Loss) -> str:
    """How good the predictions are, in one sentence or two, on held-out rows where there are any."""
    found = quality.held_out or quality.training
    where = "rows that the model had not seen" if quality.held_out else "the rows of the fit"
    first = found.measures[0]
    if loss.is_classifier:
        area = found["AUC"]
        also = "" if np.isnan(area.value) else f" The area under the ROC curve is {area.shown_with_error}."
        return (
            f"{first.shown_with_error} of {where} are given their right class of {target!r}; always saying "
            f"the most frequent class gives {first.shown_baseline}.{also}"
        )
    if not loss.is_diagonal:
        return (
            f"Of two {where}, the one that is predicted the higher hazard has the event first in "
            f"{100 * first.value:.1f} % ± {100 * first.standard_error:.1f} % of the pairs (chance: 50 %)."
        )
    if first.name != "RMSE":
        what = first.meaning.removeprefix("share of the ").partition(" explained")[0]
        return f"On {where}, the features explain {first.shown_with_error} of the {what} of {target!r}."
    r2 = found["R2"]
    share = "" if np.isnan(r2.value) else f" {100 * r2.value:.0f} % of its variance is explained (R2)."
    return (
        f"On {where}, predictions of {target!r} are off by {first.shown_with_error} (root of the mean "
        f"square); without features it is {first.shown_baseline}.{share}"
    )


def is_of_no_use(quality: PredictiveQuality) -> bool:
    """Whether held-out rows are predicted no better than without features."""
    if quality.held_out is None:
        return False
    first, second = quality.held_out.measures[0], quality.held_out.measures[-1]
    judged: Measure = first if first.name != "accuracy" else second
    if judged.name in ("RMSE", "log-loss"):
        return bool(judged.value >= judged.baseline)
    return bool(judged.value <= judged.baseline)


NO_USE = "On rows that it has not seen, the model predicts no better than a constant would."
