"""kg.link: gates, figures, proposals, reasons and triples on small graphs written for the tests."""

from dataclasses import replace

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import ids, names
from kg.check import check
from kg.decisions import Judgement, decide, end
from kg.link import candidates, propose
from kg.link.candidates import MOST, Index
from kg.link.features import FEATURES, SURROUNDINGS, compare
from kg.link.graph import link, link_lines
from kg.link.model import load
from kg.link.prepared import prepare
from kg.link.propose import Comparison
from kg.link.sources import Side, Sources, read
from kg.link.text import clauses, normal, pieces, terms
from kg.link.topics import topics
from kg.link.weights import weigh

PLAN = """
<e> a pol:Evidence ; pol:inDocument <doc> ; pol:start 0 ; pol:end 1 ; pol:quote "甲" ; pol:extractor "x" .
<doc> a pol:PolicyDocument ; pol:fileName "a.txt" ; pol:sha256 "%s" ; pol:genre "generic" ;
    dcterms:title "甲"@zh-Hant .
<plan> a pol:Plan ; skos:prefLabel "甲計畫"@zh-Hant ; pol:startYear 2025 ; pol:endYear 2028 ;
    pol:evidence <e> .
<s1> a pol:Strategy, pol:PlanElement ; skos:prefLabel "發展海洋能源"@zh-Hant ; dcterms:isPartOf <plan> ;
    pol:evidence <e> .
<m1> a pol:Measure, pol:PlanElement ; skos:prefLabel "開發潮汐發電關鍵技術"@zh-Hant ;
    dcterms:isPartOf <s1> ; pol:leadBy <moa> ;
    pol:mentions <tide> ; pol:evidence <e> ; pol:order 1 ;
    dcterms:description "建置潮汐發電機組測試場。推動產業合作。"@zh-Hant .
<a1> a pol:Action, pol:PlanElement ; skos:prefLabel "訓練潮汐發電維修人員"@zh-Hant ;
    dcterms:isPartOf <m1> ; pol:evidence <e> .
<m2> a pol:Measure, pol:PlanElement ; skos:prefLabel "推廣閱讀風氣"@zh-Hant ; dcterms:isPartOf <s1> ;
    pol:leadBy <mob> ;
    pol:evidence <e> ; pol:order 2 .
<m3> a pol:Measure, pol:PlanElement ; skos:prefLabel "輔導社區編織工坊"@zh-Hant ; dcterms:isPartOf <s1> ;
    pol:leadBy <moa> ;
    pol:evidence <e> ; pol:order 3 .
<moa> a pol:Ministry, pol:GovernmentBody ; skos:prefLabel "甲部"@zh-Hant .
<mob> a pol:Ministry, pol:GovernmentBody ; skos:prefLabel "乙部"@zh-Hant .
<bureau> a pol:Agency, pol:GovernmentBody ; skos:prefLabel "甲部能源局"@zh-Hant ;
    org:subOrganizationOf <moa> .
<tide> a pol:Industry ; skos:prefLabel "潮汐發電"@zh-Hant .
<wp> a pol:WorkPlan ; skos:prefLabel "海洋能源開發"@zh-Hant ; pol:agency <bureau> .
<l1> a pol:BudgetLine ; skos:prefLabel "潮汐發電技術開發計畫"@zh-Hant ; pol:workPlan <wp> ;
    pol:agency <bureau> ;
    pol:fiscalYear 2026 ; pol:category <c> ; pol:mentions <tide> ; pol:evidence <e> .
<i1> a pol:Measure, pol:PlanElement ; skos:prefLabel "建置潮汐發電機組測試場及維修訓練"@zh-Hant ;
    dcterms:isPartOf <l1> ;
    pol:evidence <e> .
<l2> a pol:BudgetLine ; skos:prefLabel "辦公廳舍修繕"@zh-Hant ; pol:workPlan <wp> ; pol:agency <bureau> ;
    pol:fiscalYear 2026 ; pol:category <c> ; pol:evidence <e> .
<l3> a pol:BudgetLine ; skos:prefLabel "潮汐發電技術開發計畫"@zh-Hant ; pol:workPlan <wp> ;
    pol:agency <bureau> ;
    pol:fiscalYear 2031 ; pol:category <c> ; pol:evidence <e> .
<c> a skos:Concept .
<r1> a pol:Recommendation ; skos:prefLabel "建議開發潮汐發電關鍵技術並建置測試場"@zh-Hant ;
    dcterms:isPartOf <doc> ; pol:evidence <e> .
<x1> a pol:Response ; pol:responseTo <r1> ; pol:respondent <moa> ; pol:adoptionStatus <c> ; pol:evidence <e> .
""" % ("0a" * 32)


