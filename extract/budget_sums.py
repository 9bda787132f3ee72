"""Printed totals against the sums of their parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from extract.budget_rows import BODY, MINISTRY, OBJECT, TOTAL, WORK_PLAN, Account


@dataclass(frozen=True, slots=True)
class Check:
    """A printed total and what its parts come to, in the unit of the table."""

    account: Account
    column: int
    printed: Decimal
    parts: Decimal
    count: int
    #: final accounts are rounded to thousands one by one, so their sums may be off by one for every part
    rounded: bool

    @property
    def holds(self) -> bool:
        """Do the parts come to the total?"""
        return abs(self.printed - self.parts) <= (self.count if self.rounded else 0)


@dataclass(slots=True)
class _Open:
    account: Account
    parts: list[Account] = field(default_factory=list)


def checks(accounts: Sequence[Account]) -> Iterator[Check]:
    """Every total of one table that has parts below it, column by column.

    Parts are the accounts of the next level below; a whole (合計) may stand above or below
    the accounts it adds up. Where a table prints a total twice each is checked.
    """
    top: list[Account] = []
    wholes: list[Account] = []
    stack: list[_Open] = []
    for account in accounts:
        if account.level == TOTAL:
            wholes.append(account)
            continue
        while stack and stack[-1].account.level >= account.level:
            yield from _compare(stack.pop())
        if stack and not _belongs(account, stack[-1].account):
            # an item whose work plan has no row of its own
            continue
        (stack[-1].parts if stack else top).append(account)
        stack.append(_Open(account))
    while stack:
        yield from _compare(stack.pop())
    for whole in wholes:
        yield from _compare(_Open(whole, top))


def _belongs(part: Account, whole: Account) -> bool:
    """Is it a part of the account that stands above it?"""
    if part.path and whole.path:
        return part.path.startswith(whole.path + ".")
    for a, b, level in ((part.work_plan, whole.work_plan, WORK_PLAN), (part.body, whole.body, BODY),
                        (part.ministry, whole.ministry, MINISTRY)):
        if a is not None and b is not None and whole.level >= level and a.text != b.text:
            return False
    return True


def _compare(total: _Open) -> Iterator[Check]:
    if not total.parts:
        return
    level = min(a.level for a in total.parts)
    parts = [a for a in total.parts if a.level == level]
    if level == OBJECT:
        # objects of expenditure are printed in two levels, 2000 業務費 and 2009 通訊費 below it: no plain sum
        return
    for amount in total.account.amounts:
        at = amount.column.index
        if at < 0:
            values = [a.amounts[0].value for a in parts if a.amounts]
        else:
            values = [x.value for a in parts for x in a.amounts if x.column.index == at]
        if values:
            yield Check(total.account, at, amount.value, sum(values, Decimal(0)), len(values), amount.phase == "決算")
