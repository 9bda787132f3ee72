"""Full-text search over labels and texts: an index of character pairs, and its pattern in SPARQL.

Chinese is written without spaces, and words of two characters (節能) are the commonest, so the index
holds every pair of neighbouring characters (SQLite FTS5). A text that holds all pairs of a word is a
candidate; it is a hit if it holds the word itself, so the hits are those of ``CONTAINS``.

In a query the pattern ``?x pol:textSearch "節能"`` stands for the things with a label or text that holds
every word of the string. It is replaced before the query runs: by the things found in the index
(``VALUES``), or, where the graph has no index, by a scan with ``CONTAINS``; so it works on any store.
A query that asks for nothing but the things found needs no engine (`alone`).
"""

from __future__ import annotations

import contextlib
import functools
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox

from kg import search_owners
from kg.names import POL, expand
from kg.service.parse import Unreadable, parse
from kg.service.structure import Query
from kg.service.tokens import Token
from kg.service.vocabulary import full

FILE = "search.sqlite"
#: what came, and which texts of :data:`FILE` went, since that file was built
LATER = "search-later.sqlite"
#: what is searched
PROPERTIES = tuple(expand(p) for p in (
    "skos:prefLabel", "skos:altLabel", "skos:hiddenLabel", "rdfs:label", "dcterms:title", "dcterms:description",
    "pol:text", "pol:periodText", "pol:statusScope",
))
#: the property that stands for a search
PREDICATE = POL + "textSearch"
#: where an index finds more things than this, the texts are scanned instead: so many names are no faster
MOST = 20_000
#: words of a query that asks for nothing but the things found; the order of results is free
_ALONE = frozenset({"PREFIX", "BASE", "SELECT", "DISTINCT", "REDUCED", "WHERE", "LIMIT"})
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)
#: rows of the index that are read at once
_ROWS = 10_000
_PLAIN = re.compile(r"[^\x00-\x7f]|[A-Za-z0-9]")
_SCHEMA = """
CREATE TABLE texts (id INTEGER PRIMARY KEY, subject TEXT NOT NULL, size INTEGER NOT NULL, text TEXT NOT NULL);
CREATE VIRTUAL TABLE pairs USING fts5(gram, content='', tokenize='ascii', detail=none);
"""


class SearchError(ValueError):
    """A search cannot be done; ``str()`` is the Chinese sentence with the English one in brackets."""


def pairs(text: str) -> str:
    """The text's character pairs, and its last character, which has no pair.

    >>> pairs("節能減碳")
    '節能 能減 減碳 碳'
    >>> pairs("5G 網路")
    '5G G 網路 路'
    """
    found = []
    for here, after in zip(text, text[1:] + " ", strict=False):
        if _PLAIN.match(here) and not here.isspace():
            found.append(here + after if _PLAIN.match(after) and not after.isspace() else here)
    return " ".join(found)


def build(store: ox.Store, folder: Path) -> int:
    """Writes the index of a graph's default graph; returns the number of texts."""
    with contextlib.closing(sqlite3.connect(folder / FILE)) as base:
        base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)
        number = 0
        for number, (subject, text) in enumerate(_texts(store), 1):
            base.execute("INSERT INTO texts VALUES (?, ?, ?, ?)", (number, subject, len(text), text))
            base.execute("INSERT INTO pairs (rowid, gram) VALUES (?, ?)", (number, pairs(text)))
        base.execute("INSERT INTO pairs (pairs) VALUES ('optimize')")
        base.commit()
        search_owners.build(base, folder)
    return number


def amend(former: Path, folder: Path, added: Iterable[tuple[str, str]], removed: Iterable[tuple[str, str]]) -> None:
    """Makes a version's index from the former one's: (subject, text) pairs that came, and those that went.

    The former index is linked, not copied, so that a document costs its own texts alone: what came since it was
    built stands in a second file with the numbers of what went. A build from nothing makes one file again.
    """
    gone = set(removed)
    for name in (FILE, *search_owners.FILES):
        if (former / name).exists():
            (folder / name).hardlink_to(former / name)
    if (former / LATER).exists():
        shutil.copyfile(former / LATER, folder / LATER)
    with contextlib.closing(sqlite3.connect(folder / LATER, uri=True)) as base:
        base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        if not (former / LATER).exists():
            base.executescript(_SCHEMA + "CREATE TABLE gone (id INTEGER PRIMARY KEY);")
        base.execute("ATTACH ? AS first", (_only_read(folder / FILE),))
        if gone:
            rows = [r for r in base.execute("SELECT id, subject, text FROM texts") if (r[1], r[2]) in gone]
            for number, _, text in rows:
                base.execute("INSERT INTO pairs (pairs, rowid, gram) VALUES ('delete', ?, ?)", (number, pairs(text)))
                base.execute("DELETE FROM texts WHERE id = ?", (number,))
            rows = [r for r in base.execute("SELECT id, subject, text FROM first.texts") if (r[1], r[2]) in gone]
            base.executemany("INSERT OR IGNORE INTO gone VALUES (?)", [r[:1] for r in rows])
        last = base.execute("SELECT coalesce(max(id), 0) FROM texts").fetchone()[0]
        for number, (subject, text) in enumerate(added, last + 1):
            base.execute("INSERT INTO texts VALUES (?, ?, ?, ?)", (number, subject, len(text), text))
            base.execute("INSERT INTO pairs (rowid, gram) VALUES (?, ?)", (number, pairs(text)))
        base.commit()