def store_of(turtle: str = PLAN) -> ox.Store:
    store = ox.Store()
    prefixes = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in names.PREFIXES.items())
    store.load(input=prefixes + turtle, format=ox.RdfFormat.TURTLE, base_iri=names.ID)
    return store


def iri(local: str) -> str:
    return names.ID + local


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read(store_of())


@pytest.fixture(scope="module")
def linked():
    return link(store_of(), {})


def side(label: str, *texts: str, **more: object) -> Side:
    return Side(iri(label), label, texts=texts, **more)  # type: ignore[arg-type]


# -- reading


def test_measures_of_a_plan_are_read_and_content_items_of_a_line_are_not(sources):
    assert [m.iri for m in sources.measures] == [iri("m1"), iri("m2"), iri("m3")]
    m = sources.measures[0]
    assert m.texts == ("建置潮汐發電機組測試場。推動產業合作。", "訓練潮汐發電維修人員")
    assert m.context == ("發展海洋能源", "甲計畫")
    assert m.years == (2025, 2028)
    assert m.entities == {iri("tide")}


def test_a_line_has_its_items_work_plan_and_superior_bodies(sources):
    line = sources.lines[0]
    assert line.texts == ("建置潮汐發電機組測試場及維修訓練",)
    assert line.context == ("海洋能源開發", "甲部能源局")
    assert line.bodies == {iri("bureau")} and line.within == {iri("bureau"), iri("moa")}
    assert line.years == (2026, 2026)


# -- text


def test_terms_are_grams_of_chinese_runs_and_latin_words():
    assert terms("推動 AI 產業") == ["推動", "ai", "產業"]
    assert terms("再生水") == ["再生", "生水", "再生水"]
    assert normal("台灣 ５Ｇ\n方案") == "臺灣5g\n方案"


@given(st.text(max_size=80))
def test_clauses_are_pieces_of_the_text(text):
    assert all(c in text and len(c) >= 4 for c in clauses(text))


def test_topics_join_what_is_said_in_other_words():
    found = topics()
    assert set(found.count("協助業者減碳")) & set(found.count("推動低碳製程"))
    # a Latin word counts only as a whole
    assert "人工智慧" in found.count("導入AI工具") and "人工智慧" not in found.count("MAIL與PAID")


# -- gates


@pytest.mark.parametrize("measure, line, allowed", [
    (({"m"}, {"m"}, (2025, 2028)), ({"m"}, {"m"}, (2026, 2026)), True),
    (({"m"}, {"m"}, (2025, 2028)), ({"m"}, {"m"}, (2029, 2029)), False),
    (({"m"}, {"m"}, None), ({"m"}, {"m"}, (2029, 2029)), True),
    (({"m"}, {"m"}, None), ({"o"}, {"o"}, None), False),
    # a ministry's measure and its agency's line, and the other way round
    (({"m"}, {"m"}, None), ({"a"}, {"a", "m"}, None), True),
    (({"a"}, {"a", "m"}, None), ({"m"}, {"m"}, None), True),
    # two agencies of one ministry
    (({"a"}, {"a", "m"}, None), ({"b"}, {"b", "m"}, None), False),
    # nothing known is not held against it
    ((set(), set(), None), ({"m"}, {"m"}, None), True),
])
def test_ministry_and_year_gate(measure, line, allowed):
    a, b = (Side("x", "甲", bodies=frozenset(s[0]), within=frozenset(s[1]), years=s[2]) for s in (measure, line))
    weights = weigh(Sources((a,), (b,), (), (), {}))
    index = Index([b], weights)
    assert index.candidates(prepare(a, weights)) == ([0] if allowed else [])


def test_the_index_keeps_the_likely_line_among_many():
    lines = tuple(side(f"第{n}號道路{chr(0x4e00 + 7 * n)}修繕") for n in range(4 * MOST))
    wanted = side("潮汐發電測試場", "建置潮汐發電機組")
    measure = side("開發潮汐發電技術")
    everything = Sources((measure,), (*lines, wanted), (), (), {})
    compared = Comparison(everything).compare(measure)
    assert len(compared.lines) <= MOST
    assert wanted in [line.side for line in compared.lines]


def test_what_is_compared_in_full_is_bounded_and_the_likely_lines_are_among_it():
    """However many lines there are: the best ones of a full comparison are those of the bounded one."""
    words = [f"{a}{b}" for a in "漁港道路橋梁公園山林" for b in "修繕興建養護監測稽查"]
    lines = tuple(side(f"{a}{b}計畫", f"{a}{c}及{b}事項") for a, b, c in zip(words, words[7:], words[13:], strict=False)
                  for _ in range(12))
    measures = tuple(side(f"{a}{b}", f"{b}{c}") for a, b, c in zip(words, words[7:20], words[13:], strict=False))
    everything = Comparison(Sources(measures, lines, (), (), {}))
    _, bounded, most, least = propose.PROPOSALS["pol:fundedBy"]
    assert bounded < len(lines) / 5
    for measure in measures:
        assert len(everything.compare(measure).lines) <= bounded
        whole = everything.compare(measure, most=len(lines))
        assert len(whole.lines) == len(lines)
        best = propose._links("pol:fundedBy", whole, load(), most, least)[:1]
        found = propose._links("pol:fundedBy", everything.compare(measure), load(), most, least)[:1]
        assert [x.score for x in found] == [x.score for x in best]


