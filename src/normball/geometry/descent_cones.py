"""Descent cones: the directions from a signal in which the norm does not grow.

The signal w is the only answer of least norm to A w' = A w exactly if no direction of the
null space of A lies in the descent cone at w. So the size of the cone decides how many
equations are needed. Its polar is the cone of the subdifferential, {tau z : tau >= 0,
z in dR(w)}, and the squared length of the part of a Gaussian g inside the descent cone is

    min_{tau >= 0} dist(g, tau dR(w))^2.

Projecting on tau dR(w) needs no new code: for c large enough c w + g - prox(c w + g, tau)
is the point of tau dR(w) nearest to g, exactly so for polyhedral norms once c is large,
with an error of order 1/c for others. The minimum over tau is where <g - P, P> changes
sign, P being that point. Cost: about 15 prox a draw.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from ..inputs.tables import read_vector
from ..norms import Norm, get_norm
from ..parameters import read_count
from ..progress import Progress
from ..typing import ArrayLike, Floats
from .angles import cross_polytope_cone_volumes, cube_cone_volumes, halfspace_cone_volumes

FAR = 1e7
"""The c of the module's formula, for signals whose largest entry is 1."""


def read_signal(
    norm: str | Norm, n_features: int | tuple[int, int], sparsity: int | ArrayLike
) -> tuple[Norm, Floats]:
    """The norm, and a signal (p,) at which its descent cone is taken, largest entry 1.

    Parameters
    ----------
    norm : str or Norm
    n_features : int >= 1
    sparsity : int or (p,) array
        Degrees of freedom in the norm's own sense: non-zero coefficients (L1, SLOPE, L2, Lp),
        non-zero groups (GroupL2), coefficients below the largest size (LInf). Or the signal
        itself. For SLOPE a number stands for as many different sizes.

    Raises
    ------
    ValueError
        If the regulariser has no descent cones, the number is out of range, or the features
        (groups) differ in price or size so that it matters which are non-zero.
    """
    norm = get_norm(norm)
    p = read_count(n_features, "p")
    if not (norm.is_homogeneous and norm.is_convex):
        raise ValueError(
            f"norm must be a convex norm, got {norm.title}, whose descent cone depends on the size of "
            "the signal; use L1 or GroupL2."
        )
    norm.check(p)
    if np.ndim(sparsity) == 0:
        count = read_count(sparsity, "sparsity", 0)
        return norm, _SIGNALS.get(norm.name, _some_nonzero)(norm, p, count)
    signal = read_vector(sparsity, "sparsity", p, "feature")
    if not np.isfinite(norm.value(signal)):
        raise ValueError(f"sparsity must be a signal of finite norm, but {norm!r} of it is infinite.")
    return norm, signal / (np.abs(signal).max() or 1.0)


def _some_nonzero(norm: Norm, p: int, count: int) -> Floats:
    _require(count <= p, "sparsity", f"at most p={p}", count)
    parts = norm.separable(p)
    if parts is not None and len(np.unique(parts.price)) > 1:
        raise ValueError(
            "sparsity must be the signal itself where features have different weights, because it matters "
            f"which are non-zero; got the number {count}."
        )
    return np.where(np.arange(p) < count, 1.0, 0.0)


def _different_sizes(norm: Norm, p: int, count: int) -> Floats:
    _require(count <= p, "sparsity", f"at most p={p}", count)
    return np.maximum(count - np.arange(p), 0) / max(count, 1)


def _some_inside(norm: Norm, p: int, count: int) -> Floats:
    _require(count < p, "sparsity", f"less than p={p} coefficients below the largest", count)
    return np.where(np.arange(p) < count, 0.0, 1.0)


def _some_groups(norm: Norm, p: int, count: int) -> Floats:
    blocks = norm.blocks(p)
    assert blocks is not None  # group norms have blocks
    sizes = np.bincount(blocks.label)
    _require(count <= len(sizes), "sparsity", f"at most the {len(sizes)} groups", count)
    if len(np.unique(sizes)) > 1 or len(np.unique(blocks.price)) > 1:
        raise ValueError(
            "sparsity must be the signal itself where groups differ in size or weight, because it matters "
            f"which are non-zero; got the number {count}."
        )
    return np.where(blocks.label < count, 1.0, 0.0)


