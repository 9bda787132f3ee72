"""The matchers as named components of a spaCy pipeline.

``spacy.blank("zh")`` with a tokenizer of characters carries the text: with words for tokens
a PhraseMatcher misses every name whose edges the segmentation gets wrong. Each component
adds its :class:`~extract.candidates.Candidate` records to ``doc.user_data["candidates"]``
and can be switched off by name.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import cast

import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from extract import bodies, industries, law_names, naming, schemes, targets, townships
from extract.aliases import defined_names
from extract.boundary import Boundary
from extract.bracketed import period_behind
from extract.candidates import Candidate, choose
from extract.local_units import LocalSpeaker, local_speaker, local_units
from extract.quotes import Quoted, quoted
from kg.authority_terms import name_key
from kg.ids import key
from kg.resolve import Resolver

#: in the order in which they run; a later one may read what an earlier one found
COMPONENTS = (
    "body_dictionary", "regulation_dictionary", "program_dictionary", "industry_dictionary",
    "quoted_names", "bare_names", "standards", "body_context", "defined_names", "provisions", "targets",
)
_BODIES = frozenset(("Ministry", "Agency", "GovernmentBody"))


@dataclass(frozen=True, slots=True)
class Setting:
    """What all components share."""

    resolver: Resolver
    boundary: Boundary
    names: Names


class Component:
    """A matcher: adds candidates to a document. ``setting`` is given before the first call."""

    def __init__(self) -> None:
        self._setting: Setting | None = None

    @property
    def setting(self) -> Setting:
        """What all components share; RuntimeError before :meth:`prepare`."""
        if self._setting is None:
            raise RuntimeError(f"{type(self).__name__} runs only inside extract.matchers.Pipeline")
        return self._setting

    def prepare(self, setting: Setting) -> None:
        """Takes what the components share."""
        self._setting = setting

    def __call__(self, doc: Doc) -> Doc:
        found = cast("list[Candidate]", doc.user_data["candidates"])
        found.extend(self.candidates(doc))
        return doc

    def candidates(self, doc: Doc) -> Iterable[Candidate]:
        """The candidates that this matcher sees."""
        raise NotImplementedError


def _text(doc: Doc) -> str:
    # Doc.text is put together anew at every call
    return cast(str, doc.user_data["text"])


def _found(doc: Doc) -> list[Candidate]:
    return cast("list[Candidate]", doc.user_data["candidates"])


def _quotes(doc: Doc) -> list[Quoted]:
    return cast("list[Quoted]", doc.user_data["quotes"])


class Characters:
    """The tokenizer: each character is a token, blanks too, so that a token's number is its place in the text."""

    def __init__(self, vocab: Vocab) -> None:
        self._vocab = vocab

    def __call__(self, text: str) -> Doc:
        return Doc(self._vocab, words=list(text), spaces=[False] * len(text))


class Names:
    """The names of all dictionaries in one PhraseMatcher, each under its dictionary's rule."""

    def __init__(self, vocab: Vocab) -> None:
        self._matcher = PhraseMatcher(vocab, attr="LOWER")
        self._lower = functools.cache(lambda char: vocab[char].lower)

    def add(self, rule: str, names: Iterable[str]) -> None:
        """Names to look for; those of one character are too short for that."""
        # tokens as the matcher keeps and pickles them: making a Doc of each name would take most of the start-up
        tokens = [list(map(self._lower, name)) for name in names if len(name) > 1]
        self._matcher.add(rule, cast("list[Doc]", tokens))

    def hits(self, doc: Doc) -> dict[str, list[tuple[int, int]]]:
        """Where the names of each rule stand, in order; of those that begin together the shortest first."""
        found: dict[str, list[tuple[int, int]]] = {}
        for rule, start, end in self._matcher(doc):
            found.setdefault(doc.vocab.strings[rule], []).append((start, end))
        return found


class Dictionary(Component):
    """Names of the authority files; ``names`` says which, ``admit`` tests a hit's surroundings."""

    rule = "dictionary"

    def prepare(self, setting: Setting) -> None:
        super().prepare(setting)
        setting.names.add(self.rule, self.names(setting.resolver))

    def names(self, resolver: Resolver) -> Iterable[str]:
        """All names to look for."""
        raise NotImplementedError

    def admit(self, doc: Doc, start: int, end: int) -> Candidate | None:
        """The candidate that a hit is, None if its surroundings speak against it."""
        raise NotImplementedError

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        """Hits of the dictionary whose surroundings admit them."""
        text, data = _text(doc), doc.user_data
        if "hits" not in data:
            data["hits"] = self.setting.names.hits(doc)
        for start, end in data["hits"].get(self.rule, ()):
            if _cuts_latin(text, start, end):
                continue
            candidate = self.admit(doc, start, end)
            if candidate is not None:
                yield candidate


