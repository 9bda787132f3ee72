"""One worker process as the server sees it: frames in, frames out, killed at once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import marshal
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from kg.processor import processor_seconds
from kg.service.ticks import Ticks
from kg.service.worker import HEAD

#: large pages for what the engine allocates, and more small pieces kept at hand: joins and groups touch much memory
#: and take a tenth less time (glibc from 2.35; others do not look at it)
_ENVIRONMENT = {"PATH": "", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.tcache_count=1000"}
#: what a worker runs
PROGRAM = Path(__file__).with_name("worker.py")
#: bytes that a worker may hold and still be kept for the next query; looked at after a query of so many seconds, if it
#: was not looked at just before, and after so many queries: a quick one cannot have grown it much
_LARGEST_IDLE = 300_000_000
_QUICK, _LOOK_AGAIN, _LOOK_AFTER = 0.02, 0.5, 64
#: bytes that may wait for a slow client before the worker is made to wait
_AHEAD = 262_144
#: how much nicer (in the sense of nice(2)) a worker of expensive queries is
_NICE = 5
#: seconds a client may take no byte before its query is given up
STALLED = 30.0
#: a client that reads slowly does not use up its query's time, but no query lives longer than so many limits
_LONGEST = 10.0


class WorkerProcess(asyncio.Protocol):
    """A worker with its pipe. Belongs to one event loop."""

    def __init__(self, version: str, memory: int, ticks: Ticks) -> None:
        self.version = version
        self.memory = memory
        self.failure = ""
        self.alive = True
        self.nice = False
        self.poked = False
        #: queries asked, when the last one was, and the processor time used before it
        self.asked = 0
        self.since = 0.0
        self.spent = 0.0
        #: when its memory was last looked at
        self._looked = 0.0
        #: told when the process was killed or has ended
        self.gone: Callable[[WorkerProcess], None] | None = None
        self._transport: asyncio.Transport | None = None
        self._process: subprocess.Popen[bytes] | None = None
        #: what was received of a frame that is not whole, and the bytes of a result's frame that are still to come
        self._buffer = b""
        self._left = 0
        self._parts: list[bytes] = []
        self._frames: deque[tuple[bytes, bytes]] = deque()
        self._waiting = 0
        self._paused_at = 0.0
        self._paused = 0.0
        #: whoever waits for a frame
        self._waiter: asyncio.Future[None] | None = None
        self._ticks = ticks
        #: the number of the time limit that is set; 0 if none
        self._limit = 0

    async def start(self, graph: Path) -> None:
        """Starts the process and waits until its graph is open. Raises OSError."""
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(PROGRAM), str(graph), str(self.memory), "0"],
                stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_ENVIRONMENT, cwd="/",
            )
        ours.setblocking(False)
        await loop.create_connection(lambda: self, sock=ours)
        kind, data = await self.frame()
        if kind != b"R":
            self.kill("store")
            raise OSError(json.loads(data)["message"] if kind == b"X" else "the worker did not start")
        self.spent = json.loads(data)["spent"]

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid if self._process else 0

    @property
    def resident(self) -> int:
        """Bytes of memory the process holds now; 0 where the system does not tell.

        Not ``ru_maxrss``: a process inherits that from the one that started it, however large it was.
        """
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError):
            return 0

    @property
    def computed(self) -> float:
        """Seconds of processor time that the process has used in its life; infinite where the system does not tell."""
        found = processor_seconds(self.pid)
        return float("inf") if found is None else found

    def grown(self) -> bool:
        """Does it hold too much to be kept for the next query?"""
        now = asyncio.get_running_loop().time()
        if (now - self.since < _QUICK or now - self._looked < _LOOK_AGAIN) and self.asked % _LOOK_AFTER:
            return False
        self._looked = now
        return self.resident > _LARGEST_IDLE

    def ask(self, job: dict[str, Any], seconds: float) -> None:
        """Sends a query and sets its time limit."""
        self._paused = 0.0
        self.since = asyncio.get_running_loop().time()
        self.limit(seconds)
        self.send(job)

    def send(self, job: dict[str, Any]) -> None:
        """Sends a query, behind others that may be under way."""
        self.asked += 1
        data = marshal.dumps(job)
        if self._transport is not None:
            self._transport.write(HEAD.pack(b"Q", len(data)) + data)

    def limit(self, seconds: float) -> None:
        """Kills the process after so many seconds from now, those of waiting for the client not counted."""
        self.settle()
        self._limit = self._ticks.after(seconds, lambda: self._expire(seconds, seconds))

    def settle(self) -> None:
        """The query is over: its time limit no longer counts."""
        self._ticks.drop(self._limit)

    def _expire(self, allowed: float, spent: float) -> None:
        now_paused = asyncio.get_running_loop().time() - self._paused_at if self._paused_at else 0.0
        left = self._paused + now_paused - (spent - allowed)
        if left < 0.01 or spent > _LONGEST * allowed:
            self.kill("timeout")
        elif now_paused > STALLED:
            self.kill("stalled")
        else:
            wait = min(left, STALLED)
            self._limit = self._ticks.after(wait, lambda: self._expire(allowed, spent + wait))

    @property
    def ready(self) -> bool:
        """Is there a frame that need not be waited for?"""
        return bool(self._frames)

    def poke(self) -> None:
        """Lets whoever waits for a frame look at the clock."""
        self.poked = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def yield_processor(self) -> None:
        """Lets cheap queries go first from now on."""
        if not self.nice:
            self.nice = True
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.pid, _NICE)

    async def frame(self) -> tuple[bytes, bytes]:
        """The next frame; ``P`` after `poke`, ``(b"", b"")`` where the process has ended (see ``failure``)."""
        while not self._frames:
            if not self.alive:
                return b"", b""
            if self.poked:
                return b"P", b""
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        kind, data = self._frames.popleft()
        self._waiting -= len(data)
        if self._paused_at and self._waiting < _AHEAD and self._transport is not None:
            self._paused += asyncio.get_running_loop().time() - self._paused_at
            self._paused_at = 0.0
            with contextlib.suppress(RuntimeError):  # it has closed meanwhile
                self._transport.resume_reading()
        return kind, data

    def kill(self, why: str) -> None:
        """Ends the process now; what it had not sent is lost, its memory is given back."""
        self.settle()
        if self.alive:
            self.alive = False
            self.failure = self.failure or why
            if self._process is not None:
                self._process.kill()
            if self._transport is not None:
                self._transport.abort()
            self._wake()
            if self.gone is not None:
                self.gone(self)

    async def ended(self) -> None:
        """Waits until a killed process is gone."""
        while self._process is not None and self._process.poll() is None:
            await asyncio.sleep(0.01)

    # asyncio.Protocol
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        at, end = 0, len(data)
        while at < end:
            if not self._left:
                if end - at < HEAD.size:
                    break
                kind, size = HEAD.unpack_from(data, at)
                if kind != b"D" and end - at - HEAD.size < size:
                    break
                at += HEAD.size
                if kind == b"D":
                    self._left = size
                    continue
                self._frames.append((kind, data[at: at + size]))
            else:
                # a result's bytes come in pieces, which are put together once: the client is sent large parts
                size = min(self._left, end - at)
                self._left -= size
                self._parts.append(data[at: at + size])
                if not self._left:
                    self._frames.append((b"D", b"".join(self._parts)))
                    self._parts.clear()
            self._waiting += size
            at += size
        self._buffer = data[at:]
        if self._frames:
            self._wake()
            if self._waiting > _AHEAD and not self._paused_at and self._transport is not None:
                self._paused_at = asyncio.get_running_loop().time()
                self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        # a worker ends on its own where a query ran out of memory
        self.kill("memory")
