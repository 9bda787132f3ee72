"""Tables of policy industries (政策性產業彙整表): program, ministries, scope, how it is recognised.

A row is a line of tab-separated cells. Program and number stand only in the first row of a
program and again after a page break; rows can be shifted, and cells of a leaked inner table
follow as lines of their own, which repeat what the cell before has said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from extract import industry_criteria
from extract.body_list import bodies_in
from extract.scope_terms import Labelled, Term, labelled, terms
from kg.model import Period, Ref
from kg.records import Records, Value
from kg.text.clean import Clean, concat, joined, lines, without_tags
from kg.text.normal import loose
from kg.text.years import gregorian, period

GENRE = "policy-industries"

#: an industry's column beside the program's
_INDUSTRY_HEAD = re.compile(r"^(?:政策性|重點)?產業(?:別|類別|項目|名稱)$")
_ROLE = re.compile(r"^[\u4e00-\u9fff]{2,6}(?:機關|單位)\s*[：:]\s*")
_HEAD = {"number": re.compile(r"^(?:序號|項次|編號|項目)$"),
         "program": re.compile(r"政策性?產業|方案|計畫|產業(?:名稱|別)"),
         "body": re.compile(r"部會|機關|主管|單位"), "scope": re.compile(r"範疇|範圍|內容"),
         "criteria": re.compile(r"認定|說明|推動|目標|策略|作法|做法|備註")}
_NUMBER = re.compile(r"^\s*[（(]?(\d{1,3}|[一二三四五六七八九十]{1,3})[)）]?\s*[、.]?\s*$")
_NUMBER_AND_NAME = re.compile(r"^\s*(\d{1,3})\s*[、.]?\s+(?=\S*[\u4e00-\u9fff])")
_PERIOD_IN_BRACKETS = re.compile(r"\s*[（(]([^（）()]*\d[^（）()]*)[)）]\s*$")
_BEGINS_ROW = re.compile(r"^\s*(?:[（(]\d{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.]?)\t|"
                         r"^\s*\d{1,3}(?:\t|\s*[、.]\s*\t|\s+\S*[\u4e00-\u9fff][^\t]*\t)")
#: words that stand for bodies without naming one
_COLLECTIVE = re.compile(r"^(?:各|跨|相關|有關|其他|中央各?|全體)")
_TITLE = re.compile(r"政策性?產業.{0,8}(?:彙整表|一覽表|清單|總表|列表)|彙整表")
_ISSUER = re.compile(r"^(.{2,24}?(?:部|署|局|會|院|處|中心|公司))(?=公告|編製|彙整|發布|公布|函頒|製表|政府|[「『])")
_DATE = re.compile(r"^\s*(?:\S{0,4}(?:日期|時間)\s*[：:])?\s*(?:中華民國|"
                   r"民國)?\s*(\d{2,4})\s*[./年\-]\s*(\d{1,2})\s*[./月\-]\s*(\d{1,2})\s*日?\s*(?:版|修正|公告|"
                   r"更新)?\s*$")
_PROGRAM_NAME = re.compile(r"(?:方案|計畫|綱領|政策|戰略|課程|行動計畫|藍圖|白皮書)(?:[\d.]+)?$")
#: what stands below a table and is none of it
_NOTES = re.compile(r"^\s*[※*]?\s*(?:備\s*註|附\s*註|註\s*\d*|說\s*明|資料來源|填表說明|注意事項)\s*(?:[：:]|$)")
_SCOPE_MARK = re.compile(r"【|^(?:<p>)?\s*(?:主要)?(?:包括|包含|涵蓋)")


@dataclass(slots=True)
class Row:
    """One row: a program (its number and name if printed), who is responsible, scope, criteria."""

    number: Clean | None
    program: Clean | None
    bodies: list[Clean]
    scope: Clean
    criteria: list[Clean] = field(default_factory=list)
    #: the row's industry, where it has a column of its own
    industry: Clean | None = None


@dataclass(frozen=True, slots=True)
class _Program:
    iri: str
    section: str
    number: str
    rows: list[int]


def score(text: str) -> float:
    """How surely is it a table of policy industries (heads 部會 and 範疇, labelled scopes)?"""
    heads = sum(1 for line in text.split("\n") if _columns(line.split("\t")) is not None)
    if not heads:
        return 0.0
    labels = len(re.findall(r"\t[^\t\n]*【[^】\n]+】|\t(?:<p>)?\s*包[括含]", text))
    named = 0.3 if _TITLE.search(text[:1500]) else 0.0
    return min(1.0, 0.4 + named + 0.05 * min(labels, 8))


def extract(records: Records) -> None:
    """Reads the document of ``records``: programs, rows of industries, goals, strategies, measures."""
    rows = lines(records.document.text)
    first = next((i for i, row in enumerate(rows) if _columns(row.text.split("\t")) is not None), len(rows))
    issuer = _document(records, rows[:first])
    records.publisher = issuer
    table, notes = without_notes(rows[first:])
    _notes(records, notes)
    program: _Program | None = None
    seen: dict[str, _Program] = {}
    for row in read_rows(records, table):
        if row.program is not None:
            program = _program(records, row, seen)
        elif program is None:
            records.unresolved("program", row.scope.text[:30], row.scope)
            continue
        _row(records, program, row)


# -- the head


def _document(records: Records, head: list[Clean]) -> str | None:
    """The document's node with title, issuer and date; returns the issuer's IRI."""
    title = next((r.strip() for r in head if _TITLE.search(r.text)), None)
    title = title or next((r.strip() for r in head if r.text.strip()), None)
    attributes: dict[str, Value | list[Value] | None] = {}
    issuer = None
    for row in head:
        date = _DATE.match(row.text)
        if date:
            records.year = gregorian(int(date[1]))
            attributes["dcterms:issued"] = f"{records.year:04d}-{int(date[2]):02d}-{int(date[3]):02d}"
        if row.text.strip():
            records.read(row)
        found = _ISSUER.match(row.text.strip())
        named = row.strip()[role.end():] if (role := _ROLE.match(row.text.strip())) else row
        if issuer is None and (found or bodies_in(named, records.resolver)):
            name = row.strip()[:found.end(1)] if found else named.strip()
            issuer = records.body(name.text, name, "table-issuer", table=True)
    if title is None:
        return issuer
    label = joined(title).text
    attributes |= {"dcterms:title": label, "dcterms:publisher": Ref(issuer) if issuer else None}
    records.add("pol:PolicyDocument", records.iri, label, title, "table-title", attributes=attributes)
    return issuer


def _notes(records: Records, notes: list[Clean]) -> None:
    """The remarks below the table as a section of its own."""
    if not notes:
        return
    section = records.section(records.iri, None, "notes", None, notes[0].strip(), "table-notes")
    for line in notes:
        records.read(line)
        records.mentions_in(section, joined(without_tags(line)).strip())


# -- lines to rows


def without_notes(rows: list[Clean]) -> tuple[list[Clean], list[Clean]]:
    """The lines of the table, and the lines of text that a remark (備註：) begins, up to the table's next row."""
    table: list[Clean] = []
    notes: list[Clean] = []
    inside = False
    for row in rows:
        if "\t" in row.text and (_columns(row.text.split("\t")) is not None or _BEGINS_ROW.match(row.text)):
            inside = False
        elif "\t" not in row.text and _NOTES.match(row.text):
            inside = True
        if row.text.strip():
            (notes if inside else table).append(row)
    return table, notes


