"""The canned queries: ``queries/*.rq`` with a ``#+`` YAML header that is their description.

Header keys (all others are errors):

``title``, ``description``  ``{zh: …, en: …}``
``topic``                   slug of the topic it is listed under
``tags``                    list of slugs
``parameters``              name -> ``{label, type, class, scheme, options, default, required, multiple}``
``columns``                 variable -> ``{zh: …, en: …}``, in the order of the table
``views``                   list out of table, network, chart, timeline
``network``                 how rows become edges: ``{source, target, weight, kind, directed, source_class, …}``
``example``                 parameter -> value, used by docs and tests

The query is valid SPARQL as it stands. A line ``#? name`` marks where the parameter's
values are bound: it becomes ``VALUES ?name { term … }``, made of RDF terms, so a value can
never change the query. Without a value the line goes, and the query is not restricted.
The header's style follows grlc (``#+`` YAML), its string substitution does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import yaml

from kg.catalog_types import PARAMETER_TYPES, BadValue, term
from kg.names import sparql_prefixes
from kg.rules import data_folder

_HEADER = re.compile(r"^#\+ ?(.*)$")
_SLOT = re.compile(r"^[ \t]*#\?[ \t]*(\w+)[ \t]*$", re.M)
_KEYS = {"title", "description", "topic", "tags", "parameters", "columns", "views", "network", "example"}
_PARAMETER_KEYS = {"label", "type", "class", "scheme", "options", "default", "required", "multiple"}
_NETWORK_KEYS = {
    "source", "target", "source_label", "target_label", "source_class", "target_class", "weight", "kind", "directed",
}
VIEWS = ("table", "network", "chart", "timeline")
_NAME = re.compile(r"[a-z][a-z0-9-]*")


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

    def bind(self, values: Mapping[str, Iterable[ox.NamedNode | ox.Literal]]) -> str:
        """The SPARQL text with the parameters' terms bound and the prefixes declared.

        Raises BadValue for an unknown parameter or a required one that is missing.
        """
        for name in values:
            if name not in self.parameters:
                known = "、".join(self.parameters) or "無 none"
                raise BadValue(f"{self.name}：沒有參數 {name!r}，可用 {known} (no such parameter)")

        def slot(m: re.Match[str]) -> str:
            terms = list(values.get(m[1], ()))
            if not terms and self.parameters[m[1]].required:
                raise BadValue(f"{self.name}：請指定參數 {m[1]} (parameter {m[1]} is required)")
            return f"VALUES ?{m[1]} {{ {' '.join(str(t) for t in terms)} }}" if terms else ""

        return sparql_prefixes() + _SLOT.sub(slot, self.sparql)

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
            out[name] = [term(parameter, v, store) for v in printed]
        for name in raw:
            if name not in self.parameters:
                raise BadValue(f"{self.name}：沒有參數 {name!r} (no such parameter)")
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

    def __iter__(self) -> Any:
        return iter(self._queries)

    def __len__(self) -> int:
        return len(self._queries)


def load(*folders: Path) -> Catalog:
    """The project's own queries and those of further folders. Raises CatalogError."""
    found: dict[str, CannedQuery] = {}
    for folder in (data_folder("queries"), *folders):
        for path in sorted(folder.glob("*.rq")):
            query = parse(path)
            if query.name in found:
                raise CatalogError(f"{path}：名稱 {query.name} 已被 {found[query.name].path} 使用 (name is taken)")
            found[query.name] = query
    return Catalog(found.values())


