"""The ASGI application: SPARQL answered in the event loop, all other pages by Flask in threads.

A client that goes away cancels its query; a slow client slows its worker; an answer that ends too early
breaks the connection, so that it cannot be taken for a whole one.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

from flask import Flask

from kg.service import graphs
from kg.service.bridge import Bridge, Calls
from kg.service.cache import Entry
from kg.service.failures import explained
from kg.service.http import CORS, Answer, Request, as_json, negotiate
from kg.service.pool import Failed
from kg.service.problem import Problem
from kg.service.replies import WHOLE, Replies, lines
from kg.service.service import Service, stream
from kg.service.ticks import Ticks
from kg.store import StoreError

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_LOG = logging.getLogger("kg.service")
#: threads for pages
_THREADS = 8
_SECURITY = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"),
             (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")]
_SECURITY_LINES = lines(_SECURITY)
_READ = 262_144
#: seconds after which it is looked whether the client is still there
_QUICK = 0.05
#: seconds in which a request's body must have come
_PATIENCE = 60.0
#: bytes of a graph that is sent to the graph store
_GRAPH_BODY = 100_000_000
_OFFERS = ("application/json", "text/html")


class _Gone(Exception):
    """The client went away."""


class Application:
    """Flask for pages, and its application's service (made in the event loop) for SPARQL."""

    def __init__(self, flask: Flask) -> None:
        self.flask = flask
        self._bridge: Bridge = flask.extensions["kg-service"]
        self._service: Service | None = None
        self._threads = ThreadPoolExecutor(_THREADS, "page")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["type"] == "http":
            with contextlib.suppress(_Gone):  # nobody is left to be told
                await self._http(scope, receive, send)

    @property
    def service(self) -> Service:
        """The service of this process and loop."""
        if self._service is None:
            self._service = self._bridge.make()
            self._bridge.attach(self._service, asyncio.get_running_loop())
            gc.collect()
            gc.freeze()  # what is there when the first request comes stays: looking through it again takes time
        return self._service

    def _version(self) -> str:
        """The name of the served version; empty where there is none."""
        try:
            return self.service.current()[0]
        except StoreError:
            return ""

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            kind = (await receive())["type"]
            if kind == "lifespan.startup" and "state" in scope:
                scope["state"]["replies"] = Replies(self._version)
            if kind == "lifespan.shutdown" and self._service is not None:
                await self._service.pool.close()
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            headers[name.decode("latin-1").lower()] = value.decode("latin-1")
        headers["x-kg-base"] = f"{scope.get('scheme', 'http')}://{headers.get('host', 'localhost')}"
        path = scope["path"]
        request = Request(scope["method"], path, scope["query_string"].decode("latin-1"), headers)
        request.whole = scope.get(WHOLE)
        endpoint = path.rstrip("/") if len(path) < 20 else path
        if endpoint == graphs.PATH or (endpoint == "/sparql" and not _for_people(request)):
            await self._sparql(scope, request, receive, send)
        else:
            await self._page(scope, request, receive, send)

    async def _sparql(self, scope: Scope, request: Request, receive: Receive, send: Send) -> None:
        service = self.service
        try:
            if (entry := service.kept(request)) is not None:
                await _send_kept(request, entry, send)
                return
            most = _GRAPH_BODY if request.path.rstrip("/") == graphs.PATH else service.limits.request
            if request.method in ("POST", "PUT"):
                request.body = await _body(receive, most)
        except Exception as error:  # noqa: BLE001 - `explained` raises again what is no problem of the request
            await _send(as_json(explained(error)), request, send)
            return
        await _unless_gone(self._answer(request, send), receive, service.pool.ticks)

    async def _answer(self, request: Request, send: Send) -> None:
        """Answers; whoever asks the same while it is being computed gets the same answer."""
        flights = self.service.flights
        key = self.service.key(request) if request.method == "GET" and "query=" in request.query_string else ""
        if key in flights:
            leader = flights[key]
            await asyncio.wait({leader})
            if not leader.cancelled() and (problem := leader.result()) is not None:
                await _send(as_json(problem), request, send)
                return
            if (entry := self.service.kept(request)) is not None:
                await _send_kept(request, entry, send)
                return
        mine = asyncio.get_running_loop().create_future() if key and key not in flights else None
        if mine is not None:
            flights[key] = mine
        try:
            failed = await self._compute(request, send)
            if mine is not None:
                mine.set_result(failed)
        finally:
            if mine is not None:
                del flights[key]
                mine.cancel()

    async def _compute(self, request: Request, send: Send) -> Problem | None:
        """Computes and sends an answer; returns what kept it from being computed."""
        problem = None
        try:
            answer = await self.service.answer(request)
        except Exception as error:  # noqa: BLE001 - the last door: every fault is logged and answered
            try:
                problem = explained(error)
            except Exception:  # noqa: BLE001
                _LOG.exception("fault")
                problem = Problem(500, "fault", "伺服器內部錯誤，已記錄", "An internal error; it has been logged.")
            answer = as_json(problem)
        if isinstance(answer.body, bytes):
            await _send(answer, request, send)
            return problem
        if request.method == "HEAD":
            answer.body.close()
            await _send(Answer(answer.status, answer.headers), request, send, length=False)
            return None
        await send({"type": "http.response.start", "status": answer.status, "headers": _raw(answer.headers)})
        parts = stream(self.service, request, answer)
        try:
            async for part in parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        except Failed as failed:
            # the status is sent already: only a broken connection can say that the answer is not whole, and the server
            # breaks it where an application returns before the end
            _LOG.warning("an answer ended early: %s", failed.kind)
            return None
        finally:
            await parts.aclose()
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return None

    async def _page(self, scope: Scope, request: Request, receive: Receive, send: Send) -> None:
        service = self.service  # made in the loop before a page's thread needs it
        try:
            body = await _body(receive, 2 * service.limits.request)
        except Problem as problem:
            await _send(as_json(problem), request, send)
            return
        await _unless_gone(self._in_thread(scope, request, body, send), receive, service.pool.ticks)

    async def _in_thread(self, scope: Scope, request: Request, body: bytes, send: Send) -> None:
        environ = _environ(scope, request, body)
        loop = asyncio.get_running_loop()
        calls = Calls()
        try:
            status, headers, data = await loop.run_in_executor(self._threads, self._flask_answer, environ, calls)
        except asyncio.CancelledError:
            calls.cancel()  # a thread cannot be stopped, but what it waits for can
            raise
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": data, "more_body": False})

    def _flask_answer(self, environ: dict[str, Any], calls: Calls) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], object]:
            started[:] = [int(status.split()[0]), [(k.lower().encode(), v.encode("latin-1")) for k, v in headers]]
            return lambda _: None

        with self._bridge.cancelled_by(calls):
            parts = self.flask.wsgi_app(environ, start)
            try:
                data = b"".join(parts)
            finally:
                getattr(parts, "close", lambda: None)()
        return started[0], started[1], data


