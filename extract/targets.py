"""Targets, results and forecasts: figures that say how much, with year, kind and subject.

A number with a unit is a target unless it is a date, an ordinal, a technical parameter, a
threshold or a count of headings. Its year: see ``extract.figure_years``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extract.candidates import Candidate
from extract.figure_years import CLAUSE_END, FigureYears
from extract.measure_words import other_word
from extract.quantities import Figure, figures
from extract.words import word_set
from kg.model import Quantity

_SUBJECT_START = re.compile(r"[，。；：\n！？■●()（）]|(?<=[」%家件案項場次人名座處臺元])、")
_PARAMETER_BEHIND = re.compile(r"^(?:\(含\))?(?:以上|以下|以內|內|以外|之內)(?:之|的|者|、|至|及|[\u4e00-\u9fff])")
_HEADING_COUNT = re.compile(
    r"^(?:大|主要|重要|關鍵|重點|核心|具體)?(?:面向|構面|主軸|原則|領域|階段|層面|要求|功能|要素|策略|方向|"
    r"目標|議題|指標|規定|要件|支柱|挑戰|類別|層級|等級|因素)"
)
_TECHNICAL = word_set("""
    瓩 公斤 公升 坪 kW KW kWh RT Gbps Mbps TB PB 度
""")
#: 由原1,000MW提升至3,000MW: the first figure is where it comes from
_BASELINE_BEFORE = re.compile(r"(?:由|從|自)原(?:先|來|有)?(?:的|之)?(?:約)?$")
_BASELINE_BEHIND = re.compile(
    r"^(?:大幅|逐步|逐年|再)?(?:提升|增加|提高|成長|增長|擴充|擴增|擴大|下降|縮短|減少|降低|增|升|降|減)(?:至|"
    r"為|到)"
)
#: 提供1萬人以上的就業機會 is a result, 資本額5億元以上之企業 a condition
#: 教育部、勞動部等12個部會 counts what the list names
_LISTED = re.compile(r"(?:部會|機關|單位|縣市|直轄市|國家|司處|部門|公會|工會|協會|法人)")
_RESULT = re.compile(
    r"(?:提供|創造|帶動|促成|達|逾|新增|完成|累計|超過|突破|提升|提高|降低|減少|增加|成長|降至|至|吸引|共|"
    r"協助|輔導)$"
)
#: classes of goods and the like are counted, not told apart, from this number on
_MANY = 100
_MEASURING = re.compile(
    r"(?:提供|創造|帶動|促成|達|約|計|為|逾|近|至|共|設置|建置|新增|完成|累計|容量|超過|突破|高|降|升|減|增|成長|面積|長度|總長|供應|有|合計|減少|增加|年\)|[：(，。\n])$"
)
#: what has the figure in its name: 65瓩氣渦輪機組, 15MW風機
_RATED = re.compile(
    r"^(?:級|等級)?(?:之|的)?[\u4e00-\u9fff]{0,5}(?:機組|風機|風力機|設備|馬達|引擎|充電樁|充電機|燃料電池|"
    r"電解槽|貨櫃|卡車|客機)"
)
_DURATION = re.compile(
    r"(?:為|達|縮短|縮短至|減少|提升至|增加|降至|降為|少於|小於|低於|延長至|平均|至少|僅|約|"
    r"時間|天數|日數)$"
)
_DONE_COUNT = re.compile(r"(?:完成|新增|增加|建置|興建|共計|共|計|設置|打造|推出|開闢)$")
#: 每雇用1名: for each of them
_FOR_EACH = re.compile(r"每[\u4e00-\u9fff]{0,3}$")
_CHILD = re.compile(r"(?:以上)?(?:子女|孩|胎)")
_ORDINAL = re.compile(r"(?:第|前第|第約|±)$")
#: a limit of a grant or a loan is a condition
_LIMIT = re.compile(
    r"(?:(?:補助|貸款|融資|保證|每案[\u4e00-\u9fff]{0,4})上限|最高|最低)(?:補助|額度|貸款|罰鍰|可達|可|為|至|"
    r"約|達)*(?:新臺幣)?$"
)
#: a rate per piece is a condition, no result: 每輛最高5,000元
_PER_PIECE = re.compile(
    r"每(?:[一1]?[輛戶人件名家案班床坪度次瓩臺組位]|公噸|公頃|公斤|平方公尺)(?:最高|最多|上限|補助|補貼|獎勵|"
    r"可|約|給予|核給|發給|以)*(?:新臺幣)?$"
)
_NAME_BEFORE = re.compile(r"(?:[A-Za-z][-/ ]?|[A-Za-z]\d*[.-])$")
_BEFORE = re.compile(
    r"(?P<c>約|逾|超過|突破|將近|近|達到|達|至少|小於|大於|高於|低於|不超過|不低於|不少於|上看|破|少於|多於|"
    r"上限|最高)(?:新臺幣)?$"
)
_AFTER = re.compile(r"^(?P<c>以上|以下|以內|左右|上下)")
_FORECAST = re.compile(r"預估|預測|推估|估計|可望|推計|上看")
_GOAL = re.compile(
    r"目標|預計|預期|預定|規劃|將(?!近)|擬|希望|期望|達成.{0,6}目標|期能|可(?:提高|提升|增加|再|達|帶動|創造|"
    r"新增|減少)|未來|力拚|以.{0,20}為目標|(?:至|到|於)\d{2,4}年.{0,6}前"
)
_DONE = re.compile(r"已|累計|截至|累積|完成(?!率)|共計|實績|計有|達成率|獲得|成功|迄今|至今")
#: in order of weight within one clause
_CUES = {"forecast": _FORECAST, "target": _GOAL, "actual": _DONE}
#: characters in front of a figure within which a cue still speaks of it
_CUE_REACH = 400
_SUBJECT_EDGE = re.compile(
    r"^(?:並已|並|且|已|業已|其中|共計|共|計|合計|累計|預計|預估|預期|約|達到|達|逾|近|及|和|與|另|將|可|也|亦|分別|截至|至|於|在|自|從|以|目標|為|的|之|底|前|年度|年)+"
)
_SUBJECT_TAIL = re.compile(
    r"(?:約|逾|超過|突破|將近|近|達到|達|至少|小於|大於|為|共計|共|計|合計|累計|已|至|提升|增加|成長|以|之|的|"
    r"到|新臺幣|高|上看|可|將|破|不|未)+$"
)
_LIST_MARK = re.compile(
    r"^(?:\d{1,2}[、.]|[一二三四五六七八九十]{1,2}、|\(?[一二三四五六七八九十\d]{1,2}\)|[A-Za-z][.、])+"
)
_LABEL_BEHIND = re.compile(r"^(?:以上|以下|左右)?(?:之|的)?([\u4e00-\u9fffA-Za-z]{1,18})")
_DATE_WORDS = re.compile(
    r"(?:(?:中華)?民國)?\d{2,4}(?:[-~至]\d{2,4})?學?年(?:度)?(?:\d{1,2}月)?(?:\d{1,2}日)?(?:年?底|年?初)?(?:前|"
    r"止|起|間)?|(?:民國)?[一二三四五六七八九十百零〇]{2,5}學?年(?:度|底)?"
)


def targets(text: str, default_year: int | None = None, written: int | None = None) -> Iterator[Candidate]:
    """The figures of a text that state a target, a result or a forecast.

    ``default_year`` is the year of figures that name none; ``written`` the year of writing, for 今年 and 去年.
    """
    when = FigureYears(text, written if written is not None else default_year)
    for figure in figures(text):
        if when.in_year(figure) or not states(text, figure):
            continue
        meant = kind(text, figure, when.sentence(figure.start)[0])
        year = when.year_of(figure, meant != "actual")
        q = figure.quantity
        comparator = ""
        before = _BEFORE.search(text, max(0, figure.start - 8), figure.start)
        after = _AFTER.match(text[figure.end:figure.end + 3])
        if after:
            comparator = after["c"]
        elif before:
            comparator = before["c"]
        quantity = Quantity(q.value, q.unit, q.text, comparator, q.value_max)
        sure = min(0.9 if figure.chinese else 0.95, when.certainty(figure, year))
        yield Candidate(
            "Target", figure.start, figure.end, subject(text, figure), "targets", sure,
            quantity=quantity, year=year if year is not None else default_year,
            target_kind=meant,
        )


def states(text: str, figure: Figure) -> bool:
    """Does the figure say how much of something there is or is to be?"""
    before, behind = text[max(0, figure.start - 12):figure.start], text[figure.end:figure.end + 12]
    unit = re.sub(r"^[兆億萬千百十仟]+", "", figure.quantity.unit)
    if unit in ("元", "%", "成") and _LIMIT.search(before):
        return False
    named = unit not in ("%", "元") and _NAME_BEFORE.search(before)
    if _ORDINAL.search(before) or named or _PER_PIECE.search(before):
        return False
    if (figure.quantity.value == 1 and _FOR_EACH.search(before)) or (unit == "名" and _CHILD.match(behind)):
        return False
    if other_word(unit, behind):
        return False
    if unit == "條":
        return bool(_DONE_COUNT.search(before)) and not re.match(r"[之第規、及至「，。款項]", behind or "，")
    if figure.weak:
        if unit == "類":
            return figure.quantity.value >= _MANY
        from_so_long = _BASELINE_BEHIND.match(behind) and before.endswith("由")
        measured = unit in ("天", "日", "小時", "分鐘", "個月") and (_DURATION.search(before) or from_so_long)
        return bool(measured) and not behind.startswith(("內", "以內"))
    if _BASELINE_BEHIND.match(behind) and _BASELINE_BEFORE.search(before):
        return False
    if before.endswith("等") and (unit in ("縣市", "鄉鎮", "國") or _LISTED.match(behind)):
        return False
    if _PARAMETER_BEHIND.match(behind) and not _RESULT.search(before):
        return False
    if _HEADING_COUNT.match(behind) and unit in ("項", "個", "種", "款", "類"):
        return False
    if unit in _TECHNICAL | {"MW", "GW", "MWh"} and _RATED.match(behind) and figure.quantity.unit == unit:
        return False
    rated = unit in _TECHNICAL and figure.quantity.unit == unit
    if rated and not _MEASURING.search(before) and behind[:1] not in "，。；、)」\n":
        return False
    return not (unit == "度" and figure.quantity.unit == "度")


def kind(text: str, figure: Figure, begin: int) -> str:
    """target, actual or forecast: the nearest cue in the sentence, which began at ``begin``, decides.

    Cues behind the figure count only in its own clause (20.6GW為目標); without a cue it is a result.
    """
    begin = max(begin, figure.start - _CUE_REACH)
    stop = CLAUSE_END.search(text, figure.end)
    clause = max([begin, *(m.end() for m in CLAUSE_END.finditer(text, begin, figure.start))])
    for a, b in ((clause, stop.start() if stop else len(text)), (begin, figure.start)):
        cues = [(m.start(), name) for name, pattern in _CUES.items() for m in pattern.finditer(text, a, b)]
        if cues:
            # in one clause 預計 outweighs 累計 and 已, whatever their order
            names = {name for _, name in cues}
            return next(n for n in _CUES if n in names) if a == clause else max(cues)[1]
    return "actual"


def subject(text: str, figure: Figure) -> str:
    """What is counted or measured: the words in front of the figure in its clause, and the noun behind it."""
    lead = text[max(0, figure.start - 40):figure.start]
    for m in reversed(list(_SUBJECT_START.finditer(lead))):
        rest = lead[m.end():]
        if len(_SUBJECT_EDGE.sub("", _DATE_WORDS.sub("", rest))) >= 2:
            lead = rest
            break
    lead = _DATE_WORDS.sub("", lead)
    lead = _SUBJECT_TAIL.sub("", _SUBJECT_EDGE.sub("", lead))
    lead = re.sub(r"^.*[」』]", "", lead) if len(lead) > 30 else lead
    behind = _LABEL_BEHIND.match(text[figure.end:figure.end + 24])
    noun = behind[1] if behind and figure.quantity.unit not in ("%", "倍", "成") else ""
    return _LIST_MARK.sub("", (lead + noun).strip("「」『』，。；：()■●• 、-─—"))[:40]
