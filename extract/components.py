"""What the matchers are made of: components of a spaCy pipeline that add candidates to a document.

The text is carried by a ``Doc`` whose tokens are its characters: with words for tokens a PhraseMatcher misses
every name whose edges the segmentation gets wrong.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from extract.boundary import Boundary
from extract.candidates import Candidate
from extract.quotes import Quoted
from kg.resolve import Resolver


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


def text_of(doc: Doc) -> str:
    """The text of a document."""
    # Doc.text is put together anew at every call
    return cast(str, doc.user_data["text"])


def found_in(doc: Doc) -> list[Candidate]:
    """The candidates found in a document so far."""
    return cast("list[Candidate]", doc.user_data["candidates"])


def quotes_in(doc: Doc) -> list[Quoted]:
    """What stands in quotation marks in a document."""
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
        text, data = text_of(doc), doc.user_data
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
