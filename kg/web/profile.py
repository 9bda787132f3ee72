"""The first part of a thing's page, made for its class: panels, money by year, answers, its place in a plan."""

from __future__ import annotations

import itertools
from collections import defaultdict
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
from flask import url_for

from kg.names import ID, POL, expand
from kg.rdf import assertion_iri
from kg.store.select import select
from kg.web.chart import Bar, bars
from kg.web.graph import Opened, handle, label
from kg.web.language import _, label_language
from kg.web.profiles import PROFILES, ROWS, Column, Panel
from kg.web.reading import read
from kg.web.terms import names

_PART_OF = ox.NamedNode(expand("dcterms:isPartOf"))
_EVIDENCE = ox.NamedNode(POL + "evidence")
#: how far up a thing's place in its plan is followed
_HIGHEST = 12


def profile(current: Opened, iri: str, cls: str) -> dict[str, Any]:
    """What the page of a thing of a class (local name) shows before its plain properties."""
    found: dict[str, Any] = {
        "place_in_plan": _above(current.store, iri), "panels": [
            p for panel in PROFILES.get(cls, ()) if (p := _panel(current.store, iri, panel))["rows"]
        ],
    }
    if cls in ("Ministry", "Agency", "GovernmentBody"):
        found["money"] = _money(current.store, iri)
    if cls == "Recommendation":
        found["answers"] = _answers(current.store, iri)
    if cls == "PolicyDocument":
        found["contents"] = _contents(current, iri)
    return found


def _panel(store: ox.Store, iri: str, panel: Panel) -> dict[str, Any]:
    this = ox.NamedNode(iri)
    variables = " ".join(f"?{c.name}" for c in panel.columns)
    order = f"ORDER BY {panel.order}" if panel.order else ""
    # the order's variables need not be shown: rows that differ in them only are one row
    values = f"VALUES ?this {{ {this} }}"
    where = panel.where.replace("@THIS", values)
    solutions = select(store, f"SELECT {variables} WHERE {{ {values} {where} }} {order}")
    unique = list({tuple(s[c.name] for c in panel.columns): s for s in solutions}.values())
    unique = [s for s in unique if any(s[c.name] is not None for c in panel.columns)]
    rows = [{
        "cells": [_cell(store, c, s[c.name]) for c in panel.columns],
    } | _proof(store, panel, s, this) for s in unique[:ROWS]]
    return {
        "slug": panel.slug, "title": panel.title, "columns": panel.columns, "rows": rows,
        "total": len(unique), "more": max(0, len(unique) - ROWS), "proved": panel.proof is not None,
    }


def _cell(store: ox.Store, column: Column, term: Any) -> dict[str, Any]:
    """A value as the template shows it."""
    if term is None:
        return {"kind": "", "text": "", "iri": ""}
    if column.kind == "class":
        local = term.value.removeprefix(POL)
        return {"kind": "class", "local": local, "iri": ""} | names(store, term.value)
    if isinstance(term, ox.NamedNode):
        # a status keeps its Chinese name, by which it is coloured
        if column.kind == "status":
            return {"kind": "status", "text": label(store, term.value), "iri": term.value,
                    "en": label(store, term.value, "en")}
        return {"kind": column.kind, "text": label(store, term.value, label_language()), "iri": term.value}
    return {"kind": column.kind, "text": str(term.value), "iri": "",
            "share": float(term.value) if column.kind == "share" else 0}


def _proof(store: ox.Store, panel: Panel, row: ox.QuerySolution, this: ox.NamedNode) -> dict[str, Any]:
    """Address of the first place that proves a row's relation; of a derived one, of the thing that it is about."""
    if panel.proof is None:
        return {"proof": "", "derived": False}
    terms = [
        this.value if part == "?this" else getattr(row[part[1:]], "value", "") if part.startswith("?") else expand(part)
        for part in panel.proof
    ]
    proof = first_place(store, ox.NamedNode(assertion_iri(*terms)))
    if proof or not terms[0]:
        return {"proof": proof, "derived": False}
    # a body is named in hundreds of places: none of them is about this row
    about = "" if "/body/" in terms[0] else first_place(store, ox.NamedNode(terms[0]))
    return {"proof": about, "derived": True}


