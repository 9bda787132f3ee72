"""An error that a person can act on, whatever answers it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_POSITION = re.compile(r" at (\d+):(\d+)")
#: where the errors' codes are explained
HELP = "/sparql/errors"


class Problem(Exception):
    """A sentence in Chinese and English with a code, and where known the place and what to do."""

    def __init__(self, status: int, code: str, zh: str, en: str, hint: str = "", line: int | None = None,
                 column: int | None = None, headers: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(en)
        self.status = status
        self.headers = list(headers)
        self.body: dict[str, Any] = {"code": code, "status": status, "zh": zh, "en": en}
        if line is not None:
            self.body |= {"line": line, "column": column}
        if hint:
            self.body["hint"] = hint
        self.body["help"] = f"{HELP}#{code}"


def syntax_problem(message: str) -> Problem:
    """A SPARQL syntax error with its position, which stands only in the message's text."""
    m = _POSITION.search(message)
    line, column = (int(m[1]), int(m[2])) if m else (None, None)
    where = f"（第 {line} 行第 {column} 字）" if line else ""
    return Problem(
        400, "sparql-syntax", f"SPARQL 語法錯誤{where}", f"SPARQL syntax error: {message}",
        "檢查該處之前的標點、括號與前綴 (check punctuation, brackets and prefixes before that place)", line, column,
    )
