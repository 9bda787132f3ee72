"""A ministry's plan for one fiscal year (年度施政計畫): goals and strategies, and the table of
important plans with work plan, item, category and content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.annual_columns import Row, content_width, rows
from extract.annual_tabs import Table, indicators, plan_rows, table
from extract.furniture import furniture, page_marks, printable
from extract.publisher import issued, speaking_body
from extract.sections import Layout, Unit, heading, layout, outline
from kg import ids
from kg.model import Ref
from kg.records import Records, period_attributes
from kg.text.clean import Clean, joined, lines
from kg.text.outline import Marker, marker
from kg.text.years import gregorian, period

GENRE = "annual-plan"
RULE = "annual-plan"
TABLE_RULE = "annual-plan-table"
_OPENING_LINES = 10
_TITLE = re.compile(r"(\d{2,4})年度?施政計畫(?:[（(]\S{1,8}[)）])?$")
_TABLE_HEAD = re.compile(
    r"(?:業務別|工作計畫(?:名稱)?){1,2}(?:及)?(?:重要)?(?:施政)?計畫?項目(?:名稱)?(?:計畫)?(?:類別)?(?:預定|計畫)?(?:實施|執行|工作)?(?:計畫)?內容(?:摘要)?"
)
_HEAD_LINES = 6
_GOALS = re.compile(r"目標|策略|施政重點")
#: an item that is a named plan: the kind of plan, its phase, its period
_PROGRAM = re.compile(
    r"^(?P<name>.{2,}(?:計畫|方案|綱領)(?:[（(]?第[一二三四五六七八九十\d]{1,3}(?:期|階段)[)）]?)?)(?:[（(][^（）()]*\d{2,3}[^（）()]*[)）])?$"
)
_LONGEST_LABEL = 60
_PROGRAM_CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class _Parts:
    """The lines of the document: those of the text, those of the flattened table, tables parted by tabs."""

    text: tuple[Clean, ...]
    table: tuple[Clean, ...]
    tabbed: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the rows of the table are part of."""

    iri: str
    agency: str | None
    agency_key: str
    year: int | None


def score(text: str) -> float:
    """A title …年度施政計畫 among the first lines, the table's head, the two parts of the form."""
    solid = [re.sub(r"\s+", "", line) for line in text.split("\n") if line.strip()]
    if not any(_TITLE.search(line) and len(line) <= 40 for line in solid[:_OPENING_LINES]):
        return 0.0
    whole = "".join(solid)
    found = 0.5
    found += 0.3 if _TABLE_HEAD.search(whole) else 0.0
    return found + (0.2 if "年度施政目標" in whole or "年度重要計畫" in whole else 0.0)


def extract(records: Records) -> None:
    """Reads the plan of ``records``: document, plan, goals, strategies, budget lines, measures."""
    parts = _split(records)
    if not parts.text:
        return
    title = next((t for t in map(joined, parts.text[:_OPENING_LINES]) if _TITLE.search(t.text)), joined(parts.text[0]))
    publisher = records.publisher = speaking_body(records, title)
    m = _TITLE.search(title.text)
    year = gregorian(int(m[1])) if m else None
    records.year = year
    records.add("pol:PolicyDocument", records.iri, title.text, title, RULE, attributes={
        "dcterms:title": title.text, "dcterms:publisher": Ref(publisher) if publisher else None,
        "dcterms:issued": issued(records, parts.text[:_OPENING_LINES]),
    })
    plan = records.add("pol:Plan", ids.iri("pol:Plan", records.document.key), title.text, title, RULE, attributes={
        "dcterms:isPartOf": Ref(records.iri), "pol:startYear": year, "pol:endYear": year, "pol:fiscalYear": year,
        "dcterms:publisher": Ref(publisher) if publisher else None,
    })
    text = _Text(records, plan, parts.text, year)
    text.write()
    known = records.resolver.authority.bodies.get(publisher) if publisher else None
    agency_key = ids.key(known.label) if known else records.document.key
    found = rows(parts.table)
    for tabbed in parts.tabbed:
        for line in tabbed.lines:
            records.read(line)
        if tabbed.of_plans:
            found += plan_rows(tabbed)
            continue
        section = text.section_before(tabbed.head)
        for indicator, of in indicators(tabbed):
            records.mentions_in(section, indicator, year=of or year)
    width = content_width(parts.table or [line for row in found for line in row.content])
    _Table(records, _Plan(plan, publisher, agency_key, year), found, width).write()


