"""White papers of federations with the ministries' answers (部會辦理情形).

The table's cells arrive as lines: a title (一) with the federation's text, then one block
per ministry: its name, its answer, the laws concerned, the tick boxes. The layout is read
by :mod:`extract.white_paper_layout`; here its parts become recommendations and responses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from extract import adoption, law_list
from extract.law_list import Cited
from extract.publisher import speaker
from extract.white_paper_layout import read_layout
from extract.white_paper_parts import Answer, Heading, Item
from extract.white_paper_words import FEDERATION_LABEL, answer_head, is_law_heading, is_progress
from kg import ids
from kg.authority import Body
from kg.model import Mention, Ref
from kg.records import Place, Records, Value, span_of
from kg.resolve import Named
from kg.text import outline
from kg.text.clean import Clean, concat, joined, lines, nfkc
from kg.text.outline import Marker
from kg.text.years import gregorian, plausible

GENRE = "white-paper"

_WHITE_PAPER = re.compile(r"白皮書|建言書|建言|政策建議|建議事項")
_FEDERATION = re.compile(r"^(.*?(?:總會|聯合會|協進會|公會|協會|商會|聯盟|理事會|同業公會全國聯合會))(?:對|之|"
                         r"的|所提|提出)?"
                         r"(?=[「『《〈\s]|(?:中華)?(?:民國)?\d|白皮書|建言|政策建議|$)")
_FEDERATION_IN_TEXT = re.compile(r"[\u4e00-\u9fff]{2,16}(?:總會|全國聯合會|協進會)")
_UNIT_IN_BRACKETS = re.compile(r"[（(]([^（）()]+)[)）]$")
_DATE = re.compile(r"(?<!\d)(\d{3,4})\s*[年.]\s*\d{1,2}\s*[月.]")
_AMENDED = re.compile(r"修正|修訂|增訂|增修|研修|修法|廢止|改訂|修改")
_CLAUSE_END = re.compile(r"[。；;！？]")
_PROBLEMS = re.compile(r"(?:問題|現況|困境|挑戰|背景|原因|影響|做法|作法|案例)(?:分析|說明|臚列|整理|"
                       r"彙整)*(?:如下|包括|有)")
#: an answer's own text says more surely than the list at its end what a law is cited for
_TEXT_CONFIDENCE = 0.8


def score(text: str) -> float:
    """How surely is it a table of recommendations with ministries' answers, 0..1?

    Boxes or lines that say what was adopted show it best; a paper without them is known by several
    answers under their ministries' names together with law lines, answer headings and its title.
    """
    rows = lines(text)
    ticks = sum(1 for r in rows if adoption.starts_block(r.text))
    laws = sum(1 for r in rows if is_law_heading(r.text))
    titled = _WHITE_PAPER.search(text[:3000]) is not None
    answers = sum(1 for r in rows if (head := answer_head(r)) is not None and not head.weak)
    by_ticks = 0.1 if ticks and titled else 0.0
    if ticks >= 2:
        by_ticks = 0.4 + 0.05 * min(ticks, 8) + 0.05 * min(laws, 4) + 0.1 * titled
    progress = sum(1 for r in rows if is_progress(r.text))
    by_answers = 0.0
    if titled and laws + answers >= 3 and min(progress + answers, laws + answers) >= 2:
        by_answers = 0.3 + 0.05 * min(answers, 4) + 0.05 * min(laws, 4) + 0.03 * min(progress, 4)
    return round(min(1.0, max(by_ticks, by_answers)), 3)


def extract(records: Records) -> None:
    """Reads the document of ``records``: sections, recommendations, responses, laws, adoption."""
    layout = read_layout(lines(records.document.text), records.resolver)
    for line in layout.furniture:
        records.read(line)
    federation = _document(records, layout.title)
    sections: dict[int, str] = {}
    parents: list[tuple[int, str]] = []
    previous: list[Cited] = []
    for unit in layout.units:
        if isinstance(unit, Heading):
            while parents and parents[-1][0] >= unit.level:
                parents.pop()
            parent = parents[-1][1] if parents else records.iri
            iri = records.section(parent, unit.marker.text, str(unit.marker.ordinal), unit.title.text, unit.title,
                                  "section-heading")
            parents.append((unit.level, iri))
            for paragraph in unit.text:
                records.mentions_in(iri, paragraph)
            sections[unit.level] = iri
            continue
        section = parents[-1][1] if parents else records.iri
        recommendation = _recommendation(records, section, unit, federation)
        for answer in unit.answers:
            previous = _response(records, section, recommendation, unit, answer, previous)
    records.publisher = federation[0] if federation else None


# -- the document and the federation's side


def _document(records: Records, title: Clean) -> tuple[str, Clean] | None:
    """The document's node; returns the federation's IRI and the place of its name."""
    whole = joined(title)
    if not whole.text:
        return None
    found = _FEDERATION.match(whole.text)
    name = whole[:found.end(1)] if found else None
    if name is None:
        hit = _FEDERATION_IN_TEXT.search(records.document.text[:6000])
        if hit:
            name = Clean(hit[0], tuple(range(hit.start(), hit.end())))
    attributes: dict[str, Value | list[Value] | None] = {"dcterms:title": whole.text}
    iri = None
    if name is not None:
        iri = speaker(records, name, "white-paper-title")
        attributes["dcterms:publisher"] = Ref(iri)
    year = re.search(r"(?<!\d)(\d{4}|1\d{2})(?!\d)", nfkc(whole).text)
    if year:
        attributes["pol:ofYear"] = records.year = gregorian(int(year[1]))
    answered = max((int(y) for m in _DATE.finditer(records.document.text[:600])
                    if plausible(y := gregorian(int(m[1])))), default=None)
    if answered is not None and (records.year is None or records.year <= answered <= records.year + 2):
        # the answers are younger than the paper
        records.year = answered
    records.add("pol:PolicyDocument", records.iri, whole.text, title, "white-paper-title", attributes=attributes)
    return (iri, name) if iri is not None and name is not None else None


def _recommendation(records: Records, section: str, item: Item, federation: tuple[str, Clean] | None) -> str:
    """A recommendation with the federation's text and its numbered suggestions."""
    text = "\n".join(p.text for p in item.text)
    number = item.marker.text if item.marker else None
    ordinal = str(item.marker.ordinal) if item.marker else f"{len(item.title.text)}-{ids.digest(item.title.text)[:6]}"
    iri = records.part("pol:Recommendation", section, ordinal, item.title.text, item.title, "recommendation-title",
                       attributes={"pol:number": number, "dcterms:description": text or None})
    records.publisher = federation[0] if federation else None
    if federation:
        records.relate(iri, "pol:proposedBy", federation[0], federation[1], "white-paper-title")
    records.mentions_in(iri, item.title)
    for paragraphs, marked in _suggestions(item.text):
        subject = iri
        if marked is not None:
            head = paragraphs[0][marked.end:].strip()
            subject = records.part(
                "pol:Recommendation", iri, str(marked.ordinal), _short_title(head.text), concat(paragraphs),
                "numbered-suggestion",
                attributes={"pol:number": marked.text,
                            "dcterms:description": "\n".join([head.text, *(p.text for p in paragraphs[1:])])})
            if federation:
                records.derive(subject, "pol:proposedBy", federation[0], "part-inherits-proposer")
        for paragraph in paragraphs:
            records.mentions_in(subject, paragraph)
            records.read(paragraph)
    return iri


