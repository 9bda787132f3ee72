"""Descriptions, the graph store and updates behind the token, against a live server; clients of other makers."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
import tiny_graph
from live import serving

from kg import search
from kg.names import ID, POL
from kg.service import vocabulary
from kg.store import VersionedStore

TOKEN = "a-token-of-the-tests"
G = "http://example.org/graph"
TRIPLE = b"<http://example.org/s> <http://example.org/p> <o> ."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("store")
    version = tiny_graph.publish(folder).require()
    vocabulary.write(tiny_graph.store(), version.path)
    search.build(tiny_graph.store(), version.path)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    with serving(folder, KG_TOKEN=TOKEN) as address:
        yield address


def send(url: str, method: str = "GET", data: bytes | None = None, **headers: str) -> tuple[int, bytes, str]:
    request = urllib.request.Request(url, data, {k.replace("_", "-"): v for k, v in headers.items()}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read(), answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers.get_content_type()


BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_graph_store(server: str) -> None:
    url = f"{server}/rdf-graph-store?graph={G}"
    assert send(url)[0] == 404
    assert send(url, "PUT", TRIPLE, Content_Type="text/turtle")[0] == 401
    assert send(url, "PUT", TRIPLE, Content_Type="text/turtle", Authorization="Bearer wrong-wrong-wrong-w")[0] == 401
    assert send(url, "PUT", TRIPLE, Content_Type="text/turtle", **BEARER)[0] == 201
    status, body, kind = send(url, Accept="application/n-triples")
    assert (status, kind) == (200, "application/n-triples") and b"<http://example.org/o>" in body
    assert send(url, "POST", TRIPLE.replace(b"/p>", b"/q>"), Content_Type="text/turtle", **BEARER)[0] == 204
    assert len(rdflib.Graph().parse(data=send(url)[1], format="turtle")) == 2
    assert send(url, "PUT", b"not turtle", Content_Type="text/turtle", **BEARER)[0] == 400
    assert send(url, "PUT", TRIPLE, Content_Type="image/png", **BEARER)[0] == 415
    assert send(url, "HEAD")[:2] == (200, b"")
    assert send(url, "DELETE", **BEARER)[0] == 204 and send(url)[0] == 404
    assert send(url, "DELETE", **BEARER)[0] == 404
    assert send(f"{server}/rdf-graph-store")[0] == 400 == send(f"{server}/rdf-graph-store?graph=x")[0]
    body = send(f"{server}/rdf-graph-store?default", Accept="application/n-triples")[1]
    assert len(rdflib.Graph().parse(data=body, format="nt")) == len(tiny_graph.store())


def update(server: str, text: str, **headers: str) -> tuple[int, bytes, str]:
    return send(f"{server}/sparql", "POST", text.encode(), Content_Type="application/sparql-update", **headers)


def test_updates_need_the_token_and_never_load(server: str, folder: Path) -> None:
    insert = "INSERT DATA { <http://example.org/a> skos:prefLabel '新加的節能標籤' }"
    before = VersionedStore(folder).require().name
    assert update(server, insert)[0] == 401 and VersionedStore(folder).require().name == before
    service = "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"
    for text in ("LOAD <http://127.0.0.1:1/x>", service):
        status, body, _ = update(server, text, **BEARER)
        assert status == 400 and json.loads(body)["error"]["code"] == "refused"
    assert update(server, "INSERT DATA {", **BEARER)[0] == 400 and VersionedStore(folder).require().name == before
    assert update(server, insert, **BEARER)[0] == 204
    query = urllib.parse.quote("SELECT ?x { ?x pol:textSearch '節能標籤' }")
    assert b"http://example.org/a" in send(f"{server}/sparql?query={query}")[1]


def test_without_a_token_nothing_is_written(folder: Path) -> None:
    with serving(folder) as address:
        assert update(address, "DROP ALL")[0] == 403 == update(address, "DROP ALL", Authorization="Bearer ")[0]
        assert send(f"{address}/rdf-graph-store?default", "DELETE", Authorization="Bearer ")[0] == 403


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize("accept", [
    "text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples",
])
def test_descriptions(server: str, accept: str) -> None:
    def graph(path: str) -> rdflib.Graph:
        status, body, kind = send(server + path, Accept=accept)
        assert (status, kind) == (200, accept)
        return rdflib.Graph().parse(data=body, format=accept)
    service = graph("/sparql")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    assert (rdflib.URIRef(f"{server}/sparql"), sd.supportedLanguage, sd.SPARQL11Query) in service
    assert (rdflib.URIRef(f"{server}/sparql"), sd.propertyFeature, rdflib.URIRef(f"{POL}textSearch")) in service
    assert (rdflib.URIRef(f"{server}/sparql"), sd.supportedLanguage, sd.SPARQL11Update) in service, "it has a token"
    void = graph("/.well-known/void")
    parts = {str(c) for c in void.objects(None, rdflib.VOID["class"])}
    assert POL + "Measure" in parts and POL + "leadBy" in {str(p) for p in void.objects(None, rdflib.VOID.property)}
    found = graph("/sparql/examples")
    executable = set(found.subjects(rdflib.RDF.type, rdflib.SH.SPARQLExecutable))
    assert len(executable) >= 10 and "pol" in {str(p) for p in found.objects(None, rdflib.SH.prefix)}


def test_rdflib_client(server: str) -> None:
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    graph = rdflib.Graph(SPARQLStore(f"{server}/sparql"))
    assert len(list(graph.query("SELECT ?m { ?m a pol:Measure }"))) == 2
    assert (rdflib.URIRef(f"{ID}body/測試部"), rdflib.RDF.type, rdflib.URIRef(POL + "Ministry")) in graph


def test_sparqlwrapper(server: str) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper")
    for method in (wrapper.GET, wrapper.POST):
        client = wrapper.SPARQLWrapper(f"{server}/sparql")
        client.setMethod(method)
        client.setReturnFormat(wrapper.JSON)
        client.setQuery("SELECT ?m { ?m a pol:Measure }")
        assert len(client.queryAndConvert()["results"]["bindings"]) == 2
        client.setReturnFormat(wrapper.TURTLE)
        client.setQuery("CONSTRUCT { ?m a pol:Measure } WHERE { ?m a pol:Measure }")
        assert len(rdflib.Graph().parse(data=client.queryAndConvert(), format="turtle")) == 2


def test_pandas(server: str) -> None:
    pandas = pytest.importorskip("pandas")
    query = urllib.parse.quote("SELECT ?y ?v { ?t pol:ofYear ?y ; pol:value ?v } ORDER BY ?y")
    table = pandas.read_csv(f"{server}/sparql?format=csv&query={query}")
    assert list(table["y"]) == [2030, 2035]


def test_oxigraph_program_reads_a_download(server: str, tmp_path: Path) -> None:
    program = shutil.which("oxigraph") or shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if not program:
        pytest.skip("no oxigraph (pip install oxigraph)")
    file = tmp_path / "graph.ttl"
    file.write_bytes(send(f"{server}/rdf-graph-store?default", Accept="text/turtle")[1])
    subprocess.run([program, "load", "-l", str(tmp_path / "db"), "-f", str(file)], check=True, capture_output=True)
    found = subprocess.run(
        [program, "query", "-l", str(tmp_path / "db"), "--results-format", "csv", "-q",
         f"SELECT ?m {{ ?m a <{POL}Measure> }}"], check=True, capture_output=True, text=True,
    ).stdout
    assert len(io.StringIO(found).readlines()) == 3
