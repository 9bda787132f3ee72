"""Laws, rules and standards by the patterns of naming, and provisions (第12條之3第2項).

Words that end a rule's name differ in what they prove: 條例 or 辦法 end little else, while
標準, 規範 or 指引 mostly mean something general and count only in quotation marks or in
names that say much.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from extract.boundary import Boundary
from extract.bracketed import bare
from extract.candidates import Candidate
from extract.quotes import Quoted
from extract.words import word_set

_SURE = (
    r"自治條例|特別條例|條例|施行細則|細則|實施辦法|補助辦法|辦法|實施要點|作業要點|要點|準則|通則|規程|注意事項|作業規範|作業規定|"
    r"應記載及不得記載事項|應記載事項|不得記載事項"
)
_VAGUE = (
    r"作業程序|標準作業程序|審查原則|處理原則|規則|技術規範|規範|指引|手冊|標準|基準|規定|原則|程序|建議|須知|"
    r"公約|協定|憲章|法典"
)
_BILL = r"法案"
_ACT = r"(?<![方辦作做立修違合依司無手語說看想執用工療算母子本同該各專此新舊不技農])法"
_QUOTED_END = re.compile(
    rf"(?:{_SURE}|{_VAGUE}|{_ACT}|{_BILL})(?:部分條文)?(?:修正)?(?:\(?草案\)?|修正案)?(?:\([^()]*\))?$"
)
_QUOTED_SURE = re.compile(rf"(?:{_SURE}|{_ACT})(?:\(?草案\)?)?$")
_BEHIND_QUOTE = re.compile(r"(?:作業要點|要點|辦法|條例|準則|規範|規則|標準|指引|細則|注意事項|作業程序|規定)(?!者)")
_BARE_SURE = re.compile(rf"(?:{_SURE})")
_BARE_VAGUE = re.compile(
    r"作業程序|審查原則|技術規範|作業指引|工作指引|施工規範|設計規範|"
    r"審查標準|收費標準|排放標準|管制標準|設置標準|審定標準|認定標準|環境影響評估作業準則"
)
_BARE_RULES = re.compile(r"(?:管理|登記|安全|處理|使用管制|審議)規則(?!化)")
#: 法 ends a name before punctuation, before what follows a law, or before a provision
_BARE_ACT = re.compile(
    rf"{_ACT}(?=[」』》。，、；：:)(及與或和等第之的於草修施並已業中所明為\s]|規定|相關|授權|公布|制定|公告|通過|自\d|經立法院|$|"
    rf"辦理|審[查議]|核[定發准]|處[理罰分]|裁[處罰]|查處|課徵|徵收|訂定|應(?!用)|申請|執行|推動|設[置立]|成立|賦予|保障|將|亦|仍|均|尚|"
    rf"有關|移送|送請|函送)(?!等級|中心|"
    rf"施工|第三方|修養|等效|為人|於是)"
)
_COMPLETE = re.compile(r"(?:條例|辦法|要點|法|標準|規範|指引|準則|規則|細則|注意事項)(?:\([^()]*\))?$")
_NO_TITLE = re.compile(
    r"(?:同|本|該|此)(?:條例|辦法|要點|準則|規則|細則|標準|法)$|^(?:相關|有關|內部|各|現行|上開|前述)|"
    rf"(?:訂定|修正|修訂|制定|研訂|擬訂|訂有|公告|發布)(?:{_SURE}|{_VAGUE})$"
)
_SENTENCE = re.compile(r"[，。；！？\n]")
_RULE_OF_A_BODY = re.compile(r"(?:要點|作業規定|注意事項|辦法|規程|作業程序|須知|作業規範|作業指引)$")
#: what makes a body: its act begins with its name (國家發展委員會組織法)
_ACT_OF_A_BODY = re.compile(
    r"^(?:組織法|組織條例|組織規程|組織通則|設置條例|設置辦法|處務規程|[^，。]{2,24}基金(?:收支)?[^，。]{2,8}辦法)$"
)
#: 打詐新四法: several laws under one heading
_SEVERAL = re.compile(r"[新等]?[二三四五六七八\d]法$")
_RUNS_ON = re.compile(r"^(?:記載|或|不得)|[^、]之收費標準$")
_DECREED = re.compile(r"^(?:訂|修|制)(?=[\u4e00-\u9fff]{2,3}[市縣])")
_DETERMINED = word_set("""
    下稱 以下簡稱 以下稱 簡稱 下簡稱 通稱 合稱 又稱 俗稱 各 各項 多項 每 相關 有關 某 該 本 此 其 所 此項 該項
    的 之
