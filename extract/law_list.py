"""Lists of laws such as ``涉及法規：甲法第3條、第5條及乙辦法`` to laws and provisions.

Provisions are masked first, so that the separators inside them (第4、6款) split nothing;
then the list is cut at its separators. 及, 與 and the like stand inside the names of laws
as often as between them: they cut only where both sides can stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kg.text import outline
from kg.text.clean import Clean, concat, joined, nfkc

_N = r"[0-9零〇○一二三四五六七八九十百]+"
_UNIT = r"(?:條(?:之" + _N + r")?|項|款|目|點|章|節|編)"
_STEP = rf"第?{_N}(?:[-–]{_N})?(?:[、,至~～]第?{_N})*{_UNIT}(?:但書|前段|中段|後段|本文|序文)?"
#: 第12條之3第2項, 第4、6款, 第8款至第10款
PROVISION = re.compile(rf"第{_N}(?:[-–]{_N})?(?:[、,至~～]{_N})*{_UNIT}(?:但書|前段|中段|後段|本文|序文)?"
                       rf"(?:[至~～]?{_STEP})*|附表{_N}|附件{_N}")
_MASK = "\ue000"

#: a name that ends so is a whole law by itself
_STRONG = re.compile(r"(?:條例|通則|細則|辦法|準則|規則|規程|稅則|憲法|法典|"
                     r"(?<![方作手做辦無依合違修說看想])(?<![使應利]用)法)$")
#: a name that ends so is a law, but the word also stands inside names (設置標準暨安全管理辦法)
_WEAK = re.compile(r"(?:標準|規範|基準|要點|原則|規定|須知|注意事項|公式|協定|協議|公約|作業程序|指引|綱要|標準書|"
                   r"(?:計算|認定|作業)方法|管理方式|處理原則|參考手冊|指令|法案|公告|令|函釋|議定書|項目表)$")
#: a right-hand side that needs the law before it (及管理辦法)
_DEPENDENT = re.compile(r"^(?:作業|施行|管理|安全管理|計算|審查|申請|支付|設置|查驗|許可|運作|運用|處理|補助|"
                        r"獎勵|輔導|公開|"
                        r"認定|核發|登錄|檢查|監督|登記|分級)(?:及\w{2,4})?(?:法|細則|辦法|準則|規則|標準|規範|"
                        r"要點|方法|規定|作業要點)$")
_RELATIVE = re.compile(r"^其?(?:相關|授權|附屬)*(?:之)?(?:子法規?|法規命令|附表|規定|法令|相關規定)$")
_OWN_RULES = re.compile(r"^其(施行細則)$|^(施行細則)$")
_NONE = re.compile(r"^[（(]?(?:目?前?(?:暫|尚|均|皆)?無(?:涉及?|相關)?(?:之)?(?:法規|法令|法律)?(?:問題|"
                   r"修正)?(?:需求)?|未涉及?(?:法規|法令)?|"
                   r"不涉及?(?:法規|法令)?|免|N/?A|[-—–－]+)[)）]?[。.]?$", re.I)
_SAME = re.compile(r"^(?:同上|同前|同前項|同左|如上|同上述)[。.]?$")
_DRAFT = re.compile(r"[（(]?(?:部分條文)?(?:修正)?草案[)）]?$")
_LEADING = re.compile(r"^(?:依據|依照|依|按|配合|修正|研修|增修|及|與|和|暨|包括|包含|如|現行|"
                      r"例如)(?=[「《『〈]|\S{4,})")
_TRAILING = re.compile(r"(?:等(?:相關)?(?:法規|規定|法令|辦法)?|(?:之)?(?:相關)?規定|條文|等)$")
_TOPIC = re.compile(r"^[^：:「《]{1,24}[：:]")
_QUOTED = re.compile(rf"^([^「《『〈]{{0,12}})[「《『〈]([^「」《》『』〈〉]+)[」》』〉]([（(]草案[)）]|草案|"
                     rf"修正草案)?({_MASK}*)等?$")
_BRACKET = re.compile(r"[（(]([^（）()]*)[)）]$")
#: things that stand in such lists although they are no laws
_NO_LAW = re.compile(r"(?:計畫|方案|綱領|制度|系統|平[台臺]|標章|驗證|會議|措施|說明會|議題)$")
#: words that name laws in general
_GENERAL = re.compile(r"^(?:現行|相關|有關|各項?|其他|主管|目的事業|上開|前開|本部|本會)*(?:之)?(?:法令|法規|"
                      r"法律|規定|辦法|要點|標準|規範|規則|命令|條文)+$")
#: words of a sentence
_SAYS = re.compile(r"將|持續|推動|配合|辦理|為[^之]|已|由|刻|擬|爰|係|惟|倘|須|未來|另行|如有|本[部會署局院處]|"
                   r"尚[未無需]")
_STANDARD = re.compile(r"^(?:CNS|ISO|IEC|ASTM|EN|JIS|UL|IEEE)[ -]?\d[\w.:-]*", re.I)
_CONJUNCTION = re.compile(r"以及|及|與|和|或|暨")
_SEPARATOR = re.compile(r"[、；;，,。\n]")

Known = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Cited:
    """One citation: the law's name, the provision (None for the whole law), where it stands."""

    law: str
    provision: str | None
    place: Clean
    #: below 1 where the form of the name does not show that it is a law
    confidence: float = 1.0
    is_program: bool = False


