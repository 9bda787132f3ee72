"""What a user's SPARQL may not do: reach the network or the disk, or change the graph.

A tokenizer that knows strings, IRIs and comments looks for the keywords, so a literal
that holds the word SERVICE is no reason to refuse, and a comment cannot hide one.
The lexical rules are those of SPARQL 1.1, section 19.8. The engine reads without a
tokenizer, by grammar, so it accepts some texts that the standard's longest-match rule
does not (``trueSERVICE<…>``, ``SERVICE:x{…}``, ``?a<'>'``): a word or prefix that merely
contains SERVICE counts as the keyword, and what could be read as an IRI or as a
comparison (so inside brackets only) with a string or comment after it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
TOKEN = re.compile(
    rf"""
      (?P<comment>\#[^\r\n]*)
    | (?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|{_ESCAPE})*>)
    | (?P<string>\"\"\"(?:(?:\"|\"\")?(?:[^"\\]|\\.))*\"\"\"|'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''
        |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
    | (?P<variable>[?$]\w+)
    | (?P<blank>_:\w(?:[\w\-.]*[\w\-])?)
    | (?P<prefixed>(?P<prefix>[^\W\d_](?:[\w\-.]*[\w\-])?)?:
        (?:(?:[\w:]|{_PLX})(?:(?:[\w\-.:]|{_PLX})*(?:[\w\-:]|{_PLX}))?)?)
    | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<word>[^\W\d]\w*)
    | (?P<other>.)
    """,
    re.X | re.S,
)
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*://")
#: words that a text must hold to be refused for its words
_UPDATES = frozenset({"LOAD", "INSERT", "DELETE", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD"})


class Refused(ValueError):
    """The query asks for something that is not allowed here."""

    def __init__(self, word: str, line: int, column: int) -> None:
        super().__init__(word)
        self.word = word
        self.line = line
        self.column = column


def _words(text: str) -> list[tuple[str, int]]:
    """Bare words of a query in upper case, with their offsets; strings, IRIs, names and comments left out."""
    return [(m["word"].upper(), m.start()) for m in TOKEN.finditer(text) if m.lastgroup == "word"]


def guard(text: str) -> None:
    """Raises Refused for SERVICE, LOAD and updates, and for what cannot be told from them."""
    upper = text.upper()
    if "(" not in text and "SERVICE" not in upper and not any(word in upper for word in _UPDATES):
        return  # none of what is looked for below can be there
    depth = 0
    for m in TOKEN.finditer(text):
        word = ""
        if m["other"]:
            depth += {"(": 1, ")": -1}.get(m["other"], 0)
        elif m["word"]:
            upper = m["word"].upper()
            word = "SERVICE" if "SERVICE" in upper else upper if upper in _UPDATES else ""
        elif m["prefixed"] and "SERVICE" in (m["prefix"] or "").upper():
            word = "SERVICE"
        elif m["iri"] and depth > 0 and not _ABSOLUTE.match(m["iri"]) and ("'" in m["iri"] or "#" in m["iri"]):
            word = m["iri"]
        if word:
            line = text.count("\n", 0, m.start()) + 1
            raise Refused(word, line, m.start() - (text.rfind("\n", 0, m.start()) + 1) + 1)


def form(text: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE: the first of these words; empty if there is none."""
    for word, _ in _words(text):
        if word in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"):
            return word
    return ""


def undeclared(text: str, known: Collection[str]) -> str:
    """The first prefix that is used but neither declared in the query nor known; empty if there is none."""
    tokens = [m for m in TOKEN.finditer(text) if m.lastgroup not in ("comment",) and not m[0].isspace()]
    declared = set(known)
    for before, m in zip([None, *tokens], tokens, strict=False):
        if not m["prefixed"]:
            continue
        if before is not None and (before["word"] or "").upper() == "PREFIX":
            declared.add(m["prefix"] or "")
        elif (m["prefix"] or "") not in declared:
            return m["prefix"] or ":"
    return ""
