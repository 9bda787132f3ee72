"""Graph views: networks that analysts ask for, each defined by a canned query in ``queries/views``.

A view is a query with ``network:`` in its header, or a projection of such a view. Every
view takes its query's parameters and those of ``COMMON``. ``catalog(folders)`` lists them;
``View.network`` computes one, with all measures and positions. ``kg.own_query`` makes
networks of a user's own SELECT or CONSTRUCT.
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
from kg.names import compact
from kg.network import Edge, Network, Node, described, from_rows
from kg.projection import LARGEST_SHARED, WEIGHTS, heavier, in_years, keep, project
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
    """A ready-made projection: its name, the side kept, title and description in both languages.

    With ``ego`` the query's ``body`` is applied to the pairs: applied by the query it would leave bodies without
    others to be paired with.
    """

    name: str
    onto: str
    zh: str
    en: str
    lead_to_partner: bool = False
    ego: bool = False


#: two-mode view -> its projections
PROJECTIONS: dict[str, tuple[_Projection, ...]] = {
    "body-measure": (
        _Projection("body-body", "source", "機關共同負責網絡", "Bodies that share measures"),
        _Projection("lead-partner", "source", "主辦到協辦", "From lead to partner", True),
        _Projection("measure-measure", "target", "由相同機關負責的措施", "Measures that share bodies"),
    ),
    "body-industry": (
        _Projection("bodies-by-industry", "source", "共享產業的機關", "Bodies that share industries", ego=True),
        _Projection("industries-by-body", "target", "由相同機關推動的產業", "Industries that share bodies"),
    ),
    "thing-industry": (
        _Projection("industry-industry", "target", "產業與產業", "Industries targeted together"),
        _Projection("things-by-industry", "source", "以相同產業為對象的事項", "Things that share industries"),
    ),
    "body-regulation": (
        _Projection("bodies-by-regulation", "source", "引用相同法規的機關", "Bodies that cite the same regulations",
                    ego=True),
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

    def network(
        self, store: ox.Store, raw: Mapping[str, list[str]] | None = None, language: str = "zh", *, whole: bool = True
    ) -> Network:
        """The view with all measures and positions. ``raw`` are printed values of parameters. Raises BadValue.

        Without ``whole`` it is as found: a caller that shows a part measures and places that.
        """
        raw = raw or {}
        for name in raw:
            if name not in self.parameters:
                known = "、".join(self.parameters)
                raise BadValue(f"{self.name}：沒有參數 {name!r}，可用 {known} (no such parameter)")
        own = {k: v for k, v in raw.items() if k in self.query.parameters}
        years, least = filters(raw)
        egos: set[str] = set()
        if self.projection and self.projection.ego and "body" in own:
            egos = {t.value for t in self.query.terms({"body": own.pop("body")}, store)["body"]}
        describer = Describer(store)
        if "hop" in self.query.tags:
            found = _neighbourhood(self.query, store, own, int((self._values("depth", raw) or ["2"])[0]))
        else:
            found = _rows(self.query, store, own)
        found = described(found, describer)
        # years before the projection (what is shared must exist then), weights after it
        found = narrowed(found, years, None)
        if self.projection:
            weight = (self._values("weight", raw) or [WEIGHTS[0]])[0]
            if weight not in WEIGHTS:
                raise BadValue(f"參數 weight：「{weight}」要是 shared 或 newman (must be shared or newman)")
            found = project(found, self.title[language], onto=self.projection.onto, weight=weight,
                            lead_to_partner=self.projection.lead_to_partner,
                            largest=int((self._values("largest", raw) or [str(LARGEST_SHARED)])[0]))
        if egos:
            found = keep(found, lambda e: e.source in egos or e.target in egos, "機關 body")
        found = narrowed(found, [], least)
        found.title = self.title[language]
        return of_network(found, describer) if whole else found

    def _values(self, name: str, raw: Mapping[str, list[str]]) -> list[str]:
        return _checked(self.parameters[name], raw)


def _checked(parameter: Parameter, raw: Mapping[str, list[str]]) -> list[str]:
    """A parameter's values, checked by its type. Raises BadValue."""
    return [term(parameter, v).value for v in raw.get(parameter.name, []) if v.strip()]


def filters(raw: Mapping[str, list[str]]) -> tuple[list[int], float | None]:
    """The years and the least weight asked for by the parameters of `COMMON`. Raises BadValue."""
    least = _checked(COMMON["min_weight"], raw)
    return [int(v) for v in _checked(COMMON["year"], raw)], float(least[0]) if least else None


def narrowed(network: Network, years: list[int], least: float | None) -> Network:
    """What exists in one of the years (none: at any time) and weighs at least so much (None: anything)."""
    if years:
        network = in_years(network, years)
    return network if least is None else heavier(network, least)


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
