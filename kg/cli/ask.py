"""``kg ask``: canned queries on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kg.cli import fail, store_option
from kg.cli.query import cell, table


@click.command()
@click.argument("name", required=False)
@store_option
@click.option("--param", "-p", "params", multiple=True, metavar="NAME=VALUE", help="參數，可重複 parameter, repeatable")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "gexf", "rq"]), default="table",
              show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="寫到檔案 write to a file")
def ask(name: str | None, store: str, params: tuple[str, ...], form: str, output: Path | None) -> None:
    """執行現成查詢；不給名稱則列出全部 run a canned query, or list them all."""
    from kg.catalog import CatalogError, UnknownQuery, load
    from kg.catalog_types import BadValue
    from kg.export import gexf
    from kg.export.table import to_csv
    from kg.network import of_query
    from kg.store import StoreError, VersionedStore

    try:
        catalog = load()
        if name is None:
            listed = [[q.name, f"{q.title['zh']} {q.title['en']}", ", ".join(q.parameters)] for q in catalog.values()]
            click.echo(table(["名稱 name", "題目 title", "參數 parameters"], listed, longest=72))
            return
        query = catalog[name]
        raw: dict[str, list[str]] = {}
        for pair in params:
            key, equals, value = pair.partition("=")
            if not equals:
                raise BadValue(f"--param {pair}：要寫成 名稱=值 (write NAME=VALUE)")
            raw.setdefault(key, []).append(value)
        versions = VersionedStore(store)
        version = versions.require()
        graph = versions.open(version)
        if form == "rq":
            text = query.bind(query.terms(raw, graph))
        elif form == "gexf":
            text = "".join(gexf.write(of_query(query, graph, raw), source=name, version=version.name))
        else:
            solutions = query.run(graph, raw)
            names = [v.value for v in solutions.variables]
            rows = [[cell(row[n]) for n in names] for row in solutions]
            if form == "json":
                text = json.dumps([dict(zip(names, r, strict=True)) for r in rows], ensure_ascii=False, indent=1) + "\n"
            elif form == "csv":
                text = to_csv([names, *rows], "\n")
            else:
                shown = [n for n in (query.columns or names) if n in names]
                at = [names.index(n) for n in shown]
                heads = [query.columns[n]["zh"] if n in query.columns else n for n in shown]
                text = table(heads, [[r[i] for i in at] for r in rows]) + f"\n{len(rows):,} 列 rows\n"
    except UnknownQuery:
        fail(f"沒有名為 {name} 的查詢；kg ask 列出全部 (no such canned query; 'kg ask' lists them)")
        return
    except (StoreError, CatalogError, BadValue, ValueError) as error:
        fail(str(error))
        return
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
