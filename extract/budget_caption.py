"""What stands above a budget table and holds for all its rows: year, unit, phase, kind of budget, body, work plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from extract.budget_columns import kind_of, phase_of, plain, unit_of
from kg.read.tables import Cell, Row
from kg.text.years import gregorian, plausible

#: a name with its code before or behind it (5226102200 工業技術升級輔導)
_WITH_CODE = re.compile(r"^(?:(?P<a>\d{10,11})[\s:：-]*)?(?P<name>\D.*?)(?:[\s:：(（]*(?P<b>\d{10,11})[)）]?)?$", re.S)
_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = tuple((role, re.compile(pattern)) for role, pattern in (
    ("work_plan", r"^(?:工作|業務)計畫(?:名稱)?(?:及編號)?[:：]?"),
    ("ministry", r"^主管(?:機關)?(?:名稱)?[:：]"),
    ("agency", r"^(?:編列|預算|單位預算)?機關(?:名稱)?(?:及編號)?[:：]?"),
    ("total", r"^預算金額[:：]?"),
    ("year", r"^(?:會計)?年度[:：]?(?=$|\d|民國|中華民國)"),
    ("unit", r"^(?:金額)?單位[:：]?"),
))
_YEAR = re.compile(r"(?:民國)?(\d{2,4})年度?(?!\d)")
_BUDGET_KINDS = ("追加減預算", "追加預算", "特別預算", "附屬單位預算", "總預算")


@dataclass(slots=True)
class Caption:
    """The state that captions set; a later one overrides an earlier one."""

    #: is it a known body's name?
    is_body: Callable[[str], bool] = lambda _: False
    year: int | None = None
    unit: str | None = None
    phase: str | None = None
    budget_kind: str | None = None
    account_kind: str | None = None
    revenue: bool = False
    title: Cell | None = None
    ministry: Cell | None = None
    agency: Cell | None = None
    work_plan: Cell | None = None
    total: Cell | None = None

    def read(self, row: Row) -> None:
        """Takes what one caption row says; a label and its value may share a cell or stand side by side."""
        filled = [c for c in row if c.text]
        skip = False
        for cell, following in zip(filled, [*filled[1:], None], strict=True):
            if skip:
                skip = False
                continue
            role, value = _labelled(cell)
            if role is not None and value is None and following is not None:
                value, skip = following, True
            if role is not None and value is not None:
                self._set(role, value)
            else:
                self._words(cell)

    def _set(self, role: str, value: Cell) -> None:
        if role == "year":
            self.year = year_of(value.text) or self.year
        elif role == "unit":
            self.unit = unit_of(value.text) or self.unit
        elif role == "total":
            self.total = value
        elif role == "work_plan":
            self.work_plan, self.total = value, None
        elif role == "ministry":
            self.ministry = value
        else:
            self.agency = value

    def _words(self, cell: Cell) -> None:
        """A title or a note: the year, phase and kinds that it names."""
        words = plain(cell.text)
        if self.title is None and cell.end > cell.start and re.search(r"[預決概]算", words):
            self.title = cell
        self.title_words(words)
        first = cell.text.split()[0]
        if self.is_body(first):
            # a title line that names the body whose budget it is
            self.agency = Cell(first, cell.start, cell.start + len(first))

    def title_words(self, words: str) -> None:
        """Year, phase, kinds and unit that the words of a title (or a file's name) give."""
        m = _YEAR.search(words)
        if m and plausible(gregorian(int(m[1]))):
            self.year = gregorian(int(m[1]))
        self.phase = phase_of(words) or self.phase
        self.budget_kind = next((k for k in _BUDGET_KINDS if k in words), self.budget_kind)
        if "歲入" in words or "歲出" in words:
            self.revenue = "歲出" not in words
        if "併計" in words:
            self.account_kind = None
        else:
            self.account_kind = kind_of(words) or self.account_kind
        self.unit = (unit_of(words) if "單位" in words else None) or self.unit


def _labelled(cell: Cell) -> tuple[str | None, Cell | None]:
    """The role that a cell's label names and the value behind it; the value is None if it stands elsewhere."""
    for role, pattern in _LABELS:
        m = pattern.match(cell.text)
        if m:
            value = cell.text[m.end():].strip()
            if not value:
                return role, None
            if role == "unit" and unit_of(value) is None:
                return None, None
            if m[0].endswith((":", "：")) or role in ("year", "total", "unit", "work_plan"):
                a = cell.end - len(value)
                exact = cell.end - cell.start == len(cell.text)
                return role, Cell(value, a, cell.end) if exact else Cell(value, cell.start, cell.end)
    return None, None


def year_of(text: str) -> int | None:
    """A year in a cell: 114, 2025, 114年度."""
    m = re.search(r"\d{2,4}", text)
    year = gregorian(int(m[0])) if m else None
    return year if year is not None and plausible(year) else None


def name_and_code(cell: Cell, source: str) -> tuple[Cell, str | None]:
    """A name without the account code printed before or behind it, and the code."""
    m = _WITH_CODE.match(cell.text)
    if m is None or not (m["a"] or m["b"]):
        return cell, None
    return cell.part(m["name"].strip(), source), short_code(m["a"] or m["b"])


def short_code(code: str) -> str | None:
    """The ten digits of an account code; the office's files write eleven, with a zero more before the body's number."""
    digits = re.sub(r"[\s-]", "", code)
    if re.fullmatch(r"\d{11}", digits):
        digits = digits[:4] + digits[5:]
    return digits if re.fullmatch(r"\d{10}", digits) else None
