"""Any SPARQL 1.1 server as the store: the same rows from it as from the embedded store."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import tiny_graph
from live import free_port, reachable
from same_rows import bag, queries, texts

import kg
from kg.names import sparql_prefixes
from kg.notebook import Rows
from kg.store import StoreError
from kg.store.remote import RemoteStore, RemoteVersions, open_versions
from kg.web import create_app

GRAPH = "https://w3id.org/policy-kg/graph/all"
INI = """[Database]
DatabaseFile = {0}/virtuoso.db
ErrorLogFile = {0}/virtuoso.log
LockFile = {0}/virtuoso.lck
TransactionFile = {0}/virtuoso.trx
xa_persistent_file = {0}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {0}/virtuoso-temp.db
TransactionFile = {0}/virtuoso-temp.trx
[Parameters]
ServerPort = {1}
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = .
[HTTPServer]
ServerPort = {2}
ServerThreads = 5
[SPARQL]
ResultSetMaxRows = 100000
"""


@contextlib.contextmanager
def running(command: list[str], port: int, seconds: float) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        reachable(port, seconds, process)
        yield
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteStore]:
    program = shutil.which("oxigraph") or shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if not program:
        pytest.skip("no oxigraph (pip install oxigraph)")
    port = free_port()
    folder = str(tmp_path_factory.mktemp("oxigraph"))
    with running([program, "serve", "-l", folder, "-b", f"127.0.0.1:{port}"], port, 20):
        yield RemoteStore(f"http://127.0.0.1:{port}/query")


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteStore]:
    program = shutil.which("virtuoso-t")
    if not program:
        pytest.skip("no virtuoso (apt install virtuoso-opensource)")
    folder = tmp_path_factory.mktemp("virtuoso")
    sql, web = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(INI.format(folder, sql, web))
    isql = shutil.which("isql-vt") or shutil.which("isql-virtuoso")
    with running([program, "+foreground", "+configfile", str(folder / "virtuoso.ini"), "+wait"], web, 60):
        if isql:
            grants = "grant SPARQL_UPDATE to \"SPARQL\"; DB.DBA.RDF_DEFAULT_USER_PERMS_SET ('nobody', 7);"
            command = [isql, str(sql), "dba", "dba", f"EXEC={grants}"]
            subprocess.run(command, check=True, capture_output=True, timeout=60)
        yield RemoteStore(f"http://127.0.0.1:{web}/sparql", graph=GRAPH)


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def remote(request: pytest.FixtureRequest) -> RemoteStore:
    store: RemoteStore = request.getfixturevalue(request.param)
    local = tiny_graph.store()
    assert store.replace(local) == len(local)
    return store


def test_the_whole_graph_arrives(remote: RemoteStore) -> None:
    assert len(remote) == len(tiny_graph.store())
    assert remote.replace(tiny_graph.store()) == len(remote), "sent again, it is still there once"


@pytest.fixture(scope="module")
def local() -> ox.Store:
    return tiny_graph.store()


@pytest.mark.parametrize("name", queries())
def test_canned_queries_give_the_same_rows(remote: RemoteStore, local: ox.Store, name: str) -> None:
    for text in texts(queries()[name], local):
        assert bag(remote, text) == bag(local, text)


@pytest.mark.parametrize("expression", [
    'CONCAT("推得：", ?label)', "CONCAT('、', ?label, '（部）')", 'STR("推")',
    'IF(STR(?label) IN ("測試部", "無"), "是", "否")', 'ENCODE_FOR_URI("推")', 'CONCAT(?label, "\\u3001")', 'MD5("推")',
    'CONCAT(STR(?label), COALESCE(?none, "無"))', 'STRLANG("推", "zh")', 'STRLEN("推得")',
    'STRBEFORE(STR(?label), "試")', 'CONCAT("推", "a"@en)',
])
def test_chinese_constants_in_a_query(remote: RemoteStore, local: ox.Store, expression: str) -> None:
    query = f'SELECT ?x {{ ?b skos:prefLabel ?label FILTER(CONTAINS(?label, "部")) BIND({expression} AS ?x) }}'
    found = bag(remote, query)
    assert found
    assert found == bag(local, sparql_prefixes() + query)


@pytest.mark.parametrize("aggregate", [
    'GROUP_CONCAT(DISTINCT ?label; SEPARATOR="、")', 'GROUP_CONCAT(DISTINCT ?label)',
    'GROUP_CONCAT(?label; separator = " ")', 'GROUP_CONCAT(CONCAT("（", STR(?label), "）"); SEPARATOR = "；")',
    "GROUP_CONCAT(STR(STRLEN(?label)); SEPARATOR='\\u3001\\t')",
])
def test_chinese_separators(remote: RemoteStore, local: ox.Store, aggregate: str) -> None:
    query = f"SELECT ({aggregate} AS ?x) {{ ?b a pol:Ministry ; skos:prefLabel ?label FILTER(LANG(?label) != 'en') }}"
    assert bag(remote, query) == bag(local, sparql_prefixes() + query)


def test_reading_methods(remote: RemoteStore, local: ox.Store) -> None:
    quad = next(local.quads_for_pattern(None, None, None))
    assert quad in remote
    first, second, third = quad.triple
    for s, p, o in ((first, None, None), (None, second, None), (first, second, third)):
        key = [str(q.triple).lower() for q in remote.quads_for_pattern(s, p, o)]
        assert sorted(key) == sorted(str(q.triple).lower() for q in local.quads_for_pattern(s, p, o))


def test_pages_sparql_and_notebook(remote: RemoteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_REMOTE_GRAPH", remote.graph)
    client = create_app(remote.address).test_client()
    query = 'SELECT ?l { ?m a pol:Measure ; pol:textSearch "太空" ; skos:prefLabel ?l }'
    answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
    assert answer.status_code == 200 and "發展太空零件" in answer.get_data(as_text=True)
    page = client.get("/sparql", query_string={"query": query, "format": "html"})
    assert "發展太空零件" in page.get_data(as_text=True)
    assert client.get("/sparql", query_string={"query": "SELECT"}).status_code == 400
    assert client.get("/queries").status_code == 200
    found = kg.connect(remote.address).query(query)
    assert isinstance(found, Rows) and len(found) == 1


def test_nobody_there() -> None:
    versions = open_versions(f"http://127.0.0.1:{free_port()}/query")
    assert isinstance(versions, RemoteVersions)
    with pytest.raises(StoreError):
        versions.require()
    with pytest.raises(StoreError):
        RemoteStore(f"http://127.0.0.1:{free_port()}/query").replace(tiny_graph.store())
