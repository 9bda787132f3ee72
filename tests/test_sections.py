"""The section tree: markers in sequence, headings, wrapped lines, page furniture."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from extract.furniture import furniture, page_marks
from extract.sections import Layout, colon, heading, layout, outline, titled, width
from kg.text.clean import Clean, lines

Node = tuple[str, str | None, list["Node"]]


def _lines(text: str) -> list[Clean]:
    return [line for line in lines(text) if line.text.strip()]


def tree(text: str) -> list[tuple[int, str, str | None]]:
    """(level, marker, heading) of the units of a text."""
    found = _lines(text)
    form = layout(found)
    result = []
    for unit in outline(found, form):
        head = heading(unit, form)
        result.append((unit.level, unit.marker.text if unit.marker else "", head.text if head else None))
    return result


def test_levels_and_headings() -> None:
    text = "\n".join([
        "壹、漁業", "一、近海漁業", "（一）漁港整建：完成三處碼頭。", "1、碼頭加固已完工，並開放使用。",
        "(1) 東岸先行。",
        "（二）漁船汰換", "二、養殖", "貳、林業", "一、造林",
    ])
    assert tree(text) == [
        (1, "壹、", "漁業"), (2, "一、", "近海漁業"), (3, "（一）", "漁港整建"), (4, "1、", None), (5, "(1)", None),
        (3, "（二）", "漁船汰換"), (2, "二、", "養殖"), (1, "貳、", "林業"), (2, "一、", "造林"),
    ]


WRAPPED = """壹、漁業
一、近海漁業資源養護
（一）增殖放流：本年度於北部海域投放魚苗一百
二十萬尾，並與各縣市漁會合作辦理巡護，全年完成
3.5 萬公頃之清查，其餘海域於明年接續辦理，補助
1、2 級漁港之整建，由縣市政府提出申請，經本署審
查後核定。修正重點包括(1)名稱，(2)範圍，
(3)期限，均已公告周知，並辦理說明會二十場次，蒐
集各界意見後納入修正。
（二）國際漁業組織會議參與及遠洋漁船監控系統汰
換
1、派員出席三次年會。
参、林業
"""


def test_numbers_inside_sentences_open_nothing() -> None:
    assert tree(WRAPPED) == [
        (1, "壹、", "漁業"), (2, "一、", "近海漁業資源養護"), (3, "（一）", "增殖放流"),
        (3, "（二）", "國際漁業組織會議參與及遠洋漁船監控系統汰換"), (4, "1、", None), (1, "参、", "林業"),
    ]


def test_a_list_below_a_heading_as_wide_as_the_line() -> None:
    body = "說明文字一直寫到行末為止，中間沒有任何換段之處，直到最後才以句號作\n結。\n"
    wide = "推動沿近海漁業資源永續利用與漁村振興暨漁民生計照顧整合方案第二期"
    text = f"一、甲\n（一）{body}（二）{body}二、{wide}\n（一）{body}（二）{body}三、乙\n（一）{body}"
    assert [t[:2] for t in tree(text)] == [
        (1, "一、"), (2, "（一）"), (2, "（二）"), (1, "二、"), (2, "（一）"), (2, "（二）"), (1, "三、"),
        (2, "（一）"),
    ]
    assert tree(text)[3][2] == wide


def test_bare_marker_and_missing_number() -> None:
    text = "一、甲\n（一）\n1、乙乙。\n（三）丙\n二、丁\n四、戊\n九、己"
    assert [t[:2] for t in tree(text)] == [
        (1, "一、"), (2, "（一）"), (3, "1、"), (2, "（三）"), (1, "二、"), (1, "四、"),
    ]


def test_decimals_follow_their_parents() -> None:
    text = "1. 對象\n1.1 車站。\n1.2 機場。\n2. 原則\n2.1 數量：\n2.1.1 二臺以上。\n2.2 位置。\n7.5 億元為上限。"
    assert [t[:2] for t in tree(text)] == [
        (1, "1."), (2, "1.1"), (2, "1.2"), (1, "2."), (2, "2.1"), (3, "2.1.1"), (2, "2.2"),
    ]


def test_text_without_numbering_is_one_unit() -> None:
    assert tree("關於某事之說明\n本案已辦理完竣。") == [(1, "", "關於某事之說明")]
    assert outline([]) == ()


def test_what_announces_a_list_is_no_heading() -> None:
    assert tree("一、本署將採行措施如下：\n（一）甲。")[0][2] is None
    assert tree("一、園區管理機制，成果摘要如下：\n（一）甲。")[0][2] == "園區管理機制"
    assert tree("一、查詢系統(https://example.org/)\n二、比例為3:1者優先。")[0][2] == "查詢系統(https://example.org/)"


def test_colon_and_titled() -> None:
    assert colon("比例3:1") is None
    assert colon("「甲：乙」丙：丁") == 6
    assert titled("推動漁村再生") and not titled("已經完成。") and not titled("因此，")
    assert width("5G 網路") == 3.0


_NAMES = st.text("港林田水土風光電車船", min_size=2, max_size=12)
_MARKS = (
    lambda n: "壹貳參肆伍陸"[n] + "、", lambda n: "一二三四五六"[n] + "、", lambda n: f"（{'一二三四五六'[n]}）",
    lambda n: f"{n + 1}、", lambda n: f"({n + 1})",
)


@st.composite
def _numbered(draw: st.DrawFn, level: int = 0) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = []
    for n in range(draw(st.integers(1, 4))):
        found.append((level + 1, _MARKS[level](n), draw(_NAMES)))
        if level + 1 < len(_MARKS) and draw(st.booleans()):
            found += draw(_numbered(level + 1))
    return found


@settings(max_examples=60, deadline=None)
@given(_numbered())
def test_any_regular_numbering_is_read_back(units: list[tuple[int, str, str]]) -> None:
    text = "\n".join(mark + name for _, mark, name in units)
    assert tree(text) == [(level, mark, name) for level, mark, name in units]


@settings(max_examples=60, deadline=None)
@given(st.text("一二1（）().、：壹章第 港林。\n", max_size=120))
def test_every_line_stands_in_exactly_one_unit(text: str) -> None:
    found = _lines(text)
    units = outline(found, Layout(0, False))
    assert sum(len(u.lines) for u in units) == len(found)
    assert all(u.parent < i for i, u in enumerate(units))


def test_running_heads_page_numbers_and_contents() -> None:
    text = "目錄\n壹、漁業.....3\n壹、漁業\n甲乙丙丁。\n漁業\n12\n戊己。\n- 13 -\n第 14 頁\n庚 112\n112\n年"
    dropped = [lines(text)[i].text for i in sorted(furniture(lines(text)))]
    assert dropped == ["壹、漁業.....3", "漁業", "12", "- 13 -", "第 14 頁"]


def test_page_marks_count_upwards() -> None:
    text = "9-1某部113年度施政計畫\n甲\n9-2（一）乙\n9-9丙\n5-10年\n9-3丁"
    assert page_marks(lines(text)) == {0: 3, 2: 3, 5: 3}
    assert page_marks(lines("甲\n3-1乙")) == {}
