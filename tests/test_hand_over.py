"""The shards load with other stores' own bulk loaders, and every canned query answers there with the same rows.

On the samples, and on the real documents where they are beside the repository.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from live import free_port
from same_rows import bag, queries, texts
from test_remote import GRAPH, INI, running

from kg.backup import hand_over
from kg.build import build
from kg.store import VersionedStore
from kg.store.remote import RemoteStore

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["samples", "seeds"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> VersionedStore:
    if request.param == "samples":
        store: VersionedStore = request.getfixturevalue("sample_store")
        return store
    store = VersionedStore(tmp_path_factory.mktemp("seeds") / "store")
    report = build(sorted(request.getfixturevalue("seeds").glob("*.txt")), store)
    assert report.ok, report.failed
    return store


@pytest.fixture(scope="module")
def shards(built: VersionedStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handed") / "shards"
    hand_over(built, str(folder))
    return folder


@pytest.fixture(scope="module")
def local(built: VersionedStore) -> ox.Store:
    return built.open()


@pytest.fixture(scope="module")
def oxigraph(shards: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteStore]:
    program = shutil.which("oxigraph") or shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if not program:
        pytest.skip("no oxigraph (pip install oxigraph)")
    folder = tmp_path_factory.mktemp("oxigraph")
    files = []
    for path in sorted(shards.rglob("*.nt.gz")):
        files.append(str(folder / path.stem))
        Path(files[-1]).write_bytes(gzip.decompress(path.read_bytes()))
    subprocess.run([program, "load", "--location", str(folder / "store"), "--file", *files], check=True,
                   capture_output=True, timeout=120)
    port = free_port()
    with running([program, "serve-read-only", "-l", str(folder / "store"), "-b", f"127.0.0.1:{port}"], port, 30):
        yield RemoteStore(f"http://127.0.0.1:{port}/query")


@pytest.fixture(scope="module")
def virtuoso(shards: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteStore]:
    program, isql = shutil.which("virtuoso-t"), shutil.which("isql-vt") or shutil.which("isql-virtuoso")
    if not program or not isql:
        pytest.skip("no virtuoso (apt install virtuoso-opensource)")
    folder = tmp_path_factory.mktemp("virtuoso")
    sql, web = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(
        INI.replace("DirsAllowed = .", f"DirsAllowed = {shards}").format(folder, sql, web))
    commands = f"ld_dir_all ('{shards}', '*.nt.gz', '{GRAPH}'); rdf_loader_run (); checkpoint;"
    with running([program, "+foreground", "+configfile", str(folder / "virtuoso.ini"), "+wait"], web, 60):
        subprocess.run([isql, str(sql), "dba", "dba", f"EXEC={commands}"], check=True, capture_output=True,
                       timeout=300)
        yield RemoteStore(f"http://127.0.0.1:{web}/sparql", graph=GRAPH)


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def remote(request: pytest.FixtureRequest, shards: Path) -> RemoteStore:
    store: RemoteStore = request.getfixturevalue(request.param)
    return store


def test_all_triples_arrive(remote: RemoteStore, local: ox.Store) -> None:
    assert len(remote) == len(local)


@pytest.mark.parametrize("name", queries())
def test_every_canned_query_gives_the_same_rows(remote: RemoteStore, local: ox.Store, name: str) -> None:
    for text in texts(queries()[name], local):
        assert bag(remote, text) == bag(local, text)
