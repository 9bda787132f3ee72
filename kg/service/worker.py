"""A process that runs users' queries over a read-only graph and can be killed at any moment.

``python worker.py GRAPH MEMORY NICE``, standard input being a socket. A request is a frame
holding a job (see `kg.service.service.Service.job`) in the interpreter's own form (marshal), which is read in a
fraction of the time of JSON and is safe in this direction; the answer is frames ``D`` (bytes of the result) and a frame
``E`` (the end: the processor time that the process has used so far, as a double, and JSON where there is more to tell),
or a frame ``X`` (error: JSON). A frame is a letter, its length in four bytes, and the bytes. The next request may
come before the answer is complete.

Once the graph is open, the process may open no socket and no file but those of the graph, to read
(seccomp; RocksDB opens them when it needs them), nor start processes (RLIMIT_NPROC 0), and its memory is bounded
(RLIMIT_DATA). Should the server die
while a query runs, a timer ends the process once it has computed longer than the limit. The module uses the
standard library and pyoxigraph only, so that a fresh process is ready in some 30 ms.
"""

from __future__ import annotations

import ctypes
import gc
import json
import marshal
import os
import platform
import re
import resource
import signal
import socket
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any, cast

import pyoxigraph as ox

HEAD = struct.Struct(">cI")
SPENT = struct.Struct(">d")
#: bytes collected before they are sent; the first frame is sent sooner, so that an answer begins early
_FRAME = 131_072
#: bytes of a request that are read at once
_READ = 8192
#: seconds of computing beyond a query's limit after which the process ends by itself
_GRACE = 2.0

RESULTS = {
    "json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML, "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "turtle": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG, "rdfxml": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD,
}
_PREFIXED = ("turtle", "trig", "rdfxml")
#: what ends a row or begins the next one
_ROW = {"json": b'}},{"', "xml": b"</result>"}
_CSV_ROW = re.compile(rb'(?:[^"\n]|"(?:[^"]|"")*")*\n')


class Full(Exception):
    """The result has reached its limit of rows or bytes."""


class Sink:
    """Where a result is written: counts, compresses, frames."""

    def __init__(self, out: socket.socket, job: dict[str, Any]) -> None:
        self.out = out
        self.form = job["form"]
        self.rows_left = job["max_rows"] + (self.form in ("csv", "tsv"))  # these begin with a row of names
        self.bytes_left = job["max_bytes"]
        self.hold = job["hold"]
        self.packer = zlib.compressobj(1, zlib.DEFLATED, 31) if job["gzip"] else None
        self.row = _ROW.get(self.form, b"\n")
        self.waiting = bytearray()
        self.started = False
        self.quoted = 0

    def write(self, data: bytes) -> int:
        """Takes bytes of the result. Raises Full at a limit."""
        self.waiting += data
        self.rows_left -= self._rows(data)
        self.bytes_left -= len(data)
        if self.rows_left < 0 or self.bytes_left < 0:
            raise Full
        if len(self.waiting) >= (_FRAME if self.started else self.hold):
            self.send()
        return len(data)

    def _rows(self, data: bytes) -> int:
        """How many rows begin or end in these bytes."""
        if self.form != "csv" or (b'"' not in data and not self.quoted):
            return data.count(self.row)
        parts = data.split(b'"')
        rows = sum(p.count(b"\n") for p in parts[self.quoted::2])
        self.quoted ^= (len(parts) - 1) & 1
        return rows

    def flush(self) -> None:
        """Needed of a file; frames are sent when they are full."""

    def send(self, end: dict[str, Any] | None = None) -> None:
        """Sends what is waiting, with the end frame if it is the last of it."""
        data = bytes(self.waiting)
        self.waiting.clear()
        if self.packer is not None:
            data = self.packer.compress(data) + (self.packer.flush() if end is not None else b"")
        frames = HEAD.pack(b"D", len(data)) + data if data else b""
        if end is not None:
            told = json.dumps(end).encode() if end else b""
            frames += HEAD.pack(b"E", SPENT.size + len(told)) + SPENT.pack(time.process_time()) + told
        if frames:
            self.started = True
            self.out.sendall(frames)

    def empty(self) -> bool:
        """Is what was written a table without a row?"""
        if self.started:
            return False
        if self.form in ("csv", "tsv"):
            return self.waiting.count(b"\n") == 1
        return self.waiting.endswith((b'"bindings":[]}}', b"<results></results></sparql>"))

    def cut(self, job: dict[str, Any]) -> bool:
        """Closes a result that is too long after its last whole row within the limits.

        False where it cannot be done: a part was sent already, or the format has no rows.
        """
        if self.started:
            return False
        data = whole_rows(self.form, bytes(self.waiting[: job["max_bytes"]]), job["max_rows"])
        self.waiting[:] = data
        return bool(data)


