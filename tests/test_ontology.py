"""The ontology, its concept schemes and its shapes as files."""

import re
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

from kg import ids, names

ROOT = Path(__file__).resolve().parent.parent
ONTOLOGY = rdflib.Graph().parse(ROOT / "ontology" / "policy.ttl")
CONCEPTS = rdflib.Graph().parse(ROOT / "ontology" / "authority" / "concepts.ttl")
SHAPES = rdflib.Graph().parse(ROOT / "ontology" / "shapes.ttl")
#: schemes whose concepts are keyed by their English notation
BY_NOTATION = ("genre", "review-status")
NODE_SHAPES = {str(c): s for s, c in SHAPES.subject_objects(SH.targetClass) if SHAPES.value(s, SH.closed)}


def node(name: str) -> rdflib.URIRef:
    return rdflib.URIRef(names.expand(name))


def chinese(graph: rdflib.Graph, subject: rdflib.term.Node) -> str:
    return next(str(o) for o in graph.objects(subject, SKOS.prefLabel) if o.language.lower() == "zh-hant")


@pytest.mark.parametrize("path", sorted(ROOT.glob("ontology/**/*.ttl")), ids=lambda p: p.name)
def test_both_libraries_read_a_file_alike(path):
    store = pyoxigraph.Store()
    store.load(path=path, format=pyoxigraph.RdfFormat.TURTLE)
    assert len(store) == len(rdflib.Graph().parse(path)) > 0


# -- policy.ttl


def test_the_ontology_says_what_it_is():
    ontology = rdflib.URIRef(names.BASE + "ontology")
    assert (ontology, RDF.type, OWL.Ontology) in ONTOLOGY
    assert str(ONTOLOGY.value(ontology, OWL.versionInfo)) == "1.0.0"
    assert ONTOLOGY.value(ontology, OWL.versionIRI) is not None


@pytest.mark.parametrize("graph", [ONTOLOGY, CONCEPTS], ids=["policy", "concepts"])
def test_there_are_no_blank_nodes(graph):
    assert not [t for t in graph if any(isinstance(x, rdflib.BNode) for x in t)]


def test_the_ontology_declares_what_it_refers_to():
    declared = set(ONTOLOGY.subjects(RDF.type))
    for predicate in (RDFS.subClassOf, RDFS.subPropertyOf, OWL.disjointWith, RDFS.domain):
        for term in ONTOLOGY.objects(None, predicate):
            assert term in declared or str(term).startswith(str(RDF)), term
    for predicate in set(ONTOLOGY.predicates()):
        assert predicate in declared or str(predicate).startswith((str(RDF), str(RDFS), str(OWL))), predicate


@pytest.mark.parametrize("cls, above", [
    ("pol:PolicyDocument", "prov:Entity"), ("pol:PolicyDocument", "dcat:Resource"), ("pol:Section", "prov:Entity"),
    ("pol:Plan", "prov:Plan"), ("pol:Goal", "pol:PlanElement"), ("pol:Strategy", "pol:PlanElement"),
    ("pol:Measure", "pol:PlanElement"), ("pol:Action", "pol:PlanElement"), ("pol:Program", "pol:PlanElement"),
    ("pol:GovernmentBody", "org:FormalOrganization"), ("pol:Ministry", "pol:GovernmentBody"),
    ("pol:Agency", "pol:GovernmentBody"), ("pol:Regulation", "eli:LegalResource"),
    ("pol:Provision", "eli:LegalResourceSubdivision"), ("pol:Industry", "skos:Concept"),
    ("pol:IndustryScope", "prov:Entity"), ("pol:Recommendation", "prov:Entity"), ("pol:Response", "prov:Entity"),
    ("pol:Target", "qb:Observation"), ("pol:BudgetAmount", "qb:Observation"), ("pol:BudgetLink", "rdf:Statement"),
    ("pol:AnswerLink", "rdf:Statement"),
    ("pol:Assertion", "rdf:Statement"), ("pol:Assertion", "prov:Entity"), ("pol:Evidence", "prov:Entity"),
    ("pol:ExtractionRun", "prov:Activity"),
])
def test_a_class_is_a_subclass_of_the_standard_term(cls, above):
    assert (node(cls), RDFS.subClassOf, node(above)) in ONTOLOGY


@pytest.mark.parametrize("name", ["pol:leadBy", "pol:partneredBy"])
def test_leading_and_joining_are_being_responsible(name):
    assert (node(name), RDFS.subPropertyOf, node("pol:responsibleBody")) in ONTOLOGY


def test_labels_tell_terms_apart():
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty):
        labels = [o for s in ONTOLOGY.subjects(RDF.type, kind) for o in ONTOLOGY.objects(s, RDFS.label)]
        assert len(labels) == len(set(labels))


# -- authority/concepts.ttl


