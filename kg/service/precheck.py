"""The usual slips in a query, each said in a sentence that a person can act on, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rapidfuzz import fuzz, process

from kg.names import BORROWED, CLASSES, DATA_PROPERTIES, OBJECT_PROPERTIES, POL, PREFIXES, compact, expand
from kg.service.estimate import components, start
from kg.service.parse import Unreadable, parse
from kg.service.structure import Group, Query
from kg.service.tokens import Token, place, tokens
from kg.service.vocabulary import Vocabulary, full

#: namespaces that people use without declaring them, beyond the project's own
_WELL_KNOWN = {
    "foaf": "http://xmlns.com/foaf/0.1/", "dc": "http://purl.org/dc/elements/1.1/", "dct": PREFIXES["dcterms"],
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#", "owl": PREFIXES["owl"],
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "wd": "http://www.wikidata.org/entity/", "wdt": "http://www.wikidata.org/prop/direct/", "time": "http://www.w3.org/2006/time#",
    "oa": "http://www.w3.org/ns/oa#", "fn": "http://www.w3.org/2005/xpath-functions#", "adms": "http://www.w3.org/ns/adms#",
}
#: how alike a name must be to be proposed (0–100)
_ALIKE = 60
#: rows of a result that is called huge
_HUGE = 100_000
_LANGUAGE = re.compile(r"[\"']([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)[\"']")


@dataclass(frozen=True, slots=True)
class Hint:
    """A slip: what, where, what to do."""

    code: str
    zh: str
    en: str
    line: int
    column: int
    hint: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {k: v for k, v in asdict(self).items() if v != ""}


def check(text: str, vocabulary: Vocabulary) -> list[Hint]:
    """All slips in a query by place. Of a text that cannot be followed only the prefixes are checked."""
    found = list(_prefixes(text))
    try:
        query = parse(text)
    except Unreadable:
        return found
    found += _terms(text, query, vocabulary)
    found += _unbound(text, query)
    for group in query.group.walk() if query.group else []:
        found += _languages(text, group, vocabulary)
        found += _product(text, group)
    found += _huge(text, query, vocabulary)
    return sorted(dict.fromkeys(found), key=lambda h: (h.line, h.column))


def _hint(text: str, at: int, code: str, zh: str, en: str, hint: str = "") -> Hint:
    line, column = place(text, at)
    return Hint(code, f"{zh}（第 {line} 行第 {column} 字）", en, line, column, hint)


def _prefixes(text: str) -> Iterator[Hint]:
    declared = set(PREFIXES)
    before: Token | None = None
    reported: set[str] = set()
    for token in tokens(text):
        if token.kind == "prefixed":
            prefix = token.text.partition(":")[0]
            if before is not None and before.word == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared and prefix not in reported:
                reported.add(prefix)
                yield _hint(text, token.start, "unknown-prefix", f"前綴 {prefix}: 沒有宣告",
                            f"The prefix {prefix}: is not declared.", _declaration(prefix))
        before = token


def _declaration(prefix: str) -> str:
    """What to put before the query."""
    if prefix in _WELL_KNOWN:
        return f"在查詢最前面加上 (put before the query): PREFIX {prefix}: <{_WELL_KNOWN[prefix]}>"
    near = process.extractOne(prefix.lower(), [*PREFIXES], scorer=fuzz.ratio, score_cutoff=_ALIKE)
    if near:
        return f"是否要寫 {near[0]}: (did you mean {near[0]}:) — PREFIX {near[0]}: <{PREFIXES[near[0]]}>"
    return f"在查詢最前面加上 (put before the query): PREFIX {prefix}: <…>"


def _terms(text: str, query: Query, vocabulary: Vocabulary) -> Iterator[Hint]:
    """Properties and classes that nothing in the graph has."""
    if not vocabulary.known:
        return
    type_iri = expand("rdf:type")
    search = POL + "textSearch"
    for group in query.group.walk() if query.group else []:
        for pattern in group.triples:
            for token in pattern.path:
                iri = full(token.text, query.prefixes) if token.kind in ("iri", "prefixed") else None
                if iri and iri != search and iri not in vocabulary.properties:
                    yield _unknown(text, token, iri, "property", vocabulary.properties)
            verb = full(pattern.path[0].text, query.prefixes) if len(pattern.path) == 1 else None
            if verb == type_iri and pattern.object.kind in ("iri", "prefixed"):
                iri = full(pattern.object.text, query.prefixes)
                if iri and iri not in vocabulary.classes:
                    yield _unknown(text, pattern.object, iri, "class", vocabulary.classes)


def _unknown(text: str, token: Token, iri: str, kind: str, known: Iterable[str]) -> Hint:
    names = (*OBJECT_PROPERTIES, *DATA_PROPERTIES, *BORROWED) if kind == "property" else tuple(CLASSES)
    zh = "屬性" if kind == "property" else "類別"
    defined = iri in {expand(n) for n in names}
    near = nearest(iri, known)
    hint = f"是否要寫 {compact(near)} (did you mean {compact(near)})" if near and not defined else ""
    if defined:
        return _hint(text, token.start, f"unused-{kind}", f"目前的圖譜沒有任何資料使用{zh} {token.text}",
                     f"Nothing in this graph has the {kind} {token.text} at present.")
    return _hint(text, token.start, f"unknown-{kind}", f"圖譜裡沒有{zh} {token.text}",
                 f"There is no {kind} {token.text} in this graph.", hint)


def nearest(iri: str, known: Iterable[str]) -> str | None:
    """The known IRI whose last part is most like that of an IRI; None where none is alike."""
    def last(x: str) -> str:
        return re.split(r"[#/]", x)[-1].lower()

    found = process.extractOne(last(iri), {k: last(k) for k in known}, scorer=fuzz.WRatio, score_cutoff=_ALIKE)
    return found[2] if found else None


def _unbound(text: str, query: Query) -> Iterator[Hint]:
    """Projected variables that no part of the query can give a value."""
    for part in [query, *(g.select for g in (query.group.walk() if query.group else []) if g.select)]:
        if part.group is None or part.star:
            continue
        bound = part.group.bound() | part.made
        for token in part.projected:
            if token.name not in bound:
                near = process.extractOne(token.name, sorted(bound), scorer=fuzz.ratio, score_cutoff=_ALIKE)
                yield _hint(text, token.start, "never-bound", f"變數 {token.text} 從未得到值，這一欄會是空的",
                            f"The variable {token.text} is never bound; its column will be empty.",
                            f"是否要寫 ?{near[0]} (did you mean ?{near[0]})" if near else "")


def _languages(text: str, group: Group, vocabulary: Vocabulary) -> Iterator[Hint]:
    """``LANG(?x) = "zh-Hant"`` and tags that no text has."""
    for found in group.filters:
        words = [t.word for t in found]
        for n, token in enumerate(found):
            m = _LANGUAGE.fullmatch(token.text) if token.kind == "string" else None
            if not m:
                continue
            equal = ("LANG" in words[max(0, n - 6): n] and found[n - 1].text == "=") or (
                words[n + 2: n + 3] == ["LANG"] and found[n + 1].text == "="
            )
            matches = "LANGMATCHES" in words[max(0, n - 7): n]
            tag = m[1].lower()
            if equal and tag != m[1]:
                yield _hint(
                    text, token.start, "language-tag", f"語言標籤在資料庫裡一律小寫，{token.text} 永遠比對不到",
                    f"The store keeps language tags in lower case; {token.text} never matches.",
                    f'改用 (use) LANGMATCHES(LANG(?x), "{m[1]}")',
                )
            elif (equal or matches) and vocabulary.languages and tag != "*" and not any(
                known == tag or (matches and known.startswith(tag + "-")) for known in vocabulary.languages
            ):
                offered = ", ".join(vocabulary.languages)
                yield _hint(text, token.start, "language-tag", f"圖譜裡沒有語言標籤是 {token.text} 的文字",
                            f"No text in this graph has the language {token.text}.", f"可用 (there are): {offered}")


def _product(text: str, group: Group) -> Iterator[Hint]:
    found = components(group)
    if len(found) > 1:
        sides = " × ".join("{" + " ".join("?" + v for v in sorted(c) if not v.startswith("_:")) + "}" for c in found)
        yield _hint(text, group.start, "cross-product", f"這一組條件互不相連，會產生所有組合：{sides}",
                    f"These patterns share no variable, so every combination is made: {sides}",
                    "用共同的變數連起來 (connect them by a variable that both have)")


def _huge(text: str, query: Query, vocabulary: Vocabulary) -> Iterator[Hint]:
    """No LIMIT, and every pattern matches very many triples."""
    if query.limit is not None or query.aggregates or query.group is None or query.form in ("ASK", "DESCRIBE"):
        return
    group = query.group
    if not vocabulary.known or not group.triples or group.given or group.filters:
        return
    rows = min(start(p, query.prefixes, vocabulary) for p in group.triples)
    if rows >= _HUGE:
        yield _hint(text, len(text.rstrip()), "no-limit", f"沒有 LIMIT，結果可能有 {rows:,.0f} 列",
                    f"There is no LIMIT; the result may have {rows:,.0f} rows.",
                    "在最後加上 (put at the end): LIMIT 1000")
