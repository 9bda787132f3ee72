"""The samples: the files are there, hold the traps they are meant to hold, and their gold points right."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[1] / "samples"
GOLD = SAMPLES / "gold"
DOCUMENTS = ("national-plan.txt", "white-paper.txt", "business-report.txt", "annual-plan.txt",
             "policy-industries.txt", "notice.txt")


def lines_of(name: str) -> list[str]:
    return (SAMPLES / name).read_text(encoding="utf-8").split("\n")


def bare(text: str) -> str:
    """Without white space: how a name is compared with the printed page."""
    return re.sub(r"\s", "", text)


def at(lines: list[str], first: int, last: int | None = None) -> str:
    """The characters of lines ``first`` to ``last`` (1-based, both included)."""
    return bare("".join(lines[first - 1:last or first]))


def gold(name: str) -> Any:
    return json.loads((GOLD / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_utf8_text_with_unix_lines(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    text = data.decode("utf-8")
    assert "\r" not in text
    assert not text.startswith("\ufeff")
    assert len(text) > 500


#: what the real documents do to a reader, and where a sample does the same
TRAPS = (
    ("national-plan.txt", "dot leaders in the contents", r"^壹、前言\.{5}\t1$"),
    ("national-plan.txt", "two header rows", r"^年份\t農產\t\t畜產\t\t.*\n\t金額\t占比\t"),
    ("national-plan.txt", "footnote figure after an agency", r"^農業部 ¹\t8,412,300"),
    ("national-plan.txt", "cell without an amount", r"^數位發展部\t-\t-\t58,620$"),
    ("national-plan.txt", "table continued with its header", r"\n\n\n\n主管機關\t2020 年度 法定預算數"),
    ("national-plan.txt", "bold heading over two lines", r"^\*\*（二）策略二、.*，\n.*\*\*$"),
    ("national-plan.txt", "full-width brackets in a heading", r"^（一）策略一、"),
    ("national-plan.txt", "indented list dash", r"^ - \(2\)"),
    ("national-plan.txt", "list dash without indent", r"^- \(1\)"),
    ("national-plan.txt", "Roman numbering", r"^ - II\. "),
    ("national-plan.txt", "text behind a measure's heading", r"^2\. 導入基因體選種技術.*：結合"),
    ("national-plan.txt", "page break inside a sentence", r"從產地、運銷、加工\n\n\n\n到餐桌"),
    ("national-plan.txt", "line break inside a sentence", r"播種機與聯合\n\n收穫機"),
    ("national-plan.txt", "paragraph printed twice", r"^(會同金融監督管理委員會.+)\n\n\1$"),
    ("national-plan.txt", "cells merged by blanks", r"\t農業部／經濟部、國科會 農業部／國科會、中研院$"),
    ("national-plan.txt", "tagged cells", r"^<p>一、.*</p>\t<p>3\. 強化氣候"),
    ("national-plan.txt", "continuation row without its left cells", r"^\t\t\t\(2\) 開發病蟲害"),
    ("national-plan.txt", "measure in the first column", r"^\(3\) 推動畜牧場沼渣沼液還田利用\t+$"),
    ("national-plan.txt", "misread character in a measure", r"學劃進口穀物"),
    ("national-plan.txt", "misread character in a strategy", r"均銜國民飲食"),
    ("national-plan.txt", "goal with its characters in disorder", r"強化生糧食產韌性，建構智農慧漁體系"),
    ("national-plan.txt", "former ministry", r"／教育部、農委會、原民會"),
    ("white-paper.txt", "bookmark that leaked into a heading", r"^\t\[bookmark: _Hlk\d+\]二、"),
    ("white-paper.txt", "two boxes ticked, with notes", r"^\t已參採（租賃品項擴大）\n部分參採\(核定天數縮短\)\n☐"),
    ("white-paper.txt", "unit behind the respondent", r"^\t國家發展委員會\(產業處\)$"),
    ("white-paper.txt", "two respondents in one cell", r"^\t衛生福利部、數位發展部$"),
    ("white-paper.txt", "provision in Chinese figures", r"公寓大廈管理條例第十二條之三第二項"),
    ("white-paper.txt", "law named with 及", r"設立許可及管理辦法"),
    ("white-paper.txt", "law named with 與", r"涉及法規：[^\n]*與[^\n]*(辦法|準則|要點|條例)"),
    ("white-paper.txt", "laws over several lines", r"涉及法規：[^\n]+、\n[^☐\n]+、\n[^☐\n]+\n\t"),
    ("white-paper.txt", "no laws", r"涉及法規：無$"),
    ("business-report.txt", "spaced title", r"^ 交 通 部 業 務 報 告 $"),
    ("business-report.txt", "running head and page number", r"\n\n\n\n軌道運輸 \n\n 7 \n\n"),
    ("business-report.txt", "other form of the numeral", r"^参、"),
    ("business-report.txt", "heading without a title", r"^（一） $"),
    ("business-report.txt", "text behind a heading", r"^（二） 前瞻軌道建設推動情形：截至"),
    ("business-report.txt", "hard-wrapped lines with blank lines between", r"監\n\n理」"),
    ("annual-plan.txt", "page mark at the line's start", r"^12-2（二）"),
    ("annual-plan.txt", "column heads run together", r"^12-4工作計畫名稱重要計畫項目計畫\n類別實施內容$"),
    ("annual-plan.txt", "cells run together", r"^農業科技研發智慧農業與數\n位轉型科技\n發展一、"),
    ("annual-plan.txt", "item named as its work plan", r"^農業管理農業管理社會\n發展"),
    ("annual-plan.txt", "period broken over lines", r"^第二期（ 114-\n119年）公共\n建設"),
    ("annual-plan.txt", "category of one line", r"^整建其他改善"),
    ("policy-industries.txt", "nested table that leaked", r"<table class=\"plan\"> <tr> <td>布建自主觀測網</td>"),
    ("policy-industries.txt", "row that begins with the ministry", r"^經濟部\t<p>【離岸風電運維】"),
    ("policy-industries.txt", "program repeated on the next page", r"^1\t海洋產業躍升方案 \(113-117年\)\t國家科學"),
    ("policy-industries.txt", "columns shifted by one", r"^5 國家資源循環戰略 \(111—139年\)\t環境部\t\t"),
    ("policy-industries.txt", "end not fixed", r"\(114年-未定\)"),
    ("policy-industries.txt", "until now", r"\(106年-迄今\)"),
    ("policy-industries.txt", "ministries parted by blanks", r"\t衛生福利部 國家科學及技術委員會 內政部\t"),
    ("notice.txt", "decimal numbering", r"^2\.2\.1 "),
)


@pytest.mark.parametrize(("name", "trap", "pattern"), TRAPS, ids=[f"{n}: {t}" for n, t, _ in TRAPS])
def test_trap_is_there(name: str, trap: str, pattern: str) -> None:
    text = (SAMPLES / name).read_text(encoding="utf-8")
    assert re.search(pattern, text, re.M), trap


def test_gold_of_the_national_plan() -> None:
    plan = gold("nstdp.json")
    lines = lines_of(plan["doc"])
    counts = dict.fromkeys(("goals", "subgoals", "strategies", "measures"), 0)
    bodies: set[str] = set()
    for goal in plan["goals"]:
        counts["goals"] += 1
        assert bare(goal["title"]) in at(lines, goal["line"])
        for subgoal in goal["subgoals"]:
            counts["subgoals"] += 1
            assert bare(subgoal["title"]) in at(lines, subgoal["line"])
            for strategy in subgoal["strategies"]:
                counts["strategies"] += 1
                bodies |= {strategy["lead"], *strategy["participants"]}
                assert bare(strategy["title"]) in at(lines, strategy["line"], strategy.get("end_line"))
                surfaces = [at(lines, n) for n in strategy["table4_lines"]]
                assert any(strategy["ministry_surface"] in s for s in surfaces), strategy["title"]
                for measure in strategy["measures"]:
                    counts["measures"] += 1
                    assert at(lines, measure["line"]).lstrip("-").startswith(f"{measure['no']}.")
                    assert bare(measure["title"]) in at(lines, measure["line"])
                    assert bare(measure["table4_title"]) in at(lines, measure["table4_line"])
    declared = plan["declared_counts"]
    assert counts == {k: declared[k] for k in counts}
    assert len(bodies) == declared["ministries"]
    assert f"{declared['measures']}項" in at(lines, declared["line"])
    for own in plan["ministry_goals"]:
        assert lines[own["line"] - 1] == own["ministry"]
        assert lines[own["text_line"] - 1].startswith(own["text_start"])


def test_budget_of_the_national_plan_adds_up() -> None:
    plan = gold("nstdp.json")
    lines = lines_of(plan["doc"])
    for record in [*plan["budget_by_ministry"], *plan["budget_total"]]:
        assert f"{record['amount_thousand_ntd']:,}" in lines[record["line"] - 1]
    for total in plan["budget_total"]:
        parts = [b["amount_thousand_ntd"] for b in plan["budget_by_ministry"] if b["year"] == total["year"]]
        assert sum(parts) == total["amount_thousand_ntd"]


def test_gold_of_the_white_paper() -> None:
    paper = gold("whitepaper.json")
    lines = lines_of(paper["doc"])
    for item in paper["items"]:
        assert item["title"] in lines[item["line"] - 1] and item["no"] in lines[item["line"] - 1]
        for response in item["responses"]:
            assert response["ministry"] in lines[response["ministry_line"] - 1]
            laws = at(lines, response["law_line"], response["status_lines"][0] - 1)
            assert laws.startswith("2、涉及法規：")
            for law in response["regulations"]:
                assert bare(law["name"]) in laws, law
            first, last = response["status_lines"]
            ticked = [x.strip() for x in lines[first - 1:last] if not x.strip().startswith("☐")]
            assert [re.split(r"[（(]", x)[0] for x in ticked] == response["status"]
            for box, note in zip(ticked, response["status_notes"].values(), strict=True):
                assert (note or "") in box


def test_gold_of_the_annual_plan() -> None:
    plan = gold("annual_plan.json")
    lines = lines_of(plan["doc"])
    for goal in plan["goals"]:
        assert goal["title"] in lines[goal["line"] - 1]
        for strategy in goal["strategies"]:
            assert bare(strategy["no"] + strategy["text"]) in at(lines, strategy["line"], strategy["end_line"])
    assert len(plan["budget_lines"]) >= 18
    for row in plan["budget_lines"]:
        cells = at(lines, row["item_line"], row["content_line"])
        assert bare(row["item"]) + row["category"] in cells, row["item"]
        assert at(lines, row["work_plan_line"], row["work_plan_line"] + 1).startswith(bare(row["work_plan"]))
        for content in row["contents"]:
            start = bare((content["no"] or "") + content["text"])[:15]
            assert start in at(lines, content["line"], content["line"] + 1), content["text"]


def test_gold_of_the_policy_industries() -> None:
    table = gold("policy_industries.json")
    lines = lines_of(table["doc"])
    for program in table["programs"]:
        for row in program["rows"]:
            line = lines[row["line"] - 1]
            printed = [row["label"], *row["ministries"], *row["scope"], *(t["text"] for t in row["targets"]),
                       *(s["title"] for s in row["strategies"]),
                       *(m for s in row["strategies"] for m in s["measures"])]
            for text in printed:
                assert text in line, text
        first = lines[program["rows"][0]["line"] - 1]
        assert program["name"] in first and program["period"]["printed"] in first


def test_gold_of_the_business_report() -> None:
    report = gold("moea_report.json")
    lines = lines_of(report["doc"])

    def walk(section: dict[str, Any]) -> None:
        printed = at(lines, section["line"], section["line"] + 2)
        number = bare(section.get("no_printed", section["no"]))
        assert printed.startswith(number), section
        assert bare(section["title"] or "") in printed, section
        for child in section.get("children", []):
            walk(child)

    for section in report["sections"]:
        walk(section)
    for kind in ("programs", "regulations", "organizations"):
        for thing in report[kind]:
            for n in thing["lines"]:
                printed = at(lines, n, n + 4)
                assert any(bare(s) in printed for s in thing["surfaces"]), thing
    for figure in report["indicators"]:
        near = at(lines, max(1, figure["line"] - 4), figure["line"] + 4)
        assert bare(figure["quote"]) in near, figure


def test_gold_of_the_passages() -> None:
    text = (GOLD / "passages_samples.jsonl").read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.splitlines()]
    assert len({r["id"] for r in records}) == len(records) >= 25
    for record in records:
        for entity in record["entities"]:
            assert entity["type"] in {"MINISTRY", "AGENCY", "PROGRAM", "REGULATION", "INDUSTRY"}
            assert entity["surface"] in record["text"], entity
        for figure in record["indicators"]:
            assert {"what", "value", "unit", "year", "kind"} <= figure.keys()


#: words that the genre itself prints: column heads and status boxes, and the tags of converted tables
_FURNITURE = re.compile(
    r"<[^<>]*>|議題|建議事項|延續|主管單位|辦理情形暨未來處理方向|參採|☐|已參採|部分|研議中|不參採|"
    r"目前進度及未來規劃|涉及法規|目標|子目標|策略|措施|參與部會|分工對應表|序號|政策性產業|部會/機關|產業範疇|認定方式|"
    r"工作計畫名稱|重要計畫項目|計畫類別|實施內容|年度"
)


def test_nothing_is_copied_from_the_real_documents(seeds: Path) -> None:
    """No run of 40 characters (compatibility forms folded, white space and genre furniture dropped) is shared."""
    def folded(text: str) -> str:
        return bare(_FURNITURE.sub("", unicodedata.normalize("NFKC", text)))

    size = 40
    known: set[str] = set()
    for path in sorted(seeds.glob("*.txt")):
        text = folded(path.read_text(encoding="utf-8"))
        known.update(text[i:i + size] for i in range(len(text) - size + 1))
    for path in [*sorted(SAMPLES.glob("*.txt")), *sorted(GOLD.glob("*.json*"))]:
        text = folded(path.read_text(encoding="utf-8"))
        shared = [text[i:i + size] for i in range(len(text) - size + 1) if text[i:i + size] in known]
        assert not shared, f"{path.name}: {shared[0]}"