def test_every_scheme_is_there():
    found = {str(s).removeprefix(names.ID) for s in CONCEPTS.subjects(RDF.type, SKOS.ConceptScheme)}
    assert found == set(names.CONCEPT_SCHEMES)


@pytest.mark.parametrize("scheme", names.CONCEPT_SCHEMES)
def test_a_concept_has_the_iri_of_its_key(scheme):
    members = list(CONCEPTS.subjects(SKOS.inScheme, rdflib.URIRef(names.ID + scheme)))
    assert members
    for concept in members:
        key = str(CONCEPTS.value(concept, SKOS.notation)) if scheme in BY_NOTATION else chinese(CONCEPTS, concept)
        assert str(concept) == ids.concept(scheme, key)


@pytest.mark.parametrize("kind", [SKOS.Concept, SKOS.ConceptScheme])
def test_concepts_are_labelled_in_both_languages(kind):
    for concept in CONCEPTS.subjects(RDF.type, kind):
        languages = sorted(o.language.lower() for o in CONCEPTS.objects(concept, SKOS.prefLabel))
        assert languages == ["en", "zh-hant"], concept


@pytest.mark.parametrize("scheme, labels", [
    ("adoption-status", {"已參採", "部分參採", "研議中", "不參採", "未標示"}),
    ("budget-category", {"科技發展", "公共建設", "社會發展", "其他", "未標示"}),
    ("target-kind", {"目標", "實績", "預測"}),
    ("budget-phase", {"概算", "預算", "預算案", "法定預算", "決算", "推估"}),
    ("review-status", {"候選", "接受", "駁回", "未定"}),
])
def test_a_scheme_has_its_concepts(scheme, labels):
    members = CONCEPTS.subjects(SKOS.inScheme, rdflib.URIRef(names.ID + scheme))
    assert {chinese(CONCEPTS, c) for c in members} == labels


def test_a_spelling_of_a_unit_means_one_unit():
    units = set(CONCEPTS.subjects(SKOS.inScheme, rdflib.URIRef(names.ID + "unit")))
    spellings = [str(o) for u in units for o in CONCEPTS.objects(u, SKOS.altLabel)]
    spellings += [chinese(CONCEPTS, u) for u in units]
    assert len(spellings) == len(set(spellings))
    for unit in units:
        assert set(CONCEPTS.objects(unit, SKOS.broader)) <= units


# -- shapes.ttl


def test_shapes_cover_every_class():
    assert set(NODE_SHAPES) == {names.expand(c) for c in names.CLASSES}


def test_every_property_shape_is_defined_and_speaks_both_languages():
    for part in set(SHAPES.objects(None, SH.property)):
        assert SHAPES.value(part, SH.path) is not None, part
        languages = sorted(o.language.lower() for o in SHAPES.objects(part, SH.message))
        assert languages == ["en", "zh-hant"], part
    used = set(SHAPES.objects(None, SH.property)) | {
        x for o in SHAPES.objects(None, SH["or"]) for x in SHAPES.items(o)}
    assert set(SHAPES.subjects(RDF.type, SH.PropertyShape)) <= used


def test_every_shape_uses_known_properties():
    known = {*names.OBJECT_PROPERTIES, *names.DATA_PROPERTIES, *names.BORROWED}
    assert {names.compact(str(p)) for p in SHAPES.objects(None, SH.path)} <= known


def test_concepts_in_shapes_exist():
    listed = {x for o in SHAPES.objects(None, SH["in"]) for x in SHAPES.items(o) if str(x).startswith(names.ID)}
    assert listed
    assert all((x, RDF.type, SKOS.Concept) in CONCEPTS for x in listed)


@pytest.mark.parametrize("cls", names.CLASSES)
def test_the_table_of_shapes_agrees_with_the_shapes(cls):
    table = (ROOT / "docs" / "shapes.md").read_text(encoding="utf-8")
    row = next(line for line in table.splitlines() if line.startswith("|") and f"`{cls}`" in line.split("|")[1])
    required, expected, allowed = (set(re.findall(r"`(\S+?)`", cell)) for cell in row.split("|")[2:5])
    said: dict[str, set[str]] = {"required": set(), "expected": set(), "allowed": set()}
    for part in SHAPES.objects(NODE_SHAPES[names.expand(cls)], SH.property):
        path = names.compact(str(SHAPES.value(part, SH.path)))
        warns = SHAPES.value(part, SH.severity) == SH.Warning
        if SHAPES.value(part, SH.minCount) is None:
            said["allowed"].add(path)
        else:
            said["expected" if warns else "required"].add(path)
    assert said["required"] <= required
    assert said["expected"] == expected
    # what stands in the table as one of several is merely allowed by the property shapes
    assert said["allowed"] - said["required"] - said["expected"] == allowed | (required - said["required"])