_SIGNALS: dict[str, Callable[[Norm, int, int], Floats]] = {
    "sorted_l1": _different_sizes,
    "linf": _some_inside,
    "group_l2": _some_groups,
}


def _require(is_met: bool, name: str, accepted: str, given: object) -> None:
    if not is_met:
        raise ValueError(f"{name} must be {accepted}, got {given!r}.")


def cone_volumes(norm: str | Norm, p: int, sparsity: int | ArrayLike) -> Floats:
    """Conic intrinsic volumes (p + 1,) of the descent cone, exact.

    Entry k is the odds that the point of the cone nearest to a Gaussian lies inside one of
    the cone's faces of dimension k: the share of directions that such faces catch. They sum
    to 1, those of even k and of odd k to 1/2 each (unless the cone is a flat).

    Parameters
    ----------
    norm : str or Norm
        L1 without weights, LInf, or L2 and Lp with p > 1 (a half-space).
    p : int, features.
    sparsity : int or (p,) signal; see `read_signal`.

    Returns
    -------
    (p + 1,) array

    Raises
    ------
    ValueError
        For other norms; `statistical_dimension` has those.

    Notes
    -----
    O(p) integrals; 0.02 s for p = 100, 0.2 s for p = 2,000, errors about 1e-12. Source:
    Amelunxen, Lotz, McCoy, Tropp, "Living on the edge: phase transitions in convex programs
    with random data", Information and Inference 3 (2014), section 5; angles: see `angles`.
    """
    norm, signal = read_signal(norm, p, sparsity)
    volumes = exact_volumes(norm, signal)
    if volumes is None:
        raise ValueError(
            f"norm must be L1 without weights, LInf, L2 or Lp for exact cone volumes, got {norm!r}; "
            "statistical_dimension covers the others."
        )
    return volumes


def exact_volumes(norm: Norm, signal: Floats) -> Floats | None:
    """(p + 1,) conic intrinsic volumes of the descent cone where they are known exactly, else None."""
    p, n_nonzero = len(signal), int(np.count_nonzero(signal))
    if n_nonzero == 0 and not norm.unpenalised(p).any():  # only the origin
        return np.append(1.0, np.zeros(p))
    if is_plain_l1(norm, p):
        return cross_polytope_cone_volumes(p, n_nonzero)
    if norm.name == "linf":
        return cube_cone_volumes(p, int((np.abs(signal) < 1).sum()))
    return halfspace_cone_volumes(p) if norm.name in ("l2", "lp") else None


def is_plain_l1(norm: Norm, p: int) -> bool:
    """Whether the norm is the plain sum of absolute values."""
    parts = norm.separable(p)
    return norm.name == "l1" and parts is not None and not parts.is_one_sided and (parts.price == 1).all()


def sample_cone(
    norm: Norm, signal: Floats, trials: int, rng: np.random.Generator, verbose: bool | None = None
) -> Floats:
    """(trials,) squared lengths of Gaussians projected on the descent cone at the signal."""
    squares = np.empty(trials)
    with Progress(trials, "cone", verbose) as progress:
        for trial in range(trials):
            g = rng.standard_normal(len(signal))
            rest = g - _nearest_in_polar(norm, signal, g)
            squares[trial] = rest @ rest
            progress()
    return squares


def _nearest_in_polar(norm: Norm, signal: Floats, g: Floats) -> Floats:
    """The point (p,) nearest to g in the cone of the subdifferential at the signal."""
    if not signal.any():
        return np.where(norm.unpenalised(len(g)), 0.0, g)
    far = FAR * signal + g

    def nearest(tau: float) -> Floats:
        return far - norm.prox(far, tau)

    def pull(tau: float) -> float:
        point = nearest(tau)
        return float((g - point) @ point) / tau

    low, high = 1e-3, 1.0
    if pull(low) <= 0:  # to the accuracy of FAR the best tau is 0
        return np.zeros(len(g))
    while pull(high) > 0:
        low, high = high, 2 * high
    return nearest(float(brentq(pull, low, high, xtol=1e-9)))
