"""Checks of the graph's facts that shapes cannot say, each a function that returns issues.

A check takes :class:`Facts` (a store behind a few cached queries over the default graph) and
yields :class:`Issue` records. ``DATA_CHECKS`` lists them; ``kg.check`` runs them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol

from kg.accounts import account_relations
from kg.names import (
    ABSTRACT_CLASSES,
    ANNOTATION_PROPERTIES,
    CLASSES,
    DATA_PROPERTIES,
    ID,
    OBJECT_PROPERTIES,
    POL,
    compact,
    expand,
    sparql_prefixes,
)

Severity = Literal["violation", "warning", "info"]
#: worst first
SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")

#: relations of which every triple must be claimed by an assertion
CLAIMED = (
    "pol:leadBy", "pol:partneredBy", "pol:responsibleBody", "pol:adoptionStatus", "pol:cites", "pol:mentions",
    "pol:targetsIndustry", "pol:coversIndustry", "pol:respondent", "pol:proposedBy",
)
#: predicates whose object may be described elsewhere (a rule, a run, a term of a vocabulary)
_OPEN_ENDED = (
    "pol:derivedBy", "prov:wasGeneratedBy", "rdf:predicate", "rdf:type", "skos:exactMatch", "skos:closeMatch",
)
#: classes whose members are the same thing when they bear the same name
_NAMED = {
    "pol:GovernmentBody": "body", "pol:Ministry": "body", "pol:Agency": "body", "pol:Regulation": "regulation",
    "pol:Program": "program", "pol:Industry": "industry",
}


class Queryable(Protocol):
    """A store: ``query`` takes SPARQL and returns what pyoxigraph returns."""

    def query(self, query: str, /) -> Any:
        """Solutions of a SELECT, triples of a CONSTRUCT."""
        ...


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong (or remarkable) about one node."""

    check: str
    severity: Severity
    node: str
    zh: str
    en: str
    label: str = ""
    path: str = ""
    value: str = ""


@dataclass(frozen=True)
class Facts:
    """A store's default graph, and the texts that its evidence points into (by document IRI)."""

    store: Queryable
    texts: Mapping[str, str] = field(default_factory=dict)

    def rows(self, where: str) -> Iterator[Any]:
        """Solutions of a SELECT; the prefixes are declared."""
        yield from self.store.query(sparql_prefixes() + where)

    def pairs(self, predicate: str) -> list[tuple[str, str]]:
        """(subject, object) of one predicate, as plain strings."""
        return [(r[0].value, r[1].value) for r in self.rows(f"SELECT ?s ?o WHERE {{ ?s {predicate} ?o }}")]

    @cached_property
    def labels(self) -> dict[str, str]:
        """Preferred label by IRI: Chinese before English, then by spelling."""
        found: dict[str, tuple[bool, str]] = {}
        for r in self.rows("SELECT ?s ?l WHERE { ?s skos:prefLabel ?l }"):
            rank = (not (r[1].language or "").startswith("zh"), r[1].value)
            if r[0].value not in found or rank < found[r[0].value]:
                found[r[0].value] = rank
        return {iri: label for iri, (_, label) in found.items()}

    @cached_property
    def classes(self) -> dict[str, set[str]]:
        """Class names ("pol:Goal") by IRI."""
        found: dict[str, set[str]] = defaultdict(set)
        for node, cls in self.pairs("rdf:type"):
            found[node].add(compact(cls))
        return found

    @cached_property
    def assertions(self) -> dict[str, tuple[str, str, str]]:
        """Subject, predicate, object by assertion, each in N-Triples form."""
        return {r[0].value: (str(r[1]), str(r[2]), str(r[3])) for r in self.rows(
            "SELECT ?a ?s ?p ?o WHERE { ?a a pol:Assertion ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }")}

    def triples(self, predicates: Iterable[str]) -> Iterator[tuple[str, str, str]]:
        """Triples of some predicates (full IRIs), each term in N-Triples form."""
        values = " ".join(f"<{p}>" for p in predicates)
        for r in self.rows(f"SELECT ?s ?p ?o WHERE {{ VALUES ?p {{ {values} }} ?s ?p ?o }}"):
            yield str(r[0]), str(r[1]), str(r[2])


def _bare(term: str) -> str:
    """An IRI without its angle brackets."""
    return term[1:-1] if term.startswith("<") else term


def blank_nodes(facts: Facts) -> Iterator[Issue]:
    """Blank nodes: they cannot be merged or linked to."""
    found = {str(r[0]) for r in facts.rows("SELECT DISTINCT ?n WHERE { ?n ?p ?o FILTER(isBlank(?n)) }")}
    found |= {str(r[0]) for r in facts.rows("SELECT DISTINCT ?n WHERE { ?s ?p ?n FILTER(isBlank(?n)) }")}
    for node in sorted(found):
        yield Issue("blank_nodes", "violation", node, "圖中不得有空白節點。", "the graph must not have blank nodes.")


