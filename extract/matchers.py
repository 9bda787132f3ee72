"""The matchers as named components of a spaCy pipeline.

``spacy.blank("zh")`` with a tokenizer of characters carries the text: with words for tokens
a PhraseMatcher misses every name whose edges the segmentation gets wrong. Each component
adds its :class:`~extract.candidates.Candidate` records to ``doc.user_data["candidates"]``
and can be switched off by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import cast

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from extract import bodies, industries, law_names, naming, schemes, targets, townships
from extract.aliases import defined_names
from extract.boundary import Boundary
from extract.bracketed import period_behind
from extract.candidates import Candidate, choose
from extract.components import Characters, Component, Dictionary, Names, Setting, found_in, quotes_in, text_of
from extract.local_units import LocalSpeaker, local_speaker, local_units
from extract.quotes import quoted
from kg.authority_terms import name_key
from kg.ids import key
from kg.resolve import Resolver

#: in the order in which they run; a later one may read what an earlier one found
COMPONENTS = (
    "body_dictionary", "regulation_dictionary", "program_dictionary", "industry_dictionary",
    "quoted_names", "bare_names", "standards", "body_context", "defined_names", "provisions", "targets",
)
_BODIES = frozenset(("Ministry", "Agency", "GovernmentBody"))


@Language.factory("policy_body_dictionary")
class BodyDictionary(Dictionary):
    """Names of government bodies."""

    rule = "body-dictionary"

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def names(self, resolver: Resolver) -> Iterable[str]:
        return resolver.authority.body_names

    def admit(self, doc: Doc, start: int, end: int) -> Candidate | None:
        text = text_of(doc)
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
        text = text_of(doc)
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
        text = text_of(doc)
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
        text = text_of(doc)
        end = industries.extended(text, start, end)
        named = self.setting.resolver.industry(text[start:end])
        known = self.setting.resolver.terms.industries.get(named.iri)
        if not industries.plausible(text, start, end, named.label, known is not None and known.everyday):
            return None
        sure = 0.95 if industries.of_the_trade(text, start, end) else 0.85
        return Candidate("Industry", start, end, text[start:end], self.rule, sure, known=named.label)

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        yield from super().candidates(doc)
        text, resolver = text_of(doc), self.setting.resolver
        for start, end in industries.listed(text, self._everyday):
            label = resolver.industry(text[start:end]).label
            yield Candidate("Industry", start, end, text[start:end], "industry-list", 0.8, known=label)


@Language.factory("policy_quoted_names")
class QuotedNames(Component):
    """Programs and rules in quotation marks."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        yield from naming.quoted_programs(text_of(doc), quotes_in(doc), self.setting.boundary)
        yield from law_names.quoted_laws(text_of(doc), quotes_in(doc), self.setting.boundary)
        yield from schemes.split_by_quotes(text_of(doc), quotes_in(doc), self.setting.resolver.terms)


@Language.factory("policy_bare_names")
class BareNames(Component):
    """Programs and rules without quotation marks."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        yield from naming.bare_programs(text_of(doc), quotes_in(doc), self.setting.boundary)
        yield from law_names.bare_laws(text_of(doc), quotes_in(doc), self.setting.boundary)
        yield from schemes.named_by_group(text_of(doc), self.setting.resolver.terms)
        yield from schemes.opening_items(text_of(doc))


@Language.factory("policy_standards")
class Standards(Component):
    """Numbered standards and English acts."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        yield from law_names.standards(text_of(doc))


@Language.factory("policy_body_context")
class BodyContext(Component):
    """本部, 該署, 本部招商中心, and units behind a known body."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        publisher = cast("str | None", doc.user_data["publisher"])
        resolver, boundary = self.setting.resolver, self.setting.boundary
        known = choose(c for c in found_in(doc) if c.kind in _BODIES)
        yield from bodies.units(text_of(doc), known, boundary)
        yield from bodies.pronouns(text_of(doc), publisher, resolver, known)
        yield from bodies.own_units(text_of(doc), publisher, resolver, boundary)
        yield from bodies.joined(known, resolver)
        local = cast("LocalSpeaker | None", doc.user_data["local"])
        yield from townships.offices(text_of(doc), local.label if local else None)
        if local is not None:
            yield from local_units(text_of(doc), local)


@Language.factory("policy_defined_names")
class DefinedNames(Component):
    """Short names that the text itself introduces: 資通安全署（以下簡稱資安署）."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        if "稱" in text_of(doc):
            yield from defined_names(text_of(doc), choose(found_in(doc)))


@Language.factory("policy_provisions")
class Provisions(Component):
    """Articles, paragraphs and items of the laws found."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        named = self.setting.resolver.regulation
        found = (c for c in choose(found_in(doc)) if c.kind == "Regulation")
        laws = [(c.start, c.end, c.known or named(c.name).label) for c in found]
        rules = list(law_names.rules_of_acts(text_of(doc), laws))
        yield from rules
        laws = sorted([*laws, *((c.start, c.end, c.name) for c in rules)])
        yield from law_names.provisions(text_of(doc), laws)
        yield from law_names.articles(text_of(doc), laws)


@Language.factory("policy_targets")
class Targets(Component):
    """Figures that state a target, a result or a forecast."""

    def __init__(self, nlp: Language, name: str) -> None:
        super().__init__()

    def candidates(self, doc: Doc) -> Iterator[Candidate]:
        if doc.user_data["targets"]:
            year, today = (cast("int | None", doc.user_data[name]) for name in ("year", "today"))
            yield from targets.targets(text_of(doc), year, today)


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
        return [self._resolved(c) for c in choose(found_in(doc))]

    def _resolved(self, c: Candidate) -> Candidate:
        """A name found by its pattern gets the main label if the authority files know it."""
        if c.known is not None or c.kind not in ("Program", "Regulation"):
            return c
        resolver = self._resolver
        named = resolver.program(c.name) if c.kind == "Program" else resolver.regulation(c.name)
        return replace(c, known=named.label) if named.known else c
