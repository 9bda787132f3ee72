"""Every prefix, class, property and concept scheme of the graph, written once.

The names follow the ontology's fixed core; ``tests/test_names.py`` holds this module
against ``ontology/*.ttl`` and ``queries/*.rq``. Names are used in their prefixed form
(``"pol:leadBy"``) inside the program and expanded only when triples are written.
"""

from __future__ import annotations

BASE = "https://w3id.org/policy-kg/"
POL = BASE + "ontology#"
ID = BASE + "id/"

PREFIXES: dict[str, str] = {
    "pol": POL,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "org": "http://www.w3.org/ns/org#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "nif": "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#",
    "void": "http://rdfs.org/ns/void#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "sh": "http://www.w3.org/ns/shacl#",
    "schema": "https://schema.org/",
}

#: class -> the part of the IRI that stands for it (``.../id/<slug>/<key>``)
CLASSES: dict[str, str] = {
    "pol:PolicyDocument": "document",
    "pol:Section": "section",
    "pol:Plan": "plan",
    "pol:Goal": "goal",
    "pol:Strategy": "strategy",
    "pol:Measure": "measure",
    "pol:Action": "action",
    "pol:GovernmentBody": "body",
    "pol:Ministry": "body",
    "pol:Agency": "body",
    "pol:Regulation": "regulation",
    "pol:Provision": "provision",
    "pol:Program": "program",
    "pol:Industry": "industry",
    "pol:IndustryScope": "scope",
    "pol:Recommendation": "recommendation",
    "pol:Response": "response",
    "pol:Target": "target",
    "pol:WorkPlan": "work-plan",
    "pol:BudgetLine": "budget-line",
    "pol:BudgetAmount": "budget-amount",
    "pol:BudgetLink": "budget-link",
    "pol:AnswerLink": "answer-link",
    "pol:Assertion": "assertion",
    "pol:Evidence": "evidence",
    "pol:ExtractionRun": "run",
    "pol:DeclaredCount": "declared-count",
    "org:ChangeEvent": "change-event",
}

#: classes that only serve as superclasses
ABSTRACT_CLASSES = ("pol:PlanElement",)

#: pol: properties whose values are IRIs
OBJECT_PROPERTIES: tuple[str, ...] = (
    "pol:leadBy", "pol:partneredBy", "pol:responsibleBody", "pol:proposedBy", "pol:agency",
    "pol:cites", "pol:targetsIndustry", "pol:coversIndustry", "pol:activeIn", "pol:mentions",
    "pol:responseTo", "pol:respondent", "pol:adoptionStatus", "pol:kind", "pol:phase",
    "pol:workPlan", "pol:category", "pol:fundedBy", "pol:answeredBy", "pol:reviewStatus", "pol:evidence",
    "pol:inDocument", "pol:inSection", "pol:declaredCount", "pol:derivedBy", "pol:about",
    "pol:document", "pol:amends", "pol:baselineOf", "pol:continues", "pol:sameAccountAs",
)

#: pol: properties whose values are literals, with their datatype ("rdf:langString" = text in a language)
DATA_PROPERTIES: dict[str, str] = {
    "pol:fileName": "xsd:string", "pol:sha256": "xsd:string", "pol:genre": "xsd:string",
    "pol:number": "xsd:string", "pol:order": "xsd:integer", "pol:level": "xsd:integer",
    "pol:startYear": "xsd:integer", "pol:endYear": "xsd:integer", "pol:openEnd": "xsd:boolean",
    "pol:periodText": "xsd:string", "pol:fiscalYear": "xsd:integer", "pol:ofYear": "xsd:integer",
    "pol:statusScope": "xsd:string", "pol:text": "xsd:string",
    "pol:value": "xsd:decimal", "pol:valueMax": "xsd:decimal", "pol:unit": "xsd:string",
    "pol:comparator": "xsd:string", "pol:valueText": "xsd:string", "pol:baseline": "xsd:string",
    "pol:amountTWD": "xsd:decimal", "pol:score": "xsd:decimal", "pol:confidence": "xsd:decimal",
    "pol:reason": "xsd:string", "pol:start": "xsd:integer", "pol:end": "xsd:integer",
    "pol:quote": "xsd:string", "pol:extractor": "xsd:string", "pol:rulesHash": "xsd:string",
    "pol:programVersion": "xsd:string", "pol:foundCount": "xsd:integer",
    "pol:accountCode": "xsd:string", "pol:accountKind": "xsd:string", "pol:budgetKind": "xsd:string",
    "pol:governmentFunction": "xsd:string",
}

#: pol: properties that describe the ontology's own terms
ANNOTATION_PROPERTIES: tuple[str, ...] = ("pol:inverseLabel",)

#: terms of other vocabularies that the program writes
BORROWED: tuple[str, ...] = (
    "rdf:type", "rdf:subject", "rdf:predicate", "rdf:object", "rdf:value",
    "rdfs:label", "rdfs:comment", "rdfs:subClassOf",
    "skos:prefLabel", "skos:altLabel", "skos:hiddenLabel", "skos:broader", "skos:narrower",
    "skos:inScheme", "skos:topConceptOf", "skos:hasTopConcept", "skos:notation", "skos:definition",
    "skos:exactMatch", "skos:closeMatch", "skos:Concept", "skos:ConceptScheme",
    "dcterms:title", "dcterms:publisher", "dcterms:issued", "dcterms:isPartOf",
    "dcterms:description", "dcterms:date", "dcterms:identifier", "dcterms:created", "dcterms:isReplacedBy",
    "org:subOrganizationOf", "org:originalOrganization", "org:resultingOrganization",
    "prov:startedAtTime", "prov:endedAtTime", "prov:wasGeneratedBy",
)

#: concept schemes of ontology/authority/concepts.ttl: scheme slug -> the property whose values it holds
CONCEPT_SCHEMES: dict[str, str] = {
    "adoption-status": "pol:adoptionStatus",
    "budget-category": "pol:category",
    "target-kind": "pol:kind",
    "budget-phase": "pol:phase",
    "review-status": "pol:reviewStatus",
    "unit": "pol:unit",
    "genre": "pol:genre",
}


def expand(name: str) -> str:
    """The full IRI of a prefixed name; an IRI is returned as it is.

    Raises KeyError for an unknown prefix.
    """
    if name.startswith(("http://", "https://", "urn:")):
        return name
    prefix, local = name.split(":", 1)
    return PREFIXES[prefix] + local


def compact(iri: str) -> str:
    """The prefixed form of an IRI where a prefix fits, else the IRI itself."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and "/" not in iri[len(namespace):]:
            return f"{prefix}:{iri[len(namespace):]}"
    return iri


def sparql_prefixes(*only: str) -> str:
    """PREFIX lines for a query (all prefixes, or those named)."""
    return "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in (only or PREFIXES))
