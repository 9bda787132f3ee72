"""The authority files of industries, regulations and programs, as typed records.

The names of this field are written once, in ``ontology/authority/*.ttl``; this module
reads them for the matchers and the resolver. A program or a regulation stands there as
in a lexicon: it enters a graph only when a document mentions it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from kg.ids import key
from kg.model import Period
from kg.names import expand

FOLDER = Path(__file__).resolve().parent.parent / "ontology" / "authority"


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry. ``alt_labels`` are safe in running text, ``hidden_labels`` only in cells and lists."""

    iri: str
    label: str
    english: str
    alt_labels: tuple[str, ...]
    hidden_labels: tuple[str, ...]
    broader: tuple[str, ...]
    schemes: tuple[str, ...]
    #: an everyday word too: a mention only where the trade is spoken of (it has a skos:scopeNote)
    everyday: bool = False


@dataclass(frozen=True, slots=True)
class Regulation:
    """A law, regulation or standard; ``agency`` and ``replaced_by`` are IRIs."""

    iri: str
    label: str
    english: str
    alt_labels: tuple[str, ...]
    agency: str | None
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class Program:
    """A named plan or scheme; ``hidden_labels`` count only in cells and lists."""

    iri: str
    label: str
    english: str
    alt_labels: tuple[str, ...]
    hidden_labels: tuple[str, ...]
    period: Period | None


@dataclass(frozen=True, slots=True)
class Terms:
    """All three classes: records by IRI, and IRIs by canonical name (see :func:`name_key`)."""

    industries: Mapping[str, Industry]
    regulations: Mapping[str, Regulation]
    programs: Mapping[str, Program]
    #: every name, those for cells and lists only included
    industry_names: Mapping[str, str]
    regulation_names: Mapping[str, str]
    program_names: Mapping[str, str]

    def industry(self, name: str) -> Industry | None:
        """The industry of that name (any of its names), None if there is none."""
        iri = self.industry_names.get(name_key(name))
        return self.industries[iri] if iri else None

    def regulation(self, name: str) -> Regulation | None:
        """The regulation of that name, None if there is none."""
        iri = self.regulation_names.get(name_key(name))
        return self.regulations[iri] if iri else None

    def program(self, name: str) -> Program | None:
        """The program of that name, None if there is none."""
        iri = self.program_names.get(name_key(name))
        return self.programs[iri] if iri else None


def name_key(name: str) -> str:
    """A name as the indexes hold it: its canonical key, Latin letters case-folded.

    >>> name_key("台灣AI行動計畫") == name_key("臺灣ai行動計畫")
    True
    """
    return key(name).casefold()


def narrower_or_same(child: str, ancestor: str, industries: Mapping[str, Industry]) -> bool:
    """Is the industry ``child`` the industry ``ancestor`` or anywhere below it?"""
    seen: set[str] = set()
    todo = [child]
    while todo:
        iri = todo.pop()
        if iri == ancestor:
            return True
        if iri not in seen and iri in industries:
            seen.add(iri)
            todo.extend(industries[iri].broader)
    return False


@cache
def terms(folder: Path = FOLDER) -> Terms:
    """The terms of ``industries.ttl``, ``regulations.ttl`` and ``programs.ttl`` in ``folder``.

    Raises FileNotFoundError for a missing file, SyntaxError for broken Turtle and ValueError
    where a term has no Chinese name or two terms of a class share a name.
    """
    industries = {r.iri: r for r in map(_industry, _read(folder / "industries.ttl", "pol:Industry"))}
    regulations = {r.iri: r for r in map(_regulation, _read(folder / "regulations.ttl", "pol:Regulation"))}
    programs = {r.iri: r for r in map(_program, _read(folder / "programs.ttl", "pol:Program"))}
    return Terms(
        industries, regulations, programs,
        _index((i.iri, (i.label, *i.alt_labels, *i.hidden_labels)) for i in industries.values()),
        _index((r.iri, (r.label, *r.alt_labels)) for r in regulations.values()),
        _index((p.iri, (p.label, *p.alt_labels, *p.hidden_labels)) for p in programs.values()),
    )


@dataclass(frozen=True, slots=True)
class _Term:
    """One subject of a file: its statements by predicate, in the file's order."""

    iri: str
    file: str
    statements: Mapping[str, list[ox.NamedNode | ox.Literal]]

    def iris(self, name: str) -> tuple[str, ...]:
        return tuple(v.value for v in self.statements.get(expand(name), ()) if isinstance(v, ox.NamedNode))

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(v.value for v in self.statements.get(expand(name), ()) if isinstance(v, ox.Literal))

    def labels(self) -> tuple[str, str]:
        """The preferred label, and the English one ("" where there is none)."""
        found = {v.language: v.value for v in self.statements.get(expand("skos:prefLabel"), ())
                 if isinstance(v, ox.Literal)}
        label = found.get("zh-hant") or found.get("zh-Hant")
        if label is None:
            raise ValueError(f"{self.file}: {self.iri} has no skos:prefLabel in zh-Hant; add one")
        return label, found.get("en", "")

    def one_iri(self, name: str) -> str | None:
        return next(iter(self.iris(name)), None)


def _read(path: Path, cls: str) -> list[_Term]:
    """The subjects of class ``cls`` in a Turtle file, in the file's order."""
    subjects: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = {}
    for triple in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
            statements = subjects.setdefault(triple.subject.value, {})
            statements.setdefault(triple.predicate.value, []).append(triple.object)
    wanted = ox.NamedNode(expand(cls))
    return [_Term(iri, path.name, statements) for iri, statements in subjects.items()
            if wanted in statements.get(expand("rdf:type"), ())]


def _industry(term: _Term) -> Industry:
    label, english = term.labels()
    return Industry(term.iri, label, english, term.texts("skos:altLabel"), term.texts("skos:hiddenLabel"),
                    term.iris("skos:broader"), term.iris("skos:inScheme"), bool(term.texts("skos:scopeNote")))


def _regulation(term: _Term) -> Regulation:
    label, english = term.labels()
    return Regulation(term.iri, label, english, term.texts("skos:altLabel"),
                      term.one_iri("pol:agency"), term.one_iri("dcterms:isReplacedBy"))


def _program(term: _Term) -> Program:
    label, english = term.labels()
    start, end = (next((int(y) for y in term.texts(name)), None) for name in ("pol:startYear", "pol:endYear"))
    period = Period(start, end) if start is not None or end is not None else None
    return Program(term.iri, label, english, term.texts("skos:altLabel"), term.texts("skos:hiddenLabel"), period)


def _index(named: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    """Name key → IRI; ValueError where two terms share a name."""
    index: dict[str, str] = {}
    for iri, names in named:
        for name in names:
            if index.setdefault(name_key(name), iri) != iri:
                raise ValueError(f"{name!r} names both {index[name_key(name)]} and {iri}; keep it in one of them")
    return index
