"""Graph views: networks that analysts ask for, each defined by a canned query in ``queries/views``.

A view is a query with ``network:`` in its header, or a projection of such a view. Every
view takes its query's parameters and those of ``COMMON``. ``catalog(folders)`` lists them;
``View.network`` computes one, with all measures and positions. ``of_text`` makes a network of any
SELECT with two columns for the ends, or of any CONSTRUCT.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from kg.catalog import CannedQuery, Catalog, CatalogError, Parameter, UnknownQuery, load, parse
from kg.catalog import Network as Shape
from kg.catalog_types import BadValue, term
from kg.describe import Describer
from kg.measures import of_network
from kg.names import PREFIXES, compact
from kg.network import Edge, Network, Node, described, from_rows, plain
from kg.projection import LARGEST_SHARED, WEIGHTS, heavier, in_years, project
from kg.rules import data_folder

#: nodes at which a neighbourhood stops growing
LARGEST_NEIGHBOURHOOD = 500


def _parameter(name: str, kind: str, zh: str, en: str, *, multiple: bool = False) -> Parameter:
    return Parameter(name, {"zh": zh, "en": en}, kind, multiple=multiple)


#: parameters that every view has
COMMON = {
    "year": _parameter("year", "year", "只要這些西元年存在的", "Only what exists in these years", multiple=True),
    "min_weight": _parameter("min_weight", "decimal", "權重至少", "Weight at least"),
}
_WEIGHT = _parameter("weight", "string", "權重：shared 共同項數或 newman", "Weight: shared (number) or newman")
_LARGEST = _parameter("largest", "integer", f"略過由更多方共有的事項（預設 {LARGEST_SHARED}）",
                      f"Leave out things shared by more than this ({LARGEST_SHARED} by default)")
_DEPTH = _parameter("depth", "integer", "步數", "Steps")


@dataclass(frozen=True, slots=True)
class _Projection:
    """A ready-made projection: its name, the side kept, title and description in both languages."""

    name: str
    onto: str
    zh: str
    en: str
    lead_to_partner: bool = False


#: two-mode view -> its projections
PROJECTIONS: dict[str, tuple[_Projection, ...]] = {
    "body-measure": (
        _Projection("body-body", "source", "機關共同負責網絡", "Bodies that share measures"),
        _Projection("lead-partner", "source", "主辦到協辦", "From lead to partner", True),
        _Projection("measure-measure", "target", "由相同機關負責的措施", "Measures that share bodies"),
    ),
    "body-industry": (
        _Projection("bodies-by-industry", "source", "共享產業的機關", "Bodies that share industries"),
        _Projection("industries-by-body", "target", "由相同機關推動的產業", "Industries that share bodies"),
    ),
    "thing-industry": (
        _Projection("industry-industry", "target", "產業與產業", "Industries targeted together"),
        _Projection("things-by-industry", "source", "以相同產業為對象的事項", "Things that share industries"),
    ),
    "body-regulation": (
        _Projection("bodies-by-regulation", "source", "引用相同法規的機關", "Bodies that cite the same regulations"),
        _Projection("regulations-by-body", "target", "由相同機關引用的法規", "Regulations that share bodies"),
    ),
    "recommendation-body": (
        _Projection("bodies-by-recommendation", "target", "共同答復建議的機關", "Bodies that answer together"),
        _Projection("recommendations-by-body", "source", "由相同機關答復的建議", "Recommendations that share bodies"),
    ),
    "measure-budget": (
        _Projection("measures-by-budget", "source", "對應相同預算的措施", "Measures that share budget lines"),
        _Projection("budget-by-measure", "target", "對應相同措施的預算", "Budget lines that share measures"),
    ),
}


@dataclass(frozen=True, slots=True)
class View:
    """A view: its canned query and, for a projection, what is projected."""

    name: str
    query: CannedQuery
    projection: _Projection | None = None

    @property
    def title(self) -> Mapping[str, str]:
        """Title in zh and en."""
        return {"zh": self.projection.zh, "en": self.projection.en} if self.projection else self.query.title

    @property
    def description(self) -> Mapping[str, str]:
        """What nodes, edges and weights are, in zh and en."""
        if self.projection is None:
            return self.query.description
        kind = ("有向，由主辦到協辦；", "Directed, lead to partner. ") if self.projection.lead_to_partner else ("", "")
        return {
            "zh": f"「{self.query.title['zh']}」的單模投影，{kind[0]}shared 為共同項數，newman 為 Σ1/(n−1)。",
            "en": f"One-mode projection of “{self.query.title['en']}”. {kind[1]}shared is the number in common, "
                  "newman the sum of 1/(n−1).",
        }

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """Everything that can be asked of the view."""
        more: dict[str, Parameter] = {}
        if self.projection:
            more = {"weight": _WEIGHT, "largest": _LARGEST}
        elif "hop" in self.query.tags:
            more = {"depth": _DEPTH}
        return {**self.query.parameters, **COMMON, **more}

    @property
    def projections(self) -> tuple[str, ...]:
        """Names of the ready-made projections of a two-mode view."""
        return tuple(p.name for p in PROJECTIONS.get(self.name, ())) if self.projection is None else ()

    def network(self, store: ox.Store, raw: Mapping[str, list[str]] | None = None, language: str = "zh") -> Network:
        """The view with all measures and positions. ``raw`` are printed values of parameters. Raises BadValue."""
        raw = raw or {}
        for name in raw:
            if name not in self.parameters:
                known = "、".join(self.parameters)
                raise BadValue(f"{self.name}：沒有參數 {name!r}，可用 {known} (no such parameter)")
        own = {k: v for k, v in raw.items() if k in self.query.parameters}
        years = [int(v) for v in self._values("year", raw)]
        least = self._values("min_weight", raw)
        describer = Describer(store)
        if "hop" in self.query.tags:
            found = _neighbourhood(self.query, store, own, int((self._values("depth", raw) or ["2"])[0]))
        else:
            found = _rows(self.query, store, own)
        found = described(found, describer)
        if years:
            found = in_years(found, years)
        if self.projection:
            weight = (self._values("weight", raw) or [WEIGHTS[0]])[0]
            if weight not in WEIGHTS:
                raise BadValue(f"參數 weight：「{weight}」要是 shared 或 newman (must be shared or newman)")
            found = project(found, self.title[language], onto=self.projection.onto, weight=weight,
                            lead_to_partner=self.projection.lead_to_partner,
                            largest=int((self._values("largest", raw) or [str(LARGEST_SHARED)])[0]))
        if least:
            found = heavier(found, float(least[0]))
        found.title = self.title[language]
        return of_network(found, describer)

    def _values(self, name: str, raw: Mapping[str, list[str]]) -> list[str]:
        """A common parameter's values, checked by its type."""
        return [term(self.parameters[name], v).value for v in raw.get(name, []) if v.strip()]


