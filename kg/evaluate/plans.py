"""The national plan and a ministry's annual plan against their gold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from kg.evaluate.graph import Graph, best
from kg.evaluate.match import TEXT, Metric, Record, names, optional, pairs, plain, plains, things

#: characters of a running text that are compared
_HEAD = 40
_MARKER = re.compile(r"^(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\))")
#: levels of a national plan, from the top: key in the gold, how the graph calls it
_LEVELS = (("goals", "Goal 1"), ("subgoals", "Goal 2"), ("strategies", "Strategy"), ("measures", "Measure"))


def national_plan(graph: Graph, gold: Mapping[str, Any]) -> Iterator[Metric]:
    """Tree, responsibilities, ministries with goals of their own, budget tables."""
    file, scopes = gold["doc"], gold.get("scope") or {}
    nodes = list(_walk(gold, 0, ()))
    own = {n for n in graph.of("Goal") if _is_own_goal(graph, n)}
    elements = [
        n for n in graph.of("Goal", "Strategy", "Measure")
        if n not in own and graph.spans(n, file) and graph.labels(n) and own.isdisjoint(graph.parts(n))
        and graph.covered(n, file, scopes.get("goals"))
    ]
    # which of the gold's things a thing of the graph can be, by its level and title
    answers = [Record(r["title"], frozenset({kind}), _titles(r)) for _, kind, r in nodes]
    fits = {n: _fitting(graph, n, nodes, answers) for n in elements}

    tree = [
        Record(f"{kind}: {r['title']}", frozenset({(kind, path[:-1])}), _titles(r), optional(r))
        for path, kind, r in nodes
    ]
    claims = []
    for n in elements:
        above = [p for p in graph.parts(n) if p in fits]
        up = {path for p in above for path in fits[p]} if above else {()}
        claims.append(Record(
            f"{_kind(graph, n)}: {graph.show(n)}", frozenset((_kind(graph, n), path) for path in up),
            graph.labels(n), confidence=graph.confidence(n, file),
        ))
    yield things("plan.tree", tree, claims)

    strategies = {path: r for path, kind, r in nodes if kind == "Strategy"}
    for part, field, prop in (("lead", "lead", "pol:leadBy"), ("partners", "participants", "pol:partneredBy")):
        answers = [
            Record(f"{r['title']} | {body}", frozenset({(path, plain(body))}), optional=optional(r))
            for path, r in strategies.items() for body in _listed(r[field])
        ]
        claims = [
            Record(
                f"{graph.show(n)} | {graph.show(body)}",
                frozenset((path, name) for path in fits[n] for name in graph.names(body)),
                optional=any(optional(strategies[path]) for path in fits[n]),
                confidence=best(graph.claim_spans(n, prop, body)),
            )
            for n in elements if graph.is_a(n, "Strategy") for body in graph.objects(n, prop)
        ]
        yield names(f"plan.{part}", answers, claims)

    if gold.get("ministry_goals"):
        bodies = {
            b: n for n in sorted(own) if graph.covered(n, file, scopes.get("ministry_goals"))
            for b in graph.objects(n, "pol:leadBy")
        }
        yield names(
            "plan.ministry_goals", [Record(m["ministry"], plains([m["ministry"]])) for m in gold["ministry_goals"]],
            [Record(graph.show(b), graph.names(b), confidence=graph.confidence(n, file)) for b, n in bodies.items()],
        )
    if gold.get("budget_by_ministry") or gold.get("budget_total") or gold.get("budget_projection"):
        yield _budget(graph, gold, scopes.get("budget_years") or {})


def _walk(
    record: Mapping[str, Any], level: int, above: tuple[Any, ...],
) -> Iterator[tuple[tuple[Any, ...], str, Mapping[str, Any]]]:
    """Path of numbers, level and record of everything in the gold's tree, from the top."""
    if level < len(_LEVELS):
        field, kind = _LEVELS[level]
        for child in record[field]:
            path = (*above, child["no"])
            yield path, kind, child
            yield from _walk(child, level + 1, path)


