"""kg.check: a correct small graph passes, and each seeded fault is found by its check."""

import json
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.namespace import RDF, SH

from kg import check as checks
from kg import names
from kg.check import CheckReport, Issue, check, to_rdflib
from kg.datachecks import on_cycles

ROOT = Path(__file__).resolve().parent.parent
TEXT = "壹、潔淨能源\n主辦：甲部\n目標：120 案\n"

GOOD = """
<doc> a pol:PolicyDocument ; pol:fileName "a.txt" ; pol:sha256 "%s" ; pol:genre "generic" ;
    dcterms:title "甲計畫"@zh-Hant .
<plan> a pol:Plan ; skos:prefLabel "甲計畫"@zh-Hant ; pol:startYear 2024 ; pol:endYear 2027 ; pol:evidence <e1> ;
    pol:declaredCount <count> .
<count> a pol:DeclaredCount ; skos:prefLabel "策略"@zh-Hant ; pol:value 1 ; pol:foundCount 1 ; pol:evidence <e1> .
<sec> a pol:Section ; skos:prefLabel "潔淨能源"@zh-Hant ; pol:number "壹、" ; pol:order 1 ; dcterms:isPartOf <doc> ;
    pol:evidence <e1> .
<strategy> a pol:Strategy ; skos:prefLabel "潔淨能源"@zh-Hant, "Clean energy"@en ; dcterms:isPartOf <plan> ;
    pol:evidence <e1> ; pol:leadBy <body> .
<target> a pol:Target ; dcterms:isPartOf <strategy> ; pol:value 120.0 ; pol:unit "案" ; pol:valueText "120 案" ;
    pol:kind <target-kind/目標> ; pol:ofYear 2027 ; pol:evidence <e3> .
<target-kind/目標> a skos:Concept .
<body> a pol:Ministry ; skos:prefLabel "甲部"@zh-Hant .
<ind> a pol:Industry ; skos:prefLabel "能源"@zh-Hant .
<sub> a pol:Industry ; skos:prefLabel "儲能"@zh-Hant ; skos:broader <ind> .
<claim> a pol:Assertion ; rdf:subject <strategy> ; rdf:predicate pol:leadBy ; rdf:object <body> ; pol:evidence <e2> .
<e1> a pol:Evidence ; pol:inDocument <doc> ; pol:start 2 ; pol:end 6 ; pol:quote "潔淨能源" ; pol:extractor "outline" ;
    pol:confidence 0.9 .
<e2> a pol:Evidence ; pol:inDocument <doc> ; pol:start 10 ; pol:end 12 ; pol:quote "甲部" ; pol:extractor "table" .
<e3> a pol:Evidence ; pol:inDocument <doc> ; pol:start 16 ; pol:end 21 ; pol:quote "120 案" ; pol:extractor "targets" .
""" % ("0a" * 32)


def store_of(turtle: str) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    prefixes = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in names.PREFIXES.items())
    store.load(input=prefixes + turtle, format=pyoxigraph.RdfFormat.TURTLE, base_iri=names.ID)
    return store


def found(turtle: str, name: str) -> list[Issue]:
    return [i for i in check(store_of(turtle), shapes=False).issues if i.check == name]


def test_a_correct_graph_passes():
    report = check(store_of(GOOD), {names.ID + "doc": TEXT})
    assert report.issues == ()
    assert report.conforms
    assert "The graph conforms" in report.text()


def test_the_store_writes_language_tags_in_lower_case_and_shapes_accept_them():
    data = to_rdflib(store_of(GOOD))
    assert {o.language for o in data.objects(None, rdflib.SKOS.prefLabel)} == {"zh-hant", "en"}


