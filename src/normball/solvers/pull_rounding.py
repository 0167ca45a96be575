"""What rounding of the pulls z = X'theta leaves open in a gap, and pulls without it.

A product x_j'theta is known up to the rounding of its terms, eps |x_ij theta_i|. Where columns are
far from zero, or large and held back by small ones, z is what is left of terms many times its size,
and that rounding is seen in R°(z): the dual point is scaled into its domain by a number that is
off by as much. The gap is therefore looked at once more with every |z_j| as much larger as its
rounding makes it. For a norm the bound moves to first order: by R(w) times the excess, and where
the loss has straight pieces by what samples far out lose; without homogeneity (the elastic net)
the conjugate bends, and what counts is of second order. Where that is seen in the gap, the products of
a problem of moderate size are taken in extended precision instead.
"""

from __future__ import annotations

import numpy as np

from ..typing import Floats
from .instance import SPREAD_OF_ROUNDING, Instance
from .terms import Term

VISIBLE = 1e-2
"""Share of the tolerance above which a bound is worth a closer look at what it lost."""

MOST_ENTRIES = 2**21
"""Numbers of X up to which products with all of them are taken in extended precision."""

AT_ONCE = 2**18
EXTENDED = float(np.finfo(np.longdouble).eps / np.finfo(np.float64).eps)


def pulls(instance: Instance, theta: Floats) -> Floats:
    """z = X'theta (p,), 0 for unpenalised features."""
    z = instance.design.rmatvec(theta)
    z[instance.unpenalised] = 0.0
    return z


def lost_to_pulls(
    instance: Instance, term: Term, w: Floats, eta: Floats, theta: Floats, z: Floats, tolerance: float
) -> tuple[Floats, float]:
    """Pulls z (p,) of a dual point theta (n,), and by how much a bound that rests on them may be too high.

    The pulls are those that are given where that is not seen in the bound.
    """
    if not np.isfinite(theta).all():
        return z, 0.0  # no bound at all
    visible = VISIBLE * tolerance * instance.scale
    largest = np.abs(theta / np.sqrt(instance.sample_weight)).max(initial=0.0)
    coarse = SPREAD_OF_ROUNDING * largest * instance.sizes  # costs no pass over X but the first
    lost = _lost(instance, term, w, eta, theta, z, coarse)
    if not lost > visible:
        return z, lost
    noise = SPREAD_OF_ROUNDING * np.sqrt(instance.design.mean_squares(theta**2))
    if instance.n_samples * instance.n_features <= MOST_ENTRIES:
        z, noise = _exact_pulls(instance, theta), EXTENDED * noise
    return z, _lost(instance, term, w, eta, theta, z, noise)


def _exact_pulls(instance: Instance, theta: Floats) -> Floats:
    """`pulls` by sums in extended precision."""
    n, p = instance.design.shape
    z, exact = np.empty(p), theta.astype(np.longdouble)
    step = max(AT_ONCE // n, 1)
    for start in range(0, p, step):
        index = np.arange(start, min(start + step, p))
        z[index] = exact @ instance.design.columns(index).astype(np.longdouble)
    z[instance.unpenalised] = 0.0
    return z


def _lost(
    instance: Instance, term: Term, w: Floats, eta: Floats, theta: Floats, z: Floats, noise: Floats
) -> float:
    """What the bound loses where every |z_j| is larger by its noise (p,)."""
    moved = np.where(instance.unpenalised, 0.0, z + np.copysign(noise, z))
    scaling, less = term.dual_scaling(z), term.dual_scaling(moved)
    if less < scaling:
        worth = (scaling - less) * float(z @ w)
        return max(instance.slack(eta, -less * theta) - instance.slack(eta, -scaling * theta) + worth, 0.0)
    if scaling < 1 or (term.norm.is_homogeneous and term.condition.form == "penalty"):
        return 0.0
    more = term.conjugate(moved) - term.conjugate(z)
    if not term.norm.is_homogeneous:
        more -= float((moved - z) @ w)
    return max(more, 0.0)
