"""Building the graph: files in, a new version of the store out.

Every document becomes a shard (read again only if its bytes or the rules changed), the
shards and the authority files are loaded into a version of its own, the whole-graph
passes add derived facts, and the version is published by one atomic switch.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg import __version__, ids
from kg.authority_graph import authority_triples
from kg.derive import derived_triples
from kg.model import Document
from kg.names import expand
from kg.pipeline import DocumentReport, process
from kg.rdf import node
from kg.read import MAX_BYTES, ReadError, discover, read
from kg.rules import rules_hash
from kg.store import VersionedStore

#: called with (what happens, how many done, of how many)
Progress = Callable[[str, int, int], None]


def _silent(what: str, done: int, of: int) -> None:
    """No progress shown."""


@dataclass(slots=True)
class BuildReport:
    """What a build did, for people (see kg.report) and machines."""

    version: str | None = None
    changed: bool = True
    documents: list[DocumentReport] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    #: documents of the former version that are not part of this one
    dropped: list[str] = field(default_factory=list)
    from_cache: int = 0
    triples: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Was every file read?"""
        return not self.failed

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def build(
    paths: Iterable[Path], store: VersionedStore, *, add: bool = False, max_bytes: int = MAX_BYTES,
    progress: Progress = _silent,
) -> BuildReport:
    """Reads the files and publishes a version of the graph that holds exactly them.

    With ``add``, the documents of the served version stay too. A file that cannot be
    read is reported in ``failed``, the others are still built; if none can be read
    nothing is published. Raises ReadError for a path that does not exist and StoreError
    where the store cannot be used.
    """
    report = BuildReport()
    clock = _Clock(report.seconds)
    files, left_out = discover(paths)
    report.left_out = [str(p) for p in left_out]
    with store.lock():
        documents = _read_all(files, max_bytes, report, progress)
        clock.lap("read")
        former = store.current()
        former_report = former.report() if former else {"documents": []}
        wanted: dict[str, DocumentReport] = {}
        for n, document in enumerate(documents, 1):
            progress(document.file_name, n, len(documents))
            try:
                wanted[document.key] = _shard(document, store, report)
            except (ValueError, KeyError, IndexError, RecursionError) as error:
                # a fault of a rule must not keep the other documents from being built
                report.failed.append(
                    f"{document.file_name}：讀取規則在這份文件上失敗，請回報 "
                    f"(a rule failed on this document: {type(error).__name__}: {error}; please report it)"
                )
        kept = [DocumentReport(**d) for d in former_report["documents"] if d["key"] not in wanted]
        if add:
            wanted = {d.key: d for d in kept} | wanted
        else:
            report.dropped = [d.file_name for d in kept]
        report.documents = sorted(wanted.values(), key=lambda d: (d.file_name, d.key))
        clock.lap("extract")
        if not wanted:
            return report
        identity = _identity(report.documents)
        if former is not None and former_report.get("identity") == identity:
            report.version, report.changed = former.name, False
            report.triples = former_report["triples"]
            return report
        progress("載入 load", 0, 1)
        prepared = store.prepare()
        report.triples = _load(prepared / "graph", store, report, identity, clock)
        (prepared / "report.json").write_text(
            json.dumps(report.to_json() | {"identity": identity, "built": _now()}, ensure_ascii=False, indent=1) + "\n",
            encoding="utf-8",
        )
        report.version = store.publish(prepared).name
        clock.lap("publish")
        progress("完成 done", 1, 1)
        return report


class _Clock:
    """Seconds per step."""

    def __init__(self, into: dict[str, float]) -> None:
        self.into = into
        self.at = time.perf_counter()

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.into[step] = round(self.into.get(step, 0.0) + now - self.at, 3)
        self.at = now


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _read_all(files: list[Path], max_bytes: int, report: BuildReport, progress: Progress) -> list[Document]:
    """The readable files as documents; the same bytes under a second name are read once."""
    documents: dict[str, Document] = {}
    for path in files:
        try:
            document = read(path, max_bytes)
        except ReadError as error:
            report.failed.append(str(error))
            continue
        if document.key in documents:
            report.repeated.append(f"{document.file_name} = {documents[document.key].file_name}")
        else:
            documents[document.key] = document
    return list(documents.values())


def _shard(document: Document, store: VersionedStore, report: BuildReport) -> DocumentReport:
    """Makes a document's shard, or finds it from an earlier build."""
    name = f"{document.key}-{rules_hash()}"
    kept = store.shards / f"{name}.json"
    if kept.exists() and (store.shards / f"{name}.nt.gz").exists():
        report.from_cache += 1
        found = DocumentReport(**json.loads(kept.read_text(encoding="utf-8")))
        found.file_name = document.file_name
        return found
    shard, about = process(document)
    store.write(store.texts, f"{document.key}.txt", document.text.encode("utf-8", "surrogatepass"))
    store.write(store.shards, f"{name}.nt.gz", shard)
    store.write(store.shards, f"{name}.json", json.dumps(about.to_json(), ensure_ascii=False).encode("utf-8"))
    return about


def _identity(documents: list[DocumentReport]) -> str:
    """What a version is made of: documents, their names, the rules, the program's version."""
    return ids.digest(__version__, rules_hash(), *(f"{d.key} {d.file_name}" for d in documents))


def _load(graph: Path, store: VersionedStore, report: BuildReport, identity: str, clock: _Clock) -> int:
    """Fills a new Oxigraph store; returns its number of triples. The store is closed on return."""
    target = ox.Store(str(graph))
    for document in report.documents:
        path = next(iter(sorted(store.shards.glob(f"{document.key}-{rules_hash()}.nt.gz"))), None)
        if path is None:
            raise FileNotFoundError(f"shard of {document.file_name}")
        import gzip

        with gzip.open(path) as file:
            target.bulk_load(io.BytesIO(file.read()), format=ox.RdfFormat.N_TRIPLES)
    target.bulk_extend(ox.Quad(*t) for t in document_triples(report.documents, identity))
    target.bulk_extend(ox.Quad(*t) for t in authority_triples(target))
    clock.lap("load")
    target.bulk_extend(ox.Quad(*t) for t in derived_triples(target))
    clock.lap("derive")
    target.flush()
    target.optimize()
    clock.lap("optimize")
    return len(target)


def document_triples(documents: list[DocumentReport], identity: str) -> list[ox.Triple]:
    """What the builder knows of each document, and the run that built them (the only clock in the graph)."""
    run = ox.NamedNode(ids.iri("pol:ExtractionRun", identity))
    rdf_type = node("rdf:type")
    found = [
        ox.Triple(run, rdf_type, node("pol:ExtractionRun")),
        ox.Triple(run, node("pol:programVersion"), ox.Literal(__version__)),
        ox.Triple(run, node("pol:rulesHash"), ox.Literal(rules_hash())),
        ox.Triple(run, node("prov:endedAtTime"), ox.Literal(_now(), datatype=ox.NamedNode(expand("xsd:dateTime")))),
    ]
    for document in documents:
        d = ox.NamedNode(ids.iri("pol:PolicyDocument", document.key))
        found += [
            ox.Triple(d, rdf_type, node("pol:PolicyDocument")),
            ox.Triple(d, node("pol:fileName"), ox.Literal(document.file_name)),
            ox.Triple(d, node("pol:sha256"), ox.Literal(document.sha256)),
            ox.Triple(d, node("pol:genre"), ox.Literal(document.genre)),
            ox.Triple(d, node("prov:wasGeneratedBy"), run),
        ]
    return found
