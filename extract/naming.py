"""Programs by the patterns of naming: quoted (「…計畫」, 「…」計畫) and bare (第七輸變電計畫).

A bare noun that ends in 計畫 is a name only if enough speaks for it: an ordinal, a period,
the same name in quotation marks elsewhere, its length, what governs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extract.boundary import TITLE_VERBS, Boundary, Left
from extract.bracketed import bare, period_behind, period_inside
from extract.candidates import Candidate
from extract.quotes import Quoted
from extract.words import word_set
from kg.model import Period
from kg.text.years import period as read_period

_ORDINAL = r"第[一二三四五六七八九十\d]+(?:期|階段)"
_TAIL = rf"(?:\s?\d\.\d|-?{_ORDINAL}(?:計畫)?|\s?(?:II|III|IV)(?![A-Za-z]))?"
_NOUN = (
    r"(?:行動計畫|計畫|行動方案|方案|行動綱領|綱領|專案|倡議|路徑圖|路徑|路徑藍圖|藍圖|白皮書|優惠貸款|專案貸款|"
    r"行動策略|策略|戰略)"
)
_BARE_NOUN = r"(?:計畫|方案|綱領|專案貸款|優惠貸款|貸款|優惠措施|專案|策略)"
#: what makes the word another one: 計畫書, 專案辦公室 …
_NOT_BEHIND = (
    r"(?!書|案(?!」)|性|型|主持|經濟行為|人員|辦公室|小組|會議|管理|列管|經理|團隊|補助款|目標(?!為)|項下|期程|經費|成員|推動小組|執行期間|審查|委員|師|"
    r"編號|名稱|單位|性質|類別|概要|管考|內容|主軸|聯盟|平臺|平台)"
)
_QUOTED_END = re.compile(rf"{_NOUN}{_TAIL}(?:[-─－][^，。；「」]{{2,16}})?(?:\s?\([^()]*\))*$")
_BEHIND_QUOTE = re.compile(
    rf"(?:\([^()]{{1,30}}\))?(?:專案|行動|整合|發展|試辦|補助|推動|示範|旗艦|先期|研究|建設|"
    rf"中長程){{0,2}}(?:計畫|方案|綱領|專案(?!貸款|辦公室|小組)){_TAIL}{_NOT_BEHIND}"
)
_BARE = re.compile(rf"{_BARE_NOUN}{_TAIL}{_NOT_BEHIND}")
#: the left neighbour of a joint is a complete name
_COMPLETE = re.compile(
    r"(?:計畫|方案|綱領|專案|策略|條例|辦法|要點|法|標準|規範|指引|準則|措施|政策|[-─－][^，。；]{2,6}段)(?:\([^()]*\))?$"
)
_SENTENCE = re.compile(r"[，。；！？\n]")
_NO_NAME = re.compile(
    r"(?:解決|工作|子|分項|替代|備用|配套|因應|推動|執行|實施|行動|合作|具體|優惠|補助|獎勵|相關|年度|等|各|此|本|該|多項|科技|國土|施政|營運|投資|教學|事業|疏散|中長程|四年|四年期|第[一二三四五六七八九十\d]+(?:期|階段)|[上下前本各](?:一)?(?:期|階段))"
    r"(?:計畫|方案|策略|專案)$|.*(?:相關|有關|解決|等|多項|都市)(?:計畫|方案|策略|專案)$|"
    # what everyone of a class hands in: 審核工廠改善計畫
    r".*(?:工廠|廠商|業者|店家|事業單位|雇主|申請人|開發單位)(?:改善|減量|防制|投資|營運|執行|退場|復原)計畫$"
)
_DETERMINED = word_set("""
    各 各項 多項 每 等 相關 有關 某 該 本 此 其 所 此項 該項 的 之
""")
_DEFINING = word_set("""
    下稱 以下簡稱 以下稱 簡稱 下簡稱 通稱 合稱 又稱 俗稱