def _shape(query: CannedQuery) -> Shape:
    if query.network is None:
        raise CatalogError(f"{query.path}：視圖的標頭要有 network (a view's header needs network)")
    return query.network


def _rows(query: CannedQuery, store: ox.Store, raw: Mapping[str, list[str]]) -> Network:
    solutions = query.run(store, raw)
    return from_rows(query.title["zh"], _shape(query), solutions, [v.value for v in solutions.variables])


def _neighbourhood(query: CannedQuery, store: ox.Store, raw: Mapping[str, list[str]], depth: int) -> Network:
    """The hop query from ever more things; stops at ``depth`` steps or at the largest number of nodes."""
    if not 1 <= depth <= 6:
        raise BadValue("參數 depth：要在 1 與 6 之間 (must be between 1 and 6)")
    terms = query.terms(raw, store)
    first = [str(t.value) for t in terms["entity"]]
    found = Network(query.title["zh"], _shape(query).directed)
    seen: dict[str, int] = dict.fromkeys(first, 0)
    edges: dict[tuple[str, str, str], None] = {}
    frontier = first
    for step in range(1, depth + 1):
        terms["entity"] = [ox.NamedNode(i) for i in frontier]
        solutions = store.query(query.bind(terms))
        if not isinstance(solutions, ox.QuerySolutions):
            raise TypeError(f"{query.name} is no SELECT")
        reached: dict[str, None] = {}
        for row in sorted(solutions, key=lambda r: (r["source"].value, r["target"].value, r["kind"].value)):
            s, t, kind = row["source"].value, row["target"].value, row["kind"].value
            new = [end for end in (s, t) if end not in seen]
            if len(seen) + len(new) > LARGEST_NEIGHBOURHOOD:
                found.notes[:] = [f"超過 {LARGEST_NEIGHBOURHOOD} 個節點，只列出一部分 (more nodes than that: cut)"]
                continue
            seen.update(dict.fromkeys(new, step))
            reached.update(dict.fromkeys(new))
            edges[s, t, kind] = None
        frontier = list(reached)
        if not frontier:
            break
    if not edges:
        found.notes.append("沒有任何關係 (it has no relations)")
    found.nodes = {i: Node(i, compact(i), "Thing", {"steps": n}) for i, n in seen.items()}
    found.edges = [Edge(s, t, 1.0, kind) for s, t, kind in edges if s != t]
    return found