def _titles(record: Mapping[str, Any]) -> frozenset[str]:
    return plains([record["title"], record.get("table4_title"), record.get("surface")])


def _listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


def _kind(graph: Graph, node: str) -> str:
    for kind in ("Strategy", "Measure"):
        if graph.is_a(node, kind):
            return kind
    return f"Goal {graph.one(node, 'pol:level') or 1}"


def _is_own_goal(graph: Graph, node: str) -> bool:
    """A body's own goal: it is responsible for it, and the goal is no part of the tree of goals and strategies."""
    return bool(graph.objects(node, "pol:leadBy")) and not any(
        graph.is_a(n, "Goal", "Strategy") for n in (*graph.parts(node), *graph.subjects("dcterms:isPartOf", node))
    )


def _fitting(
    graph: Graph, node: str, nodes: list[tuple[tuple[Any, ...], str, Mapping[str, Any]]], answers: list[Record],
) -> set[tuple[Any, ...]]:
    """Paths of the gold that a node can stand for; of several with its title, those under what it is part of."""
    claim = Record("", frozenset({_kind(graph, node)}), graph.labels(node))
    found = {nodes[i][0] for i, a in enumerate(answers) if pairs([a], [claim])}
    if len(found) > 1:
        up = {p for above in graph.parts(node) if graph.labels(above) for p in _fitting(graph, above, nodes, answers)}
        found = {p for p in found if p[:-1] in up} or found
    return found


def _budget(graph: Graph, gold: Mapping[str, Any], years: Mapping[str, Any]) -> Metric:
    """Amounts by body and year; the totals stand under 中央政府, a projection under any body."""
    file = gold["doc"]
    answers = []
    for b in gold.get("budget_by_ministry", ()):
        printed = re.sub(r"\s*[¹²³⁴⁵⁶⁷⁸⁹\d]+$", "", b.get("ministry_surface") or "")  # a footnote's figure
        bodies = plains([b["ministry"], printed, b.get("successor")])
        answers.append(_amount(b["ministry"], bodies, b["year"], b["amount_thousand_ntd"] * 1000))
    for b in gold.get("budget_total", ()):
        answers.append(_amount("中央政府", frozenset({"中央政府"}), b["year"], b["amount_thousand_ntd"] * 1000))
    for b in gold.get("budget_projection", ()):
        answers.append(_amount("projection", frozenset({""}), b["year"], b["total_100m_ntd"] * 10**8))
        gdp = _amount("GDP", frozenset({""}), b["year"], b["gdp_100m_ntd"] * 10**8)
        answers.append(replace(gdp, optional=True))
    for table in gold.get("other_tables", ()):
        if "億元" in table.get("unit", ""):
            answers += [
                replace(_amount(table["caption"], frozenset({""}), row[0], round(v * 10**8)), optional=True)
                for row in table.get("data", ()) for v in row[1:]
            ]
    claims = []
    for n in graph.of("BudgetAmount"):
        when = graph.years(n, "pol:fiscalYear", "pol:ofYear")
        when = {y for y in when if y in years.get("in", [y]) and y not in years.get("not", ())}
        if when and graph.in_file(n, file):
            bodies = frozenset({""}).union(*map(graph.names, graph.objects(n, "pol:agency")))
            amounts = {round(float(v)) for v in graph.objects(n, "pol:amountTWD")}
            claims.append(Record(
                f"{graph.show(n)} {sorted(when)} {sorted(amounts)}",
                frozenset((b, y, a) for b in bodies for y in when for a in amounts),
                confidence=graph.confidence(n, file),
            ))
    return names("plan.budget", answers, claims)


def _amount(shown: str, bodies: frozenset[str], year: int, amount: float) -> Record:
    return Record(f"{shown} {year} {amount:,}", frozenset((b, year, round(amount)) for b in bodies))