def _suggestions(text: list[Clean]) -> list[tuple[list[Clean], Marker | None]]:
    """The federation's paragraphs, those of one numbered suggestion together with its marker.

    A numbered list that an introduction calls problems or causes is no list of suggestions.
    """
    groups: list[tuple[list[Clean], Marker | None]] = []
    suggesting = True
    for paragraph in text:
        marked = outline.marker(paragraph.text)
        if (marked is not None and marked.kind == "arabic" and paragraph.text[marked.end:].strip()
                and not FEDERATION_LABEL.match(paragraph.text)):
            groups.append(([paragraph], marked if suggesting else None))
        elif marked is not None and marked.kind != "arabic" and groups and groups[-1][1] is not None:
            groups[-1][0].append(paragraph)
        else:
            suggesting = _PROBLEMS.search(paragraph.text[-30:]) is None
            groups.append(([paragraph], None))
    return groups


def _short_title(text: str) -> str:
    """The heading of a numbered suggestion: what stands before the colon or the first full stop."""
    head = re.match(r"^[^：:。]{2,45}(?=[：:])", text)
    if head:
        return head[0]
    first = re.split(r"。", text, maxsplit=1)[0]
    return first.rstrip("；;，,")


# -- the ministries' side


def _response(records: Records, section: str, recommendation: str, item: Item, answer: Answer,
              previous: list[Cited]) -> list[Cited]:
    """One answer; returns the laws of its list (for a following 同上)."""
    records.publisher = None
    bodies: list[tuple[str, Clean]] = []
    acting: list[tuple[str, Clean]] = []
    units: list[str] = []
    for name in answer.respondents:
        body = records.body(name.text, name, "respondent", table=True)
        unit = _UNIT_IN_BRACKETS.search(name.text)
        if unit:
            units.append(unit[1])
            inside = _unit_of(records, body, unit[1])
            if inside is not None:
                acting.append((inside, name[unit.start(1):unit.end(1)]))
        known = records.resolver.authority.bodies.get(body)
        # a ministry's own agency in the same cell, or behind the ministry's name, is the unit that acts for it
        if known is not None and known.parent is not None and known.parent in {b for b, _ in bodies}:
            acting.append((body, name))
        elif known is not None and (ministry := _ministry_in_front(records, known, name)) is not None:
            if ministry not in {b for b, _ in bodies}:
                bodies.append((ministry, name))
            acting.append((body, name))
        else:
            bodies.append((body, name))
    labels = "、".join(_label(records, body, name) for body, name in bodies)
    text = "\n".join(p.text for p in answer.text)
    ticks = [t for t in (adoption.read_block(answer.ticks) if answer.ticks else ()) if t.ticked]
    places: list[Place] = [name for _, name in bodies]
    if answer.text:
        places.append(concat(answer.text).whole())
    iri = records.part(
        "pol:Response", recommendation, "-".join(_label(records, body, name) for body, name in bodies),
        f"{labels}：{item.title.text}", places, "response",
        attributes={
            "dcterms:isPartOf": Ref(section), "pol:text": text or None,
            "pol:statusScope": [f"{t.status}：{t.note}" if len(ticks) > 1 else t.note for t in ticks if t.note],
            "dcterms:description": f"承辦單位：{'、'.join(units)}" if units else None,
        })
    records.relate(iri, "pol:responseTo", recommendation, bodies[0][1], "response")
    for body, name in bodies:
        records.relate(iri, "pol:respondent", body, name, "respondent")
    for body, name in acting:
        records.relate(iri, "pol:agency", body, name, "acting-unit")
    records.publisher = bodies[0][0]
    _adoption(records, iri, answer, ticks)
    for paragraph in answer.text:
        _laws_in_text(records, iri, paragraph, records.mentions_in(iri, paragraph))
    return _laws(records, iri, answer, previous)


