"""One client's connection: uvicorn's HTTP/1.1 protocol, with bounds on what a client may send before it is served."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

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

    def on_headers_complete(self) -> None:
        """A request's head is whole."""
        self._head = None
        self._in_time()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request is whole; the next one may follow."""
        self._head = 0
        super().on_message_complete()

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