def test_a_glance_looks_at_the_rarest_terms_where_there_are_too_many_lines(monkeypatch):
    lines = [side(f"推動第{chr(0x4e00 + 7 * n)}號道路修繕") for n in range(4 * MOST)]
    wanted = side("潮汐發電測試場推動道路修繕")
    measure = side("開發潮汐發電技術推動道路修繕")
    monkeypatch.setattr(candidates, "ENTRIES", 20)
    compared = Comparison(Sources((measure,), (*lines, wanted), (), (), {})).compare(measure)
    assert wanted in [line.side for line in compared.lines]


def test_prepared_sides_are_dropped_and_made_again(monkeypatch):
    everything = read(store_of())
    links = link(store_of(), {})
    monkeypatch.setattr(propose, "HELD", 1)
    comparison = Comparison(everything)
    assert len(list(comparison.measures())) > 1 == len(comparison._prepared)
    assert link(store_of(), {}) == links


# -- figures


def figures(measure: Side, line: Side, *others: Side) -> dict[str, float]:
    weights = weigh(Sources((measure,), (line, *others), (), (), {}))
    ((found,), _) = compare(prepare(measure, weights), [prepare(line, weights, as_line=True)], weights)
    return dict(zip(FEATURES, found, strict=True))


def test_nothing_in_common_is_nothing():
    assert set(figures(side("推廣閱讀"), side("修繕漁港")).values()) == {0.0}


