"""The rows of a budget table as accounts: level, names, codes and amounts, each with its cell.

An account's level is told by the 款項目節 columns, by its path (13.2.1), by its ten-digit code
(two digits function, two ministry, two body, two work plan 目, two item 節; 中央政府歲出科目編號) or
by which names the row bears, in this order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from extract.budget_caption import Caption, name_and_code, short_code, year_of
from extract.budget_columns import AmountColumn, Columns, head_at, kind_of, phase_of, plain, unit_of
from kg.read.tables import Cell, Row, Sheet
from kg.text.numerals import printed_number

#: levels: 0 the whole, 1 款 ministry, 2 項 body, 3 目 work plan, 4 節 item, 5 分支計畫 branch, 6 用途別 object;
#: FUNCTION is a subtotal (科學支出) between body and work plan
TOTAL, MINISTRY, BODY, FUNCTION, WORK_PLAN, ITEM, BRANCH, OBJECT = 0, 1, 2, 2.5, 3, 4, 5, 6
_TOTAL_NAME = re.compile(r"^(?:歲出|經資門?|支出|預算)?(?:合計|總計|總額|共計)$")
_SUBTOTAL_NAME = re.compile(r"小計[)）]?$")
_FUNCTION_NAME = re.compile(r"支出$")
_NO_ITEM = frozenset({"無細項", "無", "-", "－", "—"})
_EMPTY_LEVEL = re.compile(r"0*|[-－—]")
_NOTHING = re.compile(r"[-－—–…─]*")
#: a row of a table with more cells is an account without an amount (NaN), no caption
_WIDEST_CAPTION = 4
_OBJECT_CODE = re.compile(r"^(\d{4})\s*(\D.*)$", re.S)
_BRANCH_CODE = re.compile(r"^(\d{1,3})[\s.、．]*(\D.*)$", re.S)


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed amount; ``unit`` is None where neither column, row nor caption names one."""

    column: AmountColumn
    cell: Cell
    value: Decimal
    year: int | None
    phase: str
    kind: str | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """One row: what account it is, under which others, and its amounts."""

    level: float
    name: Cell | None
    code: str | None
    path: str | None
    ministry: Cell | None
    body: Cell | None
    work_plan: Cell | None
    work_plan_code: str | None
    item: Cell | None
    function: str | None
    amounts: tuple[Amount, ...]
    category: str | None
    budget_kind: str | None
    note: Cell | None
    span: tuple[int, int]


@dataclass(slots=True)
class _State:
    """The accounts that the following rows are below of."""

    ministry: Cell | None = None
    body: Cell | None = None
    function: str | None = None
    work_plan: Cell | None = None
    work_plan_code: str | None = None
    item: Cell | None = None


