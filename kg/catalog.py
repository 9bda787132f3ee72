"""The canned queries: ``queries/*.rq`` with a ``#+`` YAML header that is their description.

Header keys (all others are errors; ``kg.catalog_header`` checks them):

``title``, ``description``  ``{zh: …, en: …}``
``topic``                   slug of the topic it is listed under
``tags``                    list of slugs
``parameters``              name -> ``{label, type, class, scheme, options, default, required, multiple}``
``columns``                 variable -> ``{zh: …, en: …, unit: {zh: …, en: …}}``, in the order of the table
``views``                   list out of table, chart, network, timeline
``chart``                   ``{x, y, kind, series}``; kind is bar or line
``network``                 how rows become edges: ``{source, target, weight, kind, directed, source_class, …}``
``timeline``                ``{start, end, label}``: variables with years or dates
``example``                 parameter -> value or list of values, used by docs, OpenAPI and tests
``slow``                    ``{zh: …, en: …}``: why the query may take longer than 2 s on a large graph

The query is valid SPARQL as it stands. A line ``#? name`` marks where the parameter's
values are bound: it becomes ``VALUES ?name { term … }``, made of RDF terms, so a value can
never change the query. Without a value the line goes, and the query is not restricted.
The header's style follows grlc (``#+`` YAML), its string substitution does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.catalog_types import BadValue, term
from kg.names import sparql_prefixes
from kg.rules import data_folder

#: the line that marks where a parameter's values are bound
SLOT = re.compile(r"^[ \t]*#\?[ \t]*(\w+)[ \t]*$", re.M)


class CatalogError(ValueError):
    """A header is wrong; the sentence names file and line."""


class UnknownQuery(KeyError):
    """There is no canned query of that name."""


Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its variable's name, type and how values are offered."""

    name: str
    label: Text
    type: str
    cls: str | None = None
    scheme: str | None = None
    options: str | None = None
    default: Any = None
    required: bool = False
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """How the rows of a query become edges (names of variables; ``weight``/``kind`` may be absent)."""

    source: str
    target: str
    source_label: str | None = None
    target_label: str | None = None
    source_class: str | None = None
    target_class: str | None = None
    weight: str | None = None
    kind: str | None = None
    directed: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """How the rows become a chart: variables for both axes and, where there are several lines or bars, the series."""

    x: str
    y: str
    kind: str = "bar"
    series: str | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """How the rows become bars on a line of years: variables with years or dates, and the label's variable."""

    start: str
    end: str
    label: str


@dataclass(frozen=True, slots=True)
class CannedQuery:
    """A canned query with its description."""

    name: str
    title: Text
    description: Text
    topic: str
    tags: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, Text]
    views: tuple[str, ...]
    network: Network | None
    example: Mapping[str, Any]
    sparql: str
    path: Path = field(compare=False)
    units: Mapping[str, Text] = field(default_factory=dict)
    chart: Chart | None = None
    timeline: Timeline | None = None
    slow: Text | None = None

    @property
    def things(self) -> tuple[str, ...]:
        """The variables that hold the things listed: ``x`` where ``x_label`` is a column. None: no Turtle."""
        named = (c.removesuffix("_label") for c in self.columns if c.endswith("_label"))
        return tuple(n for n in named if re.search(rf"\?{n}\b", self.sparql))

    def head(self, column: str, language: str = "zh") -> str:
        """A column's title with its unit in brackets; the variable's name where it is not described."""
        if column not in self.columns:
            return column
        unit = self.units.get(column, {}).get(language)
        opening, closing = ("（", "）") if language == "zh" else (" (", ")")
        return self.columns[column][language] + (f"{opening}{unit}{closing}" if unit else "")

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name; BadValue, which names those there are, if there is none."""
        if name not in self.parameters:
            known = "、".join(self.parameters) or "無 none"
            raise BadValue(f"{self.name}：沒有參數 {name!r}，可用 {known} (no such parameter)")
        return self.parameters[name]

    def examples(self) -> dict[str, list[str]]:
        """The example's values as printed."""
        return {k: [str(x) for x in (v if isinstance(v, list) else [v])] for k, v in self.example.items()}

    def bind(self, values: Mapping[str, Iterable[ox.NamedNode | ox.Literal]]) -> str:
        """The SPARQL text with the parameters' terms bound and the prefixes declared.

        Raises BadValue for an unknown parameter or a required one that is missing.
        """
        for name in values:
            self.parameter(name)

        def slot(m: re.Match[str]) -> str:
            terms = list(values.get(m[1], ()))
            if not terms and self.parameters[m[1]].required:
                raise BadValue(f"{self.name}：請指定參數 {m[1]} (parameter {m[1]} is required)")
            return f"VALUES ?{m[1]} {{ {' '.join(str(t) for t in terms)} }}" if terms else ""

        return sparql_prefixes() + SLOT.sub(slot, self.sparql)

    def terms(self, raw: Mapping[str, list[str]], store: ox.Store | None = None) -> dict[str, list[Any]]:
        """Printed values to RDF terms, defaults filled in. Raises BadValue.

        ``store`` lets entity parameters be given by name (經濟部) instead of IRI.
        """
        out: dict[str, list[Any]] = {}
        for name, parameter in self.parameters.items():
            printed = [v for v in raw.get(name, []) if v.strip()]
            if not printed and parameter.default is not None:
                default = parameter.default
                printed = [str(v) for v in (default if isinstance(default, list) else [default])]
            if len(printed) > 1 and not parameter.multiple:
                raise BadValue(f"{self.name}：參數 {name} 只能有一個值 (parameter {name} takes one value)")
            out[name] = list(dict.fromkeys(term(parameter, v, store) for v in printed))
        for name in raw:
            self.parameter(name)
        return out

    def run(self, store: ox.Store, raw: Mapping[str, list[str]] | None = None) -> ox.QuerySolutions:
        """Runs the query with printed parameter values. Raises BadValue."""
        result = store.query(self.bind(self.terms(raw or {}, store)))
        if not isinstance(result, ox.QuerySolutions):
            raise TypeError(f"{self.name} is no SELECT")
        return result


class Catalog(Mapping[str, CannedQuery]):
    """All canned queries by name, in the order of topic and name."""

    def __init__(self, queries: Iterable[CannedQuery]) -> None:
        self._queries = {q.name: q for q in sorted(queries, key=lambda q: (q.topic, q.name))}

    def __getitem__(self, name: str) -> CannedQuery:
        try:
            return self._queries[name]
        except KeyError:
            raise UnknownQuery(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._queries)

    def __len__(self) -> int:
        return len(self._queries)


def load(*folders: Path) -> Catalog:
    """The project's own queries and those of further folders. Raises CatalogError."""
    for folder in folders:
        if not folder.is_dir():
            raise CatalogError(f"{folder}：不是資料夾，請改 --queries (no such folder; change --queries)")
    found: dict[str, CannedQuery] = {}
    for folder in (data_folder("queries"), *folders):
        for path in sorted(folder.glob("*.rq")):
            query = parse(path)
            if query.name in found:
                taken = found[query.name].path
                raise CatalogError(
                    f"{path}：名稱 {query.name} 已被 {taken} 使用，請改檔名 (name is taken; rename the file)"
                )
            found[query.name] = query
    return Catalog(found.values())


def parse(path: Path) -> CannedQuery:
    """One ``.rq`` file. Raises CatalogError with file and line."""
    from kg.catalog_header import read  # it makes this module's records

    return read(path)
