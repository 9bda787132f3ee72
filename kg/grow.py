"""A version of the graph from the former one: only what changed is loaded, removed and derived anew.

The former graph is copied by hard links, the shards of new documents are loaded, the triples of
removed documents that no other document states are taken away, and the whole-graph passes are
compared with what they added before. The result is the graph that :func:`kg.assemble.assemble` makes
from nothing (a test compares them). Links from measures to budget lines weigh every word by the whole
corpus, so one new document moves many of them, and derived facts are joined over all documents: where that
takes long, a first version is published with the former ones and a second one, made whole, follows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from kg import judged, search
from kg.assemble import REMOVED, Job, document_triples, keep, keep_lines, kept, links_of, pass_file
from kg.authority_graph import authority_triples, lexicon
from kg.derive import derived_triples
from kg.names import CLASSES, ID, expand
from kg.rdf import node
from kg.service import vocabulary
from kg.shards import DamagedShard, contains, hash_set, read_lines, shared_hashes, stream_lines, write_sorted
from kg.store import Version

_TYPE = expand("rdf:type")
_LEXICON_CLASSES = ("pol:Regulation", "pol:Program")
_REGULATION, _PROGRAM = (f" <{_TYPE}> <{expand(c)}>".encode() for c in _LEXICON_CLASSES)
#: triples of the derived facts that their own pass reads: they are taken out before it runs again
_READ_BY_DERIVED = f" <{expand('pol:workPlan')}> ".encode()
_KEY = re.compile(rb"/id/[^/>]+/([0-9a-f]{16})[/>]")
#: passes whose lines are held in memory; those of the links are read side by side, so many at a time
_SMALL = ("documents", "facts", "authority", "derived")
_BATCH = 20_000
#: things that only the pass of the links makes
_LINKS = tuple(f"<{ID}{CLASSES[c]}/".encode() for c in ("pol:BudgetLink", "pol:AnswerLink"))
#: what only the builder says of a document
_BUILDER = tuple(f" <{expand(p)}> ".encode() for p in ("prov:wasGeneratedBy", "pol:fileName"))
_RUN = f"<{ID}{CLASSES['pol:ExtractionRun']}/".encode()


class _Support:
    """Which triples the documents of a version state themselves."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.keys = {d.key for d in job.documents}
        self.shared = hash_set(_shared(job, d.key) for d in job.documents)
        self._own: dict[str, set[bytes]] = {}

    def by_all(self, line: bytes) -> bool:
        """Does any document state it? For triples that name no document's key."""
        return contains(self.shared, line)

    def __contains__(self, line: bytes) -> bool:
        if line.startswith(_LINKS) or any(p in line for p in _BUILDER):
            return False
        if self.by_all(line):
            return True
        keys = {k.decode() for k in _KEY.findall(line)} & self.keys
        return any(line in self._lines(key) for key in keys)

    def _lines(self, key: str) -> set[bytes]:
        if key not in self._own:
            self._own[key] = set(lines_of(self.job, key))
        return self._own[key]


def _shared(job: Job, key: str) -> bytes:
    path = job.shard(key).with_name(f"{key}-{job.rules}.shared")
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a shard of an older program
        found = shared_hashes(job.shard(key).read_bytes(), key)
        job.store.write(job.store.shards, path.name, found)
        return found


def lines_of(job: Job, key: str) -> list[bytes]:
    """The lines of a document's shard. Raises StoreError where it is damaged (it is removed)."""
    path = job.shard(key)
    try:
        return read_lines(path)
    except (OSError, DamagedShard) as error:
        raise job.damaged(path, error) from error


