"""The server as clients see it: streaming, limits, cancelling, caching, headers."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import tiny_graph
from live import serving
from worker_job import RUNAWAY

from kg import search
from kg.service import pool, vocabulary


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("store")
    extra = [
        ox.Triple(ox.NamedNode(f"http://x/s{n}"), ox.NamedNode("http://x/p"), ox.Literal(f"第 {n} 行", language="zh"))
        for n in range(20_000)
    ]
    versions = tiny_graph.publish(folder, extra=extra)
    version = versions.require()
    graph = versions.open(version)
    vocabulary.write(graph, version.path)
    search.build(graph, version.path)
    return folder


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[str]:
    with serving(store, "--timeout", "2", KG_LIMIT_QUEUE="4", KG_LIMIT_MEMORY="300000000") as address:
        yield address


def ask(
    server: str, query: str, path: str = "/sparql", method: str = "GET", **headers: str,
) -> tuple[int, dict[str, str], bytes]:
    more = "&" + headers.pop("more") if "more" in headers else ""
    url = f"{server}{path}?query={urllib.parse.quote(query)}{more}" if query else server + path
    request = urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


@pytest.mark.parametrize("form", [
    ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML, ox.QueryResultsFormat.TSV,
])
def test_a_search_alone_is_answered_like_a_scan(server: str, form: ox.QueryResultsFormat) -> None:
    scan = "SELECT ?x { ?x skos:prefLabel|pol:text|dcterms:title|skos:altLabel ?t FILTER(CONTAINS(?t, '太空')) }"
    found = []
    for query in ('SELECT ?x { ?x pol:textSearch "太空" } # alone', scan):
        result = ox.parse_query_results(ask(server, query, Accept=form.media_type)[2], format=form)
        assert isinstance(result, ox.QuerySolutions)
        found.append({row["x"] for row in result})
    assert found[0] == found[1] and len(found[0]) > 1


def test_a_search_alone_is_cut_and_says_so(server: str) -> None:
    status, headers, body = ask(server, 'SELECT ?x { ?x pol:textSearch "太空" }', more="max-rows=1&format=csv")
    assert status == 200 and headers["x-kg-truncated"] == "rows; limit=1" and body.count(b"\r\n") == 2


def test_a_search_keeps_to_its_dataset(server: str) -> None:
    everything = ask(server, 'SELECT ?x { ?x pol:textSearch "太空" }', more="format=csv")[2]
    for query, more in (('SELECT ?x FROM <http://x/none> { ?x pol:textSearch "太空" }', "format=csv"),
                        ('SELECT ?x { ?x pol:textSearch "太空" }', "format=csv&default-graph-uri=http://x/none")):
        status, _, body = ask(server, query, more=more)
        assert status == 200 and body == b"x\r\n" != everything


def test_a_table_without_a_row_names_the_slips(server: str) -> None:
    slip = "SELECT * {\n ?s pol:leadsBy ?o }"
    for form in ("json", "xml", "csv", "tsv"):
        _, headers, _ = ask(server, slip, more=f"format={form}")
        assert headers["x-kg-hints"] == "unknown-property at 2:5", form
        assert "x-kg-hints" not in ask(server, "SELECT * { ?s a pol:Measure }", more=f"format={form}")[1]
    assert "x-kg-hints" not in ask(server, "SELECT * { ?s a pol:Measure FILTER(false) }")[1]


def test_a_runaway_gets_504_in_time_and_frees_its_memory(server: str) -> None:
    began = time.perf_counter()
    status, _, body = ask(server, RUNAWAY)
    assert status == 504 and time.perf_counter() - began < 2.5
    error = json.loads(body)["error"]
    assert error["code"] == "timeout" and error["help"].endswith("#timeout")
    assert [h["code"] for h in error["hints"]] == ["cross-product"]
    began = time.perf_counter()
    assert ask(server, RUNAWAY, more="timeout=0.5")[0] == 504 and time.perf_counter() - began < 1.0
    assert ask(server, RUNAWAY, X_KG_Timeout="0.5")[0] == 504
    assert ask(server, RUNAWAY, more="timeout=x")[0] == 400


def test_streaming_starts_before_the_end(server: str) -> None:
    connection = http.client.HTTPConnection(server.removeprefix("http://"), timeout=20)
    query = "SELECT * { ?a <http://x/p> ?c . ?s <http://x/p> ?o } LIMIT 80000"
    connection.request("GET", "/sparql?query=" + urllib.parse.quote(query), headers={"Accept": "text/csv"})
    began = time.perf_counter()
    answer = connection.getresponse()
    answer.read(1000)
    first = time.perf_counter() - began
    rest = answer.read()
    whole = time.perf_counter() - began
    connection.close()
    assert rest.count(b"\n") > 79_000 and first < whole / 2
    assert answer.headers["Content-Length"] is None


def children(server: str) -> int:
    """How many workers compute at present."""
    busy = 0
    for entry in Path("/proc").iterdir():
        try:
            if b"worker.py" in (entry / "cmdline").read_bytes() and " R " in (entry / "stat").read_text():
                busy += 1
        except (OSError, ValueError):
            continue
    return busy


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_a_client_that_goes_away_cancels_its_query(server: str, accept: str) -> None:
    time.sleep(0.3)
    before = children(server)
    host, port = server.removeprefix("http://").split(":")
    line = f"GET /sparql?query={urllib.parse.quote(RUNAWAY)} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\n\r\n"
    with socket.create_connection((host, int(port))) as client:
        client.sendall(line.encode())
        time.sleep(0.5)
        assert children(server) > before
    time.sleep(0.3)
    assert children(server) <= before


def test_the_same_question_at_once_is_computed_once(server: str) -> None:
    found: list[int] = []
    crowd = [threading.Thread(target=lambda: found.append(ask(server, RUNAWAY + " # together")[0])) for _ in range(20)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert set(found) == {504}, "twenty computations would not have fitted into the queue"


def test_a_full_queue_says_so_and_point_queries_are_answered(server: str) -> None:
    answers: list[tuple[int, dict[str, str], float]] = []

    def runaway(n: int) -> None:
        began = time.perf_counter()
        answers.append((*ask(server, f"{RUNAWAY} # {n}")[:2], time.perf_counter() - began))
    crowd = [threading.Thread(target=runaway, args=(n,)) for n in range(30)]
    for thread in crowd:
        thread.start()
    time.sleep(0.3)
    for n in range(5):
        began = time.perf_counter()
        status, _, body = ask(server, f"SELECT ?o {{ <http://x/s{n}> ?p ?o }}")
        assert status == 200 and f"第 {n} 行".encode() in body and time.perf_counter() - began < 1.0
    for thread in crowd:
        thread.join()
    assert {s for s, _, _ in answers} == {503, 504}
    # not at once: who asks again at once would leave others no time
    assert all("retry-after" in h and took >= pool._REFUSING for s, h, took in answers if s == 503)


def test_limits_are_told(server: str) -> None:
    status, headers, body = ask(server, "SELECT ?s { ?s <http://x/p> ?o }", more="max-rows=10")
    assert status == 200 and headers["x-kg-truncated"] == "rows; limit=10"
    assert len(json.loads(body)["results"]["bindings"]) == 10
    headers = ask(server, "SELECT ?s { ?s <http://x/p> ?o } LIMIT 10", more="max-rows=10")[1]
    assert "x-kg-truncated" not in headers and headers["x-kg-row-limit"] == "10"


def resident_peak(server: str) -> int:
    """The most bytes that the server's own process has held so far."""
    port = server.rpartition(":")[2]
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if b"--port" in words and words[words.index(b"--port") + 1] == port.encode():
                status = dict(line.split(":", 1) for line in (entry / "status").read_text().splitlines())
                return 1024 * int(status["VmHWM"].split()[0])
    raise LookupError(server)


