"""The local page answers itself and nobody else: hosts, origins, tokens, sizes, malformed states."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

pytest.importorskip("starlette")
uvicorn = pytest.importorskip("uvicorn")

from normball.explorer.server import MOST_BYTES, Place, is_loopback, listen, make_app  # noqa: E402
from normball.explorer.state import defaults  # noqa: E402


class Answer(NamedTuple):
    status: int
    text: str
    headers: dict[str, str]

    @property
    def error(self) -> str:
        return str(json.loads(self.text)["error"])


Ask = Callable[..., Answer]


def serving(host: str) -> Iterator[tuple[Place, Ask]]:
    """A running server and a way to ask it anything, with any headers."""
    opened, place = listen(host, 0)
    opened.listen()  # who asks before the server runs waits for it
    config = uvicorn.Config(make_app(place, defaults(), None), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
    thread.start()

    def ask(method: str, path: str, body: bytes | None = None, **headers: str | None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=30)
        home = f"127.0.0.1:{place.port}"
        sent: dict[str, Any] = {"Host": home}
        if body is not None:
            sent |= {"Origin": f"http://{home}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.putrequest(method, path, skip_host=True)
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        answer = Answer(
            response.status, response.read().decode(), {k.lower(): v for k, v in response.getheaders()}
        )
        connection.close()
        return answer

    yield place, ask
    server.should_exit = True
    thread.join()
    opened.close()


@pytest.fixture(scope="module")
def local() -> Iterator[tuple[Place, Ask]]:
    yield from serving("127.0.0.1")


@pytest.fixture(scope="module")
def ask(local: tuple[Place, Ask]) -> Ask:
    return local[1]


def test_page_is_offline_but_for_its_own_server(ask: Ask) -> None:
    answer = ask("GET", "/")
    assert answer.status == 200
    assert "connect-src 'self'" in answer.text
    assert '"server": true' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    assert ask("GET", "/health").text == "ok"
    assert ask("GET", "/state.json").status == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:9", "evil.example:8123", "", None])
def test_foreign_host_is_refused(ask: Ask, host: str | None) -> None:
    answer = ask("GET", "/", Host=host)
    assert answer.status == 400
    assert host is None or "this server answers for" in answer.error


def test_solves_the_state_of_the_page(ask: Ask) -> None:
    answer = json.loads(ask("POST", "/solve", json.dumps(defaults() | {"angle": 30.0}).encode()).text)
    assert answer["zeros"] == 1
    assert answer["gap"] < 1e-8
    assert answer["kind"] == "vertex"


def test_a_ball_that_is_not_convex_has_no_gap(ask: Ask) -> None:
    body = json.dumps({"norm": "lp", "p": 0.5, "form": "budget"}).encode()
    answer = json.loads(ask("POST", "/solve", body).text)
    assert answer["gap"] is None
    assert answer["zeros"] == 1


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "https://127.0.0.1:8123"])
def test_foreign_origin_is_refused(ask: Ask, origin: str | None) -> None:
    answer = ask("POST", "/solve", b"{}", Origin=origin)
    assert answer.status == 403
    assert "for the page itself" in answer.error


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"{", 400, "the question is not JSON"),
        (b"[1]", 400, "a state must be an object of fields, got list."),
        (b'{"norm": "l7"}', 400, "norm must be one of"),
        (b'{"budget": 1e400}', 400, "budget must be a number"),
        (b'{"shell": "rm"}', 400, "shell is not a field of the page"),
        (b"\xff\xfe", 400, "the question is not JSON"),
        (b"[" * 2000 + b"]" * 2000, 400, "the question is not a state"),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000, 400, "the question is not a state"),
        (b'{"budget":' + b"[" * 900 + b"]" * 900 + b"}", 400, "budget must be a number, got"),
        (b'{"norm":' + b"[" * 900 + b"]" * 900 + b"}", 400, "norm must be one of"),
        (b'{"v":' + b"[" * 900 + b"]" * 900 + b"}", 400, "the state has version"),
        (b'{"budget": 1' + b"0" * 400 + b"}", 400, "budget must lie between 0 and 100, got 1000"),
        (b'{"step": -1' + b"0" * 400 + b"}", 400, "step must lie between 0 and 999, got -1000"),
        (b'{"dims": 1' + b"0" * 4000 + b"}", 400, "dims must be one of"),
        (b'{"v": 1' + b"0" * 4000 + b"}", 400, "the state has version 1000"),
        (b'{"budget": 1' + b"0" * 5000 + b"}", 400, "the question is not JSON"),
        (b'{"\\ud800": 1}', 400, "\\ud800 is not a field"),
        (b'{"norm": "\\udfff"}', 400, "norm must be one of"),
        (b'{"trail": "\\ud800\\ud800"}', 400, "trail must be true or false"),
        ('{"\U0001f600": 1}'.encode("utf-16"), 400, "\U0001f600 is not a field"),
        (b'{"budget": NaN}', 400, "budget must be a number, got nan"),
        (b" " * (MOST_BYTES + 1), 413, "a question may have"),
    ],
)
def test_bad_questions_get_a_sentence(ask: Ask, body: bytes, status: int, sentence: str) -> None:
    answer = ask("POST", "/solve", body)
    assert answer.status == status
    assert answer.error.startswith(sentence)
    assert answer.error.endswith(".")


@pytest.mark.parametrize("is_reset", [False, True])
@pytest.mark.parametrize("sent", ["half a body", "half a header", "a whole question", "no HTTP", "nothing"])
def test_who_hangs_up_leaves_no_traceback(
    local: tuple[Place, Ask],
    sent: str,
    is_reset: bool,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, ask = local
    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "handlers", [caplog.handler])
    home, body = f"127.0.0.1:{place.port}", json.dumps(defaults()).encode()
    head = f"POST /solve HTTP/1.1\r\nHost: {home}\r\nOrigin: http://{home}\r\n".encode()
    whole = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    messages = {
        "half a body": head + whole + body[:20],
        "half a header": head,
        "a whole question": head + whole + body,
        "no HTTP": b"\x16\x03\x01 hello\r\n\r\n",
        "nothing": b"",
    }
    for _ in range(3):
        caller = socket.create_connection(("127.0.0.1", place.port))
        caller.sendall(messages[sent])
        time.sleep(0.02)  # the server has begun to read
        if is_reset:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        caller.close()
        assert ask("GET", "/health").text == "ok"
    assert json.loads(ask("POST", "/solve", body).text)["converged"]
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_other_content_types_and_methods_are_refused(ask: Ask) -> None:
    assert ask("POST", "/solve", b"{}", Content_Type="text/plain").status == 415
    assert ask("GET", "/solve").status == 405
    assert ask("POST", "/", b"{}").status == 405


def test_beyond_the_loopback_a_token_is_asked_for() -> None:
    for place, ask in serving("0.0.0.0"):
        assert place.token is not None
        assert len(place.token) > 20
        assert ask("GET", "/").status == 403
        assert ask("GET", "/?token=wrong").status == 403
        page = ask("GET", f"/?token={place.token}")
        assert page.status == 200
        cookie = page.headers["set-cookie"].split(";")[0]
        assert cookie == f"token={place.token}"
        assert ask("POST", "/solve", json.dumps(defaults()).encode(), Cookie=cookie).status == 200
        assert ask("POST", "/solve", json.dumps(defaults()).encode()).status == 403


def test_loopback_needs_no_token_and_a_taken_port_is_told() -> None:
    opened, place = listen("127.0.0.1", 0)
    opened.listen()
    try:
        assert place.token is None
        assert place.url == f"http://127.0.0.1:{place.port}/"
        with pytest.raises(
            ValueError, match=f"cannot listen on 127.0.0.1, port {place.port} .*; choose another port"
        ):
            listen("127.0.0.1", place.port)
    finally:
        opened.close()
    assert [is_loopback(host) for host in ("localhost", "::1", "0.0.0.0", "example.org")] == [
        True,
        True,
        False,
        False,
    ]
