"""A query's shape has the tokens of the query, but for the names of things."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.names import ID
from kg.service.parse import parse
from kg.service.shape import shape
from kg.service.tokens import tokens

_PIECES = st.sampled_from([
    "'", '"', "'''", '"""', "#", "\n", " ", "<", ">", "<'>", "<#>", "?a", "ex:", "ex:a", ".", "1", "true", "(", ")",
    f"<{ID}body/x>", f"<{ID}body/x'y#z>", f"<{ID}", "<https://w3id.org/x#y>", "SERVICE", "LOAD", "{", "}", "?s ?p ",
    "'x'", "@en", "_:b", "-", "%41", ":", "\r",
])


def _general(text: str) -> list[tuple[str, str]]:
    """Kinds and texts of the tokens, things' names without what follows the namespace."""
    return [(t.kind, f"<{ID}>" if t.kind == "iri" and t.text.startswith(f"<{ID}") else t.text) for t in tokens(text)]


@settings(max_examples=1500)
@given(st.lists(_PIECES, max_size=12).map("".join))
@example(f"SELECT * {{ ?s ?p '<{ID}x>' }} # <{ID}x> SERVICE")
@example(f"# ' <{ID}x>\nSERVICE <{ID}x> {{}} # '")
def test_a_shape_has_the_tokens_of_the_text(text: str) -> None:
    found = shape(text)
    assert found is not None
    assert [(t.kind, t.text) for t in tokens(found)] == _general(text)


def test_questions_of_two_things_have_one_shape() -> None:
    one, other = (f"SELECT ?o {{ <{ID}{name}> pol:text ?o }} # {name}" for name in ("body/a", "measure/b"))
    assert shape(one) == shape(other)
    assert shape(one) != shape(one.replace("pol:text", "pol:periodText"))


def test_what_has_no_shape() -> None:
    assert shape("SELECT * { ?s ?p 'a\\'b' }") is None
    assert shape("SELECT * {}" + " " * 30_000) is None


def test_long_texts_are_not_remembered() -> None:
    short, long = "SELECT * { ?s ?p ?o }", "SELECT * { ?s ?p ?o }" + " " * 30_000
    assert tokens(short) is tokens(short) and parse(short) is parse(short)
    assert tokens(long) is not tokens(long) and parse(long) is not parse(long)
