"""Changes to the served graph: SPARQL Update and the writing half of the Graph Store Protocol.

Off unless the environment variable KG_TOKEN holds a token; a client sends it as ``Authorization: Bearer …``.
A change is applied to a copy by a process of its own (kg.service.editor) and published as a new version, so
readers see all of it or nothing. The next ``kg build`` replaces what was written.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

from kg.service.editor import FORMATS
from kg.service.http import Request
from kg.service.limits import Limits
from kg.service.problem import Problem, syntax_problem
from kg.service.protocol import Change
from kg.service.tokens import Token, place, tokens
from kg.store import StoreError, VersionedStore
from kg.store.remote import RemoteVersions
from kg.token import is_token, operator_token

#: a token shorter than this is no token
_SHORTEST = 16
_DATASET_WORDS = frozenset({"USING", "WITH"})


def is_open() -> bool:
    """Can the graph be written to, by whoever has the token?"""
    return len(operator_token()) >= _SHORTEST


def allow(request: Request) -> None:
    """Raises Problem 403 where writing is off, 401 for a wrong or missing token."""
    if not is_open():
        raise Problem(403, "read-only", "這個端點只供查詢", "This endpoint is read-only.")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not is_token(given.strip()):
        raise Problem(401, "token", "更新需要正確的憑證", "A valid token is needed to write.",
                      headers=[("www-authenticate", 'Bearer realm="kg"')])


def checked(change: Change) -> str:
    """The update with its protocol dataset in it. Raises Problem for LOAD, SERVICE and a dataset given twice."""
    found = tokens(change.text)
    for token in found:
        # a word that merely contains SERVICE counts too: the engine reads without a tokenizer (see kg.sparql_guard)
        prefix = token.text.partition(":")[0].upper() if token.kind == "prefixed" else ""
        if token.word == "LOAD" or "SERVICE" in token.word or "SERVICE" in prefix:
            line, column = place(change.text, token.start)
            raise Problem(400, "refused", f"這裡不允許 {token.text}（第 {line} 行）",
                          f"{token.text} is not allowed here (line {line}).", "", line, column)
    if not change.using and not change.using_named:
        return change.text
    if any(t.word in _DATASET_WORDS for t in found):
        raise Problem(400, "two-datasets", "資料集不能同時寫在參數與 USING／WITH",
                      "The dataset cannot be given both by parameters and by USING or WITH.")
    clause = "".join(f"USING <{g}> " for g in change.using)
    clause += "".join(f"USING NAMED <{g}> " for g in change.using_named)
    if any(c in g for g in change.using + change.using_named for c in "<>\"{}|^`\\ \n"):
        raise Problem(400, "bad-parameter", "資料集參數不是 IRI", "A dataset parameter is no IRI.")
    text = change.text
    for token in reversed(_wheres(found)):
        text = text[: token.start] + clause + text[token.start:]
    return text


def _wheres(found: tuple[Token, ...]) -> list[Token]:
    """The WHERE of each DELETE/INSERT operation, not of DELETE WHERE."""
    depth, wheres = 0, []
    for n, token in enumerate(found):
        depth += (token.text == "{") - (token.text == "}")
        if token.word == "WHERE" and not depth and n and found[n - 1].text == "}":
            wheres.append(token)
    return wheres


def update(versions: VersionedStore, limits: Limits, change: Change, base: str) -> None:
    """Applies an update and publishes the new version. Raises Problem or StoreError."""
    _apply(versions, limits, {"update": checked(change), "base": base})


def put_graph(versions: VersionedStore, limits: Limits, request: Request, name: str, base: str) -> bool:
    """PUT, POST or DELETE of a graph (empty name: the default graph); was it there? Raises Problem or StoreError."""
    kind, _ = request.media_type()
    if request.method != "DELETE" and kind not in FORMATS:
        raise Problem(415, "media-type", f"無法讀取 {kind or '未說明類型'}", f"Cannot read {kind or 'nothing'}.",
                      "可用 (use): " + ", ".join(FORMATS))
    data = base64.b64encode(request.body).decode()
    done = _apply(versions, limits, {"base": name or base, "graph": {
        "method": request.method, "name": name, "type": kind, "data": data}})
    if request.method == "DELETE" and not done["existed"]:
        raise Problem(404, "no-graph-of-that-name", "沒有這個圖", "There is no such graph.")
    return bool(done["existed"])


def _apply(versions: VersionedStore, limits: Limits, job: dict[str, Any]) -> dict[str, Any]:
    if isinstance(versions, RemoteVersions):
        raise Problem(403, "read-only", "請直接更新遠端圖譜", "Write to the remote store itself.")
    with versions.lock():
        version = versions.require()
        prepared = versions.prepare()
        job |= {"source": str(version.path.resolve()), "target": str(prepared.resolve()), "memory": limits.memory}
        try:
            run = subprocess.run(
                [sys.executable, "-m", "kg.service.editor"], input=json.dumps(job), capture_output=True,
                encoding="utf-8", timeout=10 * limits.seconds, env=os.environ | {"KG_TOKEN": ""}, check=True,
            )
        except subprocess.TimeoutExpired:
            raise Problem(504, "timeout", "更新超過時間上限，已中止",
                          "The update took too long and was stopped.") from None
        except subprocess.CalledProcessError:
            raise Problem(507, "memory", "更新失敗，已中止", "The update failed and was stopped.") from None
        answer: dict[str, Any] = json.loads(run.stdout)
        if answer.get("error") == "syntax":
            raise syntax_problem(answer["message"])
        if "error" in answer:
            raise Problem(400, "update-failed", "更新無法執行", f"The update cannot be run: {answer['message']}")
        try:
            report = version.report()
        except StoreError:
            report = {"documents": []}
        # without an identity the next build does not take this version for its own
        report |= {"triples": answer["triples"], "edited": datetime.now(UTC).isoformat(timespec="seconds")}
        report.pop("identity", None)
        (prepared / "report.json").write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
        versions.publish(prepared)
    return answer
