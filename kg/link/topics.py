"""Topics of policy: a small thesaurus that knows 減碳 and 低碳 to be one subject.

``ontology/link-topics.json`` names each topic with the words that betray it. Two texts may
share a topic without sharing a word.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from kg.link.text import normal
from kg.rules import data_folder

FILE = "link-topics.json"
#: texts of which the topics are remembered
_SEEN = 1 << 14


@dataclass(frozen=True, slots=True)
class Topics:
    """Words of topics, indexed by their first two characters: a text is scanned once."""

    words: dict[str, tuple[tuple[str, str], ...]]
    names: tuple[str, ...]
    #: places of the names
    numbers: dict[str, int]
    #: where a word may begin: a first character before a second one
    _begin: re.Pattern[str]
    #: topics of the last clauses: a side is asked for them as measure and as line, and documents repeat each other
    _seen: dict[str, frozenset[str]] = field(default_factory=dict)

    def hits(self, text: str) -> list[tuple[str, str]]:
        """(topic, word) for every occurrence in the text, in its order; Latin words only as whole words."""
        t = normal(text)
        found: list[tuple[str, str]] = []
        for begin in self._begin.finditer(t):
            i = begin.start()
            words = self.words.get(t[i:i + 2])
            if words:
                found += [(topic, word) for word, topic in words
                          if t.startswith(word, i) and (not word.isascii() or _whole(t, i, i + len(word)))]
        return found

    def count(self, text: str) -> Counter[str]:
        """How often each topic occurs in the text."""
        return Counter([topic for topic, _ in self.hits(text)])

    def of(self, text: str) -> frozenset[str]:
        """The topics of the text."""
        found = self._seen.get(text)
        if found is None:
            if len(self._seen) >= _SEEN:
                self._seen.clear()
            found = self._seen[text] = frozenset([topic for topic, _ in self.hits(text)])
        return found


def _whole(text: str, start: int, end: int) -> bool:
    """Does no Latin letter or digit touch the word on either side?"""
    around = text[start - 1:start] + text[end:end + 1]
    return not any(c.isascii() and c.isalnum() for c in around)


@functools.cache
def topics() -> Topics:
    """The shipped thesaurus. Raises ValueError for a word of a single character."""
    read: dict[str, list[str]] = json.loads((data_folder("ontology") / FILE).read_text(encoding="utf-8"))
    words: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for topic, spellings in sorted(read.items()):
        for word in sorted({normal(s) for s in spellings}):
            if len(word) < 2:
                raise ValueError(f"ontology/{FILE}：主題「{topic}」的詞 {word!r} 太短 (a word needs two characters)")
            words[word[:2]].append((word, topic))
    first, second = (re.escape("".join(sorted({k[i] for k in words}))) for i in (0, 1))
    names = tuple(sorted(read))
    return Topics({k: tuple(v) for k, v in words.items()}, names, {n: i for i, n in enumerate(names)},
                  re.compile(f"[{first}](?=[{second}])"))