def annual_plan(graph: Graph, gold: Mapping[str, Any]) -> Iterator[Metric]:
    """Goals and their strategies, budget lines and what they are for."""
    file, scopes = gold["doc"], gold.get("scope") or {}
    scope = scopes.get("goals")
    goals = [n for n in graph.of("Goal") if graph.labels(n) and graph.covered(n, file, scope)]
    answers = [Record(g["title"], frozenset(), plains([g["title"]]), optional(g)) for g in gold["goals"]]
    claims = [Record(graph.show(n), frozenset(), graph.labels(n), confidence=graph.confidence(n, file)) for n in goals]
    yield things("annual_plan.goals", answers, claims)
    place: dict[str, Any] = {goals[j]: i for j, i in pairs(answers, claims).items()}

    answers = [
        Record(f"{g['title']} | {s['text'][:_HEAD]}", frozenset({i}), frozenset({_head(s["text"])}), optional(s))
        for i, g in enumerate(gold["goals"]) for s in g["strategies"]
    ]
    strategies = [n for n in graph.of("Strategy") if graph.covered(n, file, scope)]
    yield things("annual_plan.strategies", answers, [_text(graph, n, place, file) for n in strategies], TEXT)

    lines = gold["budget_lines"]
    scope = scopes.get("budget_lines")
    nodes = [n for n in graph.of("BudgetLine") if graph.labels(n) and graph.covered(n, file, scope)]
    answers = [
        Record(
            f"{b['work_plan']} | {b['item']} | {b['category']}",
            frozenset({(plain(b["work_plan"]), plain(b["category"]))}), _bare(plains([b["item"]])), optional(b),
        )
        for b in lines
    ]
    claims = []
    for n in nodes:
        plans = graph.objects(n, "pol:workPlan")
        categories = {c for x in graph.objects(n, "pol:category") for c in graph.names(x)}
        claims.append(Record(
            f"{'/'.join(map(graph.show, plans))} | {graph.show(n)}",
            frozenset((p, c) for x in plans for p in graph.names(x) for c in categories),
            _bare(graph.labels(n)), confidence=graph.confidence(n, file),
        ))
    yield things("annual_plan.lines", answers, claims)

    # a line with a wrong category still holds its contents
    whatever = [replace(a, keys=frozenset(k[0] for k in a.keys if isinstance(k, tuple))) for a in answers]
    by_plan = [replace(c, keys=frozenset(k[0] for k in c.keys if isinstance(k, tuple))) for c in claims]
    place = dict.fromkeys(nodes) | {nodes[j]: i for j, i in pairs(whatever, by_plan).items()}
    answers = []
    for i, b in enumerate(lines):
        for c in b["contents"]:
            # an item with a heading of its own may be labelled with the heading alone
            heads = frozenset(_head(t) for t in (c["text"], c.get("head")) if t)
            answers.append(Record(f"{b['item']} | {c['text'][:_HEAD]}", frozenset({i}), heads, optional(c)))
            answers += [
                Record(s["text"][:_HEAD], frozenset({i}), frozenset({_head(s["text"])}), True)
                for s in c.get("subs", ())
            ]
    contents = [n for n in graph.of("Measure") if any(p in place for p in graph.parts(n))]
    yield things("annual_plan.contents", answers, [_text(graph, n, place, file) for n in contents], TEXT)


def _text(graph: Graph, node: str, place: Mapping[str, Any], file: str) -> Record:
    """A running text as a claim, under the answers for what it is part of."""
    above = [p for p in graph.parts(node) if p in place]
    texts = [*graph.labels(node), *graph.objects(node, "dcterms:description")]
    return Record(
        f"{'/'.join(map(graph.show, above))} | {graph.show(node)[:_HEAD]}", frozenset(place[p] for p in above),
        frozenset(filter(None, map(_head, texts))), confidence=graph.confidence(node, file),
    )


def _head(text: str) -> str:
    """The beginning of a text without its outline number, in plain form."""
    return _MARKER.sub("", plain(text))[:_HEAD]


def _bare(labels: frozenset[str]) -> frozenset[str]:
    """The labels, also without brackets at the end (the period of a plan)."""
    return labels | {re.sub(r"\([^()]*\)$", "", t) for t in labels}
