"""The forms of lines in white papers with answers: who answers, headings of items, of answers and of laws.

Tables of different federations and years name the same parts differently; each form is described once here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kg.text import outline
from kg.text.clean import Clean
from kg.text.numerals import chinese_number
from kg.text.outline import LEAD, Marker

#: column heads of such tables
COLUMNS = re.compile(
    r"^(?:議題|建議事項|建議內容|延續議題|主[管辦](?:單位|機關|部會)|權責(?:單位|機關)|(?:各)?部會(?:回[應復覆])?|機關|"
    r"(?:部會)?辦理情形.{0,12}|"
    r"(?:議題)?參採(?:情形|與否|狀況)?|回[應復覆](?:內容|情形|說明)?|序號|編號|項次|備註|說明|頁次)[：:]?$")
#: labels of the parts of the federation's text
FEDERATION_LABEL = re.compile(
    r"^(?:[（(]?[一二三四五\d][)）、.．]\s*)?(?:議題|問題|建議)?(?:(?:背景|現況|問題|議題|案情)?(?:說明|分析|緣起)|背景|現況|緣由|理由|問題|"
    r"(?:具體)?(?:建議|訴求|主張|對策)(?:事項|內容|作法|做法|方案|措施)?)"
    r"(?:[及與暨、](?:具體)?(?:建議|訴求)(?:事項|內容|作法|做法)?)?[：:]")
_PROGRESS = re.compile(r"^(?:目前|現行|現階段)?(?:進度|辦理情形|處理情形|執行情形|辦理進度|執行進度|現況|作法|推動情形|"
                       r"研處情形|研處意見|處理意見|辦理說明|辦理現況|因應作法|具體作為)"
                       r"(?:[及與暨、](?:未來)?[^\s：:]{0,8})?"
                       r"(?=[：:\s]|$)|^(?:未來規劃|回[應復覆](?:說明|內容|意見)?|說明)(?=[：:\s]|$)")
_LAW = re.compile(r"^(?:(?:所)?(?:涉及|相關|有關|適用|現行|主要)(?:之|相關)*(?:法規|法令|法律|法規命令|法規名稱|法條)|"
                  r"(?:法[令規律]|法源)依據|依據(?:法[令規律])|法源|法規命令|法[令規])"
                  r"(?:名稱|條文|及條文|及條次|依據)?(?:\s*[：:]|\s*$)")
_LABEL = (r"(?:(?:各)?(?:部會|機關|單位)|(?:主[管辦政責]|權責|回[應復覆]|答[復覆]|辦理)(?:機關|單位|部會))"
          r"(?:回[應復覆]|意見|說明)?")
_LABELLED = re.compile(rf"^[\s\u3000]*(?:[（(]?\d{{1,2}}[)）.、]\s*)?[【〔■●◆▍]?\s*{_LABEL}\s*[】〕]?"
                       r"\s*[：:]\s*(?P<names>\S.{1,80})$")
_NAMES = r"[^：:。，；！？「」【】\[\]〔〕■□☐]{2,60}?"
_ANSWERS = re.compile(rf"^[\s\u3000]*(?:[（(]?\d{{1,2}}[)）.、]\s*)?[■●◆▍【]?\s*(?P<names>{_NAMES})】?\s*"
                      r"(?:之|的)?(?:(?:書面)?(?:回[應復覆]|答[復覆])(?:意見|說明|內容|情形)?|意見|辦理情形)"
                      r"\s*(?:】|[：:]\s*】?|$)\s*(?P<rest>.*)$")
_BRACKETED = re.compile(rf"^[\s\u3000]*[【〔\[（(〈<]\s*(?P<names>{_NAMES})\s*[】〕\]）)〉>][：:]?\s*(?P<rest>.*)$")
_SAYS = re.compile(rf"^[\s\u3000]*(?P<names>{_NAMES})\s*[：:]\s*(?P<rest>\S.*)$")
_WORDED = re.compile(r"(?:建議(?:事項|案)?|議題|議案|案由|建言|提案|訴求|案)\s*"
                     r"(?P<number>[一二三四五六七八九十]{1,3}|\d{1,3}(?:-\d{1,2})?)"
                     r"\s*(?:[：:、.．]|[\s\u3000])\s*(?=\S)|第\s*(?P<case>[一二三四五六七八九十\d]{1,3})\s*案\s*[：:、]\s*(?=\S)")
_LONGEST_TITLE = 90
_ENDINGS = re.compile(r"(?:部|會|署|院|局|處|府|總處|公司|銀行|中心|所)(?:[（(][^（）()]+[)）])?$")
_COLLECTIVE = re.compile(r"^(?:各|相關|有關|主管|權責)*(?:部會|機關|單位)$")


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """A line that says who answers: the names, what follows on the line, and how sure the form is of it."""

    names: Clean
    rest: Clean
    #: the form needs a free place (no open answer), as a name in brackets or before a colon stands in texts too
    weak: bool


def unmarked(line: str) -> str:
    """A line without its number."""
    marked = outline.marker(line, "arabic", "chinese", "chinese-paren", "arabic-paren")
    return line[marked.end:].strip() if marked else line.strip()


def law_head(text: str) -> re.Match[str] | None:
    """The label of the laws at the start of a line without its number (涉及法規：, 法令依據：)."""
    return _LAW.match(text)


def progress_head(text: str) -> re.Match[str] | None:
    """The label of the answer's text at the start of a line without its number (辦理情形：, 回應說明：)."""
    return _PROGRESS.match(text)