def _split(records: Records) -> _Parts:
    """The lines without page marks, furniture and table heads, cut where the table begins and ends."""
    every = [printable(line) for line in lines(records.document.text)]
    marks = page_marks(every)
    for i, length in marks.items():
        records.read(every[i][:length])
        every[i] = every[i][length:]
    dropped = furniture(every)
    for i in dropped:
        records.read(every[i])
    kept = [line for i, line in enumerate(every) if i not in dropped and line.text.strip()]
    text: list[Clean] = []
    flat: list[Clean] = []
    tabbed: list[Table] = []
    #: where the lines go
    inside = text
    i = 0
    while i < len(kept):
        length = _head_length(kept, i)
        if length:
            for line in kept[i:i + length]:
                records.read(line)
            inside = flat
            i += length
            continue
        opened = table(kept[i])
        if opened is not None:
            records.read(kept[i])
            # the head is printed again on the next page
            if not tabbed or inside is not tabbed[-1].lines or opened.columns != tabbed[-1].columns:
                tabbed.append(opened)
            inside = tabbed[-1].lines
            i += 1
            continue
        if inside is not text and marker(kept[i].text, "formal") is not None:
            inside = text
        inside.append(kept[i])
        i += 1
    return _Parts(tuple(text), tuple(flat), tuple(tabbed))


def _head_length(kept: Sequence[Clean], i: int) -> int:
    """How many lines from ``i`` on are the table's head; 0 if none."""
    whole = ""
    for n, line in enumerate(kept[i:i + _HEAD_LINES], 1):
        whole += joined(line).text
        if _TABLE_HEAD.fullmatch(whole) and not any(
            _TABLE_HEAD.fullmatch(whole + joined(more).text) for more in kept[i + n:i + n + 1]
        ):
            return n
    return 0


def _first_sentence(text: str) -> str:
    """The text if it is short, else its first sentence, without the stop."""
    if len(text) > _LONGEST_LABEL:
        text = re.split(r"(?<=.{4})[。；;]", text, maxsplit=1)[0]
    return text.rstrip("。；; ")


#: what stands under 年度施政目標及策略, from the outside in
_ELEMENTS = ("pol:Goal", "pol:Strategy", "pol:Measure", "pol:Action")


@dataclass(frozen=True, slots=True)
class _Place:
    """What a unit became: its section and, inside the goals, the plan or plan element."""

    section: str
    element: str | None
    depth: int


class _Text:
    """The text before the table: preface, goals, strategies."""

    def __init__(self, records: Records, plan: str, text: Sequence[Clean], year: int | None) -> None:
        self.records = records
        self.plan = plan
        self.form: Layout = layout(text)
        self.units: tuple[Unit, ...] = outline(text, self.form)
        self.year = year
        self.made: dict[int, _Place] = {-1: _Place(records.iri, None, 0)}

    def write(self) -> None:
        for i, unit in enumerate(self.units):
            head = heading(unit, self.form) if unit.marker else None
            above = self.made[unit.parent]
            if unit.marker is not None and above.element is not None:
                self._element(i, unit, unit.marker, head, above, above.element)
            else:
                self._section(i, unit, head, above.section)
            self.records.read(unit.place)

    def section_before(self, place: Clean) -> str:
        """The section of the last unit that begins before a place."""
        before = [i for i, unit in enumerate(self.units) if unit.place.offsets[0] < place.offsets[0]]
        return self.made[before[-1] if before else -1].section

    def _section(self, i: int, unit: Unit, head: Clean | None, above: str) -> None:
        m = unit.marker
        text = unit.text()
        place = head or (text if len(text) else unit.place)
        iri = self.records.section(
            above, m.text if m else None, str(m.ordinal) if m else "0", head.text if head else None, place, RULE)
        # what is numbered under 年度施政目標及策略 are goals
        goals = m is not None and head is not None and bool(_GOALS.search(head.text))
        self.made[i] = _Place(iri, self.plan if goals else None, 0)
        if len(text):
            self.records.mentions_in(iri, text, year=self.year)
            self.records.read(text)

    def _element(self, i: int, unit: Unit, m: Marker, head: Clean | None, above: _Place, parent: str) -> None:
        text = unit.text() if len(unit.text()) else unit.place
        cls = _ELEMENTS[min(above.depth, len(_ELEMENTS) - 1)]
        label = head.text if head else _first_sentence(text.text)
        place = head or text
        iri = self.records.part(cls, parent, str(m.ordinal), label, place, RULE, attributes={
            "pol:number": m.text, "pol:level": 1 if cls == "pol:Goal" else None,
            "dcterms:description": text.text if text.text != label else None,
        })
        section = above.section
        if cls == "pol:Goal":
            section = self.records.section(section, m.text, str(m.ordinal), label, place, RULE)
        if self.records.publisher:
            self.records.derive(iri, "pol:leadBy", self.records.publisher, "publisher-leads-its-plan")
        self.made[i] = _Place(section, iri, above.depth + 1)
        self.records.mentions_in(iri, text, year=self.year)
        self.records.read(text)


