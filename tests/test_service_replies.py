"""Kept answers that the connection sends by itself: the same bytes, in turn, and none of a former version."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import tiny_graph
import uvicorn
from live import free_port, reachable, serving

from kg.service import asgi, replies
from kg.service.connection import Connection
from kg.service.replies import Replies, alone
from server import create_asgi

POINT = quote("SELECT ?s { ?s a <https://w3id.org/policy-kg/ontology#Measure> }")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("store")
    tiny_graph.publish(folder)
    return folder


@pytest.fixture(scope="module")
def port(store: Path) -> Iterator[int]:
    with serving(store) as address:
        yield int(address.rpartition(":")[2])


def get(query: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET /sparql?query={query} HTTP/1.1", "host: x", *headers, "", ""]).encode()


class Client:
    """One connection, read as plain bytes."""

    def __init__(self, port: int) -> None:
        self.wire = socket.create_connection(("127.0.0.1", port), 10)
        self.held = b""

    def read(self) -> bytes:
        """The next whole answer, without its date."""
        while b"\r\n\r\n" not in self.held:
            self._more()
        head, _, rest = self.held.partition(b"\r\n\r\n")
        size = int(re.search(rb"content-length: (\d+)", head)[1]) if b"content-length" in head else 0  # type: ignore[index]
        while len(rest) < size:
            self._more()
            rest = self.held.partition(b"\r\n\r\n")[2]
        self.held = rest[size:]
        return re.sub(rb"date: [^\r]*\r\n", b"", head) + b"\r\n\r\n" + rest[:size]

    def _more(self) -> None:
        data = self.wire.recv(65536)
        assert data, "the server closed the connection"
        self.held += data

    def ask(self, data: bytes) -> bytes:
        self.wire.sendall(data)
        return self.read()


Connect = Callable[[int], Client]


@pytest.fixture
def connect() -> Iterator[Connect]:
    clients: list[Client] = []

    def made(port: int) -> Client:
        clients.append(Client(port))
        return clients[-1]
    yield made
    for client in clients:
        client.wire.close()


def test_the_same_request_gets_the_same_bytes(port: int, connect: Connect) -> None:
    client = connect(port)
    found = [client.ask(get(POINT)) for _ in range(5)]
    assert found[0].startswith(b"HTTP/1.1 200 OK\r\n") and b'"bindings":[{' in found[0]
    assert len(set(found)) == 1
    client.wire.sendall(get(POINT))
    assert re.match(rb"HTTP/1.1 200 OK\r\ndate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n", client.wire.recv(4096))


def test_other_headers_are_another_request(port: int, connect: Connect) -> None:
    client = connect(port)
    for _ in range(3):
        plain, table = client.ask(get(POINT)), client.ask(get(POINT, "accept: text/csv"))
        assert b"content-type: text/csv" in table and b"text/csv" not in plain
        tag = re.search(rb'etag: ("[^"]+")', plain)[1].decode()  # type: ignore[index]
        assert client.ask(get(POINT, f"if-none-match: {tag}")).startswith(b"HTTP/1.1 304 ")


def test_answers_come_in_the_order_of_the_questions(port: int, connect: Connect) -> None:
    client = connect(port)
    kept, other = get(POINT), quote('SELECT ("乙" AS ?x) {}')
    first = [client.ask(kept) for _ in range(3)][-1]
    client.wire.sendall(kept + get(other) + kept)
    assert client.read() == first and "乙".encode() in client.read() and client.read() == first
    # while one is being computed the next comes
    slow = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }")
    client.wire.sendall(get(slow))
    client.wire.sendall(kept)
    assert b'"n"' in client.read() and client.read() == first
    # and in pieces
    client.wire.sendall(kept[:20])
    client.wire.sendall(kept[20:])
    assert client.read() == first
    assert client.ask(kept) == first


def test_a_body_is_no_request(port: int, connect: Connect) -> None:
    client = connect(port)
    kept = get(POINT)
    first = [client.ask(kept) for _ in range(3)][-1]
    posted = b"POST /sparql HTTP/1.1\r\nhost: x\r\ncontent-type: application/sparql-query\r\ncontent-length: %d\r\n\r\n"
    client.wire.sendall(posted % len(kept))
    client.wire.sendall(kept)
    assert client.read().startswith(b"HTTP/1.1 400 ")
    assert client.ask(kept) == first


def test_the_last_connection_may_be_closed(port: int, connect: Connect) -> None:
    client = connect(port)
    for _ in range(2):
        client.ask(get(POINT))
    for _ in range(2):
        client = connect(port)
        assert b"connection: close" in client.ask(get(POINT, "connection: close"))
        assert client.wire.recv(10) == b""


def test_a_new_version_is_answered_from(tmp_path: Path, connect: Connect) -> None:
    tiny_graph.publish(tmp_path)
    with serving(tmp_path) as address:
        client = connect(int(address.rpartition(":")[2]))
        assert all(b"x-kg-version: v000001" in client.ask(get(POINT)) for _ in range(3))
        tiny_graph.publish(tmp_path)
        assert b"x-kg-version: v000002" in [client.ask(get(POINT)) for _ in range(100)][-1]


def test_what_is_held_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "_MEMORY", 1000)
    monkeypatch.setattr(replies, "_ANSWER", 500)
    held = Replies(lambda: "v1")
    for n in range(100):
        held.keep(b"%d" % n, b"a: b\r\n", 200 * b"x")
        assert held.find(b"%d" % n, []) == b"HTTP/1.1 200 OK\r\na: b\r\n\r\n" + 200 * b"x"
        assert held._size <= 1000 and sum(map(len, held._held.values())) <= held._size
    held.keep(b"large", b"", 600 * b"x")
    assert held.find(b"large", []) is None


def test_a_version_that_went_takes_its_answers_along() -> None:
    served = "v1"
    held = Replies(lambda: served)
    held.keep(b"a", b"", b"1")
    assert held.find(b"a", [(b"date", b"now")]) == b"HTTP/1.1 200 OK\r\ndate: now\r\n\r\n1"
    served = ""
    assert held.find(b"a", []) is None
    held.keep(b"a", b"", b"1")
    assert held.find(b"a", []) is None
    served = "v2"
    held.keep(b"a", b"", b"2")
    assert held.find(b"a", []) == b"HTTP/1.1 200 OK\r\n\r\n2"


@pytest.mark.parametrize("data", [
    b"", b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nhost: x\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\n",
    b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"GET / HTTP/1.1\r\nConnection: Upgrade\r\n\r\n",
    b"GET / HTTP/1.1\r\nconnection: keep-alive, close\r\n\r\n", b"GET /" + 20_000 * b"x" + b" HTTP/1.1\r\n\r\n",
])
def test_what_is_not_one_plain_question(data: bytes) -> None:
    assert not alone(data)
    assert alone(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Keep-Alive\r\n\r\n")


def test_a_connection_in_use_is_not_closed(store: Path, monkeypatch: pytest.MonkeyPatch, connect: Connect) -> None:
    """Requests that are answered here do not reach the server's own clock."""
    monkeypatch.setenv("KG_STORE", str(store))
    here: list[bool] = []

    class Spied(Replies):
        def find(self, request: bytes, given: list[tuple[bytes, bytes]]) -> bytes | None:
            found = super().find(request, given)
            here.append(found is not None)
            return found

    monkeypatch.setattr(asgi, "Replies", Spied)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_asgi, factory=True, port=port, http=Connection, ws="none",
                                           log_level="critical", timeout_graceful_shutdown=1, timeout_keep_alive=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    reachable(port)
    client = connect(port)
    end = time.monotonic() + 1.6
    while time.monotonic() < end:
        assert client.ask(get(POINT)).startswith(b"HTTP/1.1 200 ")
        time.sleep(0.2)
    assert here[:2] == [False, False] and all(here[2:]) and len(here) > 5
    assert client.wire.recv(10) == b""  # closed a second after the last one
    assert time.monotonic() - end < 3
    server.should_exit = True
    thread.join()
