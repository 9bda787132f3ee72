"""Parameter types of canned queries: printed values to RDF terms, and the values on offer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pyoxigraph as ox
from rapidfuzz import fuzz, process

from kg.ids import key
from kg.names import ID, expand, sparql_prefixes

if TYPE_CHECKING:
    from kg.catalog import Parameter

PARAMETER_TYPES = ("entity", "concept", "string", "integer", "year", "decimal", "boolean", "date")
#: printed forms of yes and no
BOOLEANS = {"true": True, "1": True, "是": True, "yes": True, "false": False, "0": False, "否": False, "no": False}
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_XSD = "http://www.w3.org/2001/XMLSchema#"
#: a decimal with more digits than this is refused: nothing in the graph is of that size
_DIGITS = 40
_NAMES = tuple(
    ox.NamedNode(expand(p)) for p in ("skos:prefLabel", "skos:altLabel", "skos:hiddenLabel", "dcterms:title")
)
_ALIASES = _NAMES[1:3]
_TYPE = ox.NamedNode(expand("rdf:type"))


class BadValue(ValueError):
    """A parameter's value cannot be used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value on offer: the RDF term's text, its label, and how often it occurs (None = unknown)."""

    value: str
    label: str
    count: int | None = None


def term(parameter: Parameter, printed: str, store: ox.Store | None = None) -> ox.NamedNode | ox.Literal:
    """The RDF term of a printed value. Raises BadValue."""
    text = printed.strip()
    kind = parameter.type
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadValue(f"參數 {parameter.name}：值不是合法的文字 (not valid text)") from None
    if kind in ("entity", "concept"):
        return _thing(parameter, text, store)
    if kind == "string":
        return ox.Literal(text)
    if kind == "decimal":
        return ox.Literal(_decimal(parameter, text), datatype=ox.NamedNode(_XSD + "decimal"))
    if kind == "boolean":
        if text.lower() not in BOOLEANS:
            raise BadValue(f"參數 {parameter.name}：「{text}」要是 true 或 false (must be true or false)")
        return ox.Literal(BOOLEANS[text.lower()])
    if kind == "date":
        try:
            return ox.Literal(date.fromisoformat(text).isoformat(), datatype=ox.NamedNode(_XSD + "date"))
        except ValueError:
            raise BadValue(
                f"參數 {parameter.name}：「{text}」不是日期，要寫成 2026-01-31 (write a date as 2026-01-31)"
            ) from None
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
        raise BadValue(f"參數 {parameter.name}：「{text}」不是整數 (not a whole number)")
    return ox.Literal(int(text))


def _decimal(parameter: Parameter, text: str) -> str:
    """A number in the form of xsd:decimal, which knows neither exponents nor infinity."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadValue(f"參數 {parameter.name}：「{text}」不是數字 (not a number)") from None
    if not number.is_finite() or abs(number.adjusted()) > _DIGITS or len(text) > _DIGITS:
        raise BadValue(f"參數 {parameter.name}：「{text}」不是可用的數字 (not a usable number)")
    return format(number, "f")


def _thing(parameter: Parameter, text: str, store: ox.Store | None) -> ox.NamedNode:
    """The thing with an IRI or, in a graph, a name."""
    if _IRI.fullmatch(text):
        try:
            return ox.NamedNode(text)
        except ValueError:
            raise BadValue(f"參數 {parameter.name}：「{text}」不是合法的 IRI (not an IRI)") from None
    found = min(_by_name(parameter, text, store), key=lambda n: n.value, default=None) if store is not None else None
    if found is None:
        near = _near(parameter, text, store) if store is not None else []
        hint = f"；相近的有 near it: {'、'.join(near)}" if near else ""
        raise BadValue(f"參數 {parameter.name}：找不到「{text}」 (nothing of that name or IRI){hint}")
    return found


