"""What the review bench shows: proposed links and doubtful facts, each with its two ends, its words and its reasons."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from kg.decisions import Decision, End
from kg.decisions import end as end_of
from kg.doubts import Doubt, doubts
from kg.link.sources import Side, read
from kg.names import POL
from kg.store import StoreError
from kg.store.select import select
from kg.web.entity import quotation
from kg.web.graph import handle, label
from kg.web.language import N_, label_language
from kg.web.profile import first_place
from kg.web.terms import names

#: characters of one text, of the words around a place, and how many texts, places and quotations are shown
_TEXT, _AROUND, _TEXTS, _PLACES = 400, 90, 6, 3
FACTS = "facts"
KINDS = {"fundedBy": N_("措施與預算項目"), "answeredBy": N_("建議與措施、計畫"), FACTS: N_("存疑的事實")}
_ENDS = "。；！？\n"
#: the rules that are not sure of what they read, in words
RULES = {
    "annual-plan-table": N_("施政計畫表中斷開的列，併成一個名稱"),
    "bare-law": N_("句中沒有引號、像法規的名稱"),
    "bare-program": N_("句中沒有引號、像計畫的名稱"),
    "body-pronoun": N_("「本部」「該會」等代稱，依上文推斷所指機關"),
    "foreign-act": N_("外國法規的名稱"),
    "heading-is-a-program": N_("標題本身像計畫的名稱"),
    "industry-dictionary": N_("文中有產業清單裡的名稱"),
    "industry-list": N_("與已知產業並列的名稱"),
    "law-amended": N_("「修正」旁的法規"),
    "law-in-text": N_("回應文中提到的法規"),
    "law-list": N_("涉及法規欄裡的名稱"),
    "named-by-group": N_("以簡稱指同一計畫"),
    "opens-item": N_("項目開頭像計畫的名稱"),
    "program-dictionary": N_("文中有計畫清單裡的名稱"),
    "quoted-law": N_("引號中像法規的名稱"),
    "quoted-program": N_("引號中像計畫的名稱"),
    "responsible-body": N_("責任機關表中的機關，對應到策略或措施"),
    "title-industry": N_("標題裡的產業"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed link: its key as decisions name it, its ends' IRIs, and why."""

    key: str
    subject: str
    object: str
    confidence: float
    reason: str


@functools.lru_cache(maxsize=4)
def candidates(store: ox.Store, kind: str) -> tuple[Candidate, ...]:
    """The proposed links of a kind ("pol:fundedBy"), those first whose decision tells most.

    A decision tells most where the confidence is near one half (p·(1−p), the variance of the answer, as in
    uncertainty sampling; Lewis and Gale 1994); of equal ones the likelier comes first.
    """
    found: dict[str, Candidate] = {}
    for s in select(store, f"""SELECT ?key ?s ?o ?confidence ?reason WHERE {{ ?link rdf:predicate {kind} ;
            pol:reviewStatus ?state ; rdf:subject ?s ; rdf:object ?o ; dcterms:identifier ?key ;
            pol:confidence ?confidence ; pol:reason ?reason }} ORDER BY ?key ?reason"""):
        found[s["key"].value] = Candidate(
            s["key"].value, s["s"].value, s["o"].value, float(s["confidence"].value), s["reason"].value
        )
    return tuple(sorted(found.values(), key=lambda c: (-c.confidence * (1 - c.confidence), -c.confidence, c.key)))


@functools.lru_cache(maxsize=4)
def sides(store: ox.Store) -> dict[str, Side]:
    """Everything that a link can join, by IRI."""
    sources = read(store)
    return {s.iri: s for s in (*sources.measures, *sources.lines, *sources.recommendations, *sources.programs)}


def link_ends(store: ox.Store, candidate: Candidate) -> tuple[End, End] | None:
    """Both ends of a link as a decision names them; None where the graph does not know them any more."""
    known = sides(store)
    one, other = known.get(candidate.subject), known.get(candidate.object)
    return (end_of(one), end_of(other)) if one and other else None


