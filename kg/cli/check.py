"""``kg check``."""

from __future__ import annotations

import json

import click

from kg.cli import fail, store_option


@click.command()
@store_option
@click.option("--json", "as_json", is_flag=True, help="輸出為 JSON report as JSON")
def check(store: str, as_json: bool) -> None:
    """以 SHACL 與資料檢查驗證圖譜 validate the graph. 結束碼 1 表示有不符之處."""
    from kg import ids
    from kg.check import check as run
    from kg.store import StoreError, VersionedStore

    versions = VersionedStore(store)
    try:
        version = versions.require()
        texts = {
            ids.iri("pol:PolicyDocument", d["key"]): versions.text(d["key"]) for d in version.report()["documents"]
        }
        report = run(versions.open(version), texts=texts)
    except StoreError as error:
        fail(str(error))
    click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=1) if as_json else report.text())
    raise SystemExit(0 if report.conforms else 1)
