"""The upper axis that counts the features in the model along a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FixedLocator, NullLocator

from ..typing import Floats, Indices
from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axes._secondary_axes import SecondaryAxis

ROOM = 0.075
"""Share of the axis between two counts."""


def count_axis(ax: Axes, positions: Floats, n_nonzeros: Indices, is_logarithmic: bool) -> SecondaryAxis:
    """Mark where the count (k,) changes along positions (k,), as often as there is room."""
    upper = ax.secondary_xaxis("top")
    changed = np.flatnonzero(np.diff(n_nonzeros, prepend=-1))
    scaled = np.log(positions) if is_logarithmic else positions
    share = (scaled - scaled[0]) / (scaled[-1] - scaled[0])
    kept: list[int] = []
    for step in changed:
        has_room = not kept or share[step] - share[kept[-1]] >= ROOM
        if has_room and not (kept and n_nonzeros[step] == n_nonzeros[kept[-1]]):
            kept.append(int(step))
    upper.xaxis.set_major_locator(FixedLocator([float(positions[step]) for step in kept]))
    upper.xaxis.set_minor_locator(NullLocator())
    upper.set_xticklabels([str(int(n_nonzeros[step])) for step in kept])
    upper.tick_params(labelsize=style.SMALL, colors=style.QUIET, length=3)
    upper.set_xlabel("features in the model", fontsize=style.SMALL, color=style.QUIET)
    upper.spines["top"].set_color(style.QUIET)
    return upper
