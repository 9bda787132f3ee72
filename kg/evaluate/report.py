"""A ministry's business report against its gold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from kg.evaluate.graph import BODIES, Graph
from kg.evaluate.industries import targets
from kg.evaluate.match import Metric, Record, names, optional, plain, plains, things
from kg.evaluate.quantities import figure


def business_report(graph: Graph, gold: Mapping[str, Any]) -> Iterator[Metric]:
    """Section tree, programs, laws, bodies; of the figures, which the gold only samples, the recall."""
    file, scope = gold["doc"], gold.get("scope")
    answers = list(_sections(gold["sections"], ()))
    deepest = max(len(path) for a in answers for path in a.keys if isinstance(path, tuple))
    claims = []
    for n in graph.of("Section"):
        path = _path(graph, n)
        if graph.one(n, "pol:number") and path and len(path) <= deepest and graph.covered(n, file, scope):
            shown = f"{'.'.join(path)} {graph.show(n)}"
            claims.append(Record(shown, frozenset({path}), graph.labels(n), confidence=graph.confidence(n, file)))
    yield things("report.sections", answers, claims)

    for name, field, classes in (
        ("programs", "programs", ("Program",)), ("regulations", "regulations", ("Regulation",)),
        ("bodies", "organizations", BODIES),
    ):
        answers = []
        for x in gold[field]:
            # a body must be known by its proper name, not by 本部; bodies of other governments are not asked for
            body = name == "bodies"
            called = [x["canonical"], *x.get("aliases", ()), *x.get("alt", ())]
            called += [] if body else x.get("surfaces", ())
            open_ = optional(x) or (body and bool(x.get("foreign")))
            answers.append(Record(x["canonical"], plains(called), optional=open_))
        yield names(f"report.{name}", answers, [
            Record(graph.show(n), graph.names(n), confidence=graph.confidence(n, file))
            for n in graph.of(*classes) if graph.named_in(n, file, scope)
        ])

    have = names("report.targets", [figure(x) for x in gold["indicators"]], targets(graph, file, scope))
    yield replace(have, kind="recall", wrong=(), judged=())


def _sections(sections: list[dict[str, Any]], above: tuple[str, ...]) -> Iterator[Record]:
    for s in sections:
        path = (*above, _number(s["no"]))
        titles = plains([s["title"], *s.get("title_alt", ())]) if s["title"] else frozenset[str]()
        yield Record(f"{'.'.join(path)} {s['title'] or ''}", frozenset({path}), titles, optional(s))
        yield from _sections(s.get("children", []), path)


def _path(graph: Graph, section: str) -> tuple[str, ...]:
    """The numbers from the top down; a section without one adds none."""
    above = next((p for p in graph.parts(section) if graph.is_a(p, "Section")), None)
    number = _number(graph.one(section, "pol:number"))
    return (*(_path(graph, above) if above else ()), *([number] if number else []))


def _number(printed: str) -> str:
    """壹、 (一) 1. -> 壹 一 1"""
    return re.sub(r"[()、.,:]", "", plain(printed)).replace("参", "參")