""")
_GENERAL = re.compile(
    r"^(?:相關|有關|各項|現行|主管|主要|特別|專門|單行|上開|上述|前開|前述|一般|原|新|舊|母|子|該|本|同|施行|授權|管理|實施|補助|獎勵|作業|審查|處理|設置|申請|"
    r"評選|執行|獎補助|推動|組織|基本|國際|國家|法律|法規|會計|特|專|配套|強制|地方|中央|自治|作業|技術|安全|品質|檢測|驗證|產品|產業|製造|標準|操作|"
    r"訂定|修正|研訂|具體|最新|工作|評鑑|評分|應用|參考|使用|倫理|行為|道德|通用|共通|申報|提出|登記|認定)*"
    rf"(?:{_SURE}|{_VAGUE}|法)$"
)
_NO_ACT = re.compile(
    r"(?:方|作|做|立|修|違|合|依|司|無|手|語|說|看|想|執|用|工|療|算|演算|統計|分析|實驗|教學|檢測|計算|"
    r"評估|行政|刑事|民事|國內|國際|憲|衛星|佛|書|魔|療)法$"
)
_CHAPTER = re.compile(r"\([^()]*(?:編|章|篇|節)\)$")
_DRAFT = re.compile(r"(?:部分條文|部份條文)?(?:修正)?(?:草案|\(草案\)|修正案)$")

_STANDARD = re.compile(
    r"(?<![A-Za-z])(?:(?:ISO|IEC|ISO/IEC|IEEE|CNS|SEMI|ASTM|NIST|ETSI|ITU|FIPS|UL|EN|JIS|DIN|SAE|MIL-STD|AS|UN)"
    r"(?:/[A-Z]{2,5})?(?: (?:SP|TS|TR|PAS|FIPS|R))?"
    r"[ -]?[A-Z]{0,2}\d[\d.\-:]*[A-Za-z]?\d*(?<![.\-:])(?:-\d+)*)(?![A-Za-z%])"
)
#: English names of acts and frameworks of other countries
_FOREIGN = re.compile(
    # one look at each place: most characters of these texts begin nothing of the kind
    r"(?<![A-Za-z])(?=[A-Ze])(?:(?!(?:The|Under|In|Of|By|For|With|An?|As|Pursuant|According) )"
    r"(?:[A-Z][\w&’'-]* )+(?:and |of |for |the |on )*(?:[A-Z][\w&’'-]* )*"
    r"(?:Act|Regulation|Directive|RMF|Risk Management Framework)(?![A-Za-z])"
    r"|(?:Statute|Act|Enforcement Rules|Regulations) (?:for|of|on|Governing|to) (?:the )?"
    r"(?:[A-Z][\w&’'-]*(?: (?:and|of|for|on|in|to)(?: the)?(?= [A-Z]))?(?: (?=[A-Z])|(?![\w’'-])))+"
    r"|(?:GDPR|CBAM|NIS ?2|HIPAA|REACH|RoHS|CCPA|CMMC|NDAA|eIDAS)(?![A-Za-z]))"
)

_N = r"[零〇一二兩三四五六七八九十百\d]+"
_PART = rf"(?:第{_N}(?:-\d+)?|(?<=[法例])\d+)(?:條(?:之{_N})*|點|章|節|編)(?:之{_N})*(?:第{_N}(?:、{_N})*(?:項|款|目))*"
_PROVISION = re.compile(
    rf"{_PART}(?:(?:、|及|與|和|至)(?:{_PART}|第{_N}(?:、{_N})*(?:項|款|目)(?:第{_N}(?:項|款|目))*))*"
)
#: Article 10-1 behind an English title
_ARTICLE = re.compile(r"(?<![A-Za-z])Articles? (?P<n>\d+)(?:-(?P<sub>\d+))?(?![\d.])")
_UNIT = re.compile("[條點項款目]")
_STOP = re.compile(r"[。；\n]")
_OTHER_LAW_WORD = re.compile(r"[律令制治院庭官規人案學理](?!草案)")
_BACK = re.compile(r"(?:同|本|該|前開|上開)(法|條例|辦法|要點|準則|規則|細則|標準)$")
_BETWEEN = re.compile(r"^[」』》]?(?:\([^()]{0,40}\))?(?:修正)?(?:草案)?(?:之|的)?(?:新增|增訂|修正|依)?$")


def draft_of(name: str) -> str:
    """A draft's or an amendment's name without the word that says so.

    >>> draft_of("礦業法修正案"), draft_of("電業法部分條文修正草案")
    ('礦業法', '電業法')
    """
    return _DRAFT.sub("", name)


def quoted_laws(text: str, quotes: Iterable[Quoted], boundary: Boundary) -> Iterator[Candidate]:
    """Rules in quotation marks."""
    for q in quotes:
        if _SENTENCE.search(q.text) or len(q.text) < 3:
            continue
        if _QUOTED_END.search(q.text):
            name = draft_of(_CHAPTER.sub("", bare(q.text)))
            if _GENERAL.match(name) or _NO_ACT.search(name):
                continue
            sure = _QUOTED_SURE.search(q.text) is not None
            if not sure and (len(name) < 6 or boundary.specific(name) < 2):
                continue
            yield Candidate("Regulation", q.start, q.end, name, "quoted-law", 0.97 if sure else 0.85)
        else:
            m = _BEHIND_QUOTE.match(text, q.outer_end)
            if m and boundary.specific(q.text) >= 2:
                yield Candidate("Regulation", q.outer_start, m.end(), bare(q.text + m[0]), "quoted-law", 0.85)


def bare_laws(text: str, quotes: Sequence[Quoted], boundary: Boundary) -> Iterator[Candidate]:
    """Rules without quotation marks."""
    inside = [(q.start, q.end) for q in quotes if not _SENTENCE.search(q.text)]
    for pattern, least in ((_BARE_SURE, 2), (_BARE_RULES, 2), (_BARE_VAGUE, 4), (_BARE_ACT, 2)):
        for m in pattern.finditer(text):
            if any(a <= m.start() and b == m.end() for a, b in inside):
                continue
            left = boundary.left(text, m.start(), _COMPLETE)
            name = bare(text[left.start:m.end()])
            core = len(name) - len(m[0])
            if left.counted or left.before in _DETERMINED or left.before == "…":
                continue
            if left.owner is not None and (
                _RULE_OF_A_BODY.search(name) or _ACT_OF_A_BODY.match(name)
                # 設置 is read as what the body does
                or (left.before == "設置" and text[left.start:m.end()] in ("條例", "辦法"))
            ):
                # the title of a body's own rule begins with the body
                name = bare(text[left.owner:m.end()])
                core = len(name) - len(m[0])
                left = replace(left, start=left.owner, specific=core)
            decreed = _DECREED.match(name)
            if decreed:
                left = replace(left, start=left.start + decreed.end())
                name = name[decreed.end():]
            if pattern is _BARE_ACT and left.owner is None:
                name = _last_act(name, boundary)
                left = replace(left, start=m.end() - len(name))
            if _SEVERAL.search(name) or _RUNS_ON.search(name):
                continue
            if boundary.ends_known(name):
                continue
            if core < least or left.specific < 2 or _NO_TITLE.search(name) or _GENERAL.match(name):
                continue
            verbal = left.owner != left.start and boundary.has_verb(name)
            # 教師法第14條: so short a name is one only with an article behind it
            short = 2 if _PROVISION.match(text, m.end()) else 3
            if pattern is _BARE_ACT and (_NO_ACT.search(name) or not short <= core <= 14 or verbal):
                continue
            if pattern is _BARE_VAGUE and not (left.governed or left.start == 0 or text[left.start - 1] in "\n)"):
                continue
            yield Candidate("Regulation", left.start, m.end(), name, "bare-law", 0.8)


def _last_act(name: str, boundary: Boundary) -> str:
    """The last of several acts joined by 及 (甲法及乙法); 及 inside a title stays (兒童及少年福利法).

    What stands in front of 及 is part of the title if it is short and neither an act nor a verb's clause.
    """
    head, joint, tail = name.rpartition(next((c for c in reversed(name) if c in "及與和暨之"), "\0"))
    whole = joint in ("及", "與", "暨") and 2 <= len(head) <= 6 and not head.endswith("法")
    return name if not joint or (whole and not boundary.has_verb(head + "。")) else bare(tail)


def standards(text: str) -> Iterator[Candidate]:
    """Numbered standards (ISO 27001, IEC 62443) and English acts (Cyber Resilience Act)."""
    for m in _STANDARD.finditer(text):
        yield Candidate("Regulation", m.start(), m.end(), m[0], "standard-number", 0.95)
    for m in _FOREIGN.finditer(text):
        yield Candidate("Regulation", m.start(), m.end(), m[0], "foreign-act", 0.85)


#: 及其施行細則: the rules of the act named last
_RULES = re.compile(r"(?<=[及暨與和或]其)施行細則|(?<=、其)施行細則")


def rules_of_acts(text: str, laws: Sequence[tuple[int, int, str]]) -> Iterator[Candidate]:
    """The enforcement rules that a text names by their act: 政府採購法及其施行細則 tells of 政府採購法施行細則."""
    for m in _RULES.finditer(text):
        before = [(end, label) for _, end, label in laws if end < m.start()]
        if before and m.start() - before[-1][0] <= 40 and not _STOP.search(text, before[-1][0], m.start()):
            name = before[-1][1] + m[0]
            yield Candidate("Regulation", m.start(), m.end(), name, "rules-of-act", 0.9, known=name)


def provisions(text: str, laws: Sequence[tuple[int, int, str]]) -> Iterator[Candidate]:
    """Provisions with their laws; ``laws`` are (start, end, label) of the laws found, in order.

    A provision belongs to the law directly in front of it; behind 同法, 本法, 、, 及 or a
    comma to the law named last. Provisions of no known law are left out.
    """
    ends = [end for _, end, _ in laws]
    last_end, last_law = -1, None
    for m in _PROVISION.finditer(text):
        i = bisect_right(ends, m.start()) - 1
        if i < 0 or not _UNIT.search(m[0]):
            continue
        _, end, label = laws[i]
        gap = text[end:m.start()]
        close = end >= last_end and (_BETWEEN.match(gap) or (len(gap) <= 12 and not _STOP.search(gap)))
        more = text[last_end:m.start()] if last_law == label else None
        if close or _refers_back(gap, label) or (more is not None and len(more) <= 40 and "。" not in more):
            last_end, last_law = m.end(), label
            for start, stop, name in single_provisions(m[0]):
                yield Candidate("Provision", m.start() + start, m.start() + stop, name, "provision", 0.92, law=label)


def articles(text: str, laws: Sequence[tuple[int, int, str]]) -> Iterator[Candidate]:
    """Articles in English text, by their Chinese names; the law stands before them or, behind of, after them."""
    if "Article" not in text:
        return
    for m in _ARTICLE.finditer(text):
        before = [label for _, end, label in laws if end <= m.start() and len(text[end:m.start()]) <= 12]
        behind = [label for start, _, label in laws if re.fullmatch(r" of (?:the )?", text[m.end():start])]
        law = next(iter(behind or before[-1:]), None)
        if law is not None:
            name = f"第{m['n']}條" + (f"之{m['sub']}" if m["sub"] else "")
            yield Candidate("Provision", m.start(), m.end(), name, "article", 0.9, law=law)


def _refers_back(gap: str, law: str) -> bool:
    """Does 同法 or 本要點 stand at the end of the text between a law and a provision, and fit the law?"""
    m = _BACK.search(gap)
    return m is not None and (law.endswith(m[1]) or (m[1] == "法" and law.endswith("條例")))


def single_provisions(printed: str) -> list[tuple[int, int, str]]:
    """The single provisions of a printed series: (start, end, full name).

    >>> single_provisions("第3點第4款、第6款及第8條之1")
    [(0, 6, '第3點第4款'), (7, 10, '第3點第6款'), (11, 16, '第8條之1')]
    """
    found: list[tuple[int, int, str]] = []
    # 第1、2項 and 第8款至第10款 stay together
    for m in re.finditer(r"(?:^|第)(?:(?![及與和]第|、第).)+", printed):
        name = m[0] if m[0].startswith("第") else "第" + m[0]
        first = _UNIT.search(name)
        if found and first and first[0] in "項款目":
            # 第6款 behind 第3點第4款 is 第3點第6款
            last = found[-1][2]
            at = [u.start() for u in re.finditer(rf"第[^第]*{first[0]}", last)]
            above = last[:at[0]] if at else last
            name = above + name
        found.append((m.start(), m.end(), name))
    return found


def plausible(text: str, start: int, end: int) -> bool:
    """Does a dictionary hit stand for the law, by what is around it?"""
    # 民法 in 國民法官, 商標法 in 商標法規
    if text[end - 1] != "法" or text.startswith("規定", end):
        return True
    return not _OTHER_LAW_WORD.match(text[end:end + 3])
