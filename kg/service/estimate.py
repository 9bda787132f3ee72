"""Does a query look cheap? An estimate from its structure and the graph's counts, made in microseconds.

A query looks cheap if every group starts at few triples (a constant, VALUES, a rare class or property),
its patterns hang together, and paths of any length start at a constant. The estimate only chooses the
lane (kg.service.pool); a query that proves expensive leaves the fast lane all the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from kg.names import PREFIXES
from kg.service.structure import Group, Pattern, Query
from kg.service.vocabulary import Vocabulary, full

#: triples that a cheap query may start from, growth by joins included
CHEAPEST = 30_000.0
_TYPE = PREFIXES["rdf"] + "type"
#: triples of a property of which nothing is known
_UNKNOWN = 1_000_000
#: triples found from a subject, from an object; rows that one row grows to by a join
_OF_SUBJECT, _OF_OBJECT, _GROWTH = 5.0, 0.1, 2.0
_PATH_GROWTH = 50.0
_SLOW_WORDS = frozenset({"CONTAINS", "REGEX", "STRSTARTS", "STRENDS", "REPLACE", "LCASE", "UCASE"})


def estimate(query: Query, vocabulary: Vocabulary) -> float | None:
    """Roughly how many triples the query looks at; None if it is not cheap."""
    if query.group is None:
        return 20.0 * query.described if query.form == "DESCRIBE" and query.described else None
    total = 0.0
    for group in query.group.walk():
        cost = _group(group, query.prefixes, vocabulary)
        if cost is None:
            return None
        total += cost
    plain = not (query.ordered or query.aggregates) and len(query.group.triples) == 1 and not query.group.parts
    if plain and query.limit is not None and not query.group.filters:
        total = min(total, query.limit * 1.0)
    return total if total <= CHEAPEST else None


def components(group: Group) -> list[set[str]]:
    """Variables of a group that hang together by patterns, parts and filters; more than one is a cross product."""
    found: list[set[str]] = []
    linked = [p.variables() for p in group.triples]
    linked += [part.bound() for kind, part in group.parts if kind not in ("minus", "exists")]
    # an expression connects what it compares, but a label that BIND gives is no side of a product
    expressions = [{t.name for t in tokens if t.name} & group.bound() for tokens in group.filters]
    for n, names in enumerate(linked + expressions):
        touching = [c for c in found if c & names]
        if not names or (n >= len(linked) and not touching):
            continue
        found = [c for c in found if not c & names]
        found.append(names.union(*touching))
    return found


def start(pattern: Pattern, prefixes: Mapping[str, str], vocabulary: Vocabulary) -> float:
    """How many triples match a pattern by itself."""
    verb = None if pattern.path[0].name or len(pattern.path) > 1 else full(pattern.path[0].text, prefixes)
    if verb is None:
        matching = float(vocabulary.triples or _UNKNOWN)
    elif vocabulary.known:
        matching = float(vocabulary.properties.get(verb, 1))
    else:
        matching = float(_UNKNOWN)
    constant = {"subject": pattern.subject.kind not in ("variable", "blank"),
                "object": pattern.object.kind not in ("variable", "blank")}
    if constant["subject"]:
        return min(matching, _OF_SUBJECT)
    if constant["object"]:
        if verb == _TYPE:
            iri = full(pattern.object.text, prefixes) if pattern.object.kind in ("iri", "prefixed") else None
            return float(vocabulary.classes.get(iri or "", 1)) if vocabulary.known else float(_UNKNOWN)
        return min(matching, max(_OF_SUBJECT, matching * _OF_OBJECT))
    return matching


def _group(group: Group, prefixes: Mapping[str, str], vocabulary: Vocabulary) -> float | None:
    if group.select is not None:
        return 0.0  # its own group is walked too
    if len(components(group)) > 1:
        return None
    if not group.triples:
        return 1.0
    least = min(start(p, prefixes, vocabulary) for p in group.triples)
    if group.given:
        least = min(least, 50.0)
    for pattern in group.triples:
        if pattern.unbounded:
            if pattern.subject.kind in ("variable", "blank") and pattern.object.kind in ("variable", "blank"):
                least *= _PATH_GROWTH
            least *= _GROWTH
    words = {t.word for tokens in group.filters for t in tokens}
    return least * _GROWTH ** min(len(group.triples) - 1, 20) * (3.0 if words & _SLOW_WORDS else 1.0)
