"""Programs whose names do not end in a noun of planning, told by what stands around them.

A scheme may be printed with half its name in quotation marks (「五加二」產業創新), be named by the group of
industries that it promotes (推動六大核心戰略產業), or open an item with its abbreviation (推動…升級(ABC)：).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extract.candidates import Candidate
from extract.quotes import Quoted
from extract.words import word_set
from kg.authority_terms import Terms

#: so many characters of a name may stand behind its closing mark
_REST = 8
#: what a group of industries is called as a program
_SCHEMES = ("推動方案", "方案", "創新計畫", "計畫")
_GROUP = re.compile(
    r"(?:推動|推行|推展|落實|執行|實施)(?P<group>[二三四五六七八九十\d][^，。；：、\n「」]{1,8}?產業)(?:推動)?\s*(?=$|\n)"
)
#: an item that opens with a scheme: 辦理山海店家雲端升級(ABC)：
_OPENS = re.compile(
    r"(?:^|(?<=[\n。、.．)]))\s*(?:持續)?(?:推動|辦理|執行|開辦|推出)"
    r"(?P<name>[^，。；：、\n()「」『』《》]{6,24})\((?P<short>[A-Z][A-Z0-9]{2,7})\)(?=[：:])"
)
#: a scheme is applied for and granted
_GRANTED = re.compile(r"申請|受理|核定|補助|輔導|獎勵|媒合|核貸")
_GRANTED_REACH = 80
#: abbreviations of what everybody speaks of
_COMMON = word_set("ESG CSR BIM GIS ICT PPP SDG SDGS CCUS CCS IOT LNG API GPS LED OEM ODM KPI SOP GDP")


def split_by_quotes(text: str, quotes: Iterable[Quoted], terms: Terms) -> Iterator[Candidate]:
    """Known programs and industries of which only the first part stands in quotation marks."""
    for q in quotes:
        for rest in range(min(_REST, len(text) - q.outer_end), 0, -1):
            end = q.outer_end + rest
            name = q.text + text[q.outer_end:end]
            program = terms.program(name)
            if program is not None:
                yield Candidate("Program", q.outer_start, end, name, "split-by-quotes", 0.9, known=program.label)
                break
            industry = terms.industry(name)
            if industry is not None:
                yield Candidate("Industry", q.outer_start, end, name, "split-by-quotes", 0.9, known=industry.label)
                break


def named_by_group(text: str, terms: Terms) -> Iterator[Candidate]:
    """The program in a heading that says to promote a numbered group of industries."""
    for m in _GROUP.finditer(text):
        program = next((p for s in _SCHEMES if (p := terms.program(m["group"] + s)) is not None), None)
        if program is not None:
            yield Candidate(
                "Program", m.start("group"), m.end("group"), m["group"], "named-by-group", 0.8, known=program.label)


def opening_items(text: str) -> Iterator[Candidate]:
    """Schemes that open an item with their abbreviation, and that something is applied for or granted under."""
    for m in _OPENS.finditer(text):
        if m["short"] not in _COMMON and _GRANTED.search(text, m.end(), m.end() + _GRANTED_REACH):
            yield Candidate("Program", m.start("name"), m.end(), m["name"], "opens-item", 0.75)
