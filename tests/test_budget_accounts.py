"""Accounts over years, renamed bodies and levels."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import accounts, ids
from kg.accounts import account_relations, near
from kg.build import build
from kg.check import check
from kg.names import expand, sparql_prefixes
from kg.store import VersionedStore

SAMPLES = Path(__file__).parents[1] / "samples" / "budget"
MOEA, IDA, FORMER = "經濟部", "經濟部產業發展署", "經濟部工業局"


class Graph:
    """A graph of work plans, annual plans' lines and amounts, in few words."""

    def __init__(self) -> None:
        self.store = ox.Store()
        self.n = 0

    def add(self, subject: str, predicate: str, value: str | int) -> None:
        if isinstance(value, int):
            term: ox.NamedNode | ox.Literal = ox.Literal(value)
        elif ":" in value:
            term = ox.NamedNode(expand(value))
        else:
            term = ox.Literal(value, language="zh-Hant")
        self.store.add(ox.Quad(ox.NamedNode(subject), ox.NamedNode(expand(predicate)), term))

    def plan(self, body: str, name: str) -> str:
        iri = ids.iri("pol:WorkPlan", body, name)
        for predicate, value in (("rdf:type", "pol:WorkPlan"), ("skos:prefLabel", name),
                                 ("pol:agency", ids.iri("pol:Agency", body))):
            self.add(iri, predicate, value)
        return iri

    def line(self, plan: str, name: str, year: int) -> str:
        self.n += 1
        iri = ids.iri("pol:BudgetLine", "doc", str(self.n))
        for predicate, value in (("rdf:type", "pol:BudgetLine"), ("skos:prefLabel", name), ("pol:workPlan", plan),
                                 ("pol:fiscalYear", year)):
            self.add(iri, predicate, value)
        return iri

    def amount(self, account: str, year: int) -> str:
        self.n += 1
        iri = ids.iri("pol:BudgetAmount", "doc", str(self.n))
        predicate = "pol:workPlan" if "/work-plan/" in account else "pol:about"
        for p, value in (("rdf:type", "pol:BudgetAmount"), (predicate, account), ("pol:fiscalYear", year)):
            self.add(iri, p, value)
        return iri

    def found(self) -> dict[tuple[str, str, str], str | None]:
        return {(r.subject, r.predicate, r.object): r.derived_by for r in account_relations(self.store).relations}

    def planned(self, body: str, name: str, year: int = 2026) -> str:
        plan = self.plan(body, name)
        self.line(plan, "某計畫項目", year)
        return plan

    def paid(self, body: str, name: str, year: int) -> str:
        plan = self.plan(body, name)
        self.amount(plan, year)
        return plan


@pytest.fixture
def graph() -> Graph:
    return Graph()


def test_the_successor_s_work_plan_continues_that_of_the_former_body(graph):
    old, new = graph.paid(FORMER, "試驗輔導", 2019), graph.paid(IDA, "試驗輔導", 2025)
    assert graph.found() == {(new, "pol:continues", old): accounts.RENAMED_BODY}


def test_the_ministry_s_work_plan_continues_that_of_a_former_body_below_it(graph):
    old, new = graph.paid(FORMER, "試驗輔導", 2019), graph.planned(MOEA, "試驗輔導")
    assert graph.found() == {(new, "pol:continues", old): accounts.MINISTRY}


def test_amounts_of_the_same_year_attach_to_the_ministry_s_work_plan(graph):
    plan, account = graph.planned(MOEA, "試驗輔導"), graph.plan(IDA, "試驗輔導")
    amount, other = graph.amount(account, 2026), graph.amount(account, 2025)
    found = graph.found()
    assert found == {(account, "pol:sameAccountAs", plan): accounts.MINISTRY,
                     (amount, "pol:workPlan", plan): accounts.AMOUNT}
    assert not [t for t in found if t[0] == other]
    assert not account_relations(graph.store).unattached


