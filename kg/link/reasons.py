"""Why a link is proposed, in words that an analyst can check: bodies, names, topics, terms, quotes."""

from __future__ import annotations

import functools

from kg.link.features import Prepared, Weights
from kg.link.sources import FOREVER, Side
from kg.link.text import normal, terms

#: below this weight a shared word is boilerplate
_TELLING = 0.45
#: punctuation and particles that begin or end a shared run by chance
_EDGES = " 、，。；：,.;:「」（）()[]/-與及和的之等並或於以為其"
_MOST_WORDS, _MOST_NAMES, _LONGEST_QUOTE = 6, 6, 60


@functools.lru_cache(maxsize=1 << 10)
def _terms(text: str) -> frozenset[str]:
    """The terms of a normal text; a side stands in several links that follow each other."""
    return frozenset(terms(text))


def shared_words(a: Prepared, b: Prepared, weights: Weights) -> list[str]:
    """The longest runs of characters that both sides print and that are rare enough to tell something, rarest first."""
    text = normal("\n".join((a.side.label, *a.side.texts)))
    other = normal("\n".join((b.side.label, *b.side.context[:1], *b.side.texts)))
    ours, theirs = _terms(text), _terms(other)
    found: dict[str, float] = {}
    at = 0
    while at < len(text) - 1:
        end = at + 2
        if text[at:end] not in theirs and not text[at].isascii():
            at += 1
            continue
        while end <= len(text) and text[at:end] in other and "\n" not in text[at:end]:
            end += 1
        word = text[at:end - 1].strip(_EDGES)
        if len(word) > 1:
            grams = [word[i:i + 2] for i in range(len(word) - 1)] if not word.isascii() else [word]
            known = [weights.term(g) for g in grams if g in ours and g in theirs]
            if known and max(known) >= _TELLING:
                found[word] = max(known) * len(known) ** 0.5
        at = max(at + 1, end - 1)
    best = sorted(found, key=lambda w: (-found[w], w))
    kept: list[str] = []
    for word in best:
        if not any(word in k for k in kept):
            kept.append(word)
    return kept[:_MOST_WORDS]


def quotes(a: Prepared, b: Prepared, words: list[str], weights: Weights) -> tuple[str, str]:
    """The clause of each side that shows best what they share; the label where no clause does."""
    shared = set(a.topics) & set(b.topics)

    def best(one: Prepared) -> str:
        top, chosen = 0.0, one.side.label
        for clause, found in one.clauses:
            worth = sum(weights.topic(t) for t in shared & found)
            if words:
                plain = normal(clause)
                worth += sum(1.0 for w in words if w in plain)
            if worth > top:
                top, chosen = worth, clause
        return chosen if len(chosen) <= _LONGEST_QUOTE else chosen[:_LONGEST_QUOTE] + "…"

    return best(a), best(b)


def _years(side: Side) -> str:
    if side.years is None:
        return "不明"
    first, last = side.years
    return str(first) if first == last else f"{first}–" + ("" if last == FOREVER else str(last))


def reason(a: Prepared, b: Prepared, weights: Weights, names: dict[str, str]) -> str:
    """Chinese text: same ministry, years, shared names, topics and terms, and a quote from each side."""
    bodies = sorted(names[i] for i in (a.side.bodies & b.side.within) | (b.side.bodies & a.side.within) if i in names)
    entities = sorted(a.side.entities & b.side.entities, key=lambda e: (-weights.entity(e), e))
    both = sorted(set(a.topics) & set(b.topics), key=lambda t: (-min(a.topics[t], b.topics[t]) * weights.topic(t), t))
    words = shared_words(a, b, weights)
    left, right = quotes(a, b, words, weights)
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
