"""Statistical dimension over sparsity: how many equations each kind of signal costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..geometry import StatisticalDimension, statistical_dimension
from ..inputs.tables import read_vector
from ..norms import Norm, get_norm
from ..parameters import read_count
from ..typing import ArrayLike, Floats
from . import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(eq=False)
class ConeDisplay:
    """Sizes of descent cones; made by `from_norms`.

    Attributes
    ----------
    n_features : p.
    sparsities : (k,)
    sizes : dict of label -> list of StatisticalDimension, one a sparsity.
    ax_, figure_ : where `plot` drew.
    """

    n_features: int
    sparsities: Floats
    sizes: dict[str, list[StatisticalDimension]]
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_norms(
        cls,
        norms: Mapping[str, str | Norm] | list[str | Norm],
        p: int,
        sparsities: ArrayLike = None,
        trials: int = 500,
        seed: int = 0,
    ) -> ConeDisplay:
        """Compute statistical dimensions of several norms.

        Parameters
        ----------
        norms : list of str or Norm, or dict of label -> norm
        p : int, features.
        sparsities : (k,) whole numbers, optional
            Default: about 25 from 1 to p - 1.
        trials, seed : int
            For norms that are sampled.
        """
        named = norms if isinstance(norms, Mapping) else {get_norm(norm).title: norm for norm in norms}
        p = read_count(p, "p", 2)
        grid = np.unique(np.linspace(1, p - 1, 25).astype(int)).astype(np.float64)
        if sparsities is not None:
            grid = read_vector(sparsities, "sparsities", None)
        sizes = {
            label: [statistical_dimension(norm, p, s, trials=trials, seed=seed) for s in grid.tolist()]
            for label, norm in named.items()
        }
        return cls(p, grid.astype(np.float64), sizes)

    def plot(self, ax: Axes | None = None, *, title: str = "") -> ConeDisplay:
        """Draw one curve a norm, with a band of one spread: between 16 % and 84 % odds of success.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure of one panel.
        title : str, optional

        Returns
        -------
        ConeDisplay
            This display, with `ax_` and `figure_`.
        """
        self.ax_ = ax = style.new_axes(ax, (1.3 * style.PANEL, 1.05 * style.PANEL))
        self.figure_ = style.figure_of(ax)
        style.plain_axes(ax)
        for number, (label, sizes) in enumerate(self.sizes.items()):
            color, dashes = style.CURVES[number % 7], style.DASHES[number % 4]
            value = np.array([size.value for size in sizes])
            spread = np.array([size.spread for size in sizes])
            ax.fill_between(self.sparsities, value - spread, value + spread, color=color, alpha=0.15, lw=0)
            ax.plot(self.sparsities, value, color=color, ls=dashes, lw=2, label=label)
        ax.set_xlim(0, 1.03 * float(self.sparsities.max()))
        ax.set_ylim(0, 1.03 * self.n_features)
        style.whole_ticks(ax)
        ax.set_xlabel("degrees of freedom of the signal (sparsity)", fontsize=style.NORMAL)
        ax.set_ylabel("measurements for even odds (band: 16 % to 84 %)", fontsize=style.NORMAL)
        ax.set_title(title or f"What a signal costs, p = {self.n_features}", fontsize=style.TITLE)
        ax.legend(fontsize=style.SMALL, frameon=False, loc="lower right")
        return self