@dataclass(frozen=True, slots=True)
class LawList:
    """What a list says: its citations, or that it is empty, the same as before, or running prose."""

    citations: tuple[Cited, ...] = ()
    same_as_before: bool = False
    prose: tuple[Clean, ...] = ()


def is_law_name(name: str) -> bool:
    """Does the name end like that of a law, rule, standard or directive?"""
    bare = _BRACKET.sub("", name)
    return bool(_STRONG.search(bare) or _WEAK.search(bare) or _STANDARD.match(bare))


def expand_provisions(printed: str) -> list[str]:
    """The single provisions of a printed reference.

    >>> expand_provisions("第3點第4、6款")
    ['第3點第4款', '第3點第6款']
    >>> expand_provisions("第12條之3第2項")
    ['第12條之3第2項']
    """
    m = re.match(rf"^(.*?)第?({_N}(?:[、,]第?{_N})+)({_UNIT})$", printed)
    if m is None:
        return [printed]
    return [f"{m[1]}第{n.lstrip('第')}{m[3]}" for n in re.split(r"[、,]", m[2])]


_RANK = {"編": 0, "章": 1, "節": 2, "條": 3, "點": 3, "項": 4, "款": 5, "目": 6}
_ONE_STEP = re.compile(rf"第?({_N}(?:[-–]{_N})?)({_UNIT})")


def in_context(provision: str, previous: str | None) -> str:
    """A provision that leaves its article out, completed by the one before: 第15條第1項、第2項.

    >>> in_context("第2項", "第15條第1項")
    '第15條第2項'
    """
    own = _ONE_STEP.match(provision)
    if own is None or previous is None or _RANK[own[2][0]] <= _RANK["條"]:
        return provision
    kept = ""
    for step in _ONE_STEP.finditer(previous):
        if _RANK[step[2][0]] >= _RANK[own[2][0]]:
            break
        kept += step[0]
    return kept + provision


def parse(piece: Clean, known: Known = lambda name: False) -> LawList:
    """The laws of the text that follows ``涉及法規：`` (one or several lines).

    ``known`` tells whether the authority files know a law of this name. Lines that are
    running prose come back in ``prose``; a bare 無 gives an empty list.
    """
    citations: list[Cited] = []
    prose: list[Clean] = []
    same = False
    for line in _lines(piece):
        text = line.text
        if not text or _NONE.match(text):
            continue
        if _SAME.match(text):
            same = True
            continue
        if _is_prose(text):
            prose.append(line)
            continue
        citations.extend(_line(line, known))
    return LawList(tuple(citations), same, tuple(prose))


def _lines(piece: Clean) -> list[Clean]:
    """The lines of a list, joined where a name runs on, without marker and topic (第一項：)."""
    rows: list[Clean] = []
    at = 0
    for part in piece.text.split("\n"):
        line = nfkc(piece[at:at + len(part)]).strip()
        at += len(part) + 1
        if not line.text:
            continue
        marked = outline.marker(line.text)
        if rows and marked is None and not _complete(rows[-1].text, line.text):
            rows[-1] = concat((rows[-1], line))
            continue
        rows.append(line[marked.end:].strip() if marked else line)
    out = []
    for row in rows:
        line = joined(row)
        topic = _TOPIC.match(line.text)
        if topic and not is_law_name(topic[0][:-1]) and not PROVISION.search(topic[0].rstrip("：:")[4:]):
            line = line[topic.end():].strip()
        out.append(line.strip("。."))
    return out


