"""Completeness audit: what the documents declare against what was found, and what is still missing.

Declared counts, links and coverage come from the canned queries tagged "audit"; unread lines and
unresolved names stand in the report of the build, which knows what never became part of the graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyoxigraph as ox

from kg.catalog import Catalog, load
from kg.catalog_table import run
from kg.decisions import Decisions, Orphan, orphans
from kg.export import table
from kg.judged import missing
from kg.link.sources import read

#: names listed of each document's unresolved ones
NAMED = 20


@dataclass(frozen=True, slots=True)
class DocumentAudit:
    """One document: how much of it was read. ``unresolved`` is name -> times."""

    title: str
    file_name: str
    genre: str
    lines: int
    unread_lines: int
    unread_sample: tuple[tuple[int, str], ...]
    unresolved: Mapping[str, int]

    @property
    def read_share(self) -> float:
        """Share of the lines that something was read from, in percent."""
        return round(100 * (1 - self.unread_lines / self.lines), 1) if self.lines else 100.0


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit of one version. The lists of rows have the columns of the canned query of their name."""

    version: str
    documents: tuple[DocumentAudit, ...]
    declared: tuple[Mapping[str, Any], ...]
    coverage: tuple[Mapping[str, Any], ...]
    links: tuple[Mapping[str, Any], ...]
    #: number of measures and lines that the canned query of that name lists
    gaps: Mapping[str, int]
    #: people's decisions that the graph cannot use
    orphans: tuple[Orphan, ...] = ()

    @property
    def differing(self) -> int:
        """How many declared counts are not what was found."""
        return sum(1 for d in self.declared if d.get("difference") != 0)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        plain = asdict(self)
        for shown, document in zip(plain["documents"], self.documents, strict=True):
            shown["read_share"] = document.read_share
        return plain | {"differing": self.differing}


#: canned queries whose number of rows is a gap
GAPS = (
    "measures-without-lead", "measures-without-target", "measures-without-budget-line", "budget-lines-without-measure",
    "recommendations-unanswered",
)


def audit(
    store: ox.Store, report: Mapping[str, Any], version: str = "", catalog: Catalog | None = None,
    decisions: Decisions | None = None,
) -> Audit:
    """Audits a graph with the report of its build (``Version.report()``) and people's decisions about its links."""
    queries = catalog if catalog is not None else load()

    def rows(name: str) -> tuple[Mapping[str, Any], ...]:
        result = run(queries[name], store, {})
        return tuple(
            {n: table.value(t) for n, t in zip(result.shown, row, strict=True)} for row in result.cells(result.shown)
        )

    titles = {
        str(r["document"]): str(r["document_label"])
        for r in run(queries["documents-overview"], store, {}).json()["rows"]
    }
    documents = tuple(
        DocumentAudit(
            next((t for iri, t in titles.items() if iri.endswith("/" + d["key"])), d["file_name"]), d["file_name"],
            d["genre"], int(d.get("lines", 0)), int(d.get("unread_lines", 0)),
            tuple((int(x["line"]), str(x["text"])) for x in d.get("unread_sample", ())), dict(d.get("unresolved", {})),
        )
        for d in report.get("documents", ())
    )
    return Audit(
        version, documents, rows("declared-counts"), rows("coverage"), rows("links-by-confidence"),
        {name: run(queries[name], store, {}).total for name in GAPS}, _orphans(store, decisions or {}),
    )


def _orphans(store: ox.Store, decisions: Decisions) -> tuple[Orphan, ...]:
    if not decisions:
        return ()
    sources = read(store)
    return (
        *orphans(decisions, (*sources.measures, *sources.lines, *sources.recommendations, *sources.programs)),
        *(Orphan(d, ("fact",), ()) for d in missing(store, decisions)),
    )
