"""What docstrings say to a terminal, said to Sphinx: bars are absolute values."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

LABEL = re.compile(r":ref:`[^`]*metadata_routing>?`")
ENDING = re.compile(r"(?<=[A-Za-z0-9])_(?=[\s,.;:)\]]|$)")
"""The last underscore of a name such as coef_, which reStructuredText takes for a link."""
ROUTING = ("set_fit_request", "set_predict_request", "set_score_request", "set_partial_fit_request")
"""Methods that scikit-learn makes for its metadata routing, with texts about its own documentation."""


def as_text(line: str) -> str:
    """One line in which bars and names that end in an underscore are text, not markup."""
    if line.lstrip().startswith(">>>"):
        return line
    line = LABEL.sub("metadata routing", line).replace("|", "\\|")
    names, colon, rest = line.partition(" : ")
    # numpydoc escapes a name that it lists, but not several in one line
    names = names if colon and "," not in names else ENDING.sub(r"\\_", names)
    return names + colon + ENDING.sub(r"\\_", rest)


def escape(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Replace the lines of a docstring."""
    lines[:] = map(as_text, lines)


def skip_routing(app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object) -> bool | None:
    """Leave out what belongs to scikit-learn's documentation."""
    inherited = (getattr(obj, "__module__", None) or "").startswith("sklearn.")
    return True if name in ROUTING or inherited else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to autodoc."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", escape, priority=100)  # before numpydoc
    app.connect("autodoc-skip-member", skip_routing)
    return {"parallel_read_safe": True}