def first_place(store: ox.Store, thing: ox.NamedNode) -> str:
    """Address in the source reader of the first evidence of a thing or assertion; empty if there is none."""
    places = []
    for quad in store.quads_for_pattern(thing, _EVIDENCE, None):
        values = {q.predicate.value.removeprefix(POL): str(getattr(q.object, "value", ""))
                  for q in store.quads_for_pattern(quad.object, None, None)}  # type: ignore[arg-type]
        if "inDocument" in values:
            places.append((values["inDocument"], int(values.get("start", 0)), int(values.get("end", 0))))
    if not places:
        return ""
    document, start, end = min(places)
    return url_for("pages.source", key=document.rsplit("/", 1)[-1], start=start, end=end) + "#here"


def _above(store: ox.Store, iri: str) -> list[dict[str, str]]:
    """What a thing is part of, the outermost first; empty where it is part of nothing."""
    found: list[dict[str, str]] = []
    at, seen = iri, {iri}
    while len(found) < _HIGHEST:
        above = sorted(str(getattr(q.object, "value", "")) for q in
                       store.quads_for_pattern(ox.NamedNode(at), _PART_OF, None))
        if not above or above[0] in seen:
            break
        at = above[0]
        seen.add(at)
        number = [str(getattr(q.object, "value", "")) for q in
                  store.quads_for_pattern(ox.NamedNode(at), ox.NamedNode(POL + "number"), None)]
        text = label(store, at, label_language())
        numbered = text if not number or text.startswith(number[0]) else f"{number[0]} {text}"
        found.insert(0, {"iri": at, "text": numbered})
    return found


def _money(store: ox.Store, iri: str) -> dict[str, Any] | None:
    """A body's amounts by year and phase, as a chart and a table; None where there is none."""
    solutions = select(store, f"""SELECT ?a ?year ?phase ?amount WHERE {{ VALUES ?this {{ {ox.NamedNode(iri)} }}
        ?a a pol:BudgetAmount ; pol:agency ?this ; pol:fiscalYear ?year ; pol:amountTWD ?amount ; pol:phase ?phase
        FILTER NOT EXISTS {{ ?a pol:workPlan ?w }} }} ORDER BY ?year ?phase DESC(?amount)""")
    table = [{
        "iri": s["a"].value, "year": int(s["year"].value), "phase": label(store, s["phase"].value, label_language()),
        "amount": Decimal(s["amount"].value), "proof": first_place(store, s["a"]),
    } for s in solutions]
    if not table:
        return None
    largest: dict[tuple[int, str], Decimal] = {}
    for row in table:
        at = row["year"], row["phase"]
        largest[at] = max(row["amount"], largest.get(at, row["amount"]))
    return {"rows": table, "chart": bars([
        Bar(str(year), phase, float(amount) / 1e8) for (year, phase), amount in sorted(largest.items())
    ])}


def _answers(store: ox.Store, iri: str) -> list[dict[str, Any]]:
    """The ministries' answers to a recommendation, with statuses and text."""
    solutions = select(store, f"""SELECT ?r ?body ?status ?scope ?text ?n WHERE {{
        VALUES ?this {{ {ox.NamedNode(iri)} }}
        ?r pol:responseTo ?this OPTIONAL {{ ?r pol:respondent ?body }} OPTIONAL {{ ?r pol:adoptionStatus ?status }}
        OPTIONAL {{ ?r pol:statusScope ?scope }} OPTIONAL {{ ?r pol:text ?text }} OPTIONAL {{ ?r pol:order ?n }}
        }} ORDER BY ?n ?r ?status""")
    found: dict[str, dict[str, Any]] = {}
    for s in solutions:
        answer = found.setdefault(s["r"].value, {
            "iri": s["r"].value, "body": s["body"].value if s["body"] else "", "statuses": [],
            "body_name": label(store, s["body"].value, label_language()) if s["body"] else "",
            "text": s["text"].value if s["text"] else "",
            "scope": s["scope"].value if s["scope"] else "", "proof": first_place(store, s["r"]),
        })
        if s["status"]:
            status = {"zh": label(store, s["status"].value), "en": label(store, s["status"].value, "en")}
            if status not in answer["statuses"]:
                answer["statuses"].append(status)
    return list(found.values())


