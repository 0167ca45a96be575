"""The loss of a problem as the kernels evaluate it (src/kernels/losses.hpp)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._kernels import CompiledLoss
from ..losses.base import Loss
from ..losses.cox import Cox
from ..typing import Floats, Indices

if TYPE_CHECKING:
    from .instance import Instance


def compiled_form(loss: Loss) -> tuple[str, ...]:
    """`Loss.compiled_form` where the very class states it: a subclass may override any method."""
    form: tuple[str, ...] = type(loss).__dict__.get("compiled_form", ())
    return form


def has_compiled_slack(loss: Loss) -> bool:
    """Whether the kernels evaluate the loss and its slack without a call back."""
    return bool(compiled_form(loss)) and not isinstance(loss, Cox)


def compiled(instance: Instance) -> CompiledLoss:
    """The loss of an instance as the kernels evaluate it."""
    loss = instance.loss
    form = compiled_form(loss)
    parameters = [float(getattr(loss, name)) for name in form[1:]]

    def evaluate(eta: Floats) -> tuple[float, Floats, Floats, Floats]:
        majorant = instance.majorant(eta)
        return instance.value(eta), instance.gradient(eta), instance.curvature(eta), majorant

    return CompiledLoss(
        form[0] if form else "",
        parameters[0] if parameters else 0.0,
        instance.y,
        instance.sample_weight,
        evaluate,
        instance.slack,
        _risk_sets(loss, instance) if isinstance(loss, Cox) else None,
    )


def _risk_sets(loss: Cox, instance: Instance) -> tuple[Indices, Floats, Indices, Indices, Floats]:
    sets = loss.risk_sets(instance.y, instance.sample_weight)
    return sets.order, sets.weight, sets.starts, sets.counts, sets.masses
