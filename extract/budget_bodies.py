"""The bodies of a budget: 工業局 below 經濟部主管 in the budget of 2019 is the body that bore the name then."""

from __future__ import annotations

import re

from kg.authority import Body
from kg.ids import key
from kg.read.tables import Cell
from kg.records import Records
from kg.resolve import Named, Resolver

RULE = "budget-body"
#: what a budget adds to a body's name
_ADDED = re.compile(r"(?:及所屬(?:機關)?|主管)$")


def bare(name: str) -> str:
    """A body's name without what a budget adds to it.

    >>> bare("國際貿易局及所屬"), bare("經濟部主管")
    ('國際貿易局', '經濟部')
    """
    return _ADDED.sub("", re.sub(r"\s+", "", name))


def resolve(resolver: Resolver, name: str, above: str | None, year: int | None) -> Body | None:
    """The body with this name (behind that of the body ``above``, a label, where one is known) in a year."""
    names = [key(name)]
    if above and not names[0].startswith(key(above)):
        names.insert(0, key(above) + names[0])
    for candidate in names:
        iris = resolver.authority.body_names.get(candidate) or resolver.authority.hidden_names.get(candidate, ())
        bodies = [resolver.authority.bodies[i] for i in iris]
        alive = [b for b in bodies if year is None or _alive(b, year)]
        if alive or bodies:
            # the body of the year, else today's, which comes first
            return (alive or bodies)[0]
    return None


def _alive(body: Body, year: int) -> bool:
    return (body.start_year or 0) <= year <= (body.end_year or 9999)


class Bodies:
    """The bodies of one document, each looked up once."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._known: dict[tuple[str, str | None, int | None], Named] = {}
        self._placed: set[str] = set()

    def known(self, name: str) -> bool:
        """Is it the name of a body that the authority files know?"""
        return resolve(self._records.resolver, bare(name), None, None) is not None

    def find(self, cell: Cell, above: Named | None, year: int | None) -> Named:
        """The body that a cell names, made an entity there; an unknown one is reported and put below ``above``."""
        name = bare(cell.text)
        at = (name, above.label if above else None, year)
        found = self._known.get(at)
        if found is None:
            body = resolve(self._records.resolver, name, above.label if above else None, year)
            if body is not None:
                found = Named(body.iri, body.cls, body.label, True)
            else:
                found = self._records.resolver.body_named(name, table=True)
            self._known[at] = found
        if found.iri not in self._placed:
            self._placed.add(found.iri)
            place = (cell.start, cell.end)
            self._records.named(found, place, RULE)
            if not found.known:
                self._records.unresolved("body", cell.text, place)
                if above is not None and above.known and above.iri != found.iri:
                    self._records.relate(found.iri, "org:subOrganizationOf", above.iri, place, RULE, 0.8)
        return found
