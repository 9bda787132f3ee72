"""One error shape for every route, as JSON or as a page by Accept.

``{"error": {"code": "…", "status": 400, "zh": "…", "en": "…", "line": 3, "column": 7, "hint": "…"}}``
"""

from __future__ import annotations

import re

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from kg.catalog import UnknownQuery
from kg.catalog_types import BadValue
from kg.service.http import CORS
from kg.service.problem import Problem
from kg.sparql_guard import Refused
from kg.store import StoreError

__all__ = ["Problem", "answer", "bilingual", "install"]

_BILINGUAL = re.compile(r"(.+?) \(([^()]+)\)", re.S)

_HTTP = {
    400: ("請求有誤", "The request is malformed."),
    404: ("找不到這一頁", "There is nothing at this address."),
    405: ("這個網址不接受這種方法", "This method is not allowed here."),
    406: ("無法提供所要求的格式", "None of the formats asked for can be given."),
    413: ("請求太大", "The request is too large."),
    415: ("無法讀取這種內容類型", "This content type cannot be read here."),
}


def bilingual(sentence: str) -> tuple[str, str]:
    """The Chinese and the English part of "中文 (English)"; both the whole where it is not of that form.

    >>> bilingual("參數 x：「y」不是整數 (not a whole number)")
    ('參數 x：「y」不是整數', 'not a whole number')
    """
    m = _BILINGUAL.fullmatch(sentence)
    return (m[1].strip(), m[2].strip()) if m else (sentence, sentence)


def answer(problem: Problem) -> Response:
    """The problem as JSON or HTML."""
    best = request.accept_mimetypes.best_match(["application/json", "text/html"], default="application/json")
    if best == "text/html":
        page = render_template("error.html", problem=problem.body, query=_failed_query())
        response = Response(page, problem.status, mimetype="text/html")
    else:
        response = jsonify(error=problem.body)
        response.status_code = problem.status
    response.headers.extend(problem.headers)
    if request.path.rstrip("/") == "/sparql":
        response.headers.extend(CORS)
    return response


def _failed_query() -> str:
    """The SPARQL text that failed, so that the error's page lets it be mended."""
    return request.args.get("query", "") if request.path.rstrip("/") == "/sparql" else ""


def install(app: Flask) -> None:
    """Every error of the application in the one shape."""

    @app.errorhandler(Problem)
    def _problem(error: Problem) -> Response:
        return answer(error)

    @app.errorhandler(StoreError)
    def _store(error: StoreError) -> Response:
        # paths stay on the server: its operator finds them in the log
        app.logger.error("%s", error)
        return answer(Problem(
            503, "no-graph", "目前沒有可用的圖譜，請先執行 kg build", "There is no graph to serve yet; run kg build."
        ))

    @app.errorhandler(BadValue)
    def _value(error: BadValue) -> Response:
        return answer(Problem(400, "bad-parameter", *bilingual(str(error))))

    @app.errorhandler(UnknownQuery)
    def _query(error: UnknownQuery) -> Response:
        name = error.args[0]
        return answer(Problem(
            404, "no-such-query", f"沒有名為 {name} 的查詢", f"There is no canned query named {name}.",
            "清單在 /queries (the list is at /queries)",
        ))

    @app.errorhandler(Refused)
    def _refused(error: Refused) -> Response:
        return answer(Problem(
            400, "refused", f"這裡不允許 {error.word}（第 {error.line} 行）",
            f"{error.word} is not allowed here (line {error.line}).",
            "只能查詢這個圖譜本身 (only this graph can be queried, and only read)", error.line, error.column,
        ))

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if isinstance(error, RequestRedirect):
            return error.get_response()  # type: ignore[return-value]
        status = error.code or 500
        zh, en = _HTTP.get(status, ("發生錯誤", error.name))
        response = answer(Problem(status, f"http-{status}", zh, en))
        if status == 405 and (valid := getattr(error, "valid_methods", None)):
            response.headers["Allow"] = ", ".join(sorted(valid))
        return response

    @app.errorhandler(Exception)
    def _fault(error: Exception) -> Response:
        app.logger.exception("fault", exc_info=error)
        return answer(Problem(500, "fault", "伺服器內部錯誤，已記錄", "An internal error; it has been logged."))