def unknown_terms(facts: Facts) -> Iterator[Issue]:
    """Classes and properties in the ontology's namespace that the ontology does not have."""
    known = {expand(n) for n in (
        *CLASSES, *ABSTRACT_CLASSES, *OBJECT_PROPERTIES, *DATA_PROPERTIES, *ANNOTATION_PROPERTIES)}
    used = {r[0].value for r in facts.rows("SELECT DISTINCT ?p WHERE { ?s ?p ?o }")}
    used |= {r[0].value for r in facts.rows("SELECT DISTINCT ?c WHERE { ?s a ?c }")}
    for term in sorted(t for t in used - known if t.startswith(POL)):
        yield Issue("unknown_terms", "violation", term, "本體沒有這個詞彙。", "the ontology has no such term.")


def dangling_references(facts: Facts) -> Iterator[Issue]:
    """IRIs of the graph that something points to and that nothing describes."""
    skipped = ", ".join(_OPEN_ENDED)
    uses: Counter[str] = Counter()
    for r in facts.rows(
        f"SELECT ?o (COUNT(*) AS ?n) WHERE {{ ?s ?p ?o FILTER(isIRI(?o) && ?p NOT IN ({skipped})) }} GROUP BY ?o"
    ):
        if r[0].value.startswith(ID) and r[0].value not in facts.classes:
            uses[r[0].value] += int(r[1].value)
    for node, n in sorted(uses.items()):
        yield Issue("dangling_references", "violation", node, f"被引用 {n} 次，但沒有類別。",
                    f"is pointed to {n} times and has no class.")


def quotes(facts: Facts) -> Iterator[Issue]:
    """Quotes that are not as long as their span or, where the text is at hand, not what stands there."""
    for r in facts.rows("SELECT ?e ?d ?start ?end ?quote WHERE { ?e pol:inDocument ?d ; pol:start ?start ; "
                        "pol:end ?end ; pol:quote ?quote }"):
        node, start, end, quote = r[0].value, int(r[2].value), int(r[3].value), r[4].value
        if len(quote) != end - start:
            yield Issue("quotes", "violation", node, f"引文有 {len(quote)} 字，起訖卻是 {end - start} 字。",
                        f"the quote has {len(quote)} characters, the span {end - start}.",
                        path="pol:quote", value=quote)
        elif r[1].value in facts.texts and facts.texts[r[1].value][start:end] != quote:
            yield Issue("quotes", "violation", node, f"引文與原文 {start}:{end} 不符。",
                        f"the quote is not the document's text at {start}:{end}.", path="pol:quote", value=quote)


def unclaimed_relations(facts: Facts) -> Iterator[Issue]:
    """Relations without an assertion that has evidence or a rule."""
    proven = {a for a, _ in facts.pairs("pol:evidence|pol:derivedBy")}
    claims = {claim: a in proven for a, claim in sorted(facts.assertions.items(), key=lambda x: x[0] in proven)}
    for triple in sorted(facts.triples(expand(p) for p in CLAIMED)):
        subject, path, value = (_bare(t) for t in triple)
        if triple not in claims:
            zh, en = "關係沒有主張（pol:Assertion）。", "the relation has no pol:Assertion."
        elif not claims[triple]:
            zh, en = "關係的主張沒有證據或推導規則。", "the relation's assertion has neither evidence nor a rule."
        else:
            continue
        yield Issue("unclaimed_relations", "violation", subject, zh, en, path=compact(path), value=value)


def missing_triples(facts: Facts) -> Iterator[Issue]:
    """Assertions whose plain triple is not in the graph."""
    plain = set(facts.triples(sorted({_bare(p) for _, p, _ in facts.assertions.values()})))
    # what waits for review is no fact yet
    waiting = {node for node, _ in facts.pairs("pol:reviewStatus")}
    for node, claim in sorted(facts.assertions.items()):
        if claim not in plain and node not in waiting:
            yield Issue("missing_triples", "violation", node, "主張的三元組不在圖中。",
                        "the assertion's triple is not in the graph.", path=compact(_bare(claim[1])),
                        value=_bare(claim[2]))


def on_cycles(parents: Mapping[str, Iterable[str]]) -> set[str]:
    """The nodes that are their own ancestors.

    Nodes with no parent left are taken away until none remain, then (the other way round)
    nodes with no child left; what stays lies on a cycle or between two.
    """
    edges = {(child, parent) for child, above in parents.items() for parent in above}
    for near in (0, 1):
        degree = Counter(e[near] for e in edges)
        into: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for e in edges:
            into[e[1 - near]].append(e)
        free = [n for n in into if not degree[n]]
        while free:
            for e in into[free.pop()]:
                edges.discard(e)
                degree[e[near]] -= 1
                if not degree[e[near]]:
                    free.append(e[near])
    return {n for e in edges for n in e}


def _above(facts: Facts, predicate: str) -> dict[str, list[str]]:
    above: dict[str, list[str]] = defaultdict(list)
    for child, parent in facts.pairs(predicate):
        above[child].append(parent)
    return above


