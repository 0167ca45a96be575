"""The command line: `normball tour`, `normball fit`, `normball predict`, `normball background`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec

__all__ = ["main"]


def _without_click() -> None:
    message = 'Error: click not installed, which the command line needs; run: pip install "normball[cli]"'
    print(message, file=sys.stderr)
    raise SystemExit(2)


main: Callable[..., object]
if find_spec("click") is None:
    main = _without_click
else:
    from .group import main
