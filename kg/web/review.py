"""``/review``: proposed links and doubtful facts side by side, decided by people who have the token.

``KG_TOKEN`` opens the bench; without it everything can be read and nothing decided. Who has logged in is in a
signed cookie that other sites' pages cannot send (SameSite=Strict), and a form is only taken from our own pages.
Programs send ``Authorization: Bearer TOKEN`` and ``who`` instead, and get JSON. What was decided reaches the graph
when a person lets the server apply it (see :mod:`kg.web.applying`) or at the next build.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox
from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from kg.decisions import FILE, VERDICTS, Decision, Decisions, End, Judgement, changing, decide, load, undo
from kg.doubts import CERTAIN, doubts
from kg.names import compact
from kg.store.remote import RemoteVersions
from kg.token import is_token, operator_token
from kg.web import applying
from kg.web.bench import FACTS, KINDS, candidates, fact_card, fact_row, link_card, link_ends
from kg.web.errors import Problem
from kg.web.formats import negotiate
from kg.web.graph import handle, label, opened
from kg.web.language import N_, label_language

blueprint = Blueprint("review", __name__, url_prefix="/review")

COOKIE = "kg-review"
#: seconds until one has to log in again
_SESSION = 12 * 3600
#: what is listed below the one to decide; rows of one page of facts; rows of one answer to a program
_NEXT, _FACTS, _MOST = 12, 50, 1000
STATES = {"open": N_("待判定"), "accepted": N_("已接受"), "rejected": N_("已駁回"), "unsure": N_("未定")}


@blueprint.get("", strict_slashes=False)
def index() -> Response:
    """``?kind=``, ``?state=``, ``?link=`` (one to look at), ``?last=`` (the one just decided, which can be undone).

    For programs, JSON: what is in a state, in the order of its worth.
    """
    kind, state = _choice("kind", KINDS, "fundedBy"), _choice("state", STATES, "open")
    store, decisions = opened().store, load(_file())
    everything = _everything(store, kind)
    decided = _decided(store, kind, decisions)

    def state_of(name: str) -> str:
        return decided[name].status if name in decided else "open"

    counts = Counter(state_of(name) for name, *_ in everything)
    shown = [x for x in everything if state_of(x[0]) == state]
    media = {"html": "text/html", "json": "application/json"}
    if negotiate([*media.values()], media.get(request.args.get("format", ""))) == media["json"]:
        return jsonify(kind=kind, state=state, total=len(shown), items=[
            {"link": name, "subject": s, "object": o.value, "confidence": sure} for name, s, o, sure in shown[:_MOST]
        ])
    asked = request.args.get("link", "")
    here = next((x[0] for x in everything if x[0] == asked), shown[0][0] if shown else "")
    named = label_language()
    subjects = {s for _, s, _, _ in everything}
    return Response(render_template(
        "review.html", kind=kind, state=state, kinds=KINDS, states=STATES, counts=counts, total=len(everything),
        decided=len(everything) - counts["open"], who=reviewer(), open_bench=bool(operator_token()),
        last=decisions.get(request.args.get("last", "")), card=_card(store, kind, here, decided) if here else None,
        subjects=len(subjects), touched=len({s for name, s, _, _ in everything if state_of(name) != "open"}),
        waiting=_waiting(decisions), made=len(decisions), version=opened().version.name, applying=_applying(),
        following=[{"name": name, "subject": label(store, s, named), "confidence": sure,
                    "object": label(store, o.value, named) if isinstance(o, ox.NamedNode) else o.value}
                   for name, s, o, sure in shown if name != here][:_NEXT],
    ), mimetype="text/html", headers={"Cache-Control": "no-store"})


@blueprint.get("/facts")
def facts() -> Response:
    """``?page=``: all readings of the documents that may be wrong, each with its sentence and what was decided."""
    store = opened().store
    found = doubts(store)
    decided = found.decided(load(_file()))
    pages = max(1, -(-len(found.all) // _FACTS))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    return Response(render_template(
        "facts.html", kinds=KINDS, total=len(found.all), page=page, pages=pages, least=CERTAIN, states=STATES,
        facts=[fact_row(store, f) | {"decision": decided.get(f.name)}
               for f in found.all[(page - 1) * _FACTS:page * _FACTS]],
    ), mimetype="text/html", headers={"Cache-Control": "no-store"})


@blueprint.post("/login")
def login() -> Any:
    """The token and a name, from the form; sets the cookie. Raises Problem 403."""
    _own_form()
    who = " ".join(request.form.get("who", "").split())
    if not is_token(request.form.get("token", "")) or not who:
        raise Problem(403, "wrong-token", "憑證不對，或沒有填姓名", "The token is wrong, or the name is missing.",
                      "憑證由管理者以 KG_TOKEN 設定 (the operator sets it as KG_TOKEN)")
    response = redirect(url_for("review.index", kind=_choice("kind", KINDS, "fundedBy")), 303)
    response.set_cookie(COOKIE, _signer().dumps(who), max_age=_SESSION, httponly=True, samesite="Strict",
                        secure=request.is_secure, path="/review")
    return response


@blueprint.post("/logout")
def logout() -> Any:
    """Takes the cookie back."""
    _own_form()
    response = redirect(url_for("review.index"), 303)
    response.delete_cookie(COOKIE, path="/review", samesite="Strict")
    return response


@blueprint.post("/decide")
def decided() -> Any:
    """``kind``, ``link``, ``verdict`` (accept, reject, unsure) and ``why`` from the form, kept in the decisions' file.

    Raises Problem 400, 403 and 404.
    """
    who = _allowed()
    kind, verdict = _choice("kind", KINDS, "fundedBy"), request.form.get("verdict", "")
    if verdict not in VERDICTS:
        raise Problem(400, "bad-verdict", "判定要是 accept、reject 或 unsure",
                      "The verdict is accept, reject or unsure.")
    relation, ends = _ends(opened().store, kind, request.form.get("link", ""))
    judgement = Judgement(verdict, who, datetime.now(UTC).date().isoformat(), request.form.get("why", "").strip())
    with changing(_file()) as decisions:
        before = set(decisions.items())
        decisions.update(decide(decisions, relation, *ends, judgement))
        [made] = [d for k, d in decisions.items() if (k, d) not in before]
    if _program():
        return jsonify(made.to_json())
    return redirect(url_for("review.index", kind=kind, last=made.link), 303)


@blueprint.post("/undo")
def undone() -> Any:
    """Takes the last judgement on ``link`` back. Raises Problem 403 and 404."""
    _allowed()
    kind, key = _choice("kind", KINDS, "fundedBy"), request.form.get("link", "")
    with changing(_file()) as decisions:
        if key not in decisions:
            raise Problem(404, "no-such-decision", "這個連結沒有判定", "Nothing was decided on this link.")
        name = next((n for n, d in _decided(opened().store, kind, decisions).items() if d.link == key), key)
        after = undo(decisions, key)
        decisions.clear()
        decisions.update(after)
    if _program():
        return jsonify(link=key, decision=after[key].to_json() if key in after else None)
    return redirect(url_for("review.index", kind=kind, link=name), 303)


@blueprint.post("/apply")
def apply() -> Any:
    """Lets the server build and publish a version with all decisions. Raises Problem 403 and StoreError."""
    _allowed()
    if isinstance(handle().versions, RemoteVersions):
        raise Problem(403, "read-only", "遠端圖譜要由它自己重建", "A remote graph is rebuilt where it is.")
    begun = applying.start(Path(handle().versions.folder))
    if _program():
        return jsonify(begun=begun), 202
    return redirect(url_for("review.index", kind=_choice("kind", KINDS, "fundedBy")), 303)


@blueprint.get("/apply")
def applied() -> Response:
    """How far applying is, and how many decisions wait for it."""
    found = _applying()
    response = jsonify(asdict(found) | {"waiting": _waiting(load(_file())), "version": opened().version.name})
    response.headers["Cache-Control"] = "no-store"
    return response


def reviewer() -> str:
    """The name of who has logged in; empty for everybody else."""
    if not operator_token():
        return ""
    try:
        return str(_signer().loads(request.cookies.get(COOKIE, ""), max_age=_SESSION))
    except BadSignature:
        return ""


def _everything(store: ox.Store, kind: str) -> list[tuple[str, str, Any, float]]:
    """What of a kind can be decided, in the order of its worth: name, subject, object (a term), confidence."""
    if kind == FACTS:
        return [(d.name, d.subject, d.object, d.confidence) for d in doubts(store).all]
    found = candidates(store, f"pol:{kind}")
    return [(c.key, c.subject, ox.NamedNode(c.object), c.confidence) for c in found]


def _decided(store: ox.Store, kind: str, decisions: Decisions) -> dict[str, Decision]:
    """The decisions on what is of a kind, by name."""
    return doubts(store).decided(decisions) if kind == FACTS else dict(decisions)


def _card(store: ox.Store, kind: str, name: str, decided: dict[str, Decision]) -> dict[str, Any]:
    if kind != FACTS:
        found = next(c for c in candidates(store, f"pol:{kind}") if c.key == name)
        return link_card(store, found, decided.get(name))
    everything = doubts(store)
    doubt = everything.by_name[name]
    return fact_card(store, doubt, everything.key(doubt), decided.get(name))


def _ends(store: ox.Store, kind: str, name: str) -> tuple[str, tuple[End, End]]:
    """The relation and both ends of what is called so in addresses. Raises Problem 404."""
    if kind == FACTS:
        everything = doubts(store)
        if doubt := everything.by_name.get(name):
            if known := load(_file()).get(everything.key(doubt)):
                return known.kind, (known.subject, known.object)
            return compact(doubt.predicate), everything.ends(doubt)
    else:
        found = next((c for c in candidates(store, f"pol:{kind}") if c.key == name), None)
        if found and (ends := link_ends(store, found)):
            return f"pol:{kind}", ends
    raise Problem(404, "no-such-link", "圖譜裡沒有這個候選", "There is no such candidate in the graph.")


def _waiting(decisions: Decisions) -> int:
    """How many decisions the graph does not tell yet."""
    versions = handle().versions
    return 0 if isinstance(versions, RemoteVersions) else applying.pending(versions, decisions)


def _applying() -> applying.State:
    versions = handle().versions
    return applying.State() if isinstance(versions, RemoteVersions) else applying.state(Path(versions.folder))


def _choice(name: str, of: dict[str, Any], default: str) -> str:
    asked = request.values.get(name, default)
    return asked if asked in of else default


def _file() -> Path:
    return Path(handle().versions.folder) / FILE


def _signer() -> URLSafeTimedSerializer:
    """Signs with a key made from the token: a new token ends all sessions."""
    return URLSafeTimedSerializer(hashlib.sha256(b"kg-review\0" + operator_token().encode()).digest(), salt=COOKIE)


def _program() -> bool:
    """Does a program ask, and not a person's browser?"""
    return "Authorization" in request.headers


def _own_form() -> None:
    """Raises Problem 403 for a form that another site's page has sent."""
    origin = request.headers.get("Origin")
    foreign = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    if foreign or (origin is not None and urlsplit(origin).netloc != request.host):
        raise Problem(403, "foreign-form", "只接受本站頁面送出的表單", "Only forms of our own pages are taken.")


def _allowed() -> str:
    """Who decides. Raises Problem 400 and 403."""
    _own_form()
    if not _program():
        if who := reviewer():
            return who
        raise Problem(403, "log-in", "請先登入再判定", "Log in before you decide.")
    if not is_token(request.headers["Authorization"].removeprefix("Bearer ")):
        raise Problem(403, "wrong-token", "憑證不對", "The token is wrong.")
    who = " ".join(request.form.get("who", "").split())
    if not who and request.endpoint == "review.decided":
        raise Problem(400, "who-is-missing", "請以 who 說明由誰判定", "Say in who= who decides.")
    return who
