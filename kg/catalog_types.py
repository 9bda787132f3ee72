"""Parameter types of canned queries: printed values to RDF terms, and the values on offer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.ids import key
from kg.names import ID, expand, sparql_prefixes

if TYPE_CHECKING:
    from kg.catalog import Parameter

PARAMETER_TYPES = ("entity", "concept", "string", "integer", "year", "decimal")
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_XSD = "http://www.w3.org/2001/XMLSchema#"


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
    if kind in ("entity", "concept"):
        if _IRI.fullmatch(text):
            return ox.NamedNode(text)
        if store is not None:
            for quad in _by_name(parameter, text, store):
                return quad
        raise BadValue(f"參數 {parameter.name}：找不到「{text}」 (nothing of that name or IRI)")
    if kind == "string":
        return ox.Literal(text)
    if kind == "decimal":
        try:
            return ox.Literal(str(Decimal(text)), datatype=ox.NamedNode(_XSD + "decimal"))
        except InvalidOperation:
            raise BadValue(f"參數 {parameter.name}：「{text}」不是數字 (not a number)") from None
    if not re.fullmatch(r"[+-]?\d{1,9}", text):
        raise BadValue(f"參數 {parameter.name}：「{text}」不是整數 (not a whole number)")
    return ox.Literal(int(text))


def _by_name(parameter: Parameter, text: str, store: ox.Store) -> Iterator[ox.NamedNode]:
    """Things whose main, other or English name is the text; those of the wanted class only."""
    if parameter.type == "concept":
        for option in options(parameter, store):
            if key(text) in (key(option.label), key(option.value.rsplit("/", 1)[-1])):
                yield ox.NamedNode(option.value)
        return
    wanted = ox.NamedNode(expand(parameter.cls)) if parameter.cls else None
    rdf_type = ox.NamedNode(expand("rdf:type"))
    for predicate in ("skos:prefLabel", "skos:altLabel"):
        for language in ("zh-hant", "en", None):
            literal = ox.Literal(text, language=language) if language else ox.Literal(text)
            for quad in store.quads_for_pattern(None, ox.NamedNode(expand(predicate)), literal):
                if isinstance(quad.subject, ox.NamedNode) and (
                    wanted is None or ox.Quad(quad.subject, rdf_type, wanted) in store
                ):
                    yield quad.subject


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
            "GROUP BY ?value ?label ORDER BY DESC(?count) ?label LIMIT 500"
        )
    else:
        return []
    solutions = store.query(query)
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError("an options query must be a SELECT")
    names = {v.value for v in solutions.variables}
    found = []
    for row in solutions:
        value, label = row["value"], row["label"]
        count = row["count"] if "count" in names else None
        found.append(Option(value.value, label.value if label is not None else value.value,
                            int(count.value) if count is not None else None))
    return found
