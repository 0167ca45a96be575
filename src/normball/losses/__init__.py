"""Losses: how badly a prediction fits. One loss a file; `LOSSES` is the registry."""

from __future__ import annotations

from difflib import get_close_matches

from .base import Loss, SampleLoss
from .baseline_hazard import BaselineHazard, kaplan_meier
from .cox import Cox
from .gamma import Gamma
from .huber import Huber
from .logistic import Logistic
from .poisson import Poisson
from .quantile import Quantile
from .squared_error import SquaredError
from .stratified_cox import StratifiedCox
from .tweedie import Tweedie

__all__ = [
    "LOSSES",
    "BaselineHazard",
    "Cox",
    "Gamma",
    "Huber",
    "Logistic",
    "Loss",
    "Poisson",
    "Quantile",
    "SampleLoss",
    "SquaredError",
    "StratifiedCox",
    "Tweedie",
    "get_loss",
    "kaplan_meier",
]

LOSSES: dict[str, type[Loss]] = {
    loss.name: loss
    for loss in (SquaredError, Huber, Logistic, Poisson, Gamma, Tweedie, Quantile, Cox, StratifiedCox)
}
"""Name -> class; a new loss is added here."""


def get_loss(loss: str | Loss) -> Loss:
    """The loss of that name with default parameters, or the instance itself.

    Raises
    ------
    ValueError
        If no loss has that name.
    TypeError
        If `loss` is neither a name nor an instance.
    """
    if isinstance(loss, Loss):
        return loss
    known = ", ".join(repr(name) for name in LOSSES)
    if isinstance(loss, type) and issubclass(loss, Loss):
        raise TypeError(
            f"loss must be a name or an instance, got the class {loss.__name__}; write {loss.__name__}()."
        )
    if not isinstance(loss, str):
        raise TypeError(f"loss must be one of {known} or an instance of Loss, got {loss!r}.")
    if loss not in LOSSES:
        close = get_close_matches(loss.lower(), LOSSES, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else "."
        raise ValueError(f"loss must be one of {known} or an instance of Loss, got {loss!r}{hint}")
    return LOSSES[loss]()