@pytest.mark.parametrize("name, old, new, node", [
    ("blank_nodes", "", "<plan> pol:about [ a pol:Plan ] .", None),
    ("unknown_terms", "", "<plan> pol:leader <body> .", names.POL + "leader"),
    ("unknown_terms", "", "<plan> a pol:Planning .", names.POL + "Planning"),
    ("dangling_references", "", "<sec> dcterms:isPartOf <nowhere> .", names.ID + "nowhere"),
    ("quotes", "pol:end 12", "pol:end 13", names.ID + "e2"),
    ("unclaimed_relations", "", "<sec> pol:mentions <body> .", names.ID + "sec"),
    ("unclaimed_relations", "rdf:object <body> ; pol:evidence <e2>", "rdf:object <body>", names.ID + "strategy"),
    ("missing_triples", "; pol:leadBy <body>", "", names.ID + "claim"),
    ("part_cycles", "", "<plan> dcterms:isPartOf <strategy> .", names.ID + "plan"),
    ("broader_cycles", "", "<ind> skos:broader <sub> .", names.ID + "ind"),
    ("broader_cycles", "", "<ind> skos:broader <ind> .", names.ID + "ind"),
    ("rootless_sections", "dcterms:isPartOf <doc>", "dcterms:isPartOf <plan>", names.ID + "sec"),
    ("orphan_evidence", "rdf:object <body> ; pol:evidence <e2>", "rdf:object <body>", names.ID + "e2"),
    ("backward_years", "pol:endYear 2027", "pol:endYear 2020", names.ID + "plan"),
    ("declared_counts", "pol:value 1 ", "pol:value 3 ", names.ID + "count"),
    ("same_names", "", '<body2> a pol:Agency ; skos:prefLabel "甲部"@zh-Hant .', names.ID + "body"),
])
def test_a_fault_is_found(name, old, new, node):
    turtle = GOOD.replace(old, new) if old else GOOD + new
    assert turtle != GOOD
    assert not found(GOOD, name)
    issues = found(turtle, name)
    assert issues
    assert node is None or node in {i.node for i in issues}
    assert all(i.zh and i.en for i in issues)


def test_a_derived_relation_needs_no_evidence():
    turtle = GOOD.replace("rdf:object <body> ; pol:evidence <e2>", "rdf:object <body> ; pol:derivedBy <rule/inherit>")
    assert not found(turtle, "unclaimed_relations")
    assert not found(turtle, "dangling_references")


def test_quotes_are_compared_with_the_text_where_there_is_one():
    texts = {names.ID + "doc": TEXT.replace("甲部", "乙部")}
    issues = [i for i in check(store_of(GOOD), texts, shapes=False).issues if i.check == "quotes"]
    assert [i.node for i in issues] == [names.ID + "e2"]
    assert "10:12" in issues[0].en


@pytest.mark.parametrize("old, new, node, path, severity", [
    ('"潔淨能源"@zh-Hant, "Clean energy"@en', '"潔淨能源"', "strategy", "skos:prefLabel", "violation"),
    ('"潔淨能源"@zh-Hant, "Clean energy"@en', '"潔淨能源"@ja', "strategy", "skos:prefLabel", "violation"),
    ('"Clean energy"@en', '"綠能"@zh-Hant', "strategy", "skos:prefLabel", "warning"),
    ("pol:startYear 2024", "pol:startYear 113", "plan", "pol:startYear", "violation"),
    ("pol:startYear 2024", 'pol:startYear "2024"', "plan", "pol:startYear", "violation"),
    ("pol:startYear 2024", "pol:startYear 2024, 2025", "plan", "pol:startYear", "violation"),
    ("pol:start 10", "pol:start 12", "e2", "pol:start", "violation"),
    ("pol:confidence 0.9", "pol:confidence 1.5", "e1", "pol:confidence", "violation"),
    ('pol:extractor "table"', "pol:end 12", "e2", "pol:extractor", "violation"),
    ("<plan> ;\n    pol:evidence <e1>", "<plan>", "strategy", "pol:evidence", "violation"),
    ("; pol:evidence <e3>", "", "target", "pol:evidence", "violation"),
    ("pol:kind <target-kind/目標>", "pol:kind <target-kind/願景>", "target", "pol:kind", "violation"),
    ("pol:kind <target-kind/目標> ;", "", "target", "pol:kind", "warning"),
    ("pol:value 120.0", 'pol:value "120"', "target", "pol:value", "violation"),
    ("pol:leadBy <body>", "pol:leadBy <ind>", "strategy", "pol:leadBy", "violation"),
    ("rdf:object <body>", "rdf:object <body>, <ind>", "claim", "rdf:object", "violation"),
    ("rdf:object <body> ; pol:evidence <e2>", "rdf:object <body>", "claim", "", "violation"),
    ("pol:leadBy <body>", "pol:leadBy <body> ; pol:fileName 'x'", "strategy", "pol:fileName", "warning"),
    ("<ind> a", "<answer> a pol:Response ; pol:evidence <e1> . <ind> a", "answer", "pol:respondent", "violation"),
    ("<ind> a", "<line> a pol:BudgetLine ; pol:evidence <e1> . <ind> a", "line", "pol:category", "violation"),
    ("<ind> a", "<sum> a pol:BudgetAmount ; pol:amountTWD 5 . <ind> a", "sum", "", "violation"),
])
def test_a_shape_finds_a_fault(old, new, node, path, severity):
    assert old in GOOD
    report = check(store_of(GOOD.replace(old, new)))
    issues = [i for i in report.issues if i.check == "shacl" and (i.node, i.path) == (names.ID + node, path)]
    assert [i.severity for i in issues if i.severity == severity]
    assert all(i.zh and i.en for i in issues)
    assert report.conforms == all(i.severity != "violation" for i in report.issues)


