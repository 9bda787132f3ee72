"""The helper for the program's own SELECT queries, and the operator's token."""

from __future__ import annotations

import pytest
import tiny_graph

from kg.store.select import select
from kg.token import is_token, operator_token


def test_a_select_with_the_usual_prefixes() -> None:
    rows = list(select(tiny_graph.store(), "SELECT ?l { ?b a pol:Ministry ; skos:prefLabel ?l } ORDER BY ?l"))
    assert "測試部" in [row["l"].value for row in rows]


@pytest.mark.parametrize("query", ["ASK {}", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"])
def test_another_form_is_a_mistake(query: str) -> None:
    with pytest.raises(TypeError):
        select(tiny_graph.store(), query)


def test_no_query() -> None:
    with pytest.raises(SyntaxError):
        select(tiny_graph.store(), "SELECT")


def test_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_TOKEN", "密碼-0123456789")
    assert operator_token() == "密碼-0123456789"
    assert is_token("密碼-0123456789")
    assert not any(is_token(given) for given in ("", "密碼", "密碼-0123456789 ", "密碼-0123456788"))
    monkeypatch.delenv("KG_TOKEN")
    assert not is_token(""), "without a token nothing is the token"