def _near(parameter: Parameter, text: str, store: ox.Store) -> list[str]:
    """The names on offer that are most like a text, at most three."""
    return [name for name, _, _ in process.extract(text, [o.label for o in options(parameter, store)], limit=3,
                                                   scorer=fuzz.ratio, score_cutoff=50)]


def _by_name(parameter: Parameter, text: str, store: ox.Store) -> list[ox.NamedNode]:
    """Things with the text as main name; where there is none, as another name. Of the wanted class only."""
    if parameter.type == "concept":
        wanted_key = key(text)
        return [ox.NamedNode(o.value) for o in options(parameter, store)
                if wanted_key in (key(o.label), key(o.value.rsplit("/", 1)[-1]))]
    wanted = ox.NamedNode(expand(parameter.cls)) if parameter.cls else None
    for predicate in _NAMES:
        found = []
        for spelling in dict.fromkeys((text, key(text))):
            for language in ("zh-hant", "en", None):
                literal = ox.Literal(spelling, language=language) if language else ox.Literal(spelling)
                found += [q.subject for q in store.quads_for_pattern(None, predicate, literal)
                          if isinstance(q.subject, ox.NamedNode)]
        if fitting := [s for s in found if wanted is None or ox.Quad(s, _TYPE, wanted) in store]:
            return fitting
    return []


def options(parameter: Parameter, store: ox.Store) -> list[Option]:
    """The values on offer: by the header's options query (?value ?label ?count), the scheme or the class."""
    if parameter.options:
        query = sparql_prefixes() + parameter.options
    elif parameter.scheme:
        query = sparql_prefixes("skos") + (
            f"SELECT ?value ?label WHERE {{ ?value skos:inScheme <{ID}{parameter.scheme}> ; skos:prefLabel ?label "
            'FILTER(LANGMATCHES(LANG(?label), "zh")) } ORDER BY ?value'
        )
    elif parameter.cls:
        query = sparql_prefixes("skos") + (
            f"SELECT ?value ?label (COUNT(?e) AS ?count) WHERE {{ ?value a <{expand(parameter.cls)}> ; "
            f'skos:prefLabel ?label ; <{expand("pol:evidence")}> ?e FILTER(LANGMATCHES(LANG(?label), "zh")) }} '
            "GROUP BY ?value ?label ORDER BY DESC(?count) ?label"
        )
    elif parameter.type == "boolean":
        return [Option("true", "是 yes"), Option("false", "否 no")]
    else:
        return []
    solutions = store.query(query)
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError("an options query must be a SELECT")
    names = {v.value for v in solutions.variables}
    found = []
    for row in solutions:
        value, label = row["value"], row["label"]
        if value is None:  # the one row of an aggregate over nothing
            continue
        count = row["count"] if "count" in names else None
        found.append(Option(value.value, label.value if label is not None else value.value,
                            int(count.value) if count is not None else None))
    return found


def complete(offered: Iterable[Option], typed: str, store: ox.Store, limit: int) -> list[Option]:
    """The options that go on from what was typed, by their label or another of their names.

    Labels that begin with it come first, then other names that do, then labels that hold it;
    the offered order (most frequent first) stays within each. Widths, 台/臺 and quotes do not matter.
    """
    wanted = key(typed).casefold()
    ranked: list[tuple[int, Option]] = []
    for option in offered:
        label = key(option.label).casefold()
        if label.startswith(wanted):
            ranked.append((0, option))
        elif any(key(name).casefold().startswith(wanted) for name in _aliases(option.value, store)):
            ranked.append((1, option))
        elif wanted in label:
            ranked.append((2, option))
    return [o for _, o in sorted(ranked, key=lambda x: x[0])][:limit]


def _aliases(value: str, store: ox.Store) -> Iterable[str]:
    if not _IRI.fullmatch(value):
        return
    for predicate in _ALIASES:
        for quad in store.quads_for_pattern(ox.NamedNode(value), predicate, None):
            if isinstance(quad.object, ox.Literal):
                yield quad.object.value