class Reader:
    """Reads the accounts of a sheet; ``skipped`` are rows with amounts that name no account."""

    def __init__(self, source: str, caption: Caption) -> None:
        self._source = source
        self.caption = caption
        self.state = _State()
        self.skipped: list[Row] = []
        self.read: list[Row] = []

    def accounts(self, sheet: Sheet) -> Iterator[Account]:
        """The accounts of the sheet in its order."""
        found: Columns | None = None
        below = 0
        for i, row in enumerate(sheet.rows):
            if i < below:
                continue
            head = head_at(sheet.rows, i)
            if head is not None:
                below, found = i + head[0], head[1]
                self.read += sheet.rows[i:below]
                self.state = _State(self.state.ministry, self.state.body)
                if self.caption.work_plan is not None:
                    yield from self._announced()
                continue
            if found is None or not self._amount_cells(row, found):
                self._words(row, sheet.rows[0] if row and sheet.rows[0][0].end == 0 else None, found)
                continue
            if self._revenue(row, found):
                self.read.append(row)
                continue
            account = self._account(row, found)
            if account is not None:
                yield account

    def _words(self, row: Row, names: Row | None, found: Columns | None) -> None:
        """A row without an amount: a caption, or (in a table) an account that the next ones are below of."""
        if names is not None:
            # XML: the values' names are their labels
            for name, cell in zip(names, row, strict=True):
                if cell.text:
                    self.caption.read((name, cell))
            if found is not None and any(row[k].text for r, k in found.roles.items() if r == "name"):
                self._level(row, found)
        elif found is not None and self._cell(row, found, "name") and self._level(row, found)[0] <= FUNCTION:
            pass
        elif found is None or sum(bool(c.text) for c in row) <= _WIDEST_CAPTION:
            self.caption.read(row)
        self.read.append(row)

    def _announced(self) -> Iterator[Account]:
        """The work plan that the caption names, with the total printed there."""
        cell, total = self.caption.work_plan, self.caption.total
        assert cell is not None
        name, code = name_and_code(cell, self._source)
        self.state.work_plan, self.state.work_plan_code = name, code
        value = printed_number(total.text) if total is not None else None
        if total is None or value is None:
            return
        column = AmountColumn(-1, 0, None, None, None, unit_of(total.text), True)
        yield Account(
            WORK_PLAN, name, code, None, self._ministry(), self._body(), name, code, None, None,
            (self._amount(column, total, value, {}),), None, self.caption.budget_kind, None,
            (min(name.start, total.start), max(name.end, total.end)),
        )

    # -- one row

    @staticmethod
    def _cell(row: Row, found: Columns, role: str) -> Cell | None:
        k = found.roles.get(role)
        return row[k] if k is not None and k < len(row) and row[k].text else None

    def _text(self, row: Row, found: Columns, role: str) -> str:
        cell = self._cell(row, found, role)
        return cell.text if cell else ""

    @staticmethod
    def _amount_cells(row: Row, found: Columns) -> list[tuple[AmountColumn, Cell, Decimal]]:
        out = []
        for column in found.amounts:
            cell = row[column.index] if column.index < len(row) else None
            if cell is None or _NOTHING.fullmatch(cell.text):
                continue
            text = re.sub(r"元$", "", cell.text)
            negative = re.fullmatch(r"[(（](.+)[)）]", text)
            value = printed_number(negative[1] if negative else text)
            if value is not None:
                out.append((column, cell, -value if negative else value))
        return out

    def _revenue(self, row: Row, found: Columns) -> bool:
        direction = self._text(row, found, "direction")
        return direction in ("R", "歲入") or (self.caption.revenue and direction not in ("E", "歲出"))

    def _account(self, row: Row, found: Columns) -> Account | None:
        level, name, code = self._level(row, found)
        state = self.state
        if name is None or (level >= WORK_PLAN and state.work_plan is None):
            self.skipped.append(row)
            return None
        cells = [c for c in row if c.text and c is not self._cell(row, found, "note")]
        under: dict[str, str] = {role: self._text(row, found, role)
                                 for role in ("year", "unit", "phase", "account_kind") if role in found.roles}
        special = self._text(row, found, "special")
        kind = "特別預算" if special else self._text(row, found, "budget_kind") or self.caption.budget_kind
        ref = self._text(row, found, "ref")
        return Account(
            level, name, code, ref or None, self._ministry(), self._body(), state.work_plan, state.work_plan_code,
            state.item if level > WORK_PLAN else None, self._text(row, found, "function") or state.function,
            tuple(self._amount(*a, under) for a in self._amount_cells(row, found)),
            self._text(row, found, "category") or None, kind, self._cell(row, found, "note"),
            (min(c.start for c in cells), max(c.end for c in cells)),
        )

    def _ministry(self) -> Cell | None:
        return self.state.ministry or self.caption.ministry

    def _body(self) -> Cell | None:
        return self.state.body or self.caption.agency

    def _amount(self, column: AmountColumn, cell: Cell, value: Decimal, under: dict[str, str]) -> Amount:
        caption = self.caption
        base = year_of(under.get("year", "")) or caption.year
        year = column.year or (base + column.offset if base is not None else None)
        # last year's column of a proposal is last year's budget, whatever stage it has reached
        stated = under.get("phase") or caption.phase or "預算"
        phase = column.phase or (stated if column.offset == 0 and column.year in (None, base) else "預算")
        return Amount(column, cell, value, year, phase_of(phase) or "預算",
                      column.kind or kind_of(under.get("account_kind", "")) or caption.account_kind,
                      column.unit or unit_of(under.get("unit", "")) or caption.unit)

    def _level(self, row: Row, found: Columns) -> tuple[float, Cell | None, str | None]:
        """Level, name and code of a row; what it opens becomes the state of the rows below."""
        state = self.state
        code = short_code(self._text(row, found, "code")) or short_code(self._text(row, found, "long_code"))
        name = self._cell(row, found, "name") or self._cell(row, found, "branch")
        if name is not None:
            name, printed = name_and_code(name, self._source)
            code = code or printed
        self._take_columns(row, found, code)
        if name is None:
            name = next((c for r in ("item", "work_plan", "4_name", "3_name", "2_name", "1_name", "agency", "ministry")
                         if (c := self._cell(row, found, r)) and plain(c.text) not in _NO_ITEM), None)
        level = self._told(row, found, code, name)
        if level == OBJECT:
            name = self._cell(row, found, "object") or name
        if name is not None and "branch" in found.roles:
            level, name = self._branch(level, name)
        if "name" in found.roles and name is not None and not name.text.strip():
            name = None
        if name is None:
            return level, None, code
        if level == MINISTRY:
            self.state = _State(ministry=name)
        elif level == BODY:
            self.state = _State(ministry=state.ministry, body=name)
        elif level == FUNCTION:
            self.state = replace_state(state, function=name.text)
        elif level == WORK_PLAN:
            self.state = replace_state(state, work_plan=name, work_plan_code=code)
        elif level in (ITEM, BRANCH):
            state.item = name
        return level, name, code

    def _take_columns(self, row: Row, found: Columns, code: str | None) -> None:
        """Ministry, body, work plan and item where they have columns of their own."""
        state = self.state
        for role in ("ministry", "1_name"):
            state.ministry = self._no_total(row, found, role) or state.ministry
        for role in ("agency", "2_name"):
            state.body = self._no_total(row, found, role) or state.body
        plan = self._no_total(row, found, "work_plan") or self._no_total(row, found, "3_name")
        if plan is not None:
            state.work_plan, printed = name_and_code(plan, self._source)
            state.work_plan_code = printed or (code[:8] + "00" if code else None)
        item = self._cell(row, found, "item") or self._cell(row, found, "4_name")
        if item is not None or plan is not None:
            state.item = item if item is not None and plain(item.text) not in _NO_ITEM else None

    def _no_total(self, row: Row, found: Columns, role: str) -> Cell | None:
        cell = self._cell(row, found, role)
        return cell if cell is not None and not _TOTAL_NAME.match(plain(cell.text)) else None

    def _told(self, row: Row, found: Columns, code: str | None, name: Cell | None) -> float:
        words = plain(name.text) if name is not None else ""
        if _TOTAL_NAME.match(words):
            return TOTAL
        if _SUBTOTAL_NAME.search(words):
            return FUNCTION
        if self._text(row, found, "object"):
            return OBJECT
        ref = self._text(row, found, "ref")
        if re.fullmatch(r"\d+(?:\.\d+){0,3}", ref):
            return ref.count(".") + 1
        levels = [n for n in "1234" if not _EMPTY_LEVEL.fullmatch(plain(self._text(row, found, n)))]
        if levels:
            return int(levels[-1])
        if code is not None:
            return _of_code(code)
        if self._text(row, found, "item"):
            return ITEM if self.state.item is not None else WORK_PLAN
        named = [n for n in "1234" if self._text(row, found, f"{n}_name")]
        if named:
            return int(named[-1])
        if self._text(row, found, "work_plan"):
            return WORK_PLAN
        if "1" in found.roles and _FUNCTION_NAME.search(words):
            return FUNCTION
        if self._cell(row, found, "name") is not None and self._body() is not None and not words.endswith("主管"):
            return WORK_PLAN
        if words.endswith("主管") or (self._text(row, found, "ministry") and not self._text(row, found, "agency")):
            return MINISTRY
        return BODY

    def _branch(self, level: float, name: Cell) -> tuple[float, Cell]:
        """分支計畫及用途別科目 in one column: two digits in front are a branch's, four an object's."""
        for pattern, told in ((_OBJECT_CODE, OBJECT), (_BRANCH_CODE, BRANCH)):
            m = pattern.match(name.text)
            if m:
                return told, name.part(m[2].strip(), self._source)
        return (level if level == TOTAL else BRANCH), name


def replace_state(state: _State, *, function: str | None = None, work_plan: Cell | None = None,
                  work_plan_code: str | None = None) -> _State:
    """The state below a new function or work plan."""
    return replace(state, function=function or state.function, work_plan=work_plan, work_plan_code=work_plan_code,
                   item=None)


def _of_code(code: str) -> float:
    """The level that a ten-digit code tells.

    >>> [_of_code(c) for c in ("0026000000", "0026100000", "5226100000", "5226102200", "5226102201")]
    [1, 2, 2.5, 3, 4]
    """
    function, body, plan, item = code[:2], code[4:6], code[6:8], code[8:]
    if item != "00":
        return ITEM
    if plan != "00":
        return WORK_PLAN
    if function != "00":
        return FUNCTION
    return BODY if body != "00" else MINISTRY
