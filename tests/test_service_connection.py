"""What a client may send before it is served: bounds of the connection, and that it is not waited for without end."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from live import free_port, reachable

from kg.service import asgi, connection
from kg.service.problem import Problem


async def hello(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers with the number of bytes of the body."""
    if scope["type"] == "http":
        size = len(await asgi._body(receive, 10**6))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]})
        await send({"type": "http.response.body", "body": b"%6d" % size})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(connection, "SECONDS", 0.3)
    monkeypatch.setattr(connection, "MOST", 20_000)
    number = free_port()
    server = uvicorn.Server(uvicorn.Config(hello, port=number, http=connection.Connection, log_level="critical",
                                           lifespan="off", timeout_graceful_shutdown=1, timeout_keep_alive=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    reachable(number)
    yield number
    server.should_exit = True
    thread.join()


def client(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 10)


def test_requests_one_after_the_other(port: int) -> None:
    with client(port) as wire:
        for n in (0, 5, 30_000):  # a body is no head, however long
            wire.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % n + n * b"x")
            answer = b""
            while not answer.endswith(b"%6d" % n):
                data = wire.recv(65536)
                assert data
                answer += data
            assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("head", [b"GET /" + 30_000 * b"x", b"GET / HTTP/1.1\r\nx: " + 30_000 * b"x",
                                  b"GET / HTTP/1.1\r\n" + 5_000 * b"a: b\r\n"])
def test_a_head_without_end_is_refused(port: int, head: bytes) -> None:
    with client(port) as wire:
        wire.sendall(head)
        assert wire.recv(65536).startswith(b"HTTP/1.1 431 ")
        assert wire.recv(65536) == b""


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HT"])
def test_a_head_that_does_not_come_is_not_waited_for(port: int, sent: bytes) -> None:
    with client(port) as wire:
        wire.sendall(sent)
        answer = b"".join(iter(lambda: wire.recv(65536), b""))  # until it is closed
    assert answer.count(b"HTTP/1.1 200") == sent.count(b"\r\n\r\n")


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "_PATIENCE", 0.05)

    async def never() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}
    with pytest.raises(Problem) as problem:
        asyncio.run(asgi._body(never, 100))
    assert problem.value.status == 408
