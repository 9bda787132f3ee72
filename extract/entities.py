"""Names and targets in running text: the entrance to the matchers.

spaCy is imported when the first text is read; importing it costs a second.
"""

from __future__ import annotations

import functools
import gc
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from extract.running_text import prepare
from kg.model import Mention
from kg.resolve import Resolver, default_resolver

if TYPE_CHECKING:
    from extract.candidates import Candidate
    from extract.matchers import Pipeline
    from kg.text.clean import Clean


#: characters looked through at once: what a name means is decided by its neighbourhood, never by more than this,
#: and a line without an end must not cost the square of its length
_LONGEST = 8_000


class NameFinder:
    """Finds names of bodies, programs, regulations, provisions, industries, and targets in text.

    ``disable``: matchers (see ``extract.matchers.COMPONENTS``) to leave out.
    """

    def __init__(self, resolver: Resolver, disable: Iterable[str] = ()) -> None:
        self.resolver = resolver
        self._disable = tuple(disable)

    @functools.cached_property
    def pipeline(self) -> Pipeline:
        """The spaCy pipeline, made at the first use."""
        # tens of thousands of objects that all stay: looking for garbage among them takes a third of the time
        collecting = gc.isenabled()
        gc.disable()
        try:
            from extract.matchers import Pipeline

            return Pipeline(self.resolver, self._disable)
        finally:
            # and a tenth of the reading
            gc.freeze()
            if collecting:
                gc.enable()

    def find(
        self, text: str, *, publisher: str | None = None, year: int | None = None, targets: bool = True,
        written: int | None = None, least: float = 0.5,
    ) -> list[Mention]:
        """All mentions in ``text``, in order of position; ``text[m.start:m.end] == m.surface``.

        ``publisher``: IRI of the body that speaks (for 本部); ``year``: year that undated figures refer to;
        ``written``: the year of writing, for 今年 and for names that several bodies bore one after the other;
        ``least``: the confidence below which names are left out.
        """
        found = []
        for at, piece in pieces(text):
            clean = prepare(piece)
            if clean.text:
                candidates = self.pipeline.candidates(clean.text, publisher, year, targets, written)
                found += [_mention(c, clean, piece, at) for c in candidates if c.confidence >= least]
        return found


def pieces(text: str, most: int = _LONGEST) -> Iterator[tuple[int, str]]:
    """A text in pieces of at most ``most`` characters with where each begins, cut behind a line or a sentence.

    >>> list(pieces("甲。乙丙。丁", 5))
    [(0, '甲。乙丙。'), (5, '丁')]
    """
    at = 0
    while len(text) - at > most:
        ends = (text.rfind(mark, at + most // 2, at + most) for mark in "\n。；，")
        end = next((e + 1 for e in ends if e >= 0), at + most)
        yield at, text[at:end]
        at = end
    yield at, text[at:]


def _mention(c: Candidate, clean: Clean, text: str, at: int) -> Mention:
    span = clean.span(c.start, c.end)
    surface = text[span.start:span.end]
    return Mention(
        c.kind, c.known or _as_printed(c.name, surface) or surface, surface, at + span.start, at + span.end, c.rule,
        c.confidence, c.law, c.quantity, c.year, c.target_kind, c.period,
    )


def _as_printed(name: str, surface: str) -> str:
    """The name with 台 where 台 is printed (the matchers read 臺 for both)."""
    printed = [char for char in surface if char in "台臺"]
    if "台" not in printed or len(printed) != name.count("臺"):
        return name
    return "".join(printed.pop(0) if char == "臺" else char for char in name)


@functools.cache
def default_finder() -> NameFinder:
    """The finder over the authority files that ship with the program."""
    return NameFinder(default_resolver())