def _contents(current: Opened, iri: str) -> dict[str, Any]:
    """A document's outline with what was read from each part."""
    key = iri.rsplit("/", 1)[-1]
    everything = read(current.store, key, handle().versions.text(key))
    totals: dict[str, set[str]] = defaultdict(set)
    for r in everything.things:
        totals[r.cls].add(r.iri)
    totals.pop("PolicyDocument", None)
    classes = {c: names(current.store, POL + c) for c in totals}
    numbers = ox.NamedNode(POL + "number")
    parts = []
    for p in everything.parts:
        text = label(current.store, p.iri)
        number = [str(getattr(q.object, "value", "")) for q in
                  current.store.quads_for_pattern(ox.NamedNode(p.iri), numbers, None)]
        parts.append({
            "iri": p.iri, "depth": min(p.depth, 5), "counts": p.counts.most_common(),
            "text": text if not number or text.startswith(number[0]) else f"{number[0]} {text}",
            "href": url_for("pages.source", key=key, page=everything.page(p.start)),
        })
    return {
        "key": key, "parts": parts, "classes": classes, "pages": len(everything.pages),
        "totals": sorted(((c, len(i)) for c, i in totals.items()), key=lambda x: -x[1]),
    }


def citation(iri: str, title: str, document: str, day: str) -> dict[str, str]:
    """How to cite a thing's page: as text, BibTeX and RIS. ``day`` is the day of the build (ISO 8601)."""
    year = day[:4]
    within = f"（{document}）" if document and document != title else ""
    site = "政策知識圖譜 Policy Knowledge Graph"
    ident = quote(iri, safe=":/%#")
    key = "policykg-" + "".join(itertools.islice((c for c in iri.removeprefix(ID) if c.isascii() and c.isalnum()), 24))
    escaped = "".join("\\" + c if c in "&%$#_{}" else c for c in title + within)
    return {
        "text": _("政策知識圖譜，〈%(title)s〉，%(day)s。%(iri)s", title=title + within, day=day, iri=ident),
        "bibtex": f"@misc{{{key},\n  title = {{{escaped}}},\n"
                  f"  howpublished = {{{site}}},\n"
                  f"  year = {{{year}}},\n  url = {{{ident}}}\n}}",
        "ris": f"TY  - DATA\nTI  - {title}{within}\nPB  - {site}\nPY  - {year}\n"
               f"UR  - {ident}\nER  - ",
    }


def schema_org(iri: str, title: str, cls: str, page: str, above: list[dict[str, str]]) -> dict[str, Any]:
    """The thing in schema.org's words, for search engines."""
    kinds = {
        "Ministry": "GovernmentOrganization", "Agency": "GovernmentOrganization",
        "GovernmentBody": "GovernmentOrganization", "Regulation": "Legislation", "Provision": "Legislation",
        "PolicyDocument": "Report", "Plan": "CreativeWork", "Recommendation": "Recommendation", "Response": "Answer",
        "Industry": "DefinedTerm", "Target": "Observation", "BudgetAmount": "MonetaryGrant",
    }
    found: dict[str, Any] = {
        "@context": "https://schema.org", "@type": kinds.get(cls, "CreativeWork"), "@id": iri, "name": title,
        "url": page,
    }
    if above and found["@type"] in ("CreativeWork", "Report", "Recommendation", "Answer", "Legislation"):
        found["isPartOf"] = {"@id": above[-1]["iri"], "name": above[-1]["text"]}
    return found
