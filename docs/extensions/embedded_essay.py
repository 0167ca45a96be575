"""Writes the essay beside the built pages, where a page's frame finds it: `_static/essay.html`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx


def write_essay(app: Sphinx, error: Exception | None) -> None:
    """The essay of `normball tour`, computed where it is not there yet."""
    target = Path(app.outdir) / "_static" / "essay.html"
    if error is not None or app.builder.format != "html" or target.exists():
        return
    from normball.explorer.story import write_story

    with tempfile.TemporaryDirectory() as folder:
        _, path = write_story(Path(folder), None, False)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the essay at the end of a build."""
    app.connect("build-finished", write_essay)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
