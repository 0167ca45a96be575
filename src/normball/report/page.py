"""One HTML file from a list of sections: inline pictures, no script, no request to anywhere.

Pictures of matplotlib name their clip paths and glyphs the same way in every file, and
inside one page equal names would collide; `embed` makes them unique, drops what only a
stand-alone SVG file needs, and states the description for screen readers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from .section import Film, Paragraph, Picture, Row, Section, Table, Takeaway

if TYPE_CHECKING:
    from markupsafe import Markup

GROWTH = 1.15
"""A panel may be shown this much larger than it was drawn; more would make its type shout."""

_PIXELS = {"pt": 4 / 3, "px": 1.0, "in": 96.0, "": 1.0}


class Panel(NamedTuple):
    """A picture ready for the page: its inline `<svg>` and the width in pixels that it may fill."""

    svg: Markup
    width: int


def render_page(title: str, lead: str, sections: Sequence[Section], footer: str = "") -> str:
    """The page as HTML text.

    Parameters
    ----------
    title : str
        Heading of the page.
    lead : str
        One paragraph under it.
    sections : sequence of Section
        The headings also become a list of links at the top.
    footer : str, optional
        One paragraph at the end.

    Returns
    -------
    str
        A whole HTML document in one piece; write it as UTF-8.

    Raises
    ------
    ModuleNotFoundError
        Without jinja2; the message says how to install it.
    """
    try:
        from jinja2 import Environment, StrictUndefined
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            'reports need jinja2, which is not installed; run: pip install "normball[cli]"', name="jinja2"
        ) from None
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    environment.filters["prose"] = prose
    environment.tests.update(
        {
            "paragraph": lambda block: isinstance(block, Paragraph),
            "takeaway": lambda block: isinstance(block, Takeaway),
            "row": lambda block: isinstance(block, Row),
            "film": lambda block: isinstance(block, Film),
            "table": lambda block: isinstance(block, Table),
        }
    )
    numbers = _numbers()
    environment.globals["embed"] = lambda picture: embed(picture, f"p{next(numbers)}-")
    source = resources.files(__package__).joinpath("templates/report.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source).render(title=title, lead=lead, sections=sections, footer=footer)


def _numbers() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


def prose(text: str) -> Markup:
    """Escaped text in which `*word*` has become emphasis; a free-standing * stays a star.

    A number and its per cent sign, and an error and its sign, stay on one line.
    """
    from markupsafe import Markup, escape

    text = re.sub(r"(?<=\d) (?=%)|(?<=±) (?=\d)", "\N{NO-BREAK SPACE}", text)
    return Markup(re.sub(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])", r"<em>\1</em>", str(escape(text))))


def embed(picture: Picture, prefix: str) -> Panel:
    """The picture as an inline `<svg>` whose ids all start with `prefix`."""
    from markupsafe import Markup, escape

    svg = picture.svg
    for unneeded in (r"<!--.*?-->", r"<metadata>.*?</metadata>", r"<style[^>]*>.*?</style>"):
        svg = re.sub(unneeded, "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bd="[^"]*"', _two_decimals, svg)
    seen: Counter[str] = Counter()

    def unique(found: re.Match[str]) -> str:
        # matplotlib repeats an artist's name for each of its parts; references mean the first
        seen[found[1]] += 1
        repeat = f"-{seen[found[1]]}" if seen[found[1]] > 1 else ""
        return f'id="{prefix}{found[1]}{repeat}"'

    svg = re.sub(r'\bid="([^"]*)"', unique, svg)
    svg = re.sub(r'(?:xlink:)?href="#', f'href="#{prefix}', svg)
    svg = svg.replace("url(#", f"url(#{prefix}")
    head, body = svg.split(">", 1)
    width = re.search(r'\bwidth="([\d.]+)([a-z]*)"', head)
    box = re.search(r'\bviewBox="[^"]*"', head)
    largest = GROWTH * float(width[1]) * _PIXELS.get(width[2], 1.0) if width else 480.0
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {box[0] if box else ""} role="img" '
        f'aria-label="{escape(picture.description)}">'
    )
    return Panel(Markup(start + body), round(largest))


def _two_decimals(path: re.Match[str]) -> str:
    """A hundredth of a point is far below what can be seen; six decimals double the size of a page."""
    return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", path[0])