class _Table:
    """The rows of the table: work plans, budget lines, measures, actions."""

    def __init__(self, records: Records, plan: _Plan, rows: Sequence[Row], width: float) -> None:
        self.records = records
        self.plan = plan
        self.rows = rows
        self.form = Layout(width, False)

    def write(self) -> None:
        work_plan: tuple[str, Clean] | None = None
        for number, row in enumerate(self.rows, 1):
            if row.work_plan is not None:
                work_plan = (self._work_plan(row.work_plan, row.confidence), row.work_plan)
            line = self._line(number, row, work_plan)
            self._contents(line, row)

    def _work_plan(self, name: Clean, confidence: float) -> str:
        iri = ids.iri("pol:WorkPlan", self.plan.agency_key, ids.key(name.text))
        return self.records.add("pol:WorkPlan", iri, name.text, name, TABLE_RULE, confidence, attributes={
            "pol:agency": Ref(self.plan.agency) if self.plan.agency else None,
        })

    def _line(self, number: int, row: Row, work_plan: tuple[str, Clean] | None) -> str:
        when = period(row.item.text)
        line = self.records.part("pol:BudgetLine", self.plan.iri, str(number), row.item.text, row.item, TABLE_RULE,
                                 row.confidence, attributes={
            "pol:fiscalYear": self.plan.year, **(period_attributes(when) if when else {}),
        })
        if row.category:
            category = ids.concept("budget-category", row.category)
            self.records.relate(line, "pol:category", category, row.category_place, TABLE_RULE)
        if work_plan is not None:
            self.records.relate(line, "pol:workPlan", work_plan[0], work_plan[1], TABLE_RULE, row.confidence)
        if self.plan.agency:
            self.records.derive(line, "pol:agency", self.plan.agency, "line-belongs-to-plan-publisher")
        m = _PROGRAM.match(row.item.text)
        if m:
            name = row.item[:m.end("name")]
            confidence = min(row.confidence, _PROGRAM_CONFIDENCE)
            program = self.records.named(
                self.records.resolver.program(name.text), name, TABLE_RULE, confidence, when, name.text)
            self.records.relate(line, "pol:mentions", program, name, TABLE_RULE, confidence)
        return line

    def _contents(self, line: str, row: Row) -> None:
        units = outline(row.content, self.form)
        made: dict[int, str] = {}
        for i, unit in enumerate(units):
            text = unit.text()
            self.records.read(unit.place)
            if not len(text):
                continue
            self.records.read(text)
            if unit.marker is None and len(units) > 1 and text.text[-1] in "：:":
                # the words that announce the list say what the line is, they are no item of it
                self.records.add("pol:BudgetLine", line, None, (), TABLE_RULE,
                                 attributes={"dcterms:description": text.text})
                self.records.mentions_in(line, text, year=self.plan.year)
                continue
            parent = made.get(unit.parent, line)
            made[i] = self._item(unit, parent, text, _whole(units, i), row.confidence, top=parent == line)

    def _item(self, unit: Unit, parent: str, text: Clean, whole: str, confidence: float, *, top: bool) -> str:
        head = heading(unit, self.form)
        m = unit.marker
        iri = self.records.part(
            "pol:Measure" if top else "pol:Action", parent, str(m.ordinal) if m else "0",
            head.text if head else _first_sentence(text.text), head or text, TABLE_RULE, min(confidence, 1.0),
            attributes={"pol:number": m.text if m else None, "dcterms:description": whole},
        )
        if top and self.plan.agency:
            self.records.derive(iri, "pol:leadBy", self.plan.agency, "publisher-leads-its-plan")
        self.records.mentions_in(iri, text, year=self.plan.year)
        return iri


def _whole(units: Sequence[Unit], index: int) -> str:
    """A unit's text with that of its parts, their markers included."""
    found = units[index].text().text
    for i, unit in enumerate(units):
        if unit.parent == index and i != index:
            found += (unit.marker.text if unit.marker else "") + _whole(units, i)
    return found


