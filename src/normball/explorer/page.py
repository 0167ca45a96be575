"""One offline HTML file: the bundle, the state and the data inside, no request to anywhere.

The bundle travels compressed, as base64 of gzip, and is unpacked by the browser: the file is
less than half as large to mail. Plain text is used where the page is served from this machine.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Template
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .story.build import Story

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; connect-src {connect}; base-uri 'none'; form-action 'none'"
)

_UNPACK = """
const packed = document.getElementById("normball-bundle").textContent;
const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const text = await new Response(stream).text();
const script = document.createElement("script");
script.type = "module";
script.textContent = text;
document.head.append(script);
script.remove();
"""


@cache
def bundle() -> str:
    """The text of the page's one module."""
    return resources.files(__package__).joinpath("static", "explorer.js").read_text(encoding="utf-8")


def page_html(
    state: Mapping[str, Any],
    data: Mapping[str, Any] | None = None,
    *,
    story: Story | None = None,
    step: str | None = "",
    server: bool = False,
) -> str:
    """The page with this state and data, as text to be written as UTF-8.

    Parameters
    ----------
    state, data
        Of the laboratory.
    story : Story, optional
        Of the essay; without one the page is the laboratory alone.
    step : str or None, default ""
        Where a page with a story opens: a step, "" the beginning, None the laboratory.
    server : bool, default False
        Whether the page may ask the server it came from to solve its state.
    """
    told = story.starting_at(step) if story is not None else None
    content = {"state": dict(state), "data": data, "story": told, "server": server}
    template = Template(resources.files(__package__).joinpath("static", "page.html").read_text("utf-8"))
    return template.substitute(
        policy=POLICY.format(connect="'self'" if server else "'none'"),
        title=html.escape("Why a corner?" if told else _title(data)),
        paper=paper(story) if story is not None else UNSCRIPTED,
        content=json.dumps(content, allow_nan=False).replace("<", "\\u003c"),
        packed=base64.b64encode(gzip.compress(bundle().encode(), 9, mtime=0)).decode("ascii"),
        script=_UNPACK,
    )


UNSCRIPTED = "This page computes and draws in your browser; it needs JavaScript. Nothing is sent anywhere."


def paper(story: Story) -> str:
    """The essay for a browser without scripts: nine pictures, and what they show."""
    parts = {f"step_{name}": text for name, text in story.paper.items()}
    parts |= {name: html.escape(story.payload[name]) for name in ("made",)}
    parts["matter"] = html.escape(story.payload["answers"]["matter"])
    text = resources.files(__package__).joinpath("static", "paper.html").read_text(encoding="utf-8")
    return Template(text).substitute(parts)


def _title(data: Mapping[str, Any] | None) -> str:
    return f"normball: {data['title']}" if data else "normball: ball, level set, contact"
