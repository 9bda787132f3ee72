"""The ministries' responses to a white paper against their gold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from kg.evaluate.graph import Graph, best
from kg.evaluate.match import Metric, Record, names, optional, pairs, plain, plains, things
from kg.evaluate.quantities import provisions

#: kinds of a cited thing that is no law: it may be claimed and may be missed
_NO_LAW = ("program", "scheme", "treaty")


def white_paper(graph: Graph, gold: Mapping[str, Any]) -> Iterator[Metric]:
    """Recommendations, who responds, what became of it, and the laws and provisions cited."""
    file, scope, items = gold["doc"], gold.get("scope"), gold["items"]
    nodes = [
        n for n in graph.of("Recommendation")
        if graph.labels(n) and graph.covered(n, file, scope)
        and not any(graph.is_a(p, "Recommendation") for p in graph.parts(n))
    ]
    titles = [Record(f"{i['no']} {i['title']}", frozenset(), plains([i["title"]]), optional(i)) for i in items]
    found = [Record(graph.show(n), frozenset(), graph.labels(n), confidence=graph.confidence(n, file)) for n in nodes]
    yield things("white_paper.items", titles, found)
    place = {nodes[j]: i for j, i in pairs(titles, found).items()}

    answers: dict[str, list[Record]] = defaultdict(list)
    laws_at: dict[tuple[int | None, str], tuple[int, int]] = {}  # lines of the list of laws of a response
    for i, item in enumerate(items):
        for r in item["responses"]:
            who, soft = (i, plain(r["ministry"])), optional(r)
            shown = f"{item['no']} {item['title']} | {r['ministry']}"
            laws_at[who] = (r["law_line"], r["status_lines"][0] - 1)
            answers["responses"].append(Record(shown, frozenset({who}), optional=soft))
            for s in r["status"]:
                answers["status"].append(Record(f"{shown} | {s}", frozenset({(*who, plain(s))}), optional=soft))
            for law in r["regulations"]:
                called, open_ = _law_names(law), soft or optional(law) or law.get("kind") in _NO_LAW
                answers["cites"].append(
                    Record(f"{shown} | {law['name']}", frozenset((*who, n) for n in called), optional=open_))
                for p in sorted(provisions(law["provision"])):
                    keys = frozenset((*who, n, p) for n in called)
                    answers["provisions"].append(Record(f"{shown} | {law['name']} {p}", keys, optional=open_))

    claims: dict[str, list[Record]] = defaultdict(list)
    for response in graph.of("Response"):
        if not graph.covered(response, file, scope):
            continue
        item = _item(graph, response, place)
        for body in graph.objects(response, "pol:respondent"):
            speakers: list[tuple[int | None, str]] = [(item, n) for n in graph.names(body)]
            shown = f"{'?' if item is None else items[item]['title']} | {graph.show(body)}"
            claims["responses"].append(Record(shown, frozenset(speakers), confidence=graph.confidence(response, file)))
            for s in graph.objects(response, "pol:adoptionStatus"):
                claims["status"].append(Record(
                    f"{shown} | {graph.show(s)}", frozenset((*w, n) for w in speakers for n in graph.names(s)),
                    confidence=best(graph.claim_spans(response, "pol:adoptionStatus", s)),
                ))
            block = next((laws_at[w] for w in speakers if w in laws_at), None)
            for x in graph.objects(response, "pol:cites"):
                spans = graph.claim_spans(response, "pol:cites", x)
                # the gold lists the laws of the list, not those named in the running text
                elsewhere = block is not None and bool(spans) and not any(
                    s.line <= block[1] and s.last >= block[0] for s in spans if s.file == file)
                laws, parts = _cited(graph, x)
                at = f"{shown} | {graph.show(x)}"
                claims["cites"].append(
                    Record(at, frozenset((*w, n) for w in speakers for n in laws), frozenset(), elsewhere, best(spans)))
                for p in sorted(parts):
                    said = frozenset((*w, n, p) for w in speakers for n in laws)
                    claims["provisions"].append(Record(f"{at} {p}", said, frozenset(), elsewhere, best(spans)))
    for part in ("responses", "status", "cites", "provisions"):
        yield names(f"white_paper.{part}", answers[part], claims[part])


def _law_names(law: Mapping[str, Any]) -> frozenset[str]:
    called = plains([law["name"], law.get("surface")])
    return called | {f"{n}{end}" for n in called for end in ("草案", "(草案)") if law.get("draft")}


def _item(graph: Graph, response: str, place: Mapping[str, int]) -> int | None:
    """The gold's item that is answered; a part of a recommendation stands for the whole."""
    todo = graph.objects(response, "pol:responseTo")
    while todo:
        node = todo.pop()
        if node in place:
            return place[node]
        todo += [p for p in graph.parts(node) if graph.is_a(p, "Recommendation")]
    return None


def _cited(graph: Graph, node: str) -> tuple[frozenset[str], set[str]]:
    """Names of a cited law and the provisions of it."""
    if not graph.is_a(node, "Provision"):
        return graph.names(node), set()
    laws = frozenset[str]().union(*map(graph.names, graph.parts(node)))
    printed = set()
    for label in graph.labels(node):
        law = max((n for n in laws if label.startswith(n)), key=len, default="")  # a label may repeat the law's name
        printed |= provisions(label.removeprefix(law))
    return laws, printed