""")
#: so long a quoted name must be if it ends in a noun that many other things are called by
_LEAST = {"戰略": 6, "專案": 4}
#: a scheme of this kind is mostly any scheme of the kind (整合方案)
_LOOSE = re.compile(
    r"(?:服務|應用|整合|支持|照護|照顧|處理|技術|經營|執行|合作|管理|獎勵|優惠|配套|電價|系統)(?:方案|策略)$|專案$|"
    r"貸款$"
)
_LOOSE_END = re.compile(r"[及或與和]$")
_COLLECTIVE = re.compile(r"各(?:機關|部會|單位|縣市|校)|業者|廠商|店家")
_HAS_ORDINAL = re.compile(rf"{_ORDINAL}|\d\.\d|第[一二三四五六七八九十\d]+|[一二三四五六七八九十]期")
_LETTERS = re.compile(r"[A-Za-zÅ]")
#: an abbreviation in brackets is given to names
_ABBREVIATION = re.compile(r"\([A-Z][A-Za-z &.+\-]{1,40}\)")
_OPENING = frozenset(("", "其中", "此外", "另", "另外"))
#: a list of names goes on
_NEXT_NAME = re.compile(r"(?:、|及|與|和|以及)[^，。；：\n「」]{4,30}?(?:計畫|方案)")
#: behind the subject of a sentence: 大糧倉計畫輔導農民 …
_ACTS = re.compile(
    r"(?:\([^()]*\))?(?:則|亦|並|已|將|業)?(?:由|係|補助|輔導|設定|預期|預計|投入|經行政院|執行期程|執行\d|編列|媒合|自(?:民國)?\d|於\d|核定|奉行政院|—|-"
    r"規劃|核定|目標|採|分|第[一二三四五六七八九十\d]+期)"
)
_LISTED_END = re.compile(r"\s*(?:$|\n|。|，|\()")
#: trailing 第二期: the same program, in a phase of it
_PHASE = re.compile(rf"(?<=[畫案領])-?{_ORDINAL}$")
#: a plain noun ends in these; other endings ask for more
_PLAIN = re.compile(r"(?:計畫|綱領|(?:行動|推動|振興|發展|旗艦|領航|卓越)方案)(?:\s?\d\.\d)?$")
#: 98-101年促進就業方案: the period in front of a name
_PERIOD_BEFORE = re.compile(r"(?:民國)?\d{2,4}年?(?:度)?[-–—~～至]\d{2,4}年(?:度)?$")
#: 立即上工計畫70億元: what it costs
_MONEY_BEHIND = re.compile(r"(?:經費|預算|計|共)?[\d,.]+[兆億萬]")
_HEADING_END = re.compile(r"\s*(?:$|\n|。|\(|：|預計|預定|將|已|業於|係|於\d|自\d|計(?:辦理|核|補助))")


def ends_like_program(name: str) -> bool:
    """Does a name end in a noun of planning (計畫, 方案, 政策)?"""
    return re.search(r"(?:計畫|方案|綱領|專案|政策|策略|藍圖|路徑|白皮書|措施|貸款)(?:[\s\d.II]*)?$", name) is not None


def quoted_programs(text: str, quotes: Iterable[Quoted], boundary: Boundary) -> Iterator[Candidate]:
    """Programs in quotation marks: the quoted text, or what directly follows it, says what it is."""
    for q in quotes:
        if _SENTENCE.search(q.text) or len(q.text) < 4:
            continue
        if _QUOTED_END.search(q.text):
            name = bare(q.text)
            weak = name.endswith(("策略", "戰略", "路徑", "藍圖", "白皮書", "倡議", "專案"))
            if _NO_NAME.fullmatch(name):
                continue
            if boundary.specific(_BARE.sub("", name)) < 2 and not (len(name) >= 8 or _HAS_ORDINAL.search(name)):
                continue
            if weak and len(name) < _LEAST.get(name[-2:], 7):
                continue
            period = period_inside(q.text) or period_behind(text, q.end)
            yield Candidate("Program", q.start, q.end, name, "quoted-program", 0.9 if weak else 0.97, period=period)
            continue
        m = _BEHIND_QUOTE.match(text, q.outer_end)
        if m and not m[0].startswith("("):
            name = bare(q.text + m[0])
            period = period_inside(q.text) or period_behind(text, m.end())
            yield Candidate("Program", q.outer_start, m.end(), name, "quoted-program", 0.85, period=period)
        elif m and not period_inside(m[0].partition(")")[0] + ")"):
            name, period = bare(q.text + m[0]), period_behind(text, m.end())
            yield Candidate("Program", q.outer_start, m.end(), name, "quoted-program", 0.9, period=period)


#: so many points make a bare noun a name; where nothing but a plain noun phrase ends in 計畫, fewer
_THRESHOLD = 3.0
_PLAIN_THRESHOLD = 2.0
_SURE = 4.0
#: from here on it is worth a look
_DOUBTFUL = 1.0


def bare_programs(text: str, quotes: Iterable[Quoted], boundary: Boundary) -> Iterator[Candidate]:
    """Programs without quotation marks, where enough speaks for a name."""
    inside = [(q.start, q.end) for q in quotes]
    quoted_names = {bare(q.text) for q in quotes}
    for m in _BARE.finditer(text):
        if any(a <= m.start() < b for a, b in inside):
            continue
        left = boundary.left(text, m.start(), _COMPLETE)
        name = bare(text[left.start:m.end()])
        period = period_behind(text, m.end()) or _period_before(text, left.start)
        verbal = boundary.has_verb(name, TITLE_VERBS)
        points = evidence_for(name, left, text, m.end(), quoted_names, verbal)
        points += 2 if period and points > 0 else 0
        least = _THRESHOLD if verbal or not _PLAIN.search(_PHASE.sub("", name)) else _PLAIN_THRESHOLD
        doubtful = least > points >= _DOUBTFUL and not verbal and _PLAIN.search(name)
        if (points >= least or doubtful) and not boundary.governs_known(name):
            name, end = _PHASE.sub("", name), m.end() - len(name) + len(_PHASE.sub("", name))
            sure = 0.9 if points >= _SURE else 0.75 if points >= _THRESHOLD else 0.4 if doubtful else 0.6
            yield Candidate("Program", left.start, end, name, "bare-program", sure, period=period)


def _period_before(text: str, start: int) -> Period | None:
    """The period printed directly in front of a name."""
    m = _PERIOD_BEFORE.search(text, max(0, start - 16), start)
    return read_period(m[0]) if m else None


def evidence_for(name: str, left: Left, text: str, end: int, quoted_names: set[str], verbal: bool) -> float:
    """How much speaks for a bare noun's being a program's name; 0 where something rules it out.

    ``verbal``: does a verb stand inside the name that names do not hold?
    """
    core = _BARE.sub("", name)
    if left.counted or left.before in _DETERMINED or left.before == "…" or _NO_NAME.fullmatch(name):
        return 0.0
    if left.specific < 2 or len(core) < 3 or left.before in _DEFINING:
        return 0.0
    if name in quoted_names:
        return 5.0
    opens = left.start == 0 or text[left.start - 1] in "\n。，；、).■●•："
    at_start = left.before in _OPENING and (opens or left.before != "")
    heading = at_start and _HEADING_END.match(text, end) is not None
    if name.endswith(("貸款", "優惠措施")):
        return 3.0 if heading else 0.0
    if _LOOSE_END.search(core) or _COLLECTIVE.search(core):
        return 0.0
    # a plan that is dated like a budget (98-101年…方案) is one of its kind
    points = 2.0 if _PERIOD_BEFORE.search(text, max(0, left.start - 16), left.start) else 0.0
    points += (len(core) >= 5) + (len(core) >= 8)
    points += 2 * bool(_HAS_ORDINAL.search(name))
    points += 1 if left.governed else 0
    points += 0.5 if _LETTERS.search(core) else 0
    points += 0.5 if left.specific >= 5 else 0
    points += 1 if heading else 0
    points += 2 if at_start and not heading and _ACTS.match(text, end) else 0
    points += 1 if text[left.start - 1:left.start] == "：" and _LISTED_END.match(text, end) else 0
    points += 0.5 if _NEXT_NAME.match(text, end) else 0
    points += 1 if _MONEY_BEHIND.match(text, end) and not verbal else 0
    points += 1.5 if _ABBREVIATION.search(text, left.start, end) or _ABBREVIATION.match(text, end) else 0
    points += 0.5 if len(core) >= 12 and not verbal else 0
    points -= 1 if verbal else 0
    if "策略" in name:
        points -= 1
    if _LOOSE.search(name):
        points -= 1.5
    elif name.endswith("方案") and not re.search("(?:行動|推動|振興|發展)方案$", name):
        points -= 0.5
    if re.search("之|的|及其", core):
        points -= 1.5
    if re.match(r"(?:之|的|及相關|與相關)", text[end:end + 3]):
        points -= 0.5
    return points
