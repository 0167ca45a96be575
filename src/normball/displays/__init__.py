"""Pictures of solutions, with matplotlib, in the manner of scikit-learn's displays.

A display is made by a class method (`from_solution`, `from_path`, `from_norm`) that does
all computing and keeps the result in attributes; `plot` only draws, on axes given or new,
and returns the display with `ax_` and `figure_`.
"""

from __future__ import annotations

try:
    import matplotlib as _matplotlib  # noqa: F401
except ImportError:
    raise ImportError(
        'the displays draw with matplotlib, which is not installed; run: pip install "normball[plot]"',
        name="matplotlib",
    ) from None

from .balls import BallDisplay, plot_balls
from .contact import ContactDisplay
from .contact3d import Contact3DDisplay
from .contact_panels import classic_ellipse, classic_line, contact_row, line_contact
from .frontier import FrontierDisplay
from .nuclear_ball import NuclearBallDisplay
from .path import PathDisplay

__all__ = [
    "BallDisplay",
    "Contact3DDisplay",
    "ContactDisplay",
    "FrontierDisplay",
    "NuclearBallDisplay",
    "PathDisplay",
    "classic_ellipse",
    "classic_line",
    "contact_row",
    "line_contact",
    "plot_balls",
]