def part_cycles(facts: Facts) -> Iterator[Issue]:
    """Things that are part of themselves."""
    for node in sorted(on_cycles(_above(facts, "dcterms:isPartOf"))):
        yield Issue("part_cycles", "violation", node, "上層單元成環。", "is part of itself.", path="dcterms:isPartOf")


def broader_cycles(facts: Facts) -> Iterator[Issue]:
    """Industries (and other concepts) that are broader than themselves."""
    for node in sorted(on_cycles(_above(facts, "skos:broader"))):
        yield Issue("broader_cycles", "violation", node, "上位概念成環。", "is broader than itself.",
                    path="skos:broader")


def rootless_sections(facts: Facts) -> Iterator[Issue]:
    """Sections that no chain of dcterms:isPartOf joins to a document."""
    below: dict[str, list[str]] = defaultdict(list)
    for child, parent in facts.pairs("dcterms:isPartOf"):
        below[parent].append(child)
    todo = [n for n, cls in facts.classes.items() if "pol:PolicyDocument" in cls]
    reached = set(todo)
    while todo:
        new = [n for n in below[todo.pop()] if n not in reached]
        reached.update(new)
        todo.extend(new)
    for node in sorted(n for n, cls in facts.classes.items() if "pol:Section" in cls and n not in reached):
        yield Issue("rootless_sections", "violation", node, "章節不屬於任何文件。", "the section reaches no document.",
                    path="dcterms:isPartOf")


def orphan_evidence(facts: Facts) -> Iterator[Issue]:
    """Evidence that proves nothing."""
    used = {e for _, e in facts.pairs("pol:evidence")}
    for node in sorted(n for n, cls in facts.classes.items() if "pol:Evidence" in cls and n not in used):
        yield Issue("orphan_evidence", "warning", node, "沒有任何實體或主張使用此證據。", "nothing uses this evidence.")


def backward_years(facts: Facts) -> Iterator[Issue]:
    """Periods whose last year lies before their first, whichever of the stated years are paired."""
    for r in facts.rows("SELECT ?s (MIN(?a) AS ?first) (MAX(?b) AS ?last) WHERE "
                        "{ ?s pol:startYear ?a ; pol:endYear ?b } GROUP BY ?s"):
        if r[1] is not None and r[2] is not None and int(r[2].value) < int(r[1].value):
            yield Issue("backward_years", "violation", r[0].value, f"結束年 {r[2].value} 早於起始年 {r[1].value}。",
                        f"ends in {r[2].value}, before it starts in {r[1].value}.", path="pol:endYear",
                        value=r[2].value)


def declared_counts(facts: Facts) -> Iterator[Issue]:
    """Counts that a document declares of itself and that differ from what was found."""
    for r in facts.rows("SELECT ?s ?declared ?found WHERE { ?s a pol:DeclaredCount ; pol:value ?declared ; "
                        "pol:foundCount ?found FILTER(?declared != ?found) }"):
        yield Issue("declared_counts", "info", r[0].value, f"文件自述 {r[1].value}，擷取到 {r[2].value}。",
                    f"the document declares {r[1].value}, found {r[2].value}.", path="pol:foundCount",
                    value=r[2].value)


def same_names(facts: Facts) -> Iterator[Issue]:
    """Bodies, regulations, programs or industries of one name with several IRIs."""
    by_name: dict[tuple[str, str], set[str]] = defaultdict(set)
    for node, label in facts.labels.items():
        for cls in facts.classes.get(node, ()):
            if cls in _NAMED:
                by_name[_NAMED[cls], label].add(node)
    for (_, label), nodes in sorted(by_name.items()):
        if len(nodes) > 1:
            first, *others = sorted(nodes)
            yield Issue("same_names", "info", first, f"與其他 {len(others)} 個同類實體同名。",
                        f"{len(others)} more of its kind bear the same name.", label, "skos:prefLabel",
                        " ".join(others))


def unattached_work_plans(facts: Facts) -> Iterator[Issue]:
    """Work plans of annual plans without an amount, in a year for which the graph holds the ministry's budget."""
    for plan in account_relations(facts.store).unattached:
        several = len(plan.candidates)
        yield Issue("unattached_work_plans", "info", plan.work_plan,
                    f"{plan.year} 年度預算有 {several} 個名稱相近的科目，無法對應。",
                    f"the budget of {plan.year} has {several} accounts of about this name; none can be chosen.",
                    plan.name, "pol:workPlan", " ".join(plan.candidates))


#: all checks, in the order of reports
DATA_CHECKS: tuple[Callable[[Facts], Iterable[Issue]], ...] = (
    blank_nodes, unknown_terms, dangling_references, quotes, unclaimed_relations, missing_triples, part_cycles,
    broader_cycles, rootless_sections, orphan_evidence, backward_years, declared_counts, same_names,
    unattached_work_plans,
)
