"""Whole-graph passes: facts that follow from other facts, said to be derived.

Each pass is one rule with a name; its facts carry an assertion with ``pol:derivedBy``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

import pyoxigraph as ox

from kg.accounts import RULE_LABELS as ACCOUNT_RULES
from kg.accounts import account_relations
from kg.model import Relation
from kg.names import POL
from kg.rdf import node, relation_triples, rule_iri

ACTIVE_IN = "body-active-in-industry"

#: a body is active in an industry where it leads, joins, answers for or is responsible for something
#: that targets or covers the industry (ontology core, pol:activeIn)
_ROLES = ("pol:leadBy", "pol:partneredBy", "pol:responsibleBody", "pol:respondent")
_LINKS = ("pol:targetsIndustry", "pol:coversIndustry")

#: every rule that derives facts, here or in an extractor, in words (a test holds the list against the graph)
RULE_LABELS: dict[str, tuple[str, str]] = {
    ACTIVE_IN: (
        "機關主辦、協辦、答復或負責的事項以該產業為對象或涵蓋該產業，即視為參與該產業",
        "a body is active in the industries that what it leads, joins, answers or is responsible for targets",
    ),
    "measure-inherits-strategy-bodies": (
        "措施沿用所屬策略的主辦與協辦機關", "a measure has the lead and partners of its strategy",
    ),
    "publisher-leads-its-plan": ("施政計畫的項目由提出計畫的機關主辦", "the body whose plan it is leads its elements"),
    "publisher-leads-its-report": (
        "業務報告的工作由提出報告的機關主辦", "the body whose report it is leads what it reports",
    ),
    "line-belongs-to-plan-publisher": (
        "計畫項目屬於提出施政計畫的機關", "a budget line belongs to the body whose plan it is in",
    ),
    "measure-mentions-what-its-section-mentions": (
        "措施提及其章節所提及的事物", "a measure mentions what its section mentions",
    ),
    "part-inherits-proposer": ("建議的各部分由同一團體提出", "a part of a recommendation has the same proposer"),
    "program-bodies-from-rows": ("計畫的負責機關來自表中各列", "a program's bodies are those of its rows"),
    **ACCOUNT_RULES,
}


def active_in(store: ox.Store) -> Iterator[Relation]:
    """``pol:activeIn``, body to industry, each once.

    Joined here and not in the store: one scan of each property, so that time grows with the graph.
    """
    industries: dict[str, set[str]] = defaultdict(set)
    for link in _LINKS:
        for thing, industry in _pairs(store, link):
            industries[thing].add(industry)
    asked: dict[str, list[str]] = defaultdict(list)
    for answer, thing in _pairs(store, "pol:responseTo"):
        asked[answer].append(thing)
    found: set[tuple[str, str]] = set()
    for role in _ROLES:
        for thing, body in _pairs(store, role):
            things = [thing, *asked.get(thing, ())] if role == "pol:respondent" else [thing]
            found.update((body, industry) for t in things for industry in industries.get(t, ()))
    for body, industry in sorted(found):
        yield Relation(body, "pol:activeIn", industry, (), ACTIVE_IN)


def _pairs(store: ox.Store, predicate: str) -> Iterator[tuple[str, str]]:
    """Subjects and objects of a property."""
    for quad in store.quads_for_pattern(None, node(predicate), None, ox.DefaultGraph()):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            yield quad.subject.value, quad.object.value


def derived_triples(store: ox.Store, former: Collection[ox.Triple] = frozenset()) -> list[ox.Triple]:
    """The triples of all passes, sorted, with the rules' own descriptions.

    ``former`` are triples in the store that an earlier run of the passes put there: they name no rule.
    """
    found: set[ox.Triple] = set()
    for relation in (*active_in(store), *account_relations(store).relations):
        found.update(relation_triples(relation, ""))
    for rule in _rules_used(store, found, former):
        for label, language in zip(RULE_LABELS.get(rule, ()), ("zh-Hant", "en"), strict=False):
            found.add(ox.Triple(
                ox.NamedNode(rule_iri(rule)), ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label"),
                ox.Literal(label, language=language),
            ))
    return sorted(found, key=str)


def _rules_used(store: ox.Store, found: Iterable[ox.Triple], former: Collection[ox.Triple]) -> set[str]:
    """Names of the rules that derived something."""
    derived_by = ox.NamedNode(POL + "derivedBy")
    iris = {t.object.value for t in found if t.predicate == derived_by and isinstance(t.object, ox.NamedNode)}
    stated = (q.object for q in store.quads_for_pattern(None, derived_by, None) if q.triple not in former)
    iris |= {rule.value for rule in stated if isinstance(rule, ox.NamedNode)}
    return {i.rsplit("/", 1)[-1] for i in iris}
