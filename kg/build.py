"""Building the graph: files in, a new version of the store out.

Every document becomes a shard (read again only if its bytes or the rules changed), the
shards and the authority files are loaded into a version of its own, the whole-graph
passes add derived facts, and the version is published by one atomic switch.
"""

from __future__ import annotations

import gzip
import io
import json
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg import __version__, ids, search
from kg.authority_graph import authority_triples
from kg.decisions import FILE as DECISIONS
from kg.decisions import load as load_decisions
from kg.derive import derived_triples
from kg.link.graph import identity as link_identity
from kg.link.graph import link_triples
from kg.link.model import load as load_model
from kg.model import Document
from kg.names import expand
from kg.pipeline import DocumentReport, RuleError, process
from kg.rdf import node
from kg.read import MAX_BYTES, ReadError, discover, read
from kg.rules import graph_hash, rules_hash
from kg.service import vocabulary
from kg.store import StoreError, Version, VersionedStore

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
    progress: Progress = _silent, decisions: Path | None = None,
) -> BuildReport:
    """Reads the files and publishes a version of the graph that holds exactly them.

    With ``add``, the documents of the served version stay too. A file that cannot be
    read is reported in ``failed``, the others are still built; if none can be read
    nothing is published. ``decisions`` is the file of people's decisions about links
    (by default the store's). Raises StoreError where the store, the decisions or the
    link model cannot be used.
    """
    report = BuildReport()
    clock = _Clock(report.seconds)
    files, left_out = discover(paths)
    report.left_out = [str(p) for p in left_out]
    with store.lock():
        decided, model = load_decisions(decisions or store.folder / DECISIONS), load_model(store.folder)
        documents = _read_all(files, max_bytes, report, progress)
        clock.lap("read")
        former, former_report = _former(store, required=add)
        given = {d.key for d in documents}
        others = [d for d in former_report["documents"] if d["key"] not in given]
        if add:
            # shards of other rules are made anew from the text that the store keeps
            documents += [_kept(d, store) for d in others]
        wanted: dict[str, DocumentReport] = {}
        for n, document in enumerate(documents, 1):
            progress(document.file_name, n, len(documents))
            try:
                wanted[document.key] = _shard(document, store, report)
            except RuleError as error:
                # a fault of a rule must not keep the other documents from being built
                report.failed.append(str(error))
        report.dropped = [d["file_name"] for d in former_report["documents"] if d["key"] not in wanted]
        report.documents = sorted(wanted.values(), key=lambda d: (d.file_name, d.key))
        clock.lap("extract")
        if not wanted:
            return report
        identity = _identity(report.documents, link_identity(store.folder, decided))
        if former is not None and former_report.get("identity") == identity:
            report.version, report.changed = former.name, False
            report.triples = former_report["triples"]
            return report
        progress("載入 load", 0, 1)
        prepared = store.prepare()
        report.triples = _load(
            prepared / "graph", store, report, identity, clock, lambda graph: link_triples(graph, decided, model)
        )
        (prepared / "report.json").write_text(
            json.dumps(report.to_json() | {"identity": identity, "built": _now()}, ensure_ascii=False, indent=1) + "\n",
            encoding="utf-8",
        )
        report.version = store.publish(prepared).name
        clock.lap("publish")
        progress("完成 done", 1, 1)
        return report


def _former(store: VersionedStore, required: bool) -> tuple[Version | None, dict[str, Any]]:
    """The served version and its report. One that cannot be read counts only where it is needed (StoreError)."""
    try:
        former = store.current()
        return former, former.report() if former else {"documents": []}
    except StoreError:
        if required:
            raise
        return None, {"documents": []}


def _kept(about: dict[str, Any], store: VersionedStore) -> Document:
    """A document of the served version, from its report and the text in the store."""
    return Document(
        about["key"], about["file_name"], about["sha256"], store.text(about["key"]), encoding=about["encoding"]
    )


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
    """The readable files as documents; the same bytes under several names are read once, under the first name.

    The first is that of the alphabet, so that the order of the paths makes no difference.
    """
    documents: dict[str, Document] = {}
    for path in files:
        try:
            document = read(path, max_bytes)
        except ReadError as error:
            report.failed.append(str(error))
            continue
        same = documents.get(document.key)
        if same is not None:
            report.repeated.append(f"{path} = {same.file_name}")
        if same is None or document.file_name < same.file_name:
            documents[document.key] = document
    return list(documents.values())


def _shard(document: Document, store: VersionedStore, report: BuildReport) -> DocumentReport:
    """Makes a document's shard, or finds it from an earlier build."""
    name = f"{document.key}-{rules_hash()}"
    text = store.texts / f"{document.key}.txt"
    if text.exists() and (store.shards / f"{name}.nt.gz").exists():
        try:
            found = DocumentReport(**json.loads((store.shards / f"{name}.json").read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            pass  # the machine stopped before the report was on disk: both are made anew
        else:
            report.from_cache += 1
            found.file_name = document.file_name
            return found
    shard, about = process(document)
    store.write(store.texts, text.name, document.text.encode("utf-8", "surrogatepass"))
    store.write(store.shards, f"{name}.nt.gz", shard)
    store.write(store.shards, f"{name}.json", json.dumps(about.to_json(), ensure_ascii=False).encode("utf-8"))
    return about


def _identity(documents: list[DocumentReport], links: str) -> str:
    """What a version is made of: documents, their names, the rules, the program's version, decisions about links."""
    return ids.digest(__version__, rules_hash(), graph_hash(), links, *(f"{d.key} {d.file_name}" for d in documents))


def _load(
    graph: Path, store: VersionedStore, report: BuildReport, identity: str, clock: _Clock,
    links: Callable[[ox.Store], list[ox.Triple]],
) -> int:
    """Fills a new Oxigraph store; returns its number of triples. The store is closed on return."""
    target = ox.Store(str(graph))
    for document in report.documents:
        path = store.shards / f"{document.key}-{rules_hash()}.nt.gz"
        try:
            target.bulk_load(io.BytesIO(gzip.decompress(path.read_bytes())), format=ox.RdfFormat.N_TRIPLES)
        except (OSError, EOFError, zlib.error, SyntaxError) as error:
            path.unlink(missing_ok=True)
            raise StoreError(
                f"{path}：暫存檔已損壞，現已移除，請重新 kg build (the file was damaged and is removed; build again)"
            ) from error
    target.bulk_extend(ox.Quad(*t) for t in document_triples(report.documents, identity))
    target.bulk_extend(ox.Quad(*t) for t in authority_triples(target))
    clock.lap("load")
    target.bulk_extend(ox.Quad(*t) for t in derived_triples(target))
    clock.lap("derive")
    target.bulk_extend(ox.Quad(*t) for t in links(target))
    clock.lap("link")
    target.flush()
    target.optimize()
    clock.lap("optimize")
    vocabulary.write(target, graph.parent)
    search.build(target, graph.parent)
    clock.lap("index")
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
