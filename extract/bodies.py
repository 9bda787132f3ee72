"""Bodies in running text: context tests of dictionary hits, units of known bodies, 本部 and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from extract.boundary import TITLE_VERBS, Boundary
from extract.candidates import SPEAKER, Candidate
from extract.figure_years import years
from extract.words import HARD, JOINTS, VERBS
from kg.authority import Body, stands_free
from kg.ids import key
from kg.resolve import Resolver

_FOREIGN = re.compile(
    r"(?:美國|日本|韓國|南韓|英國|德國|法國|加拿大|澳洲|紐西蘭|新加坡|泰國|越南|印度|印尼|馬來西亞|菲律賓|歐盟|歐洲|中國大陸|中國|中共|俄羅斯|烏克蘭|以色列|荷蘭|捷克|波蘭|"
    r"立陶宛|瑞典|挪威|丹麥|芬蘭|義大利|西班牙|瑞士|比利時|巴拉圭|瓜地馬拉|貝里斯|史瓦帝尼|帛琉|沙烏地阿拉伯|巴西|墨西哥|香港|澳門|聯邦|他國|該國|各國|美|日|韓|英|德|法)$"
)
#: behind a ministry's name these make another word: 交通部門, 國防部署, 立法院教育委員會
_NOT_BEHIND: dict[str, re.Pattern[str]] = {
    "部": re.compile(r"^(?:份|署(?!長)|會(?!同|商|議|計|銜|研))"),
    "會": re.compile(r"^(?:議室|員國|計師)"),
    "院": re.compile(r"^(?:[\u4e00-\u9fff]{2,8}委員會|區|校|士|線|轄|系)"),
    "局": re.compile(r"^(?:勢|面|限)"),
    "署": re.compile(r"^(?:名|立)"),
    "處": re.compile(r"^(?:理|方|置|分|罰|境)"),
    "油": re.compile(r"^(?:電|耗|品)"),
    "電": re.compile(r"^(?:動|子|機|腦|池|信|視|梯|燈|纜|費|力)"),
}
#: 第十二次全國科學技術會議: one meeting, no body
_EVENT = re.compile(r"第[一二三四五六七八九十\d]+(?:次|屆)$")
_PRONOUN = re.compile(
    r"(?:本|貴|該|大)(?:部|會|院|署|局|處|府|總處|公司|行)(?!長期|分|份|位|落|門|員|議|計|期|館|校|土|理|方|"
    r"置|內外|務)|大院"
)
_UNIT_END = r"(?:分署|署|分局|局|司|處|中心|研究所|辦公室|委員會|審議會|推動小組)"
_UNIT = re.compile(rf"[\u4e00-\u9fff]{{2,14}}?{_UNIT_END}(?!長期|理|方|置|勢|面|名|限)")
_OWN_UNIT = re.compile(rf"本(?P<kind>部|會|院|府|署|局)(?P<unit>[\u4e00-\u9fff]{{2,14}}?{_UNIT_END})(?!理|方|置|勢|面)")
_GENERAL_UNIT = re.compile(
    r"^(?:所屬|各|相關|及|與|和|等|主管|其|暨|轄下|下轄|有關|以下|為|成立|設立|設置|籌設|籌建|籌組|由|已|將|"
    r"應|於|會同|合作|共同|聯合|協商|研商)|"
    # 合作布局, 協調妥處: words of another kind that end alike
    r"[布佈格結當大僵全政變破]局$|[用好妥到何短長益深住壞難出各]處$|[部佈]署$|(?:各|相關|主管|地方|幕僚)[\u4e00-\u9fff]{0,2}(?:署|局|處)$|(?:學習|訓練|活動|照顧)中心$"
)
#: endings by which 該部 finds the body named last
_ENDINGS = {kind: kind for kind in ("部", "會", "院", "署", "局", "處", "公司", "總處")} | {"府": "政府", "行": "銀行"}


def year_of_writing(text: str, publisher: Body | None) -> int | None:
    """The year in which a text speaks: the latest one it names; of a speaker that is no more, one of its years."""
    latest = max((y.value for y in years(text)), default=None)
    if publisher is not None and publisher.end_year is not None:
        last = publisher.end_year - 1
        return last if latest is None else min(latest, last)
    return latest


def meant(name: str, written: int | None, resolver: Resolver) -> Body | None:
    """The body that a printed name stands for in a text of the year ``written`` (None: not known).

    A full former name (行政院勞工委員會) is that body's; a short one (勞委會) stands for the body that
    took over, except in a text from before the change.
    """
    body = resolver.body(name, year=written)
    if body is None or body.end_year is None or key(body.label) in (key(name), "行政院" + key(name)):
        return body
    if written is not None and written < body.end_year and resolver.body(name) is not None:
        return body
    authority = resolver.authority
    return authority.bodies[authority.successor(body.iri)]


def plausible(text: str, start: int, end: int, name: str, boundary: Boundary) -> bool:
    """Does a dictionary hit stand for the body, by what is around it?"""
    if _EVENT.search(text, max(0, start - 10), start) or not stands_free(text, start, end):
        return False
    behind = _NOT_BEHIND.get(name[-1])
    if behind and behind.match(text[end:end + 12]):
        return False
    if _FOREIGN.search(text, max(0, start - 8), start) and not name.startswith(("臺灣", "中華民國")):
        return False
    if name[0].isascii() and start and text[start - 1].isascii() and text[start - 1].isalnum():
        return False
    if name[-1].isascii() and end < len(text) and text[end].isascii() and text[end].isalnum():
        return False
    if len(name) <= 2:
        return _stands_alone(text, start, end, boundary)
    return True


def _stands_alone(text: str, start: int, end: int, boundary: Boundary) -> bool:
    """Is a very short name a word of its own in its surroundings?"""
    begin = max(0, start - 4)
    at = begin
    for word in boundary.words(text[begin:end + 4]):
        if at == start and len(word) == end - start:
            return True
        at += len(word)
    return False


def pronouns(text: str, publisher: str | None, resolver: Resolver, bodies: Sequence[Candidate]) -> Iterator[Candidate]:
    """本部, 大院 and 該署: the publisher, the Legislative Yuan, the body named last that ends alike."""
    own = resolver.authority.bodies.get(publisher) if publisher else None
    for m in _PRONOUN.finditer(text):
        word = m[0]
        if word[0] == "本" and own is not None and _fits(own.label, word[1:]):
            yield Candidate(_kind(own), m.start(), m.end(), word, "body-pronoun", 0.95, known=own.label)
        elif word == "大院":
            found = resolver.body("立法院")
            if found is not None:
                yield Candidate(_kind(found), m.start(), m.end(), word, "body-pronoun", 0.95, known=found.label)
        elif word[0] == "該":
            ending = _ENDINGS[word[1:]]
            before = [c for c in bodies if c.end <= m.start() and (c.known or c.name).endswith(ending)]
            if before:
                last = before[-1]
                yield Candidate(last.kind, m.start(), m.end(), word, "body-pronoun", 0.8, known=last.known or last.name)


def _fits(label: str, kind: str) -> bool:
    return label.endswith(_ENDINGS[kind]) or (kind == "公司" and "公司" in label)


def own_units(text: str, publisher: str | None, resolver: Resolver, boundary: Boundary) -> Iterator[Candidate]:
    """Units of the speaker: 本部國土管理署 is the Ministry's agency by its full name, and 本部 the Ministry.

    Where nobody is known to speak, a unit that the authority files know tells whose it is.
    """
    own = resolver.authority.bodies.get(publisher) if publisher else None
    for m in _OWN_UNIT.finditer(text):
        if _GENERAL_UNIT.search(m["unit"]):
            continue
        speaker = own or _parent(m["unit"], m["kind"], resolver)
        if speaker is None:
            continue
        known = resolver.body(m[0], speaker.iri)
        if known is not None and known.iri != speaker.iri:
            yield Candidate(_kind(known), m.start(), m.end(), m[0], "own-unit", 0.95, known=known.label)
        elif known is None and _is_unit(m["unit"], boundary):
            yield Candidate("Agency", m.start(), m.end(), speaker.label + m["unit"], "own-unit", 0.4)
        else:
            continue
        word = m[0][:1 + len(m["kind"])]
        if own is None or _fits(own.label, m["kind"]):
            yield Candidate(_kind(speaker), m.start(), m.start() + len(word), word, SPEAKER, 0.9, known=speaker.label)


def _parent(unit: str, kind: str, resolver: Resolver) -> Body | None:
    """Whose unit it is: the body above it whose name ends as 本部, 本院 … says."""
    body = resolver.body(unit)
    while body is not None and body.parent:
        body = resolver.authority.bodies.get(body.parent)
        if body is not None and _fits(body.label, kind):
            return body
    return None


def _kind(body: Body) -> str:
    return body.cls.split(":")[1]


def units(text: str, bodies: Sequence[Candidate], boundary: Boundary) -> Iterator[Candidate]:
    """Units that the authority files do not know, directly behind a body that they do: 臺南市政府經濟發展局."""
    for c in bodies:
        m = _UNIT.match(text, c.end)
        if m is None or _GENERAL_UNIT.search(m[0]) or not _is_unit(m[0], boundary):
            continue
        if not (c.known or c.name).endswith(("部", "會", "院", "政府", "署", "總處")):
            continue
        yield Candidate("Agency", c.start, m.end(), key((c.known or c.name) + m[0]), "body-unit", 0.6)


def joined(bodies: Sequence[Candidate], resolver: Resolver) -> Iterator[Candidate]:
    """A body and its unit printed together, the body by a former name (交通部觀光局東部海岸國家風景區管理處)."""
    authority = resolver.authority
    for c, d in pairwise(bodies):
        if c.end != d.start:
            continue
        above, below = resolver.body(c.known or c.name), resolver.body(d.known or d.name)
        if above is not None and below is not None and below.parent in (above.iri, authority.successor(above.iri)):
            yield Candidate(d.kind, c.start, d.end, c.name + d.name, "body-and-unit", 0.95, known=below.label)


def _is_unit(name: str, boundary: Boundary) -> bool:
    """Is it the name of a unit, and not a clause that happens to end like one (設置跨部會辦公室)?"""
    words = boundary.words(name)
    # 推動辦公室: a verb directly in front of the last noun is part of the name
    inner = words[:-2] if len(words) > 2 and words[-2] in TITLE_VERBS else words[:-1]
    joined = JOINTS - {"及", "暨"}
    return not boundary.bodies.intersection(words) and not any(w in HARD or w in joined or w in VERBS for w in inner)
