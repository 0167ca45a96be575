"""What angle the normal cone of one face fills, and how many such faces there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np

from ..geometry import NormalCones, normal_cones
from ..norms import Norm
from ..typing import Floats
from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(eq=False)
class NormalConesDisplay:
    """External angles and numbers of faces by dimension; made by `from_norms`.

    Attributes
    ----------
    cones : list of NormalCones, for one p.
    axes_, figure_ : where `plot` drew.
    """

    cones: list[NormalCones]
    axes_: list[Axes] = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_norms(cls, p: int, norms: Sequence[str | Norm] = ("l1", "linf")) -> NormalConesDisplay:
        """Compute the cones of the norms' balls in p dimensions; see `geometry.normal_cones`."""
        return cls([normal_cones(norm, p) for norm in norms])

    def plot(self) -> NormalConesDisplay:
        """Draw both panels in a new figure: the share of one face, and the number of faces.

        Returns
        -------
        NormalConesDisplay
            This display, with `axes_` and `figure_`.
        """
        self.figure_, (left, right) = plt.subplots(
            1, 2, figsize=(2.2 * style.PANEL, 0.95 * style.PANEL), layout="constrained"
        )
        self.axes_ = [left, right]
        p = self.cones[0].n_features
        for number, cones in enumerate(self.cones):
            look = {"color": style.CURVES[number], "ls": style.DASHES[number], "lw": 2}
            dimension = np.arange(p)
            mark = {"marker": "osD^"[number % 4], "markersize": 4} if p <= 20 else {}
            left.plot(dimension, _digits(cones.log_angles), label=cones.norm.title, **look, **mark)
            right.plot(dimension, _digits(cones.log_counts), label=cones.norm.title, **look, **mark)
        for ax, title in ((left, "share of directions of one face"), (right, "number of faces")):
            style.plain_axes(ax)
            ax.set_title(f"{title}, p = {p}", fontsize=style.TITLE)
            ax.set_xlabel("dimension of the face (0: a vertex)", fontsize=style.NORMAL)
            ax.set_ylabel("power of ten", fontsize=style.NORMAL)
            ax.legend(fontsize=style.SMALL, frameon=False)
        return self


def _digits(logarithm: Floats) -> Floats:
    """Natural logarithms as powers of ten."""
    return np.asarray(logarithm / np.log(10))
