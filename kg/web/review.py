"""``/review``: proposed links side by side, decided by people who have the token.

``KG_TOKEN`` opens the bench; without it everything can be read and nothing decided. Who has logged in is in a
signed cookie that other sites' pages cannot send (SameSite=Strict), and a form is only taken from our own pages.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox
from flask import Blueprint, Response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from kg.decisions import FILE, VERDICTS, Decision, Decisions, Judgement, changing, decide, end, load, undo
from kg.link.sources import Side, read
from kg.web.entity import quotation
from kg.web.errors import Problem
from kg.web.graph import handle, label, opened
from kg.web.language import N_, label_language
from kg.web.profile import first_place, rows_of
from kg.web.terms import names

blueprint = Blueprint("review", __name__, url_prefix="/review")

COOKIE = "kg-review"
#: seconds until one has to log in again
_SESSION = 12 * 3600
#: candidates listed below the one to decide, and characters of one text
_NEXT, _TEXT = 12, 400
#: a reading is doubtful below this confidence; rows of one page of them
_CERTAIN, _FACTS = 0.9, 50
KINDS = {"fundedBy": N_("措施與預算項目"), "answeredBy": N_("建議與措施、計畫")}
STATES = {"open": N_("待判定"), "accepted": N_("已接受"), "rejected": N_("已駁回"), "unsure": N_("未定")}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed link: its key as decisions name it, its ends' IRIs, and why."""

    key: str
    subject: str
    object: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A fact, or a name that became none (then ``object`` is a literal), with its surest evidence's confidence."""

    assertion: str
    subject: str
    predicate: str
    object: Any
    evidence: str
    confidence: float


@blueprint.get("", strict_slashes=False)
def index() -> Response:
    """``?kind=``, ``?state=``, ``?link=`` (one to look at), ``?last=`` (the one just decided, which can be undone)."""
    kind, state = _choice("kind", KINDS, "fundedBy"), _choice("state", STATES, "open")
    current = opened()
    everything = candidates(current.store, f"pol:{kind}")
    decisions = load(_file())
    counts = Counter(_state(c, decisions) for c in everything)
    shown = [c for c in everything if _state(c, decisions) == state]
    asked = request.args.get("link", "")
    here = next((c for c in everything if c.key == asked), shown[0] if shown else None)
    last = decisions.get(request.args.get("last", ""))
    subjects = {c.subject for c in everything}
    return Response(render_template(
        "review.html", kind=kind, state=state, kinds=KINDS, states=STATES, counts=counts, total=len(everything),
        decided=len(everything) - counts["open"], who=reviewer(), open_bench=bool(_token()), last=last,
        card=_card(current.store, here, decisions) if here else None, subjects=len(subjects),
        touched=len({c.subject for c in everything if _state(c, decisions) != "open"}),
        following=[{"key": c.key, "subject": label(current.store, c.subject), "object": label(current.store, c.object),
                    "confidence": c.confidence} for c in shown if c is not here][:_NEXT],
    ), mimetype="text/html", headers={"Cache-Control": "no-store"})


@blueprint.get("/facts")
def facts() -> Response:
    """``?page=``: readings of the documents that may be wrong, each with its sentence; they are read, not decided."""
    current = opened()
    everything = doubtful(current.store)
    pages = max(1, -(-len(everything) // _FACTS))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    return Response(render_template(
        "facts.html", kinds=KINDS, total=len(everything), page=page, pages=pages, least=_CERTAIN,
        facts=[_fact(current.store, f) for f in everything[(page - 1) * _FACTS:page * _FACTS]],
    ), mimetype="text/html")


@blueprint.post("/login")
def login() -> Any:
    """The token and a name, from the form; sets the cookie. Raises Problem 403."""
    _own_form()
    who = " ".join(request.form.get("who", "").split())
    if not _token() or not hmac.compare_digest(request.form.get("token", "").encode(), _token().encode()) or not who:
        raise Problem(403, "wrong-token", "憑證不對，或沒有填姓名", "The token is wrong, or the name is missing.",
                      "憑證由管理者以 KG_TOKEN 設定 (the operator sets it as KG_TOKEN)")
    response = redirect(url_for("review.index"), 303)
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
    """``link``, ``verdict`` (accept, reject, unsure) and ``why`` from the form, kept in the file of decisions.

    Raises Problem 400, 403 and 404.
    """
    who = _allowed()
    kind, verdict = _choice("kind", KINDS, "fundedBy"), request.form.get("verdict", "")
    if verdict not in VERDICTS:
        raise Problem(400, "bad-verdict", "判定要是 accept、reject 或 unsure",
                      "The verdict is accept, reject or unsure.")
    key = request.form.get("link", "")
    store = opened().store
    found = next((c for c in candidates(store, f"pol:{kind}") if c.key == key), None)
    ends = sides(store)
    if found is None or found.subject not in ends or found.object not in ends:
        raise Problem(404, "no-such-link", "圖譜裡沒有這個候選連結", "There is no such candidate link in the graph.")
    judgement = Judgement(verdict, who, datetime.now(UTC).date().isoformat(), request.form.get("why", "").strip())
    with changing(_file()) as decisions:
        decisions.update(decide(
            decisions, f"pol:{kind}", end(ends[found.subject]), end(ends[found.object]), judgement
        ))
    return redirect(url_for("review.index", kind=kind, last=key), 303)


@blueprint.post("/undo")
def undone() -> Any:
    """Takes the last judgement on ``link`` back. Raises Problem 403 and 404."""
    _allowed()
    kind, key = _choice("kind", KINDS, "fundedBy"), request.form.get("link", "")
    with changing(_file()) as decisions:
        if key not in decisions:
            raise Problem(404, "no-such-decision", "這個連結沒有判定", "Nothing was decided on this link.")
        after = undo(decisions, key)
        decisions.clear()
        decisions.update(after)
    return redirect(url_for("review.index", kind=kind, link=key), 303)


