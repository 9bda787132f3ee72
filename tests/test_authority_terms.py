"""The authority files of industries, regulations and programs, and their loader."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDF, SKOS

from kg import ids
from kg.authority_terms import FOLDER, Industry, Program, Regulation, Terms, name_key, narrower_or_same, terms
from kg.model import Period
from kg.names import ID, POL

FILES = {"industries.ttl": "pol:Industry", "regulations.ttl": "pol:Regulation", "programs.ttl": "pol:Program"}
POLICY = "https://w3id.org/policy-kg/id/industry-scheme/policy"


def _is_chinese(node: rdflib.term.Node) -> bool:
    return isinstance(node, rdflib.Literal) and (node.language or "").lower() == "zh-hant"


@pytest.fixture(scope="module")
def authority() -> Terms:
    return terms()


@pytest.mark.parametrize("file", FILES)
def test_turtle_is_valid_and_every_iri_is_made_from_its_name(file: str) -> None:
    graph = rdflib.Graph().parse(FOLDER / file, format="turtle")
    subjects = set(graph.subjects(RDF.type, rdflib.URIRef(POL + FILES[file].removeprefix("pol:"))))
    assert subjects
    for subject in subjects:
        labels = [v for v in graph.objects(subject, SKOS.prefLabel)
                  if _is_chinese(v)]
        assert len(labels) == 1, subject
        assert str(subject) == ids.named(FILES[file], str(labels[0]))


@pytest.mark.parametrize("file", FILES)
def test_the_labels_of_a_term_are_disjoint(file: str) -> None:
    graph = rdflib.Graph().parse(FOLDER / file, format="turtle")
    kinds = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
    for subject in set(graph.subjects(RDF.type, rdflib.URIRef(POL + FILES[file].removeprefix("pol:")))):
        names = [name_key(str(v)) for kind in kinds for v in graph.objects(subject, kind)
                 if kind is not SKOS.prefLabel or _is_chinese(v)]
        assert len(names) == len(set(names)), (subject, names)


def test_broader_targets_exist_and_have_no_cycles(authority: Terms) -> None:
    def ancestors(iri: str, path: tuple[str, ...]) -> None:
        assert iri not in path, path
        for broader in authority.industries[iri].broader:
            ancestors(broader, (*path, iri))

    for iri in authority.industries:
        ancestors(iri, ())


def test_every_industry_stands_in_the_main_scheme(authority: Terms) -> None:
    graph = rdflib.Graph().parse(FOLDER / "industries.ttl", format="turtle")
    schemes = {str(s) for s in graph.subjects(RDF.type, SKOS.ConceptScheme)}
    for industry in authority.industries.values():
        assert POLICY in industry.schemes, industry.label
        assert set(industry.schemes) <= schemes


def test_the_lists_of_the_policy_are_whole(authority: Terms) -> None:
    def members(scheme: str) -> set[str]:
        iri = POLICY.removesuffix("policy") + scheme
        return {i.label for i in authority.industries.values() if iri in i.schemes}

    assert members("five-trusted") == {"半導體", "人工智慧", "軍工", "安控", "次世代通訊"}
    assert len(members("six-core")) == len(members("six-emerging")) == 6
    assert len(members("five-plus-two")) == 7


def test_all_sections_of_the_standard_classification_are_there() -> None:
    graph = rdflib.Graph().parse(FOLDER / "industries.ttl", format="turtle")
    codes = [str(v) for v in graph.objects(None, SKOS.notation)]
    assert len(codes) == len(set(codes))
    assert set("ABCDEFGHIJKLMNOPQRS") <= set(codes)
    assert {f"{n:02}" for n in range(8, 35)} <= set(codes)


@pytest.mark.parametrize(("name", "label"), [
    ("AI", "人工智慧"), ("ai", "人工智慧"), ("半導體產業", "半導體"), ("ESCO產業", "能源技術服務業"),
    ("智慧機器人", "機器人"), ("離岸風力", "離岸風電"), ("太陽能光電", "太陽光電"), ("氫氣", "氫能"),
])
def test_industry_names(authority: Terms, name: str, label: str) -> None:
    industry = authority.industry(name)
    assert industry is not None and industry.label == label


def test_words_that_seldom_mean_an_industry_are_hidden(authority: Terms) -> None:
    for word in ("運動", "電力", "銀行", "教育", "資料", "平臺", "水"):
        industry = authority.industry(word)
        assert industry is not None
        assert word in industry.hidden_labels and word != industry.label


@pytest.mark.parametrize(("name", "label"), [
    ("產創條例", "產業創新條例"), ("勞基法", "勞動基準法"), ("AI基本法", "人工智慧基本法"),
    ("CBAM", "碳邊境調整機制"), ("ISO/IEC 27001", "ISO 27001"), ("GDPR", "一般資料保護規則"),
])
def test_regulation_names(authority: Terms, name: str, label: str) -> None:
    regulation = authority.regulation(name)
    assert regulation is not None and regulation.label == label


def test_a_former_law_points_to_its_successor(authority: Terms) -> None:
    former = authority.regulation("溫室氣體減量及管理法")
    assert former is not None
    assert former.replaced_by == ids.named("pol:Regulation", "氣候變遷因應法")
    for regulation in authority.regulations.values():
        assert regulation.replaced_by is None or regulation.replaced_by in authority.regulations
        assert regulation.agency is None or regulation.agency.startswith(ID + "body/")


@pytest.mark.parametrize(("name", "label"), [
    ("產創平台", "產業升級創新平台輔導計畫"), ("SBIR", "小型企業創新研發計畫"), ("台灣雲市集", "臺灣雲市集"),
    ("長照2.0", "長期照顧十年計畫2.0"), ("晶創臺灣方案", "晶片驅動臺灣產業創新方案"),
])
def test_program_names(authority: Terms, name: str, label: str) -> None:
    program = authority.program(name)
    assert program is not None and program.label == label


def test_periods(authority: Terms) -> None:
    program = authority.program("台灣AI行動計畫2.0")
    assert program is not None and program.period == Period(2023, 2026)
    for record in authority.programs.values():
        if record.period and record.period.start and record.period.end:
            assert record.period.start <= record.period.end, record.label


def test_unknown_names(authority: Terms) -> None:
    assert authority.industry("不存在業") is None
    assert authority.regulation("不存在法") is None
    assert authority.program("不存在計畫") is None


def test_narrower(authority: Terms) -> None:
    def iri(name: str) -> str:
        return ids.named("pol:Industry", name)

    assert narrower_or_same(iri("離岸風電"), iri("再生能源"), authority.industries)
    assert narrower_or_same(iri("半導體"), iri("半導體"), authority.industries)
    assert not narrower_or_same(iri("再生能源"), iri("離岸風電"), authority.industries)


def _folder(tmp_path: Path, regulations: str) -> Path:
    head = (f"@prefix pol: <{POL}> .\n@prefix skos: <{SKOS}> .\n"
            f"@prefix regulation: <{ID}regulation/> .\n")
    for file in FILES:
        (tmp_path / file).write_text(head + (regulations if file == "regulations.ttl" else ""), encoding="utf-8")
    return tmp_path


def test_a_name_of_two_terms_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path, 'regulation:甲法 a pol:Regulation ; skos:prefLabel "甲法"@zh-Hant .\n'
                     'regulation:乙法 a pol:Regulation ; skos:prefLabel "乙法"@zh-Hant ;\n'
                     '    skos:altLabel "甲法"@zh-Hant .')
    with pytest.raises(ValueError, match="names both"):
        terms(folder)


def test_a_term_without_a_chinese_name_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path, 'regulation:甲法 a pol:Regulation ; skos:prefLabel "Act A"@en .')
    with pytest.raises(ValueError, match="no skos:prefLabel"):
        terms(folder)


def test_records_are_typed(authority: Terms) -> None:
    assert all(isinstance(r, Industry) for r in authority.industries.values())
    assert all(isinstance(r, Regulation) for r in authority.regulations.values())
    assert all(isinstance(r, Program) for r in authority.programs.values())
    assert len(authority.industries) > 400 and len(authority.regulations) > 800 and len(authority.programs) > 250
