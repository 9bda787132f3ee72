"""Names in running text (placeholder of the pipeline; see NameFinder.find)."""

from __future__ import annotations

import functools

from kg.model import Mention
from kg.resolve import Resolver, default_resolver


class NameFinder:
    """Finds names of bodies, programs, regulations, provisions, industries, and targets in text."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def find(
        self, text: str, *, publisher: str | None = None, year: int | None = None, targets: bool = True
    ) -> list[Mention]:
        """All mentions in ``text`` (cleaned running text), in order of position.

        ``publisher``: IRI of the body that speaks (for 本部); ``year``: year that undated figures refer to.
        """
        return []


@functools.cache
def default_finder() -> NameFinder:
    """The finder over the authority files that ship with the program."""
    return NameFinder(default_resolver())
