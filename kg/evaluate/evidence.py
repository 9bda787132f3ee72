"""Does every fact show where it was read, and is what it shows printed there?"""

from __future__ import annotations

from collections.abc import Iterator

from kg.evaluate.graph import Graph
from kg.evaluate.match import Metric

_NODES = ("Goal", "Strategy", "Measure", "Response", "BudgetLine", "Program", "Target")
_RELATIONS = ("pol:leadBy", "pol:partneredBy", "pol:adoptionStatus", "pol:cites")


def evidence(graph: Graph) -> Iterator[Metric]:
    """Shares of quotes that are exact, of nodes with evidence, of relations with an assertion.

    An assertion counts if it has evidence or names the rule that it was derived by.
    """
    texts = {d: graph.document_text(d) for d in graph.file}
    right, wrong = 0, []
    for e in graph.of("Evidence"):
        text = texts.get(graph.one(e, "pol:inDocument"))
        start, end, quote = (graph.one(e, f"pol:{p}") for p in ("start", "end", "quote"))
        if text is not None and start and end and quote and text[int(start):int(end)] == quote:
            right += 1
        else:
            wrong.append(f"{graph.show(e)}: {quote[:40]}")
    yield Metric("evidence.quotes", right, right, (), tuple(wrong), "share")

    right, wrong = 0, []
    for cls in _NODES:
        for n in graph.of(cls):
            if graph.spans(n):
                right += 1
            else:
                wrong.append(f"{cls} {graph.show(n)}")
    yield Metric("evidence.nodes", right, right, (), tuple(wrong), "share")

    right, wrong = 0, []
    for prop in _RELATIONS:
        for s, o in graph.triples(prop):
            if any(graph.spans(a) or graph.objects(a, "pol:derivedBy") for a in graph.claims(s, prop, o)):
                right += 1
            else:
                wrong.append(f"{prop} {graph.show(s)} -> {graph.show(o)}")
    yield Metric("evidence.relations", right, right, (), tuple(wrong), "share")