def _label(records: Records, body: str, name: Clean) -> str:
    known = records.resolver.authority.bodies.get(body)
    return known.label if known is not None else records.resolver.body_named(name.text, table=True).label


def _unit_of(records: Records, body: str, unit: str) -> str | None:
    """The agency of a body that a bracket behind its name means: 經濟部（商業發展署）."""
    known = records.resolver.authority.bodies.get(body)
    found = records.resolver.body(f"{known.label}{unit}", table=True, year=records.year) if known is not None else None
    found = found or records.resolver.body(unit, table=True, year=records.year)
    if found is None or found.parent != body:
        return None
    return records.named(Named(found.iri, found.cls, found.label, True), (), "acting-unit")


def _ministry_in_front(records: Records, agency: Body, name: Clean) -> str | None:
    """The ministry whose own name stands before its agency's: 勞動部勞動力發展署."""
    parent = records.resolver.authority.bodies.get(agency.parent or "")
    # every ministry is the Executive Yuan's, and answers for itself
    if parent is None or parent.parent is None or agency.cls == "pol:Ministry":
        return None
    for name_of_parent in (parent.label, *parent.alt_labels, *parent.hidden_labels):
        if name.text.startswith(name_of_parent) and name.text != name_of_parent:
            place = name[:len(name_of_parent)]
            return records.named(Named(parent.iri, parent.cls, parent.label, True), place, "respondent")
    return None


