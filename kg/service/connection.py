"""One client's connection: uvicorn's HTTP/1.1 protocol, with bounds on what a client may send before it is served."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from kg.service.replies import WHOLE, Replies, alone, lines

#: bytes of a request's first line and headers: a query of the largest size allowed, in the first line, and some more
MOST = 1_200_000
#: seconds in which they must have come
SECONDS = 30.0
_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def escaped(data: bytes) -> bytes:
    """A request whose first line is in ASCII. Some clients write Chinese into an address as it is, in UTF-8.

    >>> escaped("GET /?q=節 HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n".encode())
    b'GET /?q=%E7%AF%80 HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n'
    """
    line, end, rest = data.partition(b"\r\n")
    return b"".join(b"%c" % byte if byte < 128 else b"%%%02X" % byte for byte in line) + end + rest


class Connection(HttpToolsProtocol):
    """Closes a connection whose request line and headers are too long (431) or come too slowly.

    The parser below sets no such limits, and a server would hold for ever what such a client has sent.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        #: bytes of a head that is not whole; None while a body is being sent
        self._head: int | None = 0
        self._late: asyncio.TimerHandle | None = None
        #: answers that were kept, if the application gives them; the request that is being answered, if it may be one;
        #: when the last one was answered from there
        self._replies: Replies | None = self.app_state.get("replies")
        self._asked: bytes | None = None
        self._replied = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The client has come."""
        super().connection_made(transport)
        self._late = self.loop.call_later(SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of requests."""
        if self._replies is not None:
            idle = self._head == 0 and (self.cycle is None or self.cycle.response_complete) and not self.pipeline
            if idle and not self.flow.write_paused:
                reply = self._replies.find(data, self.server_state.default_headers)
                if reply is not None:
                    self._reply(reply)
                    return
            self._asked = data if idle and alone(data) else None
        if self._head is not None:
            if not self._head and not data.isascii():
                data = escaped(data)
            self._head += len(data)
        super().data_received(data)
        if self._head and not self.transport.is_closing():
            if self._head > MOST:
                self.transport.write(_TOO_LONG)
                self.transport.close()
            elif self._late is None:
                self._late = self.loop.call_later(SECONDS, self.transport.close)

    def _reply(self, reply: bytes) -> None:
        """Answers a request that was not looked at."""
        self._in_time()
        self._replied = self.loop.time()
        self.server_state.total_requests += 1
        self.transport.write(reply)

    def whole(self, cycle: RequestResponseCycle, status: int, head: bytes, body: bytes, keep: bool) -> bool:
        """Writes a whole answer at once; False where it cannot, and the application has to send it as usual.

        The server writes head and body apart, which takes a second call of the system and wakes the client twice.
        ``head`` holds header lines; what is to be kept is sent again for the same bytes of a request.
        """
        if cycle.response_started or cycle.disconnected or not cycle.keep_alive or self.flow.write_paused:
            return False
        if keep and self._asked is not None and self._replies is not None:
            self._replies.keep(self._asked, head, body)
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        self.transport.write(b"".join((STATUS_LINE[status], lines(cycle.default_headers), head, b"\r\n", body)))
        cycle.message_event.set()
        cycle.on_response()
        return True

    def on_response_complete(self) -> None:
        """A request is answered."""
        self._asked = None
        super().on_response_complete()

    def timeout_keep_alive_handler(self) -> None:
        """No request was looked at for a while: closes the connection unless others were answered."""
        quiet = self.loop.time() - self._replied
        if quiet < self.timeout_keep_alive:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive - quiet, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def on_headers_complete(self) -> None:
        """A request's head is whole."""
        self._head = None
        self._in_time()
        scope = cast(dict[str, Any], self.scope)
        super().on_headers_complete()
        scope[WHOLE] = partial(self.whole, self.cycle)

    def on_message_complete(self) -> None:
        """A request is whole; the next one may follow."""
        self._head = 0
        super().on_message_complete()

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
