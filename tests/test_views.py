"""The views on a tiny graph: what is in them, what can be asked, and where they fail."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import tiny_graph
from lxml import etree

from kg.catalog import UnknownQuery
from kg.catalog_types import BadValue
from kg.describe import Describer
from kg.export import gexf
from kg.names import ID, sparql_prefixes
from kg.own_query import of_text
from kg.views import PROJECTIONS, Views, find, views


@pytest.fixture(scope="module")
def store() -> ox.Store:
    found = tiny_graph.store()
    text = sparql_prefixes() + f"""PREFIX id: <{ID}>
    id:plan\\/KEY a pol:Plan ; skos:prefLabel "測試部施政計畫"@zh-Hant ; pol:startYear 2026 ; pol:endYear 2027 .
    id:strategy\\/KEY\\/1 dcterms:isPartOf id:plan\\/KEY .
    id:budget-link\\/1 a pol:BudgetLink ; rdf:subject id:measure\\/KEY\\/1 ; rdf:predicate pol:fundedBy ;
      rdf:object id:budget-line\\/KEY\\/1 ; pol:score 0.9 ; pol:confidence 0.8 ; pol:reason "名稱相近" ;
      pol:reviewStatus <{ID}review-status/candidate> .
    """.replace("KEY", tiny_graph.KEY)
    found.extend(ox.Quad(*q.triple) for q in ox.parse(text.encode(), ox.RdfFormat.TURTLE))
    return found


def labels(network: object, store: ox.Store) -> set[tuple[str, str, str]]:
    nodes = network.nodes  # type: ignore[attr-defined]
    return {(nodes[e.source].label, nodes[e.target].label, e.kind) for e in network.edges}  # type: ignore[attr-defined]


def test_body_measure(store: ox.Store) -> None:
    found = views()["body-measure"].network(store)
    assert labels(found, store) == {
        ("測試部", "發展太空零件", "主辦"), ("示範部", "發展太空零件", "協辦"), ("示範部", "推廣晶片教育", "主辦"),
    }
    assert {n.cls for n in found.nodes.values()} == {"Ministry", "Measure"}
    # a measure has the years of its plan
    assert all(e.spells == ((2026, 2027),) for e in found.edges)


def test_projections_of_it(store: ox.Store) -> None:
    found = views()["body-body"].network(store)
    assert [(e.weight, e.attributes) for e in found.edges] == [(1.0, {"shared": 1, "newman": 1.0})]
    lead = views()["lead-partner"].network(store)
    assert labels(lead, store) == {("測試部", "示範部", "")} and lead.directed


def test_other_views(store: ox.Store) -> None:
    assert ("測試部", "太空產業", "") in labels(views()["body-industry"].network(store), store)
    assert labels(views()["body-regulation"].network(store), store) == {
        ("示範部", "測試基本法", ""), ("測試部", "測試基本法", ""),
    }
    assert {k for _, _, k in labels(views()["recommendation-body"].network(store), store)} == {"已參採", "部分參採"}
    tree = labels(views()["plan-tree"].network(store), store)
    assert ("發展新產業", "發展太空零件", "") in tree and ("測試部施政計畫", "發展新產業", "") in tree


def test_budget_links(store: ox.Store) -> None:
    found = views()["measure-budget"].network(store)
    (edge,) = found.edges
    assert edge.weight == 0.8 and edge.attributes["certainty"] == 0.8 and edge.attributes["reason"] == "名稱相近"
    assert views()["measure-budget"].network(store, {"confidence": ["0.9"]}).edges == []


def test_filters(store: ox.Store) -> None:
    view = views()["body-measure"]
    assert len(view.network(store, {"body": ["測試部"]}).edges) == 2
    assert view.network(store, {"year": ["2020"]}).edges == []
    assert len(view.network(store, {"year": ["2020", "2027"]}).edges) == 3
    assert view.network(store, {"min_weight": ["2"]}).nodes == {}
    assert len(view.network(store, {"confidence": ["0.1"]}).edges) == 3
    assert view.network(store, {"document": [f"{ID}document/none"]}).edges == []
    assert len(view.network(store, {"document": [f"{ID}document/{tiny_graph.KEY}"]}).edges) == 3


@pytest.mark.parametrize("name", sorted(views()))
def test_every_view_has_the_filters_that_make_sense(store: ox.Store, name: str) -> None:
    view = views()[name]
    wanted = {"document", "year", "body", "min_weight", "confidence"} - ({"body"} if name == "neighbourhood" else set())
    assert wanted <= set(view.parameters)
    base = {"entity": ["測試部"]} if name == "neighbourhood" else {}
    whole = view.network(store, base)
    document = {"document": [f"{ID}document/none"]}
    assert view.network(store, base | document).edges == []
    low, high = (view.network(store, base | {"confidence": [c]}).edges for c in ("0", "1.01"))
    assert len(high) <= len(low) <= len(whole.edges)


def test_a_body_keeps_its_pairs(store: ox.Store) -> None:
    """Bodies that share something with the one that is asked for, not the one alone."""
    for name in ("body-body", "bodies-by-industry", "bodies-by-regulation"):
        whole, one = views()[name].network(store), views()[name].network(store, {"body": ["測試部"]})
        assert {(e.source, e.target) for e in one.edges} == {
            (e.source, e.target) for e in whole.edges if f"{ID}body/測試部" in (e.source, e.target)
        }


def test_neighbourhood(store: ox.Store) -> None:
    view = views()["neighbourhood"]
    one, two = (view.network(store, {"entity": ["太空產業"], "depth": [d]}) for d in ("1", "2"))
    assert set(one.nodes) < set(two.nodes)
    assert {n.attributes["steps"] for n in two.nodes.values()} == {0, 1, 2}
    with pytest.raises(BadValue, match="depth"):
        view.network(store, {"entity": ["太空產業"], "depth": ["9"]})
    with pytest.raises(BadValue, match="entity"):
        view.network(store)


@pytest.mark.parametrize("raw", [{"nothing": ["1"]}, {"year": ["x"]}, {"min_weight": ["x"]}])
def test_bad_values_are_told(store: ox.Store, raw: dict[str, list[str]]) -> None:
    with pytest.raises(BadValue):
        views()["body-body"].network(store, raw)
    with pytest.raises(BadValue, match="weight"):
        views()["body-body"].network(store, {"weight": ["heavy"]})


def test_every_view_is_described_and_written(store: ox.Store) -> None:
    for view in views().values():
        assert all(view.title[x] and view.description[x] for x in ("zh", "en"))
        raw = {"entity": ["測試部"]} if view.name == "neighbourhood" else {}
        etree.fromstring("".join(gexf.write(view.network(store, raw))).encode())
    assert set(PROJECTIONS) <= set(views())
    assert all(p in views() for v in views().values() for p in v.projections)


def test_find(store: ox.Store) -> None:
    assert find("co-responsibility").network(store).edges
    with pytest.raises(UnknownQuery):
        find("documents-overview")
    with pytest.raises(UnknownQuery):
        find("nothing")
    assert len(Views([])) == 0


def test_a_users_select(store: ox.Store) -> None:
    text = """SELECT ?source ?target (COUNT(*) AS ?weight) (SAMPLE(?n) AS ?kind) ("x" AS ?source_note) (7 AS ?amount) {
      ?source pol:leadBy ?target . BIND("主辦" AS ?n) } GROUP BY ?source ?target"""
    found = of_text(store, text)
    assert ("發展太空零件", "測試部", "主辦") in labels(found, store)
    assert {n.attributes.get("note") for n in found.nodes.values()} == {"x", None}
    assert {e.attributes["amount"] for e in found.edges} == {7} and found.directed
    assert of_text(store, "SELECT ?a ?b { ?a pol:leadBy ?b }", directed=False).edges


def test_a_users_construct(store: ox.Store) -> None:
    text = "CONSTRUCT { ?m pol:leadBy ?b ; pol:number ?n } { ?m pol:leadBy ?b OPTIONAL { ?m pol:number ?n } }"
    found = of_text(store, text)
    assert ("發展太空零件", "測試部", "pol:leadBy") in labels(found, store)
    assert "一、" in {n.attributes.get("number") for n in found.nodes.values()}


@pytest.mark.parametrize("text", ["ASK { ?s ?p ?o }", "SELECT ?a { ?a a pol:Measure }"])
def test_no_network(store: ox.Store, text: str) -> None:
    with pytest.raises(ValueError, match="SELECT"):
        of_text(store, text)
    with pytest.raises(SyntaxError):
        of_text(store, "SELECT")


def test_describer(store: ox.Store) -> None:
    describer = Describer(store)
    measure = f"{ID}measure/{tiny_graph.KEY}/1"
    assert describer.label(measure) == "發展太空零件" and describer.cls(measure) == "Measure"
    assert describer.spell(measure) == (2026, 2027)
    assert describer.spell(f"{ID}budget-line/{tiny_graph.KEY}/1") == (2026, 2026)
    assert describer.spell(f"{ID}target/{tiny_graph.KEY}/1") == (2030, 2030)
    assert describer.spell(f"{ID}industry/太空產業") is None
    assert describer.label("no iri at all") == "no iri at all" and describer.cls("no iri at all") == ""