def _columns(cells: list[str]) -> dict[str, int] | None:
    """The columns that a table head names; None if the cells are no table head."""
    names = [re.sub(r"\s", "", c) for c in cells]
    if not any(names) or any(len(n) > 14 for n in names):
        return None
    found: dict[str, int] = {}
    for i, name in enumerate(names):
        for column, pattern in _HEAD.items():
            if name and column not in found and pattern.search(name):
                found[column] = i
                break
    industry = next((i for i, name in enumerate(names) if _INDUSTRY_HEAD.match(name)), None)
    program = next((i for i, name in enumerate(names) if re.search(r"方案|計畫", name)), None)
    if industry is not None and program is not None and industry != program:
        found |= {"industry": industry, "program": program}
    return found if {"body", "scope"} <= found.keys() else None


def read_rows(records: Records, rows: list[Clean]) -> list[Row]:
    """The table's rows; heads, page breaks and leaked inner cells are only marked as read."""
    columns: dict[str, int] = {}
    found: list[Row] = []
    for line in _logical(rows):
        cells = _cells(line)
        head = _columns([c.text for c in cells])
        if head is not None:
            columns = head
            records.read(line)
            continue
        row = _read_row(cells, columns, records)
        if row is not None:
            if "industry" in columns and row.industry is None and row.program is None and found:
                # the industry's cell reaches down as the program's does
                row.industry = found[-1].industry
            found.append(row)
        elif found and not _repeats(cells, found[-1]):
            found[-1].criteria.extend(c for c in cells if c.text.strip())
        if row is None and line.text.strip():
            records.read(line)
    return found


