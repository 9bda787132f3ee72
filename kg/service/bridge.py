"""The service for code that runs in threads: Flask's views, under any WSGI server or beside the ASGI application."""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

from kg.service.http import Answer, Request
from kg.service.service import Service, stream

T = TypeVar("T")


class Bridge:
    """Runs the service's coroutines in its event loop, which is a thread of its own unless one is attached."""

    def __init__(self, make: Callable[[], Service]) -> None:
        self.make = make
        self._service: Service | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()

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
        """The coroutine's result. Raises what it raises."""
        service = self.service
        if self._loop is None:
            raise RuntimeError("no event loop")
        return asyncio.run_coroutine_threadsafe(work(service), self._loop).result()

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
