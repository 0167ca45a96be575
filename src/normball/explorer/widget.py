"""The page in a notebook, as an anywidget (JupyterLab, marimo, VS Code, Colab)."""

from __future__ import annotations

from typing import Any

import anywidget
import numpy as np
import traitlets

from .page import bundle
from .picture import answer_of
from .state import checked_state, read_state


class ExplorerWidget(anywidget.AnyWidget):
    """State and data are shared with the page; Python answers its questions.

    `coef`, `price` and `contact` follow the state: what normball finds for the picture that is shown.
    """

    _esm = bundle()
    state = traitlets.Dict().tag(sync=True)
    data = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    story = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    coef: traitlets.List[float] = traitlets.List(read_only=True)
    price = traitlets.Float(allow_none=True, default_value=None, read_only=True)
    contact = traitlets.Unicode(read_only=True)

    def __init__(
        self, state: dict[str, Any], data: dict[str, Any] | None, story: dict[str, Any] | None = None
    ) -> None:
        super().__init__(state=state, data=data, story=story)
        self.on_msg(_reply)
        self._follow()

    @traitlets.validate("state")
    def _checked(self, proposal: Any) -> dict[str, Any]:
        try:
            return dict(checked_state(proposal["value"]))
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from error

    @traitlets.observe("state")
    def _state_changed(self, change: Any) -> None:
        self._follow()

    def _follow(self) -> None:
        """Bring `coef`, `price` and `contact` to the state."""
        if self.state.get("own") and self.data is not None:
            path = self.data["path"]
            step = min(int(self.state["step"]), len(path["alphas"]) - 1)
            found = {"coef": path["coefs"][step], "alpha": path["alphas"][step], "kind": ""}
        else:
            try:
                found = answer_of(self.state)
            except ValueError:  # no answer is a proven one where the ball is not convex
                found = {"coef": [], "alpha": None, "kind": ""}
        alpha = found["alpha"]
        self.set_trait("coef", [float(x) for x in found["coef"]])
        self.set_trait("price", None if alpha is None or not np.isfinite(alpha) else float(alpha))
        self.set_trait("contact", found["kind"])


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