@functools.lru_cache(maxsize=16)
def _only_read(path: Path) -> str:
    """The URI of a file that nobody writes any more."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


def _texts(store: ox.Store) -> Iterator[tuple[str, str]]:
    for name in PROPERTIES:
        for quad in store.quads_for_pattern(None, ox.NamedNode(name), None, ox.DefaultGraph()):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                yield quad.subject.value, quad.object.value


def find(index: Path, words: str, most: int = MOST, ordered: bool = True, cut: bool = False) -> list[str] | None:
    """IRIs of the things with a text that holds every word (separated by spaces).

    Those with short texts come first unless it is said that the order is of no importance, which is faster.
    Where there are more than ``most``: None, or with ``cut`` so many of them. Raises SearchError where there is
    no word.
    """
    wanted = words.split()
    if not wanted:
        raise SearchError("搜尋字串是空的 (the search string is empty)")
    grams = sorted({g for word in wanted for g in _grams(word)})
    # a pair of Chinese characters is found by the pairs alone; anything longer, or with letters, is looked at
    unsure = [w for w in wanted if not (len(w) <= 2 and all(c > "\x7f" and _PLAIN.match(c) for c in w))]
    values = [*([" AND ".join(grams)] if grams else []), *unsure]
    where = " AND ".join(["id IN (SELECT rowid FROM {0}.pairs WHERE pairs MATCH ?)"] * bool(grams)
                         + ["instr(text, ?) > 0"] * len(unsure))
    texts = "SELECT subject, size FROM {0}.texts WHERE " + where
    later = index.with_name(LATER)
    owners = None if ordered or unsure else search_owners.owners_of(index.parent)
    if owners is not None and len(grams) == 1 and not later.exists():
        things = owners.having(grams[0].strip('"'))
        if things is not None:
            return owners.names(things[:most]) if cut or len(things) <= most else None
    with contextlib.closing(sqlite3.connect(_only_read(index), uri=True)) as base:
        source = texts.format("main")
        if later.exists():
            base.execute("ATTACH ? AS later", (_only_read(later),))
        if owners is not None:
            return _by_pairs(base, values[0], owners, most, cut, later.exists())
        if later.exists():
            source += f" AND id NOT IN (SELECT id FROM later.gone) UNION ALL {texts.format('later')}"
            values *= 2
        what = (f"subject, min(size) FROM ({source}) GROUP BY subject ORDER BY 2, 1" if ordered else
                f"DISTINCT subject FROM ({source})")
        rows = base.execute(f"SELECT {what} LIMIT ?", [*values, most + 1]).fetchall()
    return [row[0] for row in rows[:most]] if cut or len(rows) <= most else None


def _by_pairs(
    base: sqlite3.Connection, match: str, owners: search_owners.Owners, most: int, cut: bool, later: bool,
) -> list[str] | None:
    """As `find` where the pairs alone tell: the texts themselves are not looked at."""
    gone = {row[0] for row in base.execute("SELECT id FROM later.gone")} if later else set()
    things: set[int] = set()
    texts = base.execute("SELECT rowid FROM main.pairs WHERE pairs MATCH ?", (match,))
    while len(things) <= most and (rows := texts.fetchmany(_ROWS)):
        things |= owners.of(row[0] for row in rows if row[0] not in gone)
    found = owners.names(things)
    if later and len(found) <= most:
        new = base.execute("SELECT subject FROM later.texts WHERE id IN "
                           "(SELECT rowid FROM later.pairs WHERE pairs MATCH ?)", (match,))
        found = list(dict.fromkeys([*found, *(row[0] for row in new)]))
    return found[:most] if cut or len(found) <= most else None


def _grams(word: str) -> Iterable[str]:
    """FTS5 terms that every text with the word has."""
    kept = [a + b for a, b in pairwise(word) if _PLAIN.match(a) and _PLAIN.match(b)]
    if kept:
        return [f'"{g}"' for g in kept]
    return [f'"{word}"*'] if len(word) == 1 and _PLAIN.match(word) else []


def rewrite(text: str, found: Callable[[str], list[str] | None] | None) -> str:
    """The query with its searches replaced. ``found`` looks words up in an index; None: scan the texts.

    Raises SearchError for a search that cannot be done. A query without one is returned as it is.
    """
    if "textSearch" not in text:
        return text
    try:
        query = parse(text)
    except Unreadable:
        return text
    edits = []
    for group in query.group.walk() if query.group else []:
        spans: dict[tuple[int, int], tuple[Token, list[Token]]] = {}
        for pattern in group.triples:
            if len(pattern.path) == 1 and full(pattern.path[0].text, query.prefixes) == PREDICATE:
                spans.setdefault(pattern.span, (pattern.subject, []))[1].append(pattern.object)
        for span, (subject, objects) in spans.items():
            if subject.kind != "variable":
                raise SearchError("textSearch 的主詞必須是變數 (the subject of textSearch must be a variable)")
            block = " ".join(_block(subject.text, _words(o), found) for o in objects)
            first, last = _extent(query, subject, span)
            edits += [(subject.start, subject.start, block + " "), (first, last, "")]
    for first, last, new in sorted(edits, reverse=True):
        text = text[:first] + new + text[last:]
    return text


def alone(text: str) -> tuple[str, str, int | None] | None:
    """Variable, words and LIMIT of a query that asks for nothing but what one search finds; None for any other."""
    try:
        query = parse(text)
    except Unreadable:
        return None
    group = query.group
    if query.form != "SELECT" or group is None or group.parts or group.filters or group.given or query.made:
        return None
    words = {t.word for t in query.tokens if t.word}
    if len(group.triples) != 1 or words - _ALONE:
        return None
    pattern = group.triples[0]
    names = {t.name for t in query.projected} or {pattern.subject.name}
    if full(pattern.path[0].text, query.prefixes) != PREDICATE or len(pattern.path) > 1 \
            or not pattern.subject.name or names != {pattern.subject.name}:
        return None
    return pattern.subject.name, _words(pattern.object), query.limit


def _words(token: Token) -> str:
    m = re.fullmatch(r"(\"\"\"|'''|\"|')(.*)\1(@.*)?", token.text, re.S)
    if token.kind != "string" or m is None:
        raise SearchError("textSearch 後面要接字串 (textSearch needs a string)")
    return _ESCAPED.sub(_unescaped, m[2])


def _unescaped(escape: re.Match[str]) -> str:
    code, sign = escape[1] or escape[2], escape[3]
    if code:
        return chr(min(int(code, 16), 0x10FFFF))
    return {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}.get(sign, sign)


def _block(variable: str, words: str, found: Callable[[str], list[str] | None] | None) -> str:
    hits = found(words) if found is not None else None
    if hits is not None:
        return f"VALUES {variable} {{ {' '.join(f'<{iri}>' for iri in hits)} }}"
    properties = " ".join(f"<{p}>" for p in PROPERTIES)
    name = f"?kg_text_{variable[1:]}"
    tests = " && ".join(f"CONTAINS(STR({name}), {ox.Literal(w)})" for w in words.split()) or "false"
    return (f"{{ SELECT DISTINCT {variable} {{ VALUES {name}_p {{ {properties} }} {variable} {name}_p {name} "
            f"FILTER({tests}) }} }}")


def _extent(query: Query, subject: Token, span: tuple[int, int]) -> tuple[int, int]:
    """What to take out so that a query remains: the verb, its objects and one semicolon, or the subject too."""
    tokens = query.tokens
    at = next(n for n, t in enumerate(tokens) if t.start == span[0])
    after = next((n for n, t in enumerate(tokens) if t.start >= span[1]), len(tokens))
    if tokens[at - 1].text == ";":
        return tokens[at - 1].start, span[1]
    end = after
    while end < len(tokens) and tokens[end].text == ";":
        end += 1
    if end > after and tokens[end].text not in (".", "}"):
        return span[0], tokens[end].start
    last = tokens[end - 1].end if end > after else span[1]
    if end < len(tokens) and tokens[end].text == ".":
        last = tokens[end].end
    return subject.start, last
