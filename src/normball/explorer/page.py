"""One offline HTML file: the bundle, the state and the data inside, no request to anywhere.

The bundle travels compressed, as base 85 of gzip (five letters for four bytes), and is unpacked by the
browser: the file is less than half as large to mail. Plain text is used where the page is served from
this machine.
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
from typing import Any

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; connect-src {connect}; base-uri 'none'; form-action 'none'"
)

_UNPACK = """
const holder = document.getElementById("normball-bundle"), packed = holder.textContent;
const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
const values = Object.fromEntries([...letters].map((letter, k) => [letter, k]));
const view = new DataView(new ArrayBuffer((packed.length / 5) * 4));
for (let k = 0; k < packed.length; k += 5) {
  let n = 0;
  for (let j = k; j < k + 5; j++) n = n * 85 + values[packed[j]];
  view.setUint32((k / 5) * 4, n);
}
const bytes = new Uint8Array(view.buffer, 0, Number(holder.dataset.bytes));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const text = await new Response(stream).text();
const script = document.createElement("script");
script.type = "module";
script.textContent = text;
document.head.append(script);
script.remove();
"""


UNSCRIPTED = "This page computes and draws in your browser; it needs JavaScript. Nothing is sent anywhere."


@cache
def bundle() -> str:
    """The text of the page's one module."""
    return resources.files(__package__).joinpath("static", "explorer.js").read_text(encoding="utf-8")


def page_html(
    state: Mapping[str, Any],
    data: Mapping[str, Any] | None = None,
    *,
    story: Mapping[str, Any] | None = None,
    paper: str = UNSCRIPTED,
    server: bool = False,
) -> str:
    """The page with this state and data, as text to be written as UTF-8.

    Parameters
    ----------
    state, data
        Of the laboratory.
    story : mapping, optional
        Payload of the essay; without one the page is the laboratory alone.
    paper : str, optional
        HTML for a browser without scripts.
    server : bool, default False
        Whether the page may ask the server it came from to solve its state.
    """
    content = {"state": dict(state), "data": data, "story": story, "server": server}
    packed = gzip.compress(bundle().encode(), 9, mtime=0)
    template = Template(resources.files(__package__).joinpath("static", "page.html").read_text("utf-8"))
    return template.substitute(
        policy=POLICY.format(connect="'self'" if server else "'none'"),
        title=html.escape("Why a corner?" if story is not None else _title(data)),
        paper=paper,
        content=json.dumps(content, allow_nan=False).replace("<", "\\u003c"),
        packed=base64.b85encode(packed, pad=True).decode("ascii"),
        bytes=len(packed),
        script=_UNPACK,
    )


def _title(data: Mapping[str, Any] | None) -> str:
    return f"normball: {data['title']}" if data else "normball: ball, level set, contact"
