"""The numbers of a fit by vertices, as they are and with their ties parted.

Ties (equal responses, repeated rows and columns, integers) make several vertices one
point, among which pivots may circle. The pivots therefore see y, the ends of theta and
the prices moved by a billionth, at random but always the same; then no two kinks or
breakpoints coincide, every pivot gains, and none can return (Charnes, "Optimality and
degeneracy in linear programming", Econometrica 20, 1952, with numbers for his powers of
epsilon). Samples and columns chosen for the moved numbers are right for the true ones as
well, unless two events lie closer than that but not together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...losses.piecewise_linear import PiecewiseLinear
from ...norms.separable import Separable
from ...typing import Floats, Mask
from ..instance import Instance
from .scaled_columns import ScaledColumns

NUDGE = 1e-9
"""Relative size of the movements."""


@dataclass(frozen=True, eq=False)
class Data:
    """What the problem asks for: y (n,), the ends low and high (n,) of theta, price (q,), inf = never in."""

    y: Floats
    low: Floats
    high: Floats
    price: Floats


@dataclass(frozen=True, eq=False)
class Numbers:
    """The data of one problem for columns that are scaled.

    Attributes
    ----------
    truth, moved : Data
    one_sided : (q,) flags of coefficients that are >= 0.
    middle : float, what was taken from y: the intercept's part, so that movements have the residuals' size.
    span : float, distance between the slopes of the loss.
    """

    truth: Data
    moved: Data
    one_sided: Mask
    middle: float
    span: float


def read_numbers(instance: Instance, separable: Separable, columns: ScaledColumns) -> Numbers:
    """The numbers of an instance with a `PiecewiseLinear` loss and prices without ridge."""
    assert isinstance(instance.loss, PiecewiseLinear)
    assert separable.ridge is None
    (n, q), p = columns.shape, instance.n_features
    lower, upper = instance.loss.slopes
    weight = instance.sample_weight
    middle = float(np.median(instance.y)) if instance.fit_intercept else 0.0
    price, one_sided = np.zeros(q), np.zeros(q, dtype=bool)
    price[:p] = np.where(columns.is_empty, np.inf, separable.price / columns.sizes)
    one_sided[:p] = separable.is_one_sided
    truth = Data(instance.y - middle, -weight * upper, -weight * lower, price)
    generator = np.random.default_rng(0)

    def nudges(size: int) -> Floats:
        return NUDGE * generator.choice([-1.0, 1.0], size) * generator.uniform(0.5, 1.0, size)

    moved = Data(
        truth.y + (float(weight @ np.abs(truth.y)) or 1.0) * nudges(n),
        truth.low * (1 + nudges(n)),
        truth.high * (1 + nudges(n)),
        price * (1 + nudges(q)),
    )
    return Numbers(truth, moved, one_sided, middle, upper - lower)
