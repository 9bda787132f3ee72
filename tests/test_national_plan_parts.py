"""The parts of the national plan's extractor: layout, responsibility table, statistical tables, front page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extract.plan_front import read_front
from extract.plan_layout import Line, join, layout, paragraphs, read_lines
from extract.plan_responsibility import Table
from extract.plan_tables import grids
from extract.plan_tree import Node, TreeReader, action_label
from kg.text.clean import raw

BODIES = {"經濟部", "教育部", "交通部", "國科會", "衛福部", "農業部"}
HEAD = "目標\t子目標\t策略\t措施\t參與部會"
TREE = """目標一：甲甲甲甲
一、乙乙乙乙
(一) 策略一、補助漁港更新設備
1. 更新製冰設備
2. 更新卸魚碼頭
(二) 策略二、推廣健康水產飲食
1. 辦理校園午餐示範
(三) 策略三、培育海洋科研人才
1. 擴大學生出海實習
"""


def lines_of(text: str) -> list[Line]:
    return read_lines(text)[0]


def strategies() -> list[Node]:
    (goal,) = TreeReader(lines_of(TREE)).goals
    return [n for n in goal.walk() if n.kind == "strategy"]


def claims(*rows: str) -> dict[int, dict[str, bool]]:
    """Index of the strategy -> body -> does it lead?"""
    table = Table([lines_of("\n".join(rows))], lambda name: name in BODIES)
    found = table.claims(strategies(), ["甲甲甲甲", "乙乙乙乙"], lambda name: name)
    return {i: {c.body: c.leads for c in cs} for (i, measure), cs in found.items() if measure is None}


def test_slipped_cells_keep_their_order() -> None:
    # the second list stands a row too high, the third in the wrong column
    assert claims(
        HEAD,
        "一、甲甲甲甲\t1. 乙乙乙乙\t1. 補助漁港更新設備\t(1) 更新製冰設備 (2) 更新卸魚碼頭\t"
        "農業部／經濟部 衛福部／教育部",
        "\t\t2. 推廣健康水產飲食\t(1) 辦理校園午餐示範\t",
        "\t教育部／國科會\t3. 培育海洋科研人才\t(1) 擴大學生出海實習\t\t",
    ) == {0: {"農業部": True, "經濟部": False}, 1: {"衛福部": True, "教育部": False},
          2: {"教育部": True, "國科會": False}}


def test_a_lost_cell_is_left_out() -> None:
    assert claims(
        HEAD,
        "\t\t1. 補助漁港更新設備\t(1) 更新製冰設備\t農業部",
        "\t\t2. 推廣健康水產飲食\t(1) 辦理校園午餐示範\t",
        "\t\t3. 培育海洋科研人才\t(1) 擴大學生出海實習\t教育部／國科會",
    ) == {0: {"農業部": True}, 2: {"教育部": True, "國科會": False}}


def test_repeated_pages_vote() -> None:
    page = "\t\t2. 推廣健康水產飲食\t(1) 辦理校園午餐示範\t{}"
    whole, short = page.format("衛福部／教育部、農業部"), page.format("衛福部／教育部")
    assert claims(HEAD, whole, HEAD, short, HEAD, whole) == {1: {"衛福部": True, "教育部": False, "農業部": False}}


def test_a_misread_body_is_the_one_the_table_often_names() -> None:
    assert claims(HEAD, "\t\t1. 補助漁港更新設備\t(2) 更新卸魚碼頭\t農業部／經清部",
                  "\t\t3. 培育海洋科研人才\t(1) 擴大學生出海實習\t經濟部／國科 會") == {
        0: {"農業部": True, "經濟部": False}, 2: {"經濟部": True, "國科會": False}}


def test_titles_split_by_a_page_break_and_misread() -> None:
    assert claims(HEAD, "\t\t3. 培育海洋科\t(1) 擴大學生出海實習\t教育部／國科會",
                  HEAD, "\t\t研人才\t(1) 擴大學生岀海實習\t教育部／國科會") == {2: {"教育部": True, "國科會": False}}


def test_columns_of_leading_and_joining_bodies() -> None:
    assert claims("目標\t策略\t措施\t主辦機關\t協辦機關",
                  "\t1. 補助漁港更新設備\t(1) 更新製冰設備\t農業部、交通部\t經濟部",
                  "\t\t(2) 更新卸魚碼頭\t農業部\t國科會") == {
        0: {"農業部": True, "交通部": True, "經濟部": False, "國科會": False}}


def test_text_after_the_table_is_no_row() -> None:
    table = Table([lines_of(f"{HEAD}\n\t\t1. 補助漁港更新設備\t(1) 更新製冰設備\t農業部\n\n說明文字在此。\n教育部\n")],
                  lambda name: name in BODIES)
    assert len(table.rows) == 2


def test_nested_parts_and_inner_lists() -> None:
    (goal,) = TreeReader(lines_of(
        "目標一：甲甲甲甲\n一、乙乙乙乙\n(一) 策略一、丙丙丙丙\n1. 建立制度\n- (1) 訂定要點：\n1. 收件。\n2. 審查。\n"
        "- (2) 公告周知。\n2. 檢討成效\n",
    )).goals
    measures = [n for n in goal.walk() if n.kind == "measure"]
    assert [m.title for m in measures] == ["建立制度", "檢討成效"]
    assert [n.title.rstrip("。：") for n in measures[0].walk()] == ["建立制度", "訂定要點", "收件", "審查", "公告周知"]


def test_strategies_without_sub_goals_and_measures_in_brackets() -> None:
    text = "目標一、甲甲甲甲\n策略一：丙丙丙丙\n(1) 建立制度\n(2) 檢討成效\n策略二：丁丁丁丁\n(1) 培訓人員\n"
    (goal,) = TreeReader(lines_of(text)).goals
    assert [(n.kind, n.title) for n in goal.walk()] == [
        ("goal", "甲甲甲甲"), ("strategy", "丙丙丙丙"), ("measure", "建立制度"), ("measure", "檢討成效"),
        ("strategy", "丁丁丁丁"), ("measure", "培訓人員")]


def test_a_title_broken_without_comma_is_known_from_the_table() -> None:
    text = ("目標一：甲甲甲甲\n一、乙乙乙乙\n(一) 策略一、丙丙丙丙\n1. 建立海上風場運維人員之訓練與認\n\n"
            "證制度並與國際接軌，擴大產業參與\n\n說明。\n")
    title = "建立海上風場運維人員之訓練與認證制度並與國際接軌，擴大產業參與"
    (goal,) = TreeReader(lines_of(text), [title]).goals
    assert [n.title for n in goal.walk() if n.kind == "measure"] == [title]


def test_action_labels() -> None:
    assert action_label("存量標準：訂定穀物存量。") == "存量標準"
    assert action_label("補助農會汰換設備，降低損耗。並加裝集塵設備。") == "補助農會汰換設備，降低損耗"
    assert action_label("擴大蒐集作物：") == "擴大蒐集作物"


def test_chapters_and_a_table_of_contents_without_leaders() -> None:
    text = "計畫\n壹、前言 1\n貳、策略 5\n\n壹、前言\n" + "內容。\n" * 20 + "貳、策略\n結束。\n"
    found = layout(text)
    assert [c.title for c in found.chapters] == ["", "前言", "策略"]
    assert len(found.chapters[1].lines) == 20


def test_a_table_goes_on_behind_a_repeated_head() -> None:
    head = "年份\t甲\t\n\t金額\t占比\n"
    (grid,) = grids(lines_of(f"表 1 經費\n單位：億元\n{head}2020\t1\t5%\n\n\n{head}2021\t2\t6%\n"))
    assert grid.head == ("年份", "甲 金額", "甲 占比")
    assert [r[0].text for r in grid.rows] == ["2020", "2021"]


def test_front_page_with_a_title_over_two_lines() -> None:
    front = read_front(lines_of("第三期國家海洋研究\n發展方案\n（110－113年）\n"))
    assert front.title is not None and front.title.text == "第三期國家海洋研究發展方案"
    assert front.period is not None and (front.period.start, front.period.end) == (2021, 2024)
    assert front.issued is None and front.approved is None


@given(st.text(alphabet="甲乙。，\n\t 1(.)一、A<p>", max_size=80))
def test_offsets_point_at_what_is_read(text: str) -> None:
    for paragraph in paragraphs(lines_of(text)):
        for char, offset in zip(paragraph.text, paragraph.offsets, strict=True):
            assert text[offset] == char or char == " "


@given(st.lists(st.text(alphabet="甲乙A ", max_size=6), max_size=5))
def test_join_keeps_order(parts: list[str]) -> None:
    pieces, at = [], 0
    whole = "\n".join(parts)
    for part in parts:
        pieces.append(raw(whole, at, at + len(part)))
        at += len(part) + 1
    joined = join(pieces)
    assert list(joined.offsets) == sorted(joined.offsets)
    assert joined.text.replace(" ", "") == "".join(whole.split())


@given(st.text(alphabet="目標一：策略、(二)1. \n\t部會經濟／*-I", max_size=200))
def test_any_text_is_read_without_errors(text: str) -> None:
    lines = lines_of(text)
    table = Table([lines], lambda name: name == "經濟部")
    goals = TreeReader(lines, table.titles).goals
    table.claims([n for g in goals for n in g.walk() if n.kind == "strategy"], [], lambda name: name)
