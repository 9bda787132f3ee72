"""The language of the pages: Chinese with English beside it, or one of them.

``?lang=`` decides; a cookie remembers it for addresses that do not say. The pages' texts are written in Chinese
where they stand, in one of the calls below; their English is in ``translations/en/LC_MESSAGES/messages.po``
(gettext), which ``python -m kg.web.messages`` brings up to date. Texts that are data of both languages (names of
classes, titles of queries) come as pairs and are chosen by the templates' ``ui.bi`` and ``ui.t``.
"""

from __future__ import annotations

import functools
import gettext
import re
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, request
from markupsafe import Markup, escape

COOKIE = "lang"
#: what can be chosen -> its name in its own words
LANGUAGES = {"both": "中文＋English", "zh-Hant": "中文", "en": "English"}
#: where gettext finds the catalogues
FOLDER = Path(__file__).parent / "translations"
DOMAIN = "messages"
#: a year
_KEPT = 365 * 24 * 3600
_CHINESE = "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_HAN, _RUN, _WORD = re.compile(_CHINESE), re.compile(_CHINESE + "+"), re.compile("[A-Za-z]{2,}")


def language() -> str:
    """The language of this request, a key of LANGUAGES; one that is not known is "both"."""
    asked = request.args.get(COOKIE) or request.cookies.get(COOKIE, "")
    asked = {"zh": "zh-Hant", "zh-hant": "zh-Hant", "zh-tw": "zh-Hant"}.get(asked.lower(), asked)
    return asked if asked in LANGUAGES else "both"


def label_language() -> str:
    """The language in which this request's page names things, as far as they have names in it: "zh" or "en"."""
    return "en" if language() == "en" else "zh"


def choices() -> list[dict[str, str]]:
    """For the page's head: this address in each language."""
    pairs = [(k, v) for k, v in request.args.items(multi=True) if k != COOKIE]
    return [
        {"code": code, "name": name, "href": f"{request.path}?{urlencode([*pairs, (COOKIE, code)])}"}
        for code, name in LANGUAGES.items()
    ]


@functools.cache
def _english() -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, FOLDER, ["en"])


def english(text: str) -> str:
    """The English of a text of the pages."""
    return _english().gettext(text)


def N_(text: str) -> str:
    """Marks a text that is translated where it is shown, for the extraction of messages; gives it back."""
    return text


def _(text: str, **values: object) -> str:
    """A text of the pages in the request's first language, with its ``%(name)s`` filled in (see ``both``)."""
    foreign = language() == "en"
    found = english(text) if foreign else text
    return found % _chosen(values, foreign) if values else found


def _chosen(values: dict[str, object], foreign: bool) -> dict[str, object]:
    """Values for one language: of a pair (Chinese, English) its part."""
    return {k: v[foreign] if isinstance(v, tuple) else v for k, v in values.items()}


def both(text: str, **values: object) -> Markup:
    """A text of the pages as HTML: Chinese with English beside it, or one of them.

    Values are escaped; one that differs by language is a pair (Chinese, English).
    """
    def filled(tag: str, printed: str) -> Markup:
        inner = Markup(printed)
        return Markup(tag) % (inner % _chosen(values, 'lang="en"' in tag) if values else inner)

    chinese, foreign = '<span class="zh">%s</span>', '<span class="en" lang="en">%s</span>'
    match language():
        case "en":
            return filled('<span lang="en">%s</span>', str(escape(english(text))))
        case "zh-Hant":
            return filled(chinese, str(escape(text)))
    return filled(chinese, str(escape(text))) + " " + filled(foreign, str(escape(english(text))))


def data(text: object) -> Markup:
    """A name or sentence of the documents as HTML; on an English page Chinese is marked as such (WCAG 2.2, 3.1.2).

    Of an English sentence only its Chinese words are marked.
    """
    printed = escape("" if text is None else text)
    if language() != "en" or not _HAN.search(printed):
        return printed
    marked = '<span lang="zh-Hant">%s</span>'
    if len(_WORD.findall(printed)) > len(_HAN.findall(printed)):
        return Markup(_RUN.sub(lambda run: marked % run[0], str(printed)))
    return Markup(marked) % printed


def tongue(text: object) -> str:
    """The language of a text, where HTML allows no element around it: "zh-Hant" if it holds Chinese, else "en"."""
    return "zh-Hant" if _HAN.search(str(text)) else "en"


def install(app: Flask) -> None:
    """Gives every template ``_``, ``both``, ``language`` and ``languages``, and keeps what was chosen."""
    app.jinja_env.globals.update({"_": _, "both": both})
    app.jinja_env.filters.update({"data": data, "tongue": tongue})

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
