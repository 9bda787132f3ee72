"""Budget accounts over years, renamed bodies and levels: a whole-graph pass.

A budget lists an account under the body that spends it; the annual plan lists the same work
plan under the ministry. Bodies are reorganised, and accounts are renamed. This pass says which account
``pol:continues`` which earlier one, and which is the ``pol:sameAccountAs`` a ministry's work plan, and
gives the amounts of such an account to the ministry's work plan of the same year. Nothing is added up.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz.fuzz import ratio

from kg.authority import Authority
from kg.authority import load as load_authority
from kg.ids import key
from kg.model import Relation
from kg.store.select import Queryable, select

RENAMED_BODY = "account-of-a-renamed-body"
NEXT_YEAR = "line-of-the-year-before"
NEAR_NAME = "account-with-a-near-name"
MINISTRY = "account-of-a-body-of-the-ministry"
MINISTRY_NEAR = "account-of-a-body-of-the-ministry-with-a-near-name"
AMOUNT = "amount-of-the-same-account"

RULE_LABELS: dict[str, tuple[str, str]] = {
    RENAMED_BODY: ("機關改制後，承接機關的同名工作計畫接續原機關的工作計畫",
                   "the work plan of a body continues that of the same name of the body it succeeds"),
    NEXT_YEAR: ("同一工作計畫下的同名項目接續前一年度的項目",
                "a line continues the line of the same name and work plan of the year before"),
    NEAR_NAME: ("同一機關中，停列的科目由名稱相近的新科目接續",
                "a new account continues one of the same body that ends and has nearly the same name"),
    MINISTRY: ("所屬機關的科目與主管機關施政計畫的工作計畫同名，且別無其他所屬機關有同名科目",
               "the account of a body below the ministry has the name of a work plan in the ministry's plan, and is "
               "the only one"),
    MINISTRY_NEAR: ("所屬機關的科目與主管機關施政計畫的工作計畫名稱相近，且別無其他相近者",
                    "the account of a body below the ministry has nearly the name of a work plan in the ministry's "
                    "plan, and is the only one"),
    AMOUNT: ("金額屬於與該工作計畫同一科目的帳", "the amount is of an account that is the same as the work plan"),
}

#: names are near from this likeness (0..100) of their cores on
NEAR = 85.0
_SHORTEST_NEAR = 4
#: words that a work plan's name gains and loses from year to year
_FRONT = re.compile(r"^(?:(?:加速|持續)?(?:推動|促進|辦理|加強|強化|提升|推展|推廣|執行))+(?=.{4})")
_BACK = re.compile(r"(?:推動|工作|業務|相關|計畫)+$")
_NUMBERS = re.compile(r"[0-9一二三四五六七八九十]+")


@dataclass(slots=True)
class Account:
    """A work plan, or a line of a budget table, with the years it is known for.

    ``seat`` is today's body in the place of its body; ``planned`` are years in which an annual plan
    lists it, ``paid`` those in which a budget gives it an amount.
    """

    iri: str
    name: str
    body: str
    seat: str
    line_of: str | None = None
    planned: set[int] = field(default_factory=set)
    paid: set[int] = field(default_factory=set)

    @property
    def years(self) -> set[int]:
        """All years it is known for."""
        return self.planned | self.paid


@dataclass(frozen=True, slots=True)
class Unattached:
    """A work plan without an amount in a year in which the ministry's budget is in the graph, and why."""

    work_plan: str
    name: str
    year: int
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accounts:
    """The relations that follow, and what could not be attached."""

    relations: tuple[Relation, ...]
    unattached: tuple[Unattached, ...]


def account_relations(store: Queryable, authority: Authority | None = None) -> Accounts:
    """Follows the accounts of a graph."""
    return _Follower(store, authority or load_authority()).follow()


def core(name: str) -> str:
    """A name without the words of doing in front and behind it.

    >>> core("科技專案推動計畫"), core("推動商業科技發展") == core("促進商業科技發展")
    ('科技專案', True)
    """
    short = _FRONT.sub("", key(name))
    return _BACK.sub("", short) or short


def near(a: str, b: str) -> float:
    """How near two names are, 0 to 100; 0 where their numbers differ (第一期, 第二期)."""
    if sorted(_NUMBERS.findall(a)) != sorted(_NUMBERS.findall(b)):
        return 0.0
    x, y = core(a), core(b)
    if x == y:
        return 100.0 if min(len(key(a)), len(key(b))) >= _SHORTEST_NEAR else 0.0
    return ratio(x, y) if min(len(x), len(y)) >= _SHORTEST_NEAR else 0.0


