"""Markdown as text: heading marks are taken off and table rows become tab-separated lines.

All else is text as it stands: emphasis and list marks are read as they are in plain text.
"""

from __future__ import annotations

import re

from kg.read.drawn import row

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")


def markdown_text(text: str) -> str:
    """The text without marks of headings and tables (GitHub's: a head, a rule, rows)."""
    lines = re.split(r"\r?\n", text)
    out: list[str] = []
    columns = 0  # of the table that is being read
    fenced = False
    for n, line in enumerate(lines):
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if not columns and "|" in line and n + 1 < len(lines) and "|" in lines[n + 1] and _RULE.match(lines[n + 1]):
            columns = len(_cells(line))
        elif columns and "|" not in line:
            columns = 0
        if columns and not fenced:
            if not _RULE.match(line):
                out.append(row(_cells(line)))
        else:
            heading = None if fenced else _HEADING.match(line)
            out.append(heading[1] if heading else line)
    return "\n".join(out)


def _cells(line: str) -> list[str]:
    """The cells of a table row; a bar behind a backslash belongs to the text."""
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [re.sub(r"<br\s*/?>", " ", cell).replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]
