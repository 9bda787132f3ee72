"""Answers SPARQL requests: protocol, checks, cache and workers put together, for any web server."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg import search
from kg.names import ID, PREFIXES
from kg.service import column, describe, graphs, vocabulary, write
from kg.service.cache import Cache, Entry
from kg.service.estimate import estimate
from kg.service.failures import cut, failure
from kg.service.http import (
    CORS,
    GRAPHS,
    RESULTS,
    Answer,
    Request,
    content_type,
    etag,
    matches,
    negotiate,
)
from kg.service.limits import Limits
from kg.service.parse import Unreadable, parse
from kg.service.plan import planned
from kg.service.pool import Failed, Pool, Result
from kg.service.precheck import Hint, check
from kg.service.problem import Problem
from kg.service.protocol import ALLOW, Ask, Change, read
from kg.service.remote_pool import RemotePool
from kg.service.shape import shape
from kg.service.structure import Query
from kg.service.tokens import KEPT_LENGTH
from kg.service.vocabulary import Vocabulary
from kg.sparql_guard import form, guard
from kg.store import Version, VersionedStore
from kg.store.remote import RemoteVersions

_TABLES, _GRAPHS = tuple(RESULTS), tuple(GRAPHS)
#: functions whose value differs from call to call: such answers are not kept
_FLEETING = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
#: seconds for which the served version is not looked up again
_LOOK = 0.005
#: seconds of computing from which an answer is kept for the server's other processes too
_WORTH_SHARING = 0.1
#: things found by a search that are written here; where there are more, the engine writes them
_WRITTEN = 100_000
#: hints that a header names
_HINTS = 10
#: queries' shapes that are remembered
_SHAPES = 2000


#: a variable and the IRIs found for it
Column = tuple[str, list[str]]


@dataclass(frozen=True, slots=True)
class Read:
    """What is known of a query that is allowed."""

    form: str
    #: the usual prefixes that it uses without declaring them
    prefixes: dict[str, str]
    #: does its answer differ from call to call?
    fleeting: bool
    #: does it name its dataset (FROM)?
    dataset: bool
    #: an estimate, if it looks cheap (kg.service.estimate)
    cost: float | None
    #: what is the same in queries that differ in things' names only (kg.service.shape); the text, if it has no shape
    shape: str
    #: the query in a form that the engine answers sooner (kg.service.plan), where there is one
    plan: str = ""


class Service:
    """The SPARQL service over a store folder. Its coroutines belong to one event loop."""

    def __init__(self, versions: VersionedStore, limits: Limits, cache: Cache) -> None:
        self.versions = versions
        self.limits = limits
        self.cache = cache
        #: answers that are being computed: done with the problem that kept one from being computed, or None
        self.flights: dict[str, asyncio.Future[Problem | None]] = {}
        self._pointer = str(versions.folder / "CURRENT")
        self.pool = (
            RemotePool(versions.remote, limits) if isinstance(versions, RemoteVersions)
            else Pool(lambda: self.current()[:2], limits)
        )
        self._signature: tuple[int, int] = (0, 0)
        self._look_again = 0.0
        self._served: tuple[str, Path, Version, Vocabulary] | None = None
        self._read: dict[tuple[str, str], Read] = {}

    def current(self) -> tuple[str, Path, Version, Vocabulary]:
        """The served version: name, graph folder, version, counts. Raises StoreError where there is none."""
        now = time.monotonic()
        if self._served is not None and now < self._look_again:
            return self._served
        self._look_again = now + _LOOK
        if isinstance(self.versions, RemoteVersions):
            version = self.versions.require()
            return version.name, version.graph, version, Vocabulary()
        try:
            stat = os.stat(self._pointer)
            signature = (stat.st_mtime_ns, stat.st_ino)
        except FileNotFoundError:
            signature = (0, 0)
        if self._served is None or signature != self._signature:
            version = self.versions.require()
            self._served = (version.name, version.graph, version, vocabulary.load(version.path))
            self._signature = signature
        return self._served

    def kept(self, request: Request) -> Entry | None:
        """The answer to a GET that is kept since it was last asked for in the same words."""
        return self.cache.get(self.key(request)) if request.method == "GET" else None

    def key(self, request: Request) -> str:
        """Names a GET's answer: the version, and all of the request that the answer depends on."""
        version = self.current()[0]
        if request.key.partition("\0")[0] != version:
            zipped = "z" if request.gzip else ""
            headers = request.headers
            request.key = "\0".join((version, request.query_string, request.accept, zipped, headers.get("host", ""),
                                     headers.get("x-kg-timeout", "")))
        return request.key

    async def answer(self, request: Request) -> Answer:
        """Answers a request to ``/sparql`` or the graph store. Raises Problem, Refused or StoreError."""
        if request.path.startswith(graphs.PATH):
            return await graphs.answer(self, request)
        if request.method == "OPTIONS":
            return preflight()
        asked = read(request, self.limits)
        if asked is None:
            media = negotiate(request.accept, describe.FORMATS)
            triples = describe.service(request.headers.get("x-kg-base", ""), write.is_open())
            return self._description(triples, media, request)
        if isinstance(asked, Change):
            write.allow(request)
            base = request.headers.get("x-kg-base", "") + "/sparql"
            await asyncio.to_thread(write.update, self.versions, self.limits, asked, base)
            self._look_again = 0.0
            return Answer(204, [*CORS])
        return await self.query(asked, request)

    async def query(self, asked: Ask, request: Request) -> Answer:
        """Runs a query and answers in the format asked for. Raises Problem, Refused or StoreError."""
        version = self.current()[0]
        job, about = await self._job(asked)
        offers = _GRAPHS if about.form in ("CONSTRUCT", "DESCRIBE") else _TABLES
        media = negotiate(request.accept, offers, asked.format)
        job["form"] = (GRAPHS if offers is _GRAPHS else RESULTS)[media]
        job["gzip"] = request.gzip
        job["base"] = request.headers.get("x-kg-base", "http://localhost") + "/sparql"
        tag = etag(version, asked.text, media, job["base"], str(job["gzip"]), str(asked.rows),
                   *asked.default_graphs, "|", *asked.named_graphs)
        headers = [
            ("content-type", content_type(media)), ("x-kg-version", version), ("vary", "Accept, Accept-Encoding"),
            ("x-kg-row-limit", str(asked.rows)), *CORS,
        ]
        headers.append(("cache-control", "no-store" if about.fleeting else "no-cache"))
        if not about.fleeting:
            headers.append(("etag", tag))
            if matches(request.headers.get("if-none-match", ""), tag):
                return Answer(304, headers)
        began = time.perf_counter()
        result = await self.run(job, asked, about)
        if not result.complete:
            if job["gzip"]:
                headers.append(("content-encoding", "gzip"))
            return Answer(200, headers, result)
        end = result.end or {}
        if end.get("truncated"):
            headers.append(("x-kg-truncated", f"{end['truncated']}; limit={end['limit']}"))
        if end.get("truncated") and not end["whole"]:
            raise cut(end)
        # a slip shows itself by nothing being found: only then is it worth looking for
        if end.get("empty") and (hints := self.hints(asked.text)):
            headers.append(("x-kg-hints", "; ".join(f"{h.code} at {h.line}:{h.column}" for h in hints[:_HINTS])))
        body = b"".join(result.chunks)
        if body[:2] == b"\x1f\x8b":
            headers.append(("content-encoding", "gzip"))
        if not about.fleeting and request.method == "GET":
            shared = time.perf_counter() - began > _WORTH_SHARING
            self.cache.put(self.key(request), headers, body, shared)
        return Answer(200, headers, body)

    async def _job(self, asked: Ask) -> tuple[dict[str, Any], Read]:
        """As `job`; what takes long is done beside the event loop."""
        if "textSearch" in asked.text or len(asked.text) > KEPT_LENGTH:
            return await asyncio.to_thread(self.job, asked)
        return self.job(asked)

    def job(self, asked: Ask) -> tuple[dict[str, Any], Read]:
        """What a worker needs to run a query, and what is known of the query. Raises Refused or Problem."""
        about = self.read(asked.text)
        text, found = asked.text, None
        if about.plan and not (asked.default_graphs or asked.named_graphs):
            text = about.plan
        elif "textSearch" in text:
            try:
                text, found, about = self._searched(asked, about)
            except search.SearchError as error:
                zh, _, en = str(error).partition(" (")
                raise Problem(400, "search", zh, en.removesuffix(")")) from None
        return {
            "query": text, "column": found, "form": "json", "prefixes": about.prefixes, "base": "",
            "default": asked.default_graphs, "named": asked.named_graphs, "seconds": asked.seconds,
            "max_rows": asked.rows, "max_bytes": self.limits.size,
            "hold": self.limits.held(asked.rows, self.limits.size), "gzip": False,
        }, about

    def read(self, text: str) -> Read:
        """Reads a query, or remembers what was found of one with the same shape. Raises Refused."""
        name, _, _, counts = self.current()
        general = shape(text)
        known = self._read.get((name, general)) if general is not None else None
        if known is not None:
            return known
        guard(text)
        try:
            query = parse(text)
        except Unreadable:
            # nothing is known of it: every prefix is given, it may be expensive, its answer is not kept
            return Read(form(text), PREFIXES, True, True, None, text)
        words = {t.word for t in query.tokens}
        found = Read(query.form, _used(query), bool(_FLEETING & words), "FROM" in words,
                     estimate(query, counts), text if general is None else general, self._plan(text, general, words))
        if general is not None:
            if len(self._read) >= _SHAPES:
                self._read.clear()
            self._read[name, general] = found
        return found

    def _plan(self, text: str, general: str | None, words: set[str]) -> str:
        """A form that the engine answers sooner, for all queries of a shape; empty where there is none."""
        # where things are named a shape leaves their names out; the counts are those of the unnamed default graph
        if general is None or ID in text or "textSearch" in text or "FROM" in words or not isinstance(self.pool, Pool):
            return ""
        found = planned(general, self.current()[3])
        return "" if found == general else found

    def _searched(self, asked: Ask, about: Read) -> tuple[str, Column | None, Read]:
        """A query with its searches done, its whole result if that needs no engine, and what is known of it."""
        index = self.current()[2].path / search.FILE
        # the index is that of the unnamed default graph
        if asked.default_graphs or asked.named_graphs or about.dataset or not index.exists():
            text = search.rewrite(asked.text, None)
            return text, None, self.read(text)
        plain = search.alone(asked.text)
        if plain is not None:
            name, words, limit = plain
            most = asked.rows + 1 if limit is None else limit
            # without an end in sight the engine, which streams, is asked
            hits = search.find(index, words, min(most, _WRITTEN), ordered=False, cut=most <= _WRITTEN)
            if hits is not None:
                return asked.text, (name, hits), about
            text = search.rewrite(asked.text, None)
            return text, None, self.read(text)
        scanned = False

        def find(words: str) -> list[str] | None:
            nonlocal scanned
            hits = search.find(index, words, ordered=False)
            scanned = scanned or hits is None
            return hits

        text = search.rewrite(asked.text, find)
        return text, None, self.read(text) if scanned else about

    async def run(self, job: dict[str, Any], asked: Ask, about: Read) -> Result:
        """Runs a job in a worker of the right lane. Raises Problem."""
        found = job.pop("column")
        if found is not None:
            return await asyncio.to_thread(self._written, job, found)
        try:
            return await self.pool.run(job, asked.seconds, about.cost, about.shape)
        except Failed as failed:
            if failed.kind == "syntax" and job["query"] != asked.text and "textSearch" not in asked.text:
                # the place that is told must be that of the text that was asked
                return await self.run(job | {"query": asked.text, "column": None}, asked, about)
            raise self.problem(failed, asked) from None

    def _written(self, job: dict[str, Any], found: Column) -> Result:
        """A result that was found without the engine."""
        name, iris = found
        most, form = job["max_rows"], job["form"]
        data = column.write(name, iris[:most], form, len(iris) > most)
        result = Result(self.pool, None, "fast", [gzip.compress(data, 1) if job["gzip"] else data])
        result.end = {"empty": True} if not iris else {}
        if len(iris) > most and form != "table":
            result.end = {"truncated": "rows", "limit": most, "whole": True}
        return result

    def hints(self, text: str) -> list[Hint]:
        """The slips in a query. Raises StoreError."""
        return check(text, self.current()[3])

    async def table(self, asked: Ask, rows: int) -> dict[str, Any]:
        """A result's first rows, for a page (see kg.service.worker). Raises Problem, Refused or StoreError."""
        job, about = await self._job(asked)
        result = await self.run(job | {"form": "table", "max_rows": rows}, asked, about)
        try:
            found: dict[str, Any] = json.loads(b"".join([chunk async for chunk in result]))
        except Failed as failed:
            raise self.problem(failed, asked) from None
        return found

    def problem(self, failed: Failed, asked: Ask) -> Problem:
        """What to tell of a query that was not answered."""
        # one that was not even begun has no slip that is to blame, and there may be hundreds of them in a second
        hints = [] if failed.kind in ("busy", "store") else self.hints(asked.text)
        return failure(failed, asked.seconds, hints)

    def _description(self, triples: list[Any], media: str, request: Request) -> Answer:
        body = describe.serialized(triples, media)
        return Answer(200, [("content-type", content_type(media)), ("vary", "Accept"), *CORS], body)

    def dataset(self, request: Request) -> Answer:
        """The VoID and DCAT description. Raises Problem or StoreError."""
        media = negotiate(request.accept, describe.FORMATS)
        name, _, version, counts = self.current()
        triples = describe.dataset(request.headers.get("x-kg-base", ""), name, version.report(), counts)
        return self._description(triples, media, request)


async def stream(service: Service, request: Request, answer: Answer) -> AsyncGenerator[bytes, None]:
    """A body's parts; a large answer is kept while it is sent. Raises Failed where it ends too early."""
    if isinstance(answer.body, bytes):
        yield answer.body
        return
    keep = request.method == "GET" and bool(answer.header("etag"))
    writer = service.cache.writer(service.key(request)) if keep else None
    try:
        async for chunk in answer.body:
            if writer is not None:
                writer.write(chunk)
            yield chunk
        if writer is not None:
            writer.keep(answer.headers)
            writer = None
    finally:
        answer.body.close()
        if writer is not None:
            writer.drop()


def preflight() -> Answer:
    """The answer to OPTIONS."""
    return Answer(204, [
        ALLOW, ("access-control-allow-methods", ALLOW[1]), ("access-control-max-age", "86400"),
        ("access-control-allow-headers", "Accept, Authorization, Content-Type, If-None-Match, X-KG-Timeout"), *CORS,
    ])


def _used(query: Query) -> dict[str, str]:
    """The usual prefixes that a query uses without declaring them."""
    names = {t.prefix for t in query.tokens} - query.prefixes.keys()
    return {name: PREFIXES[name] for name in names if name in PREFIXES}
