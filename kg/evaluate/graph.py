"""What an evaluation reads of the graph: names, evidence and where in a document a thing stands."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox

from kg.evaluate.match import plain, plains
from kg.ids import document_key
from kg.names import expand

#: lines of a document that a gold file covers: {"lines": [[first, last]], "other": [[first, last]], "rest": bool}
Scope = Mapping[str, Any] | None
BODIES = ("Ministry", "Agency", "GovernmentBody")


@dataclass(frozen=True, slots=True)
class Span:
    """One piece of evidence; ``line`` and ``last`` are 1-based."""

    file: str
    line: int
    last: int
    confidence: float | None


class Graph:
    """A graph, indexed by property when a property is first asked for; nodes and values are plain strings."""

    def __init__(self, store: ox.Store, text: Callable[[str], str]) -> None:
        """``text`` gives the text of a document by the document's key; its StoreError passes through."""
        self._store = store
        self.text = text
        self._index: dict[str, tuple[dict[str, list[str]], dict[str, list[str]]]] = {}
        self.file = dict(self.triples("pol:fileName"))
        self._line_starts: dict[str, list[int]] = {}
        self._spans: dict[str, Span] = {}
        for evidence in self.of("Evidence"):
            self._read_span(evidence)
        self._assertions: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        self._asserted_of: dict[str, list[str]] = defaultdict(list)
        for a in self.of("Assertion"):
            s, p, o = (self.one(a, f"rdf:{part}") for part in ("subject", "predicate", "object"))
            self._assertions[s, p, o].append(a)
            self._asserted_of[o].append(a)

    # plain access

    def _indexed(self, prop: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        if prop not in self._index:
            forward: dict[str, list[str]] = defaultdict(list)
            backward: dict[str, list[str]] = defaultdict(list)
            quads = self._store.quads_for_pattern(None, ox.NamedNode(expand(prop)), None, ox.DefaultGraph())
            # Chinese labels before those in other languages
            for s, _, o in sorted((_value(q.subject), _foreign(q.object), _value(q.object)) for q in quads):
                forward[s].append(o)
                backward[o].append(s)
            self._index[prop] = (dict(forward), dict(backward))
        return self._index[prop]

    def triples(self, prop: str) -> list[tuple[str, str]]:
        """All subjects and objects of a property."""
        return [(s, o) for s, objects in self._indexed(prop)[0].items() for o in objects]

    def objects(self, node: str, *props: str) -> list[str]:
        """IRIs and literal values, in order, each once."""
        return list(dict.fromkeys(o for p in props for o in self._indexed(p)[0].get(node, ())))

    def one(self, node: str, prop: str) -> str:
        """The first value of a property; empty where there is none."""
        return next(iter(self.objects(node, prop)), "")

    def subjects(self, prop: str, value: str) -> list[str]:
        """Nodes that have the value."""
        return self._indexed(prop)[1].get(value, [])

    def of(self, *classes: str) -> list[str]:
        """The nodes of any of these classes of the ontology."""
        return sorted({s for c in classes for s in self.subjects("rdf:type", expand(f"pol:{c}"))})

    def is_a(self, node: str, *classes: str) -> bool:
        """Has the node one of these types?"""
        return not {expand(f"pol:{c}") for c in classes}.isdisjoint(self.objects(node, "rdf:type"))

    def years(self, node: str, *props: str) -> set[int]:
        """The whole numbers that a node has."""
        return {int(v) for v in self.objects(node, *props)}

    # names

    def labels(self, node: str) -> frozenset[str]:
        """A node's own labels, in plain form."""
        return plains(self.objects(node, "skos:prefLabel") or self.objects(node, "rdfs:label", "dcterms:title"))

    def names(self, node: str) -> frozenset[str]:
        """All names of a node in plain form, short and former ones too; of a concept also the end of its IRI."""
        printed = self.objects(node, "skos:altLabel", "skos:hiddenLabel")
        return self.labels(node) | plains(printed) | {plain(unquote(node.rpartition("/")[2]))}

    def show(self, node: str) -> str:
        """A readable form for lists of errors."""
        label = self.one(node, "skos:prefLabel") or self.one(node, "dcterms:title") or unquote(node.rpartition("/")[2])
        return " ".join(label.split())

    def parts(self, node: str) -> list[str]:
        """What the node is part of."""
        return self.objects(node, "dcterms:isPartOf", "pol:responseTo")

    # evidence

    def document_text(self, document: str) -> str:
        """A document's text. Raises StoreError where the store has lost it."""
        return self.text(document_key(self.one(document, "pol:sha256")))

    def _line(self, document: str, offset: int) -> int:
        if document not in self._line_starts:
            text = self.document_text(document)
            self._line_starts[document] = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]
        return bisect_right(self._line_starts[document], offset)

    def _read_span(self, evidence: str) -> None:
        document, start, end = (self.one(evidence, f"pol:{p}") for p in ("inDocument", "start", "end"))
        if not (document in self.file and start and end):
            return
        quote = self.one(evidence, "pol:quote")
        begin = int(start) + len(quote) - len(quote.lstrip())  # leading blanks are no position
        confidence = self.one(evidence, "pol:confidence")
        self._spans[evidence] = Span(
            self.file[document], self._line(document, begin), self._line(document, max(begin, int(end) - 1)),
            float(confidence) if confidence else None,
        )

    def spans(self, node: str, file: str | None = None) -> list[Span]:
        """The evidence of a node or an assertion, in one file."""
        found = [self._spans[e] for e in self.objects(node, "pol:evidence") if e in self._spans]
        return [s for s in found if file is None or s.file == file]

    def claims(self, subject: str, prop: str, value: str) -> list[str]:
        """The assertions of a relation."""
        return self._assertions.get((subject, expand(prop), value), [])

    def claim_spans(self, subject: str, prop: str, value: str) -> list[Span]:
        """The evidence of a relation."""
        return [s for a in self.claims(subject, prop, value) for s in self.spans(a)]

    def confidence(self, node: str, file: str) -> float | None:
        """The best confidence with which a node was read from a file."""
        return best(self.spans(node, file))

    # where a thing stands

    def in_file(self, node: str, file: str) -> bool:
        """Was the node, or without evidence of its own what it is part of, read from the file?"""
        if self.file.get(node) == file:
            return True
        if self.objects(node, "pol:evidence"):
            return bool(self.spans(node, file))
        return any(self.in_file(p, file) for p in self.parts(node))

    def covered(self, node: str, file: str, scope: Scope) -> bool:
        """Does a structural node stand where the gold covers the file?

        A node whose own lines are in neither list of the scope stands where its parent does.
        """
        if not self.in_file(node, file):
            return False
        if not scope:
            return True
        lines = [s.line for s in self.spans(node, file)]
        for ranges, verdict in ((scope["lines"], True), (scope.get("other", ()), False)):
            if any(within(n, ranges) for n in lines):
                return verdict
        above = [p for p in self.parts(node) if not self.is_a(p, "Plan", "PolicyDocument") and self.in_file(p, file)]
        return any(self.covered(p, file, scope) for p in above) if above else bool(scope.get("rest"))

    def named_in(self, node: str, file: str, scope: Scope) -> bool:
        """Is a named thing evidenced, by itself or as the object of a relation, where the gold covers the file?"""
        spans = self.spans(node, file) + [s for a in self._asserted_of.get(node, ()) for s in self.spans(a, file)]
        if not scope:
            return bool(spans)
        rest, other = scope.get("rest"), scope.get("other", ())
        return any(within(s.line, scope["lines"]) or (rest and not within(s.line, other)) for s in spans)


def best(spans: Iterable[Span]) -> float | None:
    """The highest confidence of some evidence."""
    return max((s.confidence for s in spans if s.confidence is not None), default=None)


def within(line: int, ranges: Iterable[tuple[int, int]]) -> bool:
    """Is the line in one of the ranges, ends included?"""
    return any(first <= line <= last for first, last in ranges)


def _value(term: Any) -> str:
    return str(term.value)


def _foreign(term: Any) -> bool:
    language = term.language if isinstance(term, ox.Literal) else None
    return bool(language) and not str(language).startswith("zh")
