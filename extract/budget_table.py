"""Tables of the central government's budget: CSV, tab-separated text, XML, and XLSX as text.

Accounts become work plans, the lines below them budget lines, each printed amount a
``pol:BudgetAmount``; printed totals are compared with the sums of their parts. The forms that are
read, and what their columns become, are described in ``docs/budget.md``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from extract.budget_bodies import Bodies
from extract.budget_caption import Caption
from extract.budget_columns import find_head, plain
from extract.budget_rows import BODY, FUNCTION, MINISTRY, OBJECT, TOTAL, WORK_PLAN, Account, Amount, Reader
from extract.budget_sums import Check, checks
from kg import ids
from kg.model import Ref
from kg.read.tables import Cell, Sheet, sheets
from kg.records import Records, Values
from kg.text.clean import raw
from kg.text.numerals import MULTIPLIERS

GENRE = "budget-table"
RULE = "budget-table"
SUM_RULE = "budget-sum"
#: the body of the whole government's totals
CENTRAL = "中央政府"
#: how much of a text decides whether it is a budget
_JUDGED = 20_000
_MONEY_WORD = re.compile(r"金額|[預決概]算|amount|_amt|budgetamt", re.I)
_CATEGORIES = {"科技": "科技發展", "科技發展": "科技發展", "公共建設": "公共建設", "公共工程": "公共建設",
               "社會發展": "社會發展", "其他": "其他"}
_UNKNOWN_CATEGORY = "未標示"
#: lines that hold no value: the mark of a sheet, and XML tags with nothing between them
_NO_VALUES = re.compile(r"(?m)^(?:\f# .*|\s*(?:<[^<>]+>\s*)+)$")
#: how sure an amount is whose unit or year the table does not print
_GUESSED = 0.8
_LONGEST_NOTE = 2000


def score(text: str) -> float:
    """A head of a budget's table, with accounts and money, in text that is a table."""
    opening = text[:_JUDGED]
    if not _MONEY_WORD.search(opening):
        return 0.0
    best = 0.0
    for sheet in sheets(opening, partial=True):
        head = find_head(sheet.rows)
        if head is None:
            continue
        first, _, columns = head
        above = plain("".join(c.text for row in sheet.rows[:first + 1] for c in row))
        budget = bool(re.search(r"[預概]算|法定|[tlby]year_amt|budgetamt", above))
        best = max(best, 0.4 * columns.has_accounts + 0.4 * budget + 0.2 * ("year" in columns.roles))
    return best


def extract(records: Records) -> None:
    """Reads all sheets of the document of ``records``."""
    found = sheets(records.document.text)
    Writer(records).write(found)


def default_unit(amounts: Sequence[Amount]) -> str:
    """The unit where none is printed.

    Budgets are made in thousands: figures of the office's forms that are all round are dollars,
    others thousands. Of a plain column 金額 the unit is the dollar (docs/budget.md).
    """
    official = [a.value for a in amounts if a.column.official and a.phase != "決算" and a.value]
    return "千元" if any(value % 1000 for value in official) else "元"


