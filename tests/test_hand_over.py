"""The shards load with other stores' own bulk loaders, and the canned queries answer there with the same rows."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from live import free_port
from test_remote import GRAPH, INI, running

from kg.backup import hand_over
from kg.catalog import load
from kg.store import VersionedStore
from kg.store.remote import RemoteStore

pytestmark = pytest.mark.slow
#: queries without parameters
QUERIES = (
    "coverage", "adoption-by-ministry", "declared-counts", "documents-overview", "recommendations-unanswered",
    "measures-without-lead", "links-by-confidence",
)


@pytest.fixture(scope="module")
def shards(sample_store: VersionedStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handed") / "shards"
    hand_over(sample_store, str(folder))
    return folder


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


@pytest.mark.parametrize("name", ["oxigraph", "virtuoso"])
def test_all_triples_and_the_same_rows(
    name: str, sample_store: VersionedStore, request: pytest.FixtureRequest
) -> None:
    remote: RemoteStore = request.getfixturevalue(name)
    local = sample_store.open()
    assert len(remote) == len(local)
    catalog = load()
    for query in (catalog[q] for q in QUERIES):
        text = query.bind(query.terms({}, local))

        def rows(store: object, text: str = text) -> list[list[str]]:
            # Virtuoso writes ? for a separator that is not ASCII
            found = store.query(text)  # type: ignore[attr-defined]
            return sorted([str(getattr(t, "value", "") or "").replace("、", "?") for t in row] for row in found)
        assert rows(remote) == rows(local), query.name