def _for_people(request: Request) -> bool:
    """Does the request want a page?"""
    if "format=html" in request.query_string:
        return True
    if "text/html" not in request.accept or "format=" in request.query_string:
        return False
    try:
        return negotiate(request.accept, (*_OFFERS, "text/turtle", "application/sparql-results+json", "text/csv",
                                          "application/sparql-results+xml")) == "text/html"
    except Problem:
        return False


async def _body(receive: Receive, most: int) -> bytes:
    """The request's body. Raises Problem 413 where it is longer than allowed, 408 where it comes too slowly."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await _whole_body(receive, most)
    except TimeoutError:
        raise Problem(408, "slow-request", "請求內容太久沒有送完", "The request's content came too slowly.") from None


async def _whole_body(receive: Receive, most: int) -> bytes:
    data = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        data += message.get("body", b"")
        if len(data) > most:
            raise Problem(413, "too-large", "請求太大", "The request is too large.")
        if not message.get("more_body"):
            return bytes(data)


async def _unless_gone(work: Coroutine[Any, Any, None], receive: Receive, ticks: Ticks) -> None:
    """Does the work, or gives it up when the client goes away."""
    task = asyncio.current_task()
    watching: list[asyncio.Task[None]] = []

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        if task is not None:
            task.cancel()

    # a quick answer needs no watch
    timer = ticks.after(_QUICK, lambda: watching.append(asyncio.ensure_future(watch())))
    try:
        await work
    except asyncio.CancelledError:
        if not (watching and watching[0].done()):
            raise
    finally:
        ticks.drop(timer)
        for one in watching:
            one.cancel()


def _raw(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(k.encode(), v.encode("latin-1")) for k, v in headers] + _SECURITY


def _head(headers: list[tuple[str, str]], length: int | None) -> bytes:
    """The header lines of an answer."""
    text = "".join([f"{k}: {v}\r\n" for k, v in headers])
    if text.count("\n") != len(headers):
        raise ValueError("a header with a line end")
    size = b"" if length is None else b"content-length: %d\r\n" % length
    return text.encode("latin-1") + _SECURITY_LINES + size


async def _send(answer: Answer, request: Request, send: Send, length: bool = True, keep: bool = False) -> None:
    """Sends a whole answer. ``keep``: the same request may be answered so again."""
    body = answer.body if isinstance(answer.body, bytes) else b""
    size = len(body) if length and answer.status not in (204, 304) else None
    sent = b"" if request.method == "HEAD" else body
    whole = request.whole
    if whole is not None and size is not None and whole(answer.status, _head(answer.headers, size), sent, keep):
        return
    headers = _raw(answer.headers)
    if size is not None:
        headers.append((b"content-length", str(size).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": sent, "more_body": False})


async def _send_kept(request: Request, entry: Entry, send: Send) -> None:
    if (tag := request.headers.get("if-none-match")) and any(k == "etag" and v in tag for k, v in entry.headers):
        await _send(Answer(304, entry.headers), request, send)
    elif entry.file is None:
        await _send(Answer(200, entry.headers, entry.body), request, send, keep=True)
    else:
        with entry.file.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            headers = [*_raw(entry.headers), (b"content-length", str(size).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            while data := file.read(_READ):
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _environ(scope: Scope, request: Request, body: bytes) -> dict[str, Any]:
    """The WSGI environment of a request (PEP 3333)."""
    server = scope.get("server") or ("localhost", 80)
    path = scope["path"].encode().decode("latin-1")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": request.query_string,
        "SERVER_NAME": str(server[0]), "SERVER_PORT": str(server[1]), "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0], "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"), "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": request.headers.get("content-type", ""),
        "RAW_URI": quote(path, safe="/%:"),
    }
    for name, value in request.headers.items():
        if name not in ("content-type", "content-length"):
            environ["HTTP_" + name.upper().replace("-", "_")] = value
    return environ


__all__ = ["CORS", "Application"]