class _Change:
    """Changes a graph line by line and remembers what really came and went."""

    def __init__(self, target: ox.Store) -> None:
        self.target = target
        self.balance: Counter[tuple[str, str]] = Counter()
        self.texts: dict[tuple[str, str], bool] = {}
        self.count = 0

    def add(self, lines: Iterable[bytes]) -> None:
        """Adds the triples that are not there."""
        new = [q for q in _quads(lines) if q not in self.target]
        self.target.bulk_extend(new)
        self._note(new, 1)

    def remove(self, lines: Iterable[bytes]) -> None:
        """Removes the triples that are there."""
        old = [q for q in _quads(lines) if q in self.target]
        for quad in old:
            self.target.remove(quad)
        self._note(old, -1)

    def _note(self, quads: Iterable[ox.Quad], sign: int) -> None:
        for quad in quads:
            self.count += sign
            self.balance["properties", quad.predicate.value] += sign
            if quad.predicate.value == _TYPE and isinstance(quad.object, ox.NamedNode):
                self.balance["classes", quad.object.value] += sign
            if (quad.predicate.value in search.PROPERTIES and isinstance(quad.subject, ox.NamedNode)
                    and isinstance(quad.object, ox.Literal)):
                pair = quad.subject.value, quad.object.value
                # what goes and comes again has not changed
                if self.texts.get(pair) is (sign < 0):
                    del self.texts[pair]
                else:
                    self.texts[pair] = sign > 0

    def finish(self, former: Path, version: Path) -> None:
        """Counts and search index of the new version, from those of the former one."""
        before = vocabulary.load(former)
        counts = {kind: dict(getattr(before, kind)) for kind in ("classes", "properties")}
        for (kind, iri), n in self.balance.items():
            counts[kind][iri] = counts[kind].get(iri, 0) + n
        now = {kind: {iri: n for iri, n in sorted(found.items()) if n > 0} for kind, found in counts.items()}
        found = vocabulary.Vocabulary(
            before.triples + self.count, now["classes"], now["properties"], before.languages)
        vocabulary.save(found, version)
        search.amend(former, version, sorted(p for p, there in self.texts.items() if there),
                     (p for p, there in self.texts.items() if not there))


def _quads(lines: Iterable[bytes]) -> list[ox.Quad]:
    data = b" \n".join(lines)
    return [ox.Quad(q.subject, q.predicate, q.object) for q in ox.parse(data, format=ox.RdfFormat.N_TRIPLES)]


def grow(version: Path, former: Version, before: set[str], triples: int, job: Job, *, links: bool) -> int:
    """Fills a new version from the former one, which held ``triples`` and the documents ``before``.

    Returns the number of triples. Without ``links`` those of the former version stay, but for removed
    documents, and so do the derived facts where no document goes. Raises StoreError, OSError or RuntimeError
    where the former version or a shard is damaged.
    """
    (version / "passes").mkdir()
    job.store.open(former).backup(str(version / "graph"))
    target = ox.Store(str(version / "graph"))
    change, support = _Change(target), _Support(job)
    old = {name: kept(former.path, name) for name in _SMALL}
    #: lines that were taken away; a later pass may say them
    taken: set[bytes] = set()

    def take(lines: Iterable[bytes]) -> None:
        found = set(lines)
        taken.update(found)
        change.remove(found)

    decisions = bool(old["facts"] or judged.of_facts(job.decisions))
    if decisions:
        # decisions are laid on what the documents say: first the former ones, and what came after, are taken back
        change.add(kept(former.path, REMOVED))
        take(x for name in ("facts", "authority", "derived") for x in old[name] if x not in support)
        old |= {key: set[bytes]() for key in ("facts", "authority", "derived")}
    # newest keys first: only they are loaded, only the others' go
    came, gone = support.keys - before, before - support.keys
    job.progress("移除 remove", 0, 3)
    for key in sorted(gone):
        mark = key.encode()
        take(x for x in lines_of(job, key) if mark in x or not support.by_all(x))
    job.progress("載入 load", 1, 3)
    for key in sorted(came):
        change.add(lines_of(job, key))
    job.clock.lap("load")
    decided = judged.changes(target, job.decisions)
    keep(version, REMOVED, decided.removed)
    change.remove(kept(version, REMOVED))
    later = () if links or gone or decisions else ("derived",)
    if not later:
        # derived facts that their pass would read as stated ones
        take(x for x in old["derived"] if _READ_BY_DERIVED in x and x not in support)
    passes: dict[str, Callable[[], Iterable[ox.Triple]]] = {
        "documents": lambda: document_triples(job),
        "facts": lambda: decided.added,
        "authority": lambda: authority_triples(_named(target, support, decided.added)),
        "derived": lambda: (
            t for t in derived_triples(target, {q.triple for q in _quads(old["derived"])})
            if t not in decided.removed),
    }
    everything: set[bytes] = set()
    for name, triples_of in passes.items():
        job.progress(f"整體步驟 pass: {name}", 2, 3)
        if name in later:
            pass_file(version, name).hardlink_to(pass_file(former.path, name))
            new = old[name]
        else:
            keep(version, name, triples_of())
            new = kept(version, name)
        everything |= new
        take(x for x in old[name] - new if x not in support and x not in everything)
        change.add(new - old[name])
        job.clock.lap({"derived": "derive"}.get(name, "load"))
    # what a removed document and a pass both said; what one pass dropped and another one says
    change.add(_links(version, former, job, target, change, support, everything, gone, links, taken))
    job.clock.lap("link")
    target.flush()
    change.finish(former.path, version)
    job.clock.lap("index")
    return triples + change.count


