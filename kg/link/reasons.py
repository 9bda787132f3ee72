"""Why a link is proposed, in words that an analyst can check: bodies, names, topics, terms, quotes."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping

import numpy as np

from kg.link.codes import pairs
from kg.link.prepared import Prepared
from kg.link.sources import FOREVER, Side
from kg.link.text import LATIN
from kg.link.weights import Weights

#: below this weight a shared word is boilerplate
_TELLING = 0.45
#: punctuation and particles that begin or end a shared run by chance
_EDGES = " 、，。；：,.;:「」（）()[]/-與及和的之等並或於以為其"
_MOST_WORDS, _MOST_NAMES, _LONGEST_QUOTE = 6, 6, 60
_WORD = re.compile(LATIN)
#: characters by which a shared run is lengthened at once
_STRIDE = 4


@functools.lru_cache(maxsize=1 << 10)
def _latin(text: str) -> frozenset[str]:
    """The Latin words of a normal text; a side stands in several links that follow each other."""
    return frozenset(_WORD.findall(text))


class _Text:
    """The text of the side whose links are explained, and where runs that it shares with others may begin."""

    def __init__(self, side: Prepared, weights: Weights) -> None:
        self.words = side.words
        self.text = self.words.plain
        codes, self._at = pairs(self.text)
        self._pairs = weights.numbers(codes)
        self._ascii = np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), dtype="<u4") < 0x80
        rarities = np.full(len(self.text), -1.0)
        rarities[self._at] = weights.rarities(self._pairs)
        #: the weight of each pair of Chinese characters where it begins; below 0 elsewhere
        self.rarities: list[float] = rarities.tolist()

    def begins(self, other: Prepared, weights: Weights) -> list[int]:
        """Positions of pairs of Chinese characters that the other side has too, and of whatever is ASCII."""
        there = self._ascii.copy()
        there[self._at[weights.find(other.terms, self._pairs) >= 0]] = True
        begins: list[int] = np.flatnonzero(there).tolist()
        return begins

    def terms(self, first: int, end: int, other: str, weights: Weights) -> list[float]:
        """The weights of the terms within a run that the other text prints too."""
        known = self.rarities[first:end - 1]
        if min(known) >= 0:
            return known
        word = self.text[first:end]
        latin = _latin(self.text) & _latin(other)
        if word.isascii():
            return [weights.term(word)] if word in latin else []
        return [r if r >= 0 else weights.term(word[i:i + 2]) for i, r in enumerate(known)
                if r >= 0 or word[i:i + 2] in latin]


def _run(text: str, start: int, line: int, other: str) -> int:
    """Where the longest run ends that begins here in one text, ends by its line's end and stands in the other too."""
    end = start + 2
    if end > line or text[start:end] not in other:
        return start
    # most runs are long: what is shared with more characters is shared with fewer
    while end + _STRIDE <= line and text[start:end + _STRIDE] in other:
        end += _STRIDE
    while end < line and text[start:end + 1] in other:
        end += 1
    return end


def _shared_words(a: _Text, b: Prepared, weights: Weights) -> list[str]:
    """The longest runs of characters that both sides print and that are rare enough to tell something, rarest first."""
    text, other = a.text, b.words.plain
    found: dict[str, float] = {}
    after, line = 0, -1
    for start in a.begins(b, weights):
        if start < after:
            continue
        if line < start:
            line = text.find("\n", start)
            line = len(text) if line < 0 else line
        after = _run(text, start, line, other)
        if after == start:
            continue
        run = text[start:after].lstrip(_EDGES)
        word = run.rstrip(_EDGES)
        if len(word) > 1:
            first = after - len(run)
            known = a.terms(first, first + len(word), other, weights)
            if known and (rarest := max(known)) >= _TELLING:
                found[word] = rarest * len(known) ** 0.5
    best = sorted(found, key=lambda w: (-found[w], w))
    kept: list[str] = []
    for word in best:
        if not any(word in k for k in kept):
            kept.append(word)
    return kept[:_MOST_WORDS]


def _quotes(a: Prepared, b: Prepared, words: list[str], weights: Weights) -> tuple[str, str]:
    """The clause of each side that shows best what they share; the label where no clause does."""
    shared = set(a.topics) & set(b.topics)

    def best(one: Prepared) -> str:
        top, chosen = 0.0, one.side.label
        for clause, plain, found in one.words.clauses:
            # exact, so that it does not depend on the order of a set
            worth = math.fsum([weights.topic(t) for t in shared & found]) + sum([w in plain for w in words])
            if worth > top:
                top, chosen = worth, clause
        return chosen if len(chosen) <= _LONGEST_QUOTE else chosen[:_LONGEST_QUOTE] + "…"

    return best(a), best(b)


def _years(side: Side) -> str:
    if side.years is None:
        return "不明"
    first, last = side.years
    return str(first) if first == last else f"{first}–" + ("" if last == FOREVER else str(last))


class Reasons:
    """Explains the links of a graph. Those of one side come one after the other."""

    def __init__(self, weights: Weights, names: Mapping[str, str]) -> None:
        self._weights, self._names = weights, names
        self._text: _Text | None = None

    def reason(self, a: Prepared, b: Prepared) -> str:
        """Chinese text: same ministry, years, shared names, topics and terms, and a quote from each side."""
        weights, names = self._weights, self._names
        if self._text is None or self._text.words is not a.words:
            self._text = _Text(a, weights)
        shared = (a.side.bodies & b.side.within) | (b.side.bodies & a.side.within)
        bodies = sorted(names[i] for i in shared if i in names)
        entities = sorted(a.side.entities & b.side.entities, key=lambda e: (-weights.entity(e), e))
        both = sorted(set(a.topics) & set(b.topics),
                      key=lambda t: (-min(a.topics[t], b.topics[t]) * weights.topic(t), t))
        words = _shared_words(self._text, b, weights)
        left, right = _quotes(a, b, words, weights)
        parts = [
            f"機關相同：{'、'.join(bodies)}" if bodies else "機關：一方未載明",
            f"年度：{_years(a.side)}／{_years(b.side)}",
        ]
        if entities:
            parts.append(f"共同提及：{'、'.join(names.get(e, e) for e in entities[:_MOST_NAMES])}")
        if both:
            parts.append(f"共同主題：{'、'.join(both[:_MOST_WORDS])}")
        if words:
            parts.append(f"共同用語：{'、'.join(words)}")
        parts.append(f"前者「{left}」，後者「{right}」")
        return "；".join(parts) + "。"