class Writer:
    """Writes the accounts of a document to its records."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._text = records.document.text
        self._bodies = Bodies(records)
        self._central: str | None = None
        self._lines: dict[tuple[str, str, int], str] = {}
        self._years: set[int] = set()
        self._totals = [0, 0]

    def write(self, found: Sequence[Sheet]) -> None:
        """The document, its accounts, and the check of its totals."""
        records = self._records
        read = []
        title: Cell | None = None
        for sheet in found:
            caption = Caption(self._bodies.known)
            if not re.match(r"(?:sheet|工作表)\d*$", sheet.name, re.I):
                caption.title_words(plain(sheet.name))
            reader = Reader(self._text, caption)
            accounts = list(reader.accounts(sheet))
            title = title or caption.title
            for row in (*reader.read, *reader.skipped):
                self._read(row)
            for row in reader.skipped:
                first = next(c for c in row if c.text)
                records.unresolved("account", first.text, (first.start, max(first.end, first.start + 1)))
            read.append(accounts)
        amounts = [a for accounts in read for account in accounts for a in account.amounts]
        self._unit = default_unit(amounts)
        # the office's XML has its year in the file's name only (106-0000-歲出機關別預算表-….xml)
        name = Caption()
        name.title_words(re.sub(r"^(\d{2,4})(?=-)", r"\1年度", plain(records.document.file_name)))
        self._named = name
        self._document(title, amounts)
        for m in _NO_VALUES.finditer(self._text):
            records.read(m.span())
        for accounts in read:
            for n, account in enumerate(accounts, 1):
                self._account(account, n)
            for check in checks(accounts):
                self._check(check)
        if self._totals[0]:
            printed, agreeing = self._totals
            place = next((a.span for accounts in read for a in accounts), (0, len(self._text)))
            records.declare("與細數加總相符的合計數", printed, agreeing, place, SUM_RULE, records.iri)

    def _read(self, row: Sequence[Cell]) -> None:
        filled = [c for c in row if c.end > c.start]
        if filled:
            self._records.read((filled[0].start, filled[-1].end))

    def _document(self, title: Cell | None, amounts: Sequence[Amount]) -> None:
        own = {y for a in amounts if a.column.offset == 0 and (y := self._year(a)) is not None}
        label = title.text if title else "、".join(f"{y}年度" for y in sorted(own)) + "預算表"
        place: list[tuple[int, int]] = [(title.start, title.end)] if title else []
        several = len(own) > 1
        self._records.add("pol:PolicyDocument", self._records.iri, label, place, RULE, attributes={
            "pol:fiscalYear": min(own) if own and not several else None,
            "pol:startYear": min(own) if several else None, "pol:endYear": max(own) if several else None,
        })

    def _year(self, amount: Amount) -> int | None:
        if amount.year is not None or self._named.year is None:
            return amount.year
        return self._named.year + amount.column.offset

    # -- accounts

    def _account(self, account: Account, number: int) -> None:
        records = self._records
        for cell in (account.note, account.name):
            if cell is not None and cell.end > cell.start:
                records.read((cell.start, cell.end))
        records.read(account.span)
        if account.level == FUNCTION:
            return
        year = next((y for a in account.amounts if (y := self._year(a)) is not None), None)
        if year is None:
            records.unresolved("fiscal-year", account.name.text if account.name else "", account.span)
            return
        body = self._body(account, year)
        if body is None:
            records.unresolved("body", account.name.text if account.name else "", account.span)
            return
        plan = line = None
        if account.level >= WORK_PLAN and account.work_plan is not None:
            plan = self._work_plan(account, account.work_plan, body)
        if account.level > WORK_PLAN and account.item is not None and plan is not None:
            years = sorted({y for a in account.amounts if (y := self._year(a)) is not None})
            line = {y: self._line(account, account.item, plan, body, y) for y in years}
        for amount in account.amounts:
            self._amount(account, amount, number, body, plan, line)

    def _body(self, account: Account, year: int) -> str | None:
        """The body whose account it is; None where the table names none."""
        ministry = self._bodies.find(account.ministry, None, year) if account.ministry is not None else None
        if account.level == TOTAL:
            whole = account.body or account.ministry
            if whole is not None and account.name is not None and whole.start < account.name.start:
                return self._bodies.find(whole, ministry, year).iri
            return self._government(account)
        if account.level == MINISTRY:
            return ministry.iri if ministry else None
        cell = account.name if account.level == BODY and account.body is None else account.body
        if cell is None:
            return ministry.iri if ministry else None
        return self._bodies.find(cell, ministry, year).iri

    def _government(self, account: Account) -> str:
        place = account.span
        iri = ids.named("pol:GovernmentBody", CENTRAL)
        return self._records.add("pol:GovernmentBody", iri, CENTRAL, place, "budget-body", 0.9)

    def _label(self, body: str) -> str:
        known = self._records.resolver.authority.bodies.get(body)
        return ids.key(known.label) if known else body.rsplit("/", 1)[-1]

    def _work_plan(self, account: Account, name: Cell, body: str) -> str:
        label = re.sub(r"\s+", "", name.text)
        iri = ids.iri("pol:WorkPlan", self._label(body), ids.key(label))
        code = account.code if account.level == WORK_PLAN else account.work_plan_code
        return self._records.add("pol:WorkPlan", iri, label, (name.start, name.end), RULE, attributes={
            "pol:agency": Ref(body), "pol:accountCode": code,
        })

    def _line(self, account: Account, name: Cell, plan: str, body: str, year: int) -> str:
        """The line of an item or branch in one year; the objects of expenditure below it share it."""
        records = self._records
        at = (plan, ids.key(name.text), year)
        if at in self._lines:
            return self._lines[at]
        category = _CATEGORIES.get(plain(account.category or ""), _UNKNOWN_CATEGORY)
        place = (name.start, name.end)
        note = account.note if account.level < OBJECT else None
        line = records.part("pol:BudgetLine", records.iri, f"{year}-{ids.digest(plan, ids.key(name.text))}", name.text,
                            place, RULE, attributes={
            "pol:fiscalYear": year, "pol:agency": Ref(body), "pol:accountCode": account.code,
            "pol:category": Ref(ids.concept("budget-category", category)),
            "dcterms:description": note.text[:_LONGEST_NOTE] if note else None,
        })
        records.relate(line, "pol:workPlan", plan, place, RULE)
        if note is not None and note.end > note.start:
            records.mentions_in(line, raw(self._text, note.start, note.end), targets=False, year=year)
        self._lines[at] = line
        return line

    def _amount(self, account: Account, amount: Amount, number: int, body: str, plan: str | None,
                line: dict[int, str] | None) -> None:
        year = self._year(amount)
        if year is None:
            self._records.unresolved("fiscal-year", amount.cell.text, (amount.cell.start, amount.cell.end))
            return
        unit = amount.unit or self._unit
        guessed = amount.year is None or (amount.unit is None and amount.column.official)
        phase = amount.phase
        if phase == "預算" and amount.column.offset == 0 and self._named.phase:
            phase = self._named.phase
        name = re.sub(r"\s+", "", account.name.text) if account.name else CENTRAL
        attributes: dict[str, Values] = {
            "pol:fiscalYear": year, "pol:level": int(account.level), "pol:agency": Ref(body),
            "pol:workPlan": Ref(plan) if plan and account.level == WORK_PLAN else None,
            "pol:about": Ref(line[year]) if line else None,
            "pol:value": amount.value, "pol:unit": unit, "pol:valueText": amount.cell.text,
            "pol:amountTWD": amount.value * factor(unit),
            "pol:phase": Ref(ids.concept("budget-phase", phase)),
            "pol:accountCode": account.code, "pol:accountKind": amount.kind,
            "pol:budgetKind": account.budget_kind or self._named.budget_kind,
            "pol:governmentFunction": account.function,
        }
        ordinal = "-".join(x for x in (account.code or account.path or str(number), str(year), phase, amount.kind) if x)
        span = (min(account.span[0], amount.cell.start), max(account.span[1], amount.cell.end))
        self._records.part("pol:BudgetAmount", self._records.iri, ordinal, f"{name} {year}", span, RULE,
                           _GUESSED if guessed else 1.0, attributes=attributes)

    # -- totals

    def _check(self, check: Check) -> None:
        """Counts a total, and declares one that its parts do not come to."""
        self._totals[0] += 1
        if check.holds:
            self._totals[1] += 1
            return
        account = check.account
        amount = next(a for a in account.amounts if a.column.index == check.column)
        name = re.sub(r"\s+", "", account.name.text) if account.name else CENTRAL
        where = "-".join(x for x in (account.code or account.path, str(self._year(amount) or ""), amount.phase,
                                     amount.kind) if x)
        unit = amount.unit or self._unit
        self._records.declare(f"{name}之合計（{where}，{unit}）", _whole(check.printed), _whole(check.parts),
                              (amount.cell.start, amount.cell.end), SUM_RULE, self._records.iri)


def _whole(value: Decimal) -> int:
    return int(value.to_integral_value())


def factor(unit: str) -> Decimal:
    """Dollars in one unit of money (千元 -> 1000)."""
    return MULTIPLIERS.get(unit.removesuffix("元"), Decimal(1))