@functools.lru_cache(maxsize=4)
def candidates(store: ox.Store, kind: str) -> tuple[Candidate, ...]:
    """The proposed links of a kind ("pol:fundedBy"), those first whose decision tells most.

    A decision tells most where the confidence is near one half (p·(1−p), the variance of the answer, as in
    uncertainty sampling; Lewis and Gale 1994); of equal ones the likelier comes first.
    """
    found: dict[str, Candidate] = {}
    for s in rows_of(store, f"""SELECT ?key ?s ?o ?confidence ?reason WHERE {{ ?link rdf:predicate {kind} ;
            pol:reviewStatus ?state ; rdf:subject ?s ; rdf:object ?o ; dcterms:identifier ?key ;
            pol:confidence ?confidence ; pol:reason ?reason }} ORDER BY ?key ?reason"""):
        found[s["key"].value] = Candidate(
            s["key"].value, s["s"].value, s["o"].value, float(s["confidence"].value), s["reason"].value
        )
    return tuple(sorted(found.values(), key=lambda c: (-c.confidence * (1 - c.confidence), -c.confidence, c.key)))


@functools.lru_cache(maxsize=4)
def doubtful(store: ox.Store) -> tuple[Doubt, ...]:
    """Facts and names whose surest evidence is below ``_CERTAIN``, in the order of ``candidates``."""
    best: dict[str, Doubt] = {}
    for s in rows_of(store, f"""SELECT ?a ?s ?p ?o ?e ?sure WHERE {{ ?e pol:confidence ?low FILTER(?low < {_CERTAIN})
            ?a pol:evidence ?e ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; pol:evidence/pol:confidence ?sure
            }} ORDER BY ?a ?e"""):
        known = best.get(s["a"].value)
        sure = max(float(s["sure"].value), known.confidence if known else 0.0)
        best[s["a"].value] = Doubt(s["a"].value, s["s"].value, s["p"].value, s["o"], known.evidence if known else
                                   s["e"].value, sure)
    return tuple(sorted(
        (d for d in best.values() if d.confidence < _CERTAIN),
        key=lambda d: (-d.confidence * (1 - d.confidence), -d.confidence, d.assertion),
    ))


def _fact(store: ox.Store, doubt: Doubt) -> dict[str, Any]:
    """A doubtful reading as its row shows it."""
    named = label_language()
    thing = isinstance(doubt.object, ox.NamedNode)
    return {
        "assertion": doubt.assertion, "subject": doubt.subject, "subject_text": label(store, doubt.subject, named),
        "predicate": names(store, doubt.predicate), "object": doubt.object.value if thing else "",
        "object_text": label(store, doubt.object.value, named) if thing else doubt.object.value,
        "confidence": doubt.confidence, "evidence": quotation(store, ox.NamedNode(doubt.evidence)),
    }


@functools.lru_cache(maxsize=4)
def sides(store: ox.Store) -> dict[str, Side]:
    """Everything that a link can join, by IRI."""
    sources = read(store)
    return {s.iri: s for s in (*sources.measures, *sources.lines, *sources.recommendations, *sources.programs)}


def reviewer() -> str:
    """The name of who has logged in; empty for everybody else."""
    if not _token():
        return ""
    try:
        return str(_signer().loads(request.cookies.get(COOKIE, ""), max_age=_SESSION))
    except BadSignature:
        return ""


def _card(store: ox.Store, candidate: Candidate, decisions: Decisions) -> dict[str, Any]:
    """Both ends of a link with their texts, the reasons, and what was decided."""
    ends = sides(store)
    decision: Decision | None = decisions.get(candidate.key)
    return {
        "key": candidate.key, "confidence": candidate.confidence, "reason": candidate.reason, "decision": decision,
        "ends": [{
            "iri": iri, "label": label(store, iri), "proof": first_place(store, ox.NamedNode(iri)),
            "context": ends[iri].context if iri in ends else (),
            "texts": [t if len(t) <= _TEXT else t[:_TEXT] + "…" for t in ends[iri].texts[:6]] if iri in ends else [],
            "bodies": [label(store, b) for b in sorted(ends[iri].bodies)] if iri in ends else [],
        } for iri in (candidate.subject, candidate.object)],
    }


def _state(candidate: Candidate, decisions: Decisions) -> str:
    decision = decisions.get(candidate.key)
    return decision.status if decision else "open"


def _choice(name: str, of: dict[str, Any], default: str) -> str:
    asked = request.values.get(name, default)
    return asked if asked in of else default


def _file() -> Path:
    return Path(handle().versions.folder) / FILE


def _token() -> str:
    return os.environ.get("KG_TOKEN", "")


def _signer() -> URLSafeTimedSerializer:
    """Signs with a key made from the token: a new token ends all sessions."""
    return URLSafeTimedSerializer(hashlib.sha256(b"kg-review\0" + _token().encode()).digest(), salt=COOKIE)


def _own_form() -> None:
    """Raises Problem 403 for a form that another site's page has sent."""
    origin = request.headers.get("Origin")
    foreign = request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    if foreign or (origin is not None and urlsplit(origin).netloc != request.host):
        raise Problem(403, "foreign-form", "只接受本站頁面送出的表單", "Only forms of our own pages are taken.")


def _allowed() -> str:
    """Who decides. Raises Problem 403."""
    _own_form()
    who = reviewer()
    if not who:
        raise Problem(403, "log-in", "請先登入再判定", "Log in before you decide.")
    return who
