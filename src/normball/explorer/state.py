"""The state of the page: one flat table of fields, read by Python and by the page alike.

`state.json` holds kind, default and range of every field; nothing derived is stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from math import inf
from typing import Any

State = dict[str, Any]


class ReadState(State):
    """A state that was read off the page: changing it would change nothing, so it refuses."""

    def __setitem__(self, name: str, value: Any) -> None:
        raise TypeError(
            f"explorer.state is what the page says now; change it with explorer.set({name}={value!r})."
        )


@cache
def table() -> dict[str, Any]:
    """The parsed `state.json`."""
    text = resources.files(__package__).joinpath("state.json").read_text(encoding="utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def defaults() -> State:
    """The state of a page that nobody has touched."""
    return {name: field["default"] for name, field in table()["fields"].items()}


def read_state(given: Mapping[str, Any]) -> tuple[State, list[str]]:
    """A whole state, and a sentence for everything that was not as it should be.

    Numbers outside their range are brought to its end, other bad values become the default,
    unknown names are left out: what comes from an address must never break the page.
    """
    state = defaults()
    notes = []
    for name, value in given.items():
        if name == "v":
            if value not in (table()["version"], str(table()["version"])):
                notes.append(
                    f"the state has version {_shown(value)}; this package reads {table()['version']}."
                )
        elif name not in state:
            known = str(name)[:40].encode("utf-8", "backslashreplace").decode()  # halves of a surrogate pair
            notes.append(f"{known} is not a field of the page; fields are {', '.join(state)}.")
        else:
            state[name], note = _clean(name, table()["fields"][name], value)
            if note:
                notes.append(note)
    return state, notes


def checked_state(given: Mapping[str, Any]) -> State:
    """The same for Python callers, who are told at once.

    Raises
    ------
    ValueError
        With the first sentence of `read_state`.
    """
    state, notes = read_state(given)
    if notes:
        raise ValueError(notes[0])
    return state


def _clean(name: str, field: dict[str, Any], value: Any) -> tuple[Any, str | None]:
    kind, default = field["kind"], field["default"]
    if kind == "flag":
        if isinstance(value, bool):
            return value, None
        return default, f"{name} must be true or false, got {_shown(value)}."
    if kind == "choice":
        choices = field["choices"]
        is_short = isinstance(value, str) or (isinstance(value, int) and 0 <= value < 1000)
        if is_short and not isinstance(value, bool) and str(value) in choices:
            return type(default)(value), None
        return default, f"{name} must be one of {', '.join(choices)}, got {_shown(value)}."
    if isinstance(value, bool) or not isinstance(value, int | float) or not -inf < value < inf:
        return default, f"{name} must be a number, got {_shown(value)}."
    inside = min(max(value, field["min"]), field["max"])  # before it is rounded: an integer may be huge
    inside = round(inside) if kind == "integer" else float(inside)
    if inside == value:
        return inside, None
    return inside, f"{name} must lie between {field['min']} and {field['max']}, got {_shown(value)}."


def _shown(value: Any) -> str:
    """A value from anywhere, as a sentence may carry it."""
    try:
        return f"{value!r:.60}"
    except (RecursionError, ValueError):  # lists in lists in lists, integers of thousands of digits
        return f"{type(value).__name__} too large to show"
