"""``kg link`` and ``kg decide``: proposed links, and what people decide about them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli import fail, store_option

if TYPE_CHECKING:
    from kg.decisions import Decisions, End
    from kg.link.graph import Judged, Linked
    from kg.store import VersionedStore

#: characters of a key that lists show
_LISTED = 10
_VERDICTS = ("accept", "reject", "unsure", "undo")

decisions_option = click.option(
    "--decisions", "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="判定檔（預設為圖譜資料夾的 decisions.jsonl）file of decisions",
)


def _file(store: str, file: Path | None) -> Path:
    from kg.decisions import FILE

    return file or Path(store) / FILE


def _linked(versions: VersionedStore, decisions: Decisions) -> Linked:
    from kg.link.graph import link as run
    from kg.link.model import load

    return run(versions.open(), decisions, load(versions.folder))


def _plain(judged: Judged) -> dict[str, Any]:
    """A link as data."""
    x, d = judged.link, judged.decision
    return {
        "link": judged.key, "iri": judged.iri, "kind": x.kind,
        "subject": {"iri": x.subject.iri, "label": x.subject.label, "context": x.subject.context},
        "object": {"iri": x.object.iri, "label": x.object.label, "context": x.object.context},
        "score": round(x.score, 4), "confidence": round(judged.confidence, 4), "status": judged.status,
        "reason": judged.reason, "decision": d.to_json() if d else None,
    }


@click.command()
@store_option
@decisions_option
@click.option("--measure", "wanted", default="", metavar="文字 TEXT",
              help="只列名稱含此文字者 only those whose name contains this")
@click.option("--kind", type=click.Choice(["fundedBy", "answeredBy", "all"]), default="fundedBy", show_default=True,
              help="措施→預算項目，或建議→措施、計畫 measure to line, or recommendation to measure and program")
@click.option("--least", type=click.FloatRange(0, 1), default=0.3, show_default=True, help="最低信心 least confidence")
@click.option("--status", type=click.Choice(["candidate", "accepted", "rejected", "unsure"]),
              help="只列此狀態 only this status")
@click.option("--format", "form", type=click.Choice(["table", "json", "tsv"]), default="table", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="寫到檔案 write to a file")
@click.option("--calibrate", is_flag=True,
              help="以人工判定重新校準模型，存於圖譜資料夾 refit the model on the decisions")
@click.option("--apply", "rebuild", is_flag=True,
              help="以現有文件重建，使判定生效 rebuild so that decisions take effect")
def link(store: str, file: Path | None, wanted: str, kind: str, least: float, status: str | None, form: str,
         output: Path | None, calibrate: bool, rebuild: bool) -> None:
    """列出措施與預算項目的候選連結 propose the budget lines that carry out each measure.

    沒有列出的措施，就是找不到相符的預算項目。結束碼 2：圖譜或判定檔無法使用。
    """
    from kg.decisions import load
    from kg.store import StoreError, VersionedStore

    path = _file(store, file)
    versions = VersionedStore(store)
    try:
        if calibrate:
            _calibrate(versions, path)
        if rebuild:
            _rebuild(versions, path)
        if calibrate or rebuild:
            return
        found = _linked(versions, load(path))
    except (StoreError, ValueError) as error:
        fail(str(error))
    links = [
        j for j in found.links
        if kind in ("all", j.link.kind.removeprefix("pol:")) and wanted in j.link.subject.label
        and (j.confidence >= least or j.decision is not None) and status in (None, j.status)
    ]
    _show(links, found, form, output)


def _show(links: list[Judged], found: Linked, form: str, output: Path | None) -> None:
    """Writes the links in the form that was asked for."""
    from kg.cli.query import table
    from kg.link import sheet

    if form == "json":
        text = json.dumps({
            "links": [_plain(j) for j in links], "orphans": [d.to_json() for d in found.orphans],
        }, ensure_ascii=False, indent=1) + "\n"
    elif form == "tsv":
        text = sheet.write(sheet.rows(links))
    else:
        shown = [
            [j.key[:_LISTED], j.link.subject.label, j.link.object.label, (*j.link.object.context, "")[0],
             f"{j.link.score:.2f}", f"{j.confidence:.2f}", j.status] for j in links
        ]
        heads = ["連結 link", "措施 subject", "預算項目 object", "工作計畫 of", "分數", "信心", "狀態"]
        text = table(heads, shown, longest=44) + f"\n{len(links):,} 筆連結 links\n"
    if output:
        output.write_text(text, encoding="utf-8", newline="")
    else:
        click.echo(text, nl=False)
    if found.orphans:
        click.echo(
            f"{len(found.orphans)} 筆判定在圖譜裡找不到對象，保留不動 (their ends are not in the graph; kept)：",
            err=True,
        )
        for d in found.orphans:
            click.echo(f"  {d.link[:10]} {d.subject.label} → {d.object.label}", err=True)


def _calibrate(versions: VersionedStore, path: Path) -> None:
    from kg.decisions import load
    from kg.link.calibrate import calibrate
    from kg.link.model import FILE
    from kg.link.model import load as load_model
    from kg.link.propose import Comparison
    from kg.link.sources import read

    decisions = load(path)
    result = calibrate(Comparison(read(versions.open())), _linked(versions, decisions), load_model())
    result.model.save(versions.folder / FILE)
    click.echo(
        f"已依 {result.accepted} 筆接受、{result.rejected} 筆駁回校準；判對 {result.before:.0%} → {result.after:.0%}。"
        f"模型存於 {versions.folder / FILE}，執行 kg link --apply 生效 (refitted; kg link --apply puts it to use)"
    )


def _rebuild(versions: VersionedStore, path: Path) -> None:
    from kg.build import build

    report = build((), versions, add=True, decisions=path)
    if report.failed:
        fail("\n".join(report.failed))
    same = f"沒有變動，仍是 {report.version} (nothing changed)"
    click.echo(f"已發布 published {report.version}" if report.changed else same)


@click.command()
@click.argument("verdict", type=click.Choice(_VERDICTS), required=False)
@click.argument("name", metavar="[LINK]", required=False)
@store_option
@decisions_option
@click.option("--who", default="", envvar="KG_WHO", help="判定人 who decides")
@click.option("--why", default="", help="說明 why")
@click.option("--when", default="", help="日期，預設今天 date, by default today")
@click.option("--pair", nargs=2, metavar="SUBJECT OBJECT",
              help="未被提出的連結：兩端的 IRI a link that was not proposed: its ends' IRIs")
@click.option("--export", "target", type=click.Path(path_type=Path, dir_okay=False),
              help="匯出 TSV，可用 Excel 填寫 write a table to fill in")
@click.option("--import", "source", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="讀回填好的表 read the table back")
@click.option("--least", type=click.FloatRange(0, 1), default=0.1, show_default=True,
              help="匯出的最低信心 least confidence exported")
@click.option("--facts", is_flag=True, help="列出存疑的事實及其代號 list the doubtful facts with their keys")
def decide(verdict: str | None, name: str | None, store: str, file: Path | None, who: str, why: str, when: str,
           pair: tuple[str, str] | None, target: Path | None, source: Path | None, least: float, facts: bool) -> None:
    """判定連結或存疑的事實：accept 接受、reject 駁回、unsure 未定、undo 復原 decide about a link or a doubtful fact.

    LINK 是 kg link 或 kg decide --facts 列出的代號（前幾碼即可）。不給引數則列出所有判定。判定存於一個檔案，
    可放進版本控制；kg link --apply 或下次 kg build 時生效。結束碼 1：有列未套用；2：無法使用。
    """
    from kg.decisions import load
    from kg.store import StoreError, VersionedStore

    path, versions = _file(store, file), VersionedStore(store)
    today = when or date.today().isoformat()
    try:
        if target is not None:
            _export(versions, path, target, least)
        elif source is not None:
            _import(versions, path, source, who, today)
        elif facts:
            _facts(versions, load(path))
        elif verdict is None:
            _list(load(path))
        elif verdict == "undo":
            _undo(path, name or "")
        else:
            _decide(versions, path, verdict, name, pair, who, today, why)
    except (StoreError, ValueError) as error:
        fail(str(error))


def _list(decisions: Decisions) -> None:
    from kg.cli.query import table

    heads = ["代號 key", "判定", "判定人", "日期", "主項 subject", "對象 object", "說明 why"]
    rows = []
    for key, d in sorted(decisions.items()):
        j = d.judgement
        rows.append([key[:_LISTED], j.verdict, j.who, j.when, d.subject.label, d.object.label, j.why])
    click.echo(table(heads, rows, longest=36))
    click.echo(f"{len(rows):,} 筆判定 decisions")


def _one(keys: list[str], name: str) -> str:
    """The only key that begins with ``name``. Raises ValueError."""
    found = sorted({k for k in keys if name and k.startswith(name)})
    if not found:
        shown = name or "（空白）"
        raise ValueError(f"沒有代號為 {shown} 的連結；kg link 列出全部 (no such link; 'kg link' lists them)")
    if len(found) > 1:
        raise ValueError(f"代號 {name} 不只一個：{'、'.join(k[:12] for k in found[:5])} (more than one link begins so)")
    return found[0]


def _undo(path: Path, name: str) -> None:
    from kg.decisions import changing, undo

    with changing(path) as decisions:
        key = _one(list(decisions), name)
        after = undo(decisions, key)
        decisions.clear()
        decisions.update(after)
    left = f"回到 {after[key].judgement.verdict}" if key in after else "已無判定"
    click.echo(f"已復原 undone：{key[:10]}，{left}")


def _decide(versions: VersionedStore, path: Path, verdict: str, name: str | None, pair: tuple[str, str] | None,
            who: str, today: str, why: str) -> None:
    from kg.decisions import Judgement, changing, decide, end, load
    from kg.link.sources import read

    if not who:
        raise ValueError("請以 --who 或環境變數 KG_WHO 說明由誰判定 (say who decides: --who or KG_WHO)")
    if pair:
        sources = read(versions.open())
        sides = {s.iri: s for s in (*sources.measures, *sources.lines, *sources.recommendations, *sources.programs)}
        for iri in pair:
            if iri not in sides:
                raise ValueError(f"{iri}：圖譜裡沒有這個措施、建議、計畫或預算項目 (nothing that can be linked)")
        kind = "pol:fundedBy" if "/budget-line/" in pair[1] else "pol:answeredBy"
        subject, obj = end(sides[pair[0]]), end(sides[pair[1]])
    else:
        kind, subject, obj = _named(versions, load(path), (name or "").rsplit("/", 1)[-1])
    with changing(path) as decisions:
        decisions.update(decide(decisions, kind, subject, obj, Judgement(verdict, who, today, why)))
    click.echo(f"{verdict}：{subject.label} → {obj.label}（{path}；kg link --apply 生效 puts it to use）")


def _named(versions: VersionedStore, decisions: Decisions, name: str) -> tuple[str, End, End]:
    """The relation and both ends of the link or doubtful fact whose key begins so. Raises ValueError."""
    from kg.decisions import end
    from kg.doubts import doubts
    from kg.names import compact

    found = doubts(versions.open())
    facts = {found.key(d): d for d in found.all}
    # a key as it is listed names one thing; a shorter one could be a link's as well, which takes longer to find out
    links = {} if len(name) >= _LISTED and any(k.startswith(name) for k in facts) else {
        j.key: j.link for j in _linked(versions, decisions).links}
    key = _one([*links, *facts], name)
    if key in decisions:
        return decisions[key].kind, decisions[key].subject, decisions[key].object
    if key in facts:
        return compact(facts[key].predicate), *found.ends(facts[key])
    return links[key].kind, end(links[key].subject), end(links[key].object)


def _facts(versions: VersionedStore, decisions: Decisions) -> None:
    from kg.cli.query import table
    from kg.doubts import doubts
    from kg.names import compact

    found = doubts(versions.open())
    decided = found.decided(decisions)
    rows = []
    for d in found.all:
        subject, obj = found.ends(d)
        verdict = decided[d.name].judgement.verdict if d.name in decided else ""
        key, relation = found.key(d)[:_LISTED], compact(d.predicate)
        rows.append([key, f"{d.confidence:.2f}", verdict, subject.label, relation, obj.label])
    heads = ["代號 key", "信心", "判定", "從 subject", "關係 relation", "到 object"]
    click.echo(table(heads, rows, longest=36))
    click.echo(f"{len(rows):,} 項存疑的事實 doubtful facts")


def _export(versions: VersionedStore, path: Path, target: Path, least: float) -> None:
    from kg.decisions import load
    from kg.link import sheet

    found = _linked(versions, load(path))
    links = [j for j in found.links if j.confidence >= least or j.decision is not None]
    target.write_text(sheet.write(sheet.rows(links)), encoding="utf-8", newline="")
    click.echo(f"{len(links):,} 筆連結寫入 links written to {target}")


def _import(versions: VersionedStore, path: Path, source: Path, who: str, today: str) -> None:
    from kg.decisions import changing
    from kg.link import sheet

    with changing(path) as decisions:
        links = _linked(versions, decisions).links
        result = sheet.apply(sheet.read(source.read_bytes()), links, decisions, who, today)
        decisions.clear()
        decisions.update(result.decisions)
    click.echo(f"{result.changed} 筆判定已更新 decisions changed（{path}）")
    for problem in result.problems:
        click.echo(problem, err=True)
    if result.problems:
        raise SystemExit(1)
