"""kg.names against the ontology, the authority files and the queries."""

import re
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from kg import names

ROOT = Path(__file__).resolve().parent.parent
ONTOLOGY = rdflib.Graph().parse(ROOT / "ontology" / "policy.ttl")
CLASSES = {n for n in (*names.CLASSES, *names.ABSTRACT_CLASSES) if n.startswith("pol:")}
TERMS = sorted(CLASSES | {*names.OBJECT_PROPERTIES, *names.DATA_PROPERTIES, *names.ANNOTATION_PROPERTIES})


def node(name: str) -> rdflib.URIRef:
    return rdflib.URIRef(names.expand(name))


def test_every_term_of_the_ontology_is_named():
    defined = {names.compact(str(s)) for s in ONTOLOGY.subjects() if str(s).startswith(names.POL)}
    assert defined == set(TERMS)


@pytest.mark.parametrize("term", [*TERMS, "org:ChangeEvent"])
def test_a_term_has_labels_and_definitions_in_both_languages(term):
    for predicate in (RDFS.label, SKOS.definition):
        languages = sorted(o.language.lower() for o in ONTOLOGY.objects(node(term), predicate))
        assert languages == ["en", "zh-hant"], predicate
    assert all(str(o).strip() for o in ONTOLOGY.objects(node(term), RDFS.label))


@pytest.mark.parametrize("kind, terms", [
    (OWL.Class, CLASSES),
    (OWL.ObjectProperty, names.OBJECT_PROPERTIES),
    (OWL.DatatypeProperty, names.DATA_PROPERTIES),
    (OWL.AnnotationProperty, names.ANNOTATION_PROPERTIES),
])
def test_a_term_is_of_its_kind(kind, terms):
    defined = {names.compact(str(s)) for s in ONTOLOGY.subjects(RDF.type, kind) if str(s).startswith(names.POL)}
    assert defined == set(terms)


@pytest.mark.parametrize("name, datatype", names.DATA_PROPERTIES.items())
def test_an_attribute_has_its_datatype(name, datatype):
    assert ONTOLOGY.value(node(name), RDFS.range) == node(datatype)


@pytest.mark.parametrize("name", names.OBJECT_PROPERTIES)
def test_a_relation_can_be_read_backwards(name):
    languages = sorted(o.language.lower() for o in ONTOLOGY.objects(node(name), node("pol:inverseLabel")))
    assert languages == ["en", "zh-hant"]


@pytest.mark.parametrize("path", sorted([*ROOT.glob("ontology/**/*.ttl"), *ROOT.glob("queries/*.rq")]),
                         ids=lambda p: p.name)
def test_files_use_known_terms_only(path):
    # strings and comments may speak of pol: terms that are none
    text = re.sub(r'"[^"\n]*"|(?:^|\s)#.*', " ", path.read_text(encoding="utf-8"))
    used = set(re.findall(r"(?<![\w<])pol:[A-Za-z]\w*", text))
    assert used <= set(TERMS), f"{path.name}: {sorted(used - set(TERMS))}"


def test_names_go_to_iris_and_back():
    for name in (*TERMS, *names.BORROWED):
        assert names.compact(names.expand(name)) == name
    with pytest.raises(KeyError):
        names.expand("unknown:term")