def test_boilerplate_weighs_less_than_a_rare_word():
    others = [side(f"推動{x}計畫") for x in ("漁港", "山林", "道路", "橋梁", "公園")]
    common = figures(side("推動潮汐計畫"), side("推動編織計畫"), *others)
    rare = figures(side("推動潮汐計畫"), side("潮汐監控"), *others)
    assert rare["text"] > common["text"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_figures_are_finite_and_not_negative(a, b):
    found = figures(side(a, b), side(b, a))
    assert all(0 <= v < 10 for v in found.values())
    assert 0 <= found["text"] <= 1 + 1e-9


def about(measure, *lines):
    """The figures of a measure beside those of its pairs, by name."""
    others_there = tuple(side(label) for label in ("整治野溪", "獎勵造林", "查緝私菸", "興建碼頭", "汰換公車"))
    weights = weigh(Sources((measure,), (*lines, *others_there), (), (), {}))
    one, others = prepare(measure, weights), [prepare(line, weights, as_line=True) for line in lines]
    _, found = compare(one, others, weights)
    return dict(zip(SURROUNDINGS, found, strict=True))


def test_a_title_whose_words_stand_in_no_line_is_new():
    measure = side("延請海外名師")
    new = about(measure, side("修繕漁港"))["known_words"]
    assert new == about(measure)["known_words"] < -3
    assert about(measure, side("延請海外名師"))["known_words"] == pytest.approx(0, abs=0.05)


def test_who_leads_a_measure_counts():
    line = replace(side("修繕漁港"), within=frozenset({"甲部", "甲部乙署"}))
    led, joined, unknown = (
        about(replace(side("修繕漁港"), leading=frozenset(bodies)), line)["lead"] for bodies in ({"甲部"}, {"丙部"}, ())
    )
    assert (led, joined, unknown) == (1.0, 0.0, 0.5)


def test_what_no_line_deals_with_is_not_covered():
    measure = side("氫能與博物館")
    assert about(measure)["covered"] == 0
    assert about(measure, side("氫能"))["covered"] < about(measure, side("氫能與博物館"))["covered"]


def test_a_text_without_list_is_one_piece():
    assert pieces("修繕漁港。興建碼頭") == ["修繕漁港。興建碼頭"]
    assert pieces("計有：(1) 修繕漁港 (2) 興建碼頭") == ["修繕漁港", "興建碼頭"]


def test_items_of_a_list_are_compared_one_by_one():
    measure = side("推動事項", "修繕漁港碼頭浮動棧橋")
    listed = side("雜項業務", "（一）修繕漁港碼頭浮動棧橋（二）" + "辦理縣市圖書巡迴車採購及維護保險" * 3)
    run_together = side("雜項業務", "修繕漁港碼頭浮動棧橋" + "辦理縣市圖書巡迴車採購及維護保險" * 3)
    assert figures(measure, listed)["piece_text"] > figures(measure, run_together)["piece_text"]


# -- proposals


def test_the_right_line_comes_first_and_other_years_never(linked):
    found = [j.link.object.iri for j in linked.links if j.link.subject.iri == iri("m1")]
    assert found[0] == iri("l1")
    assert iri("l3") not in found


def test_a_measure_of_another_ministry_has_no_line(linked):
    assert not [j for j in linked.links if j.link.subject.iri == iri("m2")]


def test_a_measure_without_a_line_is_left_without(linked):
    assert not [j for j in linked.links if j.link.subject.iri == iri("m3") and j.confidence >= 0.5]


def test_a_reason_names_ministry_entity_words_and_quotes(linked):
    reason = linked.links[[j.link.object.iri for j in linked.links].index(iri("l1"))].reason
    for part in ("甲部", "2025–2028／2026", "共同提及：潮汐發電", "前者「訓練潮汐發電維修人員」",
                 "後者「建置潮汐發電機組測試場及維修訓練」"):
        assert part in reason


def test_a_recommendation_is_linked_to_the_measure_that_answers_it(linked):
    answers = [j for j in linked.links if j.link.kind == "pol:answeredBy"]
    assert [(j.link.subject.iri, j.link.object.iri) for j in answers][:1] == [(iri("r1"), iri("m1"))]


def test_links_are_the_same_whatever_the_order_of_the_graph(linked):
    turned = ox.Store()
    turned.extend(sorted(store_of(), key=str, reverse=True))
    assert link(turned, {}) == linked


# -- triples


def asks(store: ox.Store, pattern: str) -> bool:
    return bool(store.query(f"{names.sparql_prefixes()} ASK {{ {pattern} }}"))


def status_of(store: ox.Store, key: str) -> str:
    query = f'SELECT ?s WHERE {{ ?l dcterms:identifier "{key}" ; pol:reviewStatus ?s }}'
    (row,) = store.query(names.sparql_prefixes() + query)
    return row["s"].value.rsplit("/", 1)[-1]


def with_links(decisions) -> ox.Store:
    store = store_of()
    lines = b"".join(link_lines(store, decisions))
    store.extend(ox.parse(lines, format=ox.RdfFormat.N_TRIPLES))
    return store


def first(linked):
    return next(j for j in linked.links if j.link.object.iri == iri("l1"))


@pytest.mark.parametrize("verdict, status, paid", [
    ("accept", "accepted", True), ("reject", "rejected", False), ("unsure", "unsure", False),
])
def test_people_outrank_the_program(linked, verdict, status, paid):
    x = first(linked).link
    made = decide({}, x.kind, end(x.subject), end(x.object), Judgement(verdict, "王小明", "2026-01-05", "查過預算書"))
    store = with_links(made)
    assert status_of(store, first(linked).key) == status
    assert asks(store, f"<{iri('m1')}> pol:fundedBy <{iri('l1')}>") is paid
    reasons = [q.object.value for q in store.quads_for_pattern(None, ox.NamedNode(names.POL + "reason"), None)]
    assert any("王小明" in r and "查過預算書" in r for r in reasons)


def test_nothing_is_paid_without_a_person():
    store = with_links({})
    assert not asks(store, "?m pol:fundedBy ?l")
    assert not asks(store, "?r pol:answeredBy ?m")


def test_a_link_that_the_program_would_not_propose_can_be_accepted(linked, sources):
    library = next(m for m in sources.measures if m.iri == iri("m2"))
    made = decide({}, "pol:fundedBy", end(library), end(sources.lines[1]), Judgement("accept", "王小明", "2026-01-05"))
    store = with_links(made)
    assert asks(store, f"<{iri('m2')}> pol:fundedBy <{iri('l2')}>")


def test_a_decision_on_what_is_no_longer_there_is_kept_and_named(linked):
    gone = Side("x", "已刪除的措施")
    there = first(linked).link.object
    made = decide({}, "pol:fundedBy", end(gone), end(there), Judgement("accept", "王小明", "2026-01-05"))
    assert link(store_of(), made).orphans == tuple(made.values())


def test_the_triples_fit_the_shapes(linked):
    x = first(linked).link
    store = with_links(decide({}, x.kind, end(x.subject), end(x.object), Judgement("accept", "王小明", "2026-01-05")))
    links = {q.subject.value for q in store.quads_for_pattern(None, ox.NamedNode(names.POL + "score"), None)}
    folders = {ids.iri("pol:BudgetLink", ""), ids.iri("pol:AnswerLink", "")}
    assert {i.rsplit("/", 1)[0] + "/" for i in links} == folders
    assert [i for i in check(store).issues if i.node in links] == []
