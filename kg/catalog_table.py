"""The result of a canned query, in the forms that it is handed out in.

Web pages, HTTP API and command line take all forms from here, so that they agree. The Turtle
of a result is the description of the things that it lists: every triple that has one of them as
its subject. A query that lists no things (only numbers and names) has no Turtle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyoxigraph as ox

from kg.catalog import CannedQuery
from kg.export import table, xlsx
from kg.names import PREFIXES

#: forms of a result beside HTML: ending -> media type
FORMS: dict[str, str] = {
    "json": "application/json", "csv": "text/csv", "excel.csv": "text/csv", "xlsx": xlsx.MEDIA_TYPE,
    "ttl": "text/turtle", "gexf": "application/gexf+xml", "rq": "application/sparql-query",
}

#: the words of a workbook by language
_ABOUT = {
    "zh": {"data": "資料", "about": "說明", "query": "查詢", "name": "名稱", "description": "說明", "parameter": "參數",
           "rows": "列數", "version": "圖譜版本", "built": "圖譜日期"},
    "en": {"data": "Data", "about": "About", "query": "Query", "name": "Name", "description": "Description",
           "parameter": "Parameter", "rows": "Rows", "version": "Version of the graph", "built": "Date of the graph"},
}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a canned query. ``total`` counts all rows, ``rows`` may be one page of them."""

    query: CannedQuery
    variables: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int
    #: the values asked for, as printed
    values: Mapping[str, list[str]]

    @property
    def shown(self) -> tuple[str, ...]:
        """The described columns in their order; all where none is described."""
        return tuple(c for c in self.query.columns if c in self.variables) or self.variables

    def page(self, number: int, size: int) -> Table:
        """One page, counted from 1; empty beyond the last."""
        first = (number - 1) * size
        return replace(self, rows=self.rows[first:first + size])

    def cells(self, names: tuple[str, ...]) -> list[list[Any]]:
        """The terms of some columns."""
        at = [self.variables.index(n) for n in names]
        return [[row[i] for i in at] for row in self.rows]

    def json(self) -> dict[str, Any]:
        """Rows as objects with plain values; what is not bound is left out."""
        columns: list[dict[str, Any]] = []
        for name in self.variables:
            column: dict[str, Any] = {"name": name, **self.query.columns.get(name, {})}
            if name in self.query.units:
                column["unit"] = dict(self.query.units[name])
            columns.append(column)
        return {
            "query": self.query.name, "title": self.query.title, "total": self.total, "columns": columns,
            "rows": [
                {n: table.value(t) for n, t in zip(self.variables, row, strict=True) if t is not None}
                for row in self.rows
            ],
        }

    def csv(self, line_end: str = "\r\n") -> str:
        """All columns under their variables' names."""
        return table.to_csv([self.variables, *([table.text(t) for t in row] for row in self.rows)], line_end)

    def heads(self, language: str = "zh") -> list[str]:
        """Titles of the described columns, with units, in a language ("zh" or "en")."""
        return [self.query.head(n, language) for n in self.shown]

    def excel_csv(self, language: str = "zh") -> str:
        """The described columns under their titles, for Excel."""
        rows = ([table.text(t) for t in row] for row in self.cells(self.shown))
        return table.to_excel_csv([self.heads(language), *rows])

    def xlsx(self, version: str, built: str, language: str = "zh") -> bytes:
        """The described columns as a workbook; its second sheet names query, parameters, version and date."""
        words = _ABOUT[language]
        joint = "、" if language == "zh" else ", "
        title = f"{self.query.title['zh']} {self.query.title['en']}" if language == "zh" else self.query.title[language]
        asked = [(f"{words['parameter']} {k}", joint.join(v)) for k, v in self.values.items() if v]
        about = [
            (words["query"], title), (words["name"], self.query.name),
            (words["description"], self.query.description[language]), *asked, (words["rows"], str(self.total)),
            (words["version"], version), (words["built"], built),
        ]
        rows = ([table.value(t) for t in row] for row in self.cells(self.shown))
        return xlsx.write(self.heads(language), rows, about, (words["data"], words["about"]))

    def things(self) -> list[ox.NamedNode]:
        """The things listed, each once, in the order of the rows."""
        at = [self.variables.index(n) for n in self.query.things if n in self.variables]
        return list(dict.fromkeys(row[i] for row in self.rows for i in at if isinstance(row[i], ox.NamedNode)))

    def turtle(self, store: ox.Store) -> str:
        """The description of the things listed: all triples with one of them as subject."""
        found = {q.triple for thing in self.things() for q in store.quads_for_pattern(thing, None, None)}
        triples = sorted(found, key=str)
        return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES).decode("utf-8")  # type: ignore[union-attr]


def run(query: CannedQuery, store: ox.Store, raw: Mapping[str, list[str]]) -> Table:
    """Runs a canned query with printed parameter values. Raises BadValue."""
    solutions = query.run(store, raw)
    variables = tuple(v.value for v in solutions.variables)
    rows = tuple(tuple(row[n] for n in variables) for row in solutions)
    return Table(query, variables, rows, len(rows), {k: list(v) for k, v in raw.items()})
