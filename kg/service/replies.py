"""Kept answers as the bytes that go to the client, found by the bytes that it sent.

A client that asks the same again mostly sends the same bytes. To read them as a request, run it through the
application and write the answer's head anew takes three times as long as to receive and to send it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

#: bytes of the longest request, and of the largest answer, that are kept here; bytes and answers kept in all
_REQUEST, _ANSWER = 16_384, 262_144
_MEMORY, _MOST = 16_000_000, 10_000
#: where the ASGI scope has the connection's way to send a whole answer
WHOLE = "kg.whole"

Header = tuple[bytes, bytes]


#: headers that ask for more than the answer, or tell that more comes behind the request's head
_MORE = (b"\nconnection:", b"\nupgrade:", b"\ncontent-length:", b"\ntransfer-encoding:", b"\nexpect:")


def alone(data: bytes) -> bool:
    """Is this one whole GET and no more, which leaves the connection open, as HTTP/1.1 does unless told?

    >>> one = b"GET / HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n"
    >>> alone(one), alone(one + one), alone(one[:-1])
    (True, False, False)
    >>> alone(b"GET / HTTP/1.1\\r\\nConnection: close\\r\\n\\r\\n"), alone(b"GET / HTTP/1.0\\r\\n\\r\\n")
    (False, False)
    """
    if len(data) > _REQUEST or not data.startswith(b"GET ") or data.find(b"\r\n\r\n") != len(data) - 4:
        return False
    line, _, headers = data.lower().partition(b"\r")
    headers = headers.replace(b"\nconnection: keep-alive\r", b"")
    return line.endswith(b" http/1.1") and not any(name in headers for name in _MORE)


class Replies:
    """Whole answers by request; all are forgotten when ``version``, the name of what is served, changes."""

    def __init__(self, version: Callable[[], str]) -> None:
        self._version = version
        self._of = ""
        self._held: dict[bytes, bytes] = {}
        self._size = 0
        #: headers that the server adds to every answer (the date), and the answer's beginning with them
        self._given: list[Header] | None = None
        self._begin = b""

    def find(self, request: bytes, given: list[Header]) -> bytes | None:
        """The answer to a request in these bytes, with the headers that the server gives every answer now."""
        found = self._held.get(request)
        if found is None:
            return None
        if self._version() != self._of:
            self._forget()
            return None
        if given is not self._given:
            self._given, self._begin = given, b"HTTP/1.1 200 OK\r\n" + lines(given)
        return self._begin + found

    def keep(self, request: bytes, head: bytes, body: bytes) -> None:
        """Holds an answer of status 200 with these header lines (its length is among them) for such a request."""
        reply = head + b"\r\n" + body
        if len(reply) > _ANSWER:
            return
        version = self._version()
        if not version:
            return
        if version != self._of or len(self._held) >= _MOST or self._size + len(reply) > _MEMORY:
            self._forget()
            self._of = version
        if request not in self._held:
            self._held[request] = reply
            self._size += len(request) + len(reply)

    def _forget(self) -> None:
        self._held.clear()
        self._size = 0


def lines(headers: Iterable[Header]) -> bytes:
    """Headers as they are sent."""
    return b"".join([b"%b: %b\r\n" % header for header in headers])