def _logical(rows: list[Clean]) -> list[Clean]:
    """Lines, those of one row that was broken inside its cells put together again."""
    out: list[Clean] = []
    width = 0
    for row in rows:
        if not row.text.strip():
            continue
        tabs = row.text.count("\t")
        head = _columns(row.text.split("\t")) is not None
        if head:
            width = len([c for c in row.text.split("\t") if c.strip()]) - 1
        begins = head or _BEGINS_ROW.match(row.text) or not out or _columns(out[-1].text.split("\t")) is not None
        if not begins and (tabs == 0 or (tabs < width and out[-1].text.count("\t") < width)):
            out[-1] = concat((out[-1], Clean("\n", (out[-1].offsets[-1],)), row))
        else:
            out.append(row)
    return out


def _cells(line: Clean) -> list[Clean]:
    cells = []
    at = 0
    for part in line.text.split("\t"):
        cells.append(line[at:at + len(part)])
        at += len(part) + 1
    return cells


def _read_row(cells: list[Clean], columns: dict[str, int], records: Records) -> Row | None:
    """A row by its cells: the body's cell is found first, the others lie around it."""
    if columns and not columns.get("program", 0) <= columns["body"] < columns["scope"]:
        return _row_in_columns(cells, columns, records)
    at = next((i for i, c in enumerate(cells[:6]) if bodies_in(without_tags(c), records.resolver)), None)
    expected = columns.get("body")
    if at is None and expected is not None and expected + 1 < len(cells) and cells[expected].text.strip() \
            and _SCOPE_MARK.search(cells[expected + 1].text):
        at = expected                       # a body that nothing knows, in its column
    if at is None:
        return None
    after = [c for c in cells[at + 1:] if c.text.strip()]
    if not after or not (_SCOPE_MARK.search(after[0].text) or len(after[0].text) > 1):
        return None
    number = program = industry = None
    for column, cell in enumerate(cells[:at]):
        if not cell.text.strip():
            continue
        if column == columns.get("industry"):
            industry = joined(without_tags(cell)).strip()
            continue
        together = _NUMBER_AND_NAME.match(cell.text)
        if _NUMBER.match(cell.text):
            number = cell.strip()
        elif together:
            number, program = cell[together.start(1):together.end(1)], cell[together.end():].strip()
        else:
            program = cell.strip()
    names = bodies_in(without_tags(cells[at]), records.resolver) or [joined(without_tags(cells[at]))]
    # what follows the criteria in the same line are leaked copies of its inner cells
    return Row(number, program, names, after[0], after[1:2], industry)


def _row_in_columns(cells: list[Clean], columns: dict[str, int], records: Records) -> Row | None:
    """A row of a table whose columns stand in another order: each cell is what its head says."""
    held = {kind: cells[i].strip() for kind, i in columns.items() if i < len(cells) and cells[i].text.strip()}
    if not {"body", "scope"} <= held.keys():
        return None
    body = without_tags(held["body"])
    industry = joined(without_tags(held["industry"])).strip() if "industry" in held else None
    criteria = [held["criteria"]] if "criteria" in held else []
    return Row(held.get("number"), held.get("program"), bodies_in(body, records.resolver) or [joined(body)],
               held["scope"], criteria, industry)


def _repeats(cells: list[Clean], row: Row) -> bool:
    """Do the cells only repeat the row's criteria (an inner table that leaked)?"""
    said = loose(without_tags(concat([row.scope, *row.criteria])).text)
    return all(loose(without_tags(c).text) in said for c in cells)


# -- rows to things


