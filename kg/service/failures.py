"""What a client is told where its query was refused, or failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg.service.pool import Failed
from kg.service.precheck import Hint
from kg.service.problem import Problem, syntax_problem
from kg.sparql_guard import Refused
from kg.store import StoreError

#: seconds after which a client that was refused for want of room may come again
_RETRY = "5"


def explained(error: Exception) -> Problem:
    """The problem that an exception of the service stands for; raises it again if it is none."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refused):
        return Problem(
            400, "refused", f"這裡不允許 {error.word}（第 {error.line} 行）",
            f"{error.word} is not allowed here (line {error.line}).",
            "只能查詢這個圖譜本身 (only this graph can be queried, and only read)", error.line, error.column,
        )
    if isinstance(error, StoreError):
        return Problem(503, "no-graph", "目前沒有可用的圖譜，請先執行 kg build",
                       "There is no graph to serve yet; run kg build.")
    raise error


def failure(failed: Failed, seconds: float, hints: Sequence[Hint]) -> Problem:
    """What to tell of a query with this limit that was not answered, and in which these slips were found."""
    kind = failed.kind
    if kind == "syntax":
        return _syntax(failed.message, hints)
    advice = "；".join(f"{h.zh} ({h.en})" for h in hints)
    found = {
        "timeout": Problem(504, "timeout", f"查詢超過 {seconds:g} 秒，已中止",
                           f"The query took longer than {seconds:g} s and was stopped.",
                           advice or "加上條件或 LIMIT (add conditions or LIMIT)"),
        "memory": Problem(507, "memory", "查詢需要的記憶體超過上限，已中止",
                          "The query needed more memory than it may use and was stopped.",
                          advice or "避免排序或彙總大量資料 (avoid sorting or grouping very many rows)"),
        "engine": Problem(500, "engine", "查詢引擎在這個查詢上出錯，請改寫查詢",
                          "The query engine failed on this query; write it in another way."),
        "busy": Problem(503, "busy", "目前查詢太多，請稍後再試", "Too many queries at present; try again soon.",
                        headers=[("retry-after", _RETRY)]),
        "truncated": cut({"truncated": failed.message, "limit": ""}),
        "store": Problem(503, "no-graph", "目前沒有可用的圖譜", "There is no graph to serve at present.",
                         headers=[("retry-after", _RETRY)]),
    }.get(kind)
    if found is None:
        found = Problem(400, "query-failed", "查詢無法執行", f"The query cannot be run: {failed.message}", advice)
    if hints:
        found.body["hints"] = [h.to_json() for h in hints]
    return found


def cut(end: dict[str, Any]) -> Problem:
    """What to tell where a result is too long for a format of which no part can be given."""
    return Problem(
        413, "result-too-large", "結果超過上限，這個格式無法只給一部分", "The result is larger than the limit, and in "
        "this format a part of it cannot be given.", f"加上 (add) LIMIT; {end['truncated']} {end['limit']}".strip(),
    )


def _syntax(message: str, hints: Sequence[Hint]) -> Problem:
    for hint in hints:
        if hint.code == "unknown-prefix":  # the engine then names a wrong cause
            return Problem(400, hint.code, hint.zh, hint.en, hint.hint, hint.line, hint.column)
    return syntax_problem(message)
