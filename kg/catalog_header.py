"""Reads a ``.rq`` file: its ``#+`` YAML header, checked strictly, and the query, run once on nothing.

Every fault names the file and the line it stands on.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NoReturn

import pyoxigraph as ox
import yaml

from kg.catalog import SLOT, CannedQuery, CatalogError, Chart, Network, Parameter, Text, Timeline
from kg.catalog_types import PARAMETER_TYPES, BadValue, term
from kg.names import CLASSES, CONCEPT_SCHEMES, PREFIXES, sparql_prefixes

VIEWS = ("table", "chart", "network", "timeline")
CHARTS = ("bar", "line")
#: names of the query string that are no parameters of a query
RESERVED = frozenset({"format", "lang", "page", "per_page", "q", "limit", "queries"})
_HEADER = re.compile(r"^#\+ ?(.*)$")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_VARIABLE = re.compile(r"[a-z][a-z0-9_]*")
_KEYS = {
    "title", "description", "topic", "tags", "parameters", "columns", "views", "chart", "network", "timeline",
    "example", "slow",
}
_PARAMETER_KEYS = {"label", "type", "class", "scheme", "options", "default", "required", "multiple"}
_NETWORK_KEYS = {
    "source", "target", "source_label", "target_label", "source_class", "target_class", "weight", "kind", "directed",
}
_CHART_KEYS = {"x", "y", "kind", "series"}
_TIMELINE_KEYS = {"start", "end", "label"}
_AT = re.compile(r" at (\d+):(\d+)")

#: where a key stands: the keys that lead to it
Place = tuple[str, ...]


def read(path: Path) -> CannedQuery:
    """One ``.rq`` file as a canned query. Raises CatalogError."""
    if not _NAME.fullmatch(path.stem):
        raise CatalogError(
            f"{path.name}：檔名只能用小寫英文字母、數字與連字號 (the file's name: lower-case letters, digits, hyphens)"
        )
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise CatalogError(f"{path.name}：不是 UTF-8 文字，請另存為 UTF-8 (not UTF-8; save it as UTF-8)") from None
    head: list[str] = []
    for line in lines:
        m = _HEADER.match(line)
        if m is None:
            break
        head.append(m[1])
    return _Reader(path, head, lines[len(head):]).query()


class _Reader:
    """Holds one file's header with the lines of its keys."""

    def __init__(self, path: Path, head: list[str], body: list[str]) -> None:
        self.path, self.head, self.body = path, head, "\n".join(body) + "\n"
        self.lines: dict[Place, int] = {}
        self.header: dict[str, Any] = {}

    # -- faults

    def fail(self, place: Place, message: str) -> NoReturn:
        """Raises CatalogError at the key, or at the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        self.fail_at(self.lines.get(place, 1), message)

    def fail_at(self, line: int, message: str) -> NoReturn:
        raise CatalogError(f"{self.path.name} 第 {line} 行 (line {line})：{message}")

    # -- YAML

    def _yaml(self) -> None:
        if not self.head:
            self.fail_at(1, "缺少 #+ 標頭，第一行就要有 (no #+ header: it starts on the first line)")
        text = "\n".join(self.head)
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            header = yaml.safe_load(text)
        except yaml.YAMLError as error:
            at = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
            self.fail_at(at, f"標頭不是合法的 YAML (no YAML: {getattr(error, 'problem', error)})")
        if node is None or not isinstance(header, dict):
            self.fail_at(1, "#+ 標頭要是鍵值 (the #+ header must be a mapping)")
        self._walk(node, ())
        self.header = header

    def _walk(self, node: yaml.Node, place: Place) -> None:
        if not isinstance(node, yaml.MappingNode):
            return
        for key, value in node.value:
            here = (*place, str(key.value))
            if here in self.lines:
                self.fail_at(key.start_mark.line + 1, f"鍵 {key.value!r} 重複 (key given twice)")
            self.lines[here] = key.start_mark.line + 1
            self._walk(value, here)

    def _mapping(self, place: Place, value: Any, known: set[str] | None = None) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.fail(place, f"{'.'.join(place)} 應是鍵值 (a mapping is wanted)")
        for key in value:
            if known is not None and key not in known:
                self.fail((*place, str(key)), f"不認得的鍵 {key!r} (unknown key; known: {', '.join(sorted(known))})")
        return {str(k): v for k, v in value.items()}

    def _text(self, place: Place, value: Any, *more: str) -> Text:
        if not isinstance(value, dict) or not all(
            isinstance(value.get(x), str) and value[x].strip() for x in ("zh", "en")
        ):
            self.fail(place, f"{'.'.join(place)} 要有 zh 與 en (needs zh and en)")
        self._mapping(place, value, {"zh", "en", *more})
        return {x: value[x].strip() for x in ("zh", "en")}

    def _flag(self, place: Place, value: Any) -> bool:
        if value is not None and not isinstance(value, bool):
            self.fail(place, f"{'.'.join(place)} 要是 true 或 false (must be true or false)")
        return bool(value)

    def _slug(self, place: Place, value: Any) -> str:
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            self.fail(place, f"{value!r} 要是小寫英文 (a slug is wanted: lower-case letters, digits, hyphens)")
        return value

    # -- the parts

    def query(self) -> CannedQuery:
        self._yaml()
        header = self._mapping((), self.header, _KEYS)
        title, description = (self._text((k,), header.get(k)) for k in ("title", "description"))
        tags = header.get("tags") or []
        if not isinstance(tags, list):
            self.fail(("tags",), "tags 要是清單 (a list is wanted)")
        parameters = {
            name: self._parameter(name, spec)
            for name, spec in self._mapping(("parameters",), header.get("parameters") or {}).items()
        }
        self._slots(parameters)
        variables = self._variables()
        columns = self._mapping(("columns",), header.get("columns") or {})
        labels = {c: self._text(("columns", c), spec, "unit") for c, spec in columns.items()}
        for c in columns:
            self._variable(("columns", c), c, variables)
        units = {c: self._text(("columns", c, "unit"), s["unit"]) for c, s in columns.items() if "unit" in s}
        views = self._views(header)
        return CannedQuery(
            name=self.path.stem, title=title, description=description,
            topic=self._slug(("topic",), header.get("topic", "other")),
            tags=tuple(self._slug(("tags",), t) for t in tags), parameters=parameters, columns=labels, views=views,
            network=self._network(header, variables), example=self._example(header, parameters),
            sparql=self.body.strip() + "\n", path=self.path, units=units, chart=self._chart(header, variables),
            timeline=self._timeline(header, variables),
            slow=self._text(("slow",), header["slow"]) if "slow" in header else None,
        )

    def _slots(self, parameters: dict[str, Parameter]) -> None:
        slots = set(SLOT.findall(self.body))
        for name in parameters:
            if name not in slots:
                self.fail(("parameters", name),
                          f"參數 {name} 沒有用到，查詢裡要有一行「#? {name}」 (not used: the query needs this line)")
        for name in sorted(slots - set(parameters)):
            self.fail(("parameters",), f"「#? {name}」沒有在 parameters 說明 (slot is not described)")

    def _variables(self) -> set[str]:
        """The query's columns, by asking an empty store: a query that is no SPARQL is found here."""
        try:
            result = ox.Store().query(sparql_prefixes() + self.body)
        except SyntaxError as error:
            m = _AT.search(str(error))
            at = int(m[1]) - len(PREFIXES) + len(self.head) if m else len(self.head) + 1
            self.fail_at(max(at, 1), f"查詢不是合法的 SPARQL (no SPARQL: {error})")
        if not isinstance(result, ox.QuerySolutions):
            self.fail_at(len(self.head) + 1, "查詢要是 SELECT (a SELECT is wanted)")
        return {v.value for v in result.variables}

    def _variable(self, place: Place, name: Any, variables: set[str]) -> str:
        if name not in variables:
            self.fail(place, f"查詢結果沒有欄位 {name!r} (no such column; there are: {', '.join(sorted(variables))})")
        return str(name)

    def _views(self, header: dict[str, Any]) -> tuple[str, ...]:
        views = header.get("views", ["table"])
        if not isinstance(views, list) or not views:
            self.fail(("views",), "views 要是清單 (a list is wanted)")
        for view in views:
            if view not in VIEWS:
                self.fail(("views",), f"不認得的 view {view!r} (unknown; known: {', '.join(VIEWS)})")
        for view in VIEWS[1:]:
            if (view in views) != (view in header):
                self.fail(("views",) if view in views else (view,),
                          f"views 有 {view} 就要有 {view} 說明，反之亦然 (view and key '{view}' go together)")
        return tuple(views)

    def _network(self, header: dict[str, Any], variables: set[str]) -> Network | None:
        if "network" not in header:
            return None
        spec = self._mapping(("network",), header["network"], _NETWORK_KEYS)
        for key in ("source", "target"):
            if key not in spec:
                self.fail(("network",), f"network 要有 {key} (needs {key})")
        for key, value in spec.items():
            if key.endswith("_class"):
                self._class(("network", key), value)
            elif key != "directed":
                self._variable(("network", key), value, variables)
        return Network(**(spec | {"directed": self._flag(("network", "directed"), spec.get("directed"))}))

    def _chart(self, header: dict[str, Any], variables: set[str]) -> Chart | None:
        if "chart" not in header:
            return None
        spec = self._mapping(("chart",), header["chart"], _CHART_KEYS)
        for key in ("x", "y"):
            self._variable(("chart", key), spec.get(key), variables)
        if "series" in spec:
            self._variable(("chart", "series"), spec["series"], variables)
        if spec.get("kind", CHARTS[0]) not in CHARTS:
            self.fail(("chart", "kind"), f"kind 要是 (must be one of) {', '.join(CHARTS)}")
        return Chart(**spec)

    def _timeline(self, header: dict[str, Any], variables: set[str]) -> Timeline | None:
        if "timeline" not in header:
            return None
        spec = self._mapping(("timeline",), header["timeline"], _TIMELINE_KEYS)
        for key in sorted(_TIMELINE_KEYS):
            self._variable(("timeline", key), spec.get(key), variables)
        return Timeline(**spec)

    def _class(self, place: Place, value: Any) -> str | None:
        if value is not None and value not in CLASSES and value not in ("pol:PlanElement", "skos:Concept"):
            self.fail(place, f"不認得的類別 {value!r} (unknown class)")
        return value if value is None else str(value)

    def _parameter(self, name: str, spec: Any) -> Parameter:
        at: Place = ("parameters", name)
        spec = self._mapping(at, spec, _PARAMETER_KEYS)
        if not _VARIABLE.fullmatch(name) or name in RESERVED:
            self.fail(at, f"參數名稱 {name!r} 不能用 (not allowed; lower-case, none of {', '.join(sorted(RESERVED))})")
        label = self._text((*at, "label"), spec.get("label"))
        kind = spec.get("type")
        if kind not in PARAMETER_TYPES:
            self.fail((*at, "type"), f"參數 {name} 的 type 要是 (type must be one of) {', '.join(PARAMETER_TYPES)}")
        scheme = spec.get("scheme")
        if scheme is not None and scheme not in CONCEPT_SCHEMES:
            self.fail((*at, "scheme"), f"不認得的概念表 {scheme!r} (unknown; known: {', '.join(CONCEPT_SCHEMES)})")
        if kind == "concept" and scheme is None and not spec.get("options"):
            self.fail(at, f"概念參數 {name} 要有 scheme 或 options (a concept needs scheme or options)")
        self._options((*at, "options"), spec.get("options"))
        parameter = Parameter(
            name, label, kind, self._class((*at, "class"), spec.get("class")), scheme, spec.get("options"),
            spec.get("default"), self._flag((*at, "required"), spec.get("required")),
            self._flag((*at, "multiple"), spec.get("multiple")),
        )
        if parameter.default is not None:
            self._values((*at, "default"), parameter, parameter.default)
        return parameter

    def _options(self, place: Place, text: Any) -> None:
        if text is None:
            return
        try:
            result = ox.Store().query(sparql_prefixes() + str(text))
        except SyntaxError as error:
            self.fail(place, f"options 不是合法的 SPARQL (no SPARQL: {error})")
        names = {v.value for v in result.variables} if isinstance(result, ox.QuerySolutions) else set()
        if not {"value", "label"} <= names:
            self.fail(place, "options 要選出 ?value 與 ?label (must select ?value and ?label)")

    def _values(self, place: Place, parameter: Parameter, value: Any) -> None:
        """Checks values that can be checked without a graph: names are looked up when the query runs."""
        values = value if isinstance(value, list) else [value]
        if len(values) > 1 and not parameter.multiple:
            self.fail(place, f"參數 {parameter.name} 只能有一個值 (parameter {parameter.name} takes one value)")
        for one in values if parameter.type not in ("entity", "concept") else ():
            try:
                term(parameter, str(one).lower() if isinstance(one, bool) else str(one))
            except BadValue as error:
                self.fail(place, str(error))

    def _example(self, header: dict[str, Any], parameters: dict[str, Parameter]) -> dict[str, Any]:
        example = self._mapping(("example",), header.get("example") or {})
        for name, value in example.items():
            if name not in parameters:
                self.fail(("example", name), f"example 用了沒有的參數 {name} (unknown parameter in example)")
            self._values(("example", name), parameters[name], value)
        for name, parameter in parameters.items():
            if parameter.required and parameter.default is None and name not in example:
                self.fail(("example",), f"example 缺少必填的參數 {name} (the example lacks required parameter {name})")
        return example
