"""A diagnosis in two pictures: the pair that is told apart worst, and who imitates whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np

from ..answers.solution import Solution
from ..diagnosis import Diagnosis
from ..inputs.alpha_scale import fraction
from ..problem import Problem
from ..typing import Floats, Indices
from . import style
from .contact import ContactDisplay
from .fitted import made_as

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHARE_OF_MOST = 0.3
"""Alpha of the pair's picture over the alpha at which both are zero."""
N_SHOWN = 12


@dataclass(eq=False)
class DiagnosisDisplay:
    """Pictures of a diagnosis; made by `from_diagnosis`.

    Attributes
    ----------
    diagnosis : Diagnosis
    pair : Solution or None
        L1 on the two most similar columns alone: their ellipse nearly parallel to the
        side of the ball says that a touch of noise decides which of them is kept.
    correlation : float, of that pair.
    shown : (k,) positions of the columns with the largest irrepresentable values.
    values : (k,) those values, falling.
    axes_, figure_ : where `plot` drew.
    """

    diagnosis: Diagnosis
    pair: Solution | None
    correlation: float
    shown: Indices
    values: Floats
    axes_: list[Axes] = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_diagnosis(cls, diagnosis: Diagnosis) -> DiagnosisDisplay:
        """Compute the pictures of a diagnosis."""
        made_as(diagnosis, Diagnosis, "diagnosis", "nb.diagnose(X, y)")
        value = diagnosis.conditions.irrepresentable
        order = np.argsort(-value, kind="stable")[:N_SHOWN]
        solution, correlation = None, 0.0
        if diagnosis.pair is not None:
            problem = diagnosis.solution.problem
            positions = np.array(diagnosis.pair, dtype=np.intp)
            columns = diagnosis.correlations.at(positions)
            correlation = float(columns[:, 0] @ columns[:, 1])
            y = problem.instance.y
            pair = Problem(
                columns * np.sqrt(problem.n_samples),
                y - y.mean(),
                feature_names=[problem.feature_names[j] for j in positions],
            )
            solution = pair.solve(alpha=fraction(SHARE_OF_MOST)) if pair.alpha_max > 0 else None
        return cls(diagnosis, solution, correlation, diagnosis.correlations.looked_at[order], value[order])

    def plot(self) -> DiagnosisDisplay:
        """Draw both panels in a new figure.

        Returns
        -------
        DiagnosisDisplay
            This display, with `axes_` and `figure_`.
        """
        self.figure_, (left, right) = plt.subplots(
            1, 2, figsize=(2.25 * style.PANEL, 1.1 * style.PANEL), layout="constrained"
        )
        self.axes_ = [left, right]
        if self.pair is None:
            left.set_axis_off()
        else:
            title = (
                f"L1 on the two columns hardest to tell apart\n(correlation {style.number(self.correlation)})"
            )
            ContactDisplay.from_solution(self.pair).plot(left, title=title)
        self._plot_values(right)
        return self

    def _plot_values(self, ax: Axes) -> None:
        style.plain_axes(ax)
        place = -np.arange(len(self.shown))
        kept = np.isin(self.shown, self.diagnosis.solution.support)
        for chosen, color, marker, label in (
            (kept, style.BALL, "o", "kept"),
            (~kept, style.LEVEL_SET, "D", "not kept"),
        ):
            ax.hlines(place[chosen], 0, self.values[chosen], color=color, lw=1.2)
            ax.plot(self.values[chosen], place[chosen], marker, color=color, ms=6, label=label)
        ax.axvline(1, color=style.QUIET, lw=1.2, ls=style.DASHES[1])
        names = self.diagnosis.solution.feature_names
        ax.set_yticks(place, [style.literal(names[j]) for j in self.shown])
        ax.set_xlim(0, max(1.1, 1.05 * float(self.values.max(initial=0.0))))
        ax.set_xlabel("how far the other columns kept imitate it (limit 1)", fontsize=style.NORMAL)
        ax.set_title("irrepresentable condition", fontsize=style.TITLE)
        ax.set_ylim(-len(self.shown) - 0.6, 0.6)  # room for the legend below the last row
        ax.legend(fontsize=style.SMALL, loc="lower left", ncols=2, frameon=False)
