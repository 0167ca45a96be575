"""The page on this machine: Starlette behind uvicorn, reachable from this machine alone.

Any page open in the same browser could send requests here. So a request must name a host
that was expected (rebinding of names is refused), a question must come from the page itself
(Origin) and be JSON of limited size, and beyond the loopback it must carry a token.
"""

from __future__ import annotations

import hmac
import json
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from ..warnings import quietly
from .page import page_html
from .picture import answer_of
from .state import read_state

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

MOST_BYTES = 65_536
"""Largest body of a question; a state has about 1,500."""

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Place:
    """Where the page is served: host and port, and the token that is asked for beyond the loopback."""

    host: str
    port: int
    token: str | None

    @property
    def url(self) -> str:
        query = f"?token={self.token}" if self.token else ""
        return f"http://{_bracketed(self.host)}:{self.port}/{query}"

    @property
    def hosts(self) -> set[str]:
        """Values of the Host header that are meant for this server; empty for every one."""
        if ip_address_is_any(self.host):
            return set()
        names = {self.host} | ({"localhost", "127.0.0.1", "::1"} if is_loopback(self.host) else set())
        return {f"{_bracketed(name)}:{self.port}" for name in names}


def is_loopback(host: str) -> bool:
    """Whether a host reaches this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def ip_address_is_any(host: str) -> bool:
    """Whether a host stands for all interfaces."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def listen(host: str, port: int) -> tuple[socket.socket, Place]:
    """A socket bound to host and port (0: any free one), and the place that it is.

    Raises
    ------
    ValueError
        If the host is unknown or the port is taken, with what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
    except (OSError, OverflowError) as error:
        opened.close()
        raise ValueError(
            f"cannot listen on {host}, port {port} ({error}); choose another port, or 0 for any free one."
        ) from error
    token = None if is_loopback(host) else secrets.token_urlsafe(24)
    return opened, Place(host, opened.getsockname()[1], token)


def make_app(
    place: Place,
    state: Mapping[str, Any],
    data: Mapping[str, Any] | None,
    story: Mapping[str, Any] | None = None,
) -> Starlette:
    """The application: GET / is the page, POST /solve answers for a state, GET /health says ok."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.base import BaseHTTPMiddleware
    from starlette.responses import HTMLResponse, PlainTextResponse
    from starlette.routing import Route

    async def page(request: Request) -> Response:
        response = HTMLResponse(page_html(state, data, story=story, server=True))
        if place.token:
            response.set_cookie("token", place.token, httponly=True, samesite="strict")
        return response

    async def health(request: Request) -> Response:
        return PlainTextResponse("ok")

    async def guard(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
        refusal = _refusal(request, place)
        response = _error(*refusal) if refusal else await follow(request)
        response.headers.update(HEADERS)
        return response

    routes = [Route("/", page), Route("/health", health), Route("/solve", _solve, methods=["POST"])]
    return Starlette(routes=routes, middleware=[Middleware(BaseHTTPMiddleware, dispatch=guard)])


def _error(status: int, sentence: str) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse({"error": sentence}, status_code=status)


def _refusal(request: Request, place: Place) -> tuple[int, str] | None:
    host = request.headers.get("host", "")
    if place.hosts and host not in place.hosts:
        return 400, f"this server answers for {', '.join(sorted(place.hosts))}, not for host {host[:60]!r}."
    given = request.query_params.get("token") or request.cookies.get("token") or ""
    if place.token and not hmac.compare_digest(given.encode(), place.token.encode()):
        return 403, "the token is missing or wrong; open the address that was printed at the start."
    if request.method == "POST":
        origin = request.headers.get("origin")
        if origin != f"http://{host}":
            return 403, f"questions are answered for the page itself, not for origin {str(origin)[:60]!r}."
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            return 415, "a question must be JSON, with Content-Type application/json."
    return None


async def _body(request: Request) -> bytes | None:
    """The body, or None as soon as it is larger than allowed."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return body


async def _solve(request: Request) -> Response:
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import ClientDisconnect
    from starlette.responses import JSONResponse, Response

    try:
        body = await _body(request)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    if body is None:
        return _error(413, f"a question may have {MOST_BYTES} bytes; this one has more.")
    try:
        given = json.loads(body)
    except RecursionError:
        return _error(400, "the question is not a state: its lists or objects are nested too deeply.")
    except ValueError as error:
        return _error(400, f"the question is not JSON ({error}).")
    if not isinstance(given, dict):
        return _error(400, f"a state must be an object of fields, got {type(given).__name__}.")
    state, notes = read_state(given)
    if notes:
        return _error(400, notes[0])
    try:
        return JSONResponse(await run_in_threadpool(_quiet_answer, state))
    except ValueError as error:
        return _error(400, str(error))


def _quiet_answer(state: dict[str, Any]) -> dict[str, Any]:
    with quietly():  # the answer carries gap and `converged`
        return answer_of(state)


def serve(opened: socket.socket, app: Starlette, started: Callable[[], None] | None = None) -> None:
    """Answer requests until interrupted; calls `started` once requests are accepted."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if started:
                started()

    config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", server_header=False)
    Server(config).run(sockets=[opened])
