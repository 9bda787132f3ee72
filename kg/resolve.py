"""Names as printed to known things: the authority files decide, context helps.

Resolution is a pure function of the name, the publisher and the authority files, so it
runs inside the per-document step.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from kg.authority import Authority, Body
from kg.authority import load as load_authority
from kg.authority_terms import Terms
from kg.authority_terms import terms as load_terms
from kg.ids import key, named

#: 本部, 該會 …: words that stand for a body named elsewhere; group 1 says what kind of body
PRONOUN = re.compile(r"^(?:本|該|貴|我)(部|會|院|署|局|處|府|總處|中心|所|行|公司)$")
_UNIT_IN_BRACKETS = re.compile(r"[（(]([^（）()]+)[)）]$")
#: the last word of an act's English title
_ACT = re.compile(r" (?:act|statute)$")
_PART = re.compile(r"(?:草案|\(草案\)|（草案）)$")


@dataclass(frozen=True, slots=True)
class Named:
    """A resolved name: its IRI, class, main label and whether the authority files know it."""

    iri: str
    cls: str
    label: str
    known: bool


class Resolver:
    """Looks names up in the authority files."""

    def __init__(self, authority: Authority, terms: Terms) -> None:
        self.authority = authority
        self.terms = terms

    def body(self, surface: str, publisher: str | None = None, *, table: bool = False,
             year: int | None = None) -> Body | None:
        """The body that a printed name stands for; None if the authority files do not know it.

        ``publisher`` is the IRI of the body that speaks, for 本部 and the like. In a
        table cell (``table=True``) short forms that are ambiguous in running text count.
        ``year`` is the year of writing: of several bodies that bore the name the one of that year is meant.
        """
        name = key(surface)
        if PRONOUN.match(name):
            return self.authority.bodies.get(publisher) if publisher else None
        if name.startswith("本部") and publisher is not None and publisher in self.authority.bodies:
            own = self._lookup(self.authority.bodies[publisher].label + name[2:], table, year)
            if own is not None:
                return own
            name = name[2:]
        found = self._lookup(name, table, year)
        if found is None:
            bare = _UNIT_IN_BRACKETS.sub("", name)
            if bare != name:
                found = self._lookup(bare, table, year)
        return found

    def _lookup(self, name: str, table: bool, year: int | None) -> Body | None:
        iris = self.authority.body_names.get(name, ())
        if not iris and table:
            iris = self.authority.hidden_names.get(name, ())
        if not iris:
            return None
        return _bearer([self.authority.bodies[i] for i in iris], year)

    def of_year(self, iri: str, surface: str, year: int) -> str:
        """The body that bore a name in a year, if ``iri`` is one of several that bore it; else ``iri``."""
        iris = self.authority.body_names.get(key(surface), ())
        return _bearer([self.authority.bodies[i] for i in iris], year).iri if iri in iris else iri

    def body_named(self, surface: str, publisher: str | None = None, *, table: bool = False,
                   year: int | None = None) -> Named:
        """Like :meth:`body`, but an unknown name becomes a body of its own (``known`` False)."""
        found = self.body(surface, publisher, table=table, year=year)
        if found is not None:
            return Named(found.iri, found.cls, found.label, True)
        label = surface.strip()
        return Named(named("pol:GovernmentBody", label), "pol:GovernmentBody", label, False)

    def regulation(self, surface: str) -> Named:
        """A law or rule by its name or short name; a draft is the law it is a draft of."""
        for name in (key(surface), _PART.sub("", key(surface))):
            iri = self.terms.regulation_names.get(name) or self.terms.regulation_names.get(name.casefold())
            if iri:
                return Named(iri, "pol:Regulation", self.terms.regulations[iri].label, True)
        label = surface.strip()
        if label.isascii() and label.casefold() in self._english:
            iri = self._english[label.casefold()]
            return Named(iri, "pol:Regulation", self.terms.regulations[iri].label, True)
        return Named(named("pol:Regulation", label), "pol:Regulation", label, False)

    @functools.cached_property
    def _english(self) -> dict[str, str]:
        """English titles of laws → IRI; two laws of one title (as some former ones) give neither."""
        found: dict[str, str | None] = {}
        for law in self.terms.regulations.values():
            title = law.english.casefold()
            found[title] = None if title in found else law.iri
            # older translations: Statute for Industrial Innovation
            older = _ACT.sub("", title)
            if older != title:
                found.setdefault(f"statute for {older}", law.iri)
        return {title: iri for title, iri in found.items() if title and iri is not None}

    def program(self, surface: str) -> Named:
        """A program by its name or short name."""
        name = key(surface)
        iri = self.terms.program_names.get(name) or self.terms.program_names.get(name.casefold())
        if iri:
            return Named(iri, "pol:Program", self.terms.programs[iri].label, True)
        label = surface.strip()
        return Named(named("pol:Program", label), "pol:Program", label, False)

    def industry(self, surface: str) -> Named:
        """An industry or industrial field by its name."""
        name = key(surface)
        for candidate in (name, name.casefold(), re.sub(r"(?:產業|業)$", "", name)):
            iri = self.terms.industry_names.get(candidate)
            if iri:
                return Named(iri, "pol:Industry", self.terms.industries[iri].label, True)
        label = surface.strip()
        return Named(named("pol:Industry", label), "pol:Industry", label, False)


def _bearer(bodies: list[Body], year: int | None) -> Body:
    """Of the bodies that bear a name the one that did so in a year; today's one without a year or if none did.

    In the year of a change the new body counts.
    """
    then = [b for b in bodies if year is not None and (b.start_year is None or b.start_year <= year)
            and (b.end_year is None or year < b.end_year)]
    if then:
        # a successor whose start is not known began when the other ended
        return min(then, key=lambda b: (b.end_year or 9999, b.iri))
    return min(bodies, key=lambda b: (b.end_year is not None, b.iri))


@functools.cache
def default_resolver() -> Resolver:
    """The resolver over the authority files that ship with the program."""
    return Resolver(load_authority(), load_terms())
