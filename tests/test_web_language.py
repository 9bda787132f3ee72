"""Every text of the pages has its English, and an English page shows no Chinese but that of the documents."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import tiny_graph
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from kg.store import VersionedStore
from kg.web import create_app
from kg.web.language import _, both, data

TEMPLATES = tiny_graph.ROOT / "kg/web/templates"
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
#: attributes that are read out or shown
SHOWN = ("title", "aria-label", "alt", "placeholder", "label", "data-language")
#: calls whose texts are in the catalogue
CALLS = {"_", "both"}


def test_catalogue_is_whole_and_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("babel", reason="Babel is not installed (pip install babel)")
    from kg.web import messages

    assert messages.main(check=True) == 0, capsys.readouterr().err


def test_catalogue_keeps_the_places_of_values() -> None:
    pytest.importorskip("babel", reason="Babel is not installed (pip install babel)")
    from babel.messages import pofile

    from kg.web import messages

    with messages.PO.open("rb") as file:
        texts = messages.texts(pofile.read_po(file, locale="en"))
    place = re.compile(r"%\(\w+\)s|\{\w+\}")
    assert {k: v for k, v in texts.items() if sorted(place.findall(k)) != sorted(place.findall(v))} == {}


def literals(file: Path) -> list[str]:
    """The Chinese of a template that is not in a call for the catalogue."""
    tokens = [(kind, value) for _, kind, value in Environment().lex(file.read_text(encoding="utf-8"))
              if kind not in ("whitespace", "comment", "comment_begin", "comment_end")]
    return [
        value for n, (kind, value) in enumerate(tokens)
        if HAN.search(value) and not (kind == "string" and tokens[n - 1][1] == "(" and tokens[n - 2][1] in CALLS)
    ]


@pytest.mark.parametrize("file", sorted(TEMPLATES.glob("*.html")), ids=lambda f: f.name)
def test_templates_have_no_text_outside_the_catalogue(file: Path) -> None:
    assert literals(file) == []


class Unmarked(HTMLParser):
    """Collects Chinese that stands in no element which says that it is Chinese."""

    VOID = frozenset({"meta", "link", "input", "img", "br", "hr", "source", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {k: v or "" for k, v in attrs}
        language = values.get("lang", self.open[-1][1] if self.open else "")
        for name in SHOWN:
            if language == "en" and HAN.search(values.get(name, "")):
                self.found.append(f"{name}={values[name]}")
        if tag not in self.VOID:
            self.open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, language = self.open[-1] if self.open else ("", "")
        # a page's title may name a thing of the documents; scripts hold data
        if language == "en" and HAN.search(data) and tag not in ("title", "script"):
            self.found.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def app(sample_store: VersionedStore) -> Flask:
    return create_app(sample_store.folder)


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def addresses(app: Flask, store: VersionedStore) -> list[str]:
    """Every page without a parameter, a thing of each class, every canned query, a reader, a search, an error."""
    import pyoxigraph as ox

    from kg.names import sparql_prefixes
    from kg.web.profiles import PROFILES

    plain = [r.rule for r in app.url_map.iter_rules()
             if "GET" in (r.methods or ()) and not r.arguments and r.endpoint != "static"]
    graph = store.open()
    things = []
    for cls in (*PROFILES, "PolicyDocument", "Target", "Evidence"):
        found = graph.query(sparql_prefixes() + f"SELECT ?s (COUNT(*) AS ?n) {{ ?s a pol:{cls} ; ?p ?o }} "
                            "GROUP BY ?s ORDER BY DESC(?n) ?s LIMIT 1")
        assert isinstance(found, ox.QuerySolutions)
        things += ["/id/" + row[0].value.split("/id/", 1)[1] for row in found]
    document = next(t for t in things if t.startswith("/id/document/")).replace("/id/document/", "/source/")
    queries = [f"/queries/{name}" for name in app.extensions["kg"].catalog]
    return [*plain, *things, *queries, document, f"{document}?start=200&end=260", "/search?q=產業", "/nowhere",
            "/sparql?query=SELECT+*+%7B+%3Fs+a+pol:Ministry+%7D", "/sparql?query=SELECT+nonsense",
            "/queries/budget-lines?year=x"]


def test_an_english_page_has_no_chinese_of_its_own(
    app: Flask, client: FlaskClient, sample_store: VersionedStore
) -> None:
    wrong = {}
    looked_at = 0
    for address in addresses(app, sample_store):
        response = client.get(address + ("&" if "?" in address else "?") + "lang=en", headers={"Accept": "text/html"})
        if response.mimetype != "text/html":
            continue
        looked_at += 1
        reader = Unmarked()
        reader.feed(response.get_data(as_text=True))
        if reader.found:
            wrong[address] = reader.found[:5]
    assert wrong == {} and looked_at > 50


def test_a_value_can_differ_by_language() -> None:
    with Flask(__name__).test_request_context("/"):
        printed = both("請先選擇「%(name)s」", name=("產業", "Industry"))
        assert "「產業」" in printed and "Choose: Industry" in printed
        assert _("請先選擇「%(name)s」", name=("甲", "A")) == "請先選擇「甲」"


@given(st.text(max_size=30))
def test_values_are_escaped_in_both_languages(text: str) -> None:
    app = Flask(__name__)
    for language in ("both", "en", "zh-Hant"):
        with app.test_request_context(f"/?lang={language}"):
            for printed in (both("第 %(line)s 行", line=text), data(text)):
                rest = re.sub(r"</?span[^<>]*>", "", printed)
                assert "<" not in rest and ">" not in rest
