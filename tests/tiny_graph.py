"""A tiny graph with everything that the canned queries ask for; its one document is invented."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox

from kg import ids
from kg.catalog import CannedQuery
from kg.catalog_types import options
from kg.model import Evidence, Relation
from kg.names import ID, sparql_prefixes
from kg.rdf import evidence_triples, relation_triples
from kg.store import VersionedStore

ROOT = Path(__file__).parents[1]
KEY = "0123456789abcdef"
TEXT = (
    "測試部一百十五年度施政計畫\n本計畫列措施二項。\n一、發展太空零件（主辦：測試部；協辦：示範部）\n"
    "二、推廣晶片教育（主辦：示範部），依測試基本法辦理\n"
    "建議一：請放寬測試規定。測試部：已參採。示範部：部分參採（僅限試辦）。\n119年達到30件。\n"
)
#: names that are hard in an address, a file or a spreadsheet
ODD_NAMES = (
    "5G/6G 計畫", "100%節能計畫", "C#與C++計畫", "R&D A//B 計畫", "Open RAN 計畫", "甲_乙 計畫", "it's 計畫（一）",
    "為何?計畫", "「引號」計畫", "a%2Fb計畫", "=1+1計畫", "<b>粗體</b>計畫", "𠮷野計畫", "結尾.ttl",
)
TURTLE = """
id:body\\/測試部 a pol:Ministry, pol:GovernmentBody ; skos:prefLabel "測試部"@zh-Hant, "Ministry of Tests"@en ;
  skos:altLabel "測部"@zh-Hant .
id:body\\/示範部 a pol:Ministry, pol:GovernmentBody ; skos:prefLabel "示範部"@zh-Hant, "Ministry of Samples"@en .
id:body\\/範例署 a pol:Agency, pol:GovernmentBody ; skos:prefLabel "範例署"@zh-Hant .
id:body\\/舊測試局 a pol:Agency, pol:GovernmentBody ; skos:prefLabel "舊測試局"@zh-Hant .
id:change-event\\/舊測試局_2024 a org:ChangeEvent ; org:originalOrganization id:body\\/舊測試局 ;
  org:resultingOrganization id:body\\/測試部 ; dcterms:date "2024-01-01"^^xsd:date ;
  dcterms:description "改制。"@zh-Hant .
id:industry\\/太空產業 a pol:Industry ; skos:prefLabel "太空產業"@zh-Hant .
id:industry\\/晶片產業 a pol:Industry ; skos:prefLabel "晶片產業"@zh-Hant .
id:document\\/KEY a pol:PolicyDocument ; dcterms:title "測試部115年度施政計畫"@zh-Hant ; pol:genre "annual-plan" ;
  dcterms:publisher id:body\\/測試部 ; pol:fileName "tiny.txt" .
id:strategy\\/KEY\\/1 a pol:Strategy, pol:PlanElement ; skos:prefLabel "發展新產業"@zh-Hant .
id:measure\\/KEY\\/1 a pol:Measure, pol:PlanElement ; skos:prefLabel "發展太空零件"@zh-Hant ; pol:number "一、" ;
  dcterms:isPartOf id:strategy\\/KEY\\/1 .
id:measure\\/KEY\\/2 a pol:Measure, pol:PlanElement ; skos:prefLabel "推廣晶片教育"@zh-Hant ;
  dcterms:isPartOf id:strategy\\/KEY\\/1 .
id:recommendation\\/KEY\\/1 a pol:Recommendation ; skos:prefLabel "放寬測試規定"@zh-Hant .
id:response\\/KEY\\/1\\/測試部 a pol:Response .
id:response\\/KEY\\/1\\/示範部 a pol:Response ; pol:statusScope "僅限試辦" .
id:regulation\\/測試基本法 a pol:Regulation ; skos:prefLabel "測試基本法"@zh-Hant .
id:provision\\/測試基本法\\/第3條 a pol:Provision ; skos:prefLabel "第3條"@zh-Hant ;
  dcterms:isPartOf id:regulation\\/測試基本法 .