@pytest.mark.slow
def test_memory_stays_flat_with_many_large_downloads(store: Path) -> None:
    query = "SELECT * { ?a <http://x/p> ?c . VALUES ?n { 1 2 3 4 5 6 7 } }"
    sizes: list[int] = []

    def load(n: int) -> None:
        sizes.append(len(ask(server, f"{query} # {n}", Accept="application/sparql-results+json")[2]))
    with serving(store) as server:
        ask(server, "ASK {}")
        before = resident_peak(server)
        crowd = [threading.Thread(target=load, args=(n,)) for n in range(16)]
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
        assert min(sizes) > 15_000_000 and len(sizes) == 16
        assert resident_peak(server) - before < 60_000_000, "whole answers were held"


def test_chinese_without_escapes_in_an_address(server: str) -> None:
    host, _, port = server.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port))) as client:
        query = urllib.parse.quote("SELECT (STRLEN(\"") + "節能" + urllib.parse.quote("\") AS ?n) {}")
        line = f"GET /sparql?format=csv&query={query} HTTP/1.1"
        client.sendall(f"{line}\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"n\r\n2\r\n")


def test_kept_answers(server: str, store: Path) -> None:
    query = "SELECT ?o { <http://x/s7> ?p ?o }"
    status, headers, body = ask(server, query)
    assert status == 200 and ask(server, query)[1]["etag"] == headers["etag"]
    assert ask(server, query, If_None_Match=headers["etag"])[::2] == (304, b"")
    assert ask(server, query, Accept="text/csv")[1]["etag"] != headers["etag"]
    large = "SELECT * { ?s <http://x/p> ?o }"
    assert ask(server, large)[2] == ask(server, large)[2] != b""
    packed = ask(server, large, Accept_Encoding="gzip")
    assert packed[1]["content-encoding"] == "gzip" and gzip.decompress(packed[2]) == ask(server, large)[2]
    again = ask(server, large, Accept_Encoding="gzip")
    assert again[1]["content-encoding"] == "gzip" and again[2] == packed[2]
    assert "etag" not in ask(server, "SELECT (RAND() AS ?r) {}")[1]
    tiny_graph.publish(store, extra=[ox.Triple(
        ox.NamedNode("http://x/s7"), ox.NamedNode("http://x/p"), ox.Literal("a new version"))])
    status, now, body = ask(server, query, If_None_Match=headers["etag"])
    assert status == 200 and b"a new version" in body and now["etag"] != headers["etag"]


def test_methods_and_cors(server: str) -> None:
    status, headers, body = ask(server, "ASK {}", method="HEAD")
    assert (status, body) == (200, b"") and int(headers["content-length"]) > 10
    status, headers, _ = ask(server, "", method="OPTIONS")
    assert status == 405 or status == 204
    status, headers, _ = ask(server, "", path="/sparql", method="OPTIONS")
    assert status == 204 and "GET" in headers["allow"] and headers["access-control-allow-origin"] == "*"
    status, headers, _ = ask(server, "ASK {}", method="PUT")
    assert status == 405 and "POST" in headers["allow"]
    assert ask(server, "ASK {}", path="/sparql/")[0] == 200
    for path in ("/sparql", "/", "/.well-known/void"):
        headers = ask(server, "", path=path)[1]
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_pages_beside_sparql(server: str) -> None:
    status, headers, body = ask(server, "SELECT ?o { <http://x/s7> ?p ?o }", Accept="text/html")
    assert status == 200 and headers["content-type"].startswith("text/html") and b"<table" in body
    assert ask(server, "", path="/")[0] == 200
    assert json.loads(ask(server, "", path="/no/such/page")[2])["error"]["code"] == "http-404"
