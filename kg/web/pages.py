"""Pages for people: home and the place in the source; ``/healthz``."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, url_for

from kg.ids import concept
from kg.names import ID
from kg.web.graph import Opened, handle, label, opened
from kg.web.queries import by_topic
from kg.web.search import CLASSES
from kg.web.source import source
from kg.web.sparql import EXAMPLE
from kg.web.terms import names

blueprint = Blueprint("pages", __name__)

#: classes on the home page, in this order
_SHOWN = (
    "Plan", "Goal", "Strategy", "Measure", "Action", "Program", "Recommendation", "Response", "Ministry", "Agency",
    "Industry", "Regulation", "WorkPlan", "BudgetLine", "BudgetAmount", "Target", "Section", "Evidence",
)


@blueprint.get("/")
def home() -> Response:
    """What is in the graph."""
    current = opened()
    counts = {c["name"].removeprefix("pol:"): c for c in current.counts["classes"]}
    shown = [counts[c] | {"local": c} | names(current.store, counts[c]["iri"]) for c in _SHOWN if c in counts]
    documents = [_document(current, d) for d in current.report["documents"]]
    return Response(render_template(
        "home.html", agree=sum(d["agree"] for d in documents), declared=sum(len(d["declared"]) for d in documents),
        found_classes=CLASSES, version=current.version.name, report=current.report, counts=shown,
        documents=documents,
        topics=by_topic(handle().catalog), endpoint=url_for("sparql.endpoint", _external=True), example=EXAMPLE,
    ), mimetype="text/html")


def _document(current: Opened, report: dict[str, Any]) -> dict[str, Any]:
    """A document's row: its report with title, genre and the counts it declares of itself."""
    iri, genre = f"{ID}document/{report['key']}", concept("genre", report["genre"])
    declared = report.get("declared", [])
    return report | {
        "iri": iri, "title": label(current.store, iri), "declared": declared,
        "genre_zh": label(current.store, genre), "genre_en": label(current.store, genre, "en"),
        "agree": sum(d["found"] == d["declared"] for d in declared),
        "things": sum(n for cls, n in report["entities"].items() if cls != "Section"),
        "claims": sum(report["relations"].values()),
    }


@blueprint.get("/healthz")
def healthz() -> Response:
    """Is there a graph, and which?"""
    current = opened()
    return jsonify(status="ok", version=current.version.name, triples=current.report["triples"])


blueprint.add_url_rule("/source/<key>", "source", source)