def split_name(cell: Clean) -> tuple[Clean, Period | None]:
    """A program's name without its bracketed period, and the period.

    >>> from kg.text.clean import raw
    >>> name, years = split_name(raw("海洋方案 (113-117年)"))
    >>> name.text, years.start
    ('海洋方案', 2024)
    """
    text = joined(without_tags(cell)).strip()
    m = _PERIOD_IN_BRACKETS.search(text.text)
    years = period(f"({m[1]})") if m else None
    if m is None or years is None:
        return text, None
    printed = m[1].strip()
    return text[:m.start()].strip(), Period(years.start, years.end, years.open_end, printed)


def _program(records: Records, row: Row, seen: dict[str, _Program]) -> _Program:
    """The program of a row; one that goes on after a page break is not made twice."""
    if row.program is None:
        raise ValueError("a row without a program cell")
    name, years = split_name(row.program)
    known = records.resolver.program(name.text)
    place = row.program.strip()
    if known.iri in seen:
        records.named(known, place, "program-cell", period=years)
        return seen[known.iri]
    iri = records.named(known, place, "program-cell", period=years, surface=name.text)
    number = row.number.text.strip("（()）、. ") if row.number else str(len(seen) + 1)
    section = records.section(records.iri, number if row.number else None, number, name.text, place, "program-cell")
    records.relate(section, "pol:mentions", iri, place, "program-cell")
    seen[known.iri] = _Program(iri, section, number, [])
    return seen[known.iri]


def _row(records: Records, program: _Program, row: Row) -> None:
    """One IndustryScope for each labelled part of the scope cell."""
    parts = labelled(joined(without_tags(row.scope)))
    if row.industry is not None and not any(p.label for p in parts):
        parts = [Labelled(row.industry, p.text) for p in parts]
    several_programs = any(p.label and _PROGRAM_NAME.search(p.label.text) for p in parts)
    scopes: list[tuple[str, str | None]] = []
    for part in parts:
        label = part.label
        program.rows.append(1)
        whole = part.text if label is None else concat((label, part.text)) if part.text.text else label
        if label is row.industry and label is not None:
            whole = part.text if part.text.text else label
        ordinal = f"{program.number}.{len(program.rows)}"
        scope = records.part(
            "pol:IndustryScope", program.iri, ordinal, label.text if label else None, whole, "scope-row",
            attributes={"pol:number": ordinal, "dcterms:description": part.text.text or None})
        for name in row.bodies:
            if _COLLECTIVE.match(name.text):
                continue
            body = records.body(name.text, name, "scope-row", table=True)
            records.relate(scope, "pol:responsibleBody", body, name, "scope-row")
            records.derive(program.iri, "pol:responsibleBody", body, "program-bodies-from-rows")
        industry = None
        if label is not None and several_programs:
            if _PROGRAM_NAME.search(label.text):
                named = records.named(records.resolver.program(label.text.strip("「」")), label, "scope-label")
                records.relate(scope, "pol:mentions", named, label, "scope-label")
        elif label is not None:
            industry = records.named(records.resolver.industry(label.text), label, "scope-label", surface=label.text)
            records.relate(scope, "pol:targetsIndustry", industry, label, "scope-label")
        _terms(records, scope, industry, terms(part.text))
        records.read(row.scope)
        records.mentions_in(scope, part.text)
        scopes.append((scope, label.text if label else None))
    if scopes and row.criteria:
        industry_criteria.read(records, scopes, row.criteria)


def _terms(records: Records, scope: str, industry: str | None, found: list[Term]) -> None:
    """Scope terms as industries, narrower than the row's industry or the term whose bracket they stand in."""
    made: dict[str, str] = {}
    for term in found:
        thing = records.resolver.industry(term.name)
        above = made.get(term.within) if term.within else industry
        iri = records.named(thing, term.place, "scope-term", surface=term.name)
        if not thing.known and above is not None and above != iri:
            records.add(thing.cls, iri, thing.label, (), "scope-term", attributes={"skos:broader": Ref(above)})
        made.setdefault(term.name, iri)
        records.relate(scope, "pol:coversIndustry", iri, term.place, "scope-term")


__all__ = ["GENRE", "extract", "read_rows", "score", "split_name"]
