"""``kg serve`` as a person starts it: a real server on a free port of this machine."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import tiny_graph
from click.testing import CliRunner
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from kg import ids
from kg.cli import main
from kg.names import ID
from kg.web.entity import href

OWN = """#+ title: {zh: 自訂, en: Own}
#+ description: {zh: 自訂的查詢。, en: A query of one's own.}
#+ columns:
#+   label: {zh: 名稱, en: Name}
SELECT ?label WHERE { ?m a pol:Measure ; skos:prefLabel ?label } ORDER BY ?label
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(url: str, accept: str = "*/*") -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}), timeout=10) as response:
            return response.status, response.headers.get_content_type(), response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get_content_type(), error.read()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("store")
    tiny_graph.publish(folder)
    own = folder / "own"
    own.mkdir()
    (own / "own-measures.rq").write_text(OWN, encoding="utf-8")
    port = free_port()
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "kg", "serve", "--store", str(folder), "--port", str(port), "--queries",
             str(own)],
            cwd=tiny_graph.ROOT, stdout=out, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(tiny_graph.ROOT)},
        )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            if process.poll() is not None:
                break
            try:
                if get(base + "/healthz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail("the server did not answer: " + log.read_text(encoding="utf-8"))
        assert process.poll() is None, log.read_text(encoding="utf-8")
        yield base
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def test_pages(server: str) -> None:
    for path in ("/", "/queries", "/sparql", "/queries/measures-of-ministry", "/static/style.css"):
        status, kind, body = get(server + path, "text/html,*/*;q=0.1")
        assert status == 200 and body and kind in ("text/html", "text/css"), path
    status, _, body = get(server + "/nowhere")
    assert status == 404 and json.loads(body)["error"]["code"] == "http-404"


@pytest.mark.parametrize("name", tiny_graph.ODD_NAMES)
def test_odd_names_through_the_real_server(server: str, name: str) -> None:
    iri = ids.named("pol:Program", name)
    for path in ("/id/" + quote(iri[len(ID):], safe="/%"), href(iri)):
        status, _, body = get(server + path, "application/n-triples")
        assert status == 200 and f"<{iri}>" in body.decode(), path


def test_a_folder_of_queries_is_added(server: str) -> None:
    status, _, body = get(server + "/queries/own-measures.json")
    assert status == 200 and [row["label"] for row in json.loads(body)["rows"]] == ["推廣晶片教育", "發展太空零件"]
    assert b"own-measures" in get(server + "/openapi.json")[2]


def test_rdflib_reads_the_endpoint(server: str) -> None:
    store = SPARQLStore(server + "/sparql", returnFormat="json")
    rows = store.query("SELECT ?l { ?s a pol:Measure ; skos:prefLabel ?l } ORDER BY ?s", initNs={
        "pol": "https://w3id.org/policy-kg/ontology#", "skos": "http://www.w3.org/2004/02/skos/core#",
    })
    assert [str(r[0]) for r in rows] == ["發展太空零件", "推廣晶片教育"]


def test_post_and_errors(server: str) -> None:
    body = urlencode({"query": "ASK { ?s a pol:Measure }"}).encode()
    with urllib.request.urlopen(server + "/sparql", data=body, timeout=10) as response:
        assert json.loads(response.read())["boolean"] is True
    request = urllib.request.Request(server + "/sparql", data=b"x" * 1_100_000,
                                     headers={"Content-Type": "application/sparql-query"})
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=10)
    with error.value:
        assert error.value.code == 413 and json.loads(error.value.read())["error"]["code"] == "too-large"


def test_no_graph_and_a_taken_port_are_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["serve", "--store", str(tmp_path / "none")])
    assert result.exit_code == 2 and "kg build" in result.output
    tiny_graph.publish(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(main, ["serve", "--store", str(tmp_path), "--port", port])
    assert result.exit_code == 2 and port in result.output and "--port" in result.output


def test_ask_on_the_command_line(tmp_path: Path) -> None:
    tiny_graph.publish(tmp_path)

    def ask(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["ask", "--store", str(tmp_path), *words])
        return result.exit_code, result.output

    assert "budget-lines" in ask()[1]
    code, out = ask("measures-of-ministry", "-p", "ministry=示範部", "--format", "json")
    assert code == 0 and {r["role"] for r in json.loads(out)} == {"主辦 lead", "協辦 partner"}
    assert ask("measures-of-ministry", "--format", "csv")[1].splitlines()[0].startswith("ministry,")
    assert ask("measures-of-ministry", "--format", "gexf")[1].startswith("<?xml")
    assert "VALUES ?ministry" in ask("measures-of-ministry", "-p", "ministry=示範部", "--format", "rq")[1]
    assert "3 列 rows" in ask("measures-of-ministry")[1]
    assert ask("nope")[0] == ask("budget-lines", "-p", "year")[0] == ask("budget-lines", "-p", "year=x")[0] == 2
    assert ask("budget-lines", "--format", "gexf", "-o", str(tmp_path / "x.gexf"))[0] == 0
    assert (tmp_path / "x.gexf").read_text(encoding="utf-8").startswith("<?xml")