def is_law_heading(line: str) -> bool:
    """Is it the line 涉及法規：… (with its number)?"""
    return law_head(unmarked(line)) is not None


def is_progress(line: str) -> bool:
    """Does the line head an answer's text (with its number)?"""
    return progress_head(unmarked(line)) is not None


def answer_head(row: Clean) -> AnswerHead | None:
    """Who answers, by the form of the line: 部會回應：甲部, 甲部回應：…, 【甲部】, 甲部：…; None for any other line."""
    for pattern, weak in ((_LABELLED, False), (_ANSWERS, False), (_BRACKETED, True), (_SAYS, True)):
        m = pattern.match(row.text)
        if m is not None and _ENDINGS.search(m["names"].strip()) and not _COLLECTIVE.match(m["names"].strip()):
            rest = row[m.start("rest"):m.end("rest")] if "rest" in m.groupdict() else Clean("", ())
            return AnswerHead(row[m.start("names"):m.end("names")], rest.strip(), weak)
    return None


def worded_item(text: str) -> Marker | None:
    """The number of an item that is called one (議題一：…, 案由3：…, 第二案：…)."""
    lead = LEAD.match(text)
    at = lead.end() if lead else 0
    m = _WORDED.match(text, at)
    if m is None or len(text) - m.end() > _LONGEST_TITLE:
        return None
    number = m["number"] or m["case"]
    last = number.rsplit("-", 1)[-1]
    count = int(last) if last.isdigit() else chinese_number(last)
    return Marker("item", count, m[0].strip(" \u3000：:、.．"), at, m.end()) if count is not None else None


def is_title(text: str) -> bool:
    """Can the text behind a number be an item's title: no label, no sentence?"""
    return (0 < len(text) <= _LONGEST_TITLE and not re.search(r"[。！？；]", text) and not FEDERATION_LABEL.match(text)
            and progress_head(text) is None and law_head(text) is None)


def item_form(rows: Sequence[Clean], is_answer: Sequence[bool]) -> str:
    """The form of the items' numbers: "item" (議題一), "chinese-paren" or "arabic".

    Judged by which form heads the stretches between one answer and the next: of those that head most
    of them the outermost.
    """
    votes: Counter[str] = Counter()
    stretches = 0
    seen: set[str] = set()
    for row, answers in zip(rows, is_answer, strict=True):
        if answers:
            stretches += bool(seen)
            votes.update(seen)
            seen = set()
        elif worded_item(row.text) is not None:
            seen.add("item")
        else:
            m = outline.marker(row.text, "chinese-paren", "arabic")
            if m is not None and is_title(row.text[m.end:].strip()):
                seen.add(m.kind)
    return next((form for form in ("item", "chinese-paren", "arabic") if stretches and votes[form] >= 0.6 * stretches),
                "chinese-paren")
