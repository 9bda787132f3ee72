"""White papers with the ministries' answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import objects, of, read

from extract import federations, white_paper
from extract.adoption import read_block, starts_block
from extract.body_list import bodies_in
from kg.model import Extraction
from kg.resolve import default_resolver
from kg.text.clean import raw

TABLE = """海洋產業總會「2031白皮書」部會辦理情形
壹、港口
\t議題
\t建議事項
\t主管單位
辦理情形暨未來處理方向
\t議題參採

\t一、改善漁港
\t(一) 擴建避風港(含浮動
碼頭)，強化防災
近年風災頻繁，避風港不足。
1、 增設浮動碼頭：先由三處試辦。
(1) 南部優先。
2、 補助漁民。
\t
\t農業部、交通部
1、 目前進度及未來規劃
(1) 本部已規劃三處。
2、 涉及法規：漁港法第3條、
第5條
\t已參採（南部）
☐部分參採
☐研議中
不參採(東部
暫緩)

\t
\t
\t
\t國家發展委員會(經濟處)
1.目前進度及未來規劃：配合辦理
2.涉及法規：無
\t☐已參採
☐部分參採
☐研議中
☐不參採

\t
\t(二) 放寬漁船保險
建議放寬。
\t
\t財政部
1、 目前進度及未來規劃
另案研議。
2、 涉及法規：同上
\t☐已參採
☑部分參採
☐研議中
☐不參採
"""


@pytest.fixture(scope="module")
def table() -> Extraction:
    return read(white_paper, TABLE)


def test_items(table: Extraction) -> None:
    whole = [e for e in of(table,
        "pol:Recommendation") if dict(e.attributes)["pol:number"].startswith("(")]  # type: ignore[union-attr]
    assert [e.label for e in whole] == ["擴建避風港(含浮動碼頭)，強化防災", "放寬漁船保險"]
    parts = [e for e in of(table, "pol:Recommendation") if e not in whole]
    assert [e.label for e in parts] == ["增設浮動碼頭", "補助漁民"]
    assert "南部優先" in str(dict(parts[0].attributes)["dcterms:description"])


def test_title_broken_over_lines_has_evidence_to_its_end(table: Extraction) -> None:
    evidence = of(table, "pol:Recommendation")[0].evidence[0]
    assert TABLE[evidence.start:evidence.end] == "擴建避風港(含浮動\n碼頭)，強化防災"


def test_responses(table: Extraction) -> None:
    joint, unit, alone = of(table, "pol:Response")
    assert objects(table, joint.iri, "pol:respondent") == ["交通部", "農業部"]
    assert objects(table, unit.iri, "pol:respondent") == ["國家發展委員會"]
    assert "經濟處" in str(dict(unit.attributes)["dcterms:description"])
    assert dict(unit.attributes)["pol:text"] == "配合辦理"
    assert objects(table, alone.iri, "pol:respondent") == ["財政部"]


def test_adoption(table: Extraction) -> None:
    joint, unit, alone = of(table, "pol:Response")
    assert objects(table, joint.iri, "pol:adoptionStatus") == ["不參採", "已參採"]
    assert {v for k, v in joint.attributes if k == "pol:statusScope"} == {"已參採：南部", "不參採：東部暫緩"}
    assert objects(table, unit.iri, "pol:adoptionStatus") == ["未標示"]
    assert objects(table, alone.iri, "pol:adoptionStatus") == ["部分參採"]


def test_laws(table: Extraction) -> None:
    joint, unit, alone = of(table, "pol:Response")
    assert objects(table, joint.iri, "pol:cites") == ["第3條", "第5條"]
    assert objects(table, unit.iri, "pol:cites") == []
    # 同上 means the laws of the answer before, which had none
    assert objects(table, alone.iri, "pol:cites") == []


def test_every_line_is_read(table: Extraction) -> None:
    assert table.unread_lines == ()
    evidence = [e for x in table.entities for e in x.evidence] + [e for r in table.relations for e in r.evidence]
    assert all(TABLE[e.start:e.end].strip() for e in evidence)


def test_answer_without_boxes_ends_at_the_next_row() -> None:
    lines = TABLE.split("\n")
    first, second = lines[:lines.index("\t(二) 放寬漁船保險")], lines[lines.index("\t(二) 放寬漁船保險"):]
    without = [x for x in first if not any(word in x for word in ("參採", "研議中", "暫緩"))]
    found = read(white_paper, "\n".join([*without, "", *second]))
    assert [objects(found, r.iri, "pol:respondent") for r in of(found, "pol:Response")][-1] == ["財政部"]
    assert len([r for r in of(found, "pol:Recommendation") if r.label == "放寬漁船保險"]) == 1


def test_page_break_inside_an_answer() -> None:
    page = "1、 目前進度及未來規劃\n另案\n- 12 -\n\t議題\n\t建議事項\n研議。"
    found = read(white_paper, TABLE.replace("1、 目前進度及未來規劃\n另案研議。", page))
    assert dict(of(found, "pol:Response")[-1].attributes)["pol:text"] == "另案\n研議。"


@given(st.lists(st.integers(0, TABLE.count("\n")), max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_order_of_lines_is_read_without_failing(order: list[int]) -> None:
    lines = TABLE.split("\n")
    text = "\n".join(lines[i] for i in order)
    for thing in read(white_paper, text).entities:
        assert all(text[e.start:e.end].strip() for e in thing.evidence)


@pytest.mark.parametrize(("sentence", "amended"), [
    ("本部將修正「漁港法」第5條。", True),
    ("已擬具漁港法修正草案。", True),
    ("依漁港法第5條規定辦理。", False),
    ("將修正作業規定，並依漁港法辦理。", False),
])
def test_amended_laws(sentence: str, amended: bool) -> None:
    start = sentence.index("漁港法")
    found = white_paper._amending_clause(raw(sentence), start, start + 3)
    assert (found is not None) == amended


@pytest.mark.parametrize(("block", "ticked"), [
    ("\t已參採\n☐部分參採\n☐研議中", ["已參採"]),
    ("☐已參採 ☑部分參採（甲(乙)） ☐研議中", ["部分參採"]),
    ("已參採■ 部分參採□ 研議中□", ["已參採"]),
    ("V已參採\n部分參採", ["已參採"]),
    ("☐已參採\n☐部分參採", []),
    ("已參採\n部分參採\n研議中\n不參採", []),
    ("研議中", ["研議中"]),
    ("已參採（甲）\n研議中（乙）\n☐不參採", ["已參採", "研議中"]),
    ("[x] 已參採 [ ] 不參採", ["已參採"]),
])
def test_boxes(block: str, ticked: list[str]) -> None:
    assert [t.status for t in read_block(raw(block)) if t.ticked] == ticked


def test_running_text_is_no_box() -> None:
    assert not starts_block("已參採2030年建議")
    assert not starts_block("研議中之方案")


@pytest.mark.parametrize(("cell", "names"), [
    ("經濟部、交通部", ["經濟部", "交通部"]),
    ("經濟部／數位發展部", ["經濟部", "數位發展部"]),
    ("經濟部及環境部", ["經濟部", "環境部"]),
    ("國家科學及技術委員會", ["國家科學及技術委員會"]),
    ("經濟部 國家科學及技術委員會\n國家發展委員會", ["經濟部", "國家科學及技術委員會", "國家發展委員會"]),
    ("主辦：內政部\n協辦：勞動部", ["內政部", "勞動部"]),
    ("海洋資料保護委員會籌備處", ["海洋資料保護委員會籌備處"]),
    ("建議成立跨部會", []),
    ("本案由經濟部辦理。", []),
])
def test_cells_of_bodies(cell: str, names: list[str]) -> None:
    assert [c.text for c in bodies_in(raw(cell), default_resolver())] == names


def test_score(sample: Callable[[str], str]) -> None:
    assert white_paper.score(TABLE) > 0.8
    for name in ("national-plan", "business-report", "annual-plan", "policy-industries", "notice"):
        assert white_paper.score(sample(name)) < 0.2


@pytest.fixture
def sample() -> Callable[[str], str]:
    folder = Path(__file__).parents[1] / "samples"
    return lambda name: (folder / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.seeds
def test_real_document(seeds: Path) -> None:
    path = next(p for p in sorted(seeds.glob("*.txt")) if white_paper.score(p.read_text(encoding="utf-8")) > 0.5)
    found = read(white_paper, path.read_bytes().decode("utf-8"))
    responses = of(found, "pol:Response")
    assert len(responses) == 74
    assert all(objects(found, r.iri, "pol:adoptionStatus") != ["未標示"] for r in responses)
    assert found.unread_lines == ()


@pytest.mark.parametrize(("printed", "registered"), [
    ("全國工業總會", "中華民國全國工業總會"), ("工總", "中華民國全國工業總會"),
    ("台北市日本工商會", "臺北市日本工商會"),
    ("電電公會", "臺灣電機電子工業同業公會"), ("里山產業公會", "里山產業公會"),
])
def test_federations_have_their_registered_names(printed: str, registered: str) -> None:
    assert federations.registered_name(printed) == registered


def test_the_proposer_bears_the_registered_name() -> None:
    shard = read(white_paper, "全國商業總會「2031白皮書」部會辦理情形\n壹、總論\n")
    (proposer,) = (e for e in shard.entities if e.cls == "pol:GovernmentBody")
    assert (proposer.label, list(proposer.alt_labels)) == ("中華民國全國商業總會", ["全國商業總會"])


def test_a_chapter_of_a_chambers_paper_answers_nothing() -> None:
    records = read(white_paper, """海島商會2012年白皮書各部會回應彙整
經建會 101年9月28日

化學委員會
議題一：簡化登錄程序
建議：採用分級登錄。
主管機關：經濟部
辦理情形：本部已訂定分級標準。
涉及法規：商品檢驗法第7條
參採情形：部分參採

保險委員會
議題二：放寬國外投資
建議：提高上限。
主管機關：金融監督管理委員會
辦理情形：本會將審慎研議。
涉及法規：保險法第146條之4
參採情形：研議中
""")
    [document] = of(records, "pol:PolicyDocument")
    assert document.label == "海島商會2012年白皮書各部會回應彙整"
    answers = [r.label for r in of(records, "pol:Response")]
    assert answers == ["經濟部：簡化登錄程序", "金融監督管理委員會：放寬國外投資"]
