"""Survival as a Cox model predicts it, beside what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..losses import BaselineHazard, kaplan_meier
from ..parameters import read_count
from ..typing import Floats
from . import style
from .fitted import solution_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Curve = tuple[Floats, Floats]
"""Times and shares (k,) of a step function that begins at 1."""


@dataclass(eq=False)
class SurvivalDisplay:
    """Shares without an event against time; made by `from_estimator`.

    Attributes
    ----------
    predicted : list of curves (times, shares (k,)), one a row or group.
    observed : list of curves of Kaplan and Meier, one a group; empty for rows.
    names : tuple of str, of the rows or groups.
    last_time : float, of the last observation.
    ax_, figure_ : where `plot` drew.
    """

    predicted: list[Curve]
    observed: list[Curve]
    names: tuple[str, ...]
    last_time: float
    ax_: Axes = field(init=False, repr=False)
    figure_: Figure = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any = None,
        *,
        names: Sequence[str] | None = None,
        n_groups: int = 3,
        ax: Axes | None = None,
    ) -> SurvivalDisplay:
        """Draw the survival that a fitted `Regressor` or `RegressorCV` with loss="cox" predicts.

        Parameters
        ----------
        estimator : fitted estimator.
        X : (m, p) rows, optional
            A curve a row. Default: the rows of the fit in groups by their predicted hazard, the mean of
            their curves beside what was observed (Kaplan and Meier).
        names : m names of the rows, optional
        n_groups : int, default 3
        ax : Axes, optional
            Default: a new figure.

        Raises
        ------
        TypeError, ValueError
            If the estimator predicts no survival, or names are not one a row.
        """
        baseline = getattr(estimator, "baseline_hazard_", None)
        if not isinstance(baseline, BaselineHazard):
            raise TypeError(
                "SurvivalDisplay needs a fitted Regressor or RegressorCV with loss='cox', got "
                f"{type(estimator).__name__} without a baseline hazard."
            )
        if X is None:
            return cls._of_groups(estimator, baseline, read_count(n_groups, "n_groups")).plot(ax)
        shares = estimator.predict_survival(X)
        given = tuple(f"row {k + 1}" for k in range(len(shares))) if names is None else tuple(names)
        if len(given) != len(shares):
            raise ValueError(f"names must be one a row ({len(shares)}), got {len(given)}.")
        curves = [(baseline.times, row) for row in shares]
        return cls(curves, [], given, baseline.last_time).plot(ax)

    @classmethod
    def _of_groups(cls, estimator: Any, baseline: BaselineHazard, count: int) -> SurvivalDisplay:
        solution = solution_of(estimator)
        instance, eta = solution.problem.instance, solution.predictor
        y, weight = instance.y, instance.sample_weight
        times = estimator._times
        if times is not None:
            y = np.sign(y) * times[np.abs(y).astype(np.intp) - 1]
        edges = np.quantile(eta, np.linspace(0, 1, count + 1)[1:-1])
        group = np.searchsorted(edges, eta, side="left")
        predicted, observed, names = [], [], []
        for number in range(count):
            rows = np.flatnonzero(group == number)
            if not len(rows):
                continue
            share = weight[rows] / weight[rows].sum()
            predicted.append((baseline.times, share @ baseline.survival(eta[rows])))
            observed.append(observed_curve(y[rows], weight[rows]))
            names.append(_group_name(number, count))
        return cls(predicted, observed, tuple(names), baseline.last_time)

    def plot(self, ax: Axes | None = None) -> SurvivalDisplay:
        """Draw: lines are predicted, dashes of the same colour observed.

        Parameters
        ----------
        ax : Axes, optional
            Default: a new figure.

        Returns
        -------
        SurvivalDisplay
            This display, with `ax_` and `figure_`.
        """
        self.ax_ = ax = style.new_axes(ax, (1.15 * style.PANEL, 0.85 * style.PANEL))
        self.figure_ = style.figure_of(ax)
        style.plain_axes(ax)
        for k, (times, shares) in enumerate(self.predicted):
            color = style.CURVES[k % len(style.CURVES)]
            dash = "-" if self.observed else style.DASHES[(k // len(style.CURVES)) % len(style.DASHES)]
            label = style.literal(self.names[k]) + (", predicted" if self.observed else "")
            self._draw(ax, times, shares, color, dash, label)
        for k, (times, shares) in enumerate(self.observed):
            self._draw(ax, times, shares, style.CURVES[k % len(style.CURVES)], (0, (3, 2)), "observed")
        ax.set_ylim(0, 1.02)
        ax.set_xlim(0 if self.last_time > 0 else None, self.last_time)
        ax.set_xlabel("time", fontsize=style.NORMAL)
        ax.set_ylabel("share without the event", fontsize=style.NORMAL)
        if self.observed:  # two names a group: inside they would lie on the curves, which begin at the top
            ax.legend(
                frameon=False, fontsize=style.SMALL, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2
            )
        else:
            ax.legend(frameon=False, fontsize=style.SMALL)
        return self

    def _draw(self, ax: Axes, times: Floats, shares: Floats, color: str, dash: Any, label: str) -> None:
        start = min(0.0, float(times[0]) if len(times) else 0.0)
        ax.step(
            np.concatenate([[start], times, [self.last_time]]),
            np.concatenate([[1.0], shares, shares[-1:] if len(shares) else [1.0]]),
            where="post",
            color=color,
            linestyle=dash,
            linewidth=1.6,
            label=label,
        )


def observed_curve(y: Floats, weight: Floats) -> Curve:
    """Kaplan and Meier's curve of times (n,), negative where censored; flat where none has an event."""
    if not (y > 0).any():
        return np.zeros(0), np.zeros(0)
    return kaplan_meier(y, weight / weight.sum())


def _group_name(number: int, count: int) -> str:
    if count == 1:
        return "all rows"
    if count == 3:
        return ("low hazard", "middle hazard", "high hazard")[number]
    return f"hazard group {number + 1} of {count}"
