"""What rounding of the pulls z = X'theta leaves open in a gap, and pulls without it.

A product x_j'theta is known up to the rounding of its terms, eps |x_ij theta_i|. Where columns are
far from zero, or large and held back by small ones, z is what is left of terms many times its size,
and that rounding is seen in R°(z): the dual point is scaled into its domain by a number that is
off by as much. The gap is therefore looked at once more with every |z_j| as much larger as its
rounding makes it. For a norm the bound moves to first order: by R(w) times the excess, and where
the loss has straight pieces by what samples far out lose; without homogeneity (the elastic net)
the conjugate bends, and what counts is of second order. Where that is seen in the gap, the products of
a problem of moderate size are taken in extended precision instead.

A dual point must be orthogonal to what carries no price. What rounding leaves of that, C'theta, is
mended by slopes that have room. Where the loss bends, theta moves the bound by the square of what is
mended; where it has kinks, in first order, as z moves by X' times that: it is counted as such.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..losses.piecewise_linear import PiecewiseLinear
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
    instance: Instance,
    theta: Floats,
    z: Floats,
    visible: float,
    lost: Callable[[Floats, Floats], float],
) -> tuple[Floats, float]:
    """Pulls z (p,) of a dual point theta (n,), and by how much a bound that rests on them may be too high.

    `lost(z, noise)` is what the bound loses where every |z_j| is larger by its noise (p,). The pulls
    are those that are given where less than `visible` is lost.
    """
    if not np.isfinite(theta).all():
        return z, 0.0  # no bound at all
    largest = np.abs(theta / np.sqrt(instance.sample_weight)).max(initial=0.0)
    mended = None if instance.loss.is_smooth else _Mended(instance, theta)
    coarse = SPREAD_OF_ROUNDING * largest * instance.sizes  # costs no pass over X but the first
    if mended is not None:
        coarse = coarse + mended.most * instance.sizes
    loss = lost(z, coarse)
    if not loss > visible:
        return z, loss
    noise = SPREAD_OF_ROUNDING * np.sqrt(instance.design.mean_squares(theta**2))
    if instance.n_samples * instance.n_features <= MOST_ENTRIES:
        z, noise = _exact_pulls(instance, theta), EXTENDED * noise
    if mended is not None:
        z, noise = z + pulls(instance, mended.change), noise + mended.noise * instance.sizes
    return z, lost(z, noise)


class _Mended:
    """The change of theta (n,) that makes it orthogonal to what carries no price.

    Attributes
    ----------
    change : (n,), for the products as extended precision gives them.
    noise, most : float, sizes |change / sqrt(v)| of what rounding hides of it, and of all that floats show.
    """

    def __init__(self, instance: Instance, theta: Floats) -> None:
        assert isinstance(instance.loss, PiecewiseLinear)
        lower, upper = instance.loss.slopes
        weight, columns = instance.sample_weight, instance.free_columns
        self.change, self.noise, self.most = np.zeros(len(theta)), 0.0, 0.0
        if not columns.shape[1]:
            return
        u = -theta / weight
        room = weight * np.clip(np.minimum(u - lower, upper - u), 0.0, None)
        root = np.sqrt(room)
        sizes = np.sqrt(np.einsum("ij,ij->j", columns, columns))
        sizes[sizes == 0] = 1.0
        left, values, right = np.linalg.svd(root[:, None] * (columns / sizes), full_matrices=False)
        kept = values > 1e-14 * values.max(initial=0.0)
        if not kept.any():
            return
        violation = np.asarray((columns / sizes).astype(np.longdouble).T @ theta.astype(np.longdouble), float)
        inverse = root[:, None] * ((left[:, kept] / values[kept]) @ right[kept])  # (n, k)
        self.change = -(inverse @ violation)
        inverse /= np.sqrt(weight)[:, None]
        hidden = SPREAD_OF_ROUNDING * (np.abs(columns / sizes).T @ np.abs(theta))
        spread = float(np.linalg.norm(inverse, axis=0) @ hidden)
        self.noise, self.most = EXTENDED * spread, float(np.linalg.norm(inverse @ violation)) + spread


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


def moved_by(instance: Instance, z: Floats, noise: Floats) -> Floats:
    """The pulls z (p,), each larger in size by its noise (p,)."""
    return np.where(instance.unpenalised, 0.0, z + np.copysign(noise, z))


def lost_to_term(
    instance: Instance, term: Term, w: Floats, eta: Floats, theta: Floats, z: Floats, noise: Floats
) -> float:
    """What the bound of a penalty or a budget loses where every |z_j| is larger by its noise (p,)."""
    moved = moved_by(instance, z, noise)
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


def lost_to_target(
    instance: Instance, w: Floats, multiplier: float, attained: float, z: Floats, noise: Floats
) -> float:
    """The same for lambda attained - R*(lambda z), the bound of a target."""
    norm, moved = instance.norm, moved_by(instance, z, noise)
    if norm.is_homogeneous:
        return max(attained / norm.dual_norm(z) - attained / norm.dual_norm(moved), 0.0)
    more = norm.conjugate(multiplier * moved, 1.0) - norm.conjugate(multiplier * z, 1.0)
    return max(more - multiplier * float((moved - z) @ w), 0.0)