def _complete(line: str, following: str) -> bool:
    """Does a line of a list end here, so that ``following`` begins anew?"""
    text = line.rstrip()
    first = _masked(_SEPARATOR.split(following)[0]).rstrip(_MASK)
    if len(first) >= 6 and is_law_name(first) and not text.endswith(("、", "及", "與", "和", "或", "之")):
        return True
    if text.endswith(("、", "及", "與", "和", "或", "之", "（", "(", "「", "《")):
        return False
    opened = sum(text.count(c) for c in "（(「《")
    closed = sum(text.count(c) for c in "）)」》")
    bare = _TRAILING.sub("", text.rstrip("。；;,，」》）)"))
    return opened <= closed and bool(
        is_law_name(bare) or is_law_name(text) or _NONE.match(text) or _SAME.match(text)
        or PROVISION.search(bare[-12:]) or _DRAFT.search(text) or _NO_LAW.search(bare) or "。" in text
        or text.endswith(("；", ";")))


def _is_prose(text: str) -> bool:
    """Is it a sentence rather than a list of names?"""
    clauses = [c for c in re.split(r"[，,。；;、]", PROVISION.sub("", text)) if len(c) >= 6]
    said = [c for c in clauses if _SAYS.search(c) and not is_law_name(_TRAILING.sub("", c)) and not _NO_LAW.search(c)]
    other = [c for c in clauses if not is_law_name(_TRAILING.sub("", c))]
    mostly = len(said) * 2 >= len(clauses) or (len(other) >= 3 and re.search("[，,]", text) is not None)
    return bool(said) and (mostly or "。" in text)


def _masked(text: str) -> str:
    return PROVISION.sub(lambda m: _MASK * len(m[0]), text)


def _cut(masked: str, known: Known) -> list[tuple[int, int]]:
    """Start and end of each piece of a masked list."""
    depth = 0
    cuts = [0]
    for i, char in enumerate(masked):
        if char in "（(「《『〈":
            depth += 1
        elif char in "）)」》』〉":
            depth = max(0, depth - 1)
        elif depth == 0 and _SEPARATOR.match(char):
            cuts += [i, i + 1]
    cuts.append(len(masked))
    pieces: list[tuple[int, int]] = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        pieces.extend(_cut_conjunctions(masked, start, end, known))
    return _rejoin(masked, pieces, known)


def _cut_conjunctions(masked: str, start: int, end: int, known: Known) -> list[tuple[int, int]]:
    """Cuts at 及, 與 … where both sides stand alone."""
    for m in _CONJUNCTION.finditer(masked, start, end):
        left, right = masked[start:m.start()].strip(), masked[m.end():end].strip()
        if not left or not right or _depth(left):
            continue
        if _separates(left, m[0], right, known):
            return [(start, m.start()), *_cut_conjunctions(masked, m.end(), end, known)]
    return [(start, end)]


def _depth(text: str) -> int:
    return sum(text.count(c) for c in "（(「《『〈") - sum(text.count(c) for c in "）)」》』〉")


def _separates(left: str, word: str, right: str, known: Known) -> bool:
    if known(left + word + right):
        return False
    if right.startswith(_MASK) or left.endswith((_MASK, "」", "》", "』")):
        return True
    bare_right = _TRAILING.sub("", right.rstrip(_MASK)) or right
    if _RELATIVE.match(right) or _OWN_RULES.match(bare_right):
        return bool(_STRONG.search(left) or known(left))
    if known(left) and (known(bare_right) or is_law_name(bare_right)) and not _DEPENDENT.match(bare_right):
        return True
    # after 或 and 暨 a name usually goes on (設置標準暨安全管理辦法)
    whole_right = bare_right.split(_MASK)[0] or bare_right
    if word in ("或", "暨") or _DEPENDENT.match(bare_right) or not is_law_name(whole_right):
        return False
    head = _CONJUNCTION.split(bare_right)[0]
    if _STRONG.search(left) or left.endswith(("草案", "草案)", "草案）")):
        return len(bare_right) >= 3
    return bool(_WEAK.search(left)) and len(head) >= 6 and not re.match(r"^.{0,4}(?:方法|規定|基準|標準)$", head)