def _named(target: ox.Store, support: _Support, accepted: set[ox.Triple]) -> list[str]:
    """Laws and programs that documents or accepted candidates name: those that only the authority files type are
    left out."""
    added = {t.subject.value for t in accepted if isinstance(t.subject, ox.NamedNode)}

    def stated(iri: str) -> bool:
        return iri in added or any(support.by_all(f"<{iri}>".encode() + end + b" .") for end in (_REGULATION, _PROGRAM))

    # what the authority files do not tell of brings nothing into the graph
    return [iri for iri in sorted(lexicon()) if stated(iri) and any(
        ox.Quad(ox.NamedNode(iri), node("rdf:type"), node(c)) in target for c in _LEXICON_CLASSES)]


def _links(
    version: Path, former: Version, job: Job, target: ox.Store, change: _Change, support: _Support,
    everything: set[bytes], gone: set[str], anew: bool, dropped: set[bytes],
) -> set[bytes]:
    """The pass of the links, line by line: they may be too many for memory. Returns which dropped lines passes say."""
    job.progress("整體步驟 pass: links", 2, 3)
    before, now = pass_file(former.path, "links"), pass_file(version, "links")
    if anew:
        keep_lines(version, "links", links_of(target, job))
    elif gone:
        _without(before, now, gone)
    else:
        now.hardlink_to(before)
    if anew or gone:
        for lines in _batches(stream_lines(before), stream_lines(now)):
            change.remove(x for x in lines if x not in support and x not in everything)
        for lines in _batches(stream_lines(now), stream_lines(before)):
            change.add(lines)
    said = dropped & everything
    # the links are many and are looked through only for what is missing, and never for what only the builder says,
    # of which something goes whenever a document comes
    asked = [x for x in dropped - said if not x.startswith(_RUN) and not any(p in x for p in _BUILDER)]
    missing = {x for x, quad in zip(asked, _quads(asked), strict=True) if quad not in target}
    return said.union(x for x in stream_lines(now) if x in missing) if missing else said


def _batches(lines: Iterable[bytes], others: Iterator[bytes]) -> Iterator[list[bytes]]:
    """The lines that are not among the others (both sorted), :data:`_BATCH` at a time."""
    held: list[bytes] = []
    other = next(others, None)
    for line in lines:
        while other is not None and other < line:
            other = next(others, None)
        if line != other:
            held.append(line)
            if len(held) == _BATCH:
                yield held
                held = []
    yield held


def _without(before: Path, now: Path, gone: set[str]) -> None:
    """Writes the links without those of removed documents."""
    marks = tuple(k.encode() for k in gone)
    subjects = {x.split(b" ", 1)[0] for x in stream_lines(before) if any(m in x for m in marks)}
    write_sorted((x + b"\n" for x in stream_lines(before) if x.split(b" ", 1)[0] not in subjects), now)