def _cuts_latin(text: str, start: int, end: int) -> bool:
    """Does the hit begin or end in the middle of a Latin word (AI in AIoT)?"""
    return (start > 0 and _latin(text[start - 1]) and _latin(text[start])) or (
        end < len(text) and _latin(text[end]) and _latin(text[end - 1])
    )


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


@Language.factory("policy_body_dictionary")
class BodyDictionary(Dictionary):
    """Names of government bodies."""

    rule = "body-dictionary"

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def names(self, resolver: Resolver) -> Iterable[str]:
        return resolver.authority.body_names

    def admit(self, doc: Doc, start: int, end: int) -> Candidate | None:
        text = _text(doc)
        name = text[start:end]
        if not bodies.plausible(text, start, end, name, self.setting.boundary):
            return None
        local = cast("LocalSpeaker | None", doc.user_data["local"])
        if local is not None and name in local.units:
            return None
        body = bodies.meant(name, cast("int | None", doc.user_data["written"]), self.setting.resolver)
        if body is None or (body.cls == "pol:GovernmentBody" and body.label.endswith(("會議", "會報"))):
            # a meeting is an event; the councils that are called one are ministries or agencies
            return None
        return Candidate(body.cls.split(":")[1], start, end, name, self.rule, known=body.label)


@Language.factory("policy_regulation_dictionary")
class RegulationDictionary(Dictionary):
    """Names of known laws, rules and standards."""

    rule = "regulation-dictionary"

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def names(self, resolver: Resolver) -> Iterable[str]:
        return resolver.terms.regulation_names

    def admit(self, doc: Doc, start: int, end: int) -> Candidate | None:
        text = _text(doc)
        if not law_names.plausible(text, start, end):
            return None
        named = self.setting.resolver.regulation(text[start:end])
        return Candidate("Regulation", start, end, text[start:end], self.rule, known=named.label)


@Language.factory("policy_program_dictionary")
class ProgramDictionary(Dictionary):
    """Names of known plans and programs."""

    rule = "program-dictionary"

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def names(self, resolver: Resolver) -> Iterable[str]:
        for program in resolver.terms.programs.values():
            yield from {key(n) for n in (program.label, *program.alt_labels)}

    def admit(self, doc: Doc, start: int, end: int) -> Candidate | None:
        text = _text(doc)
        named = self.setting.resolver.program(text[start:end])
        period = period_behind(text, end)
        # names that end in no noun of planning (向海致敬) stand for other things too
        sure = 0.95 if naming.ends_like_program(text[start:end]) else 0.8
        return Candidate("Program", start, end, text[start:end], self.rule, sure, known=named.label, period=period)


@Language.factory("policy_industry_dictionary")
class IndustryDictionary(Dictionary):
    """Names of industries."""

    rule = "industry-dictionary"

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def prepare(self, setting: Setting) -> None:
        super().prepare(setting)
        terms = setting.resolver.terms
        plain = {
            name_key(name) for i in terms.industries.values() if not i.everyday for name in (i.label, *i.alt_labels)
        }
        self._everyday = {name: name not in plain for name in terms.industry_names}

    def names(self, resolver: Resolver) -> Iterable[str]:
        for industry in resolver.terms.industries.values():
            yield from {key(n) for n in (industry.label, *industry.alt_labels)}

    def admit(self, doc: Doc, start: int, end: int) -> Candidate | None:
        text = _text(doc)
        end = industries.extended(text, start, end)
        named = self.setting.resolver.industry(text[start:end])
        known = self.setting.resolver.terms.industries.get(named.iri)
        if not industries.plausible(text, start, end, named.label, known is not None and known.everyday):
            return None
        sure = 0.95 if industries.of_the_trade(text, start, end) else 0.85
        return Candidate("Industry", start, end, text[start:end], self.rule, sure, known=named.label)

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        yield from super().candidates(doc)
        text, resolver = _text(doc), self.setting.resolver
        for start, end in industries.listed(text, self._everyday):
            label = resolver.industry(text[start:end]).label
            yield Candidate("Industry", start, end, text[start:end], "industry-list", 0.8, known=label)


@Language.factory("policy_quoted_names")
class QuotedNames(Component):
    """Programs and rules in quotation marks."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        yield from naming.quoted_programs(_text(doc), _quotes(doc), self.setting.boundary)
        yield from law_names.quoted_laws(_text(doc), _quotes(doc), self.setting.boundary)
        yield from schemes.split_by_quotes(_text(doc), _quotes(doc), self.setting.resolver.terms)


@Language.factory("policy_bare_names")
class BareNames(Component):
    """Programs and rules without quotation marks."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        yield from naming.bare_programs(_text(doc), _quotes(doc), self.setting.boundary)
        yield from law_names.bare_laws(_text(doc), _quotes(doc), self.setting.boundary)
        yield from schemes.named_by_group(_text(doc), self.setting.resolver.terms)
        yield from schemes.opening_items(_text(doc))