def _rejoin(masked: str, pieces: list[tuple[int, int]], known: Known) -> list[tuple[int, int]]:
    """A piece that breaks off inside a name (甲法臺灣省、各直轄市施行細則) is put back to the next."""
    out: list[tuple[int, int]] = []
    pending: int | None = None
    for i, (start, end) in enumerate(pieces):
        text = masked[start:end].strip()
        first = start if pending is None else pending
        breaks_off = (
            text and not text.startswith(_MASK) and not is_law_name(text.rstrip(_MASK)) and not known(text)
            and re.search(r"(?:法|條例)(?=[^院規律人制定令庫務案學治])", text) is not None and _MASK not in text
            and not text.endswith(("」", "》", "』", "草案", "）", ")", "等"))
        )
        if breaks_off and i + 1 < len(pieces) and is_law_name(_BRACKET.sub("", masked[slice(*pieces[i + 1])].strip())):
            pending = first
            continue
        pending = None
        out.append((first, end))
    return out


def _line(line: Clean, known: Known) -> list[Cited]:
    masked = _masked(line.text)
    found: list[Cited] = []
    law: str | None = None
    last: str | None = None
    for start, end in _cut(masked, known):
        piece = line[start:end].strip()
        if not piece.text:
            continue
        mask = _masked(piece.text)
        if mask.startswith(_MASK):
            run = len(mask) - len(mask.lstrip(_MASK))
            if law is not None:
                for p in expand_provisions(piece.text[:run]):
                    last = in_context(p, last)
                    found.append(Cited(law, last, piece[:run]))
            continue
        if _RELATIVE.match(piece.text):
            continue
        own = _OWN_RULES.match(piece.text)
        if own:
            if law is not None:
                found.append(Cited(law + "施行細則", None, piece))
            continue
        name, provision, where, is_program, sure = _name(piece, known)
        if name is None:
            continue
        law, last = name, None
        if provision is None:
            found.append(Cited(name, None, where, sure, is_program))
            continue
        for p in expand_provisions(provision):
            last = in_context(p, last)
            found.append(Cited(name, last, where, sure))
    return found


def _name(piece: Clean, known: Known) -> tuple[str | None, str | None, Clean, bool, float]:
    """Name, provision, place, whether it is a program, and confidence of one piece."""
    while (lead := _LEADING.match(piece.text)) and not known(piece.text):
        piece = piece[lead.end():].strip()
    mask = _masked(piece.text)
    quoted = _QUOTED.match(mask)
    if quoted and (not quoted[1] or _BODY_END.search(quoted[1]) or len(quoted[1]) <= 4):
        name = piece.text[quoted.start(2):quoted.end(2)]
        provision = piece.text[quoted.start(4):quoted.end(4)] or None
        where = piece[quoted.start(2) - 1:quoted.end(4) if provision else quoted.end(2) + 1]
        name, part = _without_bracket(_DRAFT.sub("", name), known)
        sure = 1.0 if is_law_name(name) or known(name) else 0.6
        return name, provision or part, where, bool(_NO_LAW.search(name)), sure
    provision = None
    at = mask.find(_MASK)
    if at > 0:
        run = len(mask[at:]) - len(mask[at:].lstrip(_MASK))
        rest = mask[at + run:]
        if rest and is_law_name(rest.rstrip(_MASK)) and not _TRAILING.fullmatch(rest):
            at = -1                     # 就業服務法第46條第1項第8款工作資格及審查標準 is one name
        else:
            provision = piece.text[at:at + run]
            piece = piece[:at + run]
    name = piece.text if provision is None else piece.text[:at]
    name = name.strip().strip("「」《》『』〈〉")
    if provision is None and not known(name):
        trimmed = re.sub(r"等$|等(?:相關)?(?:法規|規定|法令)$", "", name)
        name = trimmed or name
    name = _DRAFT.sub("", name) or name
    name, part = _without_bracket(name, known)
    if not 2 <= len(name) <= 60 or _GENERAL.match(name) or not re.search(r"[\u4e00-\u9fffA-Za-z]{2}", name):
        return None, None, piece, False, 0.0
    is_program = bool(_NO_LAW.search(name)) and provision is None
    sure = 1.0 if known(name) or is_law_name(name) or provision else 0.7
    return name, provision or part, piece, is_program, sure


_BODY_END = re.compile(r"(?:部|會|院|署|局|處|府)$")


def _without_bracket(name: str, known: Known) -> tuple[str, str | None]:
    """The name without what its bracket adds: a short form, or a part of the law (構造編)."""
    m = _BRACKET.search(name)
    if m is None or known(name):
        return name, None
    bare = name[:m.start()]
    return bare, m[1] if re.search(r"(?:編|章|節|附表.*)$", m[1]) else None