def whole_rows(form: str, data: bytes, most: int) -> bytes:
    """A result that was cut anywhere, with its first ``most`` whole rows and a proper end; empty if it has none.

    >>> whole_rows("csv", b'a,b\\n1,"x\\ny"\\n2,"z', 10)
    b'a,b\\n1,"x\\ny"\\n'
    """
    if form == "json":
        head, mark, rest = data.decode("utf-8", "ignore").partition('"bindings":[')
        decoder, at, rows = json.JSONDecoder(), 0, 0
        end = 0
        while mark and rows < most:
            try:
                _, end = decoder.raw_decode(rest, at)
            except ValueError:
                break
            rows, at = rows + 1, end + 1
        return (head + mark + rest[:end] + "]}}").encode() if mark else b""
    if form == "xml":
        start, tag, body = data.partition(b"<results>")
        found = body.split(b"</result>")[:-1][:most]
        return start + tag + b"".join(r + b"</result>" for r in found) + b"</results></sparql>" if tag else b""
    if form == "csv":
        at = 0
        for _ in range(most + 1):
            row = _CSV_ROW.match(data, at)
            if row is None:
                break
            at = row.end()
        return data[:at]
    if form in ("tsv", "nt", "nq"):
        lines = data.split(b"\n")[:-1][: most + (form == "tsv")]
        return b"".join(line + b"\n" for line in lines)
    return b""


#: by machine: its number in the kernel's audit, its openat, and the calls that a worker never needs (sockets, other
#: ways to open, other programs): socket, socketpair, bind, connect, accept, accept4, execve, execveat, io_uring_setup,
#: open_by_handle_at, openat2; on x86 also open and creat
_CALLS = {
    "x86_64": (0xC000003E, 257, (41, 53, 49, 42, 43, 288, 59, 322, 425, 304, 437, 2, 85)),
    "aarch64": (0xC00000B7, 56, (198, 199, 200, 203, 202, 242, 221, 281, 425, 265, 437)),
}
#: O_WRONLY, O_RDWR, O_CREAT, O_TRUNC
_WRITING = 0o1103
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 13  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EACCES
#: descriptors of a worker besides those of the graph's tables
_DESCRIPTORS = 64


def refused(machine: str) -> bytes:
    """The seccomp filter of a machine (classic BPF, seccomp(2)): KeyError for one that is not known.

    An instruction is a code, two jumps (instructions to skip if true and if false) and a number.
    """
    audit, openat, never = _CALLS[machine]
    load, equal, at_least, any_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06
    code = [(load, 0, 0, 4), (equal, 0, len(never) + 6, audit), (load, 0, 0, 0), (at_least, len(never) + 4, 0, 1 << 30)]
    code += [(equal, len(never) + 3 - i, 0, number) for i, number in enumerate(never)]
    # the flags of openat are the third of the arguments, which begin at byte 16
    code += [(equal, 0, 2, openat), (load, 0, 0, 32), (any_bit, 1, 0, _WRITING)]
    code += [(give, 0, 0, _ALLOW), (give, 0, 0, _REFUSE)]
    return b"".join(struct.pack("HBBI", *step) for step in code)


def without_sockets() -> bool:
    """Has the kernel refuse this process sockets, writing and other programs, for good; False where it cannot."""
    try:
        code = refused(platform.machine())
        call = ctypes.CDLL(None, use_errno=True).prctl
    except (KeyError, OSError, AttributeError):
        return False
    held = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(held)))
    done: bool = call(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and call(_SECCOMP, _FILTER, program, 0, 0) == 0
    return done


def limit(memory: int, tables: int) -> None:
    """Closes the doors: no more memory than given, no sockets, no writing, no processes, no core dumps.

    ``tables``: how many files the graph has. RocksDB opens the first sixteen at once and others when it needs them;
    without seccomp no file can be opened at all, and queries over a larger graph may fail.
    """
    files = tables + _DESCRIPTORS if without_sockets() else 0
    for kind, value in (
        (resource.RLIMIT_DATA, memory), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, files),
    ):
        resource.setrlimit(kind, (value, value))


def evaluate(store: ox.Store, job: dict[str, Any]) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """The query's result, not yet computed."""
    options: dict[str, Any] = {}
    if job["default"] or job["named"]:
        options["default_graph"] = [ox.NamedNode(g) for g in job["default"]]
        options["named_graphs"] = [ox.NamedNode(g) for g in job["named"]]
    return store.query(job["query"], prefixes=job["prefixes"], base_iri=job["base"] or None, **options)