def test_an_item_may_be_the_ministry_s_work_plan(graph):
    plan = graph.planned(MOEA, "試驗水源保育")
    item = graph.line(graph.plan("經濟部水利署", "水利試驗"), "試驗水源保育", 2026)
    amount = graph.amount(item, 2026)
    assert graph.found() == {(item, "pol:sameAccountAs", plan): accounts.MINISTRY,
                             (amount, "pol:workPlan", plan): accounts.AMOUNT}


def test_a_near_name_attaches_and_says_so(graph):
    plan, account = graph.planned(MOEA, "促進試驗產業發展"), graph.paid(IDA, "推動試驗產業發展", 2026)
    assert graph.found()[account, "pol:sameAccountAs", plan] == accounts.MINISTRY_NEAR


def test_a_name_of_several_bodies_attaches_to_none_and_is_reported(graph):
    plan = graph.planned(MOEA, "一般行政")
    both = {graph.paid(IDA, "一般行政", 2026), graph.paid("經濟部水利署", "一般行政", 2026)}
    assert graph.found() == {}
    (left,) = account_relations(graph.store).unattached
    assert (left.work_plan, left.year, set(left.candidates)) == (plan, 2026, both)


def test_another_ministry_s_account_does_not_attach(graph):
    plan = graph.planned(MOEA, "試驗輔導")
    graph.paid("環境部氣候變遷署", "試驗輔導", 2026)
    graph.paid(IDA, "完全不同的事", 2026)
    assert graph.found() == {}
    assert [(u.work_plan, u.candidates) for u in account_relations(graph.store).unattached] == [(plan, ())]


def test_a_renamed_account_of_one_body(graph):
    old, new = graph.paid(MOEA, "試驗專案", 2019), graph.planned(MOEA, "試驗專案推動計畫")
    assert graph.found() == {(new, "pol:continues", old): accounts.NEAR_NAME}


def test_accounts_side_by_side_do_not_continue_each_other(graph):
    for year in (2018, 2019):
        graph.paid(FORMER, "試驗輔導", year)
        graph.paid(IDA, "試驗輔導", year)
    assert graph.found() == {}


def test_lines_over_years(graph):
    plan = graph.plan(IDA, "試驗輔導")
    first, second = graph.line(plan, "某細項", 2018), graph.line(plan, "某細項", 2019)
    graph.amount(first, 2018)
    graph.amount(second, 2019)
    assert graph.found() == {(second, "pol:continues", first): accounts.NEXT_YEAR}


@pytest.mark.parametrize("a, b, is_near", [
    ("推動商業試驗發展", "促進商業試驗發展", True), ("試驗專案", "試驗專案推動計畫", True),
    ("第一期試驗計畫", "第二期試驗計畫", False),
    ("一般行政", "一般業務", False), ("科技", "科技計畫", False), ("試驗輔導", "試驗輔導", True),
])
def test_near_names(a, b, is_near):
    assert (near(a, b) >= accounts.NEAR) is is_near


def test_a_build_with_budgets_is_valid_and_followed(tmp_path):
    store = VersionedStore(tmp_path / "store")
    report = build([SAMPLES], store)
    assert report.ok, report.failed
    version = store.current()
    assert version is not None
    graph = ox.Store.read_only(str(version.graph))
    texts = {ids.iri("pol:PolicyDocument", d.key): store.text(d.key) for d in report.documents}
    issues = check(graph, texts).issues
    assert [i for i in issues if i.severity == "violation"] == []
    assert [i for i in issues if i.severity == "warning" and ("/budget-" in i.node or "/work-plan/" in i.node)] == []
    rows = graph.query(sparql_prefixes() + """SELECT ?name WHERE {
        ?new pol:continues ?old . ?old pol:agency ?agency . ?old skos:prefLabel ?name .
        ?claim rdf:subject ?new ; rdf:object ?old ; pol:derivedBy ?rule . FILTER(CONTAINS(STR(?agency), "工業局")) }""")
    assert sorted(r["name"].value for r in rows) == ["低碳製程輔導計畫", "示範產業升級輔導"]
