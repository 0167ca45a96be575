"""Which features knockoff statistics W choose: one draw of copies, or several.

For a feature without effect both signs are equally likely, so the number of W_j <= -t
stands for the number of false ones among W_j >= t, and the threshold is

    T = min { t in |W| : (offset + #{W_j <= -t}) / max(1, #{W_j >= t}) <= fdr } ,

with offset 1 (knockoff+: E[false / chosen] <= fdr) or 0 (knockoff: E[false / (chosen +
1 / fdr)] <= fdr). Source: Barber, Candes, Annals of Statistics 43 (2015).

One draw of copies is one throw of dice. With B draws the e-values

    e_j = mean over draws of  p 1{W_j >= T} / (1 + #{W_k <= -T}),   T for the rate fdr / 2 with offset 1,

are averaged, and the k features of largest e_j are chosen, with the largest k for which the least of
them is p / (fdr k) or more: E[false / chosen] <= fdr whatever the draws have in common. Source: Ren,
Barber, "Derandomised knockoffs: leveraging e-values for false discovery rate control",
JRSS B 86 (2024).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..parameters import read_probability, shown
from ..typing import ArrayLike, Floats, Indices


def choose(W: Floats, fdr: float, offset: int) -> tuple[Indices, float, Floats | None]:
    """Features chosen from W (draws, p), the threshold, and the e-values of several draws."""
    if len(W) == 1:
        threshold = knockoff_threshold(W[0], fdr, offset)
        chosen = np.flatnonzero(threshold <= W[0])
        return chosen[np.argsort(-W[0][chosen], kind="stable")], threshold, None
    e_values = np.mean([knockoff_e_values(row, fdr / 2) for row in W], axis=0)
    order = np.lexsort((-W.mean(axis=0), -e_values))
    needed = len(e_values) / (fdr * np.arange(1, len(e_values) + 1))
    enough = np.flatnonzero(e_values[order] >= needed * (1 - 1e-12))
    count = enough[-1] + 1 if len(enough) else 0
    return order[:count], float(e_values[order[count - 1]]) if count else np.inf, e_values


def knockoff_threshold(W: ArrayLike, fdr: float, offset: int = 1) -> float:
    """T for statistics W (p,), see the module docstring; inf where no t will do. O(p log p).

    Raises
    ------
    ValueError
        If W is no vector of finite numbers, fdr not between 0 and 1, or offset neither 1 nor 0.
    """
    fdr = read_probability(fdr, "fdr")
    check_choice("offset", offset, (1, 0))
    W = _read_statistics(W)
    steps = np.unique(np.abs(W[W != 0]))
    if not len(steps):
        return np.inf
    n_negative = np.searchsorted(np.sort(-W), steps, side="left")
    n_positive = np.searchsorted(np.sort(W), steps, side="left")
    ratio = (offset + len(W) - n_negative) / np.maximum(len(W) - n_positive, 1)
    return float(steps[np.argmax(ratio <= fdr)]) if (ratio <= fdr).any() else np.inf


def knockoff_e_values(W: ArrayLike, fdr: float) -> Floats:
    """E-values (p,) of one draw: their sum over features without effect is expected to be p at most.

    Raises
    ------
    ValueError
        As `knockoff_threshold`.
    """
    threshold = knockoff_threshold(W, fdr)
    W = _read_statistics(W)
    return np.where(threshold <= W, len(W) / (1 + (-threshold >= W).sum()), 0.0)


def check_choice(name: str, given: Any, accepted: tuple[Any, ...]) -> None:
    """Raise ValueError unless the value is one of those accepted."""
    if isinstance(given, bool) or given not in accepted:
        raise ValueError(f"{name} must be {' or '.join(map(repr, accepted))}, got {shown(given)}.")


def _read_statistics(W: ArrayLike) -> Floats:
    found = np.asarray(W, dtype=np.float64)
    if found.ndim != 1 or not np.isfinite(found).all():
        what = f"shape {found.shape}" if found.ndim != 1 else "NaN or infinity"
        raise ValueError(f"W must be a vector of finite numbers, got {what}.")
    return found
