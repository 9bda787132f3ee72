"""``kg eval``: how well the graph agrees with hand-made answers."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kg.cli import fail, store_option
from kg.cli.query import table


@click.command("eval")
@click.argument("gold", type=click.Path(path_type=Path))
@store_option
@click.option("--json", "as_json", is_flag=True, help="輸出 JSON for machines")
@click.option("--errors", type=click.IntRange(0), default=0, metavar="N", show_default=True,
              help="每項列出前 N 筆漏讀與誤讀 list the first N missed and wrong records of each metric")
def eval(gold: Path, store: str, as_json: bool, errors: int) -> None:
    """對照標準答案資料夾 GOLD 評量品質 measure precision, recall and F1 against the gold in folder GOLD."""
    from kg.evaluate import GoldError, evaluate
    from kg.store import StoreError, VersionedStore

    try:
        found = evaluate(gold, VersionedStore(store))
    except (GoldError, StoreError) as error:
        fail(str(error))
    groups = {"facts": "圖譜事實 facts of the graph", "names": "文中名稱 names in passages",
              "figures": "文中數字與年度 figures in passages, with their years"}
    if as_json:
        click.echo(json.dumps({
            "metrics": found.figures(),
            "errors": {m.name: {"missed": m.missed[:errors], "wrong": m.wrong[:errors]}
                       for m in found.metrics if errors and (m.missed or m.wrong)},
            "calibration": {group: [{"least": b.least, "right": b.right, "all": b.all, "share": b.share}
                                    for b in found.calibration(group)] for group in groups},
            "skipped": found.skipped,
        }, ensure_ascii=False, indent=1))
        return
    rows = []
    for m in found.metrics:
        figures = m.figures()
        cells = [f"{figures[f]:.3f}" if f in figures else "" for f in ("precision", "recall", "f1", "share")]
        rows.append([m.name, *cells, str(m.right), str(len(m.wrong)), str(len(m.missed))])
    heads = ["項目 metric", "精確率 P", "召回率 R", "F1", "比率 share", "正確 right", "誤 wrong", "漏 missed"]
    click.echo(table(heads, rows))
    for m in found.metrics:
        for word, listed in (("漏 missed", m.missed[:errors]), ("誤 wrong", m.wrong[:errors])):
            for record in listed:
                click.echo(f"{m.name}  {word}  {record}")
    for group, title in groups.items():
        bands = found.calibration(group)
        if bands:
            click.echo(f"\n信心值校準 calibration: {title}")
            click.echo(table(["信心值自 confidence from", "正確 right", "全部 all", "正確率 share"], [
                [f"{b.least:.2f}", str(b.right), str(b.all), f"{b.share:.3f}"] for b in bands
            ]))
    for name, reason in found.skipped.items():
        click.echo(f"{name} 未評量 not measured: {reason}", err=True)
