"""The grammars of the five genres. Each yields lines and, with the line numbers, the right answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bench.corpus.words import FIELDS, NUMERALS, Phrases, names, wrap

#: sub-goals, strategies and measures of a national plan for 15,000 characters
CHARACTERS = 15_000


@dataclass(slots=True)
class Made:
    """One document and its answers."""

    name: str
    genre: str
    text: str
    gold: dict[str, Any]


@dataclass(slots=True)
class _Page:
    """Lines as they are written, counted from 1."""

    lines: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, *lines: str) -> int:
        """Appends lines; returns the number of the first."""
        first = len(self.lines) + 1
        self.lines += lines
        self.size += sum(map(len, lines))
        return first

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def _number(n: int) -> str:
    return NUMERALS[n - 1] if n <= 10 else "十" + NUMERALS[n - 11]


def national_plan(name: str, random: Random, characters: int) -> Made:
    """A plan's tree with its responsibility table; full-width brackets here and there, text behind headings."""
    p, page, year = Phrases(random), _Page(), random.randint(2021, 2028)
    subject = random.choice(names().industries) if names().industries else "資源"
    page.add(f"國家{subject}發展計畫", "", f"(民國 {year - 1911} 年至 {year - 1908} 年)", "", "(核定本)", "",
             "肆、策略與重要措施", "")
    goals: list[dict[str, Any]] = []
    rows: list[str] = []
    while page.size < characters * 0.8 or len(goals) < 2:
        no = _number(len(goals) + 1)
        title = p.title()
        goal = {"no": no, "title": title, "line": page.add(f"目標{no}：{title}", ""), "subgoals": []}
        goals.append(goal)
        for s in range(1, random.randint(1, 3) + 1):
            sub = {"no": _number(s), "title": p.title(short=True), "strategies": []}
            sub["line"] = page.add(f"{_number(s)}、{sub['title']}", "")
            goal["subgoals"].append(sub)
            for t in range(1, random.randint(1, 2) + 1):
                lead, *partners = random.sample(names().ministries, random.randint(2, 4))
                strategy: dict[str, Any] = {"no": _number(t), "title": p.title(), "lead": lead, "partners": partners,
                                            "measures": []}
                mark = random.choice((f"({_number(t)})", f"（{_number(t)}）"))
                strategy["line"] = page.add(f"{mark} 策略{_number(t)}、{strategy['title']}", "")
                for m in range(1, random.randint(2, 4) + 1):
                    measure = p.title(short=True)
                    behind = "：" + p.sentence(year) if random.random() < 0.2 else ""
                    line = page.add(f"{m}. {measure}{behind}")
                    for a in range(1, random.randint(1, 4) + 1):
                        page.add(f"- ({a}) {p.paragraph(year, random.randint(1, 2))}")
                    page.add("")
                    strategy["measures"].append({"no": str(m), "title": measure, "line": line})
                sub["strategies"].append(strategy)
                cells = (f"{no}、{title}", f"{s}. {sub['title']}", f"{t}. {strategy['title']}",
                         " ".join(f"({x['no']}) {x['title']}" for x in strategy["measures"]),
                         f"{lead}／{'、'.join(partners)}")
                rows.append("\t".join(cells))
    strategies = [t for g in goals for s in g["subgoals"] for t in s["strategies"]]
    measures = sum(len(t["measures"]) for t in strategies)
    subgoals = sum(len(g["subgoals"]) for g in goals)
    page.add("伍、策略與重要措施分工", "",
             f"本計畫包括 {len(goals)} 項目標、{subgoals} 項子目標、{len(strategies)} 項策略，"
             f"及 {measures} 項與策略相關之措施，分工情形如對應表（表 1）。", "", "表 1 策略與重要措施分工對應表", "",
             "目標\t子目標\t策略\t措施\t參與部會", *rows, "")
    return Made(name, "national-plan", page.text(), {"doc": name, "goals": goals})


