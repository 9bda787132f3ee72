"""A SPARQL query's structure: what `kg.service.parse` finds, for checks and estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kg.service.tokens import Token


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern. ``path`` holds the verb's tokens; ``span`` the verb with its whole object list."""

    subject: Token
    path: tuple[Token, ...]
    object: Token
    span: tuple[int, int]

    @property
    def unbounded(self) -> bool:
        """Does the path repeat (``*`` or ``+``)?"""
        return len(self.path) > 1 and any(t.text in "*+" for t in self.path)

    def variables(self) -> set[str]:
        """Variables and blank nodes of the pattern."""
        ends = {t.name or t.text for t in (self.subject, self.object) if t.kind in ("variable", "blank")}
        return ends | {t.name for t in self.path if t.name}


@dataclass(slots=True)
class Group:
    """What stands between two braces."""

    triples: list[Pattern] = field(default_factory=list)
    #: (kind, group): optional, union, minus, graph, exists, group or select
    parts: list[tuple[str, Group]] = field(default_factory=list)
    #: variables given by BIND or VALUES, or projected by a subselect
    given: set[str] = field(default_factory=set)
    #: tokens of each FILTER and BIND expression
    filters: list[tuple[Token, ...]] = field(default_factory=list)
    select: Query | None = None
    start: int = 0

    def bound(self) -> set[str]:
        """Variables that the group can bind."""
        if self.select is not None:
            return self.select.bound()
        found = set(self.given)
        for pattern in self.triples:
            found |= pattern.variables()
        for kind, part in self.parts:
            if kind not in ("minus", "exists"):
                found |= part.bound()
        return found

    def walk(self) -> list[Group]:
        """The group and all groups within it."""
        inner = [g for _, part in self.parts for g in part.walk()]
        return [self, *inner, *(self.select.group.walk() if self.select and self.select.group else [])]


@dataclass(slots=True)
class Query:
    """A query or subselect."""

    form: str = ""
    #: prefix -> namespace, as declared
    prefixes: dict[str, str] = field(default_factory=dict)
    #: variables that are projected as they are, and those made by ``(… AS ?x)``
    projected: list[Token] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    star: bool = False
    aggregates: bool = False
    group: Group | None = None
    limit: int | None = None
    ordered: bool = False
    #: constants that DESCRIBE names
    described: int = 0
    tokens: Sequence[Token] = ()

    def bound(self) -> set[str]:
        """Variables that a solution can have."""
        inner = self.group.bound() if self.group else set()
        return inner if self.star else {t.name for t in self.projected} | self.made
