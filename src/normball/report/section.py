"""The parts of a report, independent of how they are shown: sections of paragraphs, pictures and tables.

A report is a list of `Section`; `page.render_page` makes one HTML file of it, and the
command line prints `Section.summary`. Pictures are small panels (about 4 inches wide at
a readable type size) that stand side by side on a wide screen and below one another on
a phone; a `Row` holds panels that belong together.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure


@dataclass(frozen=True)
class Paragraph:
    """Plain text; `*word*` is emphasised, everything else is shown as it is."""

    text: str


@dataclass(frozen=True)
class Takeaway:
    """One sentence set apart."""

    text: str


@dataclass(frozen=True)
class Picture:
    """One panel: SVG text, a caption, and a description for those who cannot see it."""

    svg: str
    caption: str
    description: str


@dataclass(frozen=True)
class Row:
    """Panels that belong side by side."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Film:
    """A video: the `src` (a data URI keeps the page in one piece), a caption, and a description."""

    source: str
    caption: str
    description: str


@dataclass(frozen=True)
class Table:
    """A table; numbers come in already formatted. `numeric` flags the right-aligned columns."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str
    numeric: tuple[bool, ...] = ()


Block = Paragraph | Takeaway | Row | Film | Table


@dataclass(frozen=True)
class Section:
    """One question or topic.

    Attributes
    ----------
    title : str, the heading (a question in the tour).
    answer : str, one or two sentences that stand on their own, shown first.
    blocks : what follows.
    summary : str, what the terminal prints: plain text, a few lines.
    """

    title: str
    answer: str
    blocks: Sequence[Block]
    summary: str = field(default="")


def picture_from_figure(figure: MatplotlibFigure, caption: str, description: str) -> Picture:
    """Panel from a matplotlib figure, which is closed; text becomes outlines, alike everywhere."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "normball"}):
        figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    text = buffer.getvalue()
    return Picture(text[text.index("<svg") :], caption, description)
