"""The page in a notebook, as an anywidget (JupyterLab, marimo, VS Code, Colab)."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from .page import bundle
from .picture import answer_of
from .state import read_state


class ExplorerWidget(anywidget.AnyWidget):
    """State and data are shared with the page; Python answers its questions."""

    _esm = bundle()
    state = traitlets.Dict().tag(sync=True)
    data = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)

    def __init__(self, state: dict[str, Any], data: dict[str, Any] | None) -> None:
        super().__init__(state=state, data=data)
        self.on_msg(_reply)


def _reply(widget: ExplorerWidget, message: Any, buffers: Any) -> None:
    if not isinstance(message, dict) or message.get("kind") != "solve":
        return
    answer: dict[str, Any] = {"id": message.get("id")}
    state, notes = read_state(message.get("state") or {})
    try:
        if notes:
            raise ValueError(notes[0])
        answer["result"] = answer_of(state)
    except ValueError as error:
        answer["error"] = str(error)
    widget.send(answer)