def _adoption(records: Records, iri: str, answer: Answer, ticks: list[adoption.Tick]) -> None:
    for tick in ticks:
        records.relate(iri, "pol:adoptionStatus", ids.concept("adoption-status", tick.status), tick.place, "tick-box")
    if answer.ticks is not None:
        records.read(answer.ticks)
    if not ticks:
        place = answer.ticks if answer.ticks is not None else answer.respondents[0]
        records.relate(iri, "pol:adoptionStatus", ids.concept("adoption-status", adoption.UNMARKED), place, "no-tick",
                       1.0 if answer.ticks is not None else 0.6)


def _laws(records: Records, iri: str, answer: Answer, previous: list[Cited]) -> list[Cited]:
    """The citations of the law list."""
    if answer.laws is None or not answer.laws.text.strip():
        return []
    records.read(answer.laws)
    listed = law_list.parse(answer.laws, lambda name: records.resolver.regulation(name).known)
    for cited in listed.citations:
        _cite(records, iri, cited, cited.place, cited.confidence)
    for line in listed.prose:
        _laws_in_text(records, iri, line, records.mentions_in(iri, line))
    if listed.same_as_before:
        for cited in previous:
            _cite(records, iri, cited, answer.laws, _TEXT_CONFIDENCE)
        return previous
    return list(listed.citations)


def _cite(records: Records, iri: str, cited: Cited, place: Place, confidence: float) -> None:
    """A citation of a law or a provision; a program in the list is a mention."""
    if cited.is_program and not records.resolver.regulation(cited.law).known:
        if re.search(r"(?:計畫|方案|綱領)$", cited.law):
            program = records.named(records.resolver.program(cited.law), place, "law-list", confidence)
            records.relate(iri, "pol:mentions", program, place, "law-list", confidence)
        return
    if cited.provision is not None:
        target = records.provision(cited.law, cited.provision, place, "law-list", confidence)
    else:
        printed = cited.place.text if cited.place.text.startswith(cited.law + "(") else cited.law
        if printed.endswith("草案)"):
            printed = cited.law
        target = records.named(records.resolver.regulation(cited.law), place, "law-list", confidence, surface=printed)
    records.relate(iri, "pol:cites", target, place, "law-list", confidence)


def _laws_in_text(records: Records, iri: str, text: Clean, found: Iterable[Mention]) -> None:
    """Laws named in the running text: cited, and amended where the sentence says so."""
    for m in found:
        if m.kind not in ("Regulation", "Provision"):
            continue
        place = text.span(m.start, m.end)
        if m.kind == "Provision":
            target = records.provision(m.law or "", m.label, place, m.extractor, m.confidence)
            law = records.resolver.regulation(m.law or "").iri
        else:
            target = law = records.resolver.regulation(m.label).iri
        records.relate(iri, "pol:cites", target, place, "law-in-text", min(m.confidence, _TEXT_CONFIDENCE))
        stage = _amending_clause(text, m.start, m.end)
        if stage is not None:
            records.relate(iri, "pol:amends", law, span_of(stage), "law-amended", 0.7)


def _amending_clause(text: Clean, start: int, end: int) -> Clean | None:
    """The clause around a law if it says that the law is or will be amended."""
    left = max((m.end() for m in _CLAUSE_END.finditer(text.text, 0, start)), default=0)
    right = next((m.start() for m in _CLAUSE_END.finditer(text.text, end)), len(text.text))
    before = text.text[max(left, start - 12):start]
    after = text.text[end:min(right, end + 16)]
    near_before = re.search(rf"(?:{_AMENDED.pattern})(?:發布|公告|公布|施行)?(?:之)?[「《『〈]?$", before)
    near_after = re.match(rf"[」》』〉]?(?:第[^，。；]{{1,12}}?)?(?:之|等)?(?:部分)?(?:相關)?(?:條文)?"
                          rf"(?:{_AMENDED.pattern})", after)
    return text[left:right] if near_before or near_after else None
