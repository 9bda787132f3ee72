"""Node and edge tables as Gephi's import wizard wants them: two CSV files, UTF-8 without a byte order mark.

Headers have no blanks. The nodes' file begins with Id and Label, the edges' with Source, Target, Type,
Id, Label, Kind and Weight; in both the years are the column Timeset, which the wizard takes for intervals by
its name. What is unknown is an empty cell. Cells hold the exact values, without a guard against formulas: the
tables are for Gephi, which runs none.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator

from kg.describe import Spell
from kg.export.rows import Sheet, number, text, years
from kg.export.xml import kept
from kg.network import Value

MEDIA_TYPE = "text/csv"


def _lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _cell(value: Value) -> str:
    return "" if value is None else kept(text(value))


def nodes(rows: Sheet) -> Iterator[str]:
    """The nodes' file, line by line."""
    def table() -> Iterator[list[str]]:
        yield ["Id", "Label", *(c.name for c in rows.node_columns), *(["Timeset"] if rows.dynamic else []), "X", "Y",
               "Size", "Color"]
        for n in rows.nodes:
            yield [n.id, n.label, *map(_cell, n.values), *([_timeset(n.spells)] if rows.dynamic else []), number(n.x),
                   number(n.y), f"{n.size:.2f}", n.colour]
    return _lines(table())


def edges(rows: Sheet) -> Iterator[str]:
    """The edges' file, line by line."""
    kind = "Directed" if rows.directed else "Undirected"

    def table() -> Iterator[list[str]]:
        yield ["Source", "Target", "Type", "Id", "Label", "Kind", "Weight", *(c.name for c in rows.edge_columns),
               *(["Timeset"] if rows.dynamic else [])]
        for i, e in enumerate(rows.edges):
            named = kept(e.kind)
            yield [e.source, e.target, kind, f"e{i}", named, named, number(e.weight), *map(_cell, e.values),
                   *([_timeset(e.spells)] if rows.dynamic else [])]
    return _lines(table())


def _timeset(spells: tuple[Spell, ...]) -> str:
    """Gephi's way to write intervals in a cell: ``<[2025-01-01, 2028-12-31]>``; open ends are Infinity."""
    printed = [f"[{start or '-Infinity'}, {end or 'Infinity'}]" for start, end in map(years, spells)]
    return f"<{'; '.join(printed)}>" if printed else ""


def archive(rows: Sheet, name: str) -> bytes:
    """Both files in one ZIP without a clock in it: ``NAME-nodes.csv`` and ``NAME-edges.csv``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for part, lines in (("nodes", nodes(rows)), ("edges", edges(rows))):
            entry = zipfile.ZipInfo(f"{name}-{part}.csv", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, "".join(lines))
    return out.getvalue()
