"""A version of the graph out of shards: load, decisions about facts, authority files, derived facts, links, index.

What each whole-graph pass adds is kept beside the graph (``passes/NAME.nt.gz``): a later version that
differs in a few documents is made from the difference (see :mod:`kg.grow`), and the passes are handed
to other stores like documents' shards.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox

from kg import __version__, ids, judged, search
from kg.authority_graph import authority_triples, named_in
from kg.decisions import Decisions
from kg.derive import derived_triples
from kg.link.graph import link_lines
from kg.link.model import Model
from kg.names import expand
from kg.pipeline import DocumentReport
from kg.processor import give_back
from kg.rdf import node
from kg.rules import rules_hash
from kg.service import vocabulary
from kg.shards import ENDING, DamagedShard, read_lines, stream_parts, unpack, write_sorted
from kg.store import StoreError, VersionedStore

#: called with (what happens, how many done, of how many)
Progress = Callable[[str, int, int], None]
#: bytes of N-Triples that are loaded at once: the store's loader needs about ten times as much memory
PORTION = 24 * 2**20
PASSES = ("documents", "facts", "authority", "derived", "links")
#: what decisions about facts have taken out of a version
REMOVED = "removed"


class Clock:
    """Seconds per step."""

    def __init__(self, into: dict[str, float]) -> None:
        self.into = into
        self.at = time.perf_counter()

    def lap(self, step: str) -> None:
        """The time since the last lap belongs to this step."""
        now = time.perf_counter()
        self.into[step] = round(self.into.get(step, 0.0) + now - self.at, 3)
        self.at = now


@dataclass(slots=True)
class Job:
    """What a version is made of."""

    store: VersionedStore
    documents: list[DocumentReport]
    #: the hash in the name of the documents' shards
    rules: str
    identity: str
    decisions: Decisions
    model: Model
    progress: Progress
    clock: Clock
    #: processes that make the links
    jobs: int = 1
    ended: str = field(default_factory=lambda: now())  # noqa: PLW0108 - defined below

    def shard(self, key: str) -> Path:
        """The file of a document's shard."""
        return self.store.shards / f"{key}-{self.rules}{ENDING}"

    def damaged(self, path: Path, error: Exception) -> StoreError:
        """Removes a damaged shard, so that the next build makes it anew; the error to raise."""
        path.unlink(missing_ok=True)
        return StoreError(
            f"{path}：暫存檔已損壞，現已移除，請重新 kg build "
            f"(the file was damaged and is removed; build again: {error})"
        )


def now() -> str:
    """The time, as it stands in reports and in the graph."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def load_lines(target: ox.Store, parts: Iterable[bytes]) -> None:
    """Loads N-Triples that come in parts of whole lines; :data:`PORTION` bytes at once, so that memory is bounded."""
    held: list[bytes] = []
    size = 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= PORTION:
            target.bulk_load(b"".join(held), format=ox.RdfFormat.N_TRIPLES)
            held, size = [], 0
    target.bulk_load(b"".join(held), format=ox.RdfFormat.N_TRIPLES)


def _shards(job: Job) -> Iterator[bytes]:
    """The documents' shards, unpacked. Raises StoreError for one that is damaged, which is removed."""
    for n, document in enumerate(job.documents, 1):
        path = job.shard(document.key)
        try:
            text = unpack(path.read_bytes(), path.name)
            if not text.endswith(b" .\n"):
                raise DamagedShard(f"{path.name}: ends within a line")
        except (OSError, DamagedShard) as error:
            raise job.damaged(path, error) from error
        yield text
        job.progress("載入 load", n, len(job.documents))


def load_shards(target: ox.Store, job: Job) -> None:
    """Loads all documents' shards. Raises StoreError for one that is damaged, which is removed."""
    try:
        load_lines(target, _shards(job))
    except SyntaxError as error:
        # well packed, but not N-Triples: find it
        for document in job.documents:
            path = job.shard(document.key)
            try:
                for _ in ox.parse(unpack(path.read_bytes(), path.name), format=ox.RdfFormat.N_TRIPLES):
                    pass
            except (DamagedShard, SyntaxError) as found:
                raise job.damaged(path, found) from error
        raise


