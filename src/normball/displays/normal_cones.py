"""What angle the normal cone of one face fills, and how many such faces there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np

from ..geometry import NormalCones, normal_cones
from ..norms import Norm
from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEW = 4
"""Features up to which shares and numbers are short enough to be written out."""


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
        few = p <= FEW
        for number, cones in enumerate(self.cones):
            look: dict[str, Any] = {"color": style.CURVES[number], "ls": style.DASHES[number], "lw": 2}
            if few:
                look |= {"marker": "osD^"[number % 4], "ms": 5}
            for ax, logarithm in ((left, cones.log_angles), (right, cones.log_counts)):
                height = np.exp(logarithm) if few else logarithm / np.log(10)
                ax.plot(np.arange(p), height, label=cones.norm.title, **look)
        for ax, title in ((left, "external angle of one face"), (right, "number of faces")):
            style.plain_axes(ax)
            style.whole_ticks(ax)
            ax.set_title(f"{title}, p = {p}", fontsize=style.TITLE)
            ax.set_xlabel("dimension of the face (0: a vertex)", fontsize=style.NORMAL)
            ax.legend(fontsize=style.SMALL, frameon=False)
        power = "" if few else ", power of ten"
        left.set_ylabel(f"share of the directions in its flat{power}", fontsize=style.NORMAL)
        right.set_ylabel(f"faces{power}", fontsize=style.NORMAL)
        return self
