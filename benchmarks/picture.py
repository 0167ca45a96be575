"""Time against accuracy, one panel a case; every line says whose it is."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator
from measure import Run

# Okabe and Ito's colours, which colour-blind readers can tell apart, each with a marker of its own
STYLE = {
    "normball": ("#0072B2", "o"),
    "scikit-learn": ("#B87A00", "s"),
    "celer": ("#00805E", "^"),
    "skglm": ("#B0558A", "D"),
    "adelie": ("#C04F00", "v"),
    "glmnet": ("#555555", "P"),
}
FLOOR = 1e-16
"""Where a gap of zero, or one that rounding made negative, is drawn."""


def draw(runs: list[Run], file: Path) -> None:
    """Points towards the lower left are better: sooner, and closer to the optimum."""
    cases = list(dict.fromkeys(run.case for run in runs))
    if not cases:
        return
    columns = min(3, len(cases))
    rows = -(-len(cases) // columns)
    mpl.use("Agg")
    figure, axes = plt.subplots(
        rows, columns, figsize=(4.4 * columns, 3.4 * rows + 0.4), squeeze=False, layout="constrained"
    )
    for ax in axes.flat[len(cases) :]:
        ax.set_visible(False)
    for ax, case in zip(axes.flat, cases, strict=False):
        panel(ax, case, [run for run in runs if run.case == case])
    for ax in axes[:, 0]:
        ax.set_ylabel("worst relative gap")
    for index, ax in enumerate(axes.flat[: len(cases)]):
        if index + columns >= len(cases):
            ax.set_xlabel("seconds")
    figure.suptitle("Whole paths of 100 alphas: down and to the left is better", x=0.01, ha="left")
    figure.canvas.draw()  # the labels keep clear of each other in pixels, which are known only now
    for ax, case in zip(axes.flat, cases, strict=False):
        label(ax, [run for run in runs if run.case == case])
    figure.savefig(file, dpi=130)
    plt.close(figure)


def points(runs: list[Run], solver: str) -> np.ndarray:
    """(m, 2) seconds and gaps of a solver, loosest tolerance first."""
    own = sorted((run for run in runs if run.solver == solver), key=lambda run: -run.tolerance)
    return np.array([(run.seconds, min(max(run.gap, FLOOR), 1.0)) for run in own]).reshape(-1, 2)


def panel(ax: Axes, case: str, runs: list[Run]) -> None:
    for solver, (colour, marker) in STYLE.items():
        own = points(runs, solver)
        ax.loglog(*own.T, color=colour, marker=marker, lw=1.2, ms=6, markeredgecolor="white", mew=0.6)
    ax.set_title(case, loc="left", fontsize=11)
    seconds = [run.seconds for run in runs]
    # room on the right for the names
    ax.set_xlim(min(seconds) / 2, max(seconds) * (max(seconds) / min(seconds)) ** 0.3 * 1.5)
    ax.set_ylim(FLOOR / 3, 1)
    ax.yaxis.set_major_locator(LogLocator(base=10**4, numticks=10))
    ax.yaxis.set_minor_locator(LogLocator(base=10**2, numticks=20))
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)


def label(ax: Axes, runs: list[Run], height: float = 12.0, letter: float = 5.5) -> None:
    """Each name beside its line's last point, on no other name or marker; sizes in points."""
    points_a_pixel = 72 / ax.figure.dpi
    own = {solver: points(runs, solver) for solver in STYLE if any(run.solver == solver for run in runs)}
    marks = np.concatenate([ax.transData.transform(line) * points_a_pixel for line in own.values()])
    # boxes (left, right, middle) that are taken; a marker is a box of its own
    boxes = [(x - 4, x + 4, y) for x, y in marks]

    def is_free(left: float, right: float, middle: float) -> bool:
        return not any(left < b and a < right and abs(middle - y) < height for a, b, y in boxes)

    for solver, line in own.items():
        x, y = ax.transData.transform(line[-1]) * points_a_pixel
        width = letter * len(solver)
        # to the right, else to the left, else a little higher or lower
        offsets = ((side, move) for move in sorted(range(-200, 201), key=abs) for side in (6, -6 - width))
        side, move = next((s, m) for s, m in offsets if is_free(x + s, x + s + width, y + m))
        boxes.append((x + side, x + side + width, y + move))
        ax.annotate(
            solver, line[-1], (side, move), textcoords="offset points", va="center", fontsize=9,
            color=STYLE[solver][0], annotation_clip=False, zorder=5,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )  # fmt: skip