def test_rearranged_shapes_find_what_the_shapes_find():
    bad = (GOOD.replace("pol:startYear 2024", "pol:startYear 113").replace("pol:leadBy <body>", "pol:agency <ind>")
           .replace('pol:extractor "table"', "pol:end 9").replace('pol:genre "generic"', 'pol:text "x"'))

    def results(shapes: rdflib.Graph) -> set[tuple[object, ...]]:
        data = to_rdflib(store_of(bad)).parse(ROOT / "ontology" / "policy.ttl")
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes)
        assert isinstance(report, rdflib.Graph)
        return {(report.value(r, SH.focusNode), report.value(r, SH.resultPath), report.value(r, SH.value),
                 report.value(r, SH.sourceConstraintComponent), report.value(r, SH.resultSeverity))
                for r in report.subjects(RDF.type, SH.ValidationResult)}

    plain = results(rdflib.Graph().parse(ROOT / "ontology" / "shapes.ttl"))
    assert len(plain) > 5
    assert results(checks._shapes()) == plain


def test_only_the_default_graph_is_checked():
    store = store_of(GOOD)
    other = pyoxigraph.NamedNode(names.ID + "graph")
    store.add(pyoxigraph.Quad(pyoxigraph.BlankNode(), pyoxigraph.NamedNode(names.POL + "nothing"), other, other))
    assert check(store).issues == ()


def test_a_report_is_for_machines_and_for_people():
    report = check(store_of(GOOD.replace("pol:end 12", "pol:end 13").replace("pol:value 1 ", "pol:value 3 ")),
                   shapes=False)
    assert not report.conforms
    assert report.counts() == {"violation": 1, "warning": 0, "info": 1}
    data = json.loads(json.dumps(report.to_json()))
    assert [i["check"] for i in data["issues"]] == ["quotes", "declared_counts"]
    assert data["issues"][1]["label"] == "策略"
    assert set(data["issues"][0]["message"]) == {"zh-Hant", "en"}
    text = report.text()
    assert "1 錯誤 violation" in text
    assert names.ID + "e2" in text
    assert "declares 3, found 1" in text


def test_a_long_report_shows_the_first_of_each_kind():
    issues = tuple(Issue("quotes", "violation", f"{names.ID}{n}", "錯", "wrong") for n in range(9))
    text = CheckReport(issues).text(first=2)
    assert "× 9" in text
    assert "7 more" in text
    assert text.count(names.ID) == 2


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30))
def test_a_tree_has_no_cycle_and_a_closed_tree_has_one(shuffle):
    parents = {str(n): [str(k % n)] for n, k in enumerate(shuffle, 1)}
    assert on_cycles(parents) == set()
    last = str(len(shuffle))
    up, path = last, {last, "0"}
    while up != "0":
        up = parents[up][0]
        path.add(up)
    assert on_cycles({**parents, "0": [last]}) == path
