"""The table of policy industries against its gold."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from kg.evaluate.graph import Graph, best
from kg.evaluate.match import Metric, Record, names, optional, pairs, plain, plains, things
from kg.evaluate.quantities import figure, figure_keys, quantity

_RESPONSIBLE = ("pol:leadBy", "pol:partneredBy", "pol:responsibleBody")


def industries(graph: Graph, gold: Mapping[str, Any]) -> Iterator[Metric]:
    """Programs with periods and ministries, scope terms, targets, strategies and measures."""
    file, scope, listed = gold["doc"], gold.get("scope"), gold["programs"]
    called = {
        name: i for i, p in enumerate(listed)
        for name in _bare(plains([p["name"], *p.get("aliases", ()), *p.get("alt", ())]))
    }

    def number(node: str) -> int | None:
        """The gold's program that a program of the graph is."""
        return next((called[n] for n in sorted(_bare(graph.names(node))) if n in called), None)

    rows = [r for r in graph.of("IndustryScope") if graph.covered(r, file, scope)]
    of_row = {r: _programs(graph, r) for r in rows}
    in_table = set[str]().union(*of_row.values())
    # a program of the table of which no row was read
    programs = sorted(in_table | {
        n for n in graph.of("Program")
        if number(n) is not None and graph.objects(n, "pol:startYear") and graph.named_in(n, file, scope)
    })

    answers = []
    for i, p in enumerate(listed):
        period = p["period"]
        when = (i, period["start"], period["end"], bool(period["open_end"]))
        answers.append(Record(f"{p['name']} {period['printed']}", frozenset({when}), optional=optional(p)))
    claims = []
    for n in programs:  # a program may have other periods from other documents
        starts = graph.years(n, "pol:startYear")
        keys: set[Hashable] = {(number(n), s, e, False) for s in starts for e in graph.years(n, "pol:endYear")}
        if "true" in graph.objects(n, "pol:openEnd"):
            keys |= {(number(n), s, None, True) for s in starts}
        claims.append(Record(graph.show(n), frozenset(keys), confidence=graph.confidence(n, file)))
    yield names("industries.programs", answers, claims)

    answers = [
        Record(f"{p['name']} | {m}", frozenset({(i, plain(m))}), optional=optional(p))
        for i, p in enumerate(listed) for m in dict.fromkeys(m for r in p["rows"] for m in r["ministries"])
    ]
    leads: dict[tuple[str, str], float | None] = {}
    for n in (*rows, *programs):
        for prop in _RESPONSIBLE:
            for body in graph.objects(n, prop):
                spans = graph.claim_spans(n, prop, body)
                if n in of_row or not spans or any(s.file == file for s in spans):
                    leads.update({(p, body): best(spans) for p in of_row.get(n, {n})})
    yield names("industries.ministries", answers, [
        Record(f"{graph.show(p)} | {graph.show(b)}", frozenset((number(p), n) for n in graph.names(b)), confidence=c)
        for (p, b), c in sorted(leads.items())
    ])

    yield names("industries.scope", *_scope_terms(graph, listed, {r: {number(p) for p in of_row[r]} for r in rows}))

    answers = [
        figure(x, open_=open_) for p in listed for r in p["rows"]
        for found, open_ in (
            ([x for t in r["targets"] for x in t["indicators"]], False), (r.get("other_indicators", ()), True))
        for x in found
    ]
    yield things("industries.targets", answers, targets(graph, file, scope))

    answers = []
    for i, p in enumerate(listed):
        for r in p["rows"]:
            answers += [_titled(p, i, s["title"], optional(s)) for s in r["strategies"]]
            answers += [_titled(p, i, g, True) for g in dict.fromkeys(s.get("group") for s in r["strategies"]) if g]
    strategies = [n for n in graph.of("Strategy") if graph.labels(n) and graph.covered(n, file, scope)]
    claims = [
        Record(
            graph.show(n), frozenset(map(number, _programs(graph, n))), graph.labels(n),
            confidence=graph.confidence(n, file),
        )
        for n in strategies
    ]
    yield things("industries.strategies", answers, claims)

    place = {strategies[j]: answers[i].shown for j, i in pairs(answers, claims).items()}
    measures = [
        Record(f"{s['title']} | {m}", frozenset({f"{p['name']} | {s['title']}"}), plains([m]), optional(s))
        for p in listed for r in p["rows"] for s in r["strategies"] for m in s["measures"]
    ]
    claims = [
        Record(
            graph.show(n), frozenset(place[p] for p in graph.parts(n) if p in place), graph.labels(n),
            confidence=graph.confidence(n, file),
        )
        for n in graph.of("Measure") if graph.labels(n) and graph.covered(n, file, scope)
    ]
    yield things("industries.measures", measures, claims)


def targets(graph: Graph, file: str, scope: Mapping[str, Any] | None) -> list[Record]:
    """The figures that the graph has read from a file."""
    claims = []
    for n in graph.of("Target"):
        if graph.covered(n, file, scope):
            units = graph.objects(n, "pol:unit") or [""]
            quantities = [quantity(Decimal(v), u) for v in graph.objects(n, "pol:value") for u in units]
            years = graph.years(n, "pol:ofYear", "pol:fiscalYear")
            shown = f"{'/'.join(graph.objects(n, 'pol:value'))} {'/'.join(units)} {sorted(years)} ({graph.show(n)})"
            claims.append(Record(shown, figure_keys(quantities, years), confidence=graph.confidence(n, file)))
    return claims


def _scope_terms(
    graph: Graph, listed: list[dict[str, Any]], rows: Mapping[str, set[int | None]],
) -> tuple[list[Record], list[Record]]:
    """The terms that each row of the table covers."""
    answers = []
    for number, p in enumerate(listed):
        for k, r in enumerate(p["rows"]):
            parts = [t for terms in r.get("scope_sub", {}).values() for t in terms]
            for term, open_ in [(t, False) for t in r["scope"]] + [(t, True) for t in parts]:
                shown = f"{p['name']} | {r['label'] or '-'} | {term}"
                answers.append(Record(shown, frozenset({(number, k, plain(term))}), optional=open_))
    claims = []
    for row, numbers in rows.items():
        labels = graph.labels(row).union(*map(graph.names, graph.objects(row, "pol:targetsIndustry")))
        at = []
        for i in [i for i in numbers if i is not None]:
            fit = [k for k, r in enumerate(listed[i]["rows"]) if plains([r["label"], r.get("industry")]) & labels]
            at += [(i, k) for k in fit or ([0] if len(listed[i]["rows"]) == 1 else [])]
        for term in graph.objects(row, "pol:coversIndustry"):
            keys: frozenset[Hashable] = frozenset((*a, n) for a in at for n in _bare(graph.names(term)))
            claims.append(Record(
                f"{graph.show(row)} | {graph.show(term)}", keys,
                confidence=best(graph.claim_spans(row, "pol:coversIndustry", term)),
            ))
    return answers, claims


def _titled(program: Mapping[str, Any], number: int, title: str, open_: bool) -> Record:
    return Record(f"{program['name']} | {title}", frozenset({number}), plains([title]), open_)


def _programs(graph: Graph, node: str) -> set[str]:
    """The programs that a node is part of, or itself."""
    if graph.is_a(node, "Program"):
        return {node}
    return set[str]().union(*(_programs(graph, p) for p in graph.parts(node)))


def _bare(labels: frozenset[str]) -> frozenset[str]:
    """The names, also without brackets at the end."""
    return labels | {re.sub(r"\([^()]*\)$", "", t) for t in labels}
