"""Joins of whole extents: a query that counts over all of something, written so that the engine reads each list once.

Oxigraph joins the patterns of a block by looking up the second one for every row of the first. To count measures by
ministry it looks four thousand times for a type, although the list of all measures is read in a millisecond. What
stands in a subselect it reads once and joins by hash. So, where both lists are of a like length, a pattern is put into
a subselect that projects its variables, which by the algebra (SPARQL 1.1, 18.2 to 18.5: Join is associative, a
projection of all variables changes nothing) gives the same solutions.
"""

from __future__ import annotations

from kg.service.estimate import start
from kg.service.parse import Unreadable, parse
from kg.service.structure import Group, Pattern, Query
from kg.service.vocabulary import Vocabulary, full

#: a lookup takes about as long as reading eight rows of a list; half of that leaves room for wrong guesses
_LOOKUP = 4.0
#: lists shorter than this are not worth it, longer ones would fill the worker's memory
_SHORTEST, _LONGEST = 500.0, 500_000.0
#: what may not stand within a block of triples that is written anew
_OTHER = frozenset("{}[]()")
#: what may stand beside it in the group: it takes the rows of the block one by one
_BESIDE = frozenset({"optional", "exists", "minus"})


def planned(text: str, vocabulary: Vocabulary) -> str:
    """The query in the form that the engine answers sooner; the text itself where none is known.

    Only queries that need all rows (with aggregates or ORDER BY) are written anew. Lines stay the same ones.
    """
    if not vocabulary.known:
        return text
    try:
        query = parse(text)
    except Unreadable:
        return text
    group = query.group
    if group is None or query.form != "SELECT" or not (query.aggregates or query.ordered):
        return text
    if group.select is not None or group.given or any(kind not in _BESIDE for kind, _ in group.parts):
        return text
    wrapped, rows = _wrapped(group, query, vocabulary)
    if not wrapped:
        return text
    changes = [_block(text, query, group.triples, wrapped)]
    for kind, part in group.parts:
        if kind == "optional" and _plain_optional(part) and _short(part.triples[0], rows, query, vocabulary):
            changes.append(_block(text, query, part.triples, {0}))
    if None in changes:
        return text
    for first, last, new in sorted((c for c in changes if c), reverse=True):
        text = text[:first] + new + text[last:]
    return text


def _wrapped(group: Group, query: Query, vocabulary: Vocabulary) -> tuple[set[int], float]:
    """Numbers of the patterns to be put into subselects, and the rows that they give; none where it does not pay."""
    patterns = group.triples
    if len(patterns) < 2 or any(_selective(p, query, vocabulary) for p in patterns):
        return set(), 0.0
    sizes = [start(p, query.prefixes, vocabulary) if len(p.path) == 1 and not p.path[0].name else float("inf")
             for p in patterns]
    first = min(range(len(patterns)), key=sizes.__getitem__)
    rows = sizes[first]
    if not _SHORTEST <= rows <= _LONGEST:
        return set(), rows
    found, names = {first}, patterns[first].variables()
    while True:
        more = {n for n, p in enumerate(patterns) if n not in found and p.variables() & names
                and sizes[n] <= min(_LOOKUP * rows, _LONGEST)}
        if not more:
            break
        found |= more
        names = names.union(*(patterns[n].variables() for n in more))
    # what is looked up for each row must hang on the rows; a filter on them may leave few, which is quicker by lookups
    rest = [p for n, p in enumerate(patterns) if n not in found]
    filtered = {t.name for tokens in group.filters for t in tokens if t.name}
    if len(found) < 2 or filtered & names or not all(p.variables() & names for p in rest):
        return set(), rows
    return found, rows


def _selective(pattern: Pattern, query: Query, vocabulary: Vocabulary) -> bool:
    """Does it name one thing, or is it something else than a plain pattern?"""
    if pattern.subject.kind != "variable" or pattern.unbounded:
        return True
    if pattern.object.kind == "variable":
        return False
    # a class is named by many
    verb = full(pattern.path[0].text, query.prefixes) if len(pattern.path) == 1 else None
    return verb != full("a", {}) or pattern.object.kind not in ("iri", "prefixed")


def _plain_optional(part: Group) -> bool:
    one = len(part.triples) == 1 and not (part.parts or part.given or part.filters or part.select)
    return one and len(part.triples[0].path) == 1 and not part.triples[0].path[0].name


def _short(pattern: Pattern, rows: float, query: Query, vocabulary: Vocabulary) -> bool:
    """Is an optional pattern's list short enough to be read once for so many rows?"""
    if _selective(pattern, query, vocabulary):
        return False
    return start(pattern, query.prefixes, vocabulary) <= min(_LOOKUP * rows, _LONGEST)


def _block(text: str, query: Query, patterns: list[Pattern], wrapped: set[int]) -> tuple[int, int, str] | None:
    """Where a block of triples stands and how it is written anew; None where something else stands in it."""
    first, last = min(p.subject.start for p in patterns), max(p.span[1] for p in patterns)
    inside = [t for t in query.tokens if first <= t.start < last]
    if any(t.text in _OTHER or t.word in ("FILTER", "BIND", "VALUES", "OPTIONAL") for t in inside):
        return None
    plain, selects = [], []
    for n, p in enumerate(patterns):
        triple = f"{p.subject.text} {' '.join(t.text for t in p.path)} {p.object.text}"
        if n in wrapped:
            names = dict.fromkeys(t.name for t in (p.subject, p.object) if t.name)
            selects.append(f"{{ SELECT {' '.join(f'?{name}' for name in names)} {{ {triple} }} }}")
        else:
            plain.append(f"{triple} .")
    # a full stop may follow the block: behind a subselect it may stand, behind another one not
    return first, last, " ".join(plain + selects) + "\n" * text.count("\n", first, last)
