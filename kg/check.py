"""Is the graph sound? SHACL shapes and checks of the facts, in one report.

:func:`check` reads the default graph of a store and changes nothing.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import rdflib
from pyoxigraph import Literal, NamedNode
from rdflib.namespace import RDF, SH

from kg.datachecks import DATA_CHECKS, SEVERITIES, Facts, Issue, Queryable, Severity
from kg.names import compact
from kg.rules import data_folder

_SEVERITY: dict[str, Severity] = {str(SH.Violation): "violation", str(SH.Warning): "warning", str(SH.Info): "info"}
_SEVERITY_ZH: dict[Severity, str] = {"violation": "錯誤", "warning": "警告", "info": "提示"}


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What :func:`check` found, worst first."""

    issues: tuple[Issue, ...]

    @property
    def conforms(self) -> bool:
        """Is there no violation? Warnings and hints do not count."""
        return not any(i.severity == "violation" for i in self.issues)

    def counts(self) -> dict[str, int]:
        """How many issues there are of each severity."""
        found = Counter(i.severity for i in self.issues)
        return {s: found[s] for s in SEVERITIES}

    def to_json(self) -> dict[str, Any]:
        """The report as plain dictionaries and lists, for ``json.dumps``."""
        return {
            "conforms": self.conforms,
            "counts": self.counts(),
            "issues": [{
                "check": i.check, "severity": i.severity, "node": i.node, "label": i.label, "path": i.path,
                "value": i.value, "message": {"zh-Hant": i.zh, "en": i.en},
            } for i in self.issues],
        }

    def text(self, first: int = 5) -> str:
        """The report for people: one group for each kind of issue, with its first examples."""
        n = self.counts()
        verdict = "圖譜符合規則 The graph conforms" if self.conforms else "圖譜有錯誤 The graph does not conform"
        lines = [f"{verdict}: " + ", ".join(f"{n[s]} {_SEVERITY_ZH[s]} {s}" for s in SEVERITIES)]
        groups: dict[tuple[str, ...], list[Issue]] = defaultdict(list)
        for i in self.issues:
            # a data check's message holds figures; its group goes by the check alone
            said = (i.zh, i.en) if i.check == "shacl" else ()
            groups[i.severity, i.check, i.path, *said].append(i)
        for members in groups.values():
            head = members[0]
            what = f"{head.zh} {head.en}" if head.check == "shacl" else head.check
            lines.append(f"\n[{_SEVERITY_ZH[head.severity]} {head.severity}] {what} {head.path} × {len(members)}")
            for i in members[:first]:
                own = "" if i.check == "shacl" else f" – {i.zh} {i.en}"
                value = f" = {_shortened(i.value)}" if i.value else ""
                lines.append(f"  {_shortened(i.label)} <{i.node}>{value}{own}".replace("   <", "  <"))
            if len(members) > first:
                lines.append(f"  … 另有 {len(members) - first} 筆 {len(members) - first} more")
        return "\n".join(lines) + "\n"


def _shortened(text: str, length: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[:length - 1] + "…"


@functools.cache
def _shapes() -> rdflib.Graph:
    """The shapes, rearranged for speed; what they accept stays the same.

    pySHACL evaluates a property shape inside a node shape once for each node, but one
    that has targets of its own once for all nodes, which is ten times as fast. So every property
    shape gets the targets of its node shape, and its path goes to the list of properties
    that the closed node shape ignores.
    """
    graph = rdflib.Graph().parse(data_folder("ontology") / "shapes.ttl")
    for shape in set(graph.subjects(SH.property)):
        ignored = graph.collection(_one(graph, shape, SH.ignoredProperties))
        for part in set(graph.objects(shape, SH.property)):
            for target in graph.objects(shape, SH.targetClass):
                graph.add((part, SH.targetClass, target))
            ignored.append(_one(graph, part, SH.path))
        graph.remove((shape, SH.property, None))
    return graph


def _one(graph: rdflib.Graph, subject: rdflib.term.Node, predicate: rdflib.URIRef) -> rdflib.term.Node:
    found = graph.value(subject, predicate)
    if found is None:
        raise ValueError(f"ontology/shapes.ttl: <{subject}> has no {predicate}; add it.")
    return found


def to_rdflib(store: Queryable) -> rdflib.Graph:
    """The store's default graph as an rdflib graph in memory.

    Terms are made once and shared; blank nodes keep their labels.
    """
    graph = rdflib.Graph()
    made: dict[Any, rdflib.term.Node] = {}

    def term(t: Any) -> Any:
        found = made.get(t)
        if found is None:
            if isinstance(t, NamedNode):
                found = rdflib.URIRef(t.value)
            elif isinstance(t, Literal):
                found = (rdflib.Literal(t.value, lang=t.language) if t.language
                         else rdflib.Literal(t.value, datatype=rdflib.URIRef(t.datatype.value), normalize=False))
            else:
                found = rdflib.BNode(t.value)
            made[t] = found
        return found

    add = graph.store.add
    for t in store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"):
        add((term(t.subject), term(t.predicate), term(t.object)), graph)
    return graph


def shape_issues(store: Queryable) -> Iterator[Issue]:
    """Validates the default graph against ``ontology/shapes.ttl``; one issue for each SHACL result.

    The ontology's triples are added to the data, for its subclasses; nothing is inferred.
    """
    import pyshacl  # takes half a second to import

    data = to_rdflib(store)
    data.parse(data_folder("ontology") / "policy.ttl")
    _, results, _ = pyshacl.validate(data, shacl_graph=_shapes(), inference="none", inplace=True)
    if not isinstance(results, rdflib.Graph):
        raise RuntimeError(f"ontology/shapes.ttl cannot be used for validation: {results}")
    for result in results.subjects(RDF.type, SH.ValidationResult):
        messages = {m.language or "": str(m) for m in results.objects(result, SH.resultMessage)
                    if isinstance(m, rdflib.Literal)}
        path, value = results.value(result, SH.resultPath), results.value(result, SH.value)
        yield Issue(
            "shacl", _SEVERITY[str(results.value(result, SH.resultSeverity))],
            str(results.value(result, SH.focusNode)),
            messages.get("zh-hant") or messages.get("zh-Hant", ""), messages.get("en", ""),
            path=compact(str(path)) if path is not None else "", value="" if value is None else str(value),
        )


def check(
    store: Queryable, texts: Mapping[str, str] | None = None, *, shapes: bool = True,
) -> CheckReport:
    """Validates a graph.

    ``store`` is a pyoxigraph Store, or anything whose ``query`` answers like one; its default
    graph is read. ``texts`` gives the text of documents by their IRI: quotes are then compared
    with it. ``shapes=False`` leaves the SHACL validation out, which takes most of the time.
    """
    facts = Facts(store, texts or {})
    found: set[Issue] = set()
    for data_check in DATA_CHECKS:
        found.update(data_check(facts))
    if shapes:
        found.update(shape_issues(store))
    return CheckReport(tuple(_sorted(_labelled(found, facts.labels))))


def _labelled(issues: Iterable[Issue], labels: Mapping[str, str]) -> Iterator[Issue]:
    for i in issues:
        yield i if i.label or i.node not in labels else replace(i, label=labels[i.node])


def _sorted(issues: Iterable[Issue]) -> list[Issue]:
    return sorted(issues, key=lambda i: (SEVERITIES.index(i.severity), i.check, i.path, i.en, i.node, i.value))
