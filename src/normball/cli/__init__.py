"""The command line: `normball tour`, `normball fit`, `normball predict`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

__all__ = ["main"]


def _without_click() -> None:
    raise SystemExit(
        'Error: the command line needs click, not installed here; run: pip install "normball[cli]"'
    )


main: Callable[..., object]
if find_spec("click") is None:
    main = _without_click
else:
    from .group import main