def parse(path: Path) -> CannedQuery:
    """One ``.rq`` file. Raises CatalogError with file and line."""
    text = path.read_text(encoding="utf-8")
    if not _NAME.fullmatch(path.stem):
        raise CatalogError(
            f"{path.name}：檔名只能用小寫英文字母、數字與連字號 (the file's name: lower-case letters, digits, hyphens)"
        )
    head: list[str] = []
    for line in text.splitlines():
        m = _HEADER.match(line)
        if m is None:
            break
        head.append(m[1])
    try:
        header = yaml.safe_load("\n".join(head)) or {}
    except yaml.YAMLError as error:
        at = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise CatalogError(
            f"{path.name} 第 {at} 行 (line {at})：標頭不是合法的 YAML (no YAML: {getattr(error, 'problem', error)})"
        ) from None
    if not isinstance(header, dict) or not head:
        raise CatalogError(f"{path.name} 第 1 行：缺少 #+ 標頭 (line 1: no #+ header)")
    check = _Checker(path, head)
    check.keys(header, _KEYS, "")
    body = "\n".join(text.splitlines()[len(head):]).strip() + "\n"
    parameters = {
        str(name): check.parameter(str(name), spec) for name, spec in (header.get("parameters") or {}).items()
    }
    slots = set(_SLOT.findall(body))
    for name in parameters:
        if name not in slots:
            check.fail(name, f"參數 {name} 沒有用到，查詢裡要有一行「#? {name}」 (not used: the query needs this line)")
    for name in slots - set(parameters):
        check.fail("parameters", f"「#? {name}」沒有在 parameters 說明 (slot is not described)")
    views = tuple(header.get("views") or ("table",))
    for view in views:
        if view not in VIEWS:
            check.fail("views", f"不認得的 view {view!r} (unknown; known: {', '.join(VIEWS)})")
    network = header.get("network")
    if (network is not None) != ("network" in views):
        check.fail("views", "views 有 network 就要有 network 說明，反之亦然 (view and key 'network' go together)")
    if network is not None:
        check.keys(network, _NETWORK_KEYS, "network")
    query = CannedQuery(
        name=path.stem, title=check.text(header, "title"), description=check.text(header, "description"),
        topic=str(header.get("topic") or "other"), tags=tuple(map(str, header.get("tags") or ())),
        parameters=parameters,
        columns={str(k): check.text(header["columns"], k, "columns") for k in (header.get("columns") or {})},
        views=views, network=Network(**network) if network else None, example=header.get("example") or {},
        sparql=body, path=path,
    )
    for name in query.example:
        if name not in parameters:
            check.fail("example", f"example 用了沒有的參數 {name} (unknown parameter in example)")
    return query


class _Checker:
    """Names file and line of what is wrong in a header."""

    def __init__(self, path: Path, head: list[str]) -> None:
        self.path = path
        self.head = head

    def fail(self, key: str, message: str) -> None:
        line = next((n for n, x in enumerate(self.head, 1) if re.match(rf"\s*-?\s*{re.escape(key)}\s*:", x)), 1)
        raise CatalogError(f"{self.path.name} 第 {line} 行 (line {line})：{message}")

    def keys(self, found: Any, known: set[str], where: str) -> None:
        if not isinstance(found, dict):
            self.fail(where, "應是鍵值 (a mapping is wanted)")
        for key in found:
            if key not in known:
                self.fail(str(key), f"不認得的鍵 {key!r} (unknown key; known: {', '.join(sorted(known))})")

    def text(self, header: dict[Any, Any], key: Any, where: str = "") -> Text:
        value = header.get(key)
        if not isinstance(value, dict) or not value.get("zh") or not value.get("en"):
            at = key if key in header else where.split(".")[-1] or key
            self.fail(str(at), f"{where + '.' if where else ''}{key} 要有 zh 與 en (needs zh and en)")
        return {str(k): str(v).strip() for k, v in value.items()}  # type: ignore[union-attr]

    def parameter(self, name: str, spec: Any) -> Parameter:
        self.keys(spec, _PARAMETER_KEYS, name)
        if spec.get("type") not in PARAMETER_TYPES:
            self.fail(name, f"參數 {name} 的 type 要是 (type must be one of) {', '.join(PARAMETER_TYPES)}")
        return Parameter(
            name, self.text(spec, "label", name), spec["type"], spec.get("class"), spec.get("scheme"),
            spec.get("options"), spec.get("default"), bool(spec.get("required")), bool(spec.get("multiple")),
        )