@Language.factory("policy_standards")
class Standards(Component):
    """Numbered standards and English acts."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        yield from law_names.standards(_text(doc))


@Language.factory("policy_body_context")
class BodyContext(Component):
    """本部, 該署, 本部招商中心, and units behind a known body."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        publisher = cast("str | None", doc.user_data["publisher"])
        resolver, boundary = self.setting.resolver, self.setting.boundary
        known = choose(c for c in _found(doc) if c.kind in _BODIES)
        yield from bodies.units(_text(doc), known, boundary)
        yield from bodies.pronouns(_text(doc), publisher, resolver, known)
        yield from bodies.own_units(_text(doc), publisher, resolver, boundary)
        yield from bodies.joined(known, resolver)
        local = cast("LocalSpeaker | None", doc.user_data["local"])
        yield from townships.offices(_text(doc), local.label if local else None)
        if local is not None:
            yield from local_units(_text(doc), local)


@Language.factory("policy_defined_names")
class DefinedNames(Component):
    """Short names that the text itself introduces: 資通安全署（以下簡稱資安署）."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        if "稱" in _text(doc):
            yield from defined_names(_text(doc), choose(_found(doc)))


@Language.factory("policy_provisions")
class Provisions(Component):
    """Articles, paragraphs and items of the laws found."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        named = self.setting.resolver.regulation
        laws = [(c.start, c.end, c.known or named(c.name).label) for c in choose(_found(doc)) if c.kind == "Regulation"]
        rules = list(law_names.rules_of_acts(_text(doc), laws))
        yield from rules
        laws = sorted([*laws, *((c.start, c.end, c.name) for c in rules)])
        yield from law_names.provisions(_text(doc), laws)
        yield from law_names.articles(_text(doc), laws)


@Language.factory("policy_targets")
class Targets(Component):
    """Figures that state a target, a result or a forecast."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        if doc.user_data["targets"]:
            year, today = (cast("int | None", doc.user_data[name]) for name in ("year", "today"))
            yield from targets.targets(_text(doc), year, today)


class Pipeline:
    """The spaCy pipeline over the authority files of a resolver; ``disable`` names components to leave out."""

    def __init__(self, resolver: Resolver, disable: Iterable[str] = ()) -> None:
        unknown = set(disable) - set(COMPONENTS)
        if unknown:
            raise ValueError(f"no such matcher: {', '.join(sorted(unknown))}; there are {', '.join(COMPONENTS)}")
        self.nlp = spacy.blank("zh")
        self.nlp.tokenizer = Characters(self.nlp.vocab)
        # the limit guards memory of parsers, which are not used here
        self.nlp.max_length = 10**9
        self._resolver = resolver
        setting = Setting(resolver, Boundary(
            resolver.authority.body_names,
            [*resolver.terms.regulation_names, *resolver.terms.program_names],
            resolver.terms.industry_names,
        ), Names(self.nlp.vocab))
        for name in COMPONENTS:
            if name not in set(disable):
                component = cast(Component, self.nlp.add_pipe(f"policy_{name}", name=name))
                component.prepare(setting)

    def candidates(
        self, text: str, publisher: str | None, year: int | None, targets: bool, written: int | None = None,
    ) -> list[Candidate]:
        """The candidates that stand in a prepared text; ``written`` is its year (else what the text itself tells)."""
        own = self._resolver.authority.bodies.get(publisher) if publisher else None
        today = written
        if written is None:
            written = bodies.year_of_writing(text, own)
        doc = self.nlp.make_doc(text)
        doc.user_data.update(text=text, candidates=[], quotes=quoted(text))
        doc.user_data.update(publisher=publisher, year=year, written=written, today=today, targets=targets)
        doc.user_data["local"] = local_speaker(publisher, self._resolver)
        for _, component in self.nlp.pipeline:
            doc = component(doc)
        return [self._resolved(c) for c in choose(_found(doc))]

    def _resolved(self, c: Candidate) -> Candidate:
        """A name found by its pattern gets the main label if the authority files know it."""
        if c.known is not None or c.kind not in ("Program", "Regulation"):
            return c
        resolver = self._resolver
        named = resolver.program(c.name) if c.kind == "Program" else resolver.regulation(c.name)
        return replace(c, known=named.label) if named.known else c
