"""The authority files of government bodies as typed records.

Names, parents and dates of the bodies are written once, in
``ontology/authority/bodies-*.ttl``; this module reads them for the matchers and the
resolver. ``endYear`` of a body is the year in which it was changed or dissolved.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from kg.ids import key
from kg.names import compact, expand

#: one statement of a Turtle file: subject, predicate, object
Triple = tuple[str, str, ox.NamedNode | ox.Literal]


@dataclass(frozen=True, slots=True)
class Succession:
    """A body that took over, from which day; ``on`` is None where only the year is known."""

    iri: str
    year: int
    on: date | None

    def holds(self, day: date) -> bool:
        """Had the change taken place on ``day``? A change known to the year counts from the next year on."""
        return self.on <= day if self.on else self.year < day.year


@dataclass(frozen=True, slots=True)
class Body:
    """A government body. ``alt_labels`` are safe in running text, ``hidden_labels`` only in table cells.

    ``cls`` is "pol:Ministry", "pol:Agency" or "pol:GovernmentBody"; ``parent`` is an IRI.
    """

    iri: str
    cls: str
    label: str
    english: str
    alt_labels: tuple[str, ...]
    hidden_labels: tuple[str, ...]
    parent: str | None
    start_year: int | None
    end_year: int | None
    successors: tuple[Succession, ...]


@dataclass(frozen=True, slots=True)
class Authority:
    """All bodies by IRI, and their IRIs by name key (see :func:`kg.ids.key`).

    A name may stand for several bodies: today's comes first, then its predecessors, the latest first.
    """

    bodies: Mapping[str, Body]
    #: main labels, alternative labels, and these with a name of the parent in front (經濟部產發署)
    body_names: Mapping[str, tuple[str, ...]]
    #: names that count only in table cells and after a parent's name
    hidden_names: Mapping[str, tuple[str, ...]]

    def successor(self, iri: str, on: date | None = None) -> str:
        """The body that stands in the place of ``iri`` on a day; today's one without a day.

        A body that has not ended, that was dissolved or split among several keeps its own IRI.
        Raises KeyError for an unknown body.
        """
        day = on or date.max
        while True:
            body = self.bodies[iri]
            # what was handed over before the body ended was a part of its tasks
            later = [s for s in body.successors if s.year == body.end_year and s.holds(day)]
            if len(later) != 1:
                return iri
            iri = later[0].iri


def data_dir() -> Path:
    """The folder of the ontology, in a checkout and in an installed wheel alike."""
    return Path(__file__).resolve().parent.parent / "ontology"


def read_turtle(path: Path) -> list[Triple]:
    """The statements of a Turtle file, in the file's order.

    Raises FileNotFoundError, SyntaxError for broken Turtle, and ValueError for a blank node
    (every thing of the project has an IRI).
    """
    found: list[Triple] = []
    for t in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
        if not isinstance(t.subject, ox.NamedNode) or not isinstance(t.object, ox.NamedNode | ox.Literal):
            raise ValueError(f"{path.name}: blank node in {t}; give the thing an IRI")
        found.append((t.subject.value, t.predicate.value, t.object))
    return found


@cache
def load(folder: Path | None = None) -> Authority:
    """The bodies of ``bodies-*.ttl`` in ``folder`` (the project's own authority files if None).

    Raises FileNotFoundError if there are none, SyntaxError for broken Turtle, ValueError where
    a body has no class or no Chinese name.
    """
    folder = folder or data_dir() / "authority"
    paths = sorted(folder.glob("bodies-*.ttl"))
    if not paths:
        raise FileNotFoundError(f"no bodies-*.ttl in {folder}; install the package with its ontology folder")
    subjects: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = defaultdict(lambda: defaultdict(list))
    for path in paths:
        for s, p, o in read_turtle(path):
            subjects[s][p].append(o)
    events = {s: about for s, about in subjects.items() if _EVENT in about[_TYPE]}
    successors = _successors(events.values())
    unsorted = [_body(s, about, tuple(successors[s])) for s, about in subjects.items() if s not in events]
    bodies = {b.iri: b for b in sorted(unsorted, key=_latest_first)}
    return Authority(bodies, _names(bodies), _index((b.iri, b.hidden_labels) for b in bodies.values()))


_TYPE = expand("rdf:type")
_PREF, _ALT, _HIDDEN = (expand(f"skos:{n}Label") for n in ("pref", "alt", "hidden"))
_PARENT, _START, _END = (expand(n) for n in ("org:subOrganizationOf", "pol:startYear", "pol:endYear"))
_FROM, _TO, _DATE = (expand(n) for n in ("org:originalOrganization", "org:resultingOrganization", "dcterms:date"))
_EVENT = ox.NamedNode(expand("org:ChangeEvent"))

_About = Mapping[str, list[ox.NamedNode | ox.Literal]]


def _successors(events: Iterable[_About]) -> dict[str, list[Succession]]:
    """For each body the bodies that followed it."""
    found: dict[str, list[Succession]] = defaultdict(list)
    for event in events:
        when = event[_DATE][0].value
        day = date.fromisoformat(when) if len(when) == 10 else None
        for old in event[_FROM]:
            found[old.value] += [Succession(new.value, int(when[:4]), day) for new in event.get(_TO, ())]
    return found


def _body(iri: str, about: _About, successors: tuple[Succession, ...]) -> Body:
    labels = {o.language: o.value for o in about.get(_PREF, ()) if isinstance(o, ox.Literal)}
    classes = [compact(o.value) for o in about.get(_TYPE, ())]
    label = labels.get("zh-hant", "") or labels.get("zh-Hant", "")
    if not label or len(classes) != 1:
        raise ValueError(f"{iri} needs one class and one skos:prefLabel in zh-Hant; correct it in bodies-*.ttl")
    first = {p: about[p][0].value for p in (_PARENT, _START, _END) if about.get(p)}
    return Body(
        iri, classes[0], label, labels.get("en", ""),
        tuple(o.value for o in about.get(_ALT, ())), tuple(o.value for o in about.get(_HIDDEN, ())),
        first.get(_PARENT),
        int(first[_START]) if _START in first else None, int(first[_END]) if _END in first else None,
        successors,
    )


def _latest_first(body: Body) -> tuple[int, str]:
    return -(body.end_year or 9999), body.iri


def _names(bodies: Mapping[str, Body]) -> dict[str, tuple[str, ...]]:
    """Name key → bodies, for labels, short names, and both behind names of the parent (行政院農委會漁業署).

    A body's own names come first: a compound never adds a second meaning to them.
    """
    own = _index((b.iri, (b.label, *b.alt_labels)) for b in bodies.values())
    short = {b.iri: [key(n) for n in (b.label, *b.alt_labels, *b.hidden_labels)] for b in bodies.values()}
    compounds: dict[str, list[str]] = defaultdict(list)
    for body in bodies.values():
        if body.parent is None:
            continue
        parents = list(short[body.parent])
        above = bodies[body.parent].parent
        if above is not None:
            label = key(bodies[above].label)
            parents += [label + p for p in parents if not p.startswith(label)]
        # 經濟部產業發展署 behind 經部 is 經部產業發展署
        tails = {name.removeprefix(p) for name in short[body.iri] for p in parents} | set(short[body.iri])
        for tail in sorted(tails):
            if len(tail) < 2 or tail.isascii() or tail.startswith(tuple(parents)):
                continue
            for compound in dict.fromkeys(p + tail for p in parents):
                if compound not in own and body.iri not in compounds[compound]:
                    compounds[compound].append(body.iri)
    return own | {name: tuple(iris) for name, iris in compounds.items() if iris}


def _index(named: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = defaultdict(list)
    for iri, names in named:
        for name in dict.fromkeys(map(key, names)):
            index[name].append(iri)
    return {name: tuple(iris) for name, iris in index.items()}


#: what follows a name that is cut out of longer words, by its last character (經濟部門, 數位部署, 工程會議, 食品所需)
_GOES_ON = {last: re.compile(rest) for last, rest in {
    "部": "[門隊署]|分(?![別年期配工署析攤為三階區])|位(?![於居])|落(?!實)",
    "會": "[議談勘籍]|計(?![畫算有])|影響|造成|導致|帶來|降低", "局": "[勢面限部促]", "處": "[理置罰境方分遇]",
    "所": "[有得需謂含致述指列定示產造生衍]", "院": "校", "司": "法", "社": "會", "辦": "[理事法公]",
    "協": "[定議商助]", "行": "[業員]", "電": "[動網池信子腦]",
}.items()}
#: what stands in front of a two-character name that is cut out, by its first character (平臺|電子, 其中|油, 經貿|協定)
_RAN_ON = {"臺": "全平櫃舞", "中": "其集程途空當過手年", "貿": "經"}
#: in front of a name these make it a body of another government (美國環保署, 越南農業部)
_FOREIGN = re.compile(
    "(?:[美英法德泰俄]國|[南北]韓|韓國|日本|歐盟|歐洲|中國|大陸|中共|香港|澳門|蒙古|印度|印尼|越南|緬甸|柬埔寨|寮國|馬來西亞|新加坡|菲律賓|"
    "汶萊|澳洲|紐西蘭|加拿大|荷蘭|比利時|盧森堡|捷克|波蘭|匈牙利|立陶宛|拉脫維亞|愛沙尼亞|斯洛伐克|以色列|瑞典|挪威|芬蘭|丹麥|冰島|瑞士|"
    "奧地利|義大利|西班牙|葡萄牙|希臘|愛爾蘭|俄羅斯|烏克蘭|土耳其|沙烏地阿拉伯|沙國|阿聯|埃及|南非|巴西|墨西哥|智利|阿根廷|哥倫比亞|秘魯|"
    "巴拉圭|瓜地馬拉|貝里斯|宏都拉斯|帛琉|史瓦帝尼|馬紹爾|吐瓦魯|索馬利蘭|聯邦)$"
)


def stands_free(text: str, start: int, end: int) -> bool:
    """May ``text[start:end]`` (in the form of :func:`kg.ids.key`) be the name of one of these bodies here?

    Chinese has no word boundaries: 經濟部門 holds no 經濟部, 平臺電子化 no 臺電, 經貿協定 no 貿協;
    and 美國環保署 is another government's.

    >>> stands_free("教育部門", 0, 3), stands_free("教育部補助", 0, 3)
    (False, True)
    """
    name, before, after = text[start:end], text[max(0, start - 1):start], text[end:end + 1]
    if any(_latin(a) and _latin(b) for a, b in ((before, name[0]), (name[-1], after))):
        return False
    rule = _GOES_ON.get(name[-1])
    if rule is not None and rule.match(text, end) and not name.endswith("公司"):
        return False
    if _FOREIGN.search(text[max(0, start - 6):start]):
        return False
    return len(name) > 2 or not before or before not in _RAN_ON.get(name[0], "")


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
