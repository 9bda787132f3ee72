"""The language of the pages: Chinese with English beside it, or one of them.

``?lang=`` decides; a cookie remembers it for addresses that do not say. Texts of the pages are written
in both languages where they stand (``ui.bi`` and ``ui.t`` of the templates), so none can lack its other half.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, Response, request

COOKIE = "lang"
#: what can be chosen -> its name in its own words
LANGUAGES = {"both": "中文＋English", "zh-Hant": "中文", "en": "English"}
#: a year
_KEPT = 365 * 24 * 3600


def language() -> str:
    """The language of this request, a key of LANGUAGES; one that is not known is "both"."""
    asked = request.args.get(COOKIE) or request.cookies.get(COOKIE, "")
    asked = {"zh": "zh-Hant", "zh-hant": "zh-Hant", "zh-tw": "zh-Hant"}.get(asked.lower(), asked)
    return asked if asked in LANGUAGES else "both"


def choices() -> list[dict[str, str]]:
    """For the page's head: this address in each language."""
    pairs = [(k, v) for k, v in request.args.items(multi=True) if k != COOKIE]
    return [
        {"code": code, "name": name, "href": f"{request.path}?{urlencode([*pairs, (COOKIE, code)])}"}
        for code, name in LANGUAGES.items()
    ]


def install(app: Flask) -> None:
    """Gives every template ``language`` and ``languages``, and keeps what was chosen."""

    @app.context_processor
    def _context() -> dict[str, object]:
        chosen = language()
        return {"language": chosen, "languages": choices(), "html_language": "en" if chosen == "en" else "zh-Hant"}

    @app.after_request
    def _keep(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.vary.add("Cookie")
            if request.args.get(COOKIE):
                response.set_cookie(COOKIE, language(), max_age=_KEPT, samesite="Lax", httponly=True,
                                    secure=request.is_secure)
        return response