class _Follower:
    def __init__(self, store: Queryable, authority: Authority) -> None:
        self.store = store
        self.authority = authority
        self.amounts: list[tuple[str, str, int]] = []
        self.accounts: dict[str, Account] = {}
        self.found: dict[tuple[str, str, str], str] = {}
        #: the later of two accounts that have been joined
        self.continued: set[str] = set()

    def follow(self) -> Accounts:
        """Reads the accounts and joins them."""
        self._read()
        if not self.amounts:
            return Accounts((), ())
        plans = [a for a in self.accounts.values() if a.line_of is None]
        lines = [a for a in self.accounts.values() if a.line_of is not None]
        self._same_names(plans)
        self._lines(lines)
        self._near_names(plans)
        unattached = self._ministries(plans, lines)
        relations = sorted((Relation(*triple, (), rule) for triple, rule in self.found.items()),
                           key=lambda r: (r.subject, r.predicate, r.object))
        return Accounts(tuple(relations), tuple(unattached))

    # -- reading

    def _rows(self, where: str) -> Iterator[tuple[str, ...]]:
        solutions = select(self.store, where)
        width = len(solutions.variables)
        for row in solutions:
            yield tuple(row[i].value if row[i] is not None else "" for i in range(width))

    def _pairs(self, predicate: str) -> list[tuple[str, str]]:
        """Subject and object of one predicate: joins in Python are many times as fast as in the store."""
        return [(s, o) for s, o in self._rows(f"SELECT ?s ?o WHERE {{ ?s {predicate} ?o }}")]

    def _read(self) -> None:
        members = {cls: {s for (s,) in self._rows(f"SELECT ?s WHERE {{ ?s a pol:{cls} }}")}
                   for cls in ("BudgetAmount", "WorkPlan", "BudgetLine")}
        if not members["BudgetAmount"]:
            return
        years = {s: int(y) for s, y in self._pairs("pol:fiscalYear")}
        names = dict(self._pairs("skos:prefLabel"))
        plan_of = sorted(self._pairs("pol:workPlan"))
        owners = [(a, w) for a, w in plan_of if a in members["BudgetAmount"]]
        owners += [(a, b) for a, b in self._pairs("pol:about") if b in members["BudgetLine"]]
        self.amounts = sorted((account, a, years[a]) for a, account in owners if a in years)
        for iri, body in sorted(self._pairs("pol:agency")):
            if iri in members["WorkPlan"] and iri in names:
                self.accounts.setdefault(iri, Account(iri, names[iri], body, self._seat(body)))
        paid = {account for account, _, _ in self.amounts}
        for iri, plan in plan_of:
            if iri not in members["BudgetLine"] or plan not in self.accounts or iri not in years:
                continue
            above = self.accounts[plan]
            if iri in paid and iri in names:
                self.accounts[iri] = Account(iri, names[iri], above.body, above.seat, plan)
            else:
                above.planned.add(years[iri])
        for account, _, year in self.amounts:
            if account in self.accounts:
                self.accounts[account].paid.add(year)

    def _seat(self, body: str) -> str:
        return self.authority.successor(body) if body in self.authority.bodies else body

    def _above(self, seat: str) -> list[str]:
        """The bodies above a body, nearest first, today's each."""
        found: list[str] = []
        while seat in self.authority.bodies:
            parent = self.authority.bodies[seat].parent
            if parent is None or self._seat(parent) in found:
                break
            seat = self._seat(parent)
            found.append(seat)
        return found

    def _relate(self, newer: Account, predicate: str, older: Account, rule: str) -> None:
        if newer.iri != older.iri:
            self.found.setdefault((newer.iri, predicate, older.iri), rule)

    # -- joining

    def _same_names(self, plans: Iterable[Account]) -> None:
        """Work plans of one name under a body and those it followed: each is continued by the next one.

        Of bodies that were merged each account ends in the same new one; accounts that exist side by
        side, and one that is followed by several, are left alone.
        """
        groups: dict[tuple[str, str], list[Account]] = defaultdict(list)
        for account in plans:
            if account.years:
                groups[account.seat, key(account.name)].append(account)
        for group in groups.values():
            for older in sorted(group, key=lambda a: a.iri):
                later = [a for a in group if min(a.years) > max(older.years)]
                first = min((min(a.years) for a in later), default=0)
                following = [a for a in later if min(a.years) == first]
                if len(following) == 1:
                    self._relate(following[0], "pol:continues", older, RENAMED_BODY)
                    self.continued.add(older.iri)

    def _lines(self, lines: Iterable[Account]) -> None:
        """Lines of one name and work plan: each continues that of an earlier year."""
        groups: dict[tuple[str, str, str], list[Account]] = defaultdict(list)
        for line in lines:
            plan = self.accounts[line.line_of or ""]
            groups[line.seat, key(plan.name), key(line.name)].append(line)
        for group in groups.values():
            years: dict[int, list[Account]] = defaultdict(list)
            for line in sorted(group, key=lambda a: a.iri):
                years[max(line.years)].append(line)
            ordered = [years[y][0] for y in sorted(years)]
            for older, newer in pairwise(ordered):
                self._relate(newer, "pol:continues", older, NEXT_YEAR)
            self.continued |= {a.iri for y in sorted(years)[:-1] for a in years[y]}

    def _near_names(self, plans: Iterable[Account]) -> None:
        """Within a body, an account that ends and a new one with nearly its name, if each is the other's nearest."""
        seats: dict[str, list[Account]] = defaultdict(list)
        for account in plans:
            if account.years:
                seats[account.seat].append(account)
        for members in seats.values():
            names = {key(a.name) for a in members}
            if len(names) < 2:
                continue
            pairs = sorted(
                ((near(old.name, new.name), old, new) for old in members for new in members
                 if old.iri not in self.continued and max(old.years) < min(new.years)
                 and key(old.name) != key(new.name)),
                key=lambda p: (-p[0], p[1].iri, p[2].iri),
            )
            taken: set[str] = {new for (new, p, _) in self.found if p == "pol:continues"}
            for likeness, old, new in pairs:
                if likeness < NEAR:
                    break
                if old.iri in self.continued or new.iri in taken:
                    continue
                self._relate(new, "pol:continues", old, NEAR_NAME)
                self.continued.add(old.iri)
                taken.add(new.iri)

    def _ministries(self, plans: list[Account], lines: list[Account]) -> list[Unattached]:
        """Work plans of annual plans and the accounts of the bodies below the ministry."""
        below: dict[str, list[Account]] = defaultdict(list)
        for account in (*plans, *lines):
            if account.paid:
                for seat in {account.seat, *self._above(account.seat)}:
                    below[seat].append(account)
        unattached = []
        for plan in sorted((a for a in plans if a.planned), key=lambda a: a.iri):
            candidates = [a for a in below[plan.seat] if a.iri != plan.iri]
            # one that is continued by another is reached through it, unless their years are the plan's
            self._attach(plan, candidates)
            known = {y for a in below[plan.seat] for y in a.paid}
            for year in sorted(plan.planned & known - plan.paid - self._attached(plan)):
                same = tuple(sorted(a.iri for a in candidates if year in a.paid and near(plan.name, a.name) >= NEAR))
                unattached.append(Unattached(plan.iri, plan.name, year, same))
        return unattached

    def _attach(self, plan: Account, candidates: list[Account]) -> None:
        now = [a for a in candidates if a.paid & plan.planned]
        earlier = [a for a in candidates if max(a.years) < min(plan.planned) and a.iri not in self.continued]
        for accounts, predicate in ((now, "pol:sameAccountAs"), (earlier, "pol:continues")):
            if predicate == "pol:continues" and (plan.paid or any(
                s == plan.iri and p == "pol:continues" for s, p, _ in self.found
            )):
                continue
            exact = [a for a in accounts if key(a.name) == key(plan.name)]
            chosen, rule = self._only(exact), MINISTRY
            if not exact:
                rated = [(near(a.name, plan.name), a) for a in accounts]
                best = max((r for r, _ in rated), default=0.0)
                chosen, rule = self._only([a for r, a in rated if r == best >= NEAR]), MINISTRY_NEAR
            for account in chosen:
                if predicate == "pol:continues":
                    self._relate(plan, predicate, account, rule)
                else:
                    self._relate(account, predicate, plan, rule)
                    for owner, amount, year in self.amounts:
                        if owner == account.iri and year in plan.planned:
                            self.found.setdefault((amount, "pol:workPlan", plan.iri), AMOUNT)

    @staticmethod
    def _only(accounts: list[Account]) -> list[Account]:
        """The accounts, if they are one account: of one body, a work plan before a line, a line of each year."""
        if len({a.seat for a in accounts}) != 1:
            return []
        plans = [a for a in accounts if a.line_of is None]
        if plans:
            return plans if len({key(a.name) for a in plans}) == 1 else []
        return accounts if len({a.line_of for a in accounts}) == 1 else []

    def _attached(self, plan: Account) -> set[int]:
        same = {s for s, p, o in self.found if p == "pol:sameAccountAs" and o == plan.iri}
        return {y for a in same for y in self.accounts[a].paid}