def white_paper(name: str, random: Random, characters: int) -> Made:
    """Responses with the boxes of their status: the ticked one has lost its box, sometimes two have."""
    p, page, year = Phrases(random), _Page(), random.randint(2021, 2026)
    page.add(f"{random.choice(names().industries)}公會全國聯合會「{year}白皮書」部會辦理情形", "壹、市場與產品",
             "\t議題", "\t建議事項", "\t延續議題", "\t主管單位", "辦理情形暨未來處理方向", "\t議題參採", "")
    items: list[dict[str, Any]] = []
    sections = 0
    while page.size < characters:
        sections += 1
        section = p.title(short=True)
        section_line = page.add(f"\t{_number(min(sections, 19))}、{section}")
        for n in range(1, random.randint(1, 3) + 1):
            item: dict[str, Any] = {"section": f"{_number(min(sections, 19))}、{section}", "section_line": section_line,
                                    "part": "壹、市場與產品", "no": f"({_number(n)})", "title": p.title(short=True),
                                    "responses": []}
            item["line"] = page.add(f"\t({_number(n)}) {item['title']}")
            first = page.add("    " + p.paragraph(year, 3), "建議政府檢討：",
                             f"1、 {p.sentence(year)}", f"2、 {p.sentence(year)}")
            item["desc_lines"] = [first, first + 3]
            for ministry in random.sample(names().ministries, random.randint(1, 2)):
                laws = random.sample(names().laws, random.randint(0, 2))
                line = page.add("\t", f"\t{ministry}", "1、 目前進度及未來規劃", f"(1) {p.paragraph(year, 2)}",
                                f"(2) {p.paragraph(year, 2)}") + 1
                article = random.randint(2, 60)
                law_line = page.add("2、 涉及法規：" + ("、".join(
                    f"{law}第{article}條" if i == 0 else law for i, law in enumerate(laws)) or "無"))
                ticked = random.sample(range(4), 2 if random.random() < 0.08 else 1)
                status = ("已參採", "部分參採", "研議中", "不參採")
                boxes = (("" if i in ticked else "☐") + s for i, s in enumerate(status))
                page.add("\t" + next(boxes), *boxes, "")
                item["responses"].append({
                    "ministry": ministry, "ministry_surface": ministry, "ministry_line": line, "law_line": law_line,
                    "status": [status[i] for i in sorted(ticked)],
                    "regulations": [{"name": law, "provision": f"第{article}條" if i == 0 else None, "surface": law,
                                     "line": law_line} for i, law in enumerate(laws)],
                })
            items.append(item)
    return Made(name, "white-paper", page.text(), {"doc": name, "items": items})


def business_report(name: str, random: Random, characters: int) -> Made:
    """Headings of four depths, hard-wrapped text, page numbers inside sentences."""
    p, page = Phrases(random), _Page()
    ministry, year = random.choice(names().ministries), random.randint(108, 115)
    page.add(f" {' '.join(ministry)} 業 務 報 告 ", "",
             f"茲將本{ministry[-1]} {year} 年上半年重要業務，敬請 大院指教： ", "")
    chapters: list[dict[str, Any]] = []
    great = "壹貳參肆伍陸柒捌玖拾"
    while page.size < characters and len(chapters) < 10:
        chapter: dict[str, Any] = {"no": great[len(chapters)], "title": p.title(short=True), "children": []}
        chapter["line"] = page.add(f"{chapter['no']}、{chapter['title']}", "")
        chapters.append(chapter)
        until = page.size + characters / 6
        while page.size < until and len(chapter["children"]) < 10:
            n = len(chapter["children"]) + 1
            part: dict[str, Any] = {"no": _number(n), "title": p.title(), "children": []}
            part["line"] = page.add(f"{_number(n)}、 {part['title']} ", "")
            chapter["children"].append(part)
            for k in range(1, random.randint(1, 3) + 1):
                below: dict[str, Any] = {"no": f"（{_number(k)}）", "title": p.title(short=True), "children": []}
                below["line"] = page.add(f"（{_number(k)}） {below['title']} ", "")
                part["children"].append(below)
                for i in range(1, random.randint(1, 3) + 1):
                    text = f"{i}、 {p.title(short=True)}：{p.paragraph(year, 2)}"
                    for at, line in enumerate(wrap(text, 30)):
                        page.add(line + " ", "")
                        if at == 1 and random.random() < 0.1:
                            page.add(f"{random.randint(1, 60)} ", "")
    return Made(name, "business-report", page.text(), {"doc": name, "ministry": ministry, "sections": chapters})


