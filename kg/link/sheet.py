"""Links as a table that people fill in with a spreadsheet program, and the table read back.

Tab-separated, UTF-8 with a byte order mark, so that Excel opens it with the right characters. A cell that
a spreadsheet would run as a formula gets an apostrophe in front, which reading takes away again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.decisions import VERDICTS, Decision, Decisions, DecisionsError, Judgement, decide, end, undo
from kg.link.graph import Judged
from kg.read.encoding import NotText, decode

COLUMNS = (
    "連結 link", "種類 kind", "措施或建議 subject", "所屬 context", "預算項目或回應 object", "所屬 context of object",
    "分數 score", "信心 confidence", "理由 reason", "判定 verdict", "判定人 who", "日期 when", "說明 why",
    "原判定 before",
)
_LINK, _SUBJECT, _OBJECT, _VERDICT, _WHO, _WHEN, _WHY, _BEFORE = (COLUMNS.index(c) for c in (
    "連結 link", "措施或建議 subject", "預算項目或回應 object", "判定 verdict", "判定人 who", "日期 when", "說明 why",
    "原判定 before",
))
#: what people write for a verdict, besides the English words
_SAID = {"接受": "accept", "駁回": "reject", "未定": "unsure", "存疑": "unsure", **{v: v for v in VERDICTS}}
_SHOWN = {"accept": "接受", "reject": "駁回", "unsure": "未定"}
#: cells that spreadsheet programs run begin with these (OWASP, CSV injection); the apostrophe itself, lest reading
#: take one away that was always there
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


@dataclass(frozen=True, slots=True)
class Import:
    """What reading a table changed: the decisions afterwards, how many rows, and what was not applied."""

    decisions: dict[str, Decision]
    changed: int
    problems: tuple[str, ...]


def guard(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return "'" + cell if cell.startswith(_GUARDED) else cell


def unguard(cell: str) -> str:
    """What :func:`guard` was given.

    >>> unguard(guard("=1+1"))
    '=1+1'
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_GUARDED) else cell


def write(rows: Iterable[Sequence[str]]) -> str:
    """Rows as guarded TSV with a byte order mark and CRLF line ends."""
    out = io.StringIO()
    writer = csv.writer(out, "excel-tab", quoting=csv.QUOTE_MINIMAL)
    for row in rows:
        writer.writerow([guard(c) for c in row])
    return "\ufeff" + out.getvalue()


def read(data: bytes) -> list[list[str]]:
    """The rows of a table as a spreadsheet program saved it: UTF-8, UTF-16 or Big5; tabs or commas.

    Raises DecisionsError for bytes that are no text and for an unclosed quotation mark.
    """
    try:
        text = decode(data)[0].removeprefix("\ufeff")
    except NotText as error:
        raise DecisionsError([f"這不是文字表格，請存成 TSV (not a text table: {error}; save it as TSV)"]) from error
    head = text.split("\n", 1)[0]
    try:
        parsed = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in head else ",", strict=True))
    except csv.Error as error:
        raise DecisionsError([f"表格的引號不成對 (the table's quotation marks do not match: {error})"]) from error
    return [[unguard(c) for c in row] for row in parsed]


def rows(links: Iterable[Judged]) -> list[list[str]]:
    """The table of some links, heading first."""
    table = [list(COLUMNS)]
    for judged in links:
        x, d = judged.link, judged.decision
        j = d.judgement if d else Judgement("", "", "")
        table.append([
            judged.key, x.kind, x.subject.label, " ＜ ".join(x.subject.context),
            x.object.label, " ＜ ".join(x.object.context), f"{x.score:.3f}", f"{judged.confidence:.3f}", judged.reason,
            _SHOWN.get(j.verdict, ""), j.who, j.when, j.why, _mark(d),
        ])
    return table


def _mark(decision: Decision | None) -> str:
    """The state of a decision when a table was written, to tell later whether it changed meanwhile."""
    return f"{decision.judgement.verdict} {decision.judgement.who} {decision.judgement.when}" if decision else "-"


def apply(
    table: Sequence[Sequence[str]], links: Iterable[Judged], decisions: Decisions, who: str, today: str,
) -> Import:
    """The decisions after a table that people filled in.

    A row whose verdict was left as it was changes nothing; an emptied verdict takes the decision
    back. ``who`` and ``today`` stand in for empty cells. A row is not applied, and reported with its
    number, where the link is unknown, the verdict no verdict, or the link was decided otherwise
    since the table was written. Raises DecisionsError for a table with other columns.
    """
    if not table or list(table[0][:len(COLUMNS)]) != list(COLUMNS):
        raise DecisionsError(["表頭與匯出的不同，請重新匯出 (not the exported columns; export again)"])
    known = {judged.key: judged for judged in links}
    result = dict(decisions)
    changed = 0
    problems: list[str] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(table[1:], 2):
        if not any(c.strip() for c in cells):
            continue
        row = [c.strip() for c in [*cells, *[""] * (len(COLUMNS) - len(cells))]]
        key = row[_LINK]
        if key in seen:
            problem = f"與第 {seen[key]} 列是同一連結，未套用 (the same link as row {seen[key]}; not applied)"
        else:
            seen[key] = number
            after, problem = _applied(row, known.get(key), decisions.get(key), result, who, today)
            changed += after is not None
            result = after if after is not None else result
        if problem:
            problems.append(f"第 {number} 列 (row {number})：{problem}")
    return Import(result, changed, tuple(problems))


def _applied(
    row: list[str], judged: Judged | None, now: Decision | None, result: dict[str, Decision], who: str, today: str,
) -> tuple[dict[str, Decision] | None, str]:
    """The decisions after one row (None where it changes nothing), and why it was not applied."""
    verdict = _SAID.get(row[_VERDICT].lower(), row[_VERDICT])
    if verdict and verdict not in VERDICTS:
        return None, f"判定「{row[_VERDICT]}」不明，可填 接受、駁回、未定 (unknown verdict; not applied)"
    held = now.judgement if now else Judgement("", "", "")
    if (verdict, row[_WHO], row[_WHEN], row[_WHY]) == (held.verdict, held.who, held.when, held.why):
        return None, ""
    if not verdict and now is None:
        return None, ""
    if row[_BEFORE] != _mark(now):
        return None, (
            f"匯出後已另有判定（{_mark(now)}），未套用 (decided otherwise since the export; not applied): "
            f"{row[_SUBJECT]} → {row[_OBJECT]}"
        )
    if not verdict:
        return undo(result, row[_LINK]), ""
    if not (row[_WHO] or who):
        return None, "缺少判定人，請填寫或用 --who (who decided is missing; not applied)"
    judgement = Judgement(verdict, row[_WHO] or who, row[_WHEN] or today, row[_WHY])
    if now is not None:
        return decide(result, now.kind, now.subject, now.object, judgement), ""
    if judged is None:
        return None, f"圖譜裡沒有這個連結，未套用 (no such link in the graph; not applied): {row[_LINK]}"
    x = judged.link
    return decide(result, x.kind, end(x.subject), end(x.object), judgement), ""
