"""The service for code that runs in threads: Flask's views, under any WSGI server or beside the ASGI application."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from kg.service.http import Answer, Request
from kg.service.problem import Problem
from kg.service.service import Service, stream

T = TypeVar("T")


class Calls:
    """What a thread asks of the service for one client; given up when the client goes away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[Future[Any]] = set()
        self._gone = False

    def add(self, call: Future[Any]) -> None:
        """Notes a call; it is given up at once if the client is gone already."""
        with self._lock:
            self._open.add(call)
            gone = self._gone
        if gone:
            call.cancel()

    def cancel(self) -> None:
        """Gives up all calls, those made already and those that follow."""
        with self._lock:
            self._gone = True
            found = list(self._open)
        for call in found:
            call.cancel()


class Bridge:
    """Runs the service's coroutines in its event loop, which is a thread of its own unless one is attached."""

    def __init__(self, make: Callable[[], Service]) -> None:
        self.make = make
        self._service: Service | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._thread = threading.local()

    def attach(self, service: Service, loop: asyncio.AbstractEventLoop) -> None:
        """Uses a service that runs in another loop."""
        self._service, self._loop = service, loop

    @property
    def service(self) -> Service:
        """The service; its coroutines must be run by `call`."""
        with self._lock:
            if self._service is None:
                loop = asyncio.new_event_loop()
                threading.Thread(target=loop.run_forever, name="kg-service", daemon=True).start()
                self._loop = loop
                self._service = asyncio.run_coroutine_threadsafe(self._made(), loop).result()
                atexit.register(self.close)
            return self._service

    async def _made(self) -> Service:
        return self.make()

    def call(self, work: Callable[[Service], Coroutine[Any, Any, T]]) -> T:
        """The coroutine's result. Raises what it raises; Problem where the client went away (see `cancelled_by`)."""
        service = self.service
        if self._loop is None:
            raise RuntimeError("no event loop")
        future = asyncio.run_coroutine_threadsafe(work(service), self._loop)
        calls: Calls | None = getattr(self._thread, "calls", None)
        if calls is not None:
            calls.add(future)
        try:
            return future.result()
        except CancelledError:
            # nobody reads this any more; the thread only has to come to its end
            raise Problem(503, "gone", "用戶端已離開", "The client went away.") from None

    @contextlib.contextmanager
    def cancelled_by(self, calls: Calls) -> Iterator[None]:
        """The calls that this thread makes meanwhile can be given up by another one."""
        self._thread.calls = calls
        try:
            yield
        finally:
            self._thread.calls = None

    def body(self, request: Request, answer: Answer) -> bytes | Iterator[bytes]:
        """An answer's body, as it comes."""
        if isinstance(answer.body, bytes):
            return answer.body
        return self._parts(request, answer)

    def _parts(self, request: Request, answer: Answer) -> Iterator[bytes]:
        parts = stream(self.service, request, answer)

        async def following(_: Service) -> bytes | None:
            return await anext(parts, None)

        async def closed(_: Service) -> None:
            await parts.aclose()

        try:
            while (part := self.call(following)) is not None:
                yield part
        finally:
            self.call(closed)

    def close(self) -> None:
        """Ends the workers and the loop, if they are the bridge's own."""
        if self._loop is not None and self._service is not None:
            self.call(lambda service: service.pool.close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._service = self._loop = None