def annual_plan(name: str, random: Random, characters: int) -> Made:
    """Goals and strategies, then four columns set one behind the other, page marks at the start of lines."""
    p, page = Phrases(random), _Page()
    ministry, year = random.choice(names().ministries), random.randint(108, 116)
    book = random.randint(2, 30)
    page.add(f"{book}-1{ministry}{year}年度施政計畫", *wrap(p.paragraph(year, 4), 40),
             f"本{ministry[-1]}依據行政院{year}年度施政方針，並參酌核定預算額度及業務需要，編定本年度施政計畫。",
             "壹、年度施政目標及策略")
    goals: list[dict[str, Any]] = []
    for n in range(1, max(2, min(19, characters // 1800)) + 1):
        goal: dict[str, Any] = {"no": _number(n), "title": p.title(), "strategies": []}
        goal["line"] = page.add(f"{_number(n)}、{goal['title']}")
        goals.append(goal)
        for k in range(1, random.randint(2, 4) + 1):
            text = p.paragraph(year, 2)
            lines = wrap(f"（{_number(k)}）{text}", 40)
            line = page.add(*lines)
            goal["strategies"].append({"no": f"（{_number(k)}）", "text": text, "line": line,
                                       "end_line": line + len(lines) - 1})
    at = 2
    page.add(f"{book}-{at}貳、年度重要計畫", "工作計畫名稱重要計畫項目計畫", "類別實施內容")
    lines_of: list[dict[str, Any]] = []
    while page.size < characters:
        work = random.choice(DEPARTMENTS) + random.choice(("業務", "管理", "發展", "輔導"))
        item, category = p.program(), random.choice(("科技發展", "社會發展", "公共建設", "其他"))
        line = page.add(f"{work}{item}{category[:2]}", *wrap(f"{category[2:]}一、{p.paragraph(year, 2)}", 28),
                        *wrap(f"二、{p.paragraph(year, 2)}", 28))
        lines_of.append({"work_plan": work, "item": item, "category": category, "line": line})
        if random.random() < 0.25:
            at += 1
            page.add(f"{book}-{at}工作計畫名稱重要計畫項目計畫", "類別實施內容")
    return Made(name, "annual-plan", page.text(), {
        "doc": name, "ministry": ministry, "fiscal_year": year + 1911, "goals": goals, "lines": lines_of})


#: first words of work plans
DEPARTMENTS = ("科技", "資源", "運輸", "文化", "環境", "教育", "水利", "產業", "衛生", "漁業")


def policy_industries(name: str, random: Random, characters: int) -> Made:
    """The table with HTML in its cells; rows of several ministries; periods without an end."""
    p, page = Phrases(random), _Page()
    issuer, year = random.choice(names().ministries), random.randint(108, 116)
    page.add(f"{issuer}公告政府推動之「政策性產業」彙整表", "", f"{year}.11.08", "",
             "序號\t政策性產業\t部會/機關\t產業範疇\t認定方式")
    programs: list[dict[str, Any]] = []
    while page.size < characters:
        start = random.randint(year - 5, year)
        end = None if random.random() < 0.2 else start + random.randint(2, 5)
        printed = f"{start}年-迄今" if end is None else f"{start}-{end}年"
        program: dict[str, Any] = {
            "no": len(programs) + 1, "name": p.program() + str(len(programs) + 1),
            "period": {"start": start + 1911, "end": end and end + 1911, "open_end": end is None, "printed": printed},
            "rows": []}
        for row in range(random.randint(1, 3)):
            ministries = random.sample(names().ministries, random.randint(1, 2))
            label = random.choice(FIELDS)
            scope = [random.choice(FIELDS) + x for x in ("服務", "設備", "元件")]
            front = f"{program['no']}\t{program['name']} ({printed})\t" if row == 0 else ""
            targets = "".join(f" ■ {p.sentence(year)[:-1]}" for _ in range(3))
            line = page.add(
                f"{front}{'、'.join(ministries)}\t<p>【{label}】 包括{'、'.join(scope)}等。</p>\t<p>推動目標</p> "
                f"<ul style=\"list-style-type: none\">{targets} </ul> <p>推動策略</p> <table border=\"1\"> <tr> "
                f"<td>{p.title(short=True)}</td> <td>{p.title(short=True)}</td> </tr> </table>")
            program["rows"].append({"line": line, "ministries": ministries, "label": label, "industry": label,
                                    "scope": scope})
        programs.append(program)
    return Made(name, "policy-industries", page.text(), {
        "doc": name, "published": f"{year + 1911}-11-08", "issuer": issuer, "programs": programs})


GENRES: dict[str, Callable[[str, Random, int], Made]] = {
    "national-plan": national_plan, "white-paper": white_paper, "business-report": business_report,
    "annual-plan": annual_plan, "policy-industries": policy_industries,
}


def make(number: int, seed: int = 1, characters: int = CHARACTERS) -> Made:
    """Document ``number`` of a seed: genres take turns, the rest is chance."""
    genre = list(GENRES)[number % len(GENRES)]
    return GENRES[genre](f"{number:05d}-{genre}.txt", Random(f"{seed} {number}"), characters)
