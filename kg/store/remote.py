"""A graph in any SPARQL 1.1 server, read and written through the standard protocols.

The address is that of the query service. Where the server's other services are not found beside it, the
environment names them: KG_REMOTE_UPDATE (SPARQL Update), KG_REMOTE_GRAPHS (Graph Store Protocol),
KG_REMOTE_GRAPH (the named graph to use, for servers without an unnamed default graph) and KG_REMOTE_TOKEN.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox

from kg.names import PREFIXES
from kg.service.tokens import tokens
from kg.sparql_guard import form
from kg.store.versions import StoreError, Version, VersionedStore
from kg.store.virtuoso import adapted

#: triples per INSERT DATA, for servers without the Graph Store Protocol
_BATCH = 1000
#: seconds for which the remote graph is taken to be unchanged
_FRESH = 30.0
_FORM = "application/x-www-form-urlencoded"


def is_remote(store: str | Path) -> bool:
    """Is this the address of a server?"""
    return str(store).startswith(("http://", "https://"))


def open_versions(store: str | Path) -> VersionedStore:
    """The store at an address or in a folder."""
    return RemoteVersions(RemoteStore(str(store))) if is_remote(store) else VersionedStore(store)


def work_folder(address: str) -> Path:
    """Where a build for a remote store keeps its shards and texts: KG_WORK, or a folder here named by the address."""
    name = re.sub(r"[^A-Za-z0-9.]+", "-", urlsplit(address).netloc + urlsplit(address).path).strip("-")
    return Path(os.environ.get("KG_WORK") or f"store-of-{name}")


class RemoteStore:
    """The reading methods of a pyoxigraph.Store, over HTTP; and `replace`."""

    def __init__(self, address: str, graph: str | None = None, seconds: float = 60.0) -> None:
        self.address = address
        self.graph = graph if graph is not None else os.environ.get("KG_REMOTE_GRAPH", "")
        self.seconds = seconds
        beside = address.removesuffix("/query") if address.endswith("/query") else ""
        self.update_address = os.environ.get("KG_REMOTE_UPDATE") or (f"{beside}/update" if beside else address)
        self.graphs_address = os.environ.get("KG_REMOTE_GRAPHS") or (f"{beside}/store" if beside else "")
        self._token = os.environ.get("KG_REMOTE_TOKEN", "")
        #: what the server calls itself; None before its first answer
        self._server: str | None = None

    def send(
        self, method: str, address: str, body: bytes, kind: str, accept: str = "*/*", seconds: float | None = None,
    ) -> tuple[int, bytes, str]:
        """Status, body and media type of an answer. Raises OSError (TimeoutError) where there is none."""
        parts = urlsplit(address)
        secure = parts.scheme == "https"
        limit = seconds or self.seconds
        connection = (
            http.client.HTTPSConnection(parts.netloc, timeout=limit, context=ssl.create_default_context())
            if secure else http.client.HTTPConnection(parts.netloc, timeout=limit)
        )
        headers = {"Content-Type": kind, "Accept": accept}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        with contextlib.closing(connection):
            try:
                target = parts.path + (f"?{parts.query}" if parts.query else "")
                connection.request(method, target or "/", body, headers)
                answer = connection.getresponse()
                self._server = answer.headers.get("Server", "")
                return answer.status, answer.read(), answer.headers.get_content_type()
            except http.client.HTTPException as error:
                raise OSError(f"{parts.netloc}: {error!r}") from None

    def fetch(
        self, text: str, accept: str, prefixes: Mapping[str, str] | None = None, seconds: float | None = None,
        default: tuple[str, ...] = (), named: tuple[str, ...] = (),
    ) -> tuple[bytes, str]:
        """A result's bytes and media type. Raises SyntaxError where the server refuses the query, and OSError."""
        text = _declared(text, PREFIXES if prefixes is None else prefixes)
        fields = [("query", adapted(text) if self._is_virtuoso() else text)]
        fields += [("default-graph-uri", g) for g in default or ((self.graph,) if self.graph else ())]
        fields += [("named-graph-uri", g) for g in named]
        status, body, kind = self.send("POST", self.address, urlencode(fields).encode(), _FORM, accept, seconds)
        if status == 400:
            raise SyntaxError(body.decode("utf-8", "replace")[:500])
        if status != 200:
            raise OSError(f"{self.address}: HTTP {status}: {body.decode('utf-8', 'replace')[:200]}")
        return body, kind

    def _is_virtuoso(self) -> bool:
        """Asks the server for anything where it has not answered before. Raises OSError."""
        if self._server is None:
            self.send("POST", self.address, urlencode([("query", "ASK {}")]).encode(), _FORM)
        return "virtuoso" in (self._server or "").lower()

    def query(self, text: str, *, prefixes: Mapping[str, str] | None = None, **_: Any) -> Any:
        """Like pyoxigraph's: QuerySolutions, QueryBoolean or triples. Raises SyntaxError and OSError."""
        if form(text) in ("CONSTRUCT", "DESCRIBE"):
            body, _kind = self.fetch(text, "application/n-triples, text/plain;q=0.5", prefixes)
            return iter([q.triple for q in ox.parse(body, ox.RdfFormat.N_TRIPLES)])
        body, _kind = self.fetch(text, "application/sparql-results+xml", prefixes)
        return ox.parse_query_results(body, format=ox.QueryResultsFormat.XML)

    def quads_for_pattern(self, subject: Any, predicate: Any, object: Any, graph: Any = None) -> Iterator[ox.Quad]:
        """Quads that match; None matches anything."""
        names = ("?s", "?p", "?o")
        given = [n if term is None else str(term) for n, term in zip(names, (subject, predicate, object), strict=True)]
        wanted = " ".join(n for n in given if n in names) or "(1 AS ?found)"
        for row in self.query(f"SELECT {wanted} {{ {' '.join(given)} }}"):
            def at(name: str, term: Any, row: Any = row) -> Any:
                return row[name] if term is None else term
            yield ox.Quad(at("s", subject), at("p", predicate), at("o", object))

    def __contains__(self, quad: ox.Quad) -> bool:
        return bool(self.query(f"ASK {{ {quad.subject} {quad.predicate} {quad.object} }}"))

    def __len__(self) -> int:
        for row in self.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"):
            return int(row["n"].value)
        return 0

    def replace(self, source: ox.Store) -> int:
        """Makes the remote graph the default graph of a store; the number of triples. Raises StoreError.

        By the Graph Store Protocol where the server has it (all or nothing), else by updates.
        """
        quads = [q.triple for q in source.quads_for_pattern(None, None, None, ox.DefaultGraph())]
        try:
            if self.graphs_address:
                which = f"graph={quote(self.graph, safe='')}" if self.graph else "default"
                body = ox.serialize(quads, format=ox.RdfFormat.N_TRIPLES) or b""
                address = f"{self.graphs_address}?{which}"
                self._need(self.send("PUT", address, body, "application/n-triples", seconds=600))
            else:
                self._update(f"CLEAR SILENT GRAPH <{self.graph}>" if self.graph else "CLEAR SILENT DEFAULT")
                source_triples = iter(quads)
                while batch := list(islice(source_triples, _BATCH)):
                    data = " .\n".join(f"{t.subject} {t.predicate} {t.object}" for t in batch)
                    self._update(f"INSERT DATA {{ GRAPH <{self.graph}> {{ {data} }} }}" if self.graph
                                 else f"INSERT DATA {{ {data} }}")
        except OSError as error:
            raise StoreError(
                f"{self.address}：無法寫入遠端圖譜 (the remote graph cannot be written: {error})"
            ) from error
        return len(quads)

    def _update(self, text: str) -> None:
        self._need(self.send("POST", self.update_address, text.encode(), "application/sparql-update"))

    @staticmethod
    def _need(answer: tuple[int, bytes, str]) -> None:
        if answer[0] >= 300:
            raise OSError(f"HTTP {answer[0]}: {answer[1].decode('utf-8', 'replace')[:200]}")


