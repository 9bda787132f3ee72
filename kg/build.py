"""Building the graph: files in, a new version of the store out.

Every document becomes a shard (read again only if its bytes or the rules changed), in this
process, in several or on a cluster. The shards make a version of its own, from the former one
where few documents changed (:mod:`kg.grow`) and from nothing otherwise (:mod:`kg.assemble`),
and the version is published by one atomic switch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kg import __version__, ids
from kg.assemble import Clock, Job, Progress, assemble, now, write_report
from kg.decisions import FILE as DECISIONS
from kg.decisions import load as load_decisions
from kg.decisions import save as save_decisions
from kg.grow import grow
from kg.jobs import Inline, Outcome, Runner
from kg.link.graph import identity as link_identity
from kg.link.model import load as load_model
from kg.model import Document
from kg.pipeline import DocumentReport
from kg.read import MAX_BYTES, ReadError, content_of, discover, name_of, read
from kg.rules import graph_hash, rules_hash
from kg.store import StoreError, Version, VersionedStore

#: at most this share of the documents may have changed for the former version to be the beginning of the new one
GROWN_SHARE = 0.2
#: after so many versions made from former ones the graph is made from nothing, so that its files are in good order
GROWN_VERSIONS = 50
#: where the links took longer than this, new documents are published before the links are made anew
LINK_SECONDS = 1.0


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
    #: made from the former version
    grown: bool = False
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
    progress: Progress = _silent, decisions: Path | None = None, runner: Runner | None = None, rebuild: bool = False,
    jobs: int = 1, published: Callable[[Version], None] = lambda version: None,
) -> BuildReport:
    """Reads the files and publishes a version of the graph that holds exactly them.

    With ``add``, the documents of the served version stay too. A file that cannot be
    read is reported in ``failed``, the others are still built; if none can be read
    nothing is published. ``decisions`` is the file of people's decisions about links
    (by default the store's). ``runner`` does the per-document step (by default this process),
    ``jobs`` processes make the links; ``rebuild`` makes the graph from nothing even where nothing or
    little changed; ``published`` is called with each version that is served. Raises StoreError where the
    store, the decisions or the link model cannot be used.
    """
    report = BuildReport()
    clock = Clock(report.seconds)
    files, left_out = discover(paths)
    report.left_out = [str(p) for p in left_out]
    with store.lock():
        decided, model = load_decisions(decisions or store.folder / DECISIONS), load_model(store.folder)
        former, former_report = _former(store, required=add)
        made_by = ids.digest(__version__, rules_hash(), graph_hash())
        # a version of the same rules has the reports of its documents together; one file for each takes longer
        known = {d["key"]: d for d in former_report["documents"]} if former_report.get("made_by") == made_by else {}
        reading = _Reading(files, max_bytes, store, report, progress, known)
        clock.lap("read")
        others = [d for d in former_report["documents"] if d["key"] not in reading.chosen]
        wanted = reading.run(others if add else [], runner or Inline())
        report.dropped = [d["file_name"] for d in former_report["documents"] if d["key"] not in wanted]
        report.documents = sorted(wanted.values(), key=lambda d: (d.file_name, d.key))
        clock.lap("extract")
        if not wanted:
            return report
        links = link_identity(store.folder, decided)
        identity = _identity(report.documents, links)
        whole = former_report.get("whole", True)
        if former is not None and former_report.get("identity") == identity and whole and not rebuild \
                and _answers(store, former):
            report.version, report.changed = former.name, False
            report.triples = former_report["triples"]
            return report
        job = Job(store, report.documents, rules_hash(), identity, decided, model, progress, clock, jobs)
        about = {"identity": identity, "made_by": made_by}
        if former is not None and not rebuild and _few_changes(former_report, report, made_by):
            try:
                _grow(former, former_report, report, job, about, published)
                return report
            except (StoreError, OSError, RuntimeError, SyntaxError):
                # the former version is damaged, or a shard is: it is made from nothing, which says which
                report.grown = False
                store.clear()
        prepared = store.prepare()
        report.triples = assemble(prepared, job)
        save_decisions(prepared / DECISIONS, decided)
        write_report(prepared, report.to_json() | about | {"built": now(), "whole": True})
        report.version = store.publish(prepared).name
        clock.lap("publish")
        progress("完成 done", 1, 1)
        published(Version(report.version, store.versions / report.version))
        return report


def _few_changes(former: dict[str, Any], report: BuildReport, made_by: str) -> bool:
    """May the former version be the beginning of the new one?"""
    if "identity" not in former or former.get("made_by") != made_by:
        return False  # other rules, or edited by an update
    before, after = {d["key"] for d in former["documents"]}, {d.key for d in report.documents}
    return len(before ^ after) <= max(2, GROWN_SHARE * len(before)) and former.get("versions", 0) < GROWN_VERSIONS


def _grow(
    former: Version, former_report: dict[str, Any], report: BuildReport, job: Job, about: dict[str, Any],
    published: Callable[[Version], None],
) -> None:
    """Publishes a version made from the former one; a second one where the links come later."""
    store, before = job.store, {d["key"] for d in former_report["documents"]}
    slow = former_report.get("link_seconds", former_report["seconds"].get("link", 0.0)) > LINK_SECONDS
    same_documents = before == {d.key for d in report.documents}
    triples = former_report["triples"]
    steps = (False, True) if slow and not same_documents else (True,)
    report.grown = True
    for links in steps:
        prepared = store.prepare()
        triples = grow(prepared, former, before, triples, job, links=links)
        save_decisions(prepared / DECISIONS, job.decisions)
        report.triples = triples
        link_seconds = report.seconds["link"] if links else former_report["seconds"].get("link", 0.0)
        write_report(prepared, report.to_json() | about | {
            "built": now(), "whole": links, "link_seconds": link_seconds,
            "versions": former_report.get("versions", 0) + 1,
        })
        former = store.publish(prepared)
        before = {d.key for d in report.documents}
        report.version = former.name
        job.clock.lap("publish")
        job.progress("完成 done" if links else "已可查詢，接著更新連結 answering; links follow", 1, 1)
        published(former)


def _former(store: VersionedStore, required: bool) -> tuple[Version | None, dict[str, Any]]:
    """The served version and its report. One that cannot be read counts only where it is needed (StoreError)."""
    try:
        former = store.current()
        return former, former.report() if former else {"documents": []}
    except StoreError:
        if required:
            raise
        return None, {"documents": []}


def _answers(store: VersionedStore, version: Version) -> bool:
    """Can the version be opened and read?"""
    try:
        next(iter(store.open(version)))
    except (StoreError, StopIteration, OSError, RuntimeError):
        return False
    return True


class _Reading:
    """The files of a build: which documents they are, and the shards of those that have none yet."""

    def __init__(
        self, files: list[Path], max_bytes: int, store: VersionedStore, report: BuildReport, progress: Progress,
        known: dict[str, dict[str, Any]],
    ) -> None:
        self.max_bytes = max_bytes
        self.store = store
        self.report = report
        self.progress = progress
        #: document key -> report as plain data, where an earlier build of these rules has made it
        self.known = known
        #: document key -> the file that it is read from: the first name of the alphabet, so that the
        #: order of the paths makes no difference
        self.chosen: dict[str, Path] = {}
        self.refused: list[tuple[int, str]] = []
        self.place: dict[str, int] = {}
        for n, path in enumerate(files):
            self._look(n, path)

    def _look(self, n: int, path: Path) -> None:
        try:
            key = ids.document_key(hashlib.sha256(content_of(path, self.max_bytes)).hexdigest())
        except ReadError as error:
            self.refused.append((n, str(error)))
            return
        same = self.chosen.get(key)
        if same is not None:
            self.report.repeated.append(f"{path} = {same.name}")
        if same is None or path.name < same.name:
            self.chosen[key] = path
            self.place[key] = n

    def run(self, kept: list[dict[str, Any]], runner: Runner) -> dict[str, DocumentReport]:
        """Reports of all documents that could be read; ``kept`` ones come from the text that the store keeps."""
        wanted: dict[str, DocumentReport] = {}
        todo: list[tuple[str, Path | dict[str, Any]]] = []
        sources: list[tuple[str, str, Path | dict[str, Any]]] = [(k, name_of(p), p) for k, p in self.chosen.items()]
        # shards of other rules are made anew from the text that the store keeps
        sources += [(d["key"], d["file_name"], d) for d in kept]
        for key, file_name, source in sources:
            found = self._cached(key)
            if found is None:
                todo.append((key, source))
            else:
                found.file_name = file_name
                wanted[key] = found
        self.report.from_cache = len(wanted)
        of = len(sources)
        if wanted and not todo:
            self.progress("沿用 from cache", len(wanted), of)
        broken: list[str] = []
        for outcome in runner.run(self._documents(todo)) if todo else ():
            if outcome.report is None:
                # a fault of a rule must not keep the other documents from being built
                broken.append(outcome.failed)
                continue
            self._keep(outcome)
            wanted[outcome.key] = outcome.report
            self.progress(outcome.report.file_name, len(wanted) + len(broken) + len(self.refused), of)
        self.report.failed += [sentence for _, sentence in sorted(self.refused)] + sorted(broken)
        return wanted

    def _documents(self, todo: list[tuple[str, Path | dict[str, Any]]]) -> Iterator[Document]:
        for key, source in todo:
            if isinstance(source, dict):
                document = Document(
                    key, source["file_name"], source["sha256"], self.store.text(key), encoding=source["encoding"],
                    notes=tuple(source.get("notes", ())))
            else:
                try:
                    document = read(source, self.max_bytes)
                except ReadError as error:
                    self.refused.append((self.place[key], str(error)))
                    continue
                text = document.text.encode("utf-8", "surrogatepass")
                self.store.write(self.store.texts, f"{document.key}.txt", text)
            yield document

    def _cached(self, key: str) -> DocumentReport | None:
        """The report of a document whose text and shard an earlier build has made."""
        name = f"{key}-{rules_hash()}"
        if not ((self.store.texts / f"{key}.txt").exists() and (self.store.shards / f"{name}.nt.gz").exists()):
            return None
        try:
            found = self.known.get(key)
            if found is None:
                found = json.loads((self.store.shards / f"{name}.json").read_text(encoding="utf-8"))
            return DocumentReport(**found)
        except (FileNotFoundError, ValueError, TypeError):
            return None  # the machine stopped before the report was on disk: both are made anew

    def _keep(self, outcome: Outcome) -> None:
        name = f"{outcome.key}-{rules_hash()}"
        about = json.dumps(outcome.report.to_json() if outcome.report else {}, ensure_ascii=False)
        for ending, data in ((".nt.gz", outcome.shard), (".shared", outcome.shared), (".json", about.encode("utf-8"))):
            self.store.write(self.store.shards, name + ending, data)


def _identity(documents: list[DocumentReport], links: str) -> str:
    """What a version is made of: documents, their names, the rules, the program's version, decisions about links."""
    return ids.digest(__version__, rules_hash(), graph_hash(), links, *(f"{d.key} {d.file_name}" for d in documents))
