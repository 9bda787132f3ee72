"""The W3C's tests of the SPARQL 1.1 Protocol, run against a live server.

The manifest stands beside the checkout (``../shared/w3c-sparql11-protocol``); without it the tests are skipped.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import tiny_graph
from live import serving

FOLDER = Path(__file__).parents[2] / "shared" / "w3c-sparql11-protocol"
MANIFEST = FOLDER / "manifest.ttl"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = rdflib.Namespace("http://www.w3.org/2011/http#")
CNT = rdflib.Namespace("http://www.w3.org/2011/content#")
TOKEN = "a-token-of-the-tests"
#: test -> why its outcome is another one here
DEVIATIONS: dict[str, str] = {}
ENCODINGS = {"UTF-8": "utf-8", "UTF-16": "utf-16", "utf-8": "utf-8", "utf-16": "utf-16"}


def listed() -> list[tuple[str, Any, rdflib.Graph | None]]:
    if not MANIFEST.is_file():
        return [("absent", None, None)]
    graph = rdflib.Graph().parse(MANIFEST)
    return [(str(t).rpartition("#")[2], t, graph) for t in sorted(graph.subjects(rdflib.RDF.type, MF.ProtocolTest))]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("store")
    store = tiny_graph.publish(folder)
    with store.lock():
        prepared = store.prepare()
        graph = ox.Store(str(prepared / "graph"))
        for n in (1, 2, 3):
            name = ox.NamedNode(f"http://kasei.us/2009/09/sparql/data/data{n}.rdf")
            graph.load(path=str(FOLDER / f"data{n}.nt"), to_graph=name)
        graph.flush()
        del graph
        (prepared / "report.json").write_text(json.dumps({"documents": [], "triples": 3}))
        store.publish(prepared)
    with serving(folder, KG_TOKEN=TOKEN) as address:
        yield address.removeprefix("http://")


@pytest.mark.parametrize(("name", "test", "graph"), listed(), ids=[t[0] for t in listed()])
def test_protocol(name: str, test: Any, graph: rdflib.Graph | None, request: pytest.FixtureRequest) -> None:
    if graph is None:
        pytest.skip("no W3C protocol tests in ../shared/w3c-sparql11-protocol")
    if name in DEVIATIONS:
        pytest.xfail(DEVIATIONS[name])
    server = request.getfixturevalue("server")
    action = graph.value(test, MF.action)
    for wanted in graph.items(graph.value(action, HT.requests)):
        send(server, graph, wanted)


def send(server: str, graph: rdflib.Graph, wanted: Any) -> None:
    """Sends one request of a test and holds the answer against what is expected."""
    def text(node: Any, name: Any) -> str:
        return str(graph.value(node, name) or "")

    headers = {}
    fields = graph.value(wanted, HT.headers)
    for header in graph.items(fields) if fields else []:
        headers[text(header, HT.fieldName)] = text(header, HT.fieldValue)
    content = graph.value(wanted, HT.body)
    body = b""
    if content is not None:
        body = text(content, CNT.chars).encode(ENCODINGS[text(content, CNT.characterEncoding) or "UTF-8"])
    if "update" in text(wanted, HT.absolutePath) + str(body) + str(headers):
        headers["Authorization"] = f"Bearer {TOKEN}"
    connection = http.client.HTTPConnection(server, timeout=20)
    connection.putrequest(text(wanted, HT.methodName), text(wanted, HT.absolutePath), skip_accept_encoding=True)
    for key, value in (headers | {"Content-Length": str(len(body))}).items():
        connection.putheader(key, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    expected = graph.value(wanted, HT.resp)
    classes = {str(s).rpartition("StatusCode")[2][:1] for s in graph.objects(expected, MF.expectedStatus)}
    assert str(answer.status)[0] in classes, (answer.status, data[:500])
    kind = answer.headers.get_content_type()
    if (boolean := graph.value(expected, MF.expectedBoolean)) is not None:
        assert json.loads(data)["boolean"] is boolean.toPython()
    if (form := text(expected, MF.expectedFormat)) == "RDF":
        rdflib.Graph().parse(data=data, format=kind)
    elif form:
        assert kind in ("application/sparql-results+json", "application/sparql-results+xml", "text/csv")
    for kind_node in graph.objects(expected, HT.headers):
        for header in graph.items(kind_node):
            assert text(header, HT.fieldName)
