"""A graph in a notebook: ``kg.connect(folder_or_address).query("SELECT …")`` to rows, pandas or rdflib."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg import search
from kg.names import PREFIXES
from kg.store.remote import RemoteVersions, open_versions

if TYPE_CHECKING:
    import pandas
    import rdflib

_XSD = PREFIXES["xsd"]
_NUMBERS = {_XSD + "integer": int, _XSD + "decimal": Decimal, _XSD + "double": float}


def value(term: Any) -> Any:
    """A term as Python has it: text, number, truth value or None; an IRI as text.

    >>> value(ox.Literal(5)), value(ox.Literal("節能", language="zh")), value(None)
    (5, '節能', None)
    """
    if not isinstance(term, ox.Literal):
        return None if term is None else getattr(term, "value", str(term))
    kind = term.datatype.value
    if kind == _XSD + "boolean":
        return term.value in ("true", "1")
    return _NUMBERS[kind](term.value) if kind in _NUMBERS else term.value


class Rows:
    """A SELECT's result. Iterate over it for one dict per row."""

    def __init__(self, names: list[str], terms: list[list[Any]]) -> None:
        self.names = names
        #: RDF terms (pyoxigraph), None where a variable has no value
        self.terms = terms

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.names, map(value, row), strict=True)) for row in self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def pandas(self) -> pandas.DataFrame:
        """As a pandas table. Raises ImportError where pandas is not installed."""
        import pandas as pd

        return pd.DataFrame([list(map(value, row)) for row in self.terms], columns=self.names)


class Triples:
    """A CONSTRUCT's or DESCRIBE's result."""

    def __init__(self, triples: list[ox.Triple]) -> None:
        self.triples = triples

    def __iter__(self) -> Iterator[ox.Triple]:
        return iter(self.triples)

    def __len__(self) -> int:
        return len(self.triples)

    def rdflib(self) -> rdflib.Graph:
        """As an rdflib graph."""
        import rdflib

        graph = rdflib.Graph()
        for prefix, namespace in PREFIXES.items():
            graph.bind(prefix, namespace)
        return graph.parse(data=ox.serialize(self.triples, format=ox.RdfFormat.N_TRIPLES), format="nt")


class Connection:
    """An open graph. The usual prefixes need no declaration; ``pol:textSearch`` searches the texts."""

    def __init__(self, store: str | Path) -> None:
        self._versions = open_versions(store)
        self._version = self._versions.require()
        self._store = self._versions.open(self._version)

    def query(self, text: str, **values: Any) -> Rows | Triples | bool:
        """Rows of a SELECT, triples of a CONSTRUCT or DESCRIBE, the truth of an ASK.

        ``values`` bind variables to RDF terms, texts or numbers, safely: ``query("… ?name …", name="經濟部")``.
        Raises SyntaxError (query), OSError (remote store) and SearchError.
        """
        index = self._version.path / search.FILE
        local = not isinstance(self._versions, RemoteVersions) and index.exists()
        text = search.rewrite(text, (lambda words: search.find(index, words)) if local else None)
        result: Any = self._store.query(_bound(text, values), prefixes=PREFIXES)
        if isinstance(result, ox.QuerySolutions):
            return Rows([v.value for v in result.variables], [list(row) for row in result])
        if isinstance(result, ox.QueryBoolean):
            return bool(result)
        return Triples(list(dict.fromkeys(result)))


def _bound(text: str, values: Mapping[str, Any]) -> str:
    """The query with VALUES for each bound variable at the beginning of its outermost group."""
    if not values:
        return text
    from kg.service.parse import parse

    query = parse(text)
    if query.group is None:
        raise ValueError("這個查詢沒有可以綁定變數的條件 (the query has no pattern that could use the values)")
    block = ""
    for name, given in values.items():
        if name not in query.group.bound():
            raise ValueError(f"查詢沒有變數 ?{name} (the query has no variable ?{name})")
        term = given if isinstance(given, (ox.NamedNode, ox.Literal)) else ox.Literal(given)
        block += f" VALUES ?{name} {{ {term} }}"
    at = query.group.start + 1
    return text[:at] + block + " " + text[at:]
