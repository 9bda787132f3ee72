"""A build's report for people."""

from __future__ import annotations

from collections.abc import Iterator

from kg.build import BuildReport
from kg.pipeline import DocumentReport

GENRES = {
    "national-plan": "國家計畫 national plan", "white-paper": "白皮書辦理情形 white paper responses",
    "business-report": "業務報告 business report", "annual-plan": "施政計畫 annual plan",
    "policy-industries": "政策性產業彙整表 policy industries", "budget-table": "預算表 budget table",
    "generic": "一般文件 generic",
}
#: how many names and lines are shown of each list
SHOWN = 8


def _counts(counts: dict[str, int]) -> str:
    return "  ".join(f"{name} {n:,}" for name, n in sorted(counts.items(), key=lambda x: (-x[1], x[0])))


def _document(d: DocumentReport) -> Iterator[str]:
    yield f"■ {d.file_name}"
    genre = GENRES.get(d.genre, d.genre)
    yield f"  文類 genre      {genre}；{d.characters:,} 字 characters；編碼 encoding {d.encoding}"
    yield from (f"  注意 note       {note}" for note in d.notes)
    if d.fallback:
        yield f"  改以一般文件讀取，請回報 read as generic, please report: {d.fallback}"
    yield f"  章節 sections   {d.sections:,}"
    yield f"  實體 entities   {_counts({k: v for k, v in d.entities.items() if k != 'Section'})}"
    yield f"  關係 relations  {_counts(d.relations)}"
    for c in d.declared:
        mark = "＝" if c["found"] == c["declared"] else "≠"
        found = "？" if c["found"] is None else c["found"]
        yield f"  自述 declared   {c['label']}：文件自述 {c['declared']} {mark} 讀到 {found}"
    if d.unresolved:
        names = "、".join(list(d.unresolved)[:SHOWN])
        yield f"  未識別名稱 unresolved names {len(d.unresolved)}：{names}{'…' if len(d.unresolved) > SHOWN else ''}"
    if d.unread_lines:
        yield f"  未讀行 unread lines {d.unread_lines:,} / {d.lines:,}"
        for line in d.unread_sample[:3]:
            yield f"    {line['line']}: {line['text']}"


def text(report: BuildReport) -> str:
    """The whole report as lines of text."""
    out: list[str] = []
    for document in report.documents:
        out += _document(document)
    for title, rows in (
        ("重複檔案，只讀一次 same content, read once", report.repeated),
        ("略過的檔案（副檔名不支援）left out by ending", report.left_out),
        ("前一版有、這一版沒有的文件 no longer part of the graph", report.dropped),
        ("讀不到的檔案 could not be read", report.failed),
    ):
        if rows:
            out.append(f"{title} ({len(rows)})：")
            out += [f"  {row}" for row in rows]
    total = sum(report.seconds.values())
    if report.version is None:
        out.append("沒有可讀的文件，圖譜未更新 (nothing could be read; the graph is as it was)")
    elif report.changed:
        out.append(
            f"已發布 published {report.version}：{len(report.documents)} 份文件 documents，"
            f"{report.triples:,} 條三元組 triples，{total:.1f} 秒 s（{report.from_cache} 份沿用 from cache"
            f"{'；由前一版增減 from the former version' if report.grown else ''}）"
        )
    else:
        out.append(f"沒有變動，仍是 {report.version} (nothing changed)，{total:.1f} 秒 s")
    return "\n".join(out)
