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

from .contact import ContactDisplay
from .contact_panels import classic_ellipse, classic_line, contact_row, line_contact

__all__ = ["ContactDisplay", "classic_ellipse", "classic_line", "contact_row", "line_contact"]
