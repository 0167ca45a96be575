"""The page served on this machine until Ctrl-C: for `Explorer.show` and the command line."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any


def serve_page(
    state: Mapping[str, Any],
    data: Mapping[str, Any] | None,
    *,
    story: Mapping[str, Any] | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    open_browser: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the page and, where asked, open the browser; returns after Ctrl-C.

    Raises
    ------
    ModuleNotFoundError
        Without starlette and uvicorn; the message says how to install them.
    ValueError
        If host and port cannot be listened on.
    """
    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        raise ModuleNotFoundError(
            f"the local page needs {' and '.join(missing)}, not installed here; "
            'run: pip install "normball[explore]"',
            name=missing[0],
        )
    from .server import is_loopback, listen, make_app, serve

    opened, place = listen(host, port)

    def started() -> None:
        say(f"normball explore: {place.url}  (Ctrl-C ends it)")
        if not is_loopback(host):
            say("It can be reached from other machines; only the address with its token is answered.")
        if open_browser:
            webbrowser.open(place.url)

    try:
        serve(opened, make_app(place, state, data, story), started)
    except KeyboardInterrupt:
        pass
    finally:
        opened.close()
    say("normball explore: ended.")