def _declared(text: str, prefixes: Mapping[str, str]) -> str:
    """The query with the usual prefixes that it uses without declaring them."""
    found = tokens(text)
    declared = {t.text.removesuffix(":") for before, t in pairwise(found) if before.word == "PREFIX"}
    used = {t.text.partition(":")[0] for t in found if t.kind == "prefixed"} - declared
    return "".join(f"PREFIX {p}: <{prefixes[p]}>\n" for p in sorted(used) if p in prefixes) + text


class RemoteVersion(Version):
    """The state of a remote graph; its report is made from the graph itself."""

    store: RemoteStore

    def report(self) -> dict[str, Any]:
        """Documents and number of triples. Raises StoreError."""
        store = _OPEN[self.name]
        documents = [
            {"key": row["d"].value.rpartition("/")[2], "file_name": row["f"].value, "genre": row["g"].value,
             "characters": 0, "sections": 0, "entities": {}, "relations": {}, "declared": []}
            for row in store.query("SELECT ?d ?f ?g { ?d a pol:PolicyDocument ; pol:fileName ?f ; pol:genre ?g } "
                                   "ORDER BY ?f")
        ]
        return {"documents": documents, "triples": len(store)}


_OPEN: dict[str, RemoteStore] = {}


class RemoteVersions(VersionedStore):
    """A remote graph in the place of a store folder: it has one version, the present one."""

    def __init__(self, remote: RemoteStore) -> None:
        super().__init__(Path("/nonexistent"))
        self.remote = remote
        self._known: tuple[float, Version] | None = None

    def current(self) -> Version | None:
        """The remote graph as it is now (looked at again after some seconds). Raises StoreError."""
        if self._known is None or time.monotonic() - self._known[0] > _FRESH:
            try:
                mark = "".join(
                    str(row["t"]) for row in self.remote.query("SELECT ?t { ?r prov:endedAtTime ?t } ORDER BY ?t")
                )
            except (OSError, SyntaxError) as error:
                raise StoreError(
                    f"{self.remote.address}：連不上遠端圖譜 (the remote store does not answer: {error})"
                ) from error
            name = "remote-" + hashlib.blake2b(f"{self.remote.address}{mark}".encode(), digest_size=8).hexdigest()
            _OPEN[name] = self.remote
            self._known = (time.monotonic(), RemoteVersion(name, self.folder))
        return self._known[1]

    def open(self, version: Version | None = None) -> ox.Store:
        """The remote store, which has a store's reading methods."""
        return cast(ox.Store, self.remote)

    def text(self, document_key: str) -> str:
        """Raises StoreError: a SPARQL server does not keep the documents' texts."""
        raise StoreError("遠端圖譜沒有文件原文 (a remote store does not hold the documents' texts)")