def assemble(version: Path, job: Job) -> int:
    """Fills a new version from nothing; returns its number of triples. The graph is closed on return.

    Raises StoreError for a damaged shard and ModelError for a link model that cannot be used.
    """
    (version / "passes").mkdir()
    graph = str(version / "graph")
    load_shards(ox.Store(graph), job)
    # what loading held in memory went with its handle
    give_back()
    target = ox.Store(graph)
    change = judged.changes(target, job.decisions)
    keep(version, REMOVED, change.removed)
    for triple in change.removed:
        target.remove(ox.Quad(*triple))
    steps: tuple[tuple[str, str, Callable[[], Iterable[bytes]]], ...] = (
        ("documents", "load", lambda: _lines(document_triples(job))),
        ("facts", "load", lambda: _lines(change.added)),
        ("authority", "load", lambda: _lines(authority_triples(named_in(target)))),
        ("derived", "derive", lambda: _lines(t for t in derived_triples(target) if t not in change.removed)),
        # the comparison has no need of the graph, whose handle holds much memory
        ("links", "link", lambda: links_of(version / "graph", job)),
    )
    for n, (name, step, lines) in enumerate(steps):
        job.progress(f"整體步驟 pass: {name}", n, len(steps) + 2)
        if closed := name == "links":
            target.flush()
            del target
            give_back()
        # each reads the graph with what the ones before have added, and is written only when it is whole
        written = keep_lines(version, name, lines())
        if closed:
            give_back()
            target = ox.Store(graph)
        load_lines(target, stream_parts(written))
        job.clock.lap(step)
    job.progress("整理 optimize", len(steps), len(steps) + 2)
    target.flush()
    target.optimize()
    del target
    give_back()
    target = ox.Store.read_only(graph)
    job.clock.lap("optimize")
    job.progress("索引 index", len(steps) + 1, len(steps) + 2)
    vocabulary.write(target, version)
    search.build(target, version)
    job.clock.lap("index")
    return len(target)


def pass_file(version: Path, name: str) -> Path:
    """The file with what a pass has added to a version."""
    return version / "passes" / f"{name}{ENDING}"


def keep(version: Path, name: str, triples: Iterable[ox.Triple]) -> Path:
    """Keeps what a pass has added; returns the file."""
    return keep_lines(version, name, _lines(triples))


def keep_lines(version: Path, name: str, lines: Iterable[bytes]) -> Path:
    """The same for triples that are written already, each line with its end."""
    path = pass_file(version, name)
    write_sorted(lines, path)
    return path


def _lines(triples: Iterable[ox.Triple]) -> Iterator[bytes]:
    return (f"{t} .\n".encode() for t in triples)


def links_of(target: ox.Store | Path, job: Job) -> Iterator[bytes]:
    """The lines of the links of a graph, open or in a folder. Raises ModelError."""
    return link_lines(target, job.decisions, job.model, job.progress, job.jobs)


def kept(version: Path, name: str) -> set[bytes]:
    """The lines that a pass has added to a version. Raises StoreError."""
    path = pass_file(version, name)
    try:
        return set(read_lines(path))
    except (OSError, DamagedShard) as error:
        raise StoreError(f"{path}：讀不出來，請重新 kg build (cannot be read: {error}; build again)") from error


def document_triples(job: Job) -> list[ox.Triple]:
    """What the builder knows of each document, and the run that built them (the only clock in the graph)."""
    run = ox.NamedNode(ids.iri("pol:ExtractionRun", job.identity))
    rdf_type = node("rdf:type")
    found = [
        ox.Triple(run, rdf_type, node("pol:ExtractionRun")),
        ox.Triple(run, node("pol:programVersion"), ox.Literal(__version__)),
        ox.Triple(run, node("pol:rulesHash"), ox.Literal(rules_hash())),
        ox.Triple(run, node("prov:endedAtTime"), ox.Literal(job.ended, datatype=ox.NamedNode(expand("xsd:dateTime")))),
    ]
    for document in job.documents:
        d = ox.NamedNode(ids.iri("pol:PolicyDocument", document.key))
        found += [
            ox.Triple(d, rdf_type, node("pol:PolicyDocument")),
            ox.Triple(d, node("pol:fileName"), ox.Literal(document.file_name)),
            ox.Triple(d, node("pol:sha256"), ox.Literal(document.sha256)),
            ox.Triple(d, node("pol:genre"), ox.Literal(document.genre)),
            ox.Triple(d, node("prov:wasGeneratedBy"), run),
        ]
    return found


def write_report(version: Path, about: dict[str, object]) -> None:
    """The version's ``report.json``."""
    (version / "report.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
