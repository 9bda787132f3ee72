"""Business reports of ministries to the Legislative Yuan (業務報告): the section tree, and each
innermost headed unit as a measure of the ministry."""

from __future__ import annotations

import re

from extract.publisher import issued, speaking_body, state_year
from extract.section_records import Written, children, read_units, whole_text, write_sections
from extract.sections import join
from kg.model import Ref
from kg.records import Records
from kg.text.clean import Clean, joined
from kg.text.numerals import chinese_number
from kg.text.outline import marker
from kg.text.years import period, single_year

GENRE = "business-report"
RULE = "business-report"
#: what a title of the genre ends in
_TITLE = re.compile(r"(?:業務|施政|工作|施政業務)(?:概況|現況|推動)?(?:暨\S{0,12})?報告")
_GREETING = re.compile(
    r"(?:茲|謹|爰)(?:就|將)|擇要報告|敬請\S{0,8}指教|主席.{0,20}委員|業務概況|提出報告|(?:報告|說明)如[下次]"
)
_COUNT = re.compile(r"共(?:計|有)?(\d{1,3}|[一二三四五六七八九十]{1,3})(?:大|個)?(類|部分|大項|章|項業務)")
_OPENING_LINES = 12
#: a heading that is the name of a program: it does not begin with a verb of doing or a word that
#: points elsewhere, and lists nothing
_PROGRAM = re.compile(
    r"(?!推|辦理|執行|持續|強化|加強|落實|研|訂定|檢討|配合|協助|規劃|完善|提升|精進|健全|擴大|促進|建立|建構|修正|公告|啟動"
    r"|實施|參與|開發|積極|加速|善用|下一?期|前一?期|本期|新一?期|各|相關|其他|後續|未來|上開|重大)"
    r"(?P<name>[^，,、：:。；（(]{5,40}計畫|[^，,、：:。；（(]{4,40}(?:方案|專案|專案貸款|優惠貸款))"
    r"(?:[（(][^（）()]*[)）])?"
)
_PROGRAM_CONFIDENCE = 0.85


def score(text: str) -> float:
    """A title ending in 業務報告 among the first lines, a greeting, and sections under 壹、 and 一、."""
    lines = [line for line in text.split("\n") if line.strip()]
    opening = [re.sub(r"\s+", "", line) for line in lines[:_OPENING_LINES]]
    if not any(len(line) <= 40 and _TITLE.search(line) and line[-1:] not in "。，；" for line in opening):
        return 0.0
    kinds = [m.kind for m in map(marker, lines) if m]
    found = 0.5
    found += 0.25 if kinds.count("formal") >= 2 and kinds.count("chinese") >= 2 else 0.0
    found += 0.15 if _GREETING.search("".join(opening)) else 0.0
    return found


def extract(records: Records) -> None:
    """Reads the report of ``records``: document, sections, measures, mentions, targets."""
    units, form = read_units(records)
    if not units:
        return
    preface = units[0].lines if units[0].marker is None else ()
    title = next((joined(line) for line in preface if _TITLE.search(joined(line).text)), None)
    if title is None:
        title = joined(units[0].place)
    publisher = records.publisher = speaking_body(records, title) or speaking_body(records, join(preface[:6]))
    records.add("pol:PolicyDocument", records.iri, title.text, title, RULE, attributes={
        "dcterms:title": title.text, "dcterms:publisher": Ref(publisher) if publisher else None,
        "dcterms:issued": issued(records, preface[:_OPENING_LINES]),
    })
    records.year = state_year(records.document.text) or single_year(join(preface).text)
    written = write_sections(records, units, form, RULE)
    for line in preface[:_OPENING_LINES]:
        if _GREETING.search(line.text) or _COUNT.search(joined(line).text):
            records.read(line)
    _declared(records, join(preface), written)
    for w in written:
        if w.heading is not None:
            _program(records, w.iri, w.heading)
    _measures(records, written, publisher)


def _declared(records: Records, opening: Clean, written: list[Written]) -> None:
    """The number of parts that the opening sentence announces, beside the outermost sections found."""
    m = _COUNT.search(opening.text)
    if m is None:
        return
    declared = int(m[1]) if m[1].isdigit() else chinese_number(m[1])
    top = [w for w in written if w.unit.parent == -1 and w.unit.marker is not None]
    if declared is not None:
        records.declare("業務類別", declared, len(top), opening.span(m.start(), m.end()), RULE, records.iri)


def _measures(records: Records, written: list[Written], publisher: str | None) -> None:
    """Each headed unit without headed parts is a measure of the body that reports."""
    below = children(written)
    mentioned: dict[str, list[str]] = {}
    for subject, thing in records.pairs("pol:mentions"):
        mentioned.setdefault(subject, []).append(thing)
    headed_below: list[bool] = [False] * len(written)
    for i in range(len(written) - 1, -1, -1):
        parent = written[i].unit.parent
        if parent >= 0 and (written[i].heading is not None or headed_below[i]):
            headed_below[parent] = True
    for i, w in enumerate(written):
        if w.heading is None or headed_below[i]:
            continue
        text = whole_text(written, i, below)
        records.read(text)
        rest = text.text[len(w.heading.text):].lstrip("：:︰ ")
        iri = records.part("pol:Measure", w.iri, "m", w.heading.text, w.heading, RULE, attributes={
            "pol:number": w.unit.marker.text if w.unit.marker else None, "dcterms:description": rest or None,
        })
        if publisher:
            records.derive(iri, "pol:leadBy", publisher, "publisher-leads-its-report")
        for part in _with_parts(i, below):
            for thing in mentioned.get(written[part].iri, ()):
                records.derive(iri, "pol:mentions", thing, "measure-mentions-what-its-section-mentions")


def _program(records: Records, section: str, head: Clean) -> None:
    """A heading that names a program makes the section mention it."""
    m = _PROGRAM.fullmatch(head.text)
    if m is None:
        return
    name = head[:m.end("name")]
    program = records.named(
        records.resolver.program(name.text), name, "heading-is-a-program", _PROGRAM_CONFIDENCE, period(head.text))
    records.relate(section, "pol:mentions", program, name, "heading-is-a-program", _PROGRAM_CONFIDENCE)


def _with_parts(index: int, below: dict[int, list[int]]) -> list[int]:
    """A unit and everything under it."""
    return [index, *(j for i in below.get(index, ()) for j in _with_parts(i, below))]