class Views(Mapping[str, View]):
    """All views by name, projections after what they project."""

    def __init__(self, queries: Iterable[CannedQuery]) -> None:
        self._views: dict[str, View] = {}
        for query in queries:
            self._add(View(query.name, query))
            for p in PROJECTIONS.get(query.name, ()):
                self._add(View(p.name, query, p))

    def _add(self, view: View) -> None:
        if view.name in self._views:
            raise CatalogError(f"{view.query.path}：視圖名稱 {view.name} 已使用 (the view's name is taken)")
        _shape(view.query)
        self._views[view.name] = view

    def __getitem__(self, name: str) -> View:
        try:
            return self._views[name]
        except KeyError:
            raise UnknownQuery(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)


@functools.cache
def views() -> Views:
    """The project's own views. Raises CatalogError."""
    return Views(parse(path) for path in sorted((data_folder("queries") / "views").glob("*.rq")))


def find(name: str, catalog: Catalog | None = None) -> View:
    """A view by name; canned queries that are networks are views too. Raises UnknownQuery."""
    if name in views():
        return views()[name]
    query = (catalog if catalog is not None else load())[name]
    if query.network is None:
        raise UnknownQuery(name)
    return View(name, query)


#: names of columns that mean the ends, if a query has them
_ENDS = (("source", "target"), ("Source", "Target"), ("subject", "object"), ("s", "o"), ("from", "to"))


def of_text(store: ox.Store, text: str, title: str = "查詢 query", *, directed: bool = True) -> Network:
    """The network of a user's own SELECT or CONSTRUCT, described and measured.

    A SELECT needs the columns ``source`` and ``target`` (or else its first two are taken) and may have
    ``weight``, ``kind``, ``source_label``, ``target_label``, ``start``, ``end``; all others become attributes.
    A CONSTRUCT's triples between things are edges, its literals become attributes of the nodes.
    The text must have passed the guard where it comes from outside. Raises SyntaxError, and ValueError
    for a query that is neither or a SELECT of one column.
    """
    result = store.query(text, prefixes=PREFIXES)
    describer = Describer(store)
    if isinstance(result, ox.QueryTriples):
        return of_network(_of_triples(result, title), describer)
    if not isinstance(result, ox.QuerySolutions):
        raise ValueError("ASK 沒有網絡，請用 SELECT 或 CONSTRUCT (an ASK is no network)")
    names = [v.value for v in result.variables]
    ends = next(((s, t) for s, t in _ENDS if s in names and t in names), None)
    if ends is None:
        if len(names) < 2:
            raise ValueError("SELECT 要有 source 與 target 兩欄 (the SELECT needs the columns source and target)")
        ends = (names[0], names[1])

    def named(name: str) -> str | None:
        return name if name in names else None

    source, target = ends
    shape = Shape(source, target, named(f"{source}_label"), named(f"{target}_label"), weight=named("weight"),
                  kind=named("kind"), directed=directed)
    return of_network(from_rows(title, shape, result, names), describer)


def _of_triples(triples: Iterable[ox.Triple], title: str) -> Network:
    found = Network(title, True)
    for t in dict.fromkeys(triples):
        if not isinstance(t.subject, (ox.NamedNode, ox.BlankNode)):
            continue
        s, p = t.subject.value, compact(t.predicate.value)
        node = found.nodes.setdefault(s, Node(s, compact(s), "Thing"))
        if isinstance(t.object, ox.Literal):
            name = p.split(":")[-1]
            if node.attributes.get(name) is None:
                node.attributes[name] = plain(t.object)
        elif isinstance(t.object, (ox.NamedNode, ox.BlankNode)) and t.object.value != s:
            o = t.object.value
            found.nodes.setdefault(o, Node(o, compact(o), "Thing"))
            found.edges.append(Edge(s, o, 1.0, p))
    return found

