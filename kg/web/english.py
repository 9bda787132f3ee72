"""A result of a canned query as an English page shows it: in English where graph or query have English for a cell.

Names of things, classes, relations, rules and concepts have English labels in the graph; some queries write a word
in both languages ("主辦 leads"). What has none stays as it is printed in the documents.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pyoxigraph as ox

from kg.catalog_table import Table
from kg.catalog_types import Option
from kg.names import expand
from kg.store.select import select
from kg.web.graph import text_in

_LABELS = tuple(ox.NamedNode(expand(p)) for p in ("skos:prefLabel", "rdfs:label"))
#: a word in Chinese with its English after it
_PAIR = re.compile(r"[\u3400-\u9fff、，→／（）]+ ([A-Za-z][A-Za-z ,'\u2019/()-]*)")
_DERIVED = ("推得：", "derived: ")
#: columns whose cells are the documents' own words
_WORDS = frozenset({"quote", "text", "reason", "why"})


def name_of(store: ox.Store, thing: ox.NamedNode) -> str:
    """The English name of a thing; empty where it has none."""
    for predicate in _LABELS:
        if found := text_in(store, thing, predicate, "en"):
            return found
    return ""


@functools.lru_cache(maxsize=4)
def vocabulary(store: ox.Store) -> dict[str, str]:
    """English of the Chinese labels of classes, relations, rules and concepts that have one English label only."""
    found: dict[str, set[str]] = {}
    for row in select(store, """SELECT ?zh ?en WHERE {
            { ?x rdfs:label ?zh, ?en } UNION
            { ?x skos:inScheme ?scheme ; skos:prefLabel ?zh, ?en . FILTER NOT EXISTS { ?x a pol:Industry } }
            FILTER(LANGMATCHES(LANG(?zh), "zh") && LANGMATCHES(LANG(?en), "en")) }"""):
        found.setdefault(row["zh"].value, set()).add(row["en"].value)
    return {zh: min(en) for zh, en in found.items() if len(en) == 1}


def in_english(table: Table, store: ox.Store) -> Table:
    """The rows with English in the place of Chinese; the things behind the cells stay."""
    at = {name: n for n, name in enumerate(table.variables)}
    partner = {n: at[name.removesuffix("_label")] for name, n in at.items()
               if name.endswith("_label") and name.removesuffix("_label") in at}
    words = {n for name, n in at.items() if name in _WORDS}
    return replace(table, rows=tuple(
        tuple(cell if n in words else _cell(store, cell, row[partner[n]] if n in partner else None)
              for n, cell in enumerate(row))
        for row in table.rows
    ))


def _cell(store: ox.Store, cell: Any, thing: Any) -> Any:
    if not isinstance(cell, ox.Literal) or cell.value.isascii():
        return cell
    english = name_of(store, thing) if isinstance(thing, ox.NamedNode) else ""
    return ox.Literal(english, language="en") if english else _literal(store, cell)


def _literal(store: ox.Store, cell: ox.Literal) -> ox.Literal:
    known, (chinese, foreign) = vocabulary(store), _DERIVED
    pair = _PAIR.fullmatch(cell.value)
    if pair:
        return ox.Literal(pair[1], language="en")
    rest = cell.value.removeprefix(chinese)
    if rest not in known:
        return cell
    return ox.Literal((foreign if rest != cell.value else "") + known[rest], language="en")


def options(store: ox.Store, offered: Iterable[Option]) -> list[Option]:
    """The values on offer under their English names."""
    found = []
    for option in offered:
        pair = _PAIR.fullmatch(option.label)
        english = pair[1] if pair else vocabulary(store).get(option.label, "")
        if option.value.startswith(("http://", "https://")):
            english = name_of(store, ox.NamedNode(option.value)) or english
        found.append(replace(option, label=english) if english else option)
    return found
