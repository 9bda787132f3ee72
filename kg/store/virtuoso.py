"""What Virtuoso 7 needs of a query with Chinese constants, said in standard SPARQL that means the same everywhere.

Virtuoso keeps a plain literal of a query with characters beyond ASCII as a wide string, and texts of the graph as
UTF-8. Where the two meet (CONCAT, STR, IN, ENCODE_FOR_URI) it writes ``?``, decodes twice or finds nothing (seen with
7.2.5; github.com/openlink/virtuoso-opensource, issues 300, 495, 609 and 1414). A literal with a language tag is UTF-8
from the start, and so is what STR makes of it: ``STR("、"@zh)`` is the text ``"、"`` by SPARQL 1.1, section 17.4.2.5. A
separator of GROUP_CONCAT can be no expression: it is put before each text, and the first one is cut off the whole.
GROUP_CONCAT(DISTINCT …) without a separator is refused by Virtuoso: it is given the standard's, a space.
"""

from __future__ import annotations

import re

from kg.service.tokens import Token, tokens

#: characters beyond ASCII, as such or as escapes
_WIDE = re.compile(r"[^\x00-\x7f]|\\[uU]")
#: one character of a literal that is written with a backslash
_ESCAPED = re.compile(r"\\(?:u.{4}|U.{8}|.)")
#: clauses outside of groups in which brackets hold expressions
_CLAUSES = frozenset({"SELECT", "GROUP", "ORDER", "HAVING"})
_ENDS = frozenset({"WHERE", "FROM", "LIMIT", "OFFSET", "VALUES"})
#: functions that read a wide string rightly and UTF-8 wrongly
_HASHES = frozenset({"MD5", "SHA1", "SHA256", "SHA384", "SHA512"})

Edit = tuple[int, int, str]


def adapted(text: str) -> str:
    """The query with its Chinese constants in a form that Virtuoso reads rightly; the same answer elsewhere."""
    if not _WIDE.search(text) and "GROUP_CONCAT" not in text.upper():
        return text
    found = tokens(text)
    edits: list[Edit] = []
    #: the brackets that are open: (what it holds, index of its token)
    open_: list[tuple[str, int]] = []
    clause = False
    for i, token in enumerate(found):
        holds = open_[-1][0] if open_ else ""
        if token.text in "([{" and token.kind == "other":
            open_.append((_holds(found, i, holds, clause), i))
            clause = clause and token.text != "{"
        elif token.text in ")]}" and token.kind == "other" and open_:
            began = open_.pop()[1]
            clause = clause and token.text != "}"
            if began and found[began - 1].word == "GROUP_CONCAT":
                edits += _joined(found, began, i)
        elif token.word in _CLAUSES | _ENDS and not holds.startswith("expression"):
            clause = token.word in _CLAUSES
        elif token.kind == "string" and holds == "expression" and _WIDE.search(token.text) and _plain(found, i):
            edits.append((token.start, token.end, f"STR({token.text}@zh)"))
    return _edited(text, edits)


def _holds(found: tuple[Token, ...], i: int, outer: str, clause: bool) -> str:
    """What stands in a bracket: an expression, a constant of Virtuoso's own functions, data, or patterns."""
    before, second = (found[i - n] if i >= n else Token("", "", 0) for n in (1, 2))
    if outer == "data" or (found[i].text == "{" and _is_data(found, i)):
        return "data"
    if found[i].text != "(":
        return "pattern"
    if before.prefix in ("bif", "sql") or before.word in _HASHES:
        return "expression left as it is"
    # a bracket of a pattern is a list: after a verb, which may be the word a, or at a subject's place
    inside = outer.startswith("expression") or clause or second.word == "FILTER"
    return "expression" if inside or (before.word and before.text != "a") else "pattern"


def _is_data(found: tuple[Token, ...], i: int) -> bool:
    """Is this brace that of VALUES, after its variable or its variables in brackets?"""
    at = i - 1
    if at >= 0 and found[at].text == ")":
        while at > 0 and found[at].text != "(":
            at -= 1
    return at > 0 and found[at - 1].word == "VALUES"


def _plain(found: tuple[Token, ...], i: int) -> bool:
    """Has this string neither language nor datatype, and is it no separator?"""
    typed = i + 1 < len(found) and (found[i + 1].kind == "tag" or found[i + 1].text == "^")
    return not typed and found[i - 2].word != "SEPARATOR"


def _joined(found: tuple[Token, ...], began: int, ended: int) -> list[Edit]:
    """The changes to the GROUP_CONCAT between two brackets."""
    separator = found[ended - 1] if found[ended - 3].word == "SEPARATOR" else None
    if separator is None:
        return [(found[ended].start, found[ended].start, '; SEPARATOR=" "')]
    if not _WIDE.search(separator.text):
        return []
    start, end = found[began - 1].start, found[ended].end
    # the bracket, or DISTINCT after it, and the semicolon
    first, last = found[began + (found[began + 1].word == "DISTINCT")].end, found[ended - 4].start
    return [(start, start, "SUBSTR("), (first, first, f" CONCAT(STR({separator.text}@zh), STR("), (last, last, "))"),
            (separator.start, separator.end, '""'), (end, end, f", {_length(separator.text) + 1})")]


def _length(literal: str) -> int:
    """How many characters a literal has within its quotes."""
    quotes = 6 if literal[:3] in ('"""', "'''") else 2
    return len(_ESCAPED.sub("x", literal)) - quotes


def _edited(text: str, edits: list[Edit]) -> str:
    parts, at = [], 0
    for start, end, new in sorted(edits):
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])