def link_card(store: ox.Store, candidate: Candidate, decision: Decision | None) -> dict[str, Any]:
    """Both ends of a link with their texts, the reasons, and what was decided."""
    known = sides(store)
    return {
        "name": candidate.key, "key": candidate.key, "confidence": candidate.confidence, "decision": decision,
        "reasons": candidate.reason.split("；"), "rules": [], "question": N_("這兩者有關嗎？"), "relation": None,
        "ends": [{
            "iri": iri, "label": label(store, iri), "proof": first_place(store, ox.NamedNode(iri)),
            "context": known[iri].context if iri in known else (), "quotes": [], "note": "",
            "texts": [cut(t) for t in known[iri].texts[:_TEXTS]] if iri in known else [],
            "bodies": [label(store, b) for b in sorted(known[iri].bodies)] if iri in known else [],
        } for iri in (candidate.subject, candidate.object)],
    }


def fact_card(store: ox.Store, doubt: Doubt, key: str, decision: Decision | None) -> dict[str, Any]:
    """A doubtful fact: the sentence that it was read from, what was read, and where else that is named."""
    language = label_language()
    subject, assertion = ox.NamedNode(doubt.subject), ox.NamedNode(doubt.assertion)
    proofs = [q.object for q in store.quads_for_pattern(assertion, ox.NamedNode(POL + "evidence"), None)]
    read_here = [place(store, e) for e in proofs if isinstance(e, ox.NamedNode)][:_PLACES]
    thing = isinstance(doubt.object, ox.NamedNode)
    elsewhere = []
    if thing:
        others = (q.object for q in store.quads_for_pattern(doubt.object, ox.NamedNode(POL + "evidence"), None))
        elsewhere = [place(store, e) for e in others if e not in proofs and isinstance(e, ox.NamedNode)][:_PLACES]
    return {
        "name": doubt.name, "key": key, "confidence": doubt.confidence, "decision": decision,
        "reasons": [], "question": N_("原文真的這樣說嗎？"),
        "rules": [(r, RULES.get(r, "")) for r in sorted({str(p["rule"]) for p in read_here})],
        "relation": names(store, doubt.predicate), "ends": [
            {"iri": doubt.subject, "label": label(store, doubt.subject, language), "texts": [], "bodies": [],
             "context": [c for c in doubts(store).names.end(subject).context.split(" ＜ ") if c], "proof": "",
             "note": "", "quotes": read_here},
            {"iri": doubt.object.value if thing else "", "texts": [], "bodies": [], "context": (), "proof": "",
             "label": label(store, doubt.object.value, language) if thing else doubt.object.value,
             "note": N_("別處的原文：") if elsewhere else N_("別處沒有提到。") if thing else
             N_("還不是事實：接受後才成為圖譜裡的項目。"), "quotes": elsewhere},
        ],
    }


def place(store: ox.Store, evidence: ox.NamedNode) -> dict[str, Any]:
    """A quotation with the words of its sentence before and after it."""
    found = quotation(store, evidence)
    values = {q.predicate.value.removeprefix(POL): str(getattr(q.object, "value", ""))
              for q in store.quads_for_pattern(evidence, None, None)}
    start, end = int(values.get("start", 0)), int(values.get("end", 0))
    try:
        text = handle().versions.text(values.get("inDocument", "").rsplit("/", 1)[-1])
    except StoreError:  # a remote graph has no texts; the quotation must do
        return found | {"before": "", "after": ""}
    before, after = text[max(0, start - _AROUND):start], text[end:end + _AROUND]
    cut_at = max(before.rfind(mark) for mark in _ENDS) + 1
    ends = [at for mark in _ENDS if (at := after.find(mark)) >= 0]
    return found | {
        "before": ("" if cut_at or start <= _AROUND else "…") + " ".join(before[cut_at:].split()),
        "after": " ".join(after[:min(ends) + 1].split()) if ends else " ".join(after.split()) + "…",
    }


def fact_row(store: ox.Store, doubt: Doubt) -> dict[str, Any]:
    """A doubtful reading as its row in the list shows it."""
    named = label_language()
    thing = isinstance(doubt.object, ox.NamedNode)
    return {
        "name": doubt.name, "assertion": doubt.assertion, "subject": doubt.subject,
        "subject_text": label(store, doubt.subject, named), "predicate": names(store, doubt.predicate),
        "object": doubt.object.value if thing else "",
        "object_text": label(store, doubt.object.value, named) if thing else doubt.object.value,
        "confidence": doubt.confidence, "evidence": quotation(store, ox.NamedNode(doubt.evidence)),
    }


def cut(text: str) -> str:
    """A text that is not too long for a card."""
    return text if len(text) <= _TEXT else text[:_TEXT] + "…"
