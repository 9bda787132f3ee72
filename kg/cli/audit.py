"""``kg audit``: how complete the graph is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from kg.cli import fail, store_option
from kg.cli.link import decisions_option
from kg.cli.query import table


@click.command()
@store_option
@decisions_option
@click.option("--json", "as_json", is_flag=True, help="輸出 JSON for machines")
@click.option("--strict", is_flag=True,
              help="自述數與讀到數不符時以 1 結束 exit with 1 where a declared count is not met")
def audit(store: str, file: Path | None, as_json: bool, strict: bool) -> None:
    """完整度稽核：自述數、未讀行、未識別名稱、連結與覆蓋 audit the graph's completeness."""
    from kg.audit import NAMED
    from kg.audit import audit as audited
    from kg.catalog import CatalogError, load
    from kg.decisions import FILE
    from kg.decisions import load as decided
    from kg.store import StoreError, VersionedStore

    try:
        version = VersionedStore(store).require()
        catalog = load()
        decisions = decided(file or Path(store) / FILE)
        found = audited(VersionedStore(store).open(version), version.report(), version.name, catalog, decisions)
    except (StoreError, CatalogError) as error:
        fail(str(error))
        return
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=1))
    else:
        click.echo(f"圖譜 graph {found.version}\n\n自述數與讀到數 declared and found")
        counted = ("document_label", "counted", "declared", "found", "difference")
        click.echo(_table(found.declared, counted, catalog["declared-counts"].head))
        click.echo("\n未讀行與未識別名稱 unread lines and unresolved names")
        click.echo(table(["文件 document", "行 lines", "未讀 unread", "讀到 read %", "未識別 unresolved"], [
            [d.title, str(d.lines), str(d.unread_lines), f"{d.read_share:g}", "、".join(list(d.unresolved)[:NAMED])]
            for d in found.documents
        ]))
        for title, rows, name in (("措施覆蓋 coverage of measures", found.coverage, "coverage"),
                                  ("連結 links by confidence", found.links, "links-by-confidence")):
            click.echo(f"\n{title}")
            click.echo(_table(rows, tuple(catalog[name].columns), catalog[name].head))
        click.echo("\n缺口 gaps (kg ask NAME)")
        click.echo(table(["查詢 query", "題目 title", "列 rows"], [
            [name, catalog[name].title["zh"], str(n)] for name, n in found.gaps.items()
        ]))
        if found.orphans:
            click.echo("\n找不到兩端的人工判定 decisions whose ends are not in the graph")
            click.echo(table(["判定 verdict", "主項 subject", "對象 object", "缺 missing", "同名 namesakes"], [
                [o.decision.judgement.verdict, o.decision.subject.label, o.decision.object.label,
                 "、".join(o.missing), "；".join(o.namesakes)] for o in found.orphans
            ]))
    if strict and found.differing:
        raise SystemExit(1)


def _table(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...], head: Any) -> str:
    return table([head(c) for c in columns], [
        ["" if r.get(c) is None else str(r[c]) for c in columns] for r in rows
    ])
