"""``kg query``, ``kg stats``, ``kg dump``."""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import IO, Any, cast

import click
import pyoxigraph as ox

from kg.cli import fail, store_option
from kg.names import PREFIXES, compact
from kg.sparql_guard import undeclared
from kg.store import StoreError, VersionedStore

_GRAPH_FORMATS = {
    "nt": ox.RdfFormat.N_TRIPLES, "turtle": ox.RdfFormat.TURTLE, "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_TABLE_FORMATS = ("table", "csv", "json")
_PREFIXED = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.RDF_XML)
_DUMP_FORMATS = {
    "nq": ox.RdfFormat.N_QUADS, "nt": ox.RdfFormat.N_TRIPLES, "ttl": ox.RdfFormat.TURTLE, "trig": ox.RdfFormat.TRIG,
}


def _open(store: str) -> ox.Store:
    try:
        return VersionedStore(store).open()
    except StoreError as error:
        fail(str(error))


def cell(term: Any) -> str:
    """A term as an analyst reads it: literals by their text, IRIs in short form."""
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return compact(term.value)
    return str(term.value) if isinstance(term, (ox.Literal, ox.BlankNode)) else str(term)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fit(text: str, longest: int) -> str:
    """The text, cut with an ellipsis where it is wider than ``longest`` columns."""
    if _width(text) <= longest:
        return text
    kept = 0
    room = longest - _width("…")
    for char in text:
        room -= _width(char)
        if room < 0:
            break
        kept += 1
    return text[:kept] + "…"


def table(names: list[str], rows: list[list[str]], longest: int = 60) -> str:
    """Rows as an aligned text table (full-width characters count two)."""
    cells = [names, *[[fit(" ".join(c.split()), longest) for c in row] for row in rows]]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(names))]
    lines = ["  ".join(c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(lines)


@click.command()
@click.argument("source", default="-")
@store_option
@click.option("--format", "form", type=click.Choice([*_TABLE_FORMATS, *_GRAPH_FORMATS]), default=None,
              help="輸出格式 output (default: table, or turtle for CONSTRUCT)")
def query(source: str, store: str, form: str | None) -> None:
    """執行 SPARQL：檔案、標準輸入（-）或查詢文字 run SPARQL from a file, stdin (-) or the text itself.

    常用前綴（pol:、skos:…）不必宣告 the usual prefixes need no declaration.
    """
    text = _query_text(source)
    graph = _open(store)
    try:
        _answer(graph.query(text, prefixes=PREFIXES), form)
    except SyntaxError as error:
        prefix = undeclared(text, PREFIXES)  # the engine names another cause then
        fail(f"SPARQL 語法錯誤 syntax error: {f'前綴 {prefix}: 未宣告 prefix not declared; ' if prefix else ''}{error}")
    except (ValueError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        fail(f"查詢失敗 the query failed: {error}")


def _query_text(source: str) -> str:
    """The query's text; ends the program with a sentence where it cannot be had."""
    try:
        if source == "-":
            return sys.stdin.read()
        if _is_file(source):
            return Path(source).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        fail(f"{source}：查詢讀不出來，請確認是 UTF-8 純文字 (cannot be read: {reason}; it must be UTF-8 plain text)")
    if source.strip() and not re.search(r"[\s{]", source):
        fail(f"{source}：沒有這個查詢檔 (no such query file)")
    return source


def _answer(result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, form: str | None) -> None:
    """Writes a query's result; raises ValueError for a form that such a result does not have."""
    if isinstance(result, ox.QueryTriples):
        if form in _TABLE_FORMATS:
            raise ValueError(
                f"CONSTRUCT／DESCRIBE 的結果是圖，不能輸出為 {form}，請用 {'、'.join(_GRAPH_FORMATS)} "
                f"(the result is a graph, not a table; use one of these formats)"
            )
        rdf = _GRAPH_FORMATS[form or "turtle"]
        # CONSTRUCT gives a triple once for each solution
        out = ox.serialize(dict.fromkeys(result), format=rdf, prefixes=PREFIXES if rdf in _PREFIXED else None)
        click.echo(out or b"", nl=False)
        return
    if form in _GRAPH_FORMATS:
        raise ValueError(
            f"SELECT／ASK 的結果是表，不能輸出為 {form}，請用 {'、'.join(_TABLE_FORMATS)} "
            f"(the result is a table, not a graph; use one of these formats)"
        )
    if isinstance(result, ox.QueryBoolean):
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
    by_ending = Path(output.removesuffix(".gz")).suffix.removeprefix(".")
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
        with hidden.open("wb") as file:
            if output.endswith(".gz"):
                # no name and no clock in the header: the same graph gives the same bytes
                with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                    _write(graph, cast(IO[bytes], packed), rdf)
            else:
                _write(graph, file, rdf)
        hidden.replace(output)
    except OSError as error:
        hidden.unlink(missing_ok=True)
        fail(f"{output}：無法寫入 (cannot be written: {error.strerror or error})")


def _write(graph: ox.Store, file: IO[bytes], rdf: ox.RdfFormat) -> None:
    if rdf in (ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG):
        graph.dump(file, rdf, prefixes=PREFIXES if rdf in _PREFIXED else None)
    else:
        ox.serialize((q.triple for q in graph.quads_for_pattern(None, None, None, ox.DefaultGraph())), file, rdf,
                     prefixes=PREFIXES if rdf in _PREFIXED else None)
