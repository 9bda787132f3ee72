"""What a user's SPARQL may not do: reach the network or the disk, or change the graph.

Keywords are looked for among the text's tokens (kg.service.tokens), so a literal that
holds the word SERVICE is no reason to refuse, and a comment cannot hide one.
The engine reads without a tokenizer, by grammar, so it accepts some texts that the
standard's longest-match rule does not (``trueSERVICE<…>``, ``SERVICE:x{…}``, ``?a<'>'``):
a word or prefix that merely contains SERVICE counts as the keyword, and what could be
read as an IRI or as a comparison (so inside brackets only) with a string or comment
after it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from kg.service.tokens import place, tokens

_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*://")
#: words that a text must hold to be refused for its words
_UPDATES = frozenset({"LOAD", "INSERT", "DELETE", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD"})
_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})


class Refused(ValueError):
    """The query asks for something that is not allowed here."""

    def __init__(self, word: str, line: int, column: int) -> None:
        super().__init__(word)
        self.word = word
        self.line = line
        self.column = column


def guard(text: str) -> None:
    """Raises Refused for SERVICE, LOAD and updates, and for what cannot be told from them."""
    depth = 0
    for kind, part, start, upper in tokens(text):
        word = ""
        if kind == "other":
            depth += (part == "(") - (part == ")")
        elif kind == "word":
            if "SERVICE" in upper:
                word = "SERVICE"
            elif upper in _UPDATES:
                word = upper
        elif kind == "prefixed":
            if "SERVICE" in part.partition(":")[0].upper():
                word = "SERVICE"
        elif kind == "iri" and depth > 0 and ("'" in part or "#" in part) and not _ABSOLUTE.match(part):
            word = part
        if word:
            raise Refused(word, *place(text, start))


def form(text: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE: the first of these words; empty if there is none."""
    return next((t.word for t in tokens(text) if t.word in _FORMS), "")


def undeclared(text: str, known: Collection[str]) -> str:
    """The first prefix that is used but neither declared in the query nor known; empty if there is none."""
    declared = set(known)
    found = tokens(text)
    for before, token in zip((None, *found), found, strict=False):
        if token.kind != "prefixed":
            continue
        if before is not None and before.word == "PREFIX":
            declared.add(token.prefix)
        elif token.prefix not in declared:
            return token.prefix or ":"
    return ""
