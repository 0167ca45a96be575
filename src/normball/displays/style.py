"""How the pictures look: one palette, small panels with readable type, axes through zero.

Colours are those of Okabe and Ito ("Color universal design", 2008), which people with any
kind of colour vision tell apart. Colour never stands alone: what differs in colour also
differs in dashes, in marker or in its label. A panel is about 4 inches wide with type of 9
points and more, so that it still reads at the width of a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from ..parameters import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Transform

    from ..answers.solution import Solution

BALL = "#0072B2"
LEVEL_SET = "#D55E00"
NORMAL_CONE = "#009E73"
CONTACT = "#000000"
GHOST = "#CC79A7"
QUIET = "#767676"
"""Axes, ticks and what is there for orientation only; still 4.5 : 1 against white."""

CURVES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
"""Colours for many curves; with `DASHES` no two of the first 28 look the same."""
DASHES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)))

MINUS = "\N{MINUS SIGN}"

PANEL = 4.0
"""Width of a panel in inches."""
SMALL, NORMAL, TITLE = 9.0, 9.5, 10.5
"""Type sizes in points."""
ASIDE = 6.0
"""Distance in points between an axis and its name at its end: beside the head of its arrow."""


def new_axes(
    ax: Axes | None = None, size: tuple[float, float] = (PANEL, PANEL), three_d: bool = False
) -> Axes:
    """The axes given, or those of a new figure of one panel."""
    if ax is not None:
        return ax
    keywords: dict[str, Any] = {"projection": "3d"} if three_d else {}
    figure = plt.figure(figsize=size, layout="constrained")
    return figure.add_subplot(**keywords)


def figure_of(ax: Axes) -> Figure:
    """The figure that holds the axes, also where they are in a subfigure."""
    figure = ax.get_figure(root=True)
    assert figure is not None  # axes that are drawn on have one
    return figure


def new_row(n_panels: int, titles: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure of panels side by side that share both axes; `titles` lines of title above them."""
    height = PANEL + 0.2 * titles
    figure, axes = plt.subplots(
        1,
        n_panels,
        figsize=(PANEL * n_panels, height),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    return figure, list(axes[0])


def axes_through_zero(ax: Axes, names: Sequence[str], window: Sequence[float], ticks: bool) -> None:
    """Equal aspect, zero lines, names of the two axes; without ticks the names stand at the ends of the axes.

    `window` is (left, right, bottom, top).
    """
    left, right, bottom, top = window
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    ax.set_aspect("equal", adjustable="box")
    for spine in ax.spines.values():
        spine.set_visible(False)
    for tail, head in (((left, 0), (right, 0)), ((0, bottom), (0, top))):
        # pointing out of a window that zero is not in would mislead
        if left <= tail[0] <= right and bottom <= tail[1] <= top:
            arrow(ax, tail, head, CONTACT, 0.9, zorder=1.5)
    ax.set_xlabel(names[0], fontsize=NORMAL)
    ax.set_ylabel(names[1], fontsize=NORMAL)
    if ticks:
        ax.tick_params(labelsize=SMALL, colors=QUIET, length=3)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        return
    ax.set_xticks([])
    ax.set_yticks([])
    across, up = (0 - left) / (right - left), (0 - bottom) / (top - bottom)
    ax.xaxis.label.set(ha="right", va="top", fontsize=TITLE)
    ax.xaxis.set_label_coords(1.0, up, _moved(ax, 0, -ASIDE))
    ax.yaxis.label.set(rotation=0, ha="right", va="top", fontsize=TITLE)
    ax.yaxis.set_label_coords(across, 1.0, _moved(ax, -ASIDE, 0))


def _moved(ax: Axes, right: float, up: float) -> Transform:
    """Shares of the axes, moved by so many points: an arrow's head has the same size in every panel."""
    return ax.transAxes + ScaledTranslation(right / 72, up / 72, figure_of(ax).dpi_scale_trans)


def arrow(ax: Axes, tail: Any, tip: Any, color: str, width: float, zorder: float = 4.0) -> None:
    """An arrow in data coordinates."""
    shape: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 8 + 3 * width, "shrinkA": 0, "shrinkB": 0}
    ax.annotate(
        "",
        tuple(tip),
        tuple(tail),
        arrowprops={**shape, "color": color, "lw": width},
        zorder=zorder,
        annotation_clip=False,
    )


def number(value: float, digits: int = 3) -> str:
    """For people: few digits, a true minus sign, no exponent where it fits without, no minus zero."""
    text = f"{value + 0.0:.{digits}g}"
    if "e" in text and 1e-4 < abs(value) < 1e6:
        text = f"{value:.0f}"
    return text.replace("-", MINUS)


def loss_of(solution: Solution, digits: int = 3) -> str:
    """The loss in few digits; what is only rounding against the loss without features is 0."""
    loss, scale = solution.loss, solution.problem.instance.scale
    return number(loss if abs(loss) > 1e-12 * scale else 0.0, digits)


def name_of_normal(solution: Solution) -> str:
    """What the arrow out of the ball is: among the best fits (Xw = y) the gradient is nil."""
    return "normal" if solution.certificate.form == "fit" else MINUS + "∇f"


def literal(name: str) -> str:
    """A name as matplotlib writes it letter by letter: no formula between dollar signs, nothing unprintable.

    A control character would be a box or break the line; it is written as its escape.
    """
    return printable(name).replace("$", r"\$")


def plain_axes(ax: Axes) -> None:
    """Left and bottom spines only, in the quiet colour."""
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(QUIET)
    ax.tick_params(labelsize=SMALL, colors=QUIET, length=3)


def whole_ticks(ax: Axes) -> None:
    """Ticks of the horizontal axis at whole numbers only."""
    ax.xaxis.set_major_locator(MaxNLocator(7, integer=True, steps=[1, 2, 5, 10]))


def halo(width: float = 3.0) -> list[Any]:
    """Path effect that keeps text readable on top of lines."""
    return [withStroke(linewidth=width, foreground="white")]


def darker(color: str) -> str:
    """The colour for text: light curves are too faint to read as letters on white."""
    return {"#56B4E9": "#1F78B4", "#E69F00": "#9A6A00", "#CC79A7": "#A94F82"}.get(color, color)


def require_space(ax: Axes) -> None:
    """Raise ValueError unless the axes are three-dimensional."""
    if ax.name != "3d":
        raise ValueError(f"ax must be three-dimensional (projection='3d'), got {ax.name!r} axes.")
