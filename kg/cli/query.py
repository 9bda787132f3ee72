"""``kg query``, ``kg stats``, ``kg dump``."""

from __future__ import annotations

import csv
import gzip
import json
import sys
import unicodedata
from pathlib import Path
from typing import IO, Any

import click
import pyoxigraph as ox

from kg.cli import fail, store_option
from kg.names import compact, sparql_prefixes
from kg.store import StoreError, VersionedStore

_GRAPH_FORMATS = {
    "nt": ox.RdfFormat.N_TRIPLES, "turtle": ox.RdfFormat.TURTLE, "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_DUMP_FORMATS = {
    "nq": ox.RdfFormat.N_QUADS, "nt": ox.RdfFormat.N_TRIPLES, "ttl": ox.RdfFormat.TURTLE, "trig": ox.RdfFormat.TRIG,
}


def _open(store: str) -> ox.Store:
    try:
        return VersionedStore(store).open()
    except StoreError as error:
        fail(str(error))
        raise


def cell(term: Any) -> str:
    """A term as an analyst reads it: literals by their text, IRIs in short form."""
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return compact(term.value)
    return str(term.value) if isinstance(term, (ox.Literal, ox.BlankNode)) else str(term)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(names: list[str], rows: list[list[str]], longest: int = 60) -> str:
    """Rows as an aligned text table (full-width characters count two)."""
    def cut(text: str) -> str:
        text = " ".join(text.split())
        while _width(text) > longest:
            text = text[: max(1, len(text) * longest // (_width(text) + 1))].rstrip("…") + "…"
            if _width(text) > longest:
                text = text[:-2] + "…"
        return text

    cells = [names, *[[cut(c) for c in row] for row in rows]]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(names))]
    lines = ["  ".join(c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(lines)


@click.command()
@click.argument("source", default="-")
@store_option
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", *_GRAPH_FORMATS]), default=None,
              help="輸出格式 output (default: table, or turtle for CONSTRUCT)")
def query(source: str, store: str, form: str | None) -> None:
    """執行 SPARQL：檔案、標準輸入（-）或查詢文字 run SPARQL from a file, stdin (-) or the text itself.

    常用前綴（pol:、skos:…）不必宣告 the usual prefixes need no declaration.
    """
    text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8") if _is_file(source) else source
    graph = _open(store)
    try:
        result = graph.query(sparql_prefixes() + text)
    except SyntaxError as error:
        fail(f"SPARQL 語法錯誤 syntax error: {error}")
        return
    except (ValueError, OSError) as error:
        fail(f"查詢失敗 the query failed: {error}")
        return
    if isinstance(result, ox.QueryTriples):
        out = ox.serialize(result, format=_GRAPH_FORMATS.get(form or "turtle", ox.RdfFormat.TURTLE))
        click.echo(out or b"", nl=False)
    elif isinstance(result, ox.QueryBoolean):
        click.echo(json.dumps({"head": {}, "boolean": bool(result)}) if form == "json" else str(bool(result)).lower())
    elif form == "json":
        click.echo(result.serialize(format=ox.QueryResultsFormat.JSON))
    else:
        names = [v.value for v in result.variables]
        rows = [[cell(row[v]) for v in names] for row in result]
        if form == "csv":
            csv.writer(sys.stdout, lineterminator="\n").writerows([names, *rows])
        else:
            click.echo(table(names, rows) if names else "")
            click.echo(f"{len(rows):,} 列 rows", err=True)


def _is_file(source: str) -> bool:
    try:
        return Path(source).is_file()
    except (OSError, ValueError):  # a query's text can be too long or odd for a path
        return False


@click.command()
@store_option
@click.option("--json", "as_json", is_flag=True, help="輸出為 JSON")
def stats(store: str, as_json: bool) -> None:
    """圖譜裡有什麼 what is in the graph: documents, classes, properties."""
    from kg.stats import statistics

    versions = VersionedStore(store)
    try:
        version = versions.require()
        found = statistics(versions.open(version))
        found["version"] = version.name
        found["documents"] = [
            {"file": d["file_name"], "genre": d["genre"], "characters": d["characters"]}
            for d in version.report()["documents"]
        ]
    except StoreError as error:
        fail(str(error))
        return
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    click.echo(f"版本 version {found['version']}：{found['triples']:,} 條三元組 triples")
    click.echo(table(["文件 document", "文類 genre", "字數 characters"],
                     [[d["file"], d["genre"], f"{d['characters']:,}"] for d in found["documents"]]))
    for title, key in (("類別 class", "classes"), ("屬性 property", "properties")):
        click.echo()
        click.echo(table([title, "名稱 label", "數量 count"],
                         [[x["name"], x["label"], f"{x['count']:,}"] for x in found[key]]))


@click.command()
@store_option
@click.option("-o", "--output", default="-", metavar="FILE", help="檔案（.gz 即壓縮）或 - file, gzipped by .gz, or -")
@click.option("--format", "form", type=click.Choice(list(_DUMP_FORMATS)), default=None,
              help="格式；預設依檔名 format; by the file's ending, else nq")
def dump(store: str, output: str, form: str | None) -> None:
    """把整個圖譜寫成 RDF write the whole graph as N-Quads, N-Triples, Turtle or TriG."""
    name = output.removesuffix(".gz")
    by_ending = name.rsplit(".", 1)[-1] if "." in name else ""
    if form is None:
        form = by_ending if by_ending in _DUMP_FORMATS else "nq"
        if by_ending and by_ending not in _DUMP_FORMATS and output != "-":
            fail(f"{output}：不認得的副檔名 .{by_ending}，請用 {', '.join('.' + f for f in _DUMP_FORMATS)} 或 --format "
                 "(unknown ending; use one of these or --format)")
    graph = _open(store)
    rdf = _DUMP_FORMATS[form]
    hidden = Path(output + ".new")
    try:
        if output == "-":
            _write(graph, sys.stdout.buffer, rdf)
            return
        with gzip.open(hidden, "wb") if output.endswith(".gz") else hidden.open("wb") as file:
            _write(graph, file, rdf)
        hidden.replace(output)
    except OSError as error:
        hidden.unlink(missing_ok=True)
        fail(f"{output}：無法寫入 (cannot be written: {error.strerror or error})")


def _write(graph: ox.Store, file: IO[bytes], rdf: ox.RdfFormat) -> None:
    from kg.names import PREFIXES

    if rdf in (ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG):
        graph.dump(file, rdf)
    else:
        ox.serialize((q.triple for q in graph.quads_for_pattern(None, None, None, ox.DefaultGraph())), file, rdf,
                     prefixes=PREFIXES if rdf == ox.RdfFormat.TURTLE else None)
