"""``kg ask``: canned queries on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli import fail, pairs, param_option, store_option
from kg.cli.query import cell, table

if TYPE_CHECKING:
    from kg.catalog import CannedQuery
    from kg.store import VersionedStore

FORMATS = ("table", "csv", "excel.csv", "xlsx", "json", "ttl", "gexf", "rq")


@click.command()
@click.argument("name", required=False)
@store_option
@param_option
@click.option("--values", metavar="NAME", help="列出參數的可用值與次數 list a parameter's values with counts")
@click.option("--queries", "folders", multiple=True, envvar="KG_QUERIES", metavar="DIR",
              type=click.Path(path_type=Path),
              help="另加自己的 .rq 資料夾，可重複 a further folder of .rq files, repeatable")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="寫到檔案 write to a file")
def ask(
    name: str | None, store: str, params: tuple[str, ...], values: str | None, folders: tuple[Path, ...], form: str,
    output: Path | None,
) -> None:
    """執行現成查詢；不給名稱則列出全部 run a canned query, or list them all."""
    from kg.catalog import CatalogError, UnknownQuery, load
    from kg.catalog_types import BadValue
    from kg.store import StoreError, VersionedStore

    try:
        catalog = load(*folders)
        if name is None:
            listed = [[q.name, f"{q.title['zh']} {q.title['en']}", ", ".join(q.parameters)] for q in catalog.values()]
            click.echo(table(["名稱 name", "題目 title", "參數 parameters"], listed, longest=72))
            return
        query = catalog[name]
        body = _answer(query, VersionedStore(store), pairs(params), values, form)
    except UnknownQuery:
        fail(f"沒有名為 {name} 的查詢；kg ask 列出全部 (no such canned query; 'kg ask' lists them)")
        return
    except (StoreError, CatalogError, BadValue, ValueError) as error:
        fail(str(error))
        return
    if output is not None:
        output.write_bytes(body)
    elif form == "xlsx":
        fail("XLSX 要用 -o 寫到檔案 (write XLSX to a file with -o)")
    else:
        click.echo(body.decode("utf-8"), nl=False)


def _answer(
    query: CannedQuery, versions: VersionedStore, raw: dict[str, list[str]], values: str | None, form: str
) -> bytes:
    """The bytes of one form of the result."""
    from kg.catalog_table import run
    from kg.catalog_types import BadValue, options
    from kg.export import gexf
    from kg.network import of_query

    version = versions.require()
    graph = versions.open(version)
    if values is not None:
        offered = [[o.label, "" if o.count is None else str(o.count), o.value]
                   for o in options(query.parameter(values), graph)]
        return (table(["名稱 label", "次數 count", "值 value"], offered) + "\n").encode()
    if form == "rq":
        return query.bind(query.terms(raw, graph)).encode()
    if form == "gexf":
        return "".join(gexf.write(of_query(query, graph, raw), source=query.name, version=version.name)).encode()
    result = run(query, graph, raw)
    if form == "json":
        return (json.dumps(result.json()["rows"], ensure_ascii=False, indent=1) + "\n").encode()
    if form == "csv":
        return result.csv("\n").encode()
    if form == "excel.csv":
        return result.excel_csv().encode()
    if form == "xlsx":
        return result.xlsx(version.name, str(version.report().get("built", ""))[:10])
    if form == "ttl":
        if not query.things:
            raise BadValue(f"{query.name}：沒有列出實體，不能輸出 Turtle (lists no things: no Turtle)")
        return result.turtle(graph).encode()
    text = table(result.heads(), [[cell(t) for t in row] for row in result.cells(result.shown)])
    return f"{text}\n{result.total:,} 列 rows\n".encode()