id:work-plan\\/測試部\\/一般測試 a pol:WorkPlan ; skos:prefLabel "一般測試"@zh-Hant .
id:budget-line\\/KEY\\/1 a pol:BudgetLine ; skos:prefLabel "測試場域建置"@zh-Hant ; pol:fiscalYear 2026 ;
  pol:order 1 .
id:budget-line\\/KEY\\/2 a pol:BudgetLine ; skos:prefLabel "測試技術研發"@zh-Hant ; pol:fiscalYear 2026 ;
  pol:order 2 .
id:target\\/KEY\\/1 a pol:Target ; skos:prefLabel "試辦件數"@zh-Hant ; pol:ofYear 2030 ; pol:value 30.0 ;
  pol:unit "件" ; pol:valueText "30件" .
id:target\\/KEY\\/2 a pol:Target ; skos:prefLabel "試辦件數"@zh-Hant ; pol:ofYear 2035 ; pol:value 50.0 ;
  pol:unit "件" ; pol:valueText "50件" .
id:declared-count\\/KEY\\/措施 a pol:DeclaredCount ; skos:prefLabel "措施"@zh-Hant ; pol:value 2.0 ;
  pol:foundCount 2 .
"""
#: subject, predicate, object (below /id/), the words that prove it; none = derived
RELATIONS = (
    ("measure/KEY/1", "pol:leadBy", "body/測試部", "主辦：測試部"),
    ("measure/KEY/1", "pol:partneredBy", "body/示範部", "協辦：示範部"),
    ("measure/KEY/2", "pol:leadBy", "body/示範部", "主辦：示範部"),
    ("measure/KEY/1", "pol:targetsIndustry", "industry/太空產業", "發展太空零件"),
    ("measure/KEY/2", "pol:targetsIndustry", "industry/晶片產業", "推廣晶片教育"),
    ("measure/KEY/2", "pol:cites", "regulation/測試基本法", "依測試基本法"),
    ("response/KEY/1/測試部", "pol:responseTo", "recommendation/KEY/1", "建議一"),
    ("response/KEY/1/測試部", "pol:respondent", "body/測試部", "測試部：已參採"),
    ("response/KEY/1/測試部", "pol:adoptionStatus", "adoption-status/已參採", "已參採"),
    ("response/KEY/1/測試部", "pol:cites", "provision/測試基本法/第3條", "測試規定"),
    ("response/KEY/1/示範部", "pol:responseTo", "recommendation/KEY/1", "建議一"),
    ("response/KEY/1/示範部", "pol:respondent", "body/示範部", "示範部：部分參採"),
    ("response/KEY/1/示範部", "pol:adoptionStatus", "adoption-status/部分參採", "部分參採"),
    ("budget-line/KEY/1", "pol:workPlan", "work-plan/測試部/一般測試", "施政計畫"),
    ("budget-line/KEY/2", "pol:workPlan", "work-plan/測試部/一般測試", "施政計畫"),
    ("budget-line/KEY/1", "pol:category", "budget-category/公共建設", "施政計畫"),
    ("budget-line/KEY/2", "pol:category", "budget-category/科技發展", "施政計畫"),
    ("budget-line/KEY/1", "pol:agency", "body/測試部", "測試部"),
    ("budget-line/KEY/2", "pol:agency", "body/測試部", "測試部"),
    ("target/KEY/1", "pol:kind", "target-kind/目標", "達到30件"),
    ("target/KEY/2", "pol:kind", "target-kind/目標", "達到30件"),
    ("body/測試部", "pol:activeIn", "industry/太空產業", ""),
    ("body/示範部", "pol:activeIn", "industry/太空產業", ""),
    ("body/示範部", "pol:activeIn", "industry/晶片產業", ""),
    ("body/範例署", "pol:activeIn", "industry/太空產業", ""),
)


def place(words: str) -> Evidence:
    """The first place of some words in the text."""
    start = TEXT.index(words)
    return Evidence(start, start + len(words), "tiny-rule")


def triples() -> list[ox.Triple]:
    """The tiny graph with its assertions and evidence, and the ontology."""
    prefixes = sparql_prefixes() + f"PREFIX id: <{ID}>\n"
    found = [q.triple for q in ox.parse((prefixes + TURTLE.replace("KEY", KEY)).encode(), ox.RdfFormat.TURTLE)]
    document = ox.NamedNode(f"{ID}document/{KEY}")
    for s, p, o, words in RELATIONS:
        evidence = (place(words),) if words else ()
        subject, target = (ID + x.replace("KEY", KEY) for x in (s, o))
        found += relation_triples(Relation(subject, p, target, evidence, None if words else "tiny-derivation"), KEY)
        for e in evidence:
            found += evidence_triples(e, KEY, document, TEXT, None)
    proofs = (
        ("declared-count/KEY/措施", "措施二項"), ("measure/KEY/1", "發展太空零件"), ("measure/KEY/2", "推廣晶片教育"),
        ("target/KEY/1", "達到30件"), ("target/KEY/2", "達到30件"),
    )
    for thing, words in proofs:
        e = place(words)
        found += evidence_triples(e, KEY, document, TEXT, None)
        found.append(ox.Triple(
            ox.NamedNode(ID + thing.replace("KEY", KEY)), ox.NamedNode("https://w3id.org/policy-kg/ontology#evidence"),
            ox.NamedNode(ids.iri("pol:Evidence", KEY, f"{e.start}-{e.end}-tiny-rule-100")),
        ))
    for n, name in enumerate(ODD_NAMES):
        iri = ids.named("pol:Program", name)
        end = "" if n % 2 else "; pol:endYear 2028"
        label = ox.Literal(name, language="zh-Hant")
        text = f"<{iri}> a pol:Program, pol:PlanElement ; skos:prefLabel {label} ; pol:startYear 2025 {end} ."
        found += [q.triple for q in ox.parse((prefixes + text).encode(), ox.RdfFormat.TURTLE)]
    for path in (ROOT / "ontology/policy.ttl", ROOT / "ontology/authority/concepts.ttl"):
        found += [q.triple for q in ox.parse(path=str(path))]
    return list(dict.fromkeys(found))


def store() -> ox.Store:
    """The tiny graph in memory."""
    found = ox.Store()
    found.extend(ox.Quad(*t) for t in triples())
    return found


def publish(folder: Path, *, extra: list[ox.Triple] | None = None) -> VersionedStore:
    """The tiny graph as a new version of a store folder."""
    versions = VersionedStore(folder)
    with versions.lock():
        prepared = versions.prepare()
        graph = ox.Store(str(prepared / "graph"))
        everything = triples() + (extra or [])
        graph.extend(ox.Quad(*t) for t in everything)
        graph.flush()
        del graph
        declared = [{"label": "措施", "declared": 2, "found": 2}]
        document = {
            "key": KEY, "file_name": "tiny.txt", "genre": "annual-plan", "characters": len(TEXT), "sections": 1,
            "entities": {"Measure": 2, "Section": 1}, "relations": {"leadBy": 2}, "declared": declared,
        }
        report = {"documents": [document], "triples": len(everything), "built": "2026-01-02T03:04:05+00:00"}
        (prepared / "report.json").write_text(json.dumps(report), encoding="utf-8")
        versions.write(versions.texts, f"{KEY}.txt", TEXT.encode())
        versions.publish(prepared)
    return versions


def values(query: CannedQuery, graph: ox.Store) -> dict[str, list[str]]:
    """A value for each parameter that a query must have: the first on offer, else the 測試部."""
    found = {}
    for parameter in query.parameters.values():
        if parameter.required and parameter.default is None:
            offered = options(parameter, graph)
            found[parameter.name] = [offered[0].value if offered else ID + "body/測試部"]
    return found