def _cell(term: Any) -> list[str | None] | None:
    """A term as [kind, text, language or datatype]."""
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return ["uri", term.value, None]
    if isinstance(term, ox.Literal):
        return ["literal", term.value, term.language or term.datatype.value]
    return ["bnode" if isinstance(term, ox.BlankNode) else "triple", getattr(term, "value", str(term)), None]


def table(result: Any, most: int) -> dict[str, Any]:
    """At most ``most`` rows for a page, and whether there are more."""
    if isinstance(result, ox.QueryBoolean):
        return {"boolean": bool(result)}
    if not isinstance(result, ox.QuerySolutions):
        names = ["subject", "predicate", "object"]
        terms: Iterator[list[Any]] = ([t.subject, t.predicate, t.object] for t in result)
    else:
        names = [v.value for v in result.variables]
        terms = (list(row) for row in result)
    rows = [[_cell(t) for t in row] for row in islice(terms, most + 1)]
    return {"boolean": None, "names": names, "rows": rows[:most], "more": len(rows) > most,
            "graph": not isinstance(result, ox.QuerySolutions)}


def answer(store: ox.Store, job: dict[str, Any], out: socket.socket) -> None:
    """Runs one query and writes its answer."""
    sink = Sink(out, job)
    result = evaluate(store, job)
    form = job["form"]
    if form == "table":
        sink.waiting += json.dumps(table(result, job["max_rows"]), ensure_ascii=False).encode()
    else:
        try:
            if isinstance(result, ox.QueryTriples):
                prefixes = job["prefixes"] if form in _PREFIXED else None
                # CONSTRUCT gives a triple once for each solution; a repeated one near by is left out
                ox.serialize(_distinct(result), cast("IO[bytes]", sink), GRAPHS[form], prefixes=prefixes)
            else:
                result.serialize(cast("IO[bytes]", sink), RESULTS[form])
        except Full:
            what = "rows" if sink.rows_left < 0 else "bytes"
            most = job["max_rows"] if what == "rows" else job["max_bytes"]
            sink.send({"truncated": what, "limit": most, "whole": sink.cut(job)})
            return
    sink.send({"empty": True} if sink.empty() else {})


def _distinct(triples: Any, most: int = 200_000) -> Iterator[ox.Triple]:
    """The triples, each once as far as ``most`` of them can be remembered."""
    seen: set[ox.Triple] = set()
    for triple in triples:
        if triple not in seen:
            if len(seen) < most:
                seen.add(triple)
            yield triple


def framed(kind: bytes, about: dict[str, Any]) -> bytes:
    """A frame that holds JSON."""
    data = json.dumps(about, ensure_ascii=False).encode()
    return HEAD.pack(kind, len(data)) + data


def jobs(wire: socket.socket) -> Iterator[dict[str, Any]]:
    """The jobs as they come, until the socket closes."""
    held = b""
    while True:
        while len(held) < HEAD.size or len(held) - HEAD.size < HEAD.unpack_from(held)[1]:
            data = wire.recv(_READ)
            if not data:
                return
            held += data
        end = HEAD.size + HEAD.unpack_from(held)[1]
        yield marshal.loads(held[HEAD.size: end])
        held = held[end:]


def main() -> None:
    """Answers queries until the socket closes."""
    graph, memory, nice = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    wire = socket.socket(fileno=0)
    try:
        store = ox.Store.read_only(graph)
    except OSError as error:
        wire.sendall(framed(b"X", {"kind": "store", "message": str(error)}))
        return
    os.nice(nice)
    limit(memory, len(os.listdir(graph)))
    gc.freeze()  # what is there already is never garbage
    wire.sendall(framed(b"R", {"spent": time.process_time()}))
    for job in jobs(wire):
        # counts processor time only, so it need not be stopped while the next query is waited for
        signal.setitimer(signal.ITIMER_PROF, job["seconds"] + _GRACE)
        try:
            answer(store, job, wire)
        except (BrokenPipeError, ConnectionResetError):
            return
        except SyntaxError as error:
            wire.sendall(framed(b"X", {"kind": "syntax", "message": str(error)}))
        except MemoryError:
            return
        except (ValueError, OSError, RuntimeError) as error:
            wire.sendall(framed(b"X", {"kind": "query", "message": str(error)}))
        except BaseException as error:
            # a panic of the engine (a class of its own that cannot be imported): nothing that it holds can be trusted
            if type(error).__name__ == "PanicException":
                wire.sendall(framed(b"X", {"kind": "engine", "message": ""}))
            raise


if __name__ == "__main__":
    main()
